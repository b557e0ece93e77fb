"""What needs coordination (需协调事项): raised by signed filings, taken up by an owner, closed with an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from tracker.core.acts import LONGEST
from tracker.core.filing import says_nothing
from tracker.core.paging import PAGE_SIZE, Page, offset
from tracker.core.periods import period_label
from tracker.core.permissions import Actor
from tracker.core.terms import MatterStatus, NoticeKind, Role
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Assignment, CoordinationMatter, Plan, ProgressReport, Task, Unit
from tracker.services import audit
from tracker.services.announcements import name_of
from tracker.services.notices import Notice, people_with, tell

_RUNNING = (MatterStatus.OPEN, MatterStatus.IN_HAND)
_LONGEST_OWNER = 200
WHOLE_AGENDA = 5_000


@dataclass(frozen=True, slots=True)
class MatterFilter:
    """What is asked of the agenda; without a status, all that is not settled."""

    status: MatterStatus | None = None
    is_whole: bool = False
    plan_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class MatterRow:
    """One matter of the agenda."""

    id: int
    version: int
    task_id: int
    number: str
    title: str
    plan: str
    unit: str
    label: str
    words: str
    raised_on: date
    status: MatterStatus
    owner: str
    due_on: date | None
    outcome: str

    def is_overdue(self, today: date) -> bool:
        """Whether it should have been settled by now."""
        return self.status in _RUNNING and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True)
class Agenda:
    """A page of the agenda, with the units and plans that have matters on it."""

    page: Page[MatterRow]
    units: tuple[tuple[int, str], ...]
    plans: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class MatterDecision:
    """What is decided on a matter: who takes it up, by when, and what came of it."""

    status: MatterStatus | None
    owner: str
    due_on: date | None
    outcome: str


def raise_matters(session: Session, reports: Sequence[ProgressReport], *, now: datetime) -> int:
    """Puts what signed rows say needs coordination on the agenda; words that stand there already are not doubled.

    Gives how many matters are new.
    """
    said = [report for report in reports if not says_nothing(report.coordination)]
    query = select(CoordinationMatter.assignment_id, CoordinationMatter.words).where(
        CoordinationMatter.assignment_id.in_([report.assignment_id for report in said]),
        CoordinationMatter.status.in_(_RUNNING),
    )
    known = set(session.execute(query).tuples())
    fresh = [report for report in said if (report.assignment_id, report.coordination) not in known]
    session.add_all(
        CoordinationMatter(
            jurisdiction_id=report.jurisdiction_id,
            assignment_id=report.assignment_id,
            period=report.period,
            words=report.coordination,
            raised_at=now,
            status=MatterStatus.OPEN,
        )
        for report in fresh
    )
    session.flush()
    return len(fresh)


def agenda(session: Session, actor: Actor, asked: MatterFilter, *, number: int = 1, is_export: bool = False) -> Agenda:
    """Gives the matters asked for, the oldest first. Raises NotAllowed for the people of a unit."""
    query = _matters(actor)
    found = _asked(query, asked)
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(CoordinationMatter.id).subquery()))
    size = WHOLE_AGENDA if is_export else PAGE_SIZE
    rows = session.execute(
        found.order_by(CoordinationMatter.raised_at, CoordinationMatter.id).limit(size).offset(offset(number, size))
    )
    page = Page(tuple(_row(*row) for row in rows.tuples()), number, total or 0, size)
    units = query.with_only_columns(Unit.id, Unit.name).distinct().order_by(Unit.id)
    plans = query.with_only_columns(Plan.id, Plan.title).distinct().order_by(Plan.id)
    return Agenda(page, tuple(session.execute(units).tuples()), tuple(session.execute(plans).tuples()))


def _matters(actor: Actor) -> Select[Any]:
    if not actor.sees_jurisdiction:
        raise NotAllowed("需协调事项由领导小组办公室和领导查看。")
    return (
        select(CoordinationMatter, Task, Plan.title, Unit.name)
        .join(Assignment, Assignment.id == CoordinationMatter.assignment_id)
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(CoordinationMatter.jurisdiction_id == actor.jurisdiction_id)
    )


def _asked(query: Select[Any], asked: MatterFilter) -> Select[Any]:
    if asked.status is not None:
        query = query.where(CoordinationMatter.status == asked.status)
    elif not asked.is_whole:
        query = query.where(CoordinationMatter.status.in_(_RUNNING))
    if asked.plan_id is not None:
        query = query.where(Assignment.plan_id == asked.plan_id)
    if asked.unit_id is not None:
        query = query.where(Assignment.unit_id == asked.unit_id)
    return query


def _row(matter: CoordinationMatter, task: Task, plan: str, unit: str) -> MatterRow:
    return MatterRow(
        id=matter.id,
        version=matter.version,
        task_id=task.id,
        number=f"{task.number}（第{task.part}部分）" if task.part else task.number,
        title=task.title,
        plan=plan,
        unit=unit,
        label=period_label(matter.period),
        words=matter.words,
        raised_on=office_date(matter.raised_at),
        status=matter.status,
        owner=matter.owner,
        due_on=matter.due_on,
        outcome=matter.outcome,
    )


def matter_row(session: Session, actor: Actor, matter_id: int) -> MatterRow:
    """Gives one matter. Raises NotFound when it is not the actor's to see."""
    found = session.execute(_matters(actor).where(CoordinationMatter.id == matter_id)).first()
    if found is None:
        raise NotFound("没有找到这件需协调事项，或者您没有查看它的权限。")
    return _row(*found)


def decide_matter(
    session: Session, actor: Actor, matter_id: int, decision: MatterDecision, *, version: int, now: datetime
) -> None:
    """Writes who takes a matter up and what came of it; its unit is told.

    Raises Invalid where an owner or an outcome is missing, Conflict when somebody else wrote first.
    """
    row = matter_row(session, actor, matter_id)
    if not actor.is_office:
        raise NotAllowed("需协调事项由领导小组办公室办理。")
    matter = session.get_one(CoordinationMatter, matter_id, with_for_update=True)
    if matter.version != version:
        raise Conflict("这件事项刚被他人更新，请刷新后查看最新内容。")
    status = _check(decision)
    matter.status, matter.owner, matter.due_on = status, decision.owner.strip(), decision.due_on
    matter.outcome = decision.outcome.strip()
    matter.decided_by_id, matter.decided_at = actor.user_id, now
    session.flush()
    owner = f"，由{matter.owner}牵头协调" if matter.owner else ""
    words = f"{row.unit}提请协调事项：{status.label}{owner}"
    task = matter.assignment.task
    audit.record(session, actor, "task.coordinate", task, summary=words, now=now, words=matter.outcome)
    body = "\n".join(filter(None, (f"{name_of(task)}：{matter.words}", words, matter.outcome)))
    topic = f"matter:{matter.id}:{matter.version}"
    notice = Notice(NoticeKind.COORDINATION, topic, f"需协调事项{status.label}", body, f"/tasks/{task.id}")
    unit_id = matter.assignment.unit_id
    people = people_with(session, [Role.UNIT_HEAD, Role.LIAISON], on=office_date(now), unit_id=unit_id)
    tell(session, people, notice, now=now)


def _check(decision: MatterDecision) -> MatterStatus:
    wrong = {}
    if decision.status is None:
        wrong["status"] = "请选择办理状态。"
    if decision.status is MatterStatus.IN_HAND and not decision.owner.strip():
        wrong["owner"] = "请填写由谁牵头协调。"
    if decision.status in (MatterStatus.SETTLED, MatterStatus.DECLINED) and not decision.outcome.strip():
        wrong["outcome"] = "请填写协调结果或不予协调的理由。"
    if len(decision.owner) > _LONGEST_OWNER:
        wrong["owner"] = f"最多 {_LONGEST_OWNER} 字。"
    if len(decision.outcome) > LONGEST:
        wrong["outcome"] = f"最多 {LONGEST} 字，请精简。"
    if wrong or decision.status is None:
        raise Invalid(wrong)
    return decision.status
