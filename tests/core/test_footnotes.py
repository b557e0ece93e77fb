"""What the marks of a table mean, found in the lines that say so."""

from __future__ import annotations

from tracker.core.footnotes import footnotes


def test_a_mark_is_explained_by_the_line_that_begins_with_it_or_with_note() -> None:
    found = footnotes(
        "托位数 300* 700\n注:加*号为快报数。\n※ 口径已调整,与上年不可比。\n备注:带△为预测值\n", {"*", "※", "△"}
    )
    assert found == {"*": "注:加*号为快报数。", "※": "※ 口径已调整,与上年不可比。", "△": "备注:带△为预测值"}


def test_a_mark_that_nothing_explains_and_a_bracketed_value_have_no_note() -> None:
    assert footnotes("托位数 300* 700\n", {"*", "[]", ""}) == {}
