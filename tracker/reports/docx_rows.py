"""Rows of a ruled table written as XML in one go: through python-docx a long annex takes minutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tracker.core.official import Table
from tracker.reports import gbt9704
from tracker.reports.docx_layout import FANG, HEI, LATIN, TWIPS_PER_MM
from tracker.reports.printable import printable

LINE = round((gbt9704.TABLE_POINTS + 4.5) * 20)
SIZE = round(gbt9704.TABLE_POINTS * 2)


def fill(table: Any, block: Table, widths_mm: Sequence[float]) -> None:
    """Adds the head, repeated on every page, and the rows, kept whole, to a table without rows."""
    rows = "".join(_rows(block, [round(width * TWIPS_PER_MM) for width in widths_mm]))
    made = parse_xml(f"<w:tbl {nsdecls('w')}>{rows}</w:tbl>")
    for row in list(made):
        table._tbl.append(row)


def _rows(block: Table, widths: Sequence[int]) -> Iterator[str]:
    yield _row(block.head, widths, font=HEI, words=(), properties="<w:cantSplit/><w:tblHeader/>")
    high = f'<w:trHeight w:val="{round(block.row_mm * TWIPS_PER_MM)}" w:hRule="atLeast"/>' if block.row_mm else ""
    for row in block.rows:
        yield _row(row, widths, font=FANG, words=block.words, properties=f"<w:cantSplit/>{high}")


def _row(values: Sequence[str], widths: Sequence[int], *, font: str, words: Sequence[int], properties: str) -> str:
    look = f'<w:rPr><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{font}"/><w:sz w:val="{SIZE}"/></w:rPr>'
    cells = "".join(
        _cell(value, width, look, "left" if place in words else "center")
        for place, (value, width) in enumerate(zip(values, widths, strict=True))
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{cells}</w:tr>"


def _cell(value: str, width: int, look: str, side: str) -> str:
    lines = "".join(
        f'<w:p><w:pPr><w:snapToGrid w:val="0"/><w:spacing w:line="{LINE}" w:lineRule="exact"/><w:jc w:val="{side}"/>'
        f'</w:pPr><w:r>{look}<w:t xml:space="preserve">{escape(part)}</w:t></w:r></w:p>'
        for part in printable(value).split("\n")
    )
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{lines}</w:tc>'
