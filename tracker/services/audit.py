"""The trail: one event for every act, written in the transaction of the act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.models import AuditEvent


def record(
    session: Session, actor: Actor | None, action: str, subject: Any, *, summary: str, now: datetime, **detail: Any
) -> AuditEvent:
    """Leaves an event about `subject`, a record with an id that has been flushed, or None for the product itself.

    Takes `action` as subject.act ("task.approve"), `summary` as one Chinese sentence, `detail` as JSON values.
    """
    event = AuditEvent(
        at=now,
        actor_id=actor.user_id if actor else None,
        actor_name=actor.name if actor else "系统",
        address=actor.address if actor else "",
        jurisdiction_id=actor.jurisdiction_id if actor else getattr(subject, "jurisdiction_id", None),
        action=action,
        subject_type=type(subject).__name__ if subject is not None else "",
        subject_id=subject.id if subject is not None else None,
        summary=summary[:200],
        detail=detail,
    )
    session.add(event)
    return event
