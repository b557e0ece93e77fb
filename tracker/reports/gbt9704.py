"""The layout of official papers (GB/T 9704-2012, 党政机关公文格式) on top of python-docx.

Fonts are named and not embedded: the reader's office computer has them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from tracker.reports.printable import printable

SONG, FANG, HEI, KAI, XIAOBIAO = "宋体", "仿宋", "黑体", "楷体", "方正小标宋简体"
BODY, TITLE, SMALL, TABLE = Pt(16), Pt(22), Pt(14), Pt(10.5)
LINE = Pt(28.95)
RED = RGBColor(0xC0, 0x00, 0x00)
MARGINS = {"top_margin": Mm(37), "left_margin": Mm(28), "right_margin": Mm(26), "bottom_margin": Mm(35)}
# 28 characters of 16 pt are 158 mm, the type area is 156: each gives up a quarter of a point (in twentieths). A grid of
# characters would say the same, but LibreOffice and WPS give a character wider than its cell two cells.
TIGHTER = -5
GRID_LINE = round(28.95 * 20)
Alignment = WD_ALIGN_PARAGRAPH


class Paper:
    """An official paper in the making; the methods put its parts down in their order."""

    def __init__(self, *, subject: str, author: str, on: date) -> None:
        self.document = Document()
        self._properties(subject, author, on)
        self._normal_style()
        self._page(self.document.sections[0])
        self._page_numbers(self.document.sections[0])

    def bytes(self) -> bytes:
        """Gives the file."""
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()

    def masthead(self, issuer: str, left: str, right: str) -> None:
        """Puts the red mark of the issuer, a line under it and the red rule."""
        mark = self._paragraph(issuer, XIAOBIAO, Pt(36 if len(issuer) <= 12 else 28), alignment=Alignment.CENTER)
        mark.runs[0].font.color.rgb = RED
        mark.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        mark.paragraph_format.space_after = Pt(14)
        line = self._paragraph(f"{left}\t{right}", FANG, BODY)
        line.paragraph_format.tab_stops.add_tab_stop(Mm(156), alignment=2)
        _rule(line, "C00000", 18)

    def title(self, *lines: str) -> None:
        """Puts the title, one paragraph a line, centred."""
        self.blank()
        for line in lines:
            self._paragraph(line, XIAOBIAO, TITLE, alignment=Alignment.CENTER).paragraph_format.line_spacing = Pt(32)
        self.blank()

    def addressee(self, text: str) -> None:
        """Puts the addressee (主送机关) flush left."""
        self._paragraph(text, FANG, BODY)

    def heading(self, text: str, level: int = 1) -> None:
        """Puts a heading: 一、 in 黑体, （一） in 楷体, indented two characters, never bold."""
        paragraph = self._paragraph(text, HEI if level == 1 else KAI, BODY, indent=True)
        paragraph.paragraph_format.keep_with_next = True

    def body(self, text: str) -> None:
        """Puts a paragraph of text."""
        self._paragraph(text, FANG, BODY, indent=True, alignment=Alignment.JUSTIFY)

    def blank(self) -> None:
        """Puts an empty line."""
        self._paragraph("", FANG, BODY)

    def attachments(self, names: Sequence[str]) -> None:
        """Puts the list of annexes (附件说明), hanging under their numbers."""
        self.blank()
        for place, name in enumerate(names):
            number = f"{place + 1}．" if len(names) > 1 else ""
            paragraph = self._paragraph(f"{'附件：' if place == 0 else ''}{number}{name}", FANG, BODY)
            _indent(paragraph, left=200 if place == 0 else 500)

    def signature(self, office: str, day: str) -> None:
        """Puts the office and the date, the date four characters from the right, the office centred over it."""
        self.blank()
        for text in (office, day):
            paragraph = self._paragraph(text, FANG, BODY, alignment=Alignment.RIGHT)
            longer = max(len(office) - len(day) * 0.62, 0) / 2
            _indent(paragraph, right=400 if text is day else max(round(400 - longer * 100), 0))
            paragraph.paragraph_format.keep_with_next = text is office

    def annex(self, mark: str, title: str, *, landscape: bool = False) -> None:
        """Begins an annex on a page of its own."""
        if landscape:
            self._landscape()
        head = self._paragraph(mark, HEI, BODY)
        head.paragraph_format.page_break_before = not landscape
        line = self._paragraph(title, XIAOBIAO, Pt(18), alignment=Alignment.CENTER)
        line.paragraph_format.space_after = Pt(8)

    def note(self, text: str) -> None:
        """Puts a small note over or under a table."""
        self._paragraph(text, FANG, Pt(12)).paragraph_format.line_spacing = Pt(20)

    def table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        widths_mm: Sequence[float],
        words: Sequence[float] = (),
    ) -> None:
        """Puts a ruled table whose head is repeated on every page and whose rows are not torn apart.

        Takes `words`, the columns of running text, which are set from the left; the others are centred.
        """
        table = self.document.add_table(rows=1, cols=len(head), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)
        _fill(table.rows[0], head, widths_mm, font=HEI, words=())
        _flag(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
        for row in rows:
            _fill(table.add_row(), row, widths_mm, font=FANG, words=words)
        for made in table.rows:
            _flag(made._tr.get_or_add_trPr(), "w:cantSplit")

    def _paragraph(
        self, text: str, font: str, size: Any, *, indent: bool = False, alignment: Any = Alignment.LEFT
    ) -> Paragraph:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = alignment
        run = paragraph.add_run(printable(text))
        _font(run, font, size)
        if size is BODY:
            _tighten(run)
        else:
            _off_grid(paragraph)
        if indent:
            _indent(paragraph, first=200)
        return paragraph

    def _properties(self, subject: str, author: str, on: date) -> None:
        properties = self.document.core_properties
        properties.title, properties.author, properties.comments = printable(subject), printable(author), ""
        # The day the figures are of, not of the download: the same summary gives the same file.
        properties.created = properties.modified = datetime.combine(on, time(), UTC)

    def _normal_style(self) -> None:
        style = self.document.styles["Normal"]
        style.font.size = BODY
        style.font.name = "Times New Roman"
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FANG)
        layout = style.paragraph_format
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
        layout.space_before = layout.space_after = Pt(0)

    def _page(self, section: Any) -> None:
        section.page_width, section.page_height = Mm(210), Mm(297)
        for name, value in MARGINS.items():
            setattr(section, name, value)
        section.footer_distance = Mm(25)
        for old in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(old)
        grid = OxmlElement("w:docGrid")
        for name, value in (("type", "lines"), ("linePitch", GRID_LINE)):
            grid.set(qn(f"w:{name}"), str(value))
        section._sectPr.append(grid)

    def _landscape(self) -> None:
        section = self.document.add_section()
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.top_margin, section.bottom_margin = Mm(28), Mm(26)
        section.left_margin, section.right_margin = Mm(37), Mm(35)
        section.footer_distance = Mm(18)

    def _page_numbers(self, section: Any) -> None:
        self.document.settings.odd_and_even_pages_header_footer = True
        for footer, alignment, side in (
            (section.footer, Alignment.RIGHT, "right"),
            (section.even_page_footer, Alignment.LEFT, "left"),
        ):
            footer.is_linked_to_previous = False
            paragraph = footer.paragraphs[0]
            paragraph.alignment = alignment
            _indent(paragraph, **{side: 100})
            _font(paragraph.add_run("— "), SONG, SMALL)
            _page_field(paragraph)
            _font(paragraph.add_run(" —"), SONG, SMALL)


def _font(run: Any, name: str, size: Any) -> None:
    run.font.size = size
    run.font.name = name
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _tighten(run: Any) -> None:
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(TIGHTER))
    run._element.get_or_add_rPr().insert_element_before(
        spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:lang"
    )


def _off_grid(paragraph: Paragraph) -> None:
    """Frees a paragraph of another size from the line grid of the body."""
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().insert_element_before(snap, "w:spacing", "w:ind", "w:jc", "w:rPr")


def _indent(paragraph: Paragraph, *, first: int = 0, left: int = 0, right: int = 0) -> None:
    """Sets indents in hundredths of a character, as Word's own grid counts them."""
    layout = paragraph._p.get_or_add_pPr().get_or_add_ind()
    for name, hundredths in (("firstLine", first), ("left", left), ("right", right)):
        if hundredths:
            layout.set(qn(f"w:{name}Chars"), str(hundredths))
            layout.set(qn(f"w:{name}"), str(round(hundredths / 100 * 320)))


def _rule(paragraph: Paragraph, colour: str, eighths: int) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", eighths), ("space", 4), ("color", colour)):
        bottom.set(qn(f"w:{name}"), str(value))
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _page_field(paragraph: Paragraph) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        _font(run, SONG, SMALL)
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _fill(row: Any, values: Sequence[str], widths_mm: Sequence[float], *, font: str, words: Sequence[float]) -> None:
    for place, (cell, value, width) in enumerate(zip(row.cells, values, widths_mm, strict=True)):
        cell.width = Mm(width)
        paragraph = cell.paragraphs[0]
        _off_grid(paragraph)
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        paragraph.paragraph_format.line_spacing = Pt(16)
        paragraph.alignment = Alignment.LEFT if place in words else Alignment.CENTER
        _font(paragraph.add_run(printable(value)), font, TABLE)


def _flag(properties: Any, name: str) -> None:
    properties.append(OxmlElement(name))
