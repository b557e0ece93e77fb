"""The act that takes a running plan over (存量建账): its tasks are under way, or done, as of a day, marked 补录.

Nothing arises before that day: duties count as acknowledged then, the first window to file in is the next to open, and
history begins with it. Tasks of which the ledger says nothing stay drafts.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from tracker.core.periods import PeriodRule, current_window
from tracker.core.permissions import Actor
from tracker.core.takeover import FINISHED, Line
from tracker.core.terms import (
    AssignmentState,
    DueBasis,
    DueChangeKind,
    PlanStatus,
    ProposalStatus,
    ReportStatus,
    TaskState,
)
from tracker.core.workdays import Calendar, month_of
from tracker.db import OFFICE_ZONE, office_date
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import Assignment, DueChange, ProgressReport, Takeover, Task
from tracker.services import audit, proposals
from tracker.services.announcements import name_of
from tracker.services.calendar import load_calendar
from tracker.services.duties import first_lead
from tracker.services.groups import Members, expand_groups, groups_of, members_on
from tracker.services.lights import refresh_lights
from tracker.services.periods import rules_of
from tracker.services.takeover import Taken, Understood, begun, understood

_UNTAKEN = frozenset({TaskState.DRAFT, TaskState.PENDING_APPROVAL})
_SHOWN = 10


def submit_takeover(session: Session, actor: Actor, plan_id: int, *, version: int, now: datetime) -> Takeover:
    """Submits a takeover for approval; where one person does both steps it holds at once (一人经办).

    Raises Invalid naming the wrong cells by row and column, or when no row tells of a task.
    """
    takeover = begun(session, actor, plan_id)
    proposals.refuse_other(actor, takeover, version, ProposalStatus.DRAFT)
    found = _checked(session, takeover, now)
    words = f"《{takeover.plan.title[:60]}》存量建账，截至{takeover.as_of_on.isoformat()}，{len(_told(found))} 项任务"
    proposals.submit(session, actor, takeover, words=words, now=now)
    if proposals.is_alone(session, actor):
        _take_over(session, actor, takeover, found, now)
    return takeover


def approve_takeover(session: Session, actor: Actor, plan_id: int, *, version: int, now: datetime) -> Takeover:
    """Approves a takeover: the plan is issued as it stood on that day, in one act."""
    takeover = begun(session, actor, plan_id)
    proposals.refuse_other(actor, takeover, version, ProposalStatus.SUBMITTED)
    if not proposals.may_approve(session, actor, takeover):
        raise NotAllowed("存量建账由办公室负责人审批，提交人不能审批自己的提交。")
    _take_over(session, actor, takeover, _checked(session, takeover, now), now)
    return takeover


def _checked(session: Session, takeover: Takeover, now: datetime) -> Understood:
    found = understood(session, takeover, today=office_date(now))
    if takeover.plan.status is not PlanStatus.PREPARING:
        raise Conflict("方案已经交办，不能再做存量建账。")
    if not takeover.plan.doc_no.strip() and not all(each.task.basis.strip() for each in found.taken):
        raise Invalid({"": "方案没有发文字号或立项依据，请先补上。"})
    if found.wrong:
        shown = "；".join(
            f"{each.place or f'第 {each.row} 行'}（{each.column}）{each.problem}" for each in found.wrong[:_SHOWN]
        )
        more = f"；等 {len(found.wrong)} 处" if len(found.wrong) > _SHOWN else ""
        raise Invalid({"": f"台账有 {len(found.wrong)} 处需要改正：{shown}{more}。"})
    if not found.taken:
        raise Invalid({"": "没有一行台账对应到方案的任务。"})
    if any(each.task.state not in _UNTAKEN for each in found.taken):
        raise Conflict("有任务已经交办，不能再补录。")
    return found


def _told(found: Understood) -> list[Task]:
    return list({each.task.id: each.task for each in found.taken}.values())


def _take_over(session: Session, actor: Actor, takeover: Takeover, found: Understood, now: datetime) -> None:
    plan, tasks = takeover.plan, _told(found)
    maker = _Maker(session, actor, takeover, now)
    # Who belonged to a group before it was entered here is not on record.
    maker.members = members_on(session, groups_of(tasks), office_date(now))
    for task in tasks:
        maker.take(task, [each for each in found.taken if each.task is task])
    plan.taken_over_on = takeover.as_of_on
    is_over = not found.untold and all(task.state in FINISHED for task in tasks)
    plan.status = PlanStatus.CLOSED if is_over else PlanStatus.ISSUED
    words = f"存量建账（补录）：截至{takeover.as_of_on.isoformat()}，{len(tasks)} 项任务"
    proposals.settle(session, actor, takeover, words=words, now=now)
    # History begins with the day of taking over, whenever it is entered.
    refresh_lights(session, tasks, now=_midnight(takeover.as_of_on))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), OFFICE_ZONE).astimezone(UTC)


class _Maker:
    """Writes the tasks of one takeover."""

    members: Members

    def __init__(self, session: Session, actor: Actor, takeover: Takeover, now: datetime) -> None:
        self._session, self._actor, self._now = session, actor, now
        self._as_of, self._plan = takeover.as_of_on, takeover.plan
        rule: PeriodRule = rules_of(session, [takeover.plan])[takeover.plan_id]
        calendar: Calendar = load_calendar(session)
        # What was last said belongs to the window that had opened by then: the next one is owed anew.
        window = current_window(rule, self._as_of, calendar)
        self._period = window.month if window is not None else month_of(self._as_of)

    def take(self, task: Task, rows: list[Taken]) -> None:
        """Brings one task to where its rows say that it stood."""
        expand_groups(self._session, task, self.members)
        leads = {duty.unit_id for duty in task.assignments if duty.is_first_lead}
        line = next((each.line for each in rows if each.unit_id in leads), rows[0].line)
        self._date(task, line)
        task.state, task.is_backfilled = line.state, True
        if line.state is TaskState.SUSPENDED:
            task.resumes_to = TaskState.IN_PROGRESS
        if line.state in FINISHED:
            task.closed_on = line.closed_on or self._as_of
        for duty in task.assignments:
            self._bind(task, duty)
        for each in rows:
            self._tell(task, each)
        words = f"补录：截至{self._as_of.isoformat()}{line.state.label}（原台账第 {line.row} 行）"
        summary = f"补录：{name_of(task)}"
        audit.record(self._session, self._actor, "task.takeover", task, summary=summary, now=self._now, words=words)

    def _date(self, task: Task, line: Line) -> None:
        issued_on = line.issued_on or self._plan.issued_on or self._as_of
        task.issued_on = min(issued_on, self._as_of)
        original = line.original_due_on or task.original_due_on or line.due_on
        due_on = line.due_on or line.original_due_on or task.due_on
        if due_on is not None and due_on != task.due_on:
            task.due_basis = DueBasis.EXTENDED if line.extensions else DueBasis.BY_HAND
        task.original_due_on, task.due_on, task.extensions = original, due_on, line.extensions
        if original is not None and due_on is not None and original != due_on:
            change = DueChange(task_id=task.id, kind=DueChangeKind.DECISION, from_on=original, to_on=due_on)
            change.basis = f"补录：原台账记载延期 {line.extensions} 次"
            change.late_workdays, change.changed_by_id, change.changed_at = 0, self._actor.user_id, self._now
            self._session.add(change)

    def _bind(self, task: Task, duty: Assignment) -> None:
        is_done = task.state in FINISHED
        duty.state = AssignmentState.DONE if is_done else AssignmentState.IN_PROGRESS
        duty.issued_on, duty.acknowledged_on, duty.is_backfilled = task.issued_on, self._as_of, True
        duty.original_due_on = task.original_due_on
        if is_done:
            duty.done_on = task.closed_on
        if is_done and duty.is_first_lead:
            duty.percent = 100

    def _tell(self, task: Task, told: Taken) -> None:
        line = told.line
        own = next((duty for duty in task.assignments if duty.unit_id == told.unit_id), None)
        duty = own or first_lead(task.assignments) or next(iter(task.assignments), None)
        if duty is None:
            return
        duty.contact_name = line.contact_name or duty.unit.contact_name
        duty.contact_phone = line.contact_phone or duty.unit.contact_phone
        if line.percent is not None and task.state not in FINISHED:
            duty.percent = line.percent
        if line.progress:
            duty.last_filed_on = self._as_of
            self._session.add(self._report(duty, line))

    def _report(self, duty: Assignment, line: Line) -> ProgressReport:
        at = _midnight(self._as_of)
        return ProgressReport(
            assignment_id=duty.id,
            jurisdiction_id=duty.jurisdiction_id,
            period=self._period,
            status=ReportStatus.PASSED,
            progress=line.progress,
            percent=duty.percent,
            problems=line.problems,
            next_step=line.next_step,
            filed_by_id=self._actor.user_id,
            filed_at=at,
            first_filed_at=at,
            reviewed_by_id=self._actor.user_id,
            reviewed_at=self._now,
        )
