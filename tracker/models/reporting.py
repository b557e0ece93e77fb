"""What units file, what the office decides on it, and the files that prove it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.lights import Light
from tracker.core.terms import (
    AssignmentState,
    DutyRole,
    ReasonCode,
    ReportStatus,
    UrgeChannel,
)
from tracker.db import Base, UTCDateTime
from tracker.models.columns import Versioned, instant, key, long_text, name_text, one_of, short_text
from tracker.models.filing import Filing
from tracker.models.imports import StoredFile
from tracker.models.people import User
from tracker.models.plans import Assignment, LightDates, ReportDates, Task


class ProgressReport(Versioned, Base):
    """What one unit says of its duty for one period (进展报送), a row of its filing."""

    __tablename__ = "progress_report"
    __table_args__ = (
        Index("ix_progress_report_assignment_filed_at", "assignment_id", "filed_at", "status"),
        Index("ix_progress_report_jurisdiction_status", "jurisdiction_id", "status"),
        CheckConstraint("percent IS NULL OR (percent >= 0 AND percent <= 100)", name="percent_range"),
        CheckConstraint("status <> 'sent_back' OR reason_code IS NOT NULL", name="reason_given"),
    )

    id: Mapped[key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    # None for 报送完成情况 alone, which is no row of a filing.
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("filing.id"), index=True)
    # The month its window lies in, "2026-12" for the fourth quarter.
    period: Mapped[str]
    status: Mapped[ReportStatus] = mapped_column(one_of(ReportStatus, "status"))
    progress: Mapped[long_text]
    percent: Mapped[int | None]
    problems: Mapped[long_text] = mapped_column(default="")
    next_step: Mapped[long_text] = mapped_column(default="")
    coordination: Mapped[long_text] = mapped_column(default="")
    # 同上期: every word and figure is that of the filing before.
    is_same_as_last: Mapped[bool] = mapped_column(default=False)
    # The light of the duty when it was signed, against which the next filing is seen to have changed.
    light: Mapped[Light | None] = mapped_column(one_of(Light, "light"))
    # 报送完成情况: the report by which the unit says its part is finished.
    is_finishing: Mapped[bool] = mapped_column(default=False)
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    filed_at: Mapped[instant]
    # The day a row that was sent back was first filed on counts.
    first_filed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    times_sent_back: Mapped[int] = mapped_column(default=0)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    reviewed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason_code: Mapped[ReasonCode | None] = mapped_column(one_of(ReasonCode, "reason_code"))
    reason: Mapped[long_text] = mapped_column(default="")

    assignment: Mapped[Assignment] = relationship()
    filing: Mapped[Filing | None] = relationship()
    filed_by: Mapped[User] = relationship(foreign_keys=[filed_by_id])
    attachments: Mapped[list[Attachment]] = relationship(back_populates="report")

    @property
    def has_been_filed(self) -> bool:
        """Whether it has been handed over before, so that it belongs to its period whatever becomes of it."""
        return self.first_filed_at is not None


class ClosingRequest(Versioned, Base):
    """A lead's request to close a task (申请办结)."""

    __tablename__ = "closing_request"
    __table_args__ = (
        Index("ix_closing_request_jurisdiction_status", "jurisdiction_id", "status"),
        CheckConstraint("status <> 'sent_back' OR reason_code IS NOT NULL", name="reason_given"),
    )

    id: Mapped[key]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    status: Mapped[ReportStatus] = mapped_column(one_of(ReportStatus, "status"))
    report: Mapped[long_text]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # 一人经办: first and final closing by one person, where the jurisdiction allows it.
    is_one_person: Mapped[bool] = mapped_column(default=False)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    asked_at: Mapped[instant]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason_code: Mapped[ReasonCode | None] = mapped_column(one_of(ReasonCode, "reason_code"))
    reason: Mapped[long_text] = mapped_column(default="")

    task: Mapped[Task] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    attachments: Mapped[list[Attachment]] = relationship(back_populates="closing_request")


class Attachment(Base):
    """A file that proves what a report or a closing request says (佐证材料)."""

    __tablename__ = "attachment"
    __table_args__ = (CheckConstraint("report_id IS NULL OR closing_request_id IS NULL", name="one_owner"),)

    id: Mapped[key]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("progress_report.id"), index=True)
    closing_request_id: Mapped[int | None] = mapped_column(ForeignKey("closing_request.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    filename: Mapped[name_text]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    uploaded_at: Mapped[instant]

    file: Mapped[StoredFile] = relationship()
    report: Mapped[ProgressReport | None] = relationship(back_populates="attachments")
    closing_request: Mapped[ClosingRequest | None] = relationship(back_populates="attachments")


class Urge(Base):
    """One urging of a unit (催办), by the product or by a logged telephone call."""

    __tablename__ = "urge"

    id: Mapped[key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    channel: Mapped[UrgeChannel] = mapped_column(one_of(UrgeChannel, "channel"))
    words: Mapped[long_text]
    urged_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    urged_at: Mapped[instant]


class AssignmentHistory(LightDates, ReportDates, Base):
    """An assignment as it stood between two instants; the ledger of a past day reads these rows alone."""

    __tablename__ = "assignment_history"
    __table_args__ = (
        UniqueConstraint("assignment_id", "recorded_from_at"),
        Index("ix_assignment_history_plan_recorded", "plan_id", "recorded_from_at", "recorded_until_at"),
    )

    id: Mapped[key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    recorded_from_at: Mapped[instant]
    recorded_until_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state: Mapped[AssignmentState] = mapped_column(one_of(AssignmentState, "state"))
    task_state: Mapped[short_text]
    role: Mapped[DutyRole] = mapped_column(one_of(DutyRole, "role"))
    is_first_lead: Mapped[bool]
    is_filing: Mapped[bool]
    due_on: Mapped[date | None]
    extensions: Mapped[int]
    percent: Mapped[int | None]
    last_filed_on: Mapped[date | None]
