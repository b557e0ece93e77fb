"""Requests of units and proposals of the office: on the page of a task, and all that wait on one list (待审批事项)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.core.actions import Action, Subject
from tracker.core.acts import offered
from tracker.core.paging import PAGE_SIZE, Page, offset
from tracker.core.permissions import Actor
from tracker.core.terms import Labelled, RequestStatus
from tracker.db import office_date
from tracker.errors import NotAllowed
from tracker.models import (
    Adjustment,
    AdjustmentRequest,
    Assignment,
    Breakdown,
    ExtensionRequest,
    Plan,
    Task,
    Unit,
    User,
)
from tracker.services.access import duty_scope, task_scope
from tracker.services.announcements import name_of
from tracker.services.deciding import duty_of, task_of
from tracker.services.situations import Asking, Request, asking
from tracker.services.waiting import OPEN_REQUESTS
from tracker.services.workflow_adjusting import describe

EVERY = 5_000


class RequestKind(Labelled):
    """What is asked for or proposed."""

    BREAKDOWN = "breakdown", "年度分解"
    EXTENSION = "extension", "申请延期"
    ADJUSTMENT_REQUEST = "adjustment_request", "申请调整分工"
    ADJUSTMENT = "adjustment", "调整分工方案"


MODELS: dict[RequestKind, type[Request]] = {
    RequestKind.BREAKDOWN: Breakdown,
    RequestKind.EXTENSION: ExtensionRequest,
    RequestKind.ADJUSTMENT_REQUEST: AdjustmentRequest,
    RequestKind.ADJUSTMENT: Adjustment,
}
_KINDS = {model: kind for kind, model in MODELS.items()}


@dataclass(frozen=True, slots=True)
class StepRow:
    """A milestone of a breakdown."""

    due_on: date
    percent: int
    text: str


@dataclass(frozen=True, slots=True)
class RequestOffer:
    """What this person may do about it now, and what still stands in the way."""

    action: Action
    hindrance: str | None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request or proposal; `what` says in a sentence what it would do, `words` are its own by their labels."""

    kind: RequestKind
    id: int
    version: int
    task_id: int
    task: str
    plan_id: int
    plan: str
    unit: str
    what: str
    words: tuple[tuple[str, str], ...]
    steps: tuple[StepRow, ...]
    status: RequestStatus
    who: str
    asked_on: date
    decided_at: datetime | None
    decided_by: str
    decision: str
    is_one_person: bool
    offers: tuple[RequestOffer, ...]

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.status in OPEN_REQUESTS


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """What a person asked the list for; without a status, what waits."""

    kind: RequestKind | None = None
    status: RequestStatus | None = None
    plan_id: int | None = None
    unit_id: int | None = None

    @property
    def narrows(self) -> bool:
        """Whether it asks for less than everything that waits."""
        return any((self.kind, self.status, self.plan_id, self.unit_id))


@dataclass(frozen=True, slots=True)
class RequestList:
    """A page of the list with the choices of its filters."""

    page: Page[RequestRow]
    plans: tuple[tuple[int, str], ...]
    units: tuple[tuple[int, str], ...]


def task_requests(session: Session, view: Asking, task: Task) -> tuple[RequestRow, ...]:
    """Gives what was asked for and proposed about a task and the actor may see, what waits first, then the newest."""
    found: list[Request] = []
    for kind, model in MODELS.items():
        query = _joined(select(model), model).where(Task.id == task.id)
        query = query.where(or_(Assignment.id.is_(None), duty_scope(view.actor)))
        found += session.scalars(_loaded(kind, query)).all()
    rows = _rows(session, view, found)
    return tuple(sorted(rows, key=lambda row: (not row.is_open, -row.asked_on.toordinal(), -row.id)))


def request_list(
    session: Session, actor: Actor, asked: RequestFilter, *, today: date, number: int = 1, is_whole: bool = False
) -> RequestList:
    """Gives what waits for the office to decide, the oldest first; or what has been decided, where that is asked for.

    Raises NotAllowed outside the office.
    """
    if not actor.is_office:
        raise NotAllowed("待审批事项由领导小组办公室办理。")
    keys = _keys(actor, asked)
    total = session.scalar(select(func.count()).select_from(keys.subquery())) or 0
    size = EVERY if is_whole else PAGE_SIZE
    ordered = select(keys.subquery("asked")).order_by("asked_at", "kind", "id")
    places = session.execute(ordered.limit(size).offset(offset(number, size))).all()
    kinds = {kind.value: kind for kind in RequestKind}
    found = _found(session, [(kinds[place.kind], place.id) for place in places])
    view = asking(session, actor, list({task_of(each).id: task_of(each) for each in found}.values()), today=today)
    page = Page(_rows(session, view, found), number, total, size)
    return RequestList(
        page, _choices(session, actor, Plan.id, Plan.title), _choices(session, actor, Unit.id, Unit.name)
    )


def count_waiting(actor: Actor) -> Select[tuple[int]]:
    """Gives the query of how many requests wait for the office of the actor's jurisdiction."""
    return select(func.count()).select_from(_keys(actor, RequestFilter()).subquery())


def request_row(session: Session, actor: Actor, request: Request, *, today: date) -> RequestRow:
    """Gives one request as its page shows it."""
    return _rows(session, asking(session, actor, [task_of(request)], today=today), [request])[0]


def _keys(actor: Actor, asked: RequestFilter) -> Any:
    kinds = [asked.kind] if asked.kind is not None else list(RequestKind)
    return union_all(*(_keys_of(actor, asked, kind) for kind in kinds))


def _keys_of(actor: Actor, asked: RequestFilter, kind: RequestKind) -> Select[Any]:
    model: Any = MODELS[kind]
    query = _joined(select(literal(kind.value).label("kind"), model.id, model.asked_at), model)
    query = query.where(model.jurisdiction_id == actor.jurisdiction_id, task_scope(actor), _status(model, asked))
    if asked.plan_id is not None:
        query = query.where(Task.plan_id == asked.plan_id)
    if asked.unit_id is not None:
        query = query.where(Assignment.unit_id == asked.unit_id)
    return query


def _status(model: Any, asked: RequestFilter) -> ColumnElement[bool]:
    wanted = OPEN_REQUESTS if asked.status is None else (asked.status,)
    condition: ColumnElement[bool] = model.status.in_(wanted)
    return condition


def _joined(query: Select[Any], model: Any) -> Select[Any]:
    """A query of one kind joined with its task and the duty of the unit that asked, none for the office's proposal."""
    if model is AdjustmentRequest or model is ExtensionRequest:
        query = query.join(Assignment, Assignment.id == model.assignment_id)
        return query.join(Task, Task.id == Assignment.task_id)
    query = query.join(Task, Task.id == model.task_id)
    is_lead = (Assignment.task_id == Task.id) & Assignment.is_first_lead
    return query.outerjoin(Assignment, is_lead)


def _found(session: Session, places: Sequence[tuple[RequestKind, int]]) -> list[Request]:
    records: dict[tuple[RequestKind, int], Request] = {}
    for kind in dict.fromkeys(kind for kind, _ in places):
        model: Any = MODELS[kind]
        query = _loaded(kind, select(model).where(model.id.in_([key for each, key in places if each is kind])))
        records |= {(kind, record.id): record for record in session.scalars(query)}
    return [records[place] for place in places]


def _loaded(kind: RequestKind, query: Select[Any]) -> Select[Any]:
    model: Any = MODELS[kind]
    of_task = joinedload(model.assignment).joinedload(Assignment.task) if kind in _ON_DUTIES else joinedload(model.task)
    options = [
        of_task.joinedload(Task.plan),
        of_task.selectinload(Task.assignments).joinedload(Assignment.unit),
        of_task.selectinload(Task.group_duties),
    ]
    if model is Breakdown:
        options.append(selectinload(Breakdown.milestones))
    return query.options(*options)


_ON_DUTIES = (RequestKind.EXTENSION, RequestKind.ADJUSTMENT_REQUEST)
_SUBJECTS = {kind: Subject(kind.value) for kind in RequestKind}


def _rows(session: Session, view: Asking, found: Sequence[Request]) -> list[RequestRow]:
    keys = {key for each in found for key in (each.asked_by_id, each.decided_by_id) if key is not None}
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(keys))).tuples().all()) if keys else {}
    return [_row(session, view, each, names) for each in found]


def _row(session: Session, view: Asking, request: Request, names: dict[int, str]) -> RequestRow:
    task, duty, kind = task_of(request), duty_of(request), _KINDS[type(request)]
    situation = view.of_request(task, request, duty.unit_id if duty is not None else None)
    offers = tuple(RequestOffer(*each) for each in offered(situation, _SUBJECTS[kind]))
    return RequestRow(
        kind=kind,
        id=request.id,
        version=request.version,
        task_id=task.id,
        task=name_of(task),
        plan_id=task.plan_id,
        plan=task.plan.title,
        unit=duty.unit.name if duty is not None else "领导小组办公室",
        what=_WHAT[kind](session, request),
        words=_WORDS[kind](request),
        steps=_steps(request),
        status=request.status,
        who=names.get(request.asked_by_id, ""),
        asked_on=getattr(request, "asked_on", None) or office_date(request.asked_at),
        decided_at=request.decided_at,
        decided_by=names.get(request.decided_by_id or 0, ""),
        decision=request.decision,
        is_one_person=request.is_one_person,
        offers=_shown(offers),
    )


def _shown(offers: tuple[RequestOffer, ...]) -> tuple[RequestOffer, ...]:
    """Without the check where the decision itself can be made, and the decision where a check has to come first."""
    actions = {offer.action: offer.hindrance for offer in offers}
    may_grant = actions.get(Action.GRANT_EXTENSION, "") is None
    left_out = {Action.CHECK_EXTENSION} if may_grant else set()
    if actions.get(Action.CHECK_EXTENSION, "") is None and not may_grant:
        left_out = {Action.GRANT_EXTENSION}
    return tuple(offer for offer in offers if offer.action not in left_out)


def _steps(request: Request) -> tuple[StepRow, ...]:
    if not isinstance(request, Breakdown):
        return ()
    return tuple(StepRow(step.due_on, step.percent, step.text) for step in request.milestones)


def _of_breakdown(_session: Session, request: Breakdown) -> str:
    phone = f"（{request.person_phone}）" if request.person_phone else ""
    return f"{request.year}年年度分解，{len(request.milestones)}个节点，负责人{request.person_in_charge}{phone}"


def _of_extension(_session: Session, request: ExtensionRequest) -> str:
    days = (request.proposed_due_on - request.from_due_on).days
    return f"由{request.from_due_on.isoformat()}延至{request.proposed_due_on.isoformat()}（{days}天）"


def _of_adjustment_request(_session: Session, request: AdjustmentRequest) -> str:
    role = request.assignment.role.label
    proposed = f"，建议由{request.proposed_unit.name}承接" if request.proposed_unit is not None else ""
    return f"申请调整其{role}职责{proposed}"


def _of_adjustment(session: Session, request: Adjustment) -> str:
    return f"{describe(session, request)}，自{request.effective_on.isoformat()}起"


_WHAT: dict[RequestKind, Callable[[Session, Any], str]] = {
    RequestKind.BREAKDOWN: _of_breakdown,
    RequestKind.EXTENSION: _of_extension,
    RequestKind.ADJUSTMENT_REQUEST: _of_adjustment_request,
    RequestKind.ADJUSTMENT: _of_adjustment,
}
_WORDS: dict[RequestKind, Callable[[Any], tuple[tuple[str, str], ...]]] = {
    RequestKind.BREAKDOWN: lambda request: (("阶段安排", request.stages),) if request.stages else (),
    RequestKind.EXTENSION: lambda request: (("理由", request.reason), ("目前进展", request.progress)),
    RequestKind.ADJUSTMENT_REQUEST: lambda request: (("理由", request.reason),),
    RequestKind.ADJUSTMENT: lambda request: (("依据", request.basis),),
}


def _choices(session: Session, actor: Actor, key: Any, label: Any) -> tuple[tuple[int, str], ...]:
    """The plans and units that anything has ever been asked about here."""
    parts = []
    for kind in RequestKind:
        model: Any = MODELS[kind]
        query = _joined(select(key.label("key"), label.label("label")).select_from(model), model)
        query = query.join(Plan, Plan.id == Task.plan_id).outerjoin(Unit, Unit.id == Assignment.unit_id)
        parts.append(query.where(model.jurisdiction_id == actor.jurisdiction_id, key.is_not(None)).distinct())
    found = session.execute(union_all(*parts)).tuples()
    return tuple(sorted(set(found), key=lambda pair: pair[1]))
