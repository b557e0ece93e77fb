"""The return of a unit for a period, windows set by hand, what the office judges, and what needs coordination."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.lights import Light
from tracker.core.terms import FilingStatus, MatterStatus
from tracker.db import Base, UTCDateTime
from tracker.models.columns import Versioned, instant, key, long_text, name_text, one_of, short_text
from tracker.models.people import User
from tracker.models.plans import Assignment
from tracker.models.registry import Unit


class ReportingPeriod(Base):
    """A period (报送期) of a plan whose window was set by hand; all others follow the plan's rule."""

    __tablename__ = "reporting_period"
    __table_args__ = (
        UniqueConstraint("plan_id", "name"),
        CheckConstraint("starts_on <= ends_on AND starts_on <= opens_on AND opens_on <= closes_on", name="dates"),
    )

    id: Mapped[key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    name: Mapped[short_text]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    opens_on: Mapped[date]
    closes_on: Mapped[date]


class Filing(Versioned, Base):
    """A unit's return over all its plans for the windows of one month (报送表); holds ProgressReports."""

    __tablename__ = "filing"
    __table_args__ = (
        UniqueConstraint("unit_id", "period"),
        Index("ix_filing_jurisdiction_status", "jurisdiction_id", "status"),
        CheckConstraint("status = 'draft' OR handed_at IS NOT NULL", name="handed"),
        CheckConstraint("status <> 'signed' OR signed_at IS NOT NULL", name="signed"),
    )

    id: Mapped[key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    period: Mapped[short_text]
    status: Mapped[FilingStatus] = mapped_column(one_of(FilingStatus, "status"))
    # The liaison's hand-over is the date that counts, whenever the head signs.
    handed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    handed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # 一人经办: handed over and signed by one person.
    is_one_person: Mapped[bool] = mapped_column(default=False)
    # What the head said when it went back to the liaison.
    returned_words: Mapped[long_text] = mapped_column(default="")

    unit: Mapped[Unit] = relationship()
    handed_by: Mapped[User | None] = relationship(foreign_keys=[handed_by_id])
    signed_by: Mapped[User | None] = relationship(foreign_keys=[signed_by_id])


class Judgement(Base):
    """The office's judgement of a duty's class (认定), from a period on until the next; late comes from dates alone."""

    __tablename__ = "judgement"
    __table_args__ = (
        CheckConstraint("light NOT IN ('late', 'done')", name="judged"),
        CheckConstraint("from_on < until_on", name="dates"),
    )

    id: Mapped[key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    period: Mapped[short_text]
    light: Mapped[Light] = mapped_column(one_of(Light, "light"))
    reason: Mapped[long_text]
    from_on: Mapped[date]
    until_on: Mapped[date]
    judged_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    judged_at: Mapped[instant]


class CoordinationMatter(Versioned, Base):
    """Something a unit cannot settle alone (需协调事项), raised by a signed filing, with its owner and outcome."""

    __tablename__ = "coordination_matter"
    __table_args__ = (Index("ix_coordination_matter_jurisdiction_status", "jurisdiction_id", "status"),)

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    period: Mapped[short_text]
    words: Mapped[long_text]
    raised_at: Mapped[instant]
    status: Mapped[MatterStatus] = mapped_column(one_of(MatterStatus, "status"))
    # Who takes it up, a unit or a leader by name.
    owner: Mapped[name_text] = mapped_column(default="")
    due_on: Mapped[date | None]
    outcome: Mapped[long_text] = mapped_column(default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    assignment: Mapped[Assignment] = relationship()
