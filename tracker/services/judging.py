"""The office's judgement of a duty (认定): a class other than the dates give, with a reason, until the next period."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.core.acts import LONGEST
from tracker.core.lights import Light
from tracker.core.periods import first_window_after
from tracker.core.permissions import Actor
from tracker.core.terms import NoticeKind, Role, TaskState
from tracker.core.workdays import first_of_next_month, month_of
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import Assignment, Judgement
from tracker.services import audit
from tracker.services.access import find_assignment
from tracker.services.announcements import name_of
from tracker.services.calendar import load_calendar
from tracker.services.duties import OPEN_DUTIES
from tracker.services.lights import light_of, refresh_lights
from tracker.services.notices import Notice, people_with, tell
from tracker.services.periods import rules_of

# 逾期 comes from dates alone, and 已完成 from a closing.
CHOICES = (Light.ON_TIME, Light.NEAR, Light.BEHIND, Light.UNKNOWN)
_RUNNING = frozenset({TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW})


def judge_duty(
    session: Session, actor: Actor, assignment_id: int, *, light: Light | None, reason: str, now: datetime
) -> Judgement:
    """Judges the class of a duty from today until the unit files for the next period.

    Raises NotAllowed for anybody outside the office, Invalid without a class or reason, Conflict for what is late or
    no longer runs.
    """
    duty = find_assignment(session, actor, assignment_id)
    task, today = duty.task, office_date(now)
    if not actor.is_office or task.jurisdiction_id != actor.jurisdiction_id:
        raise NotAllowed("认定由领导小组办公室作出。")
    if task.state not in _RUNNING or duty.state not in OPEN_DUTIES:
        raise Conflict("这项分工已不在办理中，不能认定。")
    if light_of(duty, today) is Light.LATE:
        raise Conflict("逾期以完成时限为准，不能另行认定；确需调整的，请按程序调整时限。")
    _check(light, reason)
    assert light is not None  # noqa: S101 - checked above
    until_on = _until(session, duty, today)
    judgement = Judgement(
        assignment_id=duty.id,
        jurisdiction_id=duty.jurisdiction_id,
        period=month_of(today),
        light=light,
        reason=reason.strip(),
        from_on=today,
        until_on=until_on,
        judged_by_id=actor.user_id,
        judged_at=now,
    )
    session.add(judgement)
    session.flush()
    duty.judged_light, duty.judged_on, duty.judged_until_on = light, today, until_on
    duty.judged_reason = reason.strip()
    refresh_lights(session, [task], now=now)
    words = f"认定{duty.unit.name}的分工为“{light.label}”：{name_of(task)}"
    audit.record(session, actor, "task.judge", task, summary=words, now=now, words=reason.strip(), unit=duty.unit.name)
    body = f"办公室将{name_of(task)}认定为“{light.label}”，理由：{reason.strip()}"
    notice = Notice(NoticeKind.JUDGED, f"judgement:{judgement.id}", f"认定为“{light.label}”", body, f"/tasks/{task.id}")
    heads = people_with(session, [Role.UNIT_HEAD, Role.LIAISON], on=today, unit_id=duty.unit_id)
    tell(session, heads, notice, now=now)
    return judgement


def _check(light: Light | None, reason: str) -> None:
    wrong = {}
    if light not in CHOICES:
        wrong["light"] = "请选择认定的类别；逾期以完成时限为准，不能认定。"
    if not reason.strip():
        wrong["judged_reason"] = "请说明认定的理由。"
    elif len(reason) > LONGEST:
        wrong["judged_reason"] = f"最多 {LONGEST} 字，请精简。"
    if wrong:
        raise Invalid(wrong)


def _until(session: Session, duty: Assignment, today: date) -> date:
    rule = rules_of(session, [duty.task.plan])[duty.plan_id]
    window = first_window_after(rule, today, load_calendar(session))
    until_on = window.opens_on if window is not None else first_of_next_month(today)
    return max(until_on, today + timedelta(days=1))
