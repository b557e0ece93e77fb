"""How an actor stands to a task, a duty or a report: everything the table of the life cycle asks, from the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.actions import Need, Relation, Situation
from tracker.core.permissions import Actor
from tracker.core.slips import slip_needs
from tracker.core.terms import AssignmentState, Role, TaskState
from tracker.core.workdays import Calendar
from tracker.models import (
    Adjustment,
    AdjustmentRequest,
    Assignment,
    Breakdown,
    ClosingRequest,
    ExtensionRequest,
    Jurisdiction,
    ProgressReport,
    Slip,
    Task,
)
from tracker.services.calendar import load_calendar
from tracker.services.duties import FINISHED_DUTIES, first_lead, leading
from tracker.services.groups import Members, groups_of, members_on
from tracker.services.open_matters import OpenMatters, open_matters
from tracker.services.waiting import Waiting, may_grant, waiting_on

Request = Breakdown | ExtensionRequest | AdjustmentRequest | Adjustment

# Source: DESIGN 5.1, ask to close.
SILENT_WORKDAYS = 5
UNIT_ROLES = frozenset({Role.LIAISON, Role.UNIT_HEAD})
_BEFORE_ISSUE = frozenset({TaskState.DRAFT, TaskState.PENDING_APPROVAL})


@dataclass(frozen=True, slots=True)
class Asking:
    """One actor on one day, with what is looked up once for any number of tasks."""

    actor: Actor
    today: date
    members: Members
    jurisdiction: Jurisdiction
    calendar: Calendar
    matters: OpenMatters
    slips: Mapping[int, Slip]
    waiting: Waiting

    @property
    def is_one_person(self) -> bool:
        """Whether one person may do what two usually do (一人经办)."""
        return self.jurisdiction.is_one_person

    def of_task(self, task: Task, *, closing: ClosingRequest | None = None) -> Situation:
        """Gives the situation for acts on the task as a whole; `closing` is the request that waits for a decision."""
        unmet = self._unmet_before_issue(task) if task.state in _BEFORE_ISSUE else self._unmet_for_closing(task)
        unmet |= self._unmet_for_passing(closing) | self._unmet_after_closing(task)
        unmet |= self.waiting.task_needs(task, self.today, self.calendar)
        return self._situation(task, None, unmet)

    def of_duty(self, task: Task, duty: Assignment, *, finishing: ProgressReport | None = None) -> Situation:
        """Gives the situation for acts on a duty; `finishing` is the report by which its unit says it is finished."""
        unmet = self._own_work(finishing.filed_by_id, duty.unit_id) if finishing is not None else set()
        if not duty.is_filing:
            unmet |= {Need.FILES}
        if duty.is_first_lead:
            unmet |= {Need.NOT_FIRST_LEAD}
        unmet |= slip_needs(self.slips.get(duty.id), self.today) | self.waiting.duty_needs(
            task, duty, self.today, self.calendar
        )
        return self._situation(task, duty, unmet)

    def of_slip(self, slip: Slip) -> Situation:
        """Gives the situation for acts on a slip (督办单) that was issued."""
        unmet = self._own_work(slip.replied_by_id, slip.assignment.unit_id) if slip.replied_by_id else set()
        return replace(self._situation(slip.task, slip.assignment, unmet), request_status=slip.status)

    def of_report(self, task: Task, report: ProgressReport) -> Situation:
        """Gives the situation for acts on a report that has been filed."""
        situation = self._situation(
            task, report.assignment, self._own_work(report.filed_by_id, report.assignment.unit_id)
        )
        return replace(situation, duty_state=None, report_status=report.status)

    def of_request(self, task: Task, request: Request, unit_id: int | None) -> Situation:
        """Gives the situation for acts on a request or proposal that waits for a decision; the unit is who asked."""
        unmet = self._own_work(request.asked_by_id, unit_id)
        if isinstance(request, ExtensionRequest) and not may_grant(self.actor, request, self.jurisdiction):
            unmet |= {Need.MAY_GRANT}
        return replace(self._situation(task, None, unmet), request_status=request.status)

    def _situation(self, task: Task, duty: Assignment | None, unmet: set[Need]) -> Situation:
        return Situation(
            roles=self.actor.roles,
            relations=self._relations(task, duty),
            task_state=task.state,
            duty_state=duty.state if duty is not None else None,
            has_lead=leading(task) is not None,
            is_one_person=self.is_one_person,
            unmet=frozenset(unmet),
        )

    def _relations(self, task: Task, duty: Assignment | None) -> frozenset[Relation]:
        relations = set()
        lead = leading(task)
        if task.jurisdiction_id == self.actor.jurisdiction_id:
            relations.add(Relation.JURISDICTION)
        # A sub-task as a whole is led by nobody: its parts are accepted one by one by its parent's lead.
        is_led = duty is not None or task.parent_id is None
        if self.actor.unit_id is not None and lead is not None and is_led and lead.unit_id == self.actor.unit_id:
            relations.add(Relation.FIRST_LEAD)
        if self.actor.unit_id is not None and duty is not None and duty.unit_id == self.actor.unit_id:
            relations.add(Relation.OWN_DUTY)
        return frozenset(relations)

    def _unmet_before_issue(self, task: Task) -> set[Need]:
        unmet = set()
        if task.plan.is_solicitation:
            unmet.add(Need.FINAL)
        if not self._is_resolved(task):
            unmet.add(Need.RESOLVED)
        if not (task.is_standing or (task.due_on and task.due_basis)):
            unmet.add(Need.DATED)
        if not (task.plan.doc_no.strip() or task.basis.strip()):
            unmet.add(Need.BASIS)
        return unmet

    def _is_resolved(self, task: Task) -> bool:
        has_ended = any(duty.unit.ended_on and duty.unit.ended_on <= self.today for duty in task.assignments)
        has_empty_group = any(not self.members.get(duty.group_id) for duty in task.group_duties)
        return bool(task.assignments or task.group_duties) and not has_ended and not has_empty_group

    def _unmet_for_closing(self, task: Task) -> set[Need]:
        lead = first_lead(task.assignments)
        unmet = set()
        if lead is not None and lead.state is not AssignmentState.IN_PROGRESS:
            unmet.add(Need.ACKNOWLEDGED)
        others = [duty for duty in task.assignments if duty is not lead and duty.state not in FINISHED_DUTIES]
        if any(not self._is_silent(duty) for duty in others):
            unmet.add(Need.OTHERS_FINISHED)
        return unmet

    def _is_silent(self, duty: Assignment) -> bool:
        """Whether a partner has let five working days pass since the lead asked it to say that it has finished."""
        asked_on = duty.finish_asked_on
        return asked_on is not None and self.calendar.add_workdays(asked_on, SILENT_WORKDAYS) < self.today

    def _unmet_for_passing(self, closing: ClosingRequest | None) -> set[Need]:
        unmet = set() if closing is None else self._own_work(closing.asked_by_id)
        checked_by_id = closing.checked_by_id if closing is not None else None
        if checked_by_id is not None:
            unmet.add(Need.NOT_CHECKED)
        if not self.is_one_person and checked_by_id in (None, self.actor.user_id):
            unmet.add(Need.MAY_CLOSE)
        return unmet

    def _unmet_after_closing(self, task: Task) -> set[Need]:
        unmet = set()
        wait = self.jurisdiction.reading_workdays
        is_being_read = task.closed_on is not None and self.today < self.calendar.add_workdays(task.closed_on, wait)
        if is_being_read or task.id in self.matters.instructed:
            unmet.add(Need.READ)
        if Role.LEADER not in self.actor.roles and task.id not in self.matters.failed_checks:
            unmet.add(Need.CHECK_FAILED)
        return unmet

    def _own_work(self, author_id: int, unit_id: int | None = None) -> set[Need]:
        """Whether a decision would be on what the actor, or somebody the actor stands in for, did or whose unit did."""
        is_of_own_unit = self.actor.is_office and bool(self.actor.roles & UNIT_ROLES) and unit_id == self.actor.unit_id
        is_own = author_id in self.actor.persons() or is_of_own_unit
        return {Need.NOT_OWN_WORK} if is_own and not self.is_one_person else set()


def asking(session: Session, actor: Actor, tasks: list[Task], *, today: date) -> Asking:
    """Gives the actor with what is needed to judge these tasks, in a few queries whatever their number."""
    today = actor.day(today)
    return Asking(
        actor=actor,
        today=today,
        members=members_on(session, groups_of(tasks), today),
        jurisdiction=session.get_one(Jurisdiction, actor.jurisdiction_id),
        calendar=load_calendar(session),
        matters=open_matters(session, tasks),
        slips=last_slips(session, tasks),
        waiting=waiting_on(session, tasks),
    )


def last_slips(session: Session, tasks: Sequence[Task]) -> dict[int, Slip]:
    """Gives the last slip of every duty of these tasks that has one."""
    task_ids = [task.id for task in tasks if task.state not in _BEFORE_ISSUE]
    if not task_ids:
        return {}
    found = session.scalars(select(Slip).where(Slip.task_id.in_(task_ids)).order_by(Slip.id))
    return {slip.assignment_id: slip for slip in found}
