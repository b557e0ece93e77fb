"""The yearly breakdown (年度分解): the lead files stages and dated milestones, the office confirms them.

Confirmed milestones drive the progress light, see core/milestones. Source: DESIGN 5.1, break down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.acts import check, check_inputs
from tracker.core.permissions import Actor
from tracker.core.terms import RequestStatus
from tracker.db import office_date
from tracker.errors import Invalid
from tracker.models import Breakdown, Milestone, Task
from tracker.services.acting import finish, on_tasks
from tracker.services.choosing import shown_task
from tracker.services.deciding import find_request, settle, waiting_request
from tracker.services.situations import asking

MOST_STEPS = 40


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone as typed; None for what is no date or no number."""

    due_on: date | None
    percent: int | None
    text: str


@dataclass(frozen=True, slots=True)
class TypedBreakdown:
    """A breakdown as typed."""

    year: int | None
    person_in_charge: str
    person_phone: str
    stages: str
    steps: Sequence[Step]


def years_of(task: Task, today: date) -> tuple[int, ...]:
    """Gives the years a task can be broken down for: from this one to that of its due date."""
    last = task.due_on.year if task.due_on is not None and not task.is_standing else today.year
    return tuple(range(today.year, max(last, today.year) + 1))


def break_down(
    session: Session, actor: Actor, task_id: int, *, version: int, typed: TypedBreakdown, now: datetime
) -> Breakdown:
    """Files a year's breakdown, which waits for the office to confirm it; an earlier one of the year then gives way.

    Raises Invalid with "steps.N" for the N-th milestone, counted from 0.
    """
    task = shown_task(session, actor, task_id, version)
    check(Action.BREAK_DOWN, asking(session, actor, [task], today=office_date(now)).of_task(task))
    check_inputs(Action.BREAK_DOWN, {"person_in_charge": typed.person_in_charge, "stages": typed.stages})
    year = _checked_year(task, typed, office_date(now))
    breakdown = Breakdown(
        task=task,
        jurisdiction_id=task.jurisdiction_id,
        year=year,
        person_in_charge=typed.person_in_charge.strip(),
        person_phone=typed.person_phone.strip(),
        stages=typed.stages.strip(),
        status=RequestStatus.ASKED,
        asked_by_id=actor.user_id,
        asked_at=now,
        milestones=[Milestone(due_on=s.due_on, percent=s.percent, text=s.text.strip()) for s in typed.steps],
    )
    session.add(breakdown)
    words = f"{year}年，{len(typed.steps)}个节点，负责人：{typed.person_in_charge.strip()}"
    finish(session, actor, on_tasks(Action.BREAK_DOWN, [task], words), now=now)
    return breakdown


def confirm_breakdown(session: Session, actor: Actor, breakdown_id: int, *, version: int, now: datetime) -> Breakdown:
    """Confirms a breakdown (确认年度分解): from now on its milestones are the schedule."""
    breakdown = find_request(session, actor, Breakdown, breakdown_id)
    waiting_request(session, actor, Action.CONFIRM_BREAKDOWN, breakdown, version=version, now=now)
    settle(breakdown, actor, Action.CONFIRM_BREAKDOWN, now=now)
    finish(session, actor, on_tasks(Action.CONFIRM_BREAKDOWN, [breakdown.task], f"{breakdown.year}年"), now=now)
    return breakdown


def send_back_breakdown(
    session: Session, actor: Actor, breakdown_id: int, *, version: int, reason: str, now: datetime
) -> Breakdown:
    """Sends a breakdown back to the lead, who files another one (退回年度分解)."""
    breakdown = find_request(session, actor, Breakdown, breakdown_id)
    waiting_request(session, actor, Action.SEND_BACK_BREAKDOWN, breakdown, version=version, now=now)
    check_inputs(Action.SEND_BACK_BREAKDOWN, {"reason": reason})
    settle(breakdown, actor, Action.SEND_BACK_BREAKDOWN, words=reason, now=now)
    words = f"退回原因：{reason.strip()}"
    finish(session, actor, on_tasks(Action.SEND_BACK_BREAKDOWN, [breakdown.task], words), now=now)
    return breakdown


def _checked_year(task: Task, typed: TypedBreakdown, today: date) -> int:
    wrong: dict[str, str] = {}
    for name in ("person_in_charge", "person_phone"):
        if len(getattr(typed, name).strip()) > 80:
            wrong[name] = "最多 80 字。"
    if typed.year not in years_of(task, today):
        wrong["year"] = "请选择年度。"
    if not typed.steps:
        wrong["steps"] = "请至少填写一个节点。"
    elif len(typed.steps) > MOST_STEPS:
        wrong["steps"] = f"节点最多 {MOST_STEPS} 个，请合并。"
    wrong |= _wrong_steps(task, typed)
    if wrong or typed.year is None:
        raise Invalid(wrong)
    return typed.year


def _wrong_steps(task: Task, typed: TypedBreakdown) -> dict[str, str]:
    wrong: dict[str, str] = {}
    done: dict[date, int] = {}
    for place, step in enumerate(typed.steps):
        sentence = _wrong_step(task, typed.year, step)
        if not sentence and step.due_on is not None and step.percent is not None:
            before = max((percent for on, percent in done.items() if on <= step.due_on), default=0)
            after = min((percent for on, percent in done.items() if on >= step.due_on), default=100)
            if not before <= step.percent <= after:
                sentence = "完成比例应随日期递增，不能低于前面的节点。"
            done[step.due_on] = step.percent
        if sentence:
            wrong[f"steps.{place}"] = sentence
    return wrong


def _wrong_step(task: Task, year: int | None, step: Step) -> str:
    if step.due_on is None:
        return "请填写节点日期，样式如 2026-06-30。"
    if year is not None and step.due_on.year != year:
        return f"节点日期应在 {year} 年内。"
    if task.due_on is not None and step.due_on > task.due_on:
        return f"节点日期不能晚于任务的完成时限 {task.due_on.isoformat()}。"
    if step.percent is None or not 0 < step.percent <= 100:
        return "完成比例应为 1 到 100 的整数。"
    if not step.text.strip():
        return "请写明到该节点应完成的工作。"
    return "最多 200 字，请精简。" if len(step.text.strip()) > 200 else ""
