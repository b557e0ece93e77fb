"""What a file is, told from its bytes: a name or an extension proves nothing."""

from __future__ import annotations

import re
from enum import StrEnum

from tracker.documents.refusals import refusal, wrong_type


class Format(StrEnum):
    """The formats that are read."""

    TXT = "txt"
    HTML = "html"
    DOCX = "docx"
    DOC = "doc"
    PDF = "pdf"


_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"{\\rtf", "rtf"),
    (b"MIME-Version:", "mhtml"),
)
# Two letters may also open a plain text, so these are believed only beside bytes that no text holds.
_SHORT = (b"BM", b"MZ", b"\x1f\x8b")
_OLE_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("Workbook", "excel"),
    ("Book", "excel"),
    ("PowerPoint Document", "powerpoint"),
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title|div|table|p|article|section)\b", re.IGNORECASE)
_WORD_XML = re.compile(rb"<(?:w:worddocument|pkg:package)\b|progid=.word\.document", re.IGNORECASE)


def sniff(data: bytes) -> Format:
    """Gives the format of the bytes.

    Raises: Unreadable `empty`, `encrypted`, `wrong-type` for what is known and not read.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise refusal("empty")
    if data.startswith(_ZIP):
        return Format.DOCX
    if data.startswith(_OLE):
        return _sniff_ole(data)
    _refuse_known(data)
    if data.find(b"%PDF-", 0, 1024) >= 0:
        return Format.PDF
    return _sniff_text(data)


def _refuse_known(data: bytes) -> None:
    for magic, kind in _OTHERS:
        if data.startswith(magic) and (magic not in _SHORT or b"\x00" in data[:512]):
            raise wrong_type(kind)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        raise wrong_type("image")


def _sniff_ole(data: bytes) -> Format:
    for name, kind in _OLE_STREAMS:
        if _has_stream(data, name):
            if kind == "encrypted":
                raise refusal("encrypted")
            if kind == "doc":
                return Format.DOC
            raise wrong_type(kind)
    raise wrong_type("office")


def _has_stream(data: bytes, name: str) -> bool:
    entry = name.encode("utf-16-le") + b"\x00\x00"
    size = len(entry).to_bytes(2, "little")
    at = data.find(entry)
    while at >= 0:
        # Directory entries are 128 bytes long and keep the length of their name at byte 64.
        if at % 128 == 0 and data[at + 64 : at + 66] == size:
            return True
        at = data.find(entry, at + 1)
    return False


def _sniff_text(data: bytes) -> Format:
    head = data[:8192].replace(b"\x00", b"")
    if _WORD_XML.search(head):
        raise wrong_type("word-xml")
    opening = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if opening.startswith(b"<") and _HTML.search(head):
        return Format.HTML
    return Format.TXT
