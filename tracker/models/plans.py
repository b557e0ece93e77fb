"""Plans, their outline, tasks and the duties of units in them, and what the text promises in figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.lights import Light
from tracker.core.terms import (
    AssignmentState,
    DueBasis,
    DueRoll,
    DutyRole,
    FilingMode,
    Grade,
    LeadMode,
    PeriodKind,
    PlanStatus,
    TaskKind,
    TaskState,
)
from tracker.db import Base
from tracker.models.columns import Versioned, instant, json_value, key, long_text, name_text, one_of, short_text
from tracker.models.imports import SourceDocument
from tracker.models.registry import Unit, UnitGroup

if TYPE_CHECKING:
    from tracker.models.life import Breakdown
    from tracker.models.measures import MeasuredProgress


class Plan(Versioned, Base):
    """One issued document under supervision (方案)."""

    __tablename__ = "plan"
    __table_args__ = (
        Index("ix_plan_jurisdiction_status", "jurisdiction_id", "status"),
        CheckConstraint("opens_day >= 1 AND opens_day <= closes_day AND closes_day <= 31", name="window"),
    )

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    source_document_id: Mapped[int | None] = mapped_column(ForeignKey("source_document.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("import_draft.id"), index=True)
    title: Mapped[name_text]
    doc_no: Mapped[short_text] = mapped_column(default="")
    issuer: Mapped[name_text] = mapped_column(default="")
    issued_on: Mapped[date | None]
    is_solicitation: Mapped[bool] = mapped_column(default=False)
    period_start: Mapped[int | None]
    period_end: Mapped[int | None]
    status: Mapped[PlanStatus] = mapped_column(one_of(PlanStatus, "status"))
    lead_mode: Mapped[LeadMode] = mapped_column(one_of(LeadMode, "lead_mode"))
    filing_mode: Mapped[FilingMode] = mapped_column(one_of(FilingMode, "filing_mode"))
    # The window opens and closes on these days of the last month of each period; 31 is the last day of any month.
    period_kind: Mapped[PeriodKind] = mapped_column(one_of(PeriodKind, "period_kind"), default=PeriodKind.MONTH)
    opens_day: Mapped[int] = mapped_column(default=1)
    closes_day: Mapped[int] = mapped_column(default=31)
    near_workdays: Mapped[int] = mapped_column(default=7)
    tolerance_points: Mapped[int] = mapped_column(default=10)
    due_roll: Mapped[DueRoll] = mapped_column(one_of(DueRoll, "due_roll"), default=DueRoll.STAY)
    # Tasks of a plan with grades are closed with one (优秀, 良好, 合格).
    has_grades: Mapped[bool] = mapped_column(default=False)
    # Leads file a yearly breakdown (年度分解) before their progress can be judged by schedule.
    needs_breakdown: Mapped[bool] = mapped_column(default=False)
    # The progress of tasks whose targets are measured is taken from there, not from what the lead files.
    is_measured: Mapped[bool] = mapped_column(default=False)
    # The day as of which its earlier ledger was taken over (存量建账); nothing is told or missed before it.
    taken_over_on: Mapped[date | None]
    created_at: Mapped[instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    source: Mapped[SourceDocument | None] = relationship()
    tasks: Mapped[list[Task]] = relationship(back_populates="plan", order_by="Task.position")


class OutlineNode(Base):
    """A chapter or section of a plan as printed (目录)."""

    __tablename__ = "outline_node"

    id: Mapped[key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("outline_node.id"), index=True)
    position: Mapped[int]
    number: Mapped[short_text]
    title: Mapped[long_text]
    start: Mapped[int]
    end: Mapped[int]


class LightDates:
    """The first day of each light, computed when something is written; NULL: that light never comes.

    Source: DESIGN 5.2. `done_on` outranks all; then late, cannot tell, behind, near.
    """

    near_on: Mapped[date | None]
    behind_on: Mapped[date | None]
    late_on: Mapped[date | None]
    unknown_on: Mapped[date | None]
    done_on: Mapped[date | None]


class ReportDates:
    """The first day a filing is owed and the first on which it is missed, computed when something is written.

    Source: DESIGN 5.2. They are the one answer to who owes what: pages, sheets, reminders and reports compare them.
    """

    report_opens_on: Mapped[date | None]
    report_missed_on: Mapped[date | None]


class Task(Versioned, LightDates, Base):
    """One numbered item of a plan, or one part of it (任务)."""

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_jurisdiction_state_due_on", "jurisdiction_id", "state", "due_on"),
        Index("ix_task_jurisdiction_id", "jurisdiction_id", "id"),
        Index("ix_task_jurisdiction_late_on", "jurisdiction_id", "late_on"),
        # What the counts of lights ask for stands whole in these, so that they read no rows.
        Index(
            "ix_task_jurisdiction_behind_on",
            *("jurisdiction_id", "behind_on", "late_on", "unknown_on", "done_on", "state", "is_standing", "parent_id"),
        ),
        Index(
            "ix_task_jurisdiction_near_on",
            *("jurisdiction_id", "near_on", "late_on", "behind_on", "unknown_on", "done_on"),
            *("state", "is_standing", "parent_id"),
        ),
        Index(
            "ix_task_plan_shown",
            *("plan_id", "parent_id", "state", "is_standing"),
            *("done_on", "late_on", "unknown_on", "behind_on", "near_on"),
        ),
        Index("ix_task_plan_position", "plan_id", "position"),
        CheckConstraint("due_on IS NULL OR due_basis IS NOT NULL", name="due_basis_given"),
    )

    id: Mapped[key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    outline_node_id: Mapped[int | None] = mapped_column(ForeignKey("outline_node.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    position: Mapped[int]
    number: Mapped[short_text]
    part: Mapped[int | None]
    kind: Mapped[TaskKind] = mapped_column(one_of(TaskKind, "kind"))
    title: Mapped[long_text]
    text: Mapped[long_text]
    # Why this is owed: empty for an item of the plan's document, else the meeting or instruction it comes from.
    basis: Mapped[name_text] = mapped_column(default="")
    leader: Mapped[name_text] = mapped_column(default="")
    state: Mapped[TaskState] = mapped_column(one_of(TaskState, "state"))
    start: Mapped[int | None]
    end: Mapped[int | None]
    deadline_printed: Mapped[name_text] = mapped_column(default="")
    original_due_on: Mapped[date | None]
    due_on: Mapped[date | None]
    due_basis: Mapped[DueBasis | None] = mapped_column(one_of(DueBasis, "due_basis"))
    is_standing: Mapped[bool] = mapped_column(default=False)
    milestones: Mapped[json_value]
    issued_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    needs_evidence: Mapped[bool] = mapped_column(default=False)
    # The state a suspended task returns to.
    resumes_to: Mapped[TaskState | None] = mapped_column(one_of(TaskState, "resumes_to"))
    extensions: Mapped[int] = mapped_column(default=0)
    # Lateness already incurred when the date was moved; it stays however often that happens.
    late_workdays_incurred: Mapped[int] = mapped_column(default=0)
    look_back_on: Mapped[date | None]
    grade: Mapped[Grade | None] = mapped_column(one_of(Grade, "grade"))
    # 补录: it was under way before this record began, and what it says of that time comes from the earlier ledger.
    is_backfilled: Mapped[bool] = mapped_column(default=False)
    # The edition its text stands in where that is not the plan's first one.
    source_document_id: Mapped[int | None] = mapped_column(ForeignKey("source_document.id"), index=True)

    plan: Mapped[Plan] = relationship(back_populates="tasks")
    outline_node: Mapped[OutlineNode | None] = relationship()
    assignments: Mapped[list[Assignment]] = relationship(back_populates="task", order_by="Assignment.position")
    group_duties: Mapped[list[GroupDuty]] = relationship(back_populates="task", cascade="all, delete-orphan")
    breakdowns: Mapped[list[Breakdown]] = relationship(back_populates="task", order_by="Breakdown.id")
    measured: Mapped[MeasuredProgress | None] = relationship(passive_deletes=True)
    parent: Mapped[Task | None] = relationship(back_populates="subtasks", remote_side="Task.id")
    subtasks: Mapped[list[Task]] = relationship(back_populates="parent", order_by="Task.id")


class Assignment(Versioned, LightDates, ReportDates, Base):
    """One unit's duty in a task (责任分工); the strongest role wins, one per task and unit."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("task_id", "unit_id"),
        Index("ix_assignment_unit_state_due_on", "unit_id", "state", "due_on"),
        # So does what the overdue board counts and sorts by.
        Index(
            "ix_assignment_jurisdiction_late_on",
            *("jurisdiction_id", "late_on", "id", "state", "role", "done_on", "unit_id", "plan_id", "task_id"),
        ),
        Index(
            "ix_assignment_jurisdiction_behind_on",
            *("jurisdiction_id", "behind_on", "id", "late_on", "unknown_on", "done_on"),
            *("state", "role", "unit_id", "plan_id", "task_id"),
        ),
        Index("ix_assignment_jurisdiction_state_unit", "jurisdiction_id", "state", "unit_id", "issued_on"),
        Index("ix_assignment_plan_unit", "plan_id", "unit_id"),
        Index("ix_assignment_task_state", "task_id", "state"),
        # And what the desk of a unit asks.
        Index(
            "ix_assignment_unit_shown",
            *("unit_id", "state", "role", "is_first_lead", "done_on", "late_on", "unknown_on"),
            *("behind_on", "near_on", "report_opens_on", "task_id"),
        ),
        CheckConstraint("percent IS NULL OR (percent >= 0 AND percent <= 100)", name="percent_range"),
        CheckConstraint("is_first_lead = false OR role = 'lead'", name="first_lead_leads"),
        CheckConstraint("judged_light NOT IN ('late', 'done')", name="judged"),
    )

    id: Mapped[key]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[DutyRole] = mapped_column(one_of(DutyRole, "role"))
    is_first_lead: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    printed: Mapped[name_text] = mapped_column(default="")
    group_id: Mapped[int | None] = mapped_column(ForeignKey("unit_group.id"), index=True)
    state: Mapped[AssignmentState] = mapped_column(one_of(AssignmentState, "state"))
    contact_name: Mapped[short_text] = mapped_column(default="")
    contact_phone: Mapped[short_text] = mapped_column(default="")
    issued_on: Mapped[date | None]
    acknowledged_on: Mapped[date | None]
    original_due_on: Mapped[date | None]
    due_on: Mapped[date | None]
    percent: Mapped[int | None]
    last_filed_on: Mapped[date | None]
    # Whether the unit files progress for it, by the plan's filing mode and period; kept with the light dates.
    is_filing: Mapped[bool] = mapped_column(default=False)
    # The last judgement (认定); it holds until the unit files again on or after `judged_until_on`.
    judged_light: Mapped[Light | None] = mapped_column(one_of(Light, "judged_light"))
    judged_on: Mapped[date | None]
    judged_until_on: Mapped[date | None]
    judged_reason: Mapped[long_text] = mapped_column(default="")
    extensions: Mapped[int] = mapped_column(default=0)
    late_workdays_incurred: Mapped[int] = mapped_column(default=0)
    # The day a request for adjustment (申请调整分工) was received that is not decided yet.
    adjustment_asked_on: Mapped[date | None]
    # The day the lead asked this partner to say that its part is finished.
    finish_asked_on: Mapped[date | None]
    is_backfilled: Mapped[bool] = mapped_column(default=False)
    # The duty that this one took over; history stays with the old unit.
    taken_from_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"), index=True)

    task: Mapped[Task] = relationship(back_populates="assignments")
    unit: Mapped[Unit] = relationship()


class GroupDuty(Base):
    """A group named in a task before it is issued; at approval it becomes one assignment for each member."""

    __tablename__ = "group_duty"
    __table_args__ = (UniqueConstraint("task_id", "group_id"),)

    id: Mapped[key]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("unit_group.id"), index=True)
    role: Mapped[DutyRole] = mapped_column(one_of(DutyRole, "role"))
    printed: Mapped[name_text]
    position: Mapped[int] = mapped_column(default=0)

    task: Mapped[Task] = relationship(back_populates="group_duties")
    group: Mapped[UnitGroup] = relationship()


class Target(Base):
    """A number the text promises (目标值): name, comparator, value, unit of measure, by when."""

    __tablename__ = "target"

    id: Mapped[key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    name: Mapped[long_text]
    comparator: Mapped[short_text]
    value: Mapped[Decimal] = mapped_column(Numeric(20, 4))
    unit_of_measure: Mapped[short_text] = mapped_column(default="")
    by: Mapped[short_text] = mapped_column(default="")
    printed: Mapped[long_text]
    start: Mapped[int]
    end: Mapped[int]


class Indicator(Base):
    """A printed row of an indicator table (指标); `values` maps a year to {"value", "role", "note"}."""

    __tablename__ = "indicator"

    id: Mapped[key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    position: Mapped[int]
    number: Mapped[short_text] = mapped_column(default="")
    printed: Mapped[long_text]
    name: Mapped[long_text]
    unit_of_measure: Mapped[short_text] = mapped_column(default="")
    values: Mapped[json_value]
    units: Mapped[json_value]
