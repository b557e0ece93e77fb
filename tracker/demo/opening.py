"""How the sample plans come into the city: read, reviewed, accepted, through the same services as any other."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.terms import DueMode, LeadMode
from tracker.db import transaction
from tracker.demo.documents import plan_text
from tracker.models import Plan
from tracker.services import acceptance, draft_answers, draft_names, drafts, imports

UPLOAD_LIMIT = 20 * 1024 * 1024


def start(actor: Actor, name: str, filename: str, *, today: date, now: datetime) -> int:
    """Reads a sample document into a draft. Gives its key."""
    upload = imports.Upload(plan_text(name, today).encode(), filename)
    reading = imports.read_upload(upload, max_bytes=UPLOAD_LIMIT)
    with transaction() as session:
        return imports.start_draft(session, actor, upload, reading, now=now).id


def accept(actor: Actor, draft_id: int, *, default_due_on: date, now: datetime) -> int:
    """Reviews a draft as an officer would (proposals taken, both questions answered) and accepts it.

    Gives the key of the plan.
    """
    with transaction() as session:
        draft_names.accept_proposals(session, actor, draft_id, now=now)
    with transaction() as session:
        draft = drafts.open_draft(session, actor, draft_id)
        for finding in draft.findings:
            finding.is_settled = True
        answers = draft_answers.Answers(LeadMode.FIRST, DueMode.PLAN_END, default_due_on, is_everyone_applied=True)
        draft_answers.answer_questions(session, actor, draft_id, answers, version=draft.version, now=now)
    with transaction() as session:
        return _accepted(session, actor, draft_id, now).id


def _accepted(session: Session, actor: Actor, draft_id: int, now: datetime) -> Plan:
    return acceptance.accept_draft(session, actor, draft_id, now=now)
