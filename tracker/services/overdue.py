"""The overdue board (逾期督办): duties that are late or behind, what was sent when, and the unit's last word."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union
from sqlalchemy.orm import Session

from tracker.core.lights import DAY_OF, Light
from tracker.core.paging import PAGE_SIZE, Page, offset
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole
from tracker.core.workdays import Calendar
from tracker.errors import NotAllowed
from tracker.models import Assignment, LeaderLink, Plan, ReminderMark, Task, Unit, Urge
from tracker.services.calendar import load_calendar
from tracker.services.last_words import LastWord, last_words
from tracker.services.lights import OPEN_DUTIES, light_condition
from tracker.services.owing import files
from tracker.services.shown import UNDER_WAY, is_standing

BOARD_LIGHTS = (Light.LATE, Light.BEHIND)
WHOLE_BOARD = 20_000


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What a person asked the board for; `is_mine` keeps to the units a leader has charge of."""

    light: Light | None = None
    unit_id: int | None = None
    plan_id: int | None = None
    is_mine: bool = False
    by_plan: bool = False


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One duty on the board; `workdays` is how many working days have passed since it was due, None when behind.

    `files` is false where the lead files for the task (牵头汇总报送), so that no word of the unit itself is owed.
    """

    assignment_id: int
    task_id: int
    number: str
    part: int | None
    title: str
    plan_id: int
    plan: str
    unit_id: int
    unit: str
    role: DutyRole
    is_first_lead: bool
    state: AssignmentState
    light: Light
    due_on: date | None
    original_due_on: date | None
    percent: int | None
    contact: str
    workdays: int | None
    urges: int
    last_urged_at: datetime | None
    last_reminded_at: datetime | None
    word: LastWord | None
    files: bool

    @property
    def label(self) -> str:
        """Gives the number as printed, with the part where one number has several."""
        return f"{self.number}（第{self.part}部分）" if self.part else self.number


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a filter can take, and how many rows of the board it holds."""

    id: int
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Board:
    """A page of the board with the counts over all its pages and the choices of its filters."""

    page: Page[BoardRow]
    tasks: int
    late: int
    behind: int
    units: tuple[Choice, ...]
    plans: tuple[Choice, ...]
    has_charge: bool


def overdue_board(
    session: Session, actor: Actor, asked: BoardFilter, *, today: date, number: int = 1, is_whole: bool = False
) -> Board:
    """Gives the rows asked for, longest late first within their unit or plan, a page of them or all for an export.

    Cooperating units (配合) answer the lead and are not on the board. Raises NotAllowed for the people of a unit.
    """
    if not actor.sees_jurisdiction:
        raise NotAllowed("逾期督办由领导小组办公室和领导查看。")
    conditions = _conditions(actor, asked, today)
    groups = session.execute(_facets(actor, today)).all()
    matching = [group for group in groups if _is_asked(group, asked)]
    counts = Counter[str]()
    for group in matching:
        counts[group.key] += group.count
    size = WHOLE_BOARD if is_whole else PAGE_SIZE
    rows = session.execute(_rows(conditions, asked, today).limit(size).offset(offset(number, size))).all()
    words = last_words(session, [row.id for row in rows])
    calendar = load_calendar(session) if rows else Calendar()
    return Board(
        page=Page([_row(row, words.get(row.id), calendar, today) for row in rows], number, counts.total(), size),
        tasks=session.scalar(_joined(select(func.count(Task.id.distinct()))).where(*conditions)) or 0,
        late=counts[Light.LATE.value],
        behind=counts[Light.BEHIND.value],
        units=_choices((group.unit_id, group.unit, group.count) for group in groups),
        plans=_choices((group.plan_id, group.plan, group.count) for group in groups),
        has_charge=any(group.is_mine for group in groups),
    )


def on_board(jurisdiction_id: int, today: date, lights: tuple[Light, ...] = BOARD_LIGHTS) -> ColumnElement[bool]:
    """Gives the condition on Assignment joined with Task that a duty of the jurisdiction is on the board.

    The days of late and behind have an index each; the union walks them, where an "or" would walk every open duty.
    """
    found = union(*(_since(jurisdiction_id, getattr(Assignment, DAY_OF[light]), today) for light in lights))
    return and_(
        Assignment.id.in_(found),
        Assignment.role != DutyRole.COOPERATING,
        Task.state.in_(UNDER_WAY),
        ~is_standing(),
        or_(*(light_condition(Assignment, light, today) for light in lights)),
    )


def _since(jurisdiction_id: int, day: ColumnElement[date], today: date) -> Select[Any]:
    return select(Assignment.id).where(
        Assignment.jurisdiction_id == jurisdiction_id, Assignment.state.in_(OPEN_DUTIES), day <= today
    )


def in_charge(actor: Actor, today: date) -> Select[Any]:
    """Gives the query of the units a leader has charge of on a day (分管关系)."""
    return select(LeaderLink.unit_id).where(
        LeaderLink.leader_id == actor.user_id,
        LeaderLink.since_on <= today,
        or_(LeaderLink.until_on.is_(None), LeaderLink.until_on >= today),
    )


def _conditions(actor: Actor, asked: BoardFilter, today: date) -> list[ColumnElement[bool]]:
    lights = (asked.light,) if asked.light in BOARD_LIGHTS else BOARD_LIGHTS
    conditions = [on_board(actor.jurisdiction_id, today, lights)]
    if asked.unit_id is not None:
        conditions.append(Assignment.unit_id == asked.unit_id)
    if asked.plan_id is not None:
        conditions.append(Assignment.plan_id == asked.plan_id)
    if asked.is_mine:
        conditions.append(Assignment.unit_id.in_(in_charge(actor, today)))
    return conditions


def _is_asked(group: Any, asked: BoardFilter) -> bool:
    """Whether a group of rows is asked for: the same as `_conditions` says, of counts already at hand."""
    return (
        (asked.light not in BOARD_LIGHTS or group.key == asked.light)
        and asked.unit_id in (None, group.unit_id)
        and asked.plan_id in (None, group.plan_id)
        and (group.is_mine or not asked.is_mine)
    )


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(Unit, Unit.id == Assignment.unit_id)
    )


def _key(today: date) -> ColumnElement[str]:
    return case((Assignment.late_on <= today, literal(Light.LATE.value)), else_=literal(Light.BEHIND.value))


def _facets(actor: Actor, today: date) -> Select[Any]:
    is_mine = Assignment.unit_id.in_(in_charge(actor, today)).label("is_mine")
    names = (Assignment.unit_id, Unit.name.label("unit"), Assignment.plan_id, Plan.title.label("plan"))
    columns = (*names, _key(today).label("key"), is_mine)
    query = _joined(select(*columns, func.count().label("count")))
    return query.where(*_conditions(actor, BoardFilter(), today)).group_by(*columns)


def _rows(conditions: list[ColumnElement[bool]], asked: BoardFilter, today: date) -> Select[Any]:
    due_on = func.coalesce(Assignment.due_on, Task.due_on)
    urges = select(func.count()).where(Urge.assignment_id == Assignment.id).scalar_subquery()
    urged = select(func.max(Urge.urged_at)).where(Urge.assignment_id == Assignment.id).scalar_subquery()
    told = select(func.max(ReminderMark.marked_at)).where(
        ReminderMark.assignment_id == Assignment.id, ReminderMark.notification_id.is_not(None)
    )
    query = _joined(
        select(
            *(Assignment.id, Assignment.task_id, Task.number, Task.part, Task.title),
            *(Assignment.plan_id, Plan.title.label("plan"), Assignment.unit_id, Unit.name.label("unit")),
            *(Assignment.role, Assignment.is_first_lead, Assignment.state, _key(today).label("key")),
            *(due_on.label("due_on"), Task.original_due_on, Assignment.percent),
            *(Assignment.contact_name, Assignment.contact_phone),
            *(Unit.contact_name.label("unit_contact"), Unit.contact_phone.label("unit_phone")),
            files().label("files"),
            *(urges.label("urges"), urged.label("urged_at"), told.scalar_subquery().label("told_at")),
        )
    ).where(*conditions)
    group = (Plan.id,) if asked.by_plan else (Unit.position, Unit.id)
    return query.order_by(*group, _key(today).desc(), due_on, Assignment.id)


def _row(row: Any, word: LastWord | None, calendar: Calendar, today: date) -> BoardRow:
    light = Light(row.key)
    is_named = bool(row.contact_name)
    contact = (row.contact_name, row.contact_phone) if is_named else (row.unit_contact, row.unit_phone)
    late = calendar.workdays_between(row.due_on, today) if light is Light.LATE and row.due_on else None
    return BoardRow(
        *(row.id, row.task_id, row.number, row.part, row.title),
        *(row.plan_id, row.plan, row.unit_id, row.unit),
        *(row.role, row.is_first_lead, row.state, light),
        *(row.due_on, row.original_due_on, row.percent),
        *(" ".join(filter(None, contact)), late),
        *(row.urges, row.urged_at, row.told_at, word, row.files),
    )


def _choices(triples: Any) -> tuple[Choice, ...]:
    counts: Counter[int] = Counter()
    labels: dict[int, str] = {}
    for key, label, count in triples:
        counts[key] += count
        labels[key] = label
    return tuple(Choice(key, labels[key], count) for key, count in counts.most_common())
