"""Web pages: the main text with its list numbers and tables, without scripts, navigation and what is hidden."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from tracker.core.text import Text
from tracker.documents.archive import refuse_out_of_memory
from tracker.documents.assembly import Assembly
from tracker.documents.html_content import Content, find_content, is_data_table, prune
from tracker.documents.html_lists import expand_numbers
from tracker.documents.html_tables import table_cells
from tracker.documents.plain import decode
from tracker.documents.refusals import refusal

if TYPE_CHECKING:
    from lxml.etree import _Element

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
# Pages that call themselves GB2312 are written in its superset.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "big5": "big5hkscs"}
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "dfn", "del", "em", "font", "i", "img", "ins",
    "kbd", "label", "mark", "q", "rb", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
    "tt", "u", "var", "wbr",
))  # fmt: skip
_UNSPOKEN = frozenset(("rt", "rp"))
_METADATA = re.compile(r"文\s*号|索\s*引\s*号|(?:成文|印发|发文|发布)\s*(?:日期|时间|机关|机构|单位)")
_LONGEST_METADATA = 600
_WIDE = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]"
_BROKEN_LINE = re.compile(rf"(?<={_WIDE})[ \t\r\f]*\n[ \t\r\n\f]*(?={_WIDE})")
_WHITE = re.compile("[ \t\r\n\f\xa0]+")


def read_html(data: bytes) -> Text:
    """Gives the Text of a web page.

    Raises: Unreadable `empty`, `damaged`, `encoding`, `too-complex`.
    """
    body = _body(_decode(data))
    expand_numbers(body)
    prune(body)
    page = _Page(find_content(body))
    page.walk(body)
    return page.assembly.text()


def _decode(data: bytes) -> str:
    named = _CHARSET.search(data[:4096])
    if named and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        encoding = named[1].decode("ascii").lower()
        try:
            return data.decode(_WIDER.get(encoding, encoding))
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(data)


def _body(content: str) -> _Element:
    # Old pages leave hundreds of tags open, and the small limit on depth would drop all that follows without a word.
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True, recover=True
    )
    try:
        root = etree.fromstring(content.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        refuse_out_of_memory(parser)
        raise refusal("damaged") from None
    refuse_out_of_memory(parser)
    if any("depth" in error.message for error in parser.error_log):
        raise refusal("too-complex")
    body = None if root is None else root.find("body")
    if body is None:
        raise refusal("empty")
    return body


class _Page:
    """Walks a page in reading order; before the main text only the title and the document's particulars are kept."""

    def __init__(self, content: Content) -> None:
        self.assembly = Assembly()
        self._content = content
        self._is_inside = False
        self._is_title = False
        self._is_over = False
        self._words: list[str] = []

    def walk(self, body: _Element) -> None:
        walker = etree.iterwalk(body, events=("start", "end"))
        for event, element in walker:
            if event == "end":
                self._end(element)
            elif element.tag == "table" and is_data_table(element):
                self._table(element)
                walker.skip_subtree()
            elif element.tag in _UNSPOKEN:
                walker.skip_subtree()
            else:
                self._start(element)
        self._flush()

    def _start(self, element: _Element) -> None:
        if element.tag not in _INLINE or self._is_part(element):
            self._flush()
        self._is_inside = self._is_inside or element is self._content.main
        self._is_title = self._is_title or element is self._content.title
        self._words.append(_lines_kept(element))

    def _end(self, element: _Element) -> None:
        if element.tag not in _INLINE or self._is_part(element):
            self._flush()
        if element is self._content.main:
            self._is_inside, self._is_over = False, True
        if element is self._content.title:
            self._is_title = False
        self._words.append(element.tail or "")

    def _is_part(self, element: _Element) -> bool:
        return element is self._content.main or element is self._content.title

    def _table(self, table: _Element) -> None:
        self._flush()
        cells = table_cells(table, _printed)
        length = sum(len(cell.text) for cell in cells)
        is_metadata = length < _LONGEST_METADATA and any(_METADATA.search(cell.text) for cell in cells)
        if self._is_inside or table is self._content.main or (is_metadata and not self._is_over):
            self.assembly.table(cells)
        self._is_over = self._is_over or table is self._content.main

    def _flush(self) -> None:
        words = _printed("".join(self._words))
        self._words.clear()
        is_metadata = not self._is_over and len(words) < _LONGEST_METADATA and _METADATA.search(words)
        if self._is_inside or self._is_title or is_metadata:
            self.assembly.paragraph(words.replace("\v", "\n"))


def _lines_kept(element: _Element) -> str:
    words = element.text or ""
    return words.replace("\n", "\v") if element.tag == "pre" else words


def _printed(words: str) -> str:
    """Gives words as a browser shows them: white space collapsed, none where a line of Chinese was broken."""
    return _WHITE.sub(" ", _BROKEN_LINE.sub("", words)).strip()
