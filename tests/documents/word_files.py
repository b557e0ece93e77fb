"""Word files for tests: python-docx for the package, raw XML for what it cannot write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph

from tests.documents import sample_plan

PLAN_LEVELS = (
    ("chineseCounting", "%1、"),
    ("chineseCountingThousand", "（%2）"),
    ("decimal", "%3."),
)


def saved(document: Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def level(index: int, number_format: str, text: str, *, suffix: str = "tab", extra: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="{start}"/><w:numFmt w:val="{number_format}"/>{extra}'
        f'<w:suff w:val="{suffix}"/><w:lvlText w:val="{text}"/></w:lvl>'
    )


def add_list(document: Document, levels: str, *, abstract: int = 900, lists: str = "") -> None:
    """Adds an abstract list with the levels given, and list `abstract` made from it (or the lists given as XML)."""
    root = document.part.numbering_part.element
    before = next((num for num in root.iterchildren(qn("w:num"))), None)
    element = parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{abstract}">{levels}</w:abstractNum>')
    root.append(element) if before is None else before.addprevious(element)
    xml = lists or f'<w:num w:numId="{abstract}"><w:abstractNumId w:val="{abstract}"/></w:num>'
    for num in parse_xml(f"<w:lists {nsdecls('w')}>{xml}</w:lists>"):
        root.append(num)


def numbered(document: Document, words: str, *, list_id: int = 900, at_level: int | None = 0) -> Paragraph:
    paragraph = document.add_paragraph(words)
    number(paragraph, list_id=list_id, at_level=at_level)
    return paragraph


def number(paragraph: Paragraph, *, list_id: int | None, at_level: int | None) -> None:
    inside = "" if at_level is None else f'<w:ilvl w:val="{at_level}"/>'
    inside += "" if list_id is None else f'<w:numId w:val="{list_id}"/>'
    paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:numPr {nsdecls('w')}>{inside}</w:numPr>"))


def add_raw(document: Document, xml: str) -> None:
    """Adds a body element given as XML, before the section properties."""
    document.element.body.sectPr.addprevious(parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1)))


def with_member(data: bytes, name: str, content: bytes, *, is_packed: bool = True) -> bytes:
    """The same package with one member replaced or added."""
    stream = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", method) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return stream.getvalue()


def member(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(name)


def add_table(document: Document, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words


def plan_document(*, suffix: str = "nothing") -> Document:
    """The sample plan with every number made by Word and none in the text."""
    document = docx.Document()
    levels = "".join(level(index, *parts, suffix=suffix) for index, parts in enumerate(PLAN_LEVELS))
    # The tasks run on across sections and chapters.
    levels = levels.replace('<w:numFmt w:val="decimal"/>', '<w:numFmt w:val="decimal"/><w:lvlRestart w:val="0"/>')
    add_list(document, levels)
    document.add_paragraph(sample_plan.TITLE, style="Title")
    document.add_paragraph(sample_plan.NUMBER_LINE)
    for piece in sample_plan.PIECES:
        if piece.level is None:
            document.add_paragraph(piece.words)
        else:
            numbered(document, piece.words, at_level=piece.level)
    document.add_paragraph("附件：主要指标表")
    add_table(document, sample_plan.TABLE)
    return document
