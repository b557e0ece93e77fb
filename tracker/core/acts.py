"""What the life-cycle table answers: whether somebody may do something now, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.core.actions import Action, Relation, Rule, Situation, Subject
from tracker.core.terms import Labelled, ReasonCode, Role
from tracker.core.workflow import RULES, TABLE
from tracker.errors import Conflict, Invalid, NotAllowed

LONGEST = 5000
_ASKED_FOR: dict[str, str] = {
    "reason": "请说明理由。",
    "reason_code": "请选择退回原因。",
    "contact_name": "请填写联系人姓名。",
    "contact_phone": "请填写联系电话。",
    "progress": "请填写进展情况。",
    "report": "请填写完成情况报告。",
    "words": "请填写具体内容。",
    "basis": "请填写依据（会议、文件或领导批示）。",
    "person_in_charge": "请填写具体负责人。",
    "title": "请填写子任务内容。",
    "demand": "请填写办理要求。",
    "reply": "请填写回复内容。",
}


def allowed(
    action: Action,
    *,
    roles: frozenset[Role],
    relations: frozenset[Relation],
    has_lead: bool = True,
    is_one_person: bool = False,
) -> bool:
    """Whether somebody with these roles and relations may do this at all, whatever the state."""
    return any(
        who.role in roles
        and who.relation in relations
        and not (who.only_without_lead and has_lead)
        and who.if_one_person in (None, is_one_person)
        for who in RULES[action].who
    )


def _may(action: Action, situation: Situation) -> bool:
    return allowed(
        action,
        roles=situation.roles,
        relations=situation.relations,
        has_lead=situation.has_lead,
        is_one_person=situation.is_one_person,
    )


def check(action: Action, situation: Situation) -> Rule:
    """Gives the row of the table by which the act may be done now.

    Raises NotAllowed for the wrong person, Conflict for the wrong state, Invalid("") for an unmet need.
    """
    rule = RULES[action]
    if not _may(action, situation):
        raise NotAllowed(f"您不能对这项任务进行“{action.label}”，请由有权限的人员办理。")
    if not _fits(rule, situation):
        raise Conflict(f"{_standing(rule, situation)}，不能进行“{action.label}”。可能已有人先行处理，请刷新后查看。")
    for need in rule.needs:
        if need in situation.unmet:
            raise Invalid({"": need.label})
    return rule


def check_inputs(action: Action, values: Mapping[str, str]) -> None:
    """Raises Invalid with a sentence for each required field that is blank, too long or not one of its choices."""
    wrong = {name: _ASKED_FOR[name] for name in RULES[action].inputs if not values.get(name, "").strip()}
    wrong |= {name: f"最多 {LONGEST} 字，请精简。" for name in values if len(values[name]) > LONGEST}
    code = values.get("reason_code", "")
    if "reason_code" in RULES[action].inputs and code not in {member.value for member in ReasonCode}:
        wrong["reason_code"] = _ASKED_FOR["reason_code"]
    if wrong:
        raise Invalid(wrong)


def offered(situation: Situation, subject: Subject) -> tuple[tuple[Action, str | None], ...]:
    """Gives the acts open to this person in this state, each with the sentence of what still stands in its way."""
    found: list[tuple[Action, str | None]] = []
    for rule in (rule for rule in TABLE if rule.subject is subject):
        if _may(rule.action, situation) and _fits(rule, situation):
            found.append((rule.action, next((need.label for need in rule.needs if need in situation.unmet), None)))
    return tuple(found)


def _fits(rule: Rule, situation: Situation) -> bool:
    return (
        (not rule.task_from or situation.task_state in rule.task_from)
        and (not rule.duty_from or situation.duty_state in rule.duty_from)
        and (not rule.report_from or situation.report_status in rule.report_from)
        and (not rule.request_from or situation.request_status in rule.request_from)
    )


def _standing(rule: Rule, situation: Situation) -> str:
    if rule.task_from and situation.task_state not in rule.task_from:
        return f"任务当前为“{situation.task_state.label}”"
    if rule.duty_from and situation.duty_state is not None:
        return f"该单位的分工当前为“{situation.duty_state.label}”"
    if rule.report_from and situation.report_status is not None:
        return f"该报送当前为“{situation.report_status.label}”"
    if rule.request_from and situation.request_status is not None:
        return f"该事项当前为“{_label(situation.request_status)}”"
    return "当前状态"


def _label(status: str) -> str:
    return status.label if isinstance(status, Labelled) else status
