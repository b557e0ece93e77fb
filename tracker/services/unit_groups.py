"""Groups of units (单位组) in the registry: what a collective name stands for, with dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tracker.core import names
from tracker.core.permissions import Actor
from tracker.errors import Invalid, NotFound
from tracker.models import Unit, UnitAlias, UnitGroup, UnitGroupMember
from tracker.services import audit
from tracker.services.registry import meaning_of, name_problem


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group in the list."""

    id: int
    name: str
    members: int
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One membership, past ones included."""

    id: int
    unit_id: int
    unit_name: str
    since_on: date
    until_on: date | None
    is_current: bool


def find_group(session: Session, actor: Actor, group_id: int) -> UnitGroup:
    """Gives a group of the actor's jurisdiction. Raises NotFound otherwise."""
    query = select(UnitGroup).where(UnitGroup.id == group_id, UnitGroup.jurisdiction_id == actor.jurisdiction_id)
    group = session.scalar(query)
    if group is None:
        raise NotFound("没有找到这个单位组，或者您没有查看它的权限。")
    return group


def _is_current(day: date) -> tuple[object, ...]:
    return (UnitGroupMember.since_on <= day, or_(UnitGroupMember.until_on.is_(None), UnitGroupMember.until_on > day))


def group_rows(session: Session, actor: Actor, *, today: date) -> list[GroupRow]:
    """Gives the groups of the actor's jurisdiction by name, each with the number of its members today."""
    counts = (
        select(UnitGroupMember.group_id, func.count().label("members"))
        .where(*_is_current(today))  # type: ignore[arg-type]
        .group_by(UnitGroupMember.group_id)
        .subquery()
    )
    query = (
        select(UnitGroup.id, UnitGroup.name, func.coalesce(counts.c.members, 0))
        .outerjoin(counts, counts.c.group_id == UnitGroup.id)
        .where(UnitGroup.jurisdiction_id == actor.jurisdiction_id)
        .order_by(UnitGroup.name)
    )
    aliases: dict[int, list[str]] = {}
    for group_id, printed in session.execute(
        select(UnitAlias.group_id, UnitAlias.printed).where(
            UnitAlias.jurisdiction_id == actor.jurisdiction_id, UnitAlias.group_id.is_not(None)
        )
    ):
        aliases.setdefault(group_id, []).append(printed)
    return [GroupRow(key, name, count, tuple(aliases.get(key, ()))) for key, name, count in session.execute(query)]


def member_rows(session: Session, group: UnitGroup, *, today: date) -> list[MemberRow]:
    """Gives the memberships of a group, present ones first in registry order, then past and future ones."""
    query = (
        select(UnitGroupMember, Unit.name)
        .join(Unit, Unit.id == UnitGroupMember.unit_id)
        .where(UnitGroupMember.group_id == group.id)
        .order_by(Unit.position, Unit.id, UnitGroupMember.since_on)
    )
    rows = []
    for member, name in session.execute(query).tuples():
        is_current = member.since_on <= today and (member.until_on is None or member.until_on > today)
        rows.append(MemberRow(member.id, member.unit_id, name, member.since_on, member.until_on, is_current))
    return sorted(rows, key=lambda row: not row.is_current)


def add_group(session: Session, actor: Actor, name: str, *, now: datetime) -> UnitGroup:
    """Adds a group without members. Raises Invalid("name") for a wrong or taken name."""
    name = names.folded(name)
    _check_name(session, actor, name, None)
    group = UnitGroup(jurisdiction_id=actor.jurisdiction_id, name=name)
    session.add(group)
    session.flush()
    audit.record(session, actor, "group.add", group, summary=f"新增单位组：{name}", now=now)
    return group


def rename_group(session: Session, actor: Actor, group: UnitGroup, name: str, *, now: datetime) -> None:
    """Gives a group another name. Raises Invalid("name") for a wrong or taken one."""
    name = names.folded(name)
    _check_name(session, actor, name, group)
    before, group.name = group.name, name
    session.flush()
    audit.record(session, actor, "group.edit", group, summary=f"单位组更名：{before} → {name}", now=now)


def add_members(
    session: Session, actor: Actor, group: UnitGroup, unit_ids: Iterable[int], *, since_on: date, now: datetime
) -> int:
    """Makes units members of a group from a day on; gives how many were none yet.

    Raises Invalid("unit_ids") when nothing is chosen or a unit is not of the actor's jurisdiction.
    """
    wanted = list(dict.fromkeys(unit_ids))
    query = select(Unit).where(Unit.id.in_(wanted), Unit.jurisdiction_id == actor.jurisdiction_id)
    units = list(session.scalars(query.order_by(Unit.position)))
    if not wanted or len(units) != len(wanted):
        raise Invalid({"unit_ids": "请勾选本辖区的单位。"})
    lasting = select(UnitGroupMember.unit_id).where(
        UnitGroupMember.group_id == group.id,
        or_(UnitGroupMember.until_on.is_(None), UnitGroupMember.until_on > since_on),
    )
    present = set(session.scalars(lasting))
    added = [unit for unit in units if unit.id not in present]
    session.add_all(UnitGroupMember(group_id=group.id, unit_id=unit.id, since_on=since_on) for unit in added)
    session.flush()
    if added:
        words = f"{group.name}增加成员 {len(added)} 个：{'、'.join(unit.name for unit in added)}"
        audit.record(session, actor, "group.add_members", group, summary=words, now=now)
    return len(added)


def end_member(session: Session, actor: Actor, member_id: int, *, until_on: date, now: datetime) -> UnitGroup:
    """Ends a membership: `until_on` is the first day it is none. One that never came to be is removed.

    Gives the group. Raises NotFound for a membership outside the actor's jurisdiction.
    """
    member = session.get(UnitGroupMember, member_id)
    if member is None or member.group.jurisdiction_id != actor.jurisdiction_id:
        raise NotFound("没有找到这个成员，或者您没有查看它的权限。")
    group, unit = member.group, member.unit
    if member.until_on is not None and member.until_on <= until_on:
        return group
    if until_on <= member.since_on:
        session.delete(member)
    else:
        member.until_on = until_on
    session.flush()
    audit.record(session, actor, "group.end_member", group, summary=f"{group.name}移出成员：{unit.name}", now=now)
    return group


def _check_name(session: Session, actor: Actor, name: str, group: UnitGroup | None) -> None:
    if problem := name_problem(name):
        raise Invalid({"name": problem})
    is_own = group is not None and group.name == name
    if not is_own and meaning_of(session, actor.jurisdiction_id, name) is not None:
        raise Invalid({"name": f"“{name}”已是单位或单位组的名称、曾用名或别名。"})
