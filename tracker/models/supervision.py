"""Snapshots, the reports made of them with their way to issue, and the registers papers take their numbers from."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.terms import Agreement, RegisterKind, SnapshotRowKind, SupervisionKind, SupervisionStatus
from tracker.db import Base, UTCDateTime
from tracker.models.columns import Versioned, instant, json_value, key, long_text, name_text, one_of, short_text
from tracker.models.plans import Plan
from tracker.models.registry import Unit


class RegisterNumber(Base):
    """One number of a register that a paper has taken (编号登记); never removed, so that none is used twice."""

    __tablename__ = "number_register"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "kind", "year", "number"),
        CheckConstraint("number >= 1", name="number_counts_from_one"),
    )

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    kind: Mapped[RegisterKind] = mapped_column(one_of(RegisterKind, "kind"))
    year: Mapped[int]
    number: Mapped[int]


class Snapshot(Base):
    """How one or several plans stood after a period (快照): what a report says, it says of these rows alone.

    `head` holds what belongs to no row (names, rules and their versions), `figures` what was counted over the rows,
    `digest` the sum over head and rows by which a changed row is found.
    """

    __tablename__ = "snapshot"

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"), index=True)
    period: Mapped[short_text]
    as_of_on: Mapped[date]
    is_period_over: Mapped[bool]
    taken_at: Mapped[instant]
    head: Mapped[json_value]
    figures: Mapped[json_value]
    digest: Mapped[short_text]


class SnapshotRow(Base):
    """One row of a snapshot; `content` is its canonical JSON, the columns beside it are for finding rows."""

    __tablename__ = "snapshot_row"
    __table_args__ = (
        UniqueConstraint("snapshot_id", "position"),
        Index("ix_snapshot_row_kind", "snapshot_id", "kind", "position"),
        Index("ix_snapshot_row_task", "snapshot_id", "task_id"),
    )

    id: Mapped[key]
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    position: Mapped[int]
    kind: Mapped[SnapshotRowKind] = mapped_column(one_of(SnapshotRowKind, "kind"))
    # No foreign key: what a report said outlives the record it said it of.
    task_id: Mapped[int | None]
    # Words in blanks by which figures find their rows: " late plan:3 unit:7:late ".
    marks: Mapped[long_text] = mapped_column(default="")
    due_on: Mapped[date | None]
    late_periods: Mapped[int] = mapped_column(default=0)
    content: Mapped[long_text]


class SupervisionReport(Versioned, Base):
    """A report of a period on its way from draft to issue (督查通报, 专报, 报告)."""

    __tablename__ = "supervision_report"
    __table_args__ = (
        Index("ix_supervision_report_jurisdiction_status", "jurisdiction_id", "status", "period"),
        CheckConstraint("status <> 'issued' OR number IS NOT NULL", name="issued_is_numbered"),
        CheckConstraint("status <> 'withdrawn' OR withdrawn_reason <> ''", name="withdrawn_for_a_reason"),
        CheckConstraint("names_units = false OR naming_basis <> ''", name="naming_is_approved"),
    )

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    kind: Mapped[SupervisionKind] = mapped_column(one_of(SupervisionKind, "kind"))
    status: Mapped[SupervisionStatus] = mapped_column(one_of(SupervisionStatus, "status"))
    period: Mapped[short_text]
    title: Mapped[name_text]
    addressee: Mapped[long_text] = mapped_column(default="")
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), index=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_report.id"), index=True)
    planned_on: Mapped[date | None]
    # 点名: units are named with what they are late with; needs the approval of the government or its head on record.
    names_units: Mapped[bool] = mapped_column(default=False)
    naming_basis: Mapped[name_text] = mapped_column(default="")
    is_one_person: Mapped[bool] = mapped_column(default=False)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    drafted_at: Mapped[instant]
    verify_by_on: Mapped[date | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    returned_reason: Mapped[long_text] = mapped_column(default="")
    signer_name: Mapped[short_text] = mapped_column(default="")
    signed_on: Mapped[date | None]
    # Empty where the leader signed here; else what the entry was made from (代录).
    signed_source: Mapped[name_text] = mapped_column(default="")
    signed_entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    year: Mapped[int | None]
    number: Mapped[int | None]
    issued_on: Mapped[date | None]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    # The end of the audit chain when it was issued, as printed in it, and the sum over all it says.
    audit_head: Mapped[long_text] = mapped_column(default="")
    digest: Mapped[short_text] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    withdrawn_reason: Mapped[long_text] = mapped_column(default="")

    snapshot: Mapped[Snapshot] = relationship()
    plans: Mapped[list[Plan]] = relationship(secondary="report_plan", order_by=Plan.id)
    paragraphs: Mapped[list[ReportParagraph]] = relationship(
        back_populates="report", order_by="ReportParagraph.position", cascade="all, delete-orphan"
    )


class ReportPlan(Base):
    """A plan that a report is on."""

    __tablename__ = "report_plan"

    report_id: Mapped[int] = mapped_column(ForeignKey("supervision_report.id"), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True, index=True)


class ReportParagraph(Base):
    """A paragraph of a report; figures stand in it as fields like {{逾期.项数}}, put in when it is shown.

    `proposed` is what the product wrote; `confirmed` lists the numbers typed by hand that the officer answers for.
    """

    __tablename__ = "report_paragraph"
    __table_args__ = (UniqueConstraint("report_id", "position"),)

    id: Mapped[key]
    report_id: Mapped[int] = mapped_column(ForeignKey("supervision_report.id"))
    position: Mapped[int]
    section: Mapped[short_text]
    proposed: Mapped[long_text]
    text: Mapped[long_text]
    confirmed: Mapped[json_value]

    report: Mapped[SupervisionReport] = relationship(back_populates="paragraphs")


class Verification(Versioned, Base):
    """A unit's part in verifying a report that says something of it (核实)."""

    __tablename__ = "verification"
    __table_args__ = (UniqueConstraint("report_id", "unit_id"),)

    id: Mapped[key]
    report_id: Mapped[int] = mapped_column(ForeignKey("supervision_report.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    asked_at: Mapped[instant]
    answer_by_on: Mapped[date]
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)

    report: Mapped[SupervisionReport] = relationship()
    unit: Mapped[Unit] = relationship()
    rows: Mapped[list[VerificationRow]] = relationship(
        back_populates="verification", order_by="VerificationRow.id", cascade="all, delete-orphan"
    )


class VerificationRow(Base):
    """One row a unit was asked about, as it was shown to it, with its answer and what the office made of that."""

    __tablename__ = "verification_row"

    id: Mapped[key]
    verification_id: Mapped[int] = mapped_column(ForeignKey("verification.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    content: Mapped[json_value]
    agreement: Mapped[Agreement | None] = mapped_column(one_of(Agreement, "agreement"))
    words: Mapped[long_text] = mapped_column(default="")
    decision: Mapped[long_text] = mapped_column(default="")

    verification: Mapped[Verification] = relationship(back_populates="rows")


class ReportReceipt(Base):
    """That a unit was sent an issued report and when somebody of it confirmed that (签收)."""

    __tablename__ = "report_receipt"
    __table_args__ = (UniqueConstraint("report_id", "unit_id"),)

    id: Mapped[key]
    report_id: Mapped[int] = mapped_column(ForeignKey("supervision_report.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    received_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)

    unit: Mapped[Unit] = relationship()


class ReportCycle(Versioned, Base):
    """A report that is drafted by itself after every period (通报周期); no plan: all plans under way."""

    __tablename__ = "report_cycle"
    __table_args__ = (
        CheckConstraint("issue_day BETWEEN 1 AND 28", name="issue_day_of_every_month"),
        CheckConstraint("months IN (1, 3, 6, 12)", name="months_of_a_period"),
    )

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    kind: Mapped[SupervisionKind] = mapped_column(one_of(SupervisionKind, "kind"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    months: Mapped[int] = mapped_column(default=1)
    issue_day: Mapped[int] = mapped_column(default=10)
    officer_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)

    plan: Mapped[Plan | None] = relationship()


class Board(Base):
    """How many duties showed which light on a day, by unit and plan (督办总览); the last of a month makes the trend."""

    __tablename__ = "board"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "on_date"),)

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    on_date: Mapped[date]
    taken_at: Mapped[instant]
    content: Mapped[json_value]


class PaperStyle(Versioned, Base):
    """How a jurisdiction's papers look (版式): masthead, 机关代字 of their numbers, who gets a copy, who prints."""

    __tablename__ = "paper_style"
    __table_args__ = (UniqueConstraint("jurisdiction_id"),)

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    issuer: Mapped[name_text] = mapped_column(default="")
    mark: Mapped[name_text] = mapped_column(default="")
    code: Mapped[short_text] = mapped_column(default="")
    is_serial: Mapped[bool] = mapped_column(default=False)
    copies: Mapped[long_text] = mapped_column(default="")
    printer: Mapped[name_text] = mapped_column(default="")
