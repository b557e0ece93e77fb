"""Jurisdictions, units with their names, and the groups that printed collective names stand for."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.terms import JurisdictionLevel, UnitKind
from tracker.db import Base
from tracker.models.columns import Versioned, key, long_text, name_text, one_of, short_text


class Jurisdiction(Base):
    """A node of the province–city–county–township tree (辖区)."""

    __tablename__ = "jurisdiction"

    id: Mapped[key]
    name: Mapped[name_text]
    level: Mapped[JurisdictionLevel] = mapped_column(one_of(JurisdictionLevel, "level"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    # What its units' short names begin with: 市财政局 in a city, 县财政局 in a county.
    prefix: Mapped[str] = mapped_column(default="")
    office_name: Mapped[str] = mapped_column(default="")
    # A designation on record as 政府督查机构 decides the title of the monthly report.
    supervision_basis: Mapped[str | None]
    is_one_person: Mapped[bool] = mapped_column(default=False)
    # An officer alone grants an extension of up to so many days.
    officer_extension_days: Mapped[int] = mapped_column(default=15)
    # A closed task is struck off once so many working days have passed without an instruction.
    reading_workdays: Mapped[int] = mapped_column(default=5)


class Unit(Versioned, Base):
    """A department, county government, township, company or office under supervision (单位)."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "name"),)

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    name: Mapped[name_text]
    kind: Mapped[UnitKind] = mapped_column(one_of(UnitKind, "kind"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    contact_name: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    ended_on: Mapped[date | None]

    former_names: Mapped[list[UnitName]] = relationship(order_by="UnitName.until_on")


class UnitName(Base):
    """A name a unit bore until a date."""

    __tablename__ = "unit_name"

    id: Mapped[key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[name_text]
    until_on: Mapped[date]


class UnitGroup(Versioned, Base):
    """A printed name that stands for several units (单位组)."""

    __tablename__ = "unit_group"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "name"),)

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    name: Mapped[name_text]

    members: Mapped[list[UnitGroupMember]] = relationship(back_populates="group", cascade="all, delete-orphan")


class UnitGroupMember(Base):
    """A unit's membership of a group, with dates; `until_on` is the first day it is no longer one."""

    __tablename__ = "unit_group_member"
    __table_args__ = (CheckConstraint("until_on IS NULL OR until_on > since_on", name="dates"),)

    id: Mapped[key]
    group_id: Mapped[int] = mapped_column(ForeignKey("unit_group.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    since_on: Mapped[date]
    until_on: Mapped[date | None]

    group: Mapped[UnitGroup] = relationship(back_populates="members")
    unit: Mapped[Unit] = relationship()


class UnitAlias(Base):
    """A printed form that was once decided to mean a unit or a group, learnt for the next document."""

    __tablename__ = "unit_alias"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "printed"),
        CheckConstraint("(unit_id IS NULL) <> (group_id IS NULL)", name="one_meaning"),
    )

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    printed: Mapped[name_text]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("unit_group.id"), index=True)


class Workday(Base):
    """One date of the State Council's notice on days off: whether it is worked, and what the notice calls it."""

    __tablename__ = "workday"

    on_date: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    label: Mapped[short_text]


class WorkdayYear(Base):
    """A year whose notice has been entered; every other year is provisional."""

    __tablename__ = "workday_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[long_text]
