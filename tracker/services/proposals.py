"""What an officer prepares on a whole plan and the office's head approves: a takeover, a revised edition."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.core.permissions import Actor, Permission
from tracker.core.terms import NoticeKind, ProposalStatus, Role
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import Jurisdiction, Plan, Revision, Takeover
from tracker.services import audit
from tracker.services.notices import Notice, people_with, tell

Proposal = Takeover | Revision
_NAMES = {Takeover: ("takeover", "存量建账", "takeover"), Revision: ("revision", "修订稿", "revision")}


def may_approve(session: Session, actor: Actor, proposal: Proposal) -> bool:
    """Whether the person may approve it: what one has submitted oneself only where one person does both."""
    own = proposal.submitted_by_id in actor.persons()
    return actor.may(Permission.PLANS_APPROVE) and (not own or is_alone(session, actor))


def is_alone(session: Session, actor: Actor) -> bool:
    """Whether one person does what two usually do (一人经办)."""
    return session.get_one(Jurisdiction, actor.jurisdiction_id).is_one_person


def refuse_other(actor: Actor, proposal: Proposal, version: int, status: ProposalStatus) -> None:
    """Raises NotAllowed to whom it is not to prepare, Conflict when it stands elsewhere or was changed since shown."""
    if not actor.may(Permission.PLANS_IMPORT) and status is ProposalStatus.DRAFT:
        raise NotAllowed("只有办公室人员可以办理。")
    if proposal.status is not status:
        raise Conflict(f"{_NAMES[type(proposal)][1]}现为“{proposal.status.label}”，不能再这样办理。")
    if proposal.version != version:
        raise Conflict("就在您办理的时候，他人已经改动了内容。请查看最新内容后再办理。")


def submit(session: Session, actor: Actor, proposal: Proposal, *, words: str, now: datetime) -> None:
    """Hands it to the office's head, who is told."""
    proposal.status = ProposalStatus.SUBMITTED
    proposal.submitted_by_id, proposal.submitted_at, proposal.returned_words = actor.user_id, now, ""
    session.flush()
    _note(session, actor, proposal, "submit", f"提请审批{words}", now)
    if not is_alone(session, actor):
        heads = people_with(session, [Role.OFFICE_HEAD], on=office_date(now), jurisdiction_id=proposal.jurisdiction_id)
        people = [head for head in heads if head.id != actor.user_id]
        tell(session, people, _notice(proposal, NoticeKind.SUBMITTED, f"请审批{words}"), now=now)


def send_back(session: Session, actor: Actor, proposal: Proposal, *, version: int, words: str, now: datetime) -> None:
    """Sends it back to the officer with a reason. Raises Invalid("words") without one."""
    refuse_other(actor, proposal, version, ProposalStatus.SUBMITTED)
    if not (actor.may(Permission.PLANS_APPROVE) or proposal.submitted_by_id == actor.user_id):
        raise NotAllowed("由办公室负责人审批，或由提交人撤回。")
    if not words.strip():
        raise Invalid({"words": "请写明退回的理由。"})
    proposal.status, proposal.returned_words = ProposalStatus.DRAFT, words.strip()
    session.flush()
    what = f"退回{_NAMES[type(proposal)][1]}：{words.strip()}"
    _note(session, actor, proposal, "send_back", what, now)


def settle(session: Session, actor: Actor, proposal: Proposal, *, words: str, now: datetime) -> None:
    """Writes the approval down."""
    proposal.status = ProposalStatus.DONE
    proposal.decided_by_id, proposal.decided_at = actor.user_id, now
    proposal.is_one_person = proposal.submitted_by_id == actor.user_id
    session.flush()
    alone = "（一人经办）" if proposal.is_one_person else ""
    _note(session, actor, proposal, "approve", f"{words}{alone}", now)


def _note(session: Session, actor: Actor, proposal: Proposal, act: str, words: str, now: datetime) -> None:
    plan = session.get_one(Plan, proposal.plan_id)
    name = _NAMES[type(proposal)][0]
    audit.record(session, actor, f"{name}.{act}", plan, summary=words, now=now, **{name: proposal.id})


def _notice(proposal: Proposal, kind: NoticeKind, subject: str) -> Notice:
    name, label, path = _NAMES[type(proposal)]
    link = f"/plans/{proposal.plan_id}/{path}" + (f"/{proposal.id}" if isinstance(proposal, Revision) else "")
    return Notice(kind, f"{name}:{proposal.id}", subject[:200], f"{label}：《{proposal.plan.title}》", link)
