"""The overdue board (逾期督办): duties that are late or behind, what was sent when, and the unit's last word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from tracker.core.lights import DAY_OF, Light
from tracker.core.paging import MOST_COUNTED, PAGE_SIZE, Page, offset
from tracker.core.permissions import Actor
from tracker.core.slips import paper_name
from tracker.core.terms import AssignmentState, DutyRole, Role, SlipForm, SlipLevel, SlipStatus
from tracker.core.workdays import Calendar
from tracker.errors import NotAllowed
from tracker.models import Assignment, LeaderLink, Plan, ReminderMark, Slip, Task, Unit, Urge
from tracker.services.calendar import load_calendar
from tracker.services.counting import capped
from tracker.services.duties import OPEN_DUTIES
from tracker.services.last_words import LastWord, last_words
from tracker.services.lights import light_condition

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

    @property
    def narrows(self) -> bool:
        """Whether it asks for less than the whole board."""
        return self.is_mine or not (self.light is None and self.unit_id is None and self.plan_id is None)


@dataclass(frozen=True, slots=True)
class LastSlip:
    """The last slip (督办单) on a duty."""

    id: int
    number: str
    form: SlipForm
    level: SlipLevel
    status: SlipStatus

    @property
    def paper(self) -> str:
        """Gives what the paper is called."""
        return paper_name(self.form, self.level)


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
    extensions: int
    late_workdays_incurred: int
    percent: int | None
    contact: str
    workdays: int | None
    urges: int
    last_urged_at: datetime | None
    last_reminded_at: datetime | None
    word: LastWord | None
    files: bool
    slip: LastSlip | None

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
    kind: str = ""


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
    most, size = (WHOLE_BOARD, WHOLE_BOARD) if is_whole else (MOST_COUNTED, PAGE_SIZE)
    scope = _Scope(actor, asked, today)
    counts = session.execute(_counts(scope, most)).one()
    total = counts.late + counts.behind
    is_cut = total > most
    choices = _choices(session, scope, is_every=counts.every > MOST_COUNTED)
    # The longest late first: what is behind is listed as far as there is room after them.
    room = {Light.LATE: min(counts.late, most), Light.BEHIND: min(counts.behind, max(most - counts.late, 0))}
    rows = _page(session, scope, room, size=size, skipped=offset(number, size)) if total else []
    return Board(
        page=Page(rows, number, min(total, most + 1), size, is_cut),
        tasks=None if is_cut else next(choice.count for choice in choices if choice.kind == "tasks"),
        late=counts.late,
        behind=counts.behind,
        units=tuple(choice for choice in choices if choice.kind == "unit"),
        plans=tuple(choice for choice in choices if choice.kind == "plan"),
        has_charge=counts.charge > 0,
    )


@dataclass(frozen=True, slots=True)
class _Scope:
    """Whose board it is, what of it is asked for, and the day it is of."""

    actor: Actor
    asked: BoardFilter
    today: date

    def duties(self, light: Light, *columns: Any, is_every: bool = False) -> Select[Any]:
        """Gives the query of the duties with a light, those asked for or every one on the board."""
        asked = BoardFilter() if is_every else self.asked
        query = select(*columns).select_from(Assignment).where(on_board(light, self.today))
        if asked.light not in (None, light):
            query = query.where(false())
        return query.where(*self._conditions(asked))

    def _conditions(self, asked: BoardFilter) -> list[ColumnElement[bool]]:
        if asked.unit_id is None and asked.plan_id is None:
            conditions = [Assignment.jurisdiction_id == self.actor.jurisdiction_id]
        else:
            # Few rows by an index of their own: the jurisdiction's indexes are not to be walked for them.
            here = select(Plan.id).where(Plan.jurisdiction_id == self.actor.jurisdiction_id)
            conditions = [Assignment.plan_id.in_(here)]
        if asked.unit_id is not None:
            conditions.append(Assignment.unit_id == asked.unit_id)
        if asked.plan_id is not None:
            conditions.append(Assignment.plan_id == asked.plan_id)
        if asked.is_mine:
            conditions.append(Assignment.unit_id.in_(in_charge(self.actor, self.today)))
        return conditions


def _counts(scope: _Scope, most: int) -> Select[Any]:
    """How many duties of each light are asked for, how many there are on the whole board, and the leader's charges."""
    late, behind = (capped(scope.duties(light, Assignment.id), most).scalar_subquery() for light in BOARD_LIGHTS)
    every = late + behind
    if scope.asked.narrows or most != MOST_COUNTED:
        parts = (capped(scope.duties(light, Assignment.id, is_every=True)).scalar_subquery() for light in BOARD_LIGHTS)
        every = sum(parts, start=literal(0))
    charge = capped(in_charge(scope.actor, scope.today)).scalar_subquery()
    return select(late.label("late"), behind.label("behind"), every.label("every"), charge.label("charge"))


def _choices(session: Session, scope: _Scope, *, is_every: bool) -> list[Choice]:
    """What a filter can be set to: what is on the board, counted, or everything, where that is too much to count.

    Gives also how many tasks are asked for, as a choice of the kind "tasks".
    """
    unit = (literal("unit").label("kind"), Unit.id, Unit.name.label("label"), Unit.position.label("place"))
    plan = (literal("plan").label("kind"), Plan.id, Plan.title.label("label"), (-Plan.id).label("place"))
    if is_every:
        here = scope.actor.jurisdiction_id
        units: Select[Any] = select(*unit, null().label("number")).where(Unit.jurisdiction_id == here)
        plans: Select[Any] = select(*plan, null()).where(Plan.jurisdiction_id == here)
    else:
        lit = _union(scope, Assignment.unit_id, Assignment.plan_id, is_every=True)
        units = select(*unit, func.count().label("number")).join(lit, lit.c.unit_id == Unit.id).group_by(Unit.id)
        plans = select(*plan, func.count()).join(lit, lit.c.plan_id == Plan.id).group_by(Plan.id)
    tasks = _union(scope, Assignment.task_id)
    counted = select(literal("tasks"), literal(0), literal(""), literal(0), func.count(tasks.c.task_id.distinct()))
    found: list[Any] = list(session.execute(union_all(units, plans, counted)))
    found.sort(key=lambda row: (-(row.number or 0), row.place, row.id))
    return [Choice(row.id, row.label, row.number, row.kind) for row in found]


def _union(scope: _Scope, *columns: Any, is_every: bool = False) -> Any:
    parts = (scope.duties(light, *columns, is_every=is_every).limit(MOST_COUNTED + 1) for light in BOARD_LIGHTS)
    return union_all(*(select(part.subquery()) for part in parts)).subquery()


def _page(session: Session, scope: _Scope, room: Mapping[Light, int], *, size: int, skipped: int) -> list[BoardRow]:
    """The rows of a page, each light walked along the index of its days as far as it has room."""
    parts = []
    for tier, (light, most) in enumerate(room.items()):
        if most:
            since = getattr(Assignment, DAY_OF[light])
            columns = (Assignment.id, Assignment.unit_id, Assignment.plan_id, since.label("since"))
            query = scope.duties(light, *columns, literal(tier).label("tier")).order_by(since, Assignment.id)
            parts.append(select(query.limit(most).subquery()))
    lit = union_all(*parts).subquery()
    group = (lit.c.plan_id,) if scope.asked.by_plan else (Unit.position, lit.c.unit_id)
    order = [column.label(f"place{n}") for n, column in enumerate((*group, lit.c.tier, lit.c.since, lit.c.id))]
    page = select(lit.c.id, *order).join(Unit, Unit.id == lit.c.unit_id).order_by(*order).limit(size).offset(skipped)
    found = page.subquery("page")
    query = _rows(scope.today).join(found, found.c.id == Assignment.id)
    rows = session.execute(query.order_by(*(found.c[column.name] for column in order))).all()
    words = last_words(session, [row.id for row in rows])
    calendar = load_calendar(session) if rows else Calendar()
    return [_row(row, words.get(row.id), calendar, scope.today) for row in rows]


def on_board(light: Light, today: date) -> ColumnElement[bool]:
    """Gives the condition on Assignment that a duty is on the board with a light, whoever's board.

    What its task is need not be asked: a duty has days of late and behind only while its task runs and has a date.
    """
    return and_(
        light_condition(Assignment, light, today),
        Assignment.state.in_(OPEN_DUTIES),
        Assignment.role != DutyRole.COOPERATING,
    )


def in_charge(actor: Actor, today: date) -> Select[Any]:
    """Gives the query of the units a leader has charge of on a day (分管关系)."""
    return select(LeaderLink.unit_id).where(
        LeaderLink.leader_id.in_(actor.persons(Role.LEADER)),
        LeaderLink.since_on <= today,
        or_(LeaderLink.until_on.is_(None), LeaderLink.until_on >= today),
    )


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(Unit, Unit.id == Assignment.unit_id)
    )


def _rows(today: date) -> Select[Any]:
    urges = select(func.count()).where(Urge.assignment_id == Assignment.id).scalar_subquery()
    urged = select(func.max(Urge.urged_at)).where(Urge.assignment_id == Assignment.id).scalar_subquery()
    told = select(func.max(ReminderMark.marked_at)).where(
        ReminderMark.assignment_id == Assignment.id, ReminderMark.notification_id.is_not(None)
    )
    is_late = (Assignment.late_on <= today, literal(Light.LATE.value))
    former = aliased(Slip)
    last = select(func.max(former.id)).where(former.assignment_id == Assignment.id)
    query = _joined(
        select(
            *(Assignment.id, Assignment.task_id, Task.number, Task.part, Task.title),
            *(Assignment.plan_id, Plan.title.label("plan"), Assignment.unit_id, Unit.name.label("unit")),
            *(Assignment.role, Assignment.is_first_lead, Assignment.state),
            case(is_late, else_=literal(Light.BEHIND.value)).label("key"),
            *(func.coalesce(Assignment.due_on, Task.due_on).label("due_on"), Task.original_due_on, Assignment.percent),
            # Of a date of its own its own extensions count, else those of the task, with which it moves.
            case((Assignment.due_on.is_(None), Task.extensions), else_=Assignment.extensions).label("extensions"),
            Assignment.late_workdays_incurred,
            *(Assignment.contact_name, Assignment.contact_phone),
            *(Unit.contact_name.label("unit_contact"), Unit.contact_phone.label("unit_phone")),
            Assignment.is_filing.label("files"),
            *(urges.label("urges"), urged.label("urged_at"), told.scalar_subquery().label("told_at")),
            *(Slip.id.label("slip_id"), Slip.number.label("slip_no"), Slip.form, Slip.level, Slip.status),
        )
    )
    return query.outerjoin(Slip, Slip.id == last.scalar_subquery())


def _row(row: Any, word: LastWord | None, calendar: Calendar, today: date) -> BoardRow:
    light = Light(row.key)
    is_named = bool(row.contact_name)
    contact = (row.contact_name, row.contact_phone) if is_named else (row.unit_contact, row.unit_phone)
    late = calendar.workdays_between(row.due_on, today) if light is Light.LATE and row.due_on else None
    return BoardRow(
        *(row.id, row.task_id, row.number, row.part, row.title),
        *(row.plan_id, row.plan, row.unit_id, row.unit),
        *(row.role, row.is_first_lead, row.state, light),
        *(row.due_on, row.original_due_on, row.extensions, row.late_workdays_incurred, row.percent),
        *(" ".join(filter(None, contact)), late),
        *(row.urges, row.urged_at, row.told_at, word, row.files),
        LastSlip(row.slip_id, row.slip_no, row.form, row.level, row.status) if row.slip_id else None,
    )
