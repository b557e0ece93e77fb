"""Shares that add up, and bars that fill their width."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.figures import columns, percent, shares, stretches

counts = st.lists(st.integers(0, 100_000), min_size=1, max_size=8)


def test_the_shares_of_222_items_are_those_of_the_design() -> None:
    assert [str(share) for share in shares([24, 10, 162, 17, 9])] == ["10.8", "4.5", "72.9", "7.7", "4.1"]


def test_of_equal_counts_the_first_carries_the_residual() -> None:
    assert [str(share) for share in shares([1, 1, 1])] == ["33.4", "33.3", "33.3"]


def test_nothing_has_no_shares() -> None:
    assert shares([0, 0]) == (Decimal("0.0"), Decimal("0.0"))
    assert percent(0, 0) == Decimal("0.0")


def test_a_single_share_is_rounded_half_up() -> None:
    assert percent(1, 16) == Decimal("6.3")
    assert percent(2, 3) == Decimal("66.7")


@given(counts)
def test_shares_add_to_one_hundred_and_stay_beside_the_exact_ones(values: list[int]) -> None:
    given_shares = shares(values)
    if sum(values) == 0:
        assert set(given_shares) == {Decimal("0.0")}
        return
    assert sum(given_shares) == Decimal("100.0")
    largest = values.index(max(values))
    for place, (value, share) in enumerate(zip(values, given_shares, strict=True)):
        exact = Decimal(value * 100) / sum(values)
        assert abs(share - exact) <= (Decimal("0.05") * len(values) if place == largest else Decimal("0.05"))


@given(counts, st.integers(50, 2000))
def test_the_pieces_of_a_bar_stand_side_by_side_and_fill_it(values: list[int], width: int) -> None:
    pieces = stretches(values, width, least=3)
    if sum(values) == 0:
        assert all(piece.width == 0 for piece in pieces)
        return
    assert abs(sum(piece.width for piece in pieces) - width) < 0.1
    for before, after in pairwise(pieces):
        assert abs(before.x + before.width - after.x) < 0.05
    assert all((piece.width > 0) == (value > 0) for piece, value in zip(pieces, values, strict=True))


@given(st.lists(st.lists(st.integers(0, 500), min_size=5, max_size=5), min_size=1, max_size=13))
def test_columns_over_time_stand_on_the_axis_and_share_one_scale(rows: list[list[int]]) -> None:
    made = columns(rows, 720, 160)
    highest = max(map(sum, rows))
    assert len(made) == (len(rows) if highest else 0)
    for row, column in zip(rows, made, strict=bool(made)):
        tall = sum(piece.width for piece in column.pieces)
        assert abs(tall - sum(row) / highest * 160) < 0.1
        assert column.pieces[0].x + column.pieces[0].width == pytest.approx(160, abs=0.02)
