"""Measured series of a jurisdiction, their values, and the targets and indicators they serve."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.terms import PeriodKind, ProgressKind, SeriesShape
from tracker.db import Base, UTCDateTime
from tracker.models.columns import Versioned, instant, key, long_text, name_text, one_of, short_text
from tracker.models.people import User
from tracker.models.plans import Indicator, Target
from tracker.models.registry import Unit


class Series(Versioned, Base):
    """One number of the jurisdiction (指标数据), typed once for everything that means it."""

    __tablename__ = "series"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "name"),
        CheckConstraint("release_day IS NULL OR (release_day >= 1 AND release_day <= 31)", name="release_day"),
        CheckConstraint("release_lag_months >= 0 AND release_lag_months <= 24", name="release_lag"),
        CheckConstraint("period_kind <> 'none'", name="periods"),
    )

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    name: Mapped[name_text]
    unit_of_measure: Mapped[short_text] = mapped_column(default="")
    # 口径: what is counted and how.
    definition: Mapped[long_text] = mapped_column(default="")
    footnote: Mapped[long_text] = mapped_column(default="")
    source_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    period_kind: Mapped[PeriodKind] = mapped_column(one_of(PeriodKind, "period_kind"))
    shape: Mapped[SeriesShape] = mapped_column(one_of(SeriesShape, "shape"))
    # Values come out on this day of the month, so many months after the period's last one; NULL: when they are typed.
    release_day: Mapped[int | None]
    release_lag_months: Mapped[int] = mapped_column(default=1)
    # Counties give values of their own, which are added up beside the jurisdiction's.
    is_by_county: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[instant]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    updated_at: Mapped[instant]

    source_unit: Mapped[Unit | None] = relationship()
    links: Mapped[list[SeriesLink]] = relationship(back_populates="series", order_by="SeriesLink.id")


class SeriesValue(Base):
    """The value of one period, of the jurisdiction or of one county; a revised one stays with what replaced it."""

    __tablename__ = "series_value"
    __table_args__ = (
        UniqueConstraint("series_id", "unit_id", "period", "edition"),
        CheckConstraint("edition >= 1", name="edition_counts_from_one"),
    )

    id: Mapped[key]
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"))
    # NULL: the whole jurisdiction.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    period: Mapped[short_text]
    first_on: Mapped[date]
    edition: Mapped[int] = mapped_column(default=1)
    value: Mapped[Decimal] = mapped_column(Numeric(20, 4))
    released_on: Mapped[date]
    note: Mapped[name_text] = mapped_column(default="")
    entered_at: Mapped[instant]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    replaced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    unit: Mapped[Unit | None] = relationship()
    entered_by: Mapped[User] = relationship()


class SeriesLink(Base):
    """That a target or an indicator means a series, confirmed by the officer, and how it is held against it."""

    __tablename__ = "series_link"
    __table_args__ = (
        UniqueConstraint("target_id"),
        UniqueConstraint("indicator_id"),
        CheckConstraint("(target_id IS NULL) <> (indicator_id IS NULL)", name="one_subject"),
    )

    id: Mapped[key]
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    target_id: Mapped[int | None] = mapped_column(ForeignKey("target.id", ondelete="CASCADE"))
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id", ondelete="CASCADE"))
    kind: Mapped[ProgressKind] = mapped_column(one_of(ProgressKind, "kind"))
    baseline: Mapped[Decimal | None] = mapped_column(Numeric(20, 4))
    confirmed_at: Mapped[instant]
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    series: Mapped[Series] = relationship(back_populates="links")
    target: Mapped[Target | None] = relationship()
    indicator: Mapped[Indicator | None] = relationship()
    shares: Mapped[list[TargetShare]] = relationship(
        back_populates="link", order_by="TargetShare.year, TargetShare.id", cascade="all, delete-orphan"
    )


class TargetShare(Base):
    """A county's share of a target for a year (目标分解)."""

    __tablename__ = "target_share"
    __table_args__ = (
        UniqueConstraint("link_id", "year", "unit_id"),
        Index("ix_target_share_unit_year", "unit_id", "year"),
    )

    id: Mapped[key]
    link_id: Mapped[int] = mapped_column(ForeignKey("series_link.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    value: Mapped[Decimal] = mapped_column(Numeric(20, 4))

    link: Mapped[SeriesLink] = relationship(back_populates="shares")
    unit: Mapped[Unit] = relationship()


class MeasuredProgress(Base):
    """How far a task has come by the series its targets mean; only of plans that take progress from there.

    `percent` is NULL while no value is released; `words` is the half sentence that a light's reason ends with.
    """

    __tablename__ = "measured_progress"
    __table_args__ = (CheckConstraint("percent IS NULL OR (percent >= 0 AND percent <= 100)", name="percent_range"),)

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    percent: Mapped[int | None]
    words: Mapped[long_text]
