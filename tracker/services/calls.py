"""The units to telephone (电话催办清单): those nobody signs in for, what each owes and how late it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.papers import CallList, CallRow, Contact
from tracker.core.permissions import Actor
from tracker.core.reminding import Owed
from tracker.core.terms import AssignmentState, Role
from tracker.core.workdays import Calendar
from tracker.errors import NotAllowed
from tracker.models import Assignment, Jurisdiction, RoleGrant, Unit, User
from tracker.services.calendar import load_calendar
from tracker.services.owing import OwedRow, Reach, filing_windows, owed_rows

# Due dates so many working days ahead are called about as well.
AHEAD = 5
_URGEABLE = (AssignmentState.ISSUED, AssignmentState.IN_PROGRESS)
_URGENT = list(Owed)


@dataclass(frozen=True, slots=True)
class OwedLine:
    """One thing a unit owes; `late` in words, empty where its day has not come."""

    what: Owed
    label: str
    link: str
    late: str
    workdays: int
    assignment_id: int | None


@dataclass(frozen=True, slots=True)
class CallUnit:
    """A unit to call; `duty_ids` are the duties a call is logged on."""

    unit_id: int
    unit: str
    contact_name: str
    contact_phone: str
    owed: tuple[OwedLine, ...]
    duty_ids: tuple[int, ...]

    @property
    def workdays(self) -> int:
        """Gives how many working days the latest of what is owed is late."""
        return max((line.workdays for line in self.owed), default=0)


def units_to_call(session: Session, actor: Actor, *, today: date, is_late: bool = False) -> list[CallUnit]:
    """Gives the units without users that owe something, the longest late first; with `is_late` those late alone.

    Raises NotAllowed for the people of a unit.
    """
    if not actor.sees_jurisdiction:
        raise NotAllowed("电话催办清单由领导小组办公室和领导查看。")
    units = {unit.id: unit for unit in session.scalars(_without_users(actor, today))}
    calendar = load_calendar(session)
    reach = Reach(calendar.add_workdays(today, AHEAD), calendar)
    windows = filing_windows(session, today=today, calendar=calendar)
    lines: dict[int, list[OwedLine]] = defaultdict(list)
    duties: dict[int, set[int]] = defaultdict(set)
    for row in owed_rows(session, list(units), today=today, reach=reach, windows=windows):
        line = _line(row, calendar, today)
        if row.anchor_on > reach.horizon or (is_late and not line.late):
            continue
        if line not in lines[row.unit_id]:
            lines[row.unit_id].append(line)
        if row.assignment_id is not None:
            duties[row.unit_id].add(row.assignment_id)
    contacts = _contacts(session, sorted({key for keys in duties.values() for key in keys}))
    found = [_unit(units[key], owed, duties[key], contacts) for key, owed in lines.items() if owed]
    return sorted(found, key=lambda unit: (-unit.workdays, units[unit.unit_id].position, unit.unit_id))


def call_list(session: Session, actor: Actor, *, today: date, is_late: bool = False) -> CallList:
    """Gives the list to print."""
    place = session.get_one(Jurisdiction, actor.jurisdiction_id)
    rows = tuple(
        CallRow(
            unit.unit,
            Contact(unit.contact_name, unit.contact_phone),
            tuple(f"{line.what.label}：{line.label}" for line in unit.owed),
            f"最长{unit.workdays}个工作日" if unit.workdays else "",
        )
        for unit in units_to_call(session, actor, today=today, is_late=is_late)
    )
    return CallList(place.office_name or place.name, today, rows)


def _without_users(actor: Actor, today: date):  # type: ignore[no-untyped-def]
    people = (
        select(User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.unit_id == Unit.id,
            or_(User.left_on.is_(None), User.left_on > today),
            RoleGrant.role.in_((Role.LIAISON, Role.UNIT_HEAD)),
            RoleGrant.since_on <= today,
            or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= today),
        )
    )
    return select(Unit).where(Unit.jurisdiction_id == actor.jurisdiction_id, Unit.ended_on.is_(None), ~people.exists())


def _line(row: OwedRow, calendar: Calendar, today: date) -> OwedLine:
    # A task to acknowledge is late from the day after it was issued; everything else from the day after its date.
    passed = calendar.workdays_between(row.anchor_on, today) if row.anchor_on < today else 0
    match row.owed:
        case Owed.ACKNOWLEDGE:
            late = f"交办{passed}个工作日未签收" if passed else ""
        case Owed.STALE:
            late = "超过一个整月未报送"
        case _:
            late = f"逾期{passed}个工作日" if row.anchor_on < today else ""
    return OwedLine(row.owed, row.label, row.link, late, passed, row.assignment_id)


def _contacts(session: Session, duty_ids: Sequence[int]) -> dict[int, Assignment]:
    query = select(Assignment).where(Assignment.id.in_(duty_ids))
    return {duty.id: duty for duty in session.scalars(query)} if duty_ids else {}


def _unit(unit: Unit, owed: list[OwedLine], duty_ids: set[int], duties: dict[int, Assignment]) -> CallUnit:
    named = next((duties[key] for key in sorted(duty_ids) if duties[key].contact_name), None)
    return CallUnit(
        unit.id,
        unit.name,
        unit.contact_name or (named.contact_name if named else ""),
        unit.contact_phone or (named.contact_phone if named else ""),
        tuple(sorted(owed, key=lambda line: (-line.workdays, _URGENT.index(line.what)))),
        tuple(key for key in sorted(duty_ids) if duties[key].state in _URGEABLE),
    )
