"""A plan that was imported and accepted and waits to be issued, for tests of what comes after."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import acting
from tests.import_plans import PLAN
from tracker.core.permissions import Actor
from tracker.core.terms import DueMode, LeadMode, NameDecision, Role
from tracker.models import ImportDraft, Plan, User
from tracker.services.acceptance import accept_draft
from tracker.services.draft_answers import Answers, answer_questions
from tracker.services.draft_names import accept_proposals
from tracker.services.imports import Upload, read_upload, start_draft

LIMIT = 20_000_000


def person(session: Session, login_name: str, *roles: Role) -> Actor:
    """Somebody by sign-in name, as an actor with these roles."""
    return acting(session.scalars(select(User).where(User.login_name == login_name)).one(), *roles)


def answer_as_proposed(session: Session, actor: Actor, draft: ImportDraft, *, now: datetime) -> None:
    """Answers the questions of a draft and takes every proposed name."""
    answers = Answers(LeadMode.FIRST, DueMode.PLAN_END, date(2028, 12, 31), True)
    answer_questions(session, actor, draft.id, answers, version=draft.version, now=now)
    pending = [row.id for row in draft.names if row.decision is NameDecision.PENDING]
    accept_proposals(session, actor, draft.id, now=now, name_ids=pending)


def accepted_plan(session: Session, actor: Actor, *, now: datetime, text: str = PLAN) -> Plan:
    """A plan made of a text, its tasks drafts."""
    upload = Upload(text.encode(), "方案.txt")
    draft = start_draft(session, actor, upload, read_upload(upload, max_bytes=LIMIT), now=now)
    answer_as_proposed(session, actor, draft, now=now)
    return accept_draft(session, actor, draft.id, now=now)
