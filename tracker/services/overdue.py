"""The overdue board (逾期督办): duties that are late or behind, what was sent when, and the unit's last word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from tracker.core.lights import DAY_OF, Light
from tracker.core.paging import MOST_COUNTED, PAGE_SIZE, Page, offset
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole, Role
from tracker.core.workdays import Calendar
from tracker.errors import NotAllowed
from tracker.models import Assignment, LeaderLink, Plan, ReminderMark, Task, Unit, Urge
from tracker.services.calendar import load_calendar
from tracker.services.last_words import CHUNK, LastWord, last_words
from tracker.services.lights import OPEN_DUTIES, light_condition
from tracker.services.shown import UNDER_WAY, is_standing

BOARD_LIGHTS = (Light.LATE, Light.BEHIND)
WHOLE_BOARD = 20_000
Names = Mapping[tuple[str, int], Any]


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What a person asked the board for; `is_mine` keeps to the units a leader has charge of."""

    light: Light | None = None
    unit_id: int | None = None
    plan_id: int | None = None
    is_mine: bool = False
    by_plan: bool = False

    @property
    def narrows(self) -> bool:
        """Whether it asks for less than the whole board."""
        return self.is_mine or not (self.light is None and self.unit_id is None and self.plan_id is None)


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
    """One value a filter can take, and how many rows of the board it holds where that is counted."""

    id: int
    label: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """A page of the board with the counts over all its pages and the choices of its filters.

    `tasks` is None where there are more rows than are counted.
    """

    page: Page[BoardRow]
    tasks: int | None
    late: int
    behind: int
    units: tuple[Choice, ...]
    plans: tuple[Choice, ...]
    has_charge: bool


def overdue_board(
    session: Session, actor: Actor, asked: BoardFilter, *, today: date, number: int = 1, is_whole: bool = False
) -> Board:
    """Gives the rows asked for, longest late first within their unit or plan, a page of them or all for an export.

    Counts are exact to 1,000; of more rows than that, the 1,000 longest late are on the pages. Cooperating units (配合)
    answer the lead and are not on the board. Raises NotAllowed for the people of a unit.
    """
    if not actor.sees_jurisdiction:
        raise NotAllowed("逾期督办由领导小组办公室和领导查看。")
    every = found_on_board(session, actor, today=today)
    is_cut = every.is_cut
    found = every.narrowed(asked) if asked.narrows else every
    if is_whole or (is_cut and asked.narrows):
        found = found_on_board(session, actor, asked, today=today, most=WHOLE_BOARD if is_whole else MOST_COUNTED)
    names = _names(session, actor, [*every.lit, *found.lit], is_every=every.is_cut)
    shown = sorted(found.rows, key=lambda row: _place(row, asked, names))
    size = WHOLE_BOARD if is_whole else PAGE_SIZE
    page = [row.id for row in shown[offset(number, size) :][:size]]
    return Board(
        page=Page(_details(session, page, today), number, found.total, size, found.is_cut),
        tasks=None if found.is_cut else len({row.task_id for row in found.rows}),
        late=found.counts[Light.LATE],
        behind=found.counts[Light.BEHIND],
        units=_choices(every, "unit", names),
        plans=_choices(every, "plan", names),
        has_charge=any(row.is_mine for row in every.lit) or (is_cut and Role.LEADER in actor.roles),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What is on the board, no more than `most` of each light: enough to count to there and to sort what is shown."""

    lit: Sequence[Any]
    most: int

    @property
    def counts(self) -> Counter[str]:
        """Gives how many there are of each light, one more than `most` for all that are more."""
        return Counter(row.key for row in self.lit)

    @property
    def is_cut(self) -> bool:
        """Whether there are more than can be shown."""
        return len(self.lit) > self.most

    @property
    def total(self) -> int:
        """Gives how many there are, one more than `most` for all that are more."""
        return min(len(self.lit), self.most + 1)

    @property
    def rows(self) -> Sequence[Any]:
        """Gives those that can be shown, the late ones first."""
        return sorted(self.lit, key=lambda row: row.key != Light.LATE)[: self.most] if self.is_cut else self.lit

    def narrowed(self, asked: BoardFilter) -> Found:
        """Gives those a filter asks for."""
        return Found([row for row in self.lit if _is_asked(row, asked)], self.most)


def found_on_board(
    session: Session, actor: Actor, asked: BoardFilter | None = None, *, today: date, most: int = MOST_COUNTED
) -> Found:
    """Gives what is on the board, longest late first, each light on its own walked along the index of its days."""
    asked = asked or BoardFilter()
    lights = (asked.light,) if asked.light else BOARD_LIGHTS
    parts = (select(_slim(actor, asked, light, today).limit(most + 1).subquery(light.value)) for light in lights)
    return Found(session.execute(union_all(*parts)).all(), most)


def _slim(actor: Actor, asked: BoardFilter, light: Light, today: date) -> Select[Any]:
    columns = (Assignment.id, Assignment.task_id, Assignment.unit_id, Assignment.plan_id)
    query = (
        select(
            *(*columns, func.coalesce(Assignment.due_on, Task.due_on).label("due_on")),
            *(literal(light.value).label("key"), Assignment.unit_id.in_(in_charge(actor, today)).label("is_mine")),
        )
        .select_from(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .where(on_board(light, today), *_conditions(actor, asked, today))
    )
    return query.order_by(getattr(Assignment, DAY_OF[light]), Assignment.id)


def on_board(light: Light, today: date) -> ColumnElement[bool]:
    """Gives the condition on Assignment joined with Task that a duty is on the board with a light, whoever's board."""
    return and_(
        light_condition(Assignment, light, today),
        Assignment.state.in_(OPEN_DUTIES),
        Assignment.role != DutyRole.COOPERATING,
        Task.state.in_(UNDER_WAY),
        ~is_standing(),
    )


def in_charge(actor: Actor, today: date) -> Select[Any]:
    """Gives the query of the units a leader has charge of on a day (分管关系)."""
    return select(LeaderLink.unit_id).where(
        LeaderLink.leader_id == actor.user_id,
        LeaderLink.since_on <= today,
        or_(LeaderLink.until_on.is_(None), LeaderLink.until_on >= today),
    )


def _conditions(actor: Actor, asked: BoardFilter, today: date) -> list[ColumnElement[bool]]:
    if asked.unit_id is None and asked.plan_id is None:
        conditions = [Assignment.jurisdiction_id == actor.jurisdiction_id]
    else:
        # Few rows by an index of their own: the jurisdiction's indexes are not to be walked for them.
        here = select(Plan.id).where(Plan.jurisdiction_id == actor.jurisdiction_id)
        conditions = [Assignment.plan_id.in_(here)]
    if asked.unit_id is not None:
        conditions.append(Assignment.unit_id == asked.unit_id)
    if asked.plan_id is not None:
        conditions.append(Assignment.plan_id == asked.plan_id)
    if asked.is_mine:
        conditions.append(Assignment.unit_id.in_(in_charge(actor, today)))
    return conditions


def _is_asked(row: Any, asked: BoardFilter) -> bool:
    """Whether a row is asked for: the same as `_conditions` and the light say, of rows already at hand."""
    return (
        asked.light in (None, row.key)
        and asked.unit_id in (None, row.unit_id)
        and asked.plan_id in (None, row.plan_id)
        and (row.is_mine or not asked.is_mine)
    )


def _place(row: Any, asked: BoardFilter, names: Names) -> tuple[Any, ...]:
    group = (row.plan_id,) if asked.by_plan else (names["unit", row.unit_id].place, row.unit_id)
    return (*group, row.key != Light.LATE, row.due_on or date.max, row.id)


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(Unit, Unit.id == Assignment.unit_id)
    )


def _details(session: Session, ids: Sequence[int], today: date) -> list[BoardRow]:
    """The rows of these duties, in this order."""
    found: dict[int, Any] = {}
    for start in range(0, len(ids), CHUNK):
        found |= {row.id: row for row in session.execute(_rows(ids[start : start + CHUNK], today))}
    words = last_words(session, ids)
    calendar = load_calendar(session) if ids else Calendar()
    return [_row(found[key], words.get(key), calendar, today) for key in ids]


def _rows(ids: Sequence[int], today: date) -> Select[Any]:
    urges = select(func.count()).where(Urge.assignment_id == Assignment.id).scalar_subquery()
    urged = select(func.max(Urge.urged_at)).where(Urge.assignment_id == Assignment.id).scalar_subquery()
    told = select(func.max(ReminderMark.marked_at)).where(
        ReminderMark.assignment_id == Assignment.id, ReminderMark.notification_id.is_not(None)
    )
    is_late = (Assignment.late_on <= today, literal(Light.LATE.value))
    return _joined(
        select(
            *(Assignment.id, Assignment.task_id, Task.number, Task.part, Task.title),
            *(Assignment.plan_id, Plan.title.label("plan"), Assignment.unit_id, Unit.name.label("unit")),
            *(Assignment.role, Assignment.is_first_lead, Assignment.state),
            case(is_late, else_=literal(Light.BEHIND.value)).label("key"),
            *(func.coalesce(Assignment.due_on, Task.due_on).label("due_on"), Task.original_due_on, Assignment.percent),
            *(Assignment.contact_name, Assignment.contact_phone),
            *(Unit.contact_name.label("unit_contact"), Unit.contact_phone.label("unit_phone")),
            Assignment.is_filing.label("files"),
            *(urges.label("urges"), urged.label("urged_at"), told.scalar_subquery().label("told_at")),
        )
    ).where(Assignment.id.in_(ids))


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


def _names(session: Session, actor: Actor, rows: Sequence[Any], *, is_every: bool) -> Names:
    """The name and place of the units and plans of these rows, or of every one there is, by kind and key."""
    of_units = Unit.id.in_({row.unit_id for row in rows})
    of_plans = Plan.id.in_({row.plan_id for row in rows})
    if is_every:
        of_units = or_(of_units, Unit.jurisdiction_id == actor.jurisdiction_id)
        of_plans = or_(of_plans, Plan.jurisdiction_id == actor.jurisdiction_id)
    units = select(literal("unit").label("kind"), Unit.id, Unit.name.label("label"), Unit.position.label("place"))
    plans = select(literal("plan"), Plan.id, Plan.title, -Plan.id).where(of_plans)
    return {(row.kind, row.id): row for row in session.execute(units.where(of_units).union_all(plans))}


def _choices(every: Found, kind: str, names: Names) -> tuple[Choice, ...]:
    """What a filter can be set to: what is on the board, counted, or everything, where that is too much to count."""
    if every.is_cut:
        rows = sorted((row for row in names.values() if row.kind == kind), key=lambda row: (row.place, row.id))
        return tuple(Choice(row.id, row.label) for row in rows)
    counts = Counter(getattr(row, f"{kind}_id") for row in every.lit)
    return tuple(Choice(key, names[kind, key].label, count) for key, count in counts.most_common())
