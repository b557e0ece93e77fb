"""Adjustment of duties: what each unit has afterwards, what it is called, what cannot be done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.adjusting import Change, Held, Share, after, kind_of, wrong_with
from tracker.core.terms import AdjustmentKind, DutyRole

LEAD, RESPONSIBLE, COOPERATING = DutyRole.LEAD, DutyRole.RESPONSIBLE, DutyRole.COOPERATING
# Unit 10 leads by duty 1, 20 and 30 answer by 2 and 3.
HELD = (Held(1, 10, LEAD, is_first_lead=True), Held(2, 20, RESPONSIBLE), Held(3, 30, RESPONSIBLE))
KINDS: list[tuple[AdjustmentKind, tuple[Change, ...]]] = [
    (AdjustmentKind.ADD, (Change(None, 40, COOPERATING),)),
    (AdjustmentKind.REMOVE, (Change(2, leaves=True),)),
    (AdjustmentKind.REPLACE, (Change(2, 40, leaves=True),)),
    (AdjustmentKind.CHANGE_ROLE, (Change(2, 20, COOPERATING),)),
    (AdjustmentKind.MERGE, (Change(2, 40, leaves=True), Change(3, 40, leaves=True))),
    (AdjustmentKind.MERGE, (Change(2, 30, leaves=True), Change(1, 30, leaves=True))),
    (AdjustmentKind.SPLIT, (Change(2, 40, RESPONSIBLE),)),
    (AdjustmentKind.SPLIT, (Change(2, 40, leaves=True), Change(2, 50, leaves=True))),
]


@pytest.mark.parametrize(("kind", "changes"), KINDS)
def test_changes_are_called_what_the_office_calls_them(kind: AdjustmentKind, changes: tuple[Change, ...]) -> None:
    assert kind_of(HELD, changes) is kind
    assert wrong_with(HELD, changes) == ""


def test_who_takes_over_has_the_role_taken_over_and_the_lead_goes_with_it() -> None:
    shares = after(HELD, [Change(1, 40, leaves=True)])
    assert shares == {20: Share(RESPONSIBLE), 30: Share(RESPONSIBLE), 40: Share(LEAD, True)}


def test_of_two_roles_the_stronger_one_wins_but_a_unit_can_be_given_a_weaker_one() -> None:
    assert after(HELD, [Change(1, 20, leaves=True)])[20] == Share(LEAD, True)
    assert after(HELD, [Change(2, 20, COOPERATING)])[20] == Share(COOPERATING)
    assert after(HELD, [Change(2, 10, leaves=True)])[10] == Share(LEAD, True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ((), "没有填写"),
        ((Change(2, 20, RESPONSIBLE),), "没有填写"),
        ((Change(1, leaves=True), Change(2, leaves=True), Change(3, leaves=True)), "至少应有一个责任单位"),
        ((Change(1, leaves=True),), "也应确定牵头单位"),
        ((Change(1, 10, RESPONSIBLE),), "也应确定牵头单位"),
        ((Change(2, 20, RESPONSIBLE, is_first=True),), "职责应为牵头"),
        ((Change(2, 20, LEAD, is_first=True), Change(3, 30, LEAD, is_first=True)), "只能有一个"),
    ],
)
def test_what_cannot_be_done_is_said(changes: tuple[Change, ...], sentence: str) -> None:
    assert sentence in wrong_with(HELD, changes)


_KEYS = st.sampled_from([None, 1, 2, 3])
_CHANGES = st.lists(
    st.builds(
        Change,
        _KEYS,
        st.sampled_from([None, 10, 20, 30, 40, 50]),
        st.sampled_from([None, *DutyRole]),
        leaves=st.booleans(),
        is_first=st.booleans(),
    ),
    max_size=5,
)


@given(_CHANGES)
def test_whatever_is_let_through_leaves_exactly_one_first_lead_and_it_leads(changes: list[Change]) -> None:
    shares = after(HELD, changes)
    kind_of(HELD, changes)
    if not wrong_with(HELD, changes):
        firsts = [share for share in shares.values() if share.is_first_lead]
        assert len(firsts) == 1 and firsts[0].role is LEAD
