"""Numbers of a narrative: what is a figure, what contradicts one, what counts nothing; fields that cannot drift."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.fields import Figure, keys_in, resolve
from tracker.core.proof import Fault, naming_proven, numbers_proven, title_proven, typed_numbers

FIGURES = {
    each.key: each
    for each in (
        Figure("逾期.项数", "逾期", "17", "项"),
        Figure("逾期.占比", "逾期占比", "7.7%", "%"),
        Figure("新增逾期.项数", "新增逾期", "2", "项"),
        Figure("任务数", "纳入统计的任务", "222", "项"),
        Figure("未报送.项次", "未报送", "3", "项次"),
        Figure("单位.市财政局.逾期", "市财政局逾期", "4", "项"),
    )
}


def faults(text: str, confirmed: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> list[Fault]:
    return [f.fault for f in numbers_proven(text, FIGURES, confirmed=confirmed, paragraph=0, names=names)]


@pytest.mark.parametrize(
    "text",
    [
        "逾期{{逾期.项数}}项，占{{逾期.占比}}。",
        "截至2026年10月31日，《云川市2025—2027年行动计划（3.0版）》（云政办〔2025〕7号）有序推进。",
        "1.建设云川量子产业园，（2）组建实验室，一是抓进度，第四季度见效，10月底前完成。",
        "每一项任务、唯一一个牵头单位，三个方面的原因。",
        "逾期17项，占7.7%。",
    ],
)
def test_figures_dates_titles_and_idioms_need_no_answer(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    "text",
    [
        *("逾期16项", "逾期任务16项", "逾期事项共16项", "逾期：16项", "逾期１６项", "逾期十六项", "逾期016项"),
        *(
            "逾期{{逾期.项数}}项，占8%",
            "逾期17项（其中新增5项），占9.1%",
            "新增逾期17项",
            "未报送5项次",
            "市财政局逾期17项",
        ),
    ],
)
def test_a_number_that_is_not_the_figure_its_words_name_is_a_contradiction(text: str) -> None:
    assert Fault.CONTRADICTION in faults(text)


def test_a_contradiction_cannot_be_answered_for() -> None:
    assert faults("逾期16项", confirmed=("16项",)) == [Fault.CONTRADICTION]


def test_a_number_nobody_counted_wants_a_source() -> None:
    assert faults("培育企业12家") == [Fault.UNKNOWN]
    assert faults("培育企业12家", confirmed=("12家",)) == []
    assert faults("培育企业12家、新建3个平台", confirmed=("12家",)) == [Fault.UNKNOWN]


def test_a_number_in_the_name_of_a_unit_is_part_of_the_name() -> None:
    assert faults("市第22中学按期完成") == [Fault.UNKNOWN]
    assert faults("市第22中学按期完成", names=("市第22中学",)) == []


def test_a_field_that_names_no_figure_is_told_and_shown_as_missing() -> None:
    assert faults("逾期{{逾期.件数}}项") == [Fault.FIELD]
    assert resolve("逾期{{逾期.件数}}项", FIGURES) == "逾期〖逾期.件数〗项"
    assert keys_in("{{ 任务数 }}项、{{任务数}}项、{{逾期.项数}}") == ["任务数", "逾期.项数"]


@given(st.integers(min_value=0, max_value=10**6))
def test_only_the_figure_itself_may_be_typed_after_its_name(number: int) -> None:
    assert (faults(f"逾期{number}项") == []) is (number == 17)


@given(st.text(alphabet="逾期项占%.0123456789一二十百{}《》〔〕（），。个年月日第", max_size=60))
def test_any_text_can_be_proven(text: str) -> None:
    for number in typed_numbers(text):
        assert number.printed in text and number.value


def test_a_unit_is_named_with_a_charge_only_where_one_sentence_holds_both() -> None:
    names = ["市财政局"]
    assert naming_proven(["市财政局进展顺利。有关事项逾期较多。"], names) == []
    assert [f.fault for f in naming_proven(["其他。市财政局有关事项逾期较多。"], names)] == [Fault.NAMING]


def test_supervision_in_a_title_needs_a_designation() -> None:
    assert [f.fault for f in title_proven("10月督查情况的通报", is_supervision=False)] == [Fault.TITLE]
    assert title_proven("10月督查情况的通报", is_supervision=True) == []
    assert title_proven("10月工作进展情况的通报", is_supervision=False) == []
