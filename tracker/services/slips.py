"""Slips (督办单) and the letters that stand for them (工作提示函): issued step by step, answered, judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.acts import check, check_inputs
from tracker.core.permissions import Actor
from tracker.core.slips import form_for, next_level, number_text, paper_with_number
from tracker.core.terms import NoticeKind, RegisterKind, Role, SlipForm, SlipLevel, SlipStatus
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Assignment, Slip
from tracker.services import audit
from tracker.services.access import slip_scope
from tracker.services.acting import finish, on_duties
from tracker.services.announcements import name_of
from tracker.services.audiences import audience
from tracker.services.choosing import choose_duties, listed
from tracker.services.notices import Notice, people_with, tell
from tracker.services.registers import next_number
from tracker.services.situations import Asking, asking

NO_LEADER = "该单位没有登记分管领导，请先在单位管理中登记分管关系。"


@dataclass(frozen=True, slots=True)
class SlipWords:
    """What a slip says: without a `basis` the plan itself serves; `tells_leader`: the leader in charge is told too."""

    demand: str
    reply_by_on: date
    basis: str = ""
    tells_leader: bool = False


def issue_slips(
    session: Session, actor: Actor, assignment_ids: Sequence[int], words: SlipWords, *, now: datetime
) -> list[Slip]:
    """Issues the next slip on each of these duties, all or none: the first blue by an officer, the rest by the head.

    Gives the slips, each with its number from the register. Raises Invalid("") naming the duties that are hindered.
    """
    if not assignment_ids:
        raise Invalid({"": "请先选择要发督办单的事项。"})
    # Two people must not both issue the first slip of a duty.
    session.execute(select(Assignment.id).where(Assignment.id.in_(assignment_ids)).with_for_update())
    duties = choose_duties(session, actor, assignment_ids)
    view = asking(session, actor, [duty.task for duty in duties], today=office_date(now))
    _check_words(words, today=office_date(now))
    _check_all(view, duties)
    return [_issue(session, actor, view, duty, words, now=now) for duty in duties]


def action_for(view: Asking, duty: Assignment) -> Action:
    """Gives the act by which the next slip on a duty is issued."""
    return Action.ISSUE_SLIP if next_level(view.slips.get(duty.id)) is SlipLevel.BLUE else Action.RAISE_SLIP


def _check_all(view: Asking, duties: Sequence[Assignment]) -> None:
    hindered: dict[str, list[str]] = {}
    for duty in duties:
        try:
            check(action_for(view, duty), view.of_duty(duty.task, duty))
        except (Invalid, Conflict, NotAllowed) as refusal:
            if len(duties) == 1:
                raise
            hindered.setdefault(refusal.message, []).append(f"{duty.unit.name}（{duty.task.number}）")
    if hindered:
        raise Invalid({"": " ".join(f"{listed(names)}：{sentence}" for sentence, names in hindered.items())})


def _check_words(words: SlipWords, *, today: date) -> None:
    check_inputs(Action.ISSUE_SLIP, {"basis": words.basis or "方案", "demand": words.demand})
    if words.reply_by_on <= today:
        raise Invalid({"reply_by_on": "回复期限须晚于今天。"})


def _issue(session: Session, actor: Actor, view: Asking, duty: Assignment, words: SlipWords, *, now: datetime) -> Slip:
    action, today = action_for(view, duty), office_date(now)
    form = form_for(duty.unit.kind)
    register = RegisterKind.SLIP if form is SlipForm.SLIP else RegisterKind.PROMPT
    number = next_number(session, duty.jurisdiction_id, register, today.year)
    slip = Slip(
        assignment=duty,
        task=duty.task,
        jurisdiction_id=duty.jurisdiction_id,
        number=number_text(form, today.year, number),
        form=form,
        level=next_level(view.slips.get(duty.id)),
        status=SlipStatus.ISSUED,
        basis=words.basis.strip() or basis_of(duty),
        demand=words.demand.strip(),
        issued_on=today,
        reply_by_on=words.reply_by_on,
        issued_by_id=actor.user_id,
        issued_at=now,
    )
    session.add(slip)
    last = view.slips.get(duty.id)
    if last is not None and last.status in (SlipStatus.ISSUED, SlipStatus.REJECTED):
        # From here on the next step is what is owed an answer.
        last.status = SlipStatus.FOLLOWED
    said = f"{paper_with_number(form, slip.level, slip.number)}，请于{slip.reply_by_on}前回复。办理要求：{slip.demand}"
    finish(session, actor, on_duties(action, [duty], said), now=now)
    if slip.level is not SlipLevel.BLUE:
        _propose_to_head(session, slip, now=now)
    if words.tells_leader and slip.level is not SlipLevel.BLUE:
        _tell_leader(session, actor, slip, now=now)
    return slip


def basis_of(duty: Assignment) -> str:
    """Gives the basis of a slip where none is typed: the plan with its number, or the task's own."""
    plan = duty.task.plan
    return duty.task.basis or f"《{plan.title}》{f'（{plan.doc_no}）' if plan.doc_no else ''}"


def _propose_to_head(session: Session, slip: Slip, *, now: datetime) -> None:
    """Proposes to the head that the leader in charge be told; the product itself mails no leader."""
    heads = people_with(session, [Role.OFFICE_HEAD], on=office_date(now), jurisdiction_id=slip.jurisdiction_id)
    unit = slip.assignment.unit.name
    notice = Notice(
        kind=NoticeKind.SLIP,
        topic=f"slip:{slip.id}",
        subject=f"建议报告分管领导：{unit}，{name_of(slip.task)}",
        body=f"已发出{paper_with_number(slip.form, slip.level, slip.number)}，建议报告分管领导。可在督办单页面办理。",
        link=f"/slips/{slip.id}",
    )
    tell(session, heads, notice, now=now)


def report_to_leader(session: Session, actor: Actor, slip_id: int, *, version: int, now: datetime) -> None:
    """Tells the leader in charge of the unit about a slip, because the head of the office has decided so.

    Raises NotAllowed for anybody else, Conflict when the leader has been told, Invalid where no leader is in charge.
    """
    slip = shown_slip(session, actor, slip_id, version)
    view = asking(session, actor, [slip.task], today=office_date(now))
    if not (Role.OFFICE_HEAD in actor.roles or (view.is_one_person and Role.OFFICER in actor.roles)):
        raise NotAllowed("报告分管领导由办公室负责人决定。")
    if slip.reported_on is not None:
        raise Conflict("这张督办单已经报告过分管领导。")
    _tell_leader(session, actor, slip, now=now)


def _tell_leader(session: Session, actor: Actor, slip: Slip, *, now: datetime) -> None:
    unit = slip.assignment.unit
    leaders = audience(session, actor.user_id, today=office_date(now)).leaders_of(unit.id)
    if not leaders:
        raise Invalid({"": NO_LEADER, "tells_leader": NO_LEADER})
    slip.reported_on = office_date(now)
    names = "、".join(leader.name for leader in leaders)
    paper = f"{paper_with_number(slip.form, slip.level, slip.number)}"
    notice = Notice(
        kind=NoticeKind.SLIP,
        topic=f"slip:{slip.id}",
        subject=f"{unit.name}已被发{paper}：{name_of(slip.task)}",
        body=f"来源：《{slip.task.plan.title}》\n办理要求：{slip.demand}\n回复期限：{slip.reply_by_on}",
        link=f"/slips/{slip.id}",
    )
    tell(session, leaders, notice, now=now)
    summary = f"就{paper}报告分管领导{names}：{name_of(slip.task)}"
    audit.record(session, actor, "task.report_to_leader", slip.task, summary=summary, now=now, slip=slip.id)


def answer_slip(session: Session, actor: Actor, slip_id: int, *, version: int, reply: str, now: datetime) -> Slip:
    """Answers a slip (回复督办单): what was done, or why it could not be."""
    slip = _acting_on(session, actor, Action.ANSWER_SLIP, slip_id, version, now=now)
    check_inputs(Action.ANSWER_SLIP, {"reply": reply})
    slip.status, slip.reply = SlipStatus.ANSWERED, reply.strip()
    slip.replied_on, slip.replied_by_id = actor.day(office_date(now)), actor.user_id
    finish(session, actor, on_duties(Action.ANSWER_SLIP, [slip.assignment], _said(slip, slip.reply)), now=now)
    return slip


def pass_slip(
    session: Session, actor: Actor, slip_id: int, *, version: int, has_good_reason: bool, words: str, now: datetime
) -> None:
    """Accepts the answer to a slip; with good reason the steps end, without it the next one may follow."""
    slip = _acting_on(session, actor, Action.PASS_SLIP, slip_id, version, now=now)
    _decide(slip, actor, SlipStatus.PASSED, words, now)
    slip.has_good_reason = has_good_reason
    said = "理由成立，不再升级。" if has_good_reason else ""
    act = on_duties(Action.PASS_SLIP, [slip.assignment], _said(slip, f"{said}{words.strip()}"))
    finish(session, actor, act, now=now)


def reject_slip(session: Session, actor: Actor, slip_id: int, *, version: int, reason: str, now: datetime) -> None:
    """Rejects the answer to a slip as no good reason; the unit may answer again, the next step may follow."""
    slip = _acting_on(session, actor, Action.REJECT_SLIP, slip_id, version, now=now)
    check_inputs(Action.REJECT_SLIP, {"reason": reason})
    _decide(slip, actor, SlipStatus.REJECTED, reason, now)
    finish(session, actor, on_duties(Action.REJECT_SLIP, [slip.assignment], _said(slip, reason.strip())), now=now)


def _decide(slip: Slip, actor: Actor, status: SlipStatus, words: str, now: datetime) -> None:
    slip.status, slip.decision, slip.has_good_reason = status, words.strip(), False
    slip.decided_by_id, slip.decided_at = actor.user_id, now


def _said(slip: Slip, words: str) -> str:
    return f"{slip.number}：{words}" if words else slip.number


def find_slip(session: Session, actor: Actor, slip_id: int) -> Slip:
    """Gives one slip. Raises NotFound when it does not exist or is not the actor's to see."""
    slip = session.scalar(select(Slip).join(Assignment).where(slip_scope(actor), Slip.id == slip_id))
    if slip is None:
        raise NotFound("没有找到这张督办单，或者您没有查看它的权限。")
    return slip


def shown_slip(session: Session, actor: Actor, slip_id: int, version: int) -> Slip:
    """Gives a slip as it was shown. Raises NotFound out of sight, Conflict when it has been changed since."""
    slip = find_slip(session, actor, slip_id)
    if slip.version != version:
        raise Conflict("就在您办理的时候，他人已经办理了这张督办单。请查看最新内容。")
    return slip


def _acting_on(session: Session, actor: Actor, action: Action, slip_id: int, version: int, *, now: datetime) -> Slip:
    slip = find_slip(session, actor, slip_id)
    check(action, asking(session, actor, [slip.task], today=office_date(now)).of_slip(slip))
    return shown_slip(session, actor, slip_id, version)
