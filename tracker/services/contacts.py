"""Who is named as the contact (联系人) of a unit's duties, when the person named leaves."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.terms import NoticeKind, Role
from tracker.db import office_date
from tracker.models import Assignment, Task, Unit, User
from tracker.services.announcements import name_of
from tracker.services.duties import OPEN_DUTIES
from tracker.services.notices import Notice, people_with, tell

_LISTED = 30
_OFFICE = (Role.OFFICER, Role.OFFICE_HEAD)


def pass_contact(
    session: Session, actor: Actor, user: User, successor: User | None, *, left_on: date, now: datetime
) -> int:
    """Puts a successor in a leaver's place as the contact of the unit and of its open duties. Gives how many duties.

    Where nobody succeeds, the place is left empty and the office is told that nobody is named.
    """
    unit = session.get(Unit, user.unit_id) if user.unit_id is not None else None
    if unit is None:
        return 0
    name, phone = (successor.name, successor.phone) if successor is not None else ("", "")
    duties = _named(session, unit, user)
    for duty in duties:
        duty.contact_name, duty.contact_phone = name, phone
    is_units = _is(unit.contact_name, user)
    if is_units:
        unit.contact_name, unit.contact_phone = name, phone
    session.flush()
    if successor is None and (duties or is_units):
        _tell_office(session, actor, unit, user, duties, left_on=left_on, now=now)
    return len(duties)


def _named(session: Session, unit: Unit, user: User) -> list[Assignment]:
    query = (
        select(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .where(Assignment.unit_id == unit.id, Assignment.state.in_(OPEN_DUTIES), Assignment.contact_name != "")
        .order_by(Assignment.plan_id, Task.position, Assignment.id)
    )
    return [duty for duty in session.scalars(query) if _is(duty.contact_name, user)]


def _is(name: str, user: User) -> bool:
    """Whether a typed name is a person's: two characters are often set apart by a blank (周 越)."""
    return "".join(name.split()) == "".join(user.name.split())


def _tell_office(
    session: Session, actor: Actor, unit: Unit, user: User, duties: list[Assignment], *, left_on: date, now: datetime
) -> None:
    people = people_with(session, _OFFICE, on=office_date(now), jurisdiction_id=user.jurisdiction_id)
    lines = [f"{user.name}自{left_on.isoformat()}起离任，没有接任人。请联系{unit.name}确定联系人。"]
    lines += [f"· {name_of(duty.task)}" for duty in duties[:_LISTED]]
    if len(duties) > _LISTED:
        lines.append(f"其余{len(duties) - _LISTED}项请在系统中查看。")
    count = f"{len(duties)}项任务" if duties else "单位"
    notice = Notice(
        kind=NoticeKind.SYSTEM,
        topic=f"contact:{user.id}",
        subject=f"{unit.name}{count}暂无联系人",
        body="\n".join(lines),
        link=f"/units/{unit.id}",
    )
    tell(session, [person for person in people if person.id not in (actor.user_id, user.id)], notice, now=now)
