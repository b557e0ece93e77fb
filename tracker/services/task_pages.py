"""The page of one task: its units, dates, passage in the source, everything that happened, and what can be done now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.core.actions import Action, Situation, Subject
from tracker.core.acts import offered
from tracker.core.lights import Light
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DueBasis, DutyRole, Grade, TaskKind, TaskState
from tracker.core.workdays import Calendar
from tracker.errors import NotFound
from tracker.models import Assignment, OutlineNode, SourceDocument, Target, Task
from tracker.services.access import visible_tasks
from tracker.services.calendar import load_calendar
from tracker.services.change_pages import Changes, changes_of_task
from tracker.services.duties import OPEN_DUTIES
from tracker.services.filing import last_finishing
from tracker.services.lights import duty_reason, light_of, task_reason
from tracker.services.plan_facts import COMPARATORS, plain_number
from tracker.services.situations import Asking, asking
from tracker.services.task_trail import ClosingRow, TrailEntry, closing_row, seen_duties, trail
from tracker.services.workflow import waiting_closing

CONTEXT = 240
_LIT = frozenset({TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW, TaskState.CLOSED, TaskState.ARCHIVED})
# Acts whose obstacle is told: it is news to the person, and says what to do instead.
_TOLD_WHY = (Action.ACCEPT_PART, Action.ASK_EXTENSION, Action.ASK_ADJUSTMENT)
_SLIPS = (Action.ISSUE_SLIP, Action.RAISE_SLIP)
_KNOWN = frozenset(AssignmentState) - {AssignmentState.PLANNED, AssignmentState.WAIVED}


@dataclass(frozen=True, slots=True)
class Offer:
    """An act this person may do, and what still stands in its way, if anything."""

    action: Action
    hindrance: str | None


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One unit's duty in the task."""

    id: int
    version: int
    unit: str
    role: DutyRole
    is_first_lead: bool
    printed: str
    state: AssignmentState
    light: Light | None
    reason: str
    percent: int | None
    due_on: date | None
    extensions: int
    late_workdays_incurred: int
    last_filed_on: date | None
    contact_name: str
    contact_phone: str
    finishing: str
    offers: tuple[Offer, ...]

    @property
    def can_be_urged(self) -> bool:
        """Whether this person may urge the unit now."""
        return any(offer.action is Action.URGE for offer in self.offers)

    @property
    def is_open(self) -> bool:
        """Whether the unit still owes something."""
        return self.state in OPEN_DUTIES

    @property
    def can_get_slip(self) -> bool:
        """Whether this person may issue the next slip on this duty now."""
        return any(offer.action in _SLIPS for offer in self.offers)

    @property
    def own_offers(self) -> tuple[Offer, ...]:
        """The acts on this duty alone; urging is done for several at once, and so are slips."""
        return tuple(offer for offer in self.offers if offer.action not in (Action.URGE, *_SLIPS))


@dataclass(frozen=True, slots=True)
class Passage:
    """The task's words in the document, with what stands around them."""

    filename: str
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A number the task promises."""

    name: str
    value: str
    by: str


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Everything the page of a task shows to one person."""

    id: int
    version: int
    number: str
    part: int | None
    kind: TaskKind
    title: str
    text: str
    basis: str
    leader: str
    plan_id: int
    plan_title: str
    doc_no: str
    chapters: tuple[str, ...]
    state: TaskState
    light: Light | None
    reason: str
    issued_on: date | None
    original_due_on: date | None
    due_on: date | None
    due_basis: DueBasis | None
    deadline_printed: str
    is_standing: bool
    needs_evidence: bool
    has_grades: bool
    grade: Grade | None
    is_provisional: bool
    closed_on: date | None
    milestones: tuple[tuple[str, str], ...]
    duties: tuple[DutyRow, ...]
    groups: tuple[str, ...]
    targets: tuple[TargetRow, ...]
    passage: Passage | None
    closing: ClosingRow | None
    trail: tuple[TrailEntry, ...]
    offers: tuple[Offer, ...]
    changes: Changes
    extensions: int
    late_workdays_incurred: int

    @property
    def has_acts(self) -> bool:
        """Whether this person may do anything here now, or is told what stands in the way."""
        return bool(self.offers) or any(duty.offers for duty in self.duties)


def task_page(session: Session, actor: Actor, task_id: int, *, today: date) -> TaskPage:
    """Gives the page of a task. Raises NotFound when it is not the actor's to see."""
    task = _load(session, actor, task_id)
    calendar = load_calendar(session)
    view = asking(session, actor, [task], today=today)
    closing = waiting_closing(session, task.id)
    seen = seen_duties(session, actor, task)
    shown = [duty for duty in task.assignments if duty.id in seen]
    is_lit = task.state in _LIT and not (task.is_standing and task.done_on is None and task.unknown_on is None)
    return TaskPage(
        id=task.id,
        version=task.version,
        number=task.number,
        part=task.part,
        kind=task.kind,
        title=task.title,
        text=task.text,
        basis=task.basis,
        leader=task.leader,
        plan_id=task.plan_id,
        plan_title=task.plan.title,
        doc_no=task.plan.doc_no,
        chapters=_chapters(session, task.outline_node_id),
        state=task.state,
        light=light_of(task, today) if is_lit else None,
        reason=_reason(actor, task, shown, calendar, today=today),
        issued_on=task.issued_on,
        original_due_on=task.original_due_on,
        due_on=task.due_on,
        due_basis=task.due_basis,
        deadline_printed=task.deadline_printed,
        is_standing=task.is_standing,
        needs_evidence=task.needs_evidence,
        has_grades=task.plan.has_grades,
        grade=task.grade,
        is_provisional=bool(calendar.provisional_years([task.due_on] if task.due_on else [])),
        closed_on=task.closed_on,
        milestones=tuple((each.get("date") or "", each.get("printed") or "") for each in task.milestones or []),
        duties=tuple(_duty_row(session, view, task, duty, calendar) for duty in shown),
        groups=tuple(f"{duty.role.label}：{duty.printed}" for duty in task.group_duties) if not task.issued_on else (),
        targets=_targets(session, task.id),
        passage=_passage(session, task),
        closing=closing_row(session, closing) if closing is not None else None,
        trail=trail(session, actor, task),
        offers=_offers(view.of_task(task, closing=closing), Subject.TASK),
        changes=changes_of_task(session, view, task),
        extensions=task.extensions,
        late_workdays_incurred=task.late_workdays_incurred,
    )


def _reason(actor: Actor, task: Task, shown: list[Assignment], calendar: Calendar, *, today: date) -> str:
    """Why the task's light is what it is; to whom not every unit is shown, why that of their own duty is."""
    own = next((duty for duty in shown if duty.unit_id == actor.unit_id), None)
    if own is not None and len(shown) < len(task.assignments):
        return duty_reason(task, own, today, calendar)
    return task_reason(task, today, calendar)


def _load(session: Session, actor: Actor, task_id: int) -> Task:
    query = (
        visible_tasks(actor)
        .where(Task.id == task_id)
        .options(
            joinedload(Task.plan),
            selectinload(Task.assignments).joinedload(Assignment.unit),
            selectinload(Task.group_duties),
        )
    )
    task = session.scalar(query)
    if task is None:
        raise NotFound("没有找到这项任务，或者您没有查看它的权限。")
    return task


def _offers(situation: Situation, subject: Subject) -> tuple[Offer, ...]:
    return tuple(Offer(action, hindrance) for action, hindrance in offered(situation, subject))


def _duty_row(session: Session, view: Asking, task: Task, duty: Assignment, calendar: Calendar) -> DutyRow:
    is_waiting = duty.state is AssignmentState.SUBMITTED and not duty.is_first_lead
    finishing = last_finishing(session, duty.id) if is_waiting else None
    has_light = duty.state in _KNOWN and task.state in _LIT
    # What does not concern a duty at all is not an act with an obstacle.
    offers = tuple(
        offer
        for offer in _offers(view.of_duty(task, duty, finishing=finishing), Subject.DUTY)
        if offer.hindrance is None or offer.action in _TOLD_WHY
    )
    return DutyRow(
        id=duty.id,
        version=duty.version,
        unit=duty.unit.name,
        role=duty.role,
        is_first_lead=duty.is_first_lead,
        printed=duty.printed,
        state=duty.state,
        light=light_of(duty, view.today) if has_light else None,
        reason=duty_reason(task, duty, view.today, calendar) if has_light else "",
        percent=duty.percent,
        due_on=duty.due_on,
        extensions=duty.extensions,
        late_workdays_incurred=duty.late_workdays_incurred,
        last_filed_on=duty.last_filed_on,
        contact_name=duty.contact_name,
        contact_phone=duty.contact_phone,
        finishing=finishing.progress if finishing is not None else "",
        offers=offers,
    )


def _chapters(session: Session, node_id: int | None) -> tuple[str, ...]:
    found: list[str] = []
    # A plan's outline is a few levels deep; the bound keeps a broken chain from running for ever.
    while node_id is not None and len(found) < 8:
        node = session.get_one(OutlineNode, node_id)
        found.append(f"{node.number}{node.title}")
        node_id = node.parent_id
    return tuple(reversed(found))


def _targets(session: Session, task_id: int) -> tuple[TargetRow, ...]:
    rows = session.scalars(select(Target).where(Target.task_id == task_id).order_by(Target.start, Target.id))
    return tuple(_target(row) for row in rows)


def _target(row: Target) -> TargetRow:
    sign = COMPARATORS.get(row.comparator, row.comparator)
    by = f"到{row.by}年" if row.by.isdigit() else row.by
    return TargetRow(row.name, f"{sign}{plain_number(row.value)}{row.unit_of_measure}", by)


def _passage(session: Session, task: Task) -> Passage | None:
    source_id = task.source_document_id or task.plan.source_document_id
    if task.start is None or task.end is None or source_id is None:
        return None
    first = max(task.start - CONTEXT, 0)
    length = task.end + CONTEXT - first
    # Cut out by the database: a long document is not loaded to show a paragraph of it.
    cut = func.substr(SourceDocument.content, first + 1, length)
    row = session.execute(select(SourceDocument.filename, cut).where(SourceDocument.id == source_id)).one_or_none()
    if row is None:
        return None
    filename, text = row
    start, end = task.start - first, task.end - first
    return Passage(filename, _from_line(text[:start]), text[start:end], _to_line(text[end:]))


def _from_line(text: str) -> str:
    """Context before, from the first whole line where there is one."""
    return text.partition("\n")[2] if len(text) >= CONTEXT and "\n" in text.rstrip("\n") else text


def _to_line(text: str) -> str:
    """Context after, to the last whole line where there is one."""
    return text.rpartition("\n")[0] if len(text) >= CONTEXT and "\n" in text.lstrip("\n") else text
