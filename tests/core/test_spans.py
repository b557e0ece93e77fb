"""Periods of reports by their names."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.core.spans import recent_spans, span_before, span_of
from tracker.errors import Invalid


@pytest.mark.parametrize(
    ("name", "first", "last", "label", "months"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "2026年2月", 1),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31), "2026年第四季度", 3),
        ("2026H1", date(2026, 1, 1), date(2026, 6, 30), "2026年上半年", 6),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026年度", 12),
    ],
)
def test_a_name_says_where_a_period_begins_and_ends(
    name: str, first: date, last: date, label: str, months: int
) -> None:
    span = span_of(name)
    assert (span.name, span.first_on, span.last_on, span.label) == (name, first, last, label)
    assert len(span.months) == months and span.months[0] == first.isoformat()[:7]


@pytest.mark.parametrize(
    "name", ["", "2026-13", "2026-00", "2026Q5", "2026H3", "26-01", "2026-1", "²026-03", "2026-03 "]
)
def test_what_names_no_period_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        span_of(name)


def test_the_period_before_a_day_is_over_on_it() -> None:
    assert span_before(date(2026, 1, 1)).name == "2025-12"
    assert span_before(date(2026, 3, 31), 3).name == "2025Q4"
    assert [span.name for span in recent_spans(date(2026, 1, 15), 1, 3)] == ["2026-01", "2025-12", "2025-11"]
