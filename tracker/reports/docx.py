"""An official paper as .docx, by GB/T 9704-2012; fonts are named, not embedded: the office's computers have them."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph as Line

from tracker.core.official import (
    Annex,
    Block,
    Colophon,
    Form,
    FormCell,
    FormRow,
    Heading,
    Masthead,
    MastheadForm,
    Note,
    OfficialPaper,
    Paragraph,
    Signature,
    Table,
    Tint,
)
from tracker.reports import docx_layout as layout
from tracker.reports import docx_rows, gbt9704
from tracker.reports.docx_layout import BODY, FANG, HEI, KAI, LINE, XIAOBIAO, Alignment
from tracker.reports.printable import printable

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HEADING_FONTS = (HEI, KAI, FANG, FANG)
# Narrow red double rules of a letter, and their distance from the mark.
THICK_FIRST, THIN_FIRST, DOUBLE_RULE = "thickThinSmallGap", "thinThickSmallGap", 0.9
FOOT_LINE_POINTS = 24


def document(paper: OfficialPaper) -> bytes:
    """Gives the file."""
    return _Writer(paper).bytes()


class _Writer:
    """A document in the making; the methods put its parts down in their order."""

    def __init__(self, paper: OfficialPaper) -> None:
        self.paper = paper
        self.document = Document()
        self.is_empty = True
        self.is_landscape = not _has_text(paper) and bool(paper.annexes) and paper.annexes[0].is_landscape
        self._properties()
        self._normal_style()
        self._first_section()
        if _has_text(paper):
            self._text()
        for annex in paper.annexes:
            self._annex(annex)
        if paper.colophon:
            self._colophon(paper.colophon)

    def bytes(self) -> bytes:
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()

    def _properties(self) -> None:
        properties = self.document.core_properties
        properties.title, properties.author = printable(self.paper.subject), printable(self.paper.author)
        properties.comments = ""
        # The day of the content, not of the download: the same paper gives the same file.
        properties.created = properties.modified = datetime.combine(self.paper.on, time(), UTC)

    def _normal_style(self) -> None:
        style = self.document.styles["Normal"]
        style.font.size, style.font.name = BODY, "Times New Roman"
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FANG)
        form = style.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
        form.space_before = form.space_after = Pt(0)
        form.widow_control = False
        layout.no_spaces_between_scripts(style)

    def _first_section(self) -> None:
        section = self.document.sections[0]
        self.document.settings.odd_and_even_pages_header_footer = True
        self._lay(section, self.is_landscape)
        if self.paper.masthead and self.paper.masthead.form is MastheadForm.LETTER:
            _letter_head(section, self.paper.masthead)

    def _lay(self, section: Any, is_landscape: bool) -> None:
        self.is_landscape = is_landscape
        if is_landscape:
            layout.landscape(section)
            layout.turned_page_numbers(section)
        else:
            layout.portrait(section)
            layout.page_numbers(section)

    def _text(self) -> None:
        paper = self.paper
        self.is_empty = False
        if paper.masthead:
            self._masthead(paper.masthead)
        if paper.title:
            self._title(paper.title)
        elif paper.masthead:
            self._line("")
        if paper.addressee:
            self._line(paper.addressee)
        for block in paper.body:
            self._block(block)
        if paper.body and isinstance(paper.body[-1], Paragraph):
            # The signature never stands alone on a page (此页无正文).
            self.document.paragraphs[-1].paragraph_format.keep_with_next = True
        self._attachments(paper.listed)
        if paper.signature:
            self._signature(paper.signature)
        if paper.remark:
            layout.indent(self._line(f"（{paper.remark}）"), first=2)

    def _masthead(self, head: Masthead) -> None:
        for flag in head.flags:
            line = self._line("")
            made = layout.run(line, flag.text, HEI, colour=gbt9704.TINTS[flag.tint])
            if flag.tint is not Tint.BLACK:
                layout.framed_words(made, gbt9704.TINTS[flag.tint])
        if head.form is MastheadForm.LETTER:
            self._line(head.number, alignment=Alignment.RIGHT)
            return
        mark = self._line("", alignment=Alignment.CENTER)
        _put_mark(mark, head)
        taken = len(head.flags) * gbt9704.LINE_POINTS
        mark.paragraph_format.space_before = Pt(max(gbt9704.mark_drop(head) * gbt9704.POINTS_PER_MM - taken, 0))
        if head.form is MastheadForm.SERIAL:
            self._serial_lines(head)
        else:
            self._number_line(head)

    def _number_line(self, head: Masthead) -> None:
        self._line("")
        self._line("")
        self._red_rule(self._number(head))

    def _number(self, head: Masthead) -> Line:
        if not head.signer:
            return self._line(head.number, alignment=Alignment.CENTER)
        line = self._sides(head.number, "签发人：")
        layout.run(line, head.signer, KAI)
        return line

    def _serial_lines(self, head: Masthead) -> None:
        lines = [self._number(head)] if head.number or head.signer else []
        if head.issuer or head.day:
            lines.append(self._sides(head.issuer, head.day))
        self._red_rule(lines[-1] if lines else self._line(""))

    def _red_rule(self, over: Line) -> None:
        """Puts the rule under a line; of its own, since a border is as short as an indented line."""
        layout.exact(over, gbt9704.BODY_POINTS + 2)
        rule = self._line("", size=Pt(1))
        layout.exact(rule, gbt9704.RULE_GAP * gbt9704.POINTS_PER_MM)
        width = gbt9704.RULE_POINTS / gbt9704.POINTS_PER_MM
        layout.rules(rule, colour=gbt9704.RED, bottom=("single", width, 0))

    def _sides(self, left: str, right: str) -> Line:
        line = self._line(f"{left}\t{right}")
        line.paragraph_format.tab_stops.add_tab_stop(
            Mm(gbt9704.TYPE_WIDTH) - Pt(gbt9704.CHARACTER_PITCH_POINTS), WD_TAB_ALIGNMENT.RIGHT
        )
        layout.indent(line, left=1)
        return line

    def _title(self, lines: Sequence[str]) -> None:
        self._line("")
        if self.paper.masthead and self.paper.masthead.form is not MastheadForm.SERIAL:
            self._line("")
        for words in lines:
            line = self._line(words, font=XIAOBIAO, size=Pt(gbt9704.TITLE_POINTS), alignment=Alignment.CENTER)
            layout.exact(line, gbt9704.TITLE_POINTS + 11)
        self._line("")

    def _block(self, block: Block) -> None:
        match block:
            case Heading():
                line = self._line(block.text, font=HEADING_FONTS[block.level - 1])
                layout.indent(line, first=2)
                line.paragraph_format.keep_with_next = True
            case Paragraph():
                line = self._line("", alignment=Alignment.JUSTIFY)
                if block.lead:
                    layout.run(line, block.lead, KAI)
                layout.run(line, block.text, FANG)
                layout.indent(line, first=2)
            case Note():
                line = self._line(block.text, size=Pt(gbt9704.NOTE_POINTS))
                layout.exact(line, 20)
                line.paragraph_format.keep_with_next = True
            case Table():
                self._table(block)
            case Form():
                self._form(block)

    def _attachments(self, names: Sequence[str]) -> None:
        if names:
            self._line("").paragraph_format.keep_with_next = True
        for place, name in enumerate(names):
            number = f"{place + 1}. " if len(names) > 1 else ""
            label = "附件：" if place == 0 else ""
            width = len(label) + (1 if number else 0)
            layout.indent(
                self._line(f"{label}{number}{name}"),
                left=6 if number else 5,
                right=1,
                **({"hanging": width} if width else {}),
            )

    def _signature(self, signed: Signature) -> None:
        self._line("").paragraph_format.keep_with_next = True
        lines = (*signed.offices, signed.day)
        for words, right in zip(lines, gbt9704.signature_indents(signed.offices, signed.day), strict=True):
            line = self._line(words, alignment=Alignment.RIGHT)
            layout.indent(line, right=right)
            line.paragraph_format.keep_with_next = words is not signed.day or bool(self.paper.remark)

    def _annex(self, annex: Annex) -> None:
        starts_section = self._turn(annex.is_landscape)
        mark = self.paper.mark_of(annex)
        first = self._line(mark, font=HEI) if mark else None
        if annex.title:
            line = self._line(annex.title, font=XIAOBIAO, size=Pt(gbt9704.ANNEX_POINTS), alignment=Alignment.CENTER)
            layout.exact(line, 26)
            line.paragraph_format.space_after = Pt(8)
            first = first or line
        if first is not None and not starts_section and not self.is_empty:
            first.paragraph_format.page_break_before = True
        self.is_empty = False
        for block in annex.blocks:
            self._block(block)

    def _turn(self, is_landscape: bool) -> bool:
        """Begins a section where the sheet is turned; gives whether it did."""
        if is_landscape == self.is_landscape:
            return False
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        section.different_first_page_header_footer = False
        self._lay(section, is_landscape)
        return True

    def _table(self, block: Table) -> None:
        widths = gbt9704.fitted(block.widths_mm, is_landscape=self.is_landscape)
        docx_rows.fill(self._grid(0, widths), block, widths)
        self._after_table()

    def _form(self, block: Form) -> None:
        table = self._grid(len(block.rows), gbt9704.fitted(block.widths_mm, is_landscape=self.is_landscape))
        for made, row in zip(table.rows, block.rows, strict=True):
            made.height, made.height_rule = Mm(row.height_mm), WD_ROW_HEIGHT_RULE.AT_LEAST
            _fill_form_row(made, row)
        self._after_table()

    def _grid(self, rows: int, widths_mm: Sequence[float]) -> Any:
        table = self.document.add_table(rows=rows, cols=len(widths_mm), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        layout.fixed_columns(table, widths_mm)
        return table

    def _after_table(self) -> None:
        # Word wants a paragraph after a table; a line of its own would stand alone on the next page.
        layout.exact(self._line("", size=Pt(1)), 1)

    def _colophon(self, colophon: Colophon) -> None:
        self._turn(False)
        words = [f"抄送：{colophon.copies}。"] if colophon.copies else []
        if colophon.printer:
            words.append(f"{colophon.printer}\t{colophon.printed_on}印发")
        lines = [self._foot_rule(gbt9704.COLOPHON_OUTER)]
        for place, each in enumerate(words, start=1):
            lines.append(self._foot_line(each))
            lines.append(self._foot_rule(gbt9704.COLOPHON_OUTER if place == len(words) else gbt9704.COLOPHON_INNER))
        anchor = self._line("")
        layout.exact(anchor, 1)
        layout.at_foot(anchor, lines, sum(_foot_lines(each) for each in words) * FOOT_LINE_POINTS + len(lines) + 2)

    def _foot_rule(self, width_mm: float) -> Line:
        line = self._line("", size=Pt(1))
        layout.exact(line, 1)
        layout.rules(line, bottom=("single", width_mm, 0))
        return line

    def _foot_line(self, words: str) -> Line:
        line = self._line(words, size=Pt(gbt9704.SMALL_POINTS))
        layout.exact(line, FOOT_LINE_POINTS)
        character = gbt9704.SMALL_POINTS / gbt9704.BODY_POINTS
        if "\t" in words:
            side = Mm(gbt9704.TYPE_WIDTH) - Pt(gbt9704.SMALL_POINTS)
            line.paragraph_format.tab_stops.add_tab_stop(side, WD_TAB_ALIGNMENT.RIGHT)
            layout.indent(line, left=character)
        else:
            layout.indent(line, left=4 * character, right=character, hanging=3 * character)
        return line

    def _line(self, words: str, *, font: str = FANG, size: Length = BODY, alignment: Any = Alignment.LEFT) -> Line:
        line = self.document.add_paragraph()
        line.alignment = alignment
        if words:
            layout.run(line, words, font, size)
        return line


def _has_text(paper: OfficialPaper) -> bool:
    return bool(paper.masthead or paper.title or paper.body)


def _put_mark(line: Line, head: Masthead) -> None:
    points = gbt9704.mark_points(head)
    made = layout.run(line, head.mark, XIAOBIAO, Pt(points), colour=gbt9704.RED)
    layout.narrow(made, gbt9704.mark_stretch(head))
    layout.spread(made, gbt9704.mark_spread(head))
    layout.exact(line, points)


def _letter_head(section: Any, head: Masthead) -> None:
    """Puts the mark and the double rules of a letter on its first page: they stand outside the type area."""
    section.different_first_page_header_footer = True
    section.header_distance = Mm(gbt9704.LETTER_TOP)
    mark = section.first_page_header.paragraphs[0]
    mark.alignment = Alignment.CENTER
    _put_mark(mark, head)
    _letter_rule(section.first_page_header.add_paragraph(), "bottom", THICK_FIRST)
    section.first_page_header.paragraphs[-1].paragraph_format.space_after = Pt(8)
    _letter_rule(section.first_page_footer.paragraphs[0], "top", THIN_FIRST)


def _letter_rule(line: Line, side: str, style: str) -> None:
    layout.exact(line, gbt9704.RULE_GAP * gbt9704.POINTS_PER_MM if side == "bottom" else 1)
    layout.rules(line, colour=gbt9704.RED, **{side: (style, DOUBLE_RULE, 0)})
    aside = (gbt9704.PAGE_WIDTH - gbt9704.LETTER_RULE) / 2
    line.paragraph_format.left_indent = Mm(aside - gbt9704.LEFT)
    line.paragraph_format.right_indent = Mm(aside - gbt9704.RIGHT)


def _foot_lines(words: str) -> int:
    """Gives how many lines a text of the 版记 takes, hanging under its first three characters."""
    room = gbt9704.TYPE_WIDTH * gbt9704.POINTS_PER_MM / gbt9704.SMALL_POINTS - 5
    return max(1, math.ceil((gbt9704.characters(words) - 3) / room))


def _fill_form_row(made: Any, row: FormRow) -> None:
    cells, place = made.cells, 0
    layout.whole(made)
    for cell in row.cells:
        target = cells[place].merge(cells[place + cell.span - 1]) if cell.span > 1 else cells[place]
        _fill_form_cell(target, cell)
        place += cell.span


def _fill_form_cell(target: Any, cell: FormCell) -> None:
    target.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    for place, part in enumerate(cell.text.split("\n")):
        line = target.paragraphs[0] if place == 0 else target.add_paragraph()
        layout.exact(line, gbt9704.FORM_POINTS + 3.5)
        line.alignment = Alignment.CENTER if cell.is_label else Alignment.LEFT
        layout.run(line, part, HEI if cell.is_label else FANG, Pt(gbt9704.FORM_POINTS))
