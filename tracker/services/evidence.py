"""Evidence (佐证材料) that a task demands: whether it does is the office's to say, that it is there is checked here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.errors import Invalid, NotAllowed
from tracker.models import ClosingRequest, ProgressReport
from tracker.services import audit
from tracker.services.announcements import name_of
from tracker.services.choosing import shown_task


def demand_evidence(
    session: Session, actor: Actor, task_id: int, *, is_demanded: bool, version: int, now: datetime
) -> None:
    """Says whether filings, finished parts and closing requests of a task have to come with evidence."""
    task = shown_task(session, actor, task_id, version)
    if not actor.is_office:
        raise NotAllowed("是否须附佐证材料由领导小组办公室设定。")
    task.needs_evidence = is_demanded
    words = "须附佐证材料" if is_demanded else "不再要求佐证材料"
    audit.record(session, actor, "task.demand_evidence", task, summary=f"{words}：{name_of(task)}", now=now)


def require_evidence(session: Session, record: ProgressReport | ClosingRequest) -> None:
    """Raises Invalid("files") where the task demands evidence and the record came without any."""
    session.flush()
    session.expire(record, ["attachments"])
    task = record.task if isinstance(record, ClosingRequest) else record.assignment.task
    if task.needs_evidence and not record.attachments:
        raise Invalid({"files": "本任务要求提供佐证材料，请上传后再提交。"})
