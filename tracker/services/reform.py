"""Units changed by institutional reform (机构改革): renamed, merged into another, dissolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.core import names
from tracker.core.actions import Action
from tracker.core.permissions import Actor
from tracker.core.terms import Labelled
from tracker.db import office_date
from tracker.errors import Invalid, NotAllowed
from tracker.models import Assignment, LeaderLink, Task, Unit, UnitGroupMember, User
from tracker.services import audit, registry
from tracker.services.access import task_scope
from tracker.services.acting import finish, on_duties
from tracker.services.duties import FINISHED_DUTIES, OPEN_DUTIES
from tracker.services.workflow_passing import pass_duty

LONGEST_BASIS = 200


class ReformKind(Labelled):
    """What a reform does to a unit."""

    RENAMED = "renamed", "更名"
    MERGED = "merged", "合并"
    DISSOLVED = "dissolved", "撤销"


@dataclass(frozen=True, slots=True)
class Reform:
    """A reform of one unit as typed: from which day, by what document, under what name or with which successor."""

    kind: ReformKind
    on: date
    basis: str
    name: str = ""
    successor_id: int | None = None
    moves_people: bool = False


@dataclass(frozen=True, slots=True)
class PassedOn:
    """What passed on: how many duties, and how many of them to a unit that had a part in the task already."""

    duties: int = 0
    merged: int = 0


def reform_unit(session: Session, actor: Actor, unit: Unit, reform: Reform, *, now: datetime) -> PassedOn:
    """Does what a reform decides; history and issued papers stay as they are.

    Raises Invalid for a wrong field, NotAllowed where open duties must pass on and the actor is not of the office.
    """
    successor = _check(session, actor, unit, reform, today=office_date(now))
    if reform.kind is ReformKind.RENAMED:
        facts = registry.UnitFacts(reform.name, unit.kind, unit.parent_id, unit.contact_name, unit.contact_phone)
        registry.edit_unit(session, actor, unit, facts, renamed_on=reform.on, now=now)
        return PassedOn()
    passed = PassedOn()
    if successor is not None:
        passed = pass_on_duties(session, actor, unit, successor, on=reform.on, basis=reform.basis, now=now)
        if reform.moves_people:
            _move_people(session, unit, successor, reform.on)
    _end(session, unit, reform.on)
    words = f"{reform.kind.label}：{unit.name}，自 {reform.on} 起"
    words += f"由{successor.name}承接，{passed.duties} 项分工转出" if successor is not None else "，没有承接单位"
    detail = {"basis": reform.basis, "successor_id": successor.id if successor is not None else None}
    audit.record(session, actor, f"unit.{reform.kind.value}", unit, summary=words, now=now, **detail)
    return passed


def pass_on_duties(
    session: Session, actor: Actor, old_unit: Unit, new_unit: Unit, *, on: date, basis: str, now: datetime
) -> PassedOn:
    """Lets a unit take over everything another still owes; what is finished stays where it is. Everybody is told once.

    Takes `on`, the office date it holds from, and the document it stands in. Raises NotAllowed outside the office.
    """
    duties = _open_duties(session, actor, old_unit)
    if not duties:
        return PassedOn()
    if not actor.is_office:
        raise NotAllowed(f"{old_unit.name}还有 {len(duties)} 项未了结的责任分工，须由领导小组办公室办理转接。")
    merged, taken = 0, []
    for duty in duties:
        merged += any(each.unit_id == new_unit.id for each in duty.task.assignments)
        is_owed = duty.state in OPEN_DUTIES
        held = pass_duty(session, duty, new_unit)
        taken += [held] if is_owed else []
    if taken:
        words = f"{old_unit.name}的职责自{on.isoformat()}起由{new_unit.name}承接。依据：{basis}"
        finish(session, actor, on_duties(Action.APPROVE_ADJUSTMENT, taken, words), now=now)
    return PassedOn(len(duties), merged)


def count_open(session: Session, unit: Unit) -> int:
    """Gives how many duties of a unit are not over, planned ones included."""
    return len(session.scalars(select(Assignment.id).where(*_is_open(unit))).all())


def _is_open(unit: Unit) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (Assignment.unit_id == unit.id, Assignment.state.not_in(FINISHED_DUTIES))


def _open_duties(session: Session, actor: Actor, unit: Unit) -> Sequence[Assignment]:
    scope = task_scope(actor) if actor.is_office else Task.jurisdiction_id == actor.jurisdiction_id
    query = (
        select(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .where(*_is_open(unit), scope)
        .options(joinedload(Assignment.task).options(joinedload(Task.plan), selectinload(Task.assignments)))
        .order_by(Assignment.plan_id, Task.position, Assignment.id)
    )
    return session.scalars(query).all()


def _check(session: Session, actor: Actor, unit: Unit, reform: Reform, *, today: date) -> Unit | None:
    """Gives the successor, None where there is none."""
    wrong: dict[str, str] = {}
    if not reform.basis or len(reform.basis) > LONGEST_BASIS or not reform.basis.isprintable():
        wrong["basis"] = f"请填写依据的文件名称和文号，最长 {LONGEST_BASIS} 个字。"
    if reform.on > today:
        wrong["on"] = "还没有到这一天，请在生效当日或之后登记。"
    if unit.ended_on is not None and unit.ended_on <= today:
        wrong[""] = f"{unit.name}已于 {unit.ended_on} 撤销。"
    if reform.kind is ReformKind.RENAMED and names.folded(reform.name) == unit.name:
        wrong["name"] = "新名称与现用名称相同。"
    successor = None
    if reform.kind is not ReformKind.RENAMED:
        successor = _successor(session, actor, unit, reform, today)
        if successor is None and (reform.successor_id is not None or reform.kind is ReformKind.MERGED):
            wrong["successor_id"] = "请选择本辖区另一个在用的单位。"
        elif successor is None and (count := count_open(session, unit)):
            wrong["successor_id"] = f"{unit.name}还有 {count} 项未了结的责任分工，请选择承接单位。"
    if wrong:
        raise Invalid(wrong)
    return successor


def _successor(session: Session, actor: Actor, unit: Unit, reform: Reform, today: date) -> Unit | None:
    living = registry.living_units(session, actor, today)
    return next((each for each in living if each.id == reform.successor_id and each.id != unit.id), None)


def _end(session: Session, unit: Unit, on: date) -> None:
    """A unit that is no more belongs to no group and is in no leader's charge."""
    unit.ended_on = on
    members = select(UnitGroupMember).where(
        UnitGroupMember.unit_id == unit.id, or_(UnitGroupMember.until_on.is_(None), UnitGroupMember.until_on > on)
    )
    for member in session.scalars(members).all():
        if member.since_on >= on:
            session.delete(member)
        else:
            member.until_on = on
    charges = select(LeaderLink).where(
        LeaderLink.unit_id == unit.id, or_(LeaderLink.until_on.is_(None), LeaderLink.until_on >= on)
    )
    for charge in session.scalars(charges).all():
        if charge.since_on >= on:
            session.delete(charge)
        else:
            charge.until_on = on - timedelta(days=1)
    session.flush()


def _move_people(session: Session, unit: Unit, successor: Unit, on: date) -> None:
    """People go on in the new unit with their roles; their open sessions end, since what they see is another unit's."""
    here = select(User).where(User.unit_id == unit.id, or_(User.left_on.is_(None), User.left_on > on))
    for person in session.scalars(here).all():
        person.unit_id = successor.id
        person.session_epoch += 1
    session.flush()
