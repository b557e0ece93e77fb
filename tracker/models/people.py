"""People, the roles they hold with dates, and which leader has charge of what."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.terms import Role
from tracker.db import Base, UTCDateTime
from tracker.models.columns import Versioned, instant, key, long_text, name_text, one_of, short_text
from tracker.models.registry import Jurisdiction, Unit


class User(Versioned, Base):
    """A person who may sign in."""

    __tablename__ = "user"
    __table_args__ = (UniqueConstraint("login_name"),)

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    login_name: Mapped[short_text]
    name: Mapped[short_text]
    post: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[long_text]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Raised to end every session of this person at once.
    session_epoch: Mapped[int] = mapped_column(default=1)
    left_on: Mapped[date | None]
    # Half of the secret address of the person's calendar; None: there is none.
    calendar_token: Mapped[str | None] = mapped_column(String(80))
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    has_workday_mail_only: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[instant]

    unit: Mapped[Unit | None] = relationship()
    jurisdiction: Mapped[Jurisdiction] = relationship()
    grants: Mapped[list[RoleGrant]] = relationship(back_populates="user", foreign_keys="RoleGrant.user_id")


class RoleGrant(Base):
    """A role a person holds between two dates; a delegated one names whose it is (A/B岗)."""

    __tablename__ = "role_grant"
    __table_args__ = (CheckConstraint("until_on IS NULL OR until_on >= since_on", name="dates"),)

    id: Mapped[key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    since_on: Mapped[date]
    until_on: Mapped[date | None]
    delegated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)

    user: Mapped[User] = relationship(back_populates="grants", foreign_keys=[user_id])


class LeaderLink(Base):
    """A leader's charge of a unit (分管关系)."""

    __tablename__ = "leader_link"

    id: Mapped[key]
    leader_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    since_on: Mapped[date]
    until_on: Mapped[date | None]
    note: Mapped[name_text] = mapped_column(default="")
