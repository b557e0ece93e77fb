"""Waits after failures that may pass."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.backoff import WAITS, wait_after

DAY = timedelta(hours=24)


def waits(seed: int) -> list[timedelta]:
    found = []
    while (wait := wait_after(len(found) + 1, seed=seed)) is not None:
        found.append(wait)
    return found


@given(st.integers(1, 10**9))
def test_a_server_away_for_a_day_is_tried_once_more_after_it_and_not_for_ever(seed: int) -> None:
    assert DAY < sum(waits(seed), timedelta()) < DAY * 1.5


@given(st.integers(1, 10**9), st.integers(1, len(WAITS)))
def test_a_wait_is_never_shorter_than_its_own_and_at_most_a_tenth_longer(seed: int, attempt: int) -> None:
    wait = wait_after(attempt, seed=seed)
    assert wait is not None
    assert WAITS[attempt - 1] <= wait <= WAITS[attempt - 1] * 1.1


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({wait_after(5, seed=seed) for seed in range(100)}) > 90
