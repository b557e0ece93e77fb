"""Requests of units and proposals of the office: found within the actor's sight, checked, settled."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.acts import check
from tracker.core.permissions import Actor
from tracker.core.terms import RequestStatus
from tracker.core.workflow import RULES
from tracker.db import office_date
from tracker.errors import NotFound
from tracker.models import Adjustment, AdjustmentRequest, Assignment, Breakdown, ExtensionRequest, Task
from tracker.services.access import find_task
from tracker.services.choosing import refuse_stale
from tracker.services.duties import leading
from tracker.services.situations import Request, asking

Found = TypeVar("Found", Breakdown, ExtensionRequest, AdjustmentRequest, Adjustment)


def task_of(request: Request) -> Task:
    """Gives the task a request is about."""
    return request.assignment.task if isinstance(request, AdjustmentRequest) else request.task


def duty_of(request: Request) -> Assignment | None:
    """Gives the duty of the unit that asked: of a breakdown the lead's, of the office's own proposal none."""
    if isinstance(request, Breakdown):
        return leading(request.task)
    return None if isinstance(request, Adjustment) else request.assignment


def find_request(session: Session, actor: Actor, model: type[Found], key: int) -> Found:
    """Gives a request of a task the actor may see. Raises NotFound otherwise."""
    request: Any = session.get(model, key)
    if request is None:
        raise NotFound("没有找到这项申请，或者您没有查看它的权限。")
    find_task(session, actor, task_of(request).id)
    return request  # type: ignore[no-any-return]


def waiting_request(
    session: Session, actor: Actor, action: Action, request: Found, *, version: int, now: datetime
) -> Found:
    """Gives a request on which the actor may do this now.

    Raises what `check` raises, and Conflict when it has been changed since it was shown.
    """
    task, duty = task_of(request), duty_of(request)
    view = asking(session, actor, [task], today=office_date(now))
    check(action, view.of_request(task, request, duty.unit_id if duty is not None else None))
    refuse_stale(request, version)
    return request


def settle(request: Request, actor: Actor, action: Action, *, words: str = "", now: datetime) -> None:
    """Writes a decision down as the table has it; one person who decides on his own proposal is noted (一人经办)."""
    wanted = RULES[action].request_to
    assert isinstance(wanted, RequestStatus)  # noqa: S101 - the rows of the table on requests say which
    request.status = wanted
    request.decided_by_id, request.decided_at, request.decision = actor.user_id, now, words.strip()
    request.is_one_person = request.is_one_person or request.asked_by_id == actor.user_id
