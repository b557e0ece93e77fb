"""The pages of one plan: its head, its tasks as printed, the matrix of units and tasks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from tracker.core.actions import Action, Relation
from tracker.core.acts import allowed
from tracker.core.lights import Light
from tracker.core.paging import Page, offset
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole, FilingMode, LeadMode, PlanStatus, TaskState
from tracker.errors import NotFound
from tracker.models import Assignment, GroupDuty, OutlineNode, Plan, SourceDocument, StoredFile, Task, Unit
from tracker.services.access import duty_scope, plan_scope, task_scope
from tracker.services.calendar import load_calendar
from tracker.services.shown import PREPARED, Tally, light_shown, shown_key, tally

PLAN_PAGE = 50
_WAITING = AssignmentState.ISSUED


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a person asked the tasks of a plan for; `shown` is a light or another value of `services.shown`."""

    shown: str = ""
    unit_id: int | None = None
    state: TaskState | None = None
    words: str = ""
    with_subtasks: bool = True

    @property
    def narrows(self) -> bool:
        """Whether it asks for less than every task."""
        return bool(self.shown or self.state or self.words) or self.unit_id is not None


@dataclass(frozen=True, slots=True)
class PlanHead:
    """What stands over every page of a plan."""

    id: int
    title: str
    doc_no: str
    issuer: str
    issued_on: date | None
    status: PlanStatus
    is_solicitation: bool
    period_start: int | None
    period_end: int | None
    lead_mode: LeadMode
    filing_mode: FilingMode
    source_name: str | None
    draft_id: int | None
    taken_over_on: date | None = None


@dataclass(frozen=True, slots=True)
class DutyCell:
    """One unit's duty in one task, with what it shows; `unit_place` orders units as the registry does."""

    assignment_id: int
    unit_id: int
    unit: str
    unit_place: tuple[int, int]
    role: DutyRole
    is_first_lead: bool
    state: AssignmentState
    shown: str
    percent: int | None

    @property
    def light(self) -> Light | None:
        """Gives the light, None where none applies."""
        return light_shown(self.shown)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task as listed; to a unit's person `shown` is the light of the unit's own duty."""

    id: int
    node_id: int | None
    number: str
    part: int | None
    title: str
    state: TaskState
    shown: str
    due_on: date | None
    original_due_on: date | None
    deadline_printed: str
    is_standing: bool
    basis: str
    extensions: int
    late_workdays_incurred: int
    percent: int | None
    workdays_late: int | None
    duties: tuple[DutyCell, ...]
    groups: tuple[str, ...] = ()
    is_subtask: bool = False

    @property
    def label(self) -> str:
        """Gives the number as printed, with the part where one number has several."""
        return task_number(self.number, self.part)

    @property
    def light(self) -> Light | None:
        """Gives the light, None where none applies."""
        return light_shown(self.shown)

    def of_role(self, role: DutyRole) -> tuple[DutyCell, ...]:
        """Gives the duties of one role, the first lead first."""
        return tuple(cell for cell in self.duties if cell.role == role)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading as printed with the tasks right under it; `depth` counts from 0."""

    number: str
    title: str
    depth: int
    rows: tuple[TaskRow, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One unit's line of the matrix: its cells by task id."""

    unit_id: int
    unit: str
    cells: Mapping[int, DutyCell]


@dataclass(frozen=True, slots=True)
class TaskLedger:
    """The tasks of a plan a person may see: all of them in `tally`, those asked for in `chapters` and `rows`."""

    head: PlanHead
    tally: Tally
    count: int
    units: tuple[tuple[int, str], ...]
    chapters: tuple[Chapter, ...]
    rows: tuple[TaskRow, ...]
    page: Page[TaskRow]
    states: Mapping[TaskState, int]
    acts: frozenset[Action]
    unacknowledged: int
    own_unacknowledged: int
    matrix: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The document as it was uploaded."""

    filename: str
    data: bytes


def plan_head(session: Session, actor: Actor, plan_id: int) -> PlanHead:
    """Gives the head of a plan. Raises NotFound when it is not the actor's to see."""
    query = (
        select(Plan, SourceDocument.filename)
        .outerjoin(SourceDocument, SourceDocument.id == Plan.source_document_id)
        .where(plan_scope(actor), Plan.id == plan_id)
    )
    found = session.execute(query).first()
    if found is None:
        raise NotFound("没有找到这份方案，或者您没有查看它的权限。")
    plan, filename = found
    names = [name for name in PlanHead.__dataclass_fields__ if name != "source_name"]
    return PlanHead(source_name=filename, **{name: getattr(plan, name) for name in names})


def source_file(session: Session, actor: Actor, plan_id: int) -> SourceFile:
    """Gives the plan's document, bytes unchanged. Raises NotFound when there is none or it is not the actor's."""
    query = (
        select(SourceDocument.filename, StoredFile.data)
        .join(Plan, Plan.source_document_id == SourceDocument.id)
        .join(StoredFile, StoredFile.sha256 == SourceDocument.sha256)
        .where(plan_scope(actor), Plan.id == plan_id)
    )
    found = session.execute(query).first()
    if found is None:
        raise NotFound("这份方案没有来源文件，或者您没有查看它的权限。")
    return SourceFile(*found)


def task_ledger(
    session: Session, actor: Actor, plan_id: int, asked: TaskFilter, *, today: date, number: int | None = None
) -> TaskLedger:
    """Gives the tasks of a plan as printed, with their lights, and the matrix of the units in them.

    With the number of a page, `chapters` hold the tasks of that page and there is no matrix.
    """
    head = plan_head(session, actor, plan_id)
    listed = _tasks(session, actor, plan_id, asked, today)
    every = [task for task in listed if task.parent_id is None]
    found = every if not asked.narrows else [task for task in every if _is_asked(task, asked)]
    paged = found if number is None else found[offset(number, PLAN_PAGE) :][:PLAN_PAGE]
    shown = _with_subtasks(paged, listed) if asked.with_subtasks else paged
    rows = _task_rows(session, actor, plan_id, shown, today=today)
    shares = _unit_shares(session, actor, plan_id)
    own = sum(share.waiting for share in shares if share.unit_id == actor.unit_id)
    states = Counter(task.state for task in every)
    return TaskLedger(
        head=head,
        tally=tally(Counter(task.shown for task in every)),
        count=len(every),
        units=tuple((share.unit_id, share.name) for share in shares),
        chapters=_chapters(_nodes(session, plan_id), rows),
        rows=tuple(rows),
        page=Page(rows, number or 1, len(found), PLAN_PAGE if number else max(len(rows), 1)),
        states=states,
        acts=_acts(actor, head, states, own),
        unacknowledged=sum(share.waiting for share in shares),
        own_unacknowledged=own,
        matrix=_matrix(rows, asked) if number is None else (),
    )


def _acts(actor: Actor, head: PlanHead, states: Mapping[TaskState, int], own_unacknowledged: int) -> frozenset[Action]:
    """Gives what the actor can do to several tasks at once from the plan's page."""
    waiting = {
        Action.SUBMIT: 0 if head.is_solicitation else states.get(TaskState.DRAFT, 0),
        Action.APPROVE: states.get(TaskState.PENDING_APPROVAL, 0),
        Action.REJECT: states.get(TaskState.PENDING_APPROVAL, 0),
        Action.ACKNOWLEDGE: own_unacknowledged,
    }
    relations = {action: {Relation.JURISDICTION} for action in waiting} | {Action.ACKNOWLEDGE: {Relation.OWN_DUTY}}
    return frozenset(
        action
        for action, count in waiting.items()
        if count and allowed(action, roles=actor.roles, relations=frozenset(relations[action]))
    )


def _nodes(session: Session, plan_id: int) -> Sequence[OutlineNode]:
    return session.scalars(
        select(OutlineNode).where(OutlineNode.plan_id == plan_id).order_by(OutlineNode.position)
    ).all()


# What a row of the list and its filters need of a task.
_LISTED = (
    *("id", "outline_node_id", "number", "part", "title", "state", "due_on", "original_due_on"),
    *("deadline_printed", "is_standing", "basis", "parent_id", "extensions", "late_workdays_incurred"),
)


# The statements of a page are put together once for a reader and a day: that costs more than to run them.
_KEPT = 256
_own = aliased(Assignment)


def _tasks(session: Session, actor: Actor, plan_id: int, asked: TaskFilter, today: date) -> Sequence[Any]:
    """Every task the actor may see as the filters and counts need it, with what it shows to this reader."""
    is_of_unit = asked.unit_id is not None
    given = {"plan_id": plan_id, **({"of_unit_id": asked.unit_id} if is_of_unit else {})}
    return session.execute(_tasks_query(actor, today, is_of_unit=is_of_unit), given).all()


@lru_cache(maxsize=_KEPT)
def _tasks_query(actor: Actor, today: date, *, is_of_unit: bool) -> Select[Any]:
    columns = [getattr(Task, name) for name in _LISTED]
    if is_of_unit:
        is_asked = Assignment.unit_id == bindparam("of_unit_id")
        of_unit = select(Assignment.id).where(Assignment.task_id == Task.id, is_asked, _is_bound(), duty_scope(actor))
        columns.append(of_unit.exists().label("is_of_unit"))
    query = select(*columns).where(Task.plan_id == bindparam("plan_id"), task_scope(actor))
    # The database tells what each shows, so that no days are fetched for all the tasks of a plan.
    shown = shown_key(Task, today)
    if not actor.sees_jurisdiction:
        # The days of the reader's own duty come before the task's.
        is_own = and_(_own.task_id == Task.id, _own.unit_id == actor.unit_id, _own.state != AssignmentState.WAIVED)
        query = query.outerjoin(_own, is_own)
        shown = case((_own.id.is_not(None), shown_key(_own, today)), else_=shown)
    return query.add_columns(shown.label("shown")).order_by(Task.position, Task.id)


def _with_subtasks(paged: Sequence[Any], listed: Sequence[Any]) -> list[Any]:
    """The tasks of a page, each followed by its sub-tasks, which are counted nowhere."""
    given: dict[int, list[Any]] = defaultdict(list)
    for each in listed:
        if each.parent_id is not None:
            given[each.parent_id].append(each)
    return [row for task in paged for row in (task, *given[task.id])]


def _is_bound() -> ColumnElement[bool]:
    return Assignment.state != AssignmentState.WAIVED


def _unit_shares(session: Session, actor: Actor, plan_id: int) -> Sequence[Any]:
    """The units with duties in the tasks the actor may see, in the registry's order, and how many wait to be signed."""
    return session.execute(_shares_query(actor), {"plan_id": plan_id}).all()


@lru_cache(maxsize=_KEPT)
def _shares_query(actor: Actor) -> Select[Any]:
    plan_id: Any = bindparam("plan_id")
    waiting = func.sum(case((Assignment.state == _WAITING, 1), else_=0))
    query = (
        select(Assignment.unit_id, Unit.name, waiting.label("waiting"))
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Assignment.plan_id == plan_id, _is_bound())
        .group_by(Assignment.unit_id, Unit.name, Unit.position)
        .order_by(Unit.position, Assignment.unit_id)
    )
    if not actor.sees_jurisdiction:
        shown = select(Task.id).where(Task.plan_id == plan_id, task_scope(actor))
        query = query.where(Assignment.task_id.in_(shown), duty_scope(actor))
    return query


def _task_rows(session: Session, actor: Actor, plan_id: int, listed: Sequence[Any], *, today: date) -> list[TaskRow]:
    duties = _duties(session, actor, plan_id, {task.id for task in listed}, today=today)
    groups = _groups(session, plan_id) if any(task.state in PREPARED for task in listed) else {}
    rows = [_row(actor, task, duties[task.id], groups.get(task.id, ())) for task in listed]
    return _with_lateness(session, rows, today)


def _duties(session: Session, actor: Actor, plan_id: int, tasks: set[int], *, today: date) -> dict[int, list[DutyCell]]:
    # A page's tasks by their own keys; a whole plan by the plan's, since its tasks may be too many to name.
    is_page = len(tasks) <= PLAN_PAGE
    given = {"tasks": list(tasks)} if is_page else {"plan_id": plan_id}
    cells: dict[int, list[DutyCell]] = defaultdict(list)
    for duty in session.execute(_duties_query(actor, today, is_page=is_page), given):
        if duty.task_id in tasks:
            facts = (duty.role, duty.is_first_lead, duty.state, duty.shown, duty.percent)
            cells[duty.task_id].append(DutyCell(duty.id, duty.unit_id, duty.name, (duty.place, duty.unit_id), *facts))
    for found in cells.values():
        found.sort(key=lambda cell: (-cell.role.strength, not cell.is_first_lead))
    return cells


@lru_cache(maxsize=_KEPT)
def _duties_query(actor: Actor, today: date, *, is_page: bool) -> Select[Any]:
    columns = ("id", "task_id", "unit_id", "role", "is_first_lead", "state", "percent")
    of_page = Assignment.task_id.in_(bindparam("tasks", expanding=True))
    return (
        select(*(getattr(Assignment, name) for name in columns), Unit.name, Unit.position.label("place"))
        .add_columns(shown_key(Assignment, today).label("shown"))
        .join(Unit, Unit.id == Assignment.unit_id)
        .join(Task, Task.id == Assignment.task_id)
        .where(of_page if is_page else Assignment.plan_id == bindparam("plan_id"), _is_bound(), duty_scope(actor))
        .order_by(Assignment.position, Assignment.id)
    )


def _groups(session: Session, plan_id: int) -> dict[int, tuple[str, ...]]:
    query = select(GroupDuty).join(Task, Task.id == GroupDuty.task_id).where(Task.plan_id == plan_id)
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for duty in session.scalars(query.order_by(GroupDuty.position)):
        found[duty.task_id] += (f"{duty.role.label}:{duty.printed}",)
    return found


def _row(actor: Actor, task: Any, duties: list[DutyCell], groups: tuple[str, ...]) -> TaskRow:
    lead = next((cell for cell in duties if cell.is_first_lead), None)
    own = None if actor.sees_jurisdiction else next((cell for cell in duties if cell.unit_id == actor.unit_id), None)
    return TaskRow(
        id=task.id,
        node_id=task.outline_node_id,
        number=task.number,
        part=task.part,
        title=task.title,
        state=task.state,
        shown=task.shown,
        due_on=task.due_on,
        original_due_on=task.original_due_on,
        deadline_printed=task.deadline_printed,
        is_standing=task.is_standing,
        basis=task.basis,
        extensions=task.extensions,
        late_workdays_incurred=task.late_workdays_incurred,
        percent=(own or lead).percent if own or lead else None,
        workdays_late=None,
        duties=tuple(duties),
        groups=groups,
        is_subtask=task.parent_id is not None,
    )


def _with_lateness(session: Session, rows: list[TaskRow], today: date) -> list[TaskRow]:
    if not any(row.shown == "late" for row in rows):
        return rows
    calendar = load_calendar(session)
    return [
        replace(row, workdays_late=calendar.workdays_between(row.due_on, today))
        if row.shown == "late" and row.due_on
        else row
        for row in rows
    ]


def _is_asked(task: Any, asked: TaskFilter) -> bool:
    if asked.shown and task.shown != asked.shown:
        return False
    if asked.state is not None and task.state is not asked.state:
        return False
    if asked.unit_id is not None and not task.is_of_unit:
        return False
    place = f"{task_number(task.number, task.part)}{task.title}"
    return all(word in place for word in asked.words.split())


def task_number(number: str, part: int | None) -> str:
    """Gives the number as printed, with the part where one number has several."""
    return f"{number}（第{part}部分）" if part else number


def _chapters(nodes: Sequence[OutlineNode], rows: Iterable[TaskRow]) -> tuple[Chapter, ...]:
    """Gives the headings that have a task asked for under them, in the order of print."""
    under: dict[int | None, list[TaskRow]] = defaultdict(list)
    for row in rows:
        under[row.node_id].append(row)
    parents = {node.id: node.parent_id for node in nodes}
    needed: set[int] = set()
    for node_id in under:
        while node_id is not None and node_id not in needed:
            needed.add(node_id)
            node_id = parents.get(node_id)
    chapters = [
        Chapter(node.number, node.title, _depth(node.id, parents), tuple(under[node.id]))
        for node in nodes
        if node.id in needed
    ]
    if under[None]:
        chapters.append(Chapter("", "其他任务" if chapters else "", 0, tuple(under[None])))
    return tuple(chapters)


def _depth(node_id: int, parents: Mapping[int, int | None]) -> int:
    depth, parent = 0, parents[node_id]
    while parent is not None:
        depth, parent = depth + 1, parents.get(parent)
    return depth


def _matrix(rows: Sequence[TaskRow], asked: TaskFilter) -> tuple[MatrixRow, ...]:
    cells: dict[tuple[tuple[int, int], str], dict[int, DutyCell]] = defaultdict(dict)
    for row in rows:
        for cell in row.duties:
            if asked.unit_id in (None, cell.unit_id):
                cells[cell.unit_place, cell.unit][row.id] = cell
    return tuple(MatrixRow(place[1], unit, cells[place, unit]) for place, unit in sorted(cells))
