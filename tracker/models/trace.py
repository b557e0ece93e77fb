"""Who did what to what, when, from where; append-only, and sealed."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import instant, json_value, key, name_text, short_text


class AuditEvent(Base):
    """One act (审计日志). The name of the actor is kept as it was, whatever becomes of the person's record."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "subject_type", "subject_id", "at"),
        Index("ix_audit_event_jurisdiction_at", "jurisdiction_id", "at"),
    )

    id: Mapped[key]
    at: Mapped[instant]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    actor_name: Mapped[short_text]
    address: Mapped[short_text] = mapped_column(default="")
    jurisdiction_id: Mapped[int | None] = mapped_column(ForeignKey("jurisdiction.id"))
    action: Mapped[short_text]
    subject_type: Mapped[short_text]
    subject_id: Mapped[int | None]
    summary: Mapped[name_text]
    detail: Mapped[json_value]


class AuditSeal(Base):
    """The seal of one event (封存), a link of the chain of `core.auditchain`; written by the worker, never changed.

    The event has no foreign key: a seal must outlive the row that somebody removed, or nobody would miss it.
    """

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(unique=True)
    sealed_at: Mapped[instant]
    digest: Mapped[short_text]
