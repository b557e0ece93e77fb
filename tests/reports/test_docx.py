"""The .docx opened again and measured: pages, lines, heads, letters, annexes, forms."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from pytest import approx

from tests.reports.making import (
    HOSTILE,
    OFFICE,
    a_call_list,
    a_large_summary,
    a_notice,
    a_paper,
    a_slip,
    an_empty_summary,
    with_annexes,
)
from tests.reports.pixels import texts
from tracker.core.official import Flag, Heading, Masthead, MastheadForm, OfficialPaper, Paragraph, Tint
from tracker.core.terms import SlipForm, SlipLevel
from tracker.reports import calls, docx, monthly, notices, pdf, slips
from tracker.reports.printable import printable


def opened(paper: OfficialPaper) -> Any:
    return Document(io.BytesIO(docx.document(paper)))


def words(paper: Any) -> str:
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *cells])


def millimetres(*lengths: Any) -> list[float]:
    return [round(length.mm, 1) for length in lengths]


def test_22_lines_of_the_body_fill_the_type_area_and_no_23rd() -> None:
    paper = opened(a_paper())
    pitch = paper.styles["Normal"].paragraph_format.line_spacing.pt
    assert 22 * pitch <= Mm(225).pt < 23 * pitch
    section = paper.sections[0]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert int(grid.get(qn("w:linePitch"))) == round(pitch * 20)


def test_28_characters_fit_on_a_line_and_no_29th() -> None:
    run = next(p for p in opened(a_paper()).paragraphs if p.text.startswith("现将")).runs[0]
    spacing = int(run._element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    character = run.font.size.pt + spacing
    assert 28 * character <= Mm(156).pt < 29 * character


def test_the_mark_is_red_and_stands_35_mm_under_the_type_area() -> None:
    mark = opened(a_paper()).paragraphs[0]
    assert mark.paragraph_format.space_before.mm == approx(35, abs=0.1)
    assert str(mark.runs[0].font.color.rgb) == "C00000"


def test_long_marks_are_narrowed_to_the_width_of_the_type_area() -> None:
    head = Masthead(MastheadForm.RED_HEAD, f"{OFFICE}文件")
    run = opened(a_paper(masthead=head)).paragraphs[0].runs[0]
    share = int(run._element.rPr.find(qn("w:w")).get(qn("w:val"))) / 100
    assert len(run.text) * run.font.size.pt * share <= Mm(157).pt


def test_the_red_rule_stands_4_mm_under_the_number_from_margin_to_margin() -> None:
    paragraphs = opened(a_paper()).paragraphs
    place = next(place for place, p in enumerate(paragraphs) if p.text == "云政督〔2026〕3号")
    rule = paragraphs[place + 1]
    assert rule.paragraph_format.line_spacing.mm == approx(4, abs=0.1)
    bottom = rule._p.pPr.find(qn("w:pBdr")).find(qn("w:bottom"))
    assert bottom.get(qn("w:color")) == "C00000" and rule._p.pPr.ind is None


@pytest.mark.parametrize("form", [MastheadForm.RED_HEAD, MastheadForm.SERIAL])
def test_papers_that_go_up_name_the_signer_beside_the_number(form: MastheadForm) -> None:
    head = Masthead(form, "云川市文件", number="云政〔2026〕3号", signer="赵某某")
    assert "云政〔2026〕3号\t签发人：赵某某" in words(opened(a_paper(masthead=head)))
    assert "签发人：赵某某" in texts(pdf.document(a_paper(masthead=head)))[0]


def test_a_letter_has_head_and_foot_on_its_first_page_only() -> None:
    paper = opened(a_paper(masthead=Masthead(MastheadForm.LETTER, OFFICE, number="云科创函〔2026〕5号")))
    section = paper.sections[0]
    assert section.different_first_page_header_footer
    assert section.header_distance.mm == approx(30, abs=0.1)
    head, foot = section.first_page_header.paragraphs, section.first_page_footer.paragraphs
    assert head[0].text == OFFICE and not any(p.text for p in foot)
    for rule in (head[1], foot[0]):
        left, right = rule.paragraph_format.left_indent.mm, rule.paragraph_format.right_indent.mm
        assert 156 - left - right == approx(170, abs=0.1)
        assert (28 + left, 26 + right) == (approx(20, abs=0.1), approx(20, abs=0.1))
    assert "PAGE" in section.footer._element.xml


def test_annexes_of_tables_are_the_sheet_turned_with_its_margins() -> None:
    turned = opened(with_annexes()).sections[1]
    assert millimetres(turned.page_width, turned.page_height) == [297, 210]
    assert millimetres(turned.top_margin, turned.left_margin) == [28, 35]
    assert millimetres(turned.right_margin, turned.bottom_margin) == [37, 26]
    assert all("tbRl" in footer._element.xml for footer in (turned.footer, turned.even_page_footer))


def test_the_foot_of_the_paper_has_rules_of_its_widths() -> None:
    paper = opened(with_annexes())
    box = paper.element.body.find(f".//{qn('w:txbxContent')}")
    sizes = [int(line.get(qn("w:sz"))) for line in box.iter(qn("w:bottom"))]
    # Eighths of a point: 0.35, 0.25 and 0.35 mm.
    assert [size / 8 / 72 * 25.4 for size in sizes] == approx([0.35, 0.25, 0.35], abs=0.02)
    text = "".join(node.text for node in box.iter(qn("w:t")))
    assert "抄送：市委办公室，市人大常委会办公室。" in text and "2026年11月1日印发" in text


def test_rows_of_a_table_are_kept_whole_under_a_repeated_head() -> None:
    table = opened(monthly.paper(a_large_summary())).tables[0]
    assert len(table.rows) == 201
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert all("w:cantSplit" in row._tr.xml for row in table.rows)


@pytest.mark.parametrize("level", SlipLevel)
def test_the_level_of_a_slip_is_worded_and_coloured(level: SlipLevel) -> None:
    flag = opened(slips.paper(a_slip(level=level))).paragraphs[0]
    assert flag.text == f"{level.label}督办"
    assert flag.runs[0].font.color.rgb is not None


def test_the_three_levels_have_three_colours() -> None:
    colours = {
        str(opened(slips.paper(a_slip(level=level))).paragraphs[0].runs[0].font.color.rgb) for level in SlipLevel
    }
    assert len(colours) == 3


def test_a_slip_says_what_is_owed_on_what_basis_by_when_and_whom_to_call() -> None:
    text = words(opened(slips.paper(a_slip())))
    for said in ("市科学技术局：", "根据市政府督查工作安排，", "3.建设量子信息产业园二期", "1.完成用地预审。"):
        assert said in text
    for said in (
        "牵头单位",
        "已逾期36个工作日",
        "李某某　0000-1234567",
        "2026年11月2日发出黄色督办单",
        "2026年11月30日",
    ):
        assert said in text


@pytest.mark.parametrize("basis", ["根据市政府督查工作安排。", "依据市政府督查工作安排；", " 市政府督查工作安排"])
def test_the_basis_is_worded_once_however_it_was_typed(basis: str) -> None:
    assert "根据市政府督查工作安排，现对" in words(opened(slips.paper(a_slip(basis=basis))))


def test_a_unit_outside_the_command_is_asked_in_a_letter() -> None:
    text = words(opened(slips.paper(a_slip(form=SlipForm.LETTER, unit="国家税务总局云川市税务局"))))
    assert "请贵单位予以支持" in text and "函复我办" in text and "红色" not in text


def test_a_notice_lists_every_task_of_the_unit_with_its_part_in_it() -> None:
    paper = opened(notices.paper(a_notice(tasks=200)))
    text = words(paper)
    assert "200项任务（牵头66项、责任67项、配合67项）" in text
    receipt, tasks = paper.tables
    assert "签收单位" in receipt.rows[1].cells[0].text
    assert [row.cells[1].text for row in tasks.rows[1:]] == [f"{n}." for n in range(1, 201)]
    assert "附件：1. 任务签收回执" in text


def test_a_unit_that_does_not_file_is_asked_for_no_filing() -> None:
    text = words(opened(notices.paper(a_notice(filing="", breakdown_by_on=None))))
    assert "按期报送" not in text and "细化分解" not in text and "及时签收" in text


def test_a_list_of_calls_is_a_turned_sheet_from_its_first_page() -> None:
    paper = opened(calls.paper(a_call_list()))
    assert millimetres(paper.sections[0].page_width, paper.sections[0].page_height) == [297, 210]
    assert len(paper.sections) == 1
    (table,) = paper.tables
    assert [cell.text for cell in table.rows[1].cells][:4] == ["1", "青岚县第1街道办事处", "王某某", "0000-7654321"]
    assert {round(row.height.mm) for row in table.rows[1:]} == {17}


def test_without_units_to_call_the_list_says_so() -> None:
    assert "没有需要电话催办的单位" in words(opened(calls.paper(a_call_list(rows=0))))


def test_an_empty_month_makes_a_paper() -> None:
    assert "没有纳入统计的任务" in words(opened(monthly.paper(an_empty_summary())))


def test_hostile_words_are_kept_as_text() -> None:
    paper = a_paper(body=(Heading(HOSTILE), Paragraph(HOSTILE)), addressee=HOSTILE)
    assert words(opened(paper)).count(printable(HOSTILE)) == 3


def test_flags_stand_over_the_mark_and_take_their_room_from_its_drop() -> None:
    head = Masthead(MastheadForm.RED_HEAD, "云川市文件", flags=(Flag("特急", Tint.BLACK), Flag("内部", Tint.BLACK)))
    first, second, mark = opened(a_paper(masthead=head)).paragraphs[:3]
    assert [first.text, second.text, mark.text] == ["特急", "内部", "云川市文件"]
    assert mark.paragraph_format.space_before.pt + 2 * 28.95 == approx(Mm(35).pt, abs=1)


def test_the_title_is_22_points_and_its_lines_are_the_papers() -> None:
    paper = opened(a_paper(title=("关于《云川市行动计划》", "工作进展情况的通报")))
    lines = [p for p in paper.paragraphs if p.runs and p.runs[0].font.size == Pt(22)]
    assert [line.text for line in lines] == ["关于《云川市行动计划》", "工作进展情况的通报"]
