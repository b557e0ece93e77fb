"""The trail: one event for every act, written in the transaction of the act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.permissions import Actor
from tracker.core.workflow import RULES
from tracker.models import AuditEvent

_ACTIONS = {action.value: action for action in Action}


def record(
    session: Session, actor: Actor | None, action: str, subject: Any, *, summary: str, now: datetime, **detail: Any
) -> AuditEvent:
    """Leaves an event about `subject`, a record with an id that has been flushed, or None for the product itself.

    Takes `action` as subject.act ("task.approve"), `summary` as one Chinese sentence, `detail` as JSON values.
    """
    capacity = capacity_of(actor, action) if actor is not None else ""
    if capacity:
        detail["capacity"] = capacity
        summary = f"{summary[: 200 - len(capacity) - 2]}（{capacity}）"
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


def capacity_of(actor: Actor, action: str) -> str:
    """Gives in what capacity an act is done where that is not the actor's own: 代录, or 受某某委托."""
    if actor.entering is not None:
        entering = actor.entering
        return f"代录：{entering.of}，{entering.source}，{entering.received_on}收到"
    known = _ACTIONS.get(action.rpartition(".")[2])
    fitting = {who.role for who in RULES[known].who} if known is not None else actor.roles
    stood_in = [each for each in actor.delegated if each.role in fitting]
    own = actor.roles - {each.role for each in actor.delegated}
    return "" if own & fitting or not stood_in else f"受{'、'.join(dict.fromkeys(e.by_name for e in stood_in))}委托"
