"""A zip package opened with suspicion: members counted and bounded before any is unpacked, XML without DTD."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from typing import TYPE_CHECKING

from lxml import etree

from tracker.documents import limits
from tracker.documents.refusals import refusal

if TYPE_CHECKING:
    from lxml.etree import _Element

_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAMES = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/", b"http://schemas.openxmlformats.org/wordprocessingml/2006/"),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
)
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


class Package:
    """The members of an Office package."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError):
            raise refusal("damaged") from None
        _check_members(members)
        self._members = {_folded(member.filename): member for member in members}

    def names(self) -> frozenset[str]:
        """Gives the names of all members in lower case."""
        return frozenset(self._members)

    def read(self, name: str) -> bytes | None:
        """Gives a member unpacked, or None where there is none of this name."""
        member = self._members.get(_folded(name))
        if member is None:
            return None
        try:
            with self._zip.open(member) as stream:
                data = stream.read(limits.MAX_XML_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
            raise refusal("damaged") from None
        if len(data) > limits.MAX_XML_BYTES:
            raise refusal("too-complex")
        return data

    def tree(self, name: str) -> _Element | None:
        """Gives the root of an XML member, or None where there is none of this name."""
        data = self.read(name)
        return None if data is None else parse_xml(data)

    def related(self, name: str) -> dict[str, str]:
        """Gives the parts a part refers to: kind of relationship → name of the member."""
        folder, base = posixpath.split(name)
        root = self.tree(posixpath.join(folder, "_rels", base + ".rels"))
        found: dict[str, str] = {}
        for link in () if root is None else root.iter(_RELATIONSHIP):
            if link.get("TargetMode") != "External":
                kind = (link.get("Type") or "").rpartition("/")[2]
                target = posixpath.normpath(posixpath.join("/", folder, link.get("Target") or ""))
                found.setdefault(kind, target.lstrip("/"))
        return found


def parse_xml(data: bytes) -> _Element:
    """Gives the root of an XML document.

    Raises: Unreadable `too-complex` for a DTD, entities or excessive depth, `damaged` for what is not XML.
    """
    if _STRICT in data:
        for strict, transitional in _STRICT_NAMES:
            data = data.replace(strict, transitional)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        refuse_out_of_memory(parser)
        raise refusal("too-complex" if _is_attack(data, error) else "damaged") from None
    if root.getroottree().docinfo.doctype:
        raise refusal("too-complex")
    return root


def refuse_out_of_memory(parser: etree.XMLParser | etree.HTMLParser) -> None:
    """Raises Unreadable `memory` where a parser gave up for want of memory, which it reports like a fault of syntax."""
    if any(error.type == etree.ErrorTypes.ERR_NO_MEMORY for error in parser.error_log):
        raise refusal("memory")


def _is_attack(data: bytes, error: Exception) -> bool:
    words = str(error)
    return b"<!DOCTYPE" in data or any(sign in words for sign in ("depth", "huge", "ntity", "amplification"))


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > limits.MAX_MEMBERS:
        raise refusal("too-complex")
    if sum(member.file_size for member in members) > limits.MAX_UNPACKED_BYTES:
        raise refusal("too-complex")
    if len({_folded(member.filename) for member in members}) < len(members):
        raise refusal("damaged")
    for member in members:
        if member.flag_bits & 1:
            raise refusal("encrypted")
        is_large = member.file_size > limits.RATIO_ASKED_FROM_BYTES
        if is_large and member.file_size > limits.MAX_RATIO * max(member.compress_size, 1):
            raise refusal("too-complex")


def _folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
