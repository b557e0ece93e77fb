"""Numbers of headings, lines of titles, marks of annexes."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.official import Annex, OfficialPaper, numbered, numeral, title_lines


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九")]
)
def test_numerals_are_those_of_headings(number: int, words: str) -> None:
    assert numeral(number) == words


def test_headings_are_numbered_by_their_level() -> None:
    assert [numbered(level, 2, "甲") for level in (1, 2, 3, 4)] == ["二、甲", "（二）甲", "2.甲", "（2）甲"]


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("工作进展通报", ("工作进展通报",)),
        ("关于限期办理“建设量子产业园”的督办通知", ("关于限期办理", "“建设量子产业园”的督办通知")),
        (
            "关于《云川市科技创新三年行动计划（2025—2027年）》2026年10月工作进展情况的通报",
            ("关于《云川市科技创新三年行动计划", "（2025—2027年）》", "2026年10月工作进展情况的通报"),
        ),
    ],
)
def test_a_title_is_broken_where_its_sense_allows(title: str, lines: tuple[str, ...]) -> None:
    assert title_lines(title) == lines


@given(st.text(st.sampled_from("关于市科技创新行动计划的和、，》《（）“”2025年ab—"), min_size=1, max_size=80))
def test_a_broken_title_loses_nothing_and_every_line_fits(title: str) -> None:
    lines = title_lines(title)
    assert "".join(lines) == title and all(lines)
    assert all(sum(0.5 if c.isascii() else 1 for c in line) <= 18 for line in lines) or _has_no_break(title)


def _has_no_break(title: str) -> bool:
    """Long runs of letters, digits or marks that may stand neither first nor last leave no choice."""
    return any(len(run) > 8 for run in _runs(title))


def _runs(title: str) -> list[str]:
    runs, run = [], title[:1]
    for before, after in pairwise(title):
        if after in "》）”、，。；：的" or before in "《（“" or (before.isascii() and after.isascii()):
            run += after
        else:
            runs.append(run)
            run = after
    return [*runs, run]


def test_annexes_are_numbered_where_there_are_several() -> None:
    one, two, form = Annex("清单", ()), Annex("统计表", ()), Annex("回执", (), is_listed=False)
    paper = OfficialPaper(subject="", author="", on=date(2026, 1, 1), annexes=(one, form, two))
    assert [paper.mark_of(annex) for annex in paper.annexes] == ["附件1", "", "附件2"]
    assert paper.listed == ("清单", "统计表")
    alone = OfficialPaper(subject="", author="", on=date(2026, 1, 1), annexes=(one,))
    assert alone.mark_of(one) == "附件"


def test_equal_annexes_are_told_apart_by_their_places() -> None:
    first, second = Annex("清单", ()), Annex("清单", ())
    paper = OfficialPaper(subject="", author="", on=date(2026, 1, 1), annexes=(first, second))
    assert [paper.mark_of(annex) for annex in paper.annexes] == ["附件1", "附件2"]
