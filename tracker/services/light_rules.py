"""How the lights of a plan are judged: what is near, what a schedule tolerates, where due dates on days off go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.terms import DueRoll
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import Plan, Task
from tracker.services import audit
from tracker.services.access import find_plan
from tracker.services.lights import refresh_lights


@dataclass(frozen=True, slots=True)
class LightRules:
    """The rules of one plan; numbers are None where nothing readable was typed."""

    near_workdays: int | None
    tolerance_points: int | None
    due_roll: DueRoll | None
    needs_breakdown: bool
    has_grades: bool


def light_rules(session: Session, actor: Actor, plan_id: int) -> tuple[LightRules, int]:
    """Gives the rules of a plan and its version. Raises NotFound, NotAllowed."""
    plan = _editable(session, actor, plan_id)
    rules = LightRules(
        near_workdays=plan.near_workdays,
        tolerance_points=plan.tolerance_points,
        due_roll=plan.due_roll,
        needs_breakdown=plan.needs_breakdown,
        has_grades=plan.has_grades,
    )
    return rules, plan.version


def edit_light_rules(
    session: Session, actor: Actor, plan_id: int, rules: LightRules, *, version: int, now: datetime
) -> int:
    """Sets the rules of a plan and recomputes its dates. Gives how many tasks were looked at.

    Raises Invalid for numbers out of range, Conflict where somebody else changed the plan meanwhile.
    """
    plan = _editable(session, actor, plan_id)
    if plan.version != version:
        raise Conflict("这份方案的设置刚被他人修改，请刷新后再改。")
    wrong = {}
    if rules.near_workdays is None or not 1 <= rules.near_workdays <= 60:
        wrong["near_workdays"] = "临期天数请填 1 到 60 的整数。"
    if rules.tolerance_points is None or rules.tolerance_points > 50:
        wrong["tolerance_points"] = "允许偏差请填 0 到 50 的整数。"
    if rules.due_roll is None:
        wrong["due_roll"] = "请选择时限遇休息日的处理。"
    if wrong:
        raise Invalid(wrong)
    for name in LightRules.__dataclass_fields__:
        setattr(plan, name, getattr(rules, name))
    session.flush()
    words = f"临期{rules.near_workdays}个工作日，允许偏差{rules.tolerance_points}个百分点"
    summary = f"《{plan.title[:60]}》亮灯规则：{words}"
    audit.record(session, actor, "plan.edit_light_rules", plan, summary=summary, now=now)
    tasks = session.scalars(select(Task).where(Task.plan_id == plan.id)).all()
    refresh_lights(session, tasks, now=now)
    return len(tasks)


def _editable(session: Session, actor: Actor, plan_id: int) -> Plan:
    plan = find_plan(session, actor, plan_id)
    if not actor.is_office:
        raise NotAllowed("亮灯规则由领导小组办公室设定。")
    return plan
