"""What the pages of the registry show: units in a list with filters, and one unit with everything about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.core.names import with_former
from tracker.core.paging import Page, offset
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, UnitKind
from tracker.models import (
    Assignment,
    AuditEvent,
    Jurisdiction,
    Unit,
    UnitAlias,
    UnitGroup,
    UnitGroupMember,
    UnitName,
    User,
)
from tracker.services.charges import ChargeRow, charge_rows

PAGE_SIZE = 50
_TRAIL = 30
_OVER = (AssignmentState.DONE, AssignmentState.WAIVED)


@dataclass(frozen=True, slots=True)
class UnitFilter:
    """What a list of units is narrowed to; no `place_ids` stand for the actor's own jurisdiction."""

    words: str = ""
    kind: UnitKind | None = None
    group_id: int | None = None
    is_ended: bool = False
    place_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit in the list."""

    id: int
    place: str
    name: str
    kind: UnitKind
    parent: str
    contact_name: str
    contact_phone: str
    ended_on: date | None
    aliases: tuple[str, ...]
    groups: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody of the unit."""

    id: int
    name: str
    post: str
    phone: str


@dataclass(frozen=True, slots=True)
class UnitAct:
    """One change of a unit: when, by whom, what, and on what basis."""

    at: datetime
    who: str
    what: str
    basis: str


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One unit with everything the registry knows of it; `duties` counts those not over."""

    id: int
    place_id: int
    place: str
    version: int
    name: str
    kind: UnitKind
    parent_id: int | None
    parent: str
    contact_name: str
    contact_phone: str
    ended_on: date | None
    duties: int
    aliases: tuple[tuple[int, str], ...]
    former_names: tuple[tuple[str, date], ...]
    groups: tuple[tuple[int, str, date, date | None], ...]
    people: tuple[PersonLine, ...]
    charges: tuple[ChargeRow, ...]
    trail: tuple[UnitAct, ...]

    @property
    def printed(self) -> str:
        """Gives the name as new papers print it that go back to the time of the last name."""
        last = max((until_on for _, until_on in self.former_names), default=None)
        return with_former(self.name, self.former_names, last - timedelta(days=1)) if last else self.name


def unit_list(session: Session, actor: Actor, wanted: UnitFilter, *, number: int, today: date) -> Page[UnitRow]:
    """Gives one page of units, jurisdiction by jurisdiction, in registry order.

    Takes `place_ids` of the filter from `places.places`, which gives what the actor sees.
    """
    conditions = _conditions(actor, wanted, today)
    total = session.scalar(select(func.count()).select_from(Unit).where(*conditions)) or 0
    rows = _rows(session, conditions, today, limit=PAGE_SIZE, start=offset(number, PAGE_SIZE))
    return Page(rows, max(number, 1), total, PAGE_SIZE)


def all_units(session: Session, actor: Actor, wanted: UnitFilter, *, today: date) -> list[UnitRow]:
    """Gives every unit a filter lets through, for an export of exactly what is shown."""
    return _rows(session, _conditions(actor, wanted, today), today, limit=None, start=0)


def kind_counts(session: Session, actor: Actor, wanted: UnitFilter, *, today: date) -> dict[UnitKind, int]:
    """Gives how many units in use there are of each kind in the places asked for, kinds without any left out."""
    everywhere = UnitFilter(place_ids=wanted.place_ids)
    query = select(Unit.kind, func.count()).where(*_conditions(actor, everywhere, today)).group_by(Unit.kind)
    found = dict(session.execute(query).tuples().all())
    return {kind: found[kind] for kind in UnitKind if kind in found}


def unit_page(session: Session, unit: Unit) -> UnitPage:
    """Gives one unit with everything about it."""
    aliases = session.execute(select(UnitAlias.id, UnitAlias.printed).where(UnitAlias.unit_id == unit.id))
    groups = session.execute(
        select(UnitGroup.id, UnitGroup.name, UnitGroupMember.since_on, UnitGroupMember.until_on)
        .join(UnitGroupMember, UnitGroupMember.group_id == UnitGroup.id)
        .where(UnitGroupMember.unit_id == unit.id)
        .order_by(UnitGroup.name)
    )
    people = session.scalars(select(User).where(User.unit_id == unit.id, User.left_on.is_(None)).order_by(User.id))
    open_duties = select(func.count()).select_from(Assignment)
    parent = session.get(Unit, unit.parent_id) if unit.parent_id is not None else None
    return UnitPage(
        id=unit.id,
        place_id=unit.jurisdiction_id,
        place=session.get_one(Jurisdiction, unit.jurisdiction_id).name,
        version=unit.version,
        name=unit.name,
        kind=unit.kind,
        parent_id=unit.parent_id,
        parent=parent.name if parent else "",
        contact_name=unit.contact_name,
        contact_phone=unit.contact_phone,
        ended_on=unit.ended_on,
        duties=session.scalar(open_duties.where(Assignment.unit_id == unit.id, Assignment.state.not_in(_OVER))) or 0,
        aliases=tuple(aliases.tuples()),
        former_names=tuple((former.name, former.until_on) for former in unit.former_names),
        groups=tuple(groups.tuples()),
        people=tuple(PersonLine(user.id, user.name, user.post, user.phone) for user in people),
        charges=tuple(charge_rows(session, unit.id)),
        trail=_trail(session, unit),
    )


def _trail(session: Session, unit: Unit) -> tuple[UnitAct, ...]:
    query = select(AuditEvent).where(AuditEvent.subject_type == "Unit", AuditEvent.subject_id == unit.id)
    events = session.scalars(query.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(_TRAIL))
    return tuple(UnitAct(e.at, e.actor_name, e.summary, (e.detail or {}).get("basis", "")) for e in events)


def _conditions(actor: Actor, wanted: UnitFilter, today: date) -> list[ColumnElement[bool]]:
    conditions = [Unit.jurisdiction_id.in_(wanted.place_ids or (actor.jurisdiction_id,))]
    conditions.append(
        Unit.ended_on <= today if wanted.is_ended else or_(Unit.ended_on.is_(None), Unit.ended_on > today)
    )
    if wanted.kind is not None:
        conditions.append(Unit.kind == wanted.kind)
    if wanted.group_id is not None:
        conditions.append(Unit.id.in_(_members(wanted.group_id, today)))
    if wanted.words:
        conditions.append(_named(wanted.words))
    return conditions


def _named(words: str) -> ColumnElement[bool]:
    """The condition that a name, alias, former name or contact holds the words."""
    return or_(
        Unit.name.contains(words, autoescape=True),
        Unit.contact_name.contains(words, autoescape=True),
        Unit.id.in_(select(UnitAlias.unit_id).where(UnitAlias.printed.contains(words, autoescape=True))),
        Unit.id.in_(select(UnitName.unit_id).where(UnitName.name.contains(words, autoescape=True))),
    )


def _members(group_id: int, today: date) -> Any:
    return select(UnitGroupMember.unit_id).where(
        UnitGroupMember.group_id == group_id,
        UnitGroupMember.since_on <= today,
        or_(UnitGroupMember.until_on.is_(None), UnitGroupMember.until_on > today),
    )


def _rows(
    session: Session, conditions: Sequence[ColumnElement[bool]], today: date, *, limit: int | None, start: int
) -> list[UnitRow]:
    above = aliased(Unit)
    query = (
        select(Unit, above.name, Jurisdiction.name)
        .join(Jurisdiction, Jurisdiction.id == Unit.jurisdiction_id)
        .outerjoin(above, above.id == Unit.parent_id)
        .where(*conditions)
        .order_by(Unit.jurisdiction_id, Unit.position, Unit.id)
        .limit(limit)
        .offset(start)
    )
    found = session.execute(query).tuples().all()
    keys = [unit.id for unit, _, _ in found]
    aliases, groups, people = _aliases(session, keys), _groups(session, keys, today), _people(session, keys)
    return [
        UnitRow(
            unit.id,
            place,
            unit.name,
            unit.kind,
            parent or "",
            unit.contact_name,
            unit.contact_phone,
            unit.ended_on,
            tuple(aliases[unit.id]),
            tuple(groups[unit.id]),
            people.get(unit.id, 0),
        )
        for unit, parent, place in found
    ]


def _aliases(session: Session, keys: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = select(UnitAlias.unit_id, UnitAlias.printed).where(UnitAlias.unit_id.in_(keys)).order_by(UnitAlias.id)
    for unit_id, printed in session.execute(query):
        found[unit_id].append(printed)
    return found


def _groups(session: Session, keys: Sequence[int], today: date) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = (
        select(UnitGroupMember.unit_id, UnitGroup.name)
        .join(UnitGroup, UnitGroup.id == UnitGroupMember.group_id)
        .where(
            UnitGroupMember.unit_id.in_(keys),
            UnitGroupMember.since_on <= today,
            or_(UnitGroupMember.until_on.is_(None), UnitGroupMember.until_on > today),
        )
        .order_by(UnitGroup.id)
    )
    for unit_id, name in session.execute(query):
        found[unit_id].append(name)
    return found


def _people(session: Session, keys: Sequence[int]) -> dict[int, int]:
    query = select(User.unit_id, func.count()).where(User.unit_id.in_(keys), User.left_on.is_(None))
    return {unit_id: count for unit_id, count in session.execute(query.group_by(User.unit_id)) if unit_id is not None}
