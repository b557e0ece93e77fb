"""Printed groups (单位组) turned into the duties of their members on the day a task is issued."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.terms import AssignmentState
from tracker.models import Assignment, Task, Unit, UnitGroupMember

Members = Mapping[int, list[Unit]]


def members_on(session: Session, group_ids: Iterable[int], day: date) -> Members:
    """Gives the units of each group on a day, in registry order; a unit that has ended is no member."""
    query = (
        select(UnitGroupMember.group_id, Unit)
        .join(Unit, Unit.id == UnitGroupMember.unit_id)
        .where(
            UnitGroupMember.group_id.in_(list(group_ids)),
            UnitGroupMember.since_on <= day,
            or_(UnitGroupMember.until_on.is_(None), UnitGroupMember.until_on > day),
            or_(Unit.ended_on.is_(None), Unit.ended_on > day),
        )
        .order_by(Unit.position, Unit.id)
    )
    found: dict[int, list[Unit]] = defaultdict(list)
    for group_id, unit in session.execute(query).tuples():
        found[group_id].append(unit)
    return found


def groups_of(tasks: Iterable[Task]) -> set[int]:
    """Gives the groups that tasks still name as such."""
    return {duty.group_id for task in tasks for duty in task.group_duties}


def expand_groups(session: Session, task: Task, members: Members) -> int:
    """Adds to a task one duty for each member of the groups it names; the printed name stays with each.

    A unit the task already names is skipped; of two groups with a common member the stronger role wins.
    Gives how many duties it added.
    """
    named = {duty.unit_id for duty in task.assignments}
    before = len(named)
    position = max((duty.position for duty in task.assignments), default=0)
    for duty in sorted(task.group_duties, key=lambda each: (-each.role.strength, each.position, each.id)):
        for unit in members.get(duty.group_id, []):
            if unit.id not in named:
                named.add(unit.id)
                position += 1
                place = {"plan_id": task.plan_id, "jurisdiction_id": task.jurisdiction_id, "position": position}
                session.add(
                    Assignment(
                        task=task,
                        unit=unit,
                        role=duty.role,
                        printed=duty.printed,
                        group_id=duty.group_id,
                        state=AssignmentState.PLANNED,
                        **place,
                    )
                )
    session.flush()
    return len(named) - before
