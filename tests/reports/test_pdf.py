"""The PDF rendered and measured by its ink against GB/T 9704-2012."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from pytest import approx

from tests.reports.making import (
    HOSTILE,
    LONG_UNIT,
    a_call_list,
    a_full_page,
    a_large_summary,
    a_notice,
    a_paper,
    a_slip,
    an_empty_summary,
    with_annexes,
)
from tests.reports.pixels import ink, sizes, texts
from tests.reports.test_files import a_summary
from tracker.core.official import Heading, Masthead, MastheadForm, Paragraph
from tracker.core.papers import SlipPaper
from tracker.core.terms import SlipForm
from tracker.reports import calls, monthly, notices, pdf, pictures, slips
from tracker.reports.printable import printable

MM = 1.0
TYPE_AREA = (28, 37, 184, 262)


def near(millimetres: float) -> object:
    return approx(millimetres, abs=MM)


def squeezed(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


def running(pages: list[str]) -> str:
    """The text of all pages without their numbers."""
    return "".join(re.sub("—[0-9]+—", "", squeezed(page)) for page in pages)


def test_a_full_page_has_the_margins_of_the_standard() -> None:
    left, top, right, bottom = ink(pdf.document(a_full_page()), 1).within(0, 0, 210, 264).box()
    assert (left, top, 210 - right, 297 - bottom) == (near(28), near(37), near(26), near(35))


def test_a_full_page_has_22_lines_of_28_characters() -> None:
    page = ink(pdf.document(a_full_page()), 1).within(*TYPE_AREA)
    lines = page.rows()
    assert len(lines) == 22
    for top, bottom in (lines[0], lines[21]):
        assert len(page.within(0, top - 0.2, 210, bottom + 0.2).columns()) == 28


def test_a_paragraph_begins_two_characters_in() -> None:
    left, *_ = ink(pdf.document(a_full_page()), 0).within(0, 37, 210, 42).box()
    assert left == near(28 + 2 * 156 / 28)


@pytest.mark.parametrize(("place", "side"), [(0, "right"), (1, "left"), (2, "right")])
def test_the_page_number_stands_outside_one_character_in_and_7_mm_under_the_type_area(place: int, side: str) -> None:
    page = ink(pdf.document(a_full_page()), place).within(0, 264, 210, 297)
    left, _, right, _ = page.box()
    character = 14 / 72 * 25.4
    assert (210 - right if side == "right" else left) == near((26 if side == "right" else 28) + character)
    dash = page.within(0, 264, left + 3, 297) if side == "left" else page.within(right - 3, 264, 210, 297)
    _, dash_top, _, dash_bottom = dash.box()
    assert (dash_top + dash_bottom) / 2 == near(262 + 7)
    assert f"—{place + 1}—" in squeezed(texts(pdf.document(a_full_page()))[place])


def test_the_mark_begins_35_mm_under_the_type_area_and_fits_its_width() -> None:
    red = ink(pdf.document(a_paper()), 0, red=True).within(0, 0, 210, 110)
    left, top, right, _ = red.box()
    assert top == near(37 + 35)
    assert left >= 27.5 and right <= 184.5


def test_the_red_rule_is_as_wide_as_the_type_area_4_mm_under_the_number() -> None:
    page = pdf.document(a_paper())
    red = ink(page, 0, red=True)
    rule_top, rule_bottom = red.rows()[-1]
    rule = red.within(0, rule_top - 0.3, 210, rule_bottom + 0.3)
    left, _, right, _ = rule.box()
    assert (left, right - left) == (near(28), near(156))
    assert rule_bottom - rule_top < 1.2
    _, _, _, number_bottom = ink(page, 0).within(0, rule_top - 12, 210, rule_top - 1).box()
    assert rule_top - number_bottom == near(4)


def test_a_letter_has_its_mark_30_mm_and_its_double_rules_170_mm_wide_and_no_number_on_its_first_page() -> None:
    letter = a_paper(
        masthead=Masthead(MastheadForm.LETTER, "云川市科技创新领导小组办公室", number="云科创函〔2026〕5号")
    )
    made = pdf.document(replace(letter, body=(*letter.body, Paragraph("国" * 900))))
    red = ink(made, 0, red=True)
    _, top, _, _ = red.box()
    assert top == near(30)
    upper, lower = [band for band in red.rows() if _width(red, band) > 160][:2], red.rows()[-2:]
    for band in (*upper, *lower):
        assert _width(red, band) == near(170)
    assert lower[-1][1] == near(297 - 20)
    assert upper[0][1] - upper[0][0] > upper[1][1] - upper[1][0]
    assert lower[0][1] - lower[0][0] < lower[1][1] - lower[1][0]
    assert "—1—" not in squeezed(texts(made)[0]) and "—2—" in squeezed(texts(made)[1])


def _width(page: object, band: tuple[float, float]) -> float:
    left, _, right, _ = page.within(0, band[0] - 0.1, 210, band[1] + 0.1).box()
    return right - left


def test_the_foot_of_the_paper_has_rules_of_its_widths_on_the_last_line_of_the_type_area() -> None:
    made = pdf.document(with_annexes())
    last = len(sizes(made)) - 1
    page = ink(made, last, dpi=600).within(0, 200, 210, 264)
    rules = [band for band in page.rows() if _width(page, band) > 150]
    assert [bottom - top for top, bottom in rules] == [approx(mm, abs=0.06) for mm in (0.35, 0.25, 0.35)]
    assert rules[-1][1] == near(262)
    assert _width(page, rules[0]) == near(156)


def test_annexes_of_tables_are_the_sheet_turned_with_the_number_where_it_is_on_the_others() -> None:
    made = pdf.document(with_annexes())
    turned = [place for place, (width, height) in enumerate(sizes(made)) if width > height]
    assert len(turned) > 1
    for place in turned:
        width, height = sizes(made)[place]
        assert (width, height) == (near(297), near(210))
        left, top, right, bottom = ink(made, place).within(0, 0, 34, 210).box()
        assert (left + right) / 2 == near(297 - 262 - 7)
        character = 14 / 72 * 25.4
        # Turned: what is left on the sheet is above here, what is right is below.
        is_odd = place % 2 == 0
        assert (210 - bottom if is_odd else top) == near((26 if is_odd else 28) + character)


def test_the_head_of_a_table_stands_on_every_page_of_it_and_every_row_once() -> None:
    made = texts(pdf.document(monthly.paper(a_large_summary())))
    pages = [text for text in made if "推进产业园区" in text and "逾期工作日" in squeezed(text)]
    assert len(pages) > 5
    whole = squeezed("".join(pages))
    assert all(f"{n}.推进产业园区" in whole for n in range(1, 201))


def test_long_unit_names_stay_within_the_type_area() -> None:
    made = pdf.document(monthly.paper(a_large_summary(items=8)))
    place = next(place for place, (width, height) in enumerate(sizes(made)) if width > height)
    left, _, right, _ = ink(made, place).within(34, 0, 297, 210).box()
    assert left >= 34.5 and right <= 260.5
    assert squeezed(LONG_UNIT) in squeezed(texts(made)[place])


def test_a_month_without_anything_makes_a_paper_of_whole_pages() -> None:
    made = squeezed("".join(texts(pdf.document(monthly.paper(an_empty_summary())))))
    assert "没有纳入统计的任务" in made and "没有逾期事项" in made


PAPERS = {
    "paper": a_paper(body=(Heading(HOSTILE), Paragraph(HOSTILE, lead=HOSTILE))),
    "slip": slips.paper(a_slip(unit=HOSTILE, demand=HOSTILE, basis=HOSTILE)),
    "letter": slips.paper(a_slip(form=SlipForm.LETTER, demand=HOSTILE)),
    "notice": notices.paper(a_notice(unit=HOSTILE, plan_title=HOSTILE)),
    "monthly": monthly.paper(a_summary(plan_title=HOSTILE, office=HOSTILE)),
}


@pytest.mark.parametrize("name", PAPERS)
def test_hostile_words_print_as_themselves(name: str) -> None:
    wanted = squeezed(printable(HOSTILE))
    assert wanted in squeezed("".join(texts(pdf.document(PAPERS[name]))))


def test_a_word_without_blanks_is_broken_at_the_edge_of_its_cell() -> None:
    calls_of = a_call_list(rows=1)
    row = replace(calls_of.rows[0], owed=("https://" + "x" * 300,))
    made = pdf.document(calls.paper(replace(calls_of, rows=(row,))))
    _, _, right, _ = ink(made, 0).within(34, 60, 297, 210).box()
    assert right <= 260.5
    assert "https://" + "x" * 300 in squeezed(texts(made)[0])


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert pdf.document(a_paper()) == pdf.document(a_paper())


def one_page_then_reply(slip: SlipPaper) -> list[str]:
    return [squeezed(text) for text in texts(pdf.document(slips.paper(slip)))]


def test_a_slip_fills_one_page_and_its_reply_form_the_second() -> None:
    first, second = one_page_then_reply(a_slip())
    assert "督办单" in first and "红色督办" in first and "云科创督〔2026〕3号" in first
    assert "2026年11月30日" in first and "李某某0000-1234567" in first and "已逾期36个工作日" in first
    assert "办理进展和" in second and "负责人意见" in second and "云科创督〔2026〕3号" in second


def test_a_letter_asks_on_one_page_and_has_its_reply_form_on_the_second() -> None:
    first, second = one_page_then_reply(a_slip(form=SlipForm.LETTER, unit="国家税务总局云川市税务局", copies=""))
    assert "工作提示函" in first and "贵单位" in first and "督办" not in first.replace("市政府督查", "")
    assert "回执" in second


def test_the_signature_is_never_alone_on_a_page() -> None:
    for lines in range(10, 24):
        paper = a_paper(body=(Paragraph("国" * 28 * lines),))
        (last,) = (page for page in texts(pdf.document(paper)) if "2026年11月1日" in page)
        assert last.count("国") >= 28
        assert sum(page.count("国") for page in texts(pdf.document(paper))) == 28 * lines


@pytest.mark.parametrize("length", [57, 58, 83, 84, 85, 86, 87, 111, 140, 199])
def test_no_character_of_the_last_paragraph_is_lost_where_it_is_cut_for_the_signature(length: int) -> None:
    sentence = "截至2026年10月31日，市科技局（牵头）完成60%；“量子产业园”《方案》逾期36个工作日。ABCdef-12345、"
    words = (sentence * 9)[:length]
    made = pdf.document(a_paper(body=(Paragraph(words, lead="（一）进展。"),)))
    assert "（一）进展。" + words in running(texts(made))


def test_pictures_show_the_pages_of_the_pdf_and_say_how_many_there_are() -> None:
    made = pdf.document(a_full_page())
    shown, total = pictures.pages(made, width=300, most=2)
    assert (len(shown), total) == (2, 3)
    assert all(picture.startswith(b"\x89PNG") for picture in shown)


def test_a_list_of_calls_has_every_unit_and_room_to_write() -> None:
    made = pdf.document(calls.paper(a_call_list()))
    whole = squeezed("".join(texts(made)))
    assert all(f"青岚县第{n}街道办事处" in whole for n in range(1, 21))
    assert whole.count("答复要点") == len(sizes(made))
