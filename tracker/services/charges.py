"""Which leader has charge of which unit (分管关系), with dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.terms import Role
from tracker.errors import Invalid, NotFound
from tracker.models import LeaderLink, Unit, User
from tracker.services import audit
from tracker.services.notices import people_with


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """One leader's charge of a unit."""

    id: int
    leader_name: str
    post: str
    since_on: date
    until_on: date | None
    note: str


def leaders(session: Session, actor: Actor, today: date) -> list[tuple[int, str]]:
    """Gives (id, name and post) of everybody who is a leader in the actor's jurisdiction on a day."""
    found = people_with(session, [Role.LEADER], on=today, jurisdiction_id=actor.jurisdiction_id)
    return [(leader.id, f"{leader.name}（{leader.post}）" if leader.post else leader.name) for leader in found]


def charge_rows(session: Session, unit_id: int) -> list[ChargeRow]:
    """Gives the charges of a unit, the latest first."""
    query = (
        select(LeaderLink, User.name, User.post)
        .join(User, User.id == LeaderLink.leader_id)
        .where(LeaderLink.unit_id == unit_id)
        .order_by(LeaderLink.since_on.desc(), LeaderLink.id.desc())
    )
    return [
        ChargeRow(link.id, name, post, link.since_on, link.until_on, link.note)
        for link, name, post in session.execute(query).tuples()
    ]


def add_charge(
    session: Session, actor: Actor, unit: Unit, leader_id: int | None, *, since_on: date, now: datetime
) -> None:
    """Puts a unit under a leader from a day on. Raises Invalid("leader_id") for nobody, or one who has it already."""
    if leader_id not in {key for key, _ in leaders(session, actor, since_on)}:
        raise Invalid({"leader_id": "请选择当日在任的领导。"})
    lasting = select(LeaderLink.id).where(
        LeaderLink.unit_id == unit.id,
        LeaderLink.leader_id == leader_id,
        or_(LeaderLink.until_on.is_(None), LeaderLink.until_on >= since_on),
    )
    if session.scalar(lasting) is not None:
        raise Invalid({"leader_id": "这位领导已经分管该单位。"})
    session.add(LeaderLink(leader_id=leader_id, unit_id=unit.id, since_on=since_on))
    session.flush()
    leader = session.get_one(User, leader_id)
    audit.record(session, actor, "unit.add_charge", unit, summary=f"{leader.name}分管{unit.name}", now=now)


def end_charge(session: Session, actor: Actor, charge_id: int, *, until_on: date, now: datetime) -> int:
    """Ends a charge; `until_on` is its last day. Gives the unit's id. Raises NotFound outside the jurisdiction."""
    link = session.get(LeaderLink, charge_id)
    unit = session.get(Unit, link.unit_id) if link else None
    if link is None or unit is None or unit.jurisdiction_id != actor.jurisdiction_id:
        raise NotFound("没有找到这项分管关系，或者您没有查看它的权限。")
    if until_on < link.since_on:
        session.delete(link)
    else:
        link.until_on = until_on
    session.flush()
    leader = session.get_one(User, link.leader_id)
    audit.record(session, actor, "unit.end_charge", unit, summary=f"{leader.name}不再分管{unit.name}", now=now)
    return unit.id
