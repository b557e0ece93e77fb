"""What python-docx has no words for: lines, grids, frames, borders and page numbers of official papers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Length, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from tracker.reports import gbt9704
from tracker.reports.printable import printable

SONG, FANG, HEI, KAI, XIAOBIAO = "宋体", "仿宋", "黑体", "楷体", "方正小标宋简体"
LATIN = "Times New Roman"
BODY = Pt(gbt9704.BODY_POINTS)
LINE = Pt(gbt9704.LINE_POINTS)
# A grid of characters would say the same, but LibreOffice and WPS give a character wider than its cell two cells.
TIGHTER = -5
TWIPS_PER_MM = 1440 / 25.4
EIGHTHS_PER_MM = 72 / 25.4 * 8
# In twentieths of a point.
CELL_MARGINS = {"top": 20, "left": 60, "bottom": 20, "right": 60}
EMU_PER_MM, EMU_PER_POINT = 36_000, 12_700
Alignment = WD_ALIGN_PARAGRAPH
FOOT_BOX = """
<w:drawing {spaces} xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
  <wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" locked="0"
    layoutInCell="1" allowOverlap="0">
    <wp:simplePos x="0" y="0"/>
    <wp:positionH relativeFrom="page"><wp:posOffset>{left}</wp:posOffset></wp:positionH>
    <wp:positionV relativeFrom="page"><wp:posOffset>{down}</wp:posOffset></wp:positionV>
    <wp:extent cx="{width}" cy="{high}"/>
    <wp:wrapTopAndBottom/>
    <wp:docPr id="9704" name="版记"/>
    <a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>
      <wps:cNvSpPr txBox="1"/>
      <wps:spPr>
        <a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{high}"/></a:xfrm>
        <a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln>
      </wps:spPr>
      <wps:txbx><w:txbxContent/></wps:txbx>
      <wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"/>
    </wps:wsp></a:graphicData></a:graphic>
  </wp:anchor>
</w:drawing>
"""


def run(paragraph: Paragraph, text: str, font: str, size: Length = BODY, *, colour: str = "") -> Any:
    """Adds words in a font to a paragraph."""
    made = paragraph.add_run(printable(text))
    # Digits of the text are set in Times, those of the page number in 宋体 (7.5).
    made.font.size, made.font.name = size, SONG if font == SONG else LATIN
    made._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour:
        made.font.color.rgb = RGBColor.from_string(colour.removeprefix("#"))
    if size == BODY:
        _run_property(made, "w:spacing", TIGHTER)
    return made


def narrow(made: Any, share: float) -> None:
    """Sets a run in narrower characters."""
    if share < 1:
        _run_property(made, "w:w", round(share * 100))


def spread(made: Any, points: float) -> None:
    """Sets a run's characters so far apart."""
    if points:
        _run_property(made, "w:spacing", round(points * 20))


def framed_words(made: Any, colour: str) -> None:
    """Draws a border of a colour round a run."""
    border = OxmlElement("w:bdr")
    for name, value in (("val", "single"), ("sz", 10), ("space", 2), ("color", colour.removeprefix("#"))):
        border.set(qn(f"w:{name}"), str(value))
    made._element.get_or_add_rPr().append(border)


def exact(paragraph: Paragraph, points: float) -> None:
    """Gives a paragraph lines of an exact height, free of the line grid of the body."""
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    paragraph.paragraph_format.line_spacing = Pt(points)
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().insert_element_before(snap, "w:spacing", "w:ind", "w:jc", "w:rPr")


def indent(paragraph: Paragraph, **characters: float) -> None:
    """Indents by characters: first, left, right, hanging."""
    names = {"first": "firstLine", "left": "left", "right": "right", "hanging": "hanging"}
    element = paragraph._p.get_or_add_pPr().get_or_add_ind()
    for name, count in characters.items():
        # Both measures: readers that know no characters take the length.
        element.set(qn(f"w:{names[name]}Chars"), str(round(count * 100)))
        element.set(qn(f"w:{names[name]}"), str(round(count * gbt9704.CHARACTER_PITCH_POINTS * 20)))


def rules(paragraph: Paragraph, *, colour: str = "000000", **lines: tuple[str, float, float]) -> None:
    """Puts rules on the sides of a paragraph: side → (style, width in mm, distance in points)."""
    borders = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right", "between"):
        if side in lines:
            style, width, distance = lines[side]
            line = OxmlElement(f"w:{side}")
            for name, value in (
                ("val", style),
                ("sz", round(width * EIGHTHS_PER_MM)),
                ("space", round(distance)),
                ("color", colour.removeprefix("#")),
            ):
                line.set(qn(f"w:{name}"), str(value))
            borders.append(line)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def at_foot(anchor: Paragraph, lines: Sequence[Paragraph], points: float) -> None:
    """Moves lines of so many points in all out of the text to the foot of the type area, into a box without a frame.

    A box, since LibreOffice lets neither a frame nor a table of this width float.
    """
    high = round(points * EMU_PER_POINT)
    foot = round((gbt9704.PAGE_HEIGHT - gbt9704.BOTTOM) * EMU_PER_MM)
    box = parse_xml(
        FOOT_BOX.format(
            spaces=nsdecls("w", "wp", "a"),
            left=round(gbt9704.LEFT * EMU_PER_MM),
            down=foot - high,
            width=round(gbt9704.TYPE_WIDTH * EMU_PER_MM),
            high=high,
        )
    )
    content = box.find(f".//{qn('w:txbxContent')}")
    for line in lines:
        content.append(line._p)
    anchor.add_run()._r.append(box)


def portrait(section: Any) -> None:
    """Gives a section the page of the standard."""
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(gbt9704.PAGE_WIDTH), Mm(gbt9704.PAGE_HEIGHT)
    section.top_margin, section.bottom_margin = Mm(gbt9704.TOP), Mm(gbt9704.BOTTOM)
    section.left_margin, section.right_margin = Mm(gbt9704.LEFT), Mm(gbt9704.RIGHT)
    section.footer_distance = Mm(gbt9704.BOTTOM - gbt9704.NUMBER_DROP) - Pt(gbt9704.SMALL_POINTS / 2)
    _line_grid(section)


def landscape(section: Any) -> None:
    """Gives a section the same sheet turned: its head stands where the sheet is bound."""
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(gbt9704.PAGE_HEIGHT), Mm(gbt9704.PAGE_WIDTH)
    section.top_margin, section.bottom_margin = Mm(gbt9704.LEFT), Mm(gbt9704.RIGHT)
    section.left_margin, section.right_margin = Mm(gbt9704.BOTTOM), Mm(gbt9704.TOP)
    section.footer_distance = Mm(gbt9704.RIGHT - gbt9704.NUMBER_DROP) - Pt(gbt9704.SMALL_POINTS)
    _line_grid(section)


def page_numbers(section: Any) -> None:
    """Numbers the pages outside: odd pages right, even pages left, one character in."""
    for footer, alignment, side in (
        (section.footer, Alignment.RIGHT, "right"),
        (section.even_page_footer, Alignment.LEFT, "left"),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = alignment
        indent(paragraph, **{side: 1})
        _number(paragraph)


def turned_page_numbers(section: Any) -> None:
    """Numbers the pages of a turned sheet where they stand on the others, so turned as well."""
    across = (gbt9704.BOTTOM - gbt9704.NUMBER_DROP) * TWIPS_PER_MM - gbt9704.SMALL_POINTS * 10
    high = round(26 * TWIPS_PER_MM)
    inset = gbt9704.SMALL_POINTS * 20
    odd = gbt9704.PAGE_WIDTH * TWIPS_PER_MM - gbt9704.RIGHT * TWIPS_PER_MM - inset - high
    even = gbt9704.LEFT * TWIPS_PER_MM + inset
    for footer, down, alignment in (
        (section.footer, odd, Alignment.RIGHT),
        (section.even_page_footer, even, Alignment.LEFT),
    ):
        footer.is_linked_to_previous = False
        table = footer.add_table(1, 1, Mm(8))
        table.autofit = False
        row = table.rows[0]
        row.height = Emu(high * 635)
        cell = row.cells[0]
        direction = OxmlElement("w:textDirection")
        direction.set(qn("w:val"), "tbRl")
        cell._tc.get_or_add_tcPr().append(direction)
        cell.paragraphs[0].alignment = alignment
        _number(cell.paragraphs[0])
        _float(table, horzAnchor="page", vertAnchor="page", tblpX=round(across), tblpY=round(down))
        # Word wants the table before the paragraph that holds the footer together.
        footer._element.remove(table._tbl)
        footer._element.insert(0, table._tbl)


def _number(paragraph: Paragraph) -> None:
    exact(paragraph, gbt9704.SMALL_POINTS)
    size = Pt(gbt9704.SMALL_POINTS)
    run(paragraph, "— ", SONG, size)
    _page_field(paragraph, size)
    run(paragraph, " —", SONG, size)


def _float(table: Any, **place: object) -> None:
    position = OxmlElement("w:tblpPr")
    for name, value in place.items():
        position.set(qn(f"w:{name}"), str(value))
    properties = table._tbl.tblPr
    properties.insert_element_before(
        position,
        "w:tblOverlap",
        "w:tblW",
        "w:jc",
        "w:tblInd",
        "w:tblBorders",
        "w:tblLayout",
        "w:tblCellMar",
        "w:tblLook",
    )


def whole(row: Any) -> None:
    """Keeps a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def fixed_columns(table: Any, widths_mm: Sequence[float]) -> None:
    """Gives a table columns of fixed widths, whatever stands in them, with the margins of its cells inside."""
    table.autofit = False
    margins = OxmlElement("w:tblCellMar")
    for side, width in CELL_MARGINS.items():
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(width))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")
    for column, millimetres in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(millimetres)


def no_spaces_between_scripts(style: Any) -> None:
    """Takes away the quarter of a character Word puts between Chinese and digits: the grid has no place for it."""
    properties = style.element.get_or_add_pPr()
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):
        element = OxmlElement(name)
        element.set(qn("w:val"), "0")
        properties.insert_element_before(element, "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _line_grid(section: Any) -> None:
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    grid = OxmlElement("w:docGrid")
    for name, value in (("type", "lines"), ("linePitch", round(gbt9704.LINE_POINTS * 20))):
        grid.set(qn(f"w:{name}"), str(value))
    section._sectPr.append(grid)


def _run_property(made: Any, name: str, value: int) -> None:
    element = OxmlElement(name)
    element.set(qn("w:val"), str(value))
    following = ("w:spacing", "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:bdr", "w:lang")
    made._element.get_or_add_rPr().insert_element_before(element, *following[following.index(name) + 1 :])


def _page_field(paragraph: Paragraph, size: Length) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        made = run(paragraph, "", SONG, size)
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        made._r.append(element)
