"""The files opened again: layout, figures, and nothing typed that runs."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt

from tracker.core.ledger import COLUMNS
from tracker.core.narrative import overview
from tracker.core.summary import (
    ConcernRow,
    FilingCount,
    LateRow,
    LedgerRow,
    ReportClass,
    Summary,
    UnitCount,
    class_counts,
)
from tracker.reports import docx, monthly
from tracker.reports.xlsx import Coloured, Column, ledger, listing

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "\t=1", "{=1}"]


def a_summary(**changes: Any) -> Summary:
    counts = dict(zip(ReportClass, (24, 10, 162, 17, 9), strict=True))
    late = LateRow(
        task_id=7,
        number="3.",
        title="建设量子产业园",
        unit="市科学技术局",
        role="牵头",
        kind=ReportClass.LATE,
        original_due_on=date(2026, 8, 31),
        due_on=date(2026, 9, 30),
        workdays=18,
        percent=60,
        last_word="已选址。",
        last_word_on=date(2026, 10, 20),
    )
    values = {
        "plan_id": 1,
        "plan_title": "云川市科技创新三年行动计划（2025—2027年）",
        "doc_no": "云政办〔2025〕7号",
        "jurisdiction": "云川市",
        "office": "云川市科技创新领导小组办公室",
        "is_supervision": False,
        "period": "2026-10",
        "as_of": date(2026, 10, 31),
        "is_running": False,
        "tasks": 200,
        "items": 222,
        "near": 3,
        "standing": 2,
        "suspended": 0,
        "classes": class_counts(counts),
        "units": (UnitCount(1, "市科学技术局", (1, 2, 3, 4, 5)), UnitCount(2, "市财政局", (5, 4, 3, 2, 1))),
        "late": (late,),
        "concerns": (ConcernRow(7, "3.", "建设量子产业园", "市科学技术局", "土地指标不足\x0b", "=1+1"),),
        "filings": (FilingCount(1, "市科学技术局", 5, 4, 3, 1),),
        "ledger": tuple(a_ledger_row(title=words) for words in FORMULAS),
    }
    return Summary(**{**values, **changes})


def a_ledger_row(**changes: Any) -> LedgerRow:
    words = dict.fromkeys(("targets", "leader", "contacts", "milestones", "progress", "note", "outcome"), "")
    words |= dict.fromkeys(("problems", "next_step", "coordination"), "")
    values = {
        "task_id": 1,
        "number": "3.",
        "title": "建设量子产业园",
        "leads": "市科学技术局",
        "responsible": "市财政局",
        "issued_on": date(2026, 1, 5),
        "original_due_on": None,
        "due_on": date(2026, 9, 30),
        "extensions": 1,
        "percent": 60,
        "filing": "已报送",
        "kind": ReportClass.LATE,
        "light": "逾期",
    }
    return LedgerRow(**{**words, **values, **changes})


def opened(summary: Summary) -> Any:
    return Document(io.BytesIO(docx.document(monthly.paper(summary))))


def words_of(paper: Any) -> list[str]:
    return [paragraph.text for paragraph in paper.paragraphs]


def look(run: Any) -> tuple[str, Any]:
    return run._element.rPr.rFonts.get(qn("w:eastAsia")), run.font.size


def test_the_paper_has_the_measures_of_the_standard() -> None:
    section = opened(a_summary()).sections[0]
    assert [round(length.mm) for length in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(margin.mm) for margin in margins] == [37, 28, 26, 35]


def test_body_title_and_headings_have_their_fonts_and_sizes() -> None:
    paper = opened(a_summary())
    looks = {p.text: look(p.runs[0]) for p in paper.paragraphs if p.runs}
    assert looks["关于《云川市科技创新三年行动计划"] == ("方正小标宋简体", Pt(22))
    assert looks["一、总体进展"] == ("黑体", Pt(16))
    assert looks["（一）逾期事项"] == ("楷体", Pt(16))
    assert looks[overview(a_summary())] == ("仿宋", Pt(16))
    style = paper.styles["Normal"].paragraph_format
    assert style.line_spacing == Pt(28.95)
    assert not any(run.bold for p in paper.paragraphs for run in p.runs)


def test_pages_are_numbered_outside_between_dashes() -> None:
    paper = opened(a_summary())
    assert paper.settings.odd_and_even_pages_header_footer
    section = paper.sections[0]
    for footer, place in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        assert paragraph.text.startswith("— ") and paragraph.text.endswith(" —")
        assert "PAGE" in paragraph._p.xml and paragraph.runs[0].font.size == Pt(14)
        assert paragraph._p.pPr.ind.get(qn(f"w:{place}Chars")) == "100"


def test_text_and_annex_of_the_paper_say_the_figures_of_the_summary() -> None:
    summary = a_summary()
    paper = opened(summary)
    text = "\n".join(words_of(paper))
    for row in summary.classes:
        assert f"{row.kind.label}{row.count}项，占{row.share}%" in text
    assert "200项任务（222个具体事项）" in text
    late, units = paper.tables
    assert [cell.text for cell in late.rows[1].cells][1:7] == [
        "3.建设量子产业园", "市科学技术局（牵头）", "2026.8.31", "2026.9.30", "逾期", "18",
    ]  # fmt: skip
    assert [cell.text for cell in units.rows[-1].cells] == ["", "合计", "30", "6", "6", "6", "6", "6"]
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in paper.tables)


@pytest.mark.parametrize(("is_supervision", "words"), [(True, "督查情况的通报"), (False, "工作进展情况的通报")])
def test_the_title_is_that_of_the_office_that_may_bear_it(is_supervision: bool, words: str) -> None:
    assert f"2026年10月{words}" in words_of(opened(a_summary(is_supervision=is_supervision)))


def test_a_month_in_which_all_is_well_makes_a_paper_too() -> None:
    empty = a_summary(late=(), concerns=(), filings=(), units=(), classes=class_counts({}), items=0, tasks=0)
    text = "\n".join(words_of(opened(empty)))
    assert "没有逾期事项" in text and "没有纳入统计的任务" in text


def test_the_same_summary_gives_the_same_paper() -> None:
    first, second = opened(a_summary()), opened(a_summary())
    assert first.element.xml == second.element.xml
    assert first.core_properties.created == second.core_properties.created


def test_the_ledger_has_the_columns_of_the_standard_on_a3_with_its_head_repeated() -> None:
    book = openpyxl.load_workbook(io.BytesIO(ledger(monthly.ledger(a_summary()), figures=a_summary())))
    sheet = book["台账"]
    assert [cell.value for cell in sheet[3]] == list(COLUMNS.values())
    assert (str(sheet.page_setup.paperSize), sheet.page_setup.orientation) == ("8", "landscape")
    assert sheet.print_title_rows == "$3:$3"
    filing, progress = sheet.cell(4, 20), sheet.cell(4, 21)
    assert (filing.value, filing.fill.fgColor.rgb) == ("已报送", "FFE2F0D9")
    assert (progress.value, progress.fill.fgColor.rgb) == ("逾期", "FFF4CCCC")


def test_nothing_typed_becomes_a_formula_or_a_link() -> None:
    data = ledger(monthly.ledger(a_summary()), figures=a_summary())
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["台账"]
    titles = [sheet.cell(4 + place, 4) for place in range(len(FORMULAS))]
    assert [cell.value for cell in titles] == FORMULAS
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_the_sheet_of_figures_equals_the_summary() -> None:
    summary = a_summary()
    sheet = openpyxl.load_workbook(io.BytesIO(ledger(monthly.ledger(summary), figures=summary)))["统计"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == overview(summary)
    for row in summary.classes:
        assert [row.kind.label, row.count, float(row.share)] in [line[:3] for line in rows]
    assert ["合计", 222, 100] in [line[:3] for line in rows]
    assert ["市财政局", 15, 5, 4, 3, 2, 1] in [line[:7] for line in rows]
    assert sum((row.share for row in summary.classes), Decimal(0)) == Decimal("100.0")


def test_a_list_is_exported_with_its_note_dates_as_dates_and_lights_worded() -> None:
    columns = [Column("任务"), Column("时限"), Column("亮灯"), Column("天数")]
    rows = [("=1", date(2026, 3, 1), Coloured("逾期", "late"), 3), ("乙\x00", None, Coloured("正常", "on_time"), None)]
    sheet = openpyxl.load_workbook(io.BytesIO(listing("清单", columns, rows, note="共2项"))).active
    assert sheet["A1"].value == "清单" and sheet["A2"].value == "共2项"
    assert [cell.value for cell in sheet[4]][2:] == ["逾期", 3]
    assert sheet["A4"].value == "=1" and sheet["A4"].data_type == "s"
    assert sheet["B4"].value.date() == date(2026, 3, 1) and sheet["B5"].value is None
    assert sheet["A5"].value == "乙"
