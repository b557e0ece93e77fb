"""Adjustment of duties (调整分工): who does what in a task afterwards, what that is called, what is wrong with it.

Source: DESIGN 5.1, adjust.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.terms import AdjustmentKind, DutyRole


@dataclass(frozen=True, slots=True)
class Held:
    """A duty as it is: which, whose, in which role."""

    duty_id: int
    unit_id: int
    role: DutyRole
    is_first_lead: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `leaves`: the unit of the duty leaves, and `unit_id` takes over, or nobody.

    Otherwise `unit_id` has `role` afterwards: newly where there is no duty, split off from it where the duty is
    another unit's, or in another role where it is its own. `role` None: that of the duty. `is_first`: it leads first.
    """

    duty_id: int | None = None
    unit_id: int | None = None
    role: DutyRole | None = None
    leaves: bool = False
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What a unit has in the task afterwards."""

    role: DutyRole
    is_first_lead: bool = False


def after(held: Sequence[Held], changes: Sequence[Change]) -> dict[int, Share]:
    """Gives what each unit has afterwards, by the unit's key; the stronger of two roles wins."""
    duties = {each.duty_id: each for each in held}
    leaving = {change.duty_id for change in changes if change.leaves}
    roles = {each.unit_id: each.role for each in held if each.duty_id not in leaving}
    for change in changes:
        of = duties.get(change.duty_id) if change.duty_id is not None else None
        role = change.role or (of.role if of is not None else None)
        if change.unit_id is None or role is None:
            continue
        is_own = of is not None and of.unit_id == change.unit_id
        there = None if is_own else roles.get(change.unit_id)
        roles[change.unit_id] = role if there is None or role.strength > there.strength else there
    first = _first(held, changes, roles)
    return {unit_id: Share(role, unit_id == first) for unit_id, role in roles.items()}


def _first(held: Sequence[Held], changes: Sequence[Change], roles: dict[int, DutyRole]) -> int | None:
    """Who leads first afterwards: whom the adjustment names, who did, who took that over, any other lead."""
    before = next((each for each in held if each.is_first_lead), None)
    named = [change.unit_id for change in changes if change.is_first]
    taking = [c.unit_id for c in changes if before is not None and c.leaves and c.duty_id == before.duty_id]
    if before is None and not named:
        return None
    stayed = [before.unit_id] if before is not None else []
    leads = [unit_id for unit_id, role in roles.items() if role is DutyRole.LEAD]
    return next((unit_id for unit_id in [*named, *stayed, *taking, *leads] if unit_id in leads), None)


def kind_of(held: Sequence[Held], changes: Sequence[Change]) -> AdjustmentKind:
    """Gives what the changes together are called."""
    units = {each.duty_id: each.unit_id for each in held}
    passing = [c for c in changes if c.duty_id is not None and c.unit_id not in (None, units.get(c.duty_id))]
    leavers = {change.duty_id for change in changes if change.leaves}
    if passing:
        takers = {c.unit_id for c in passing}
        if len({c.duty_id for c in passing if c.leaves}) > len(takers):
            return AdjustmentKind.MERGE
        is_split = len(takers) > len({c.duty_id for c in passing}) or any(not c.leaves for c in passing)
        return AdjustmentKind.SPLIT if is_split else AdjustmentKind.REPLACE
    has_new = any(change.duty_id is None for change in changes)
    if leavers:
        return AdjustmentKind.REPLACE if has_new else AdjustmentKind.REMOVE
    return AdjustmentKind.ADD if has_new else AdjustmentKind.CHANGE_ROLE


def wrong_with(held: Sequence[Held], changes: Sequence[Change]) -> str:
    """Gives in one sentence why the changes cannot be made, nothing where they can."""
    shares = after(held, changes)
    before = {each.unit_id: Share(each.role, each.is_first_lead) for each in held}
    if changes and not shares:
        return "调整后至少应有一个责任单位；任务不再办理的，请用“终止”。"
    if sum(change.is_first for change in changes) > 1:
        return "首位牵头单位只能有一个。"
    if any(change.is_first and not _leads(shares, change) for change in changes):
        return "首位牵头单位的职责应为牵头。"
    if shares == before:
        return "没有填写任何调整内容。"
    if any(each.is_first_lead for each in held) and not any(share.is_first_lead for share in shares.values()):
        return "本任务有牵头单位，调整后也应确定牵头单位。"
    return ""


def _leads(shares: dict[int, Share], change: Change) -> bool:
    share = shares.get(change.unit_id) if change.unit_id is not None else None
    return share is not None and share.role is DutyRole.LEAD
