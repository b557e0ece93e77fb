"""What happens to a task after it is issued besides filing and closing: breakdowns, dates, duties, slips, instructions.

Every request keeps who asked, who decided and whether one person did both (一人经办).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from tracker.core.terms import (
    AdjustmentKind,
    BehalfSource,
    CheckOutcome,
    DueChangeKind,
    InstructionSort,
    InstructionStatus,
    ReplyStatus,
    RequestStatus,
    SlipForm,
    SlipLevel,
    SlipStatus,
)
from tracker.db import Base, UTCDateTime
from tracker.models.columns import Versioned, instant, json_value, key, long_text, name_text, one_of, short_text
from tracker.models.people import User
from tracker.models.plans import Assignment, Plan, Task
from tracker.models.registry import Unit


class Decided:
    """A request and its decision; `is_one_person` says that one person did what two usually do."""

    status: Mapped[RequestStatus] = mapped_column(one_of(RequestStatus, "status"))
    asked_at: Mapped[instant]
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decision: Mapped[long_text] = mapped_column(default="")
    is_one_person: Mapped[bool] = mapped_column(default=False)

    @declared_attr
    @classmethod
    def asked_by_id(cls) -> Mapped[int]:
        """Who asked."""
        return mapped_column(ForeignKey("user.id"), index=True)

    @declared_attr
    @classmethod
    def checked_by_id(cls) -> Mapped[int | None]:
        """The officer who checked it before the office's head decided."""
        return mapped_column(ForeignKey("user.id"), index=True)

    @declared_attr
    @classmethod
    def decided_by_id(cls) -> Mapped[int | None]:
        """Who decided."""
        return mapped_column(ForeignKey("user.id"), index=True)


class Breakdown(Versioned, Decided, Base):
    """What the lead files for a year after acknowledging (年度分解): stages, milestones, who is in charge."""

    __tablename__ = "breakdown"
    __table_args__ = (Index("ix_breakdown_jurisdiction_status", "jurisdiction_id", "status"),)

    id: Mapped[key]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    year: Mapped[int]
    person_in_charge: Mapped[short_text]
    person_phone: Mapped[short_text] = mapped_column(default="")
    stages: Mapped[long_text] = mapped_column(default="")

    task: Mapped[Task] = relationship(back_populates="breakdowns")
    milestones: Mapped[list[Milestone]] = relationship(
        back_populates="breakdown", order_by="Milestone.due_on", cascade="all, delete-orphan"
    )


class Milestone(Base):
    """One dated step of a breakdown (节点): by then so much of the task is to be done."""

    __tablename__ = "milestone"
    __table_args__ = (CheckConstraint("percent >= 0 AND percent <= 100", name="percent_range"),)

    id: Mapped[key]
    breakdown_id: Mapped[int] = mapped_column(ForeignKey("breakdown.id"), index=True)
    due_on: Mapped[date]
    percent: Mapped[int]
    text: Mapped[long_text]

    breakdown: Mapped[Breakdown] = relationship(back_populates="milestones")


class ExtensionRequest(Versioned, Decided, Base):
    """A unit's request for more time (申请延期), asked before the date."""

    __tablename__ = "extension_request"
    __table_args__ = (
        Index("ix_extension_request_jurisdiction_status", "jurisdiction_id", "status"),
        CheckConstraint("proposed_due_on > from_due_on", name="dates"),
    )

    id: Mapped[key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    # The day it was received, which counts, also when the office enters it later (代录).
    asked_on: Mapped[date]
    from_due_on: Mapped[date]
    proposed_due_on: Mapped[date]
    reason: Mapped[long_text]
    progress: Mapped[long_text]

    assignment: Mapped[Assignment] = relationship()
    task: Mapped[Task] = relationship()


class DueChange(Base):
    """One move of a due date; the first date is kept for ever, so is the lateness incurred until the move."""

    __tablename__ = "due_change"

    id: Mapped[key]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    # None: the date of the task itself.
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"), index=True)
    extension_request_id: Mapped[int | None] = mapped_column(ForeignKey("extension_request.id"), index=True)
    kind: Mapped[DueChangeKind] = mapped_column(one_of(DueChangeKind, "kind"))
    from_on: Mapped[date]
    to_on: Mapped[date]
    basis: Mapped[long_text]
    late_workdays: Mapped[int] = mapped_column(default=0)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    changed_at: Mapped[instant]


class AdjustmentRequest(Versioned, Decided, Base):
    """A unit's request to have its duty adjusted (申请调整分工); the unit stays bound until it is decided."""

    __tablename__ = "adjustment_request"
    __table_args__ = (Index("ix_adjustment_request_jurisdiction_status", "jurisdiction_id", "status"),)

    id: Mapped[key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    asked_on: Mapped[date]
    reason: Mapped[long_text]
    proposed_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)

    assignment: Mapped[Assignment] = relationship()
    proposed_unit: Mapped[Unit | None] = relationship()


class Adjustment(Versioned, Decided, Base):
    """A change of who does what in a task from a date (调整分工), proposed by the officer, approved by the head.

    `changes` lists {"unit_id", "role", "assignment_id"}: who takes which role, and from which duty it comes.
    """

    __tablename__ = "adjustment"
    __table_args__ = (Index("ix_adjustment_jurisdiction_status", "jurisdiction_id", "status"),)

    id: Mapped[key]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("adjustment_request.id"), index=True)
    kind: Mapped[AdjustmentKind] = mapped_column(one_of(AdjustmentKind, "kind"))
    basis: Mapped[long_text]
    effective_on: Mapped[date]
    changes: Mapped[json_value]

    task: Mapped[Task] = relationship()
    request: Mapped[AdjustmentRequest | None] = relationship()


class TaskDecision(Base):
    """A decision on a whole task with its reason and basis: suspension, end, standing, striking off, reopening."""

    __tablename__ = "task_decision"

    id: Mapped[key]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    action: Mapped[short_text]
    reason: Mapped[long_text]
    basis: Mapped[long_text] = mapped_column(default="")
    decided_on: Mapped[date]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    decided_at: Mapped[instant]


class LookBack(Base):
    """A check of what was closed (回头看)."""

    __tablename__ = "look_back"

    id: Mapped[key]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    checked_on: Mapped[date]
    outcome: Mapped[CheckOutcome] = mapped_column(one_of(CheckOutcome, "outcome"))
    words: Mapped[long_text]
    checked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    checked_at: Mapped[instant]


class Slip(Versioned, Base):
    """A slip (督办单) on one duty, or the letter (工作提示函) that stands for it; one step at a time.

    `reported_on` is the day somebody decided to tell the leader in charge; the product itself mails no leader.
    """

    __tablename__ = "slip"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "number"),
        Index("ix_slip_jurisdiction_status", "jurisdiction_id", "status", "reply_by_on"),
    )

    id: Mapped[key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    number: Mapped[short_text]
    form: Mapped[SlipForm] = mapped_column(one_of(SlipForm, "form"))
    level: Mapped[SlipLevel] = mapped_column(one_of(SlipLevel, "level"))
    status: Mapped[SlipStatus] = mapped_column(one_of(SlipStatus, "status"))
    basis: Mapped[long_text]
    demand: Mapped[long_text]
    issued_on: Mapped[date]
    reply_by_on: Mapped[date]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    issued_at: Mapped[instant]
    reply: Mapped[long_text] = mapped_column(default="")
    replied_on: Mapped[date | None]
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    decision: Mapped[long_text] = mapped_column(default="")
    # The reply explains why the matter could not be done: the next step is then not taken.
    has_good_reason: Mapped[bool] = mapped_column(default=False)
    reported_on: Mapped[date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    assignment: Mapped[Assignment] = relationship()
    task: Mapped[Task] = relationship()
    issued_by: Mapped[User] = relationship(foreign_keys=[issued_by_id])


class Instruction(Versioned, Base):
    """A leader's instruction (批示) on a plan, a unit or a task; sorted by the officer."""

    __tablename__ = "instruction"
    __table_args__ = (
        Index("ix_instruction_jurisdiction_status", "jurisdiction_id", "status"),
        CheckConstraint("sort IS NULL OR sort <> 'handle' OR reply_by_on IS NOT NULL", name="handle_is_dated"),
    )

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    leader_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    text: Mapped[long_text]
    given_on: Mapped[date]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    entered_at: Mapped[instant]
    status: Mapped[InstructionStatus] = mapped_column(one_of(InstructionStatus, "status"))
    sort: Mapped[InstructionSort | None] = mapped_column(one_of(InstructionSort, "sort"))
    sorted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    sorted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reply_by_on: Mapped[date | None]

    leader: Mapped[User] = relationship(foreign_keys=[leader_id])
    entered_by: Mapped[User] = relationship(foreign_keys=[entered_by_id])
    plan: Mapped[Plan | None] = relationship()
    task: Mapped[Task | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
    replies: Mapped[list[InstructionReply]] = relationship(back_populates="instruction")


class InstructionReply(Versioned, Base):
    """What one unit owes, or has answered, to an instruction sorted as 办理."""

    __tablename__ = "instruction_reply"
    __table_args__ = (UniqueConstraint("instruction_id", "unit_id"),)

    id: Mapped[key]
    instruction_id: Mapped[int] = mapped_column(ForeignKey("instruction.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    status: Mapped[ReplyStatus] = mapped_column(one_of(ReplyStatus, "status"))
    reply: Mapped[long_text] = mapped_column(default="")
    replied_on: Mapped[date | None]
    replied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    decision: Mapped[long_text] = mapped_column(default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    instruction: Mapped[Instruction] = relationship(back_populates="replies")
    unit: Mapped[Unit] = relationship()


class BehalfEntry(Base):
    """That the office entered an act for a unit or a leader (代录): from what source, received when, with what scan."""

    __tablename__ = "behalf_entry"
    __table_args__ = (Index("ix_behalf_entry_subject", "subject_type", "subject_id"),)

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    action: Mapped[short_text]
    subject_type: Mapped[short_text]
    subject_id: Mapped[int]
    # The task it concerns, where it concerns one.
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    source: Mapped[BehalfSource] = mapped_column(one_of(BehalfSource, "source"))
    received_on: Mapped[date]
    note: Mapped[name_text] = mapped_column(default="")
    sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    filename: Mapped[name_text] = mapped_column(default="")
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    entered_at: Mapped[instant]

    unit: Mapped[Unit | None] = relationship()
    leader: Mapped[User | None] = relationship(foreign_keys=[leader_id])
    entered_by: Mapped[User] = relationship(foreign_keys=[entered_by_id])


class Submission(Base):
    """A changing form that was sent (12.3): its id, and what it held; kept for 72 hours."""

    __tablename__ = "submission"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    endpoint: Mapped[short_text]
    body_digest: Mapped[short_text]
    sent_at: Mapped[instant] = mapped_column(index=True)
