"""The life of a task after acceptance, as one table: who may do what, from which state to which, and who is told.

Services enforce it, pages take their buttons from it, a test walks every state × action × role × relation.
Source: DESIGN 5.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tracker.core.terms import AssignmentState, Labelled, ReasonCode, ReportStatus, Role, TaskState
from tracker.errors import Conflict, Invalid, NotAllowed


class Action(Labelled):
    """What can be done to a task, a unit's duty in it, or a report on that duty."""

    SUBMIT = "submit", "提请立项"
    APPROVE = "approve", "立项交办"
    REJECT = "reject", "驳回"
    ACKNOWLEDGE = "acknowledge", "签收"
    FILE = "file", "报送进展"
    PASS_REPORT = "pass_report", "审核通过"
    SEND_BACK_REPORT = "send_back_report", "退回补报"
    FINISH_PART = "finish_part", "报送完成情况"
    ACCEPT_PART = "accept_part", "认可完成"
    SEND_BACK_PART = "send_back_part", "退回继续办理"
    ASK_TO_CLOSE = "ask_to_close", "申请办结"
    CLOSE = "close", "办结"
    SEND_BACK_CLOSING = "send_back_closing", "退回补办"
    URGE = "urge", "催办"
    ARCHIVE = "archive", "销号"


class Relation(StrEnum):
    """How the actor stands to what is acted on."""

    JURISDICTION = "jurisdiction"  # the task lies in the actor's jurisdiction
    FIRST_LEAD = "first_lead"  # the actor's unit is the first lead (首位责任单位) of the task
    OWN_DUTY = "own_duty"  # the duty acted on is that of the actor's unit


class Told(StrEnum):
    """Who hears of an act."""

    OFFICE_HEAD = "office_head"
    OFFICER = "officer"
    LEAD_UNIT = "lead_unit"
    DUTY_UNIT = "duty_unit"
    ALL_UNITS = "all_units"
    LEADER_IN_CHARGE = "leader_in_charge"


class Need(Labelled):
    """What must hold of the task itself; the label says what is wrong when it does not."""

    RESOLVED = "is_resolved", "还没有确定责任单位，或所列单位已停用、单位组没有成员，请先补齐。"
    DATED = "is_dated", "没有完成时限及其依据，也没有注明长期坚持，请先补齐。"
    FINAL = "is_final", "来源文件是征求意见稿，不能立项交办；请待正式印发后导入正式稿。"
    BASIS = "has_basis", "没有立项依据：请先填写方案的发文字号，或该任务的会议、批示依据。"
    FILES = "files", "按本方案的报送方式，这项分工由牵头单位汇总报送，贵单位无需单独报送。"
    NOT_FIRST_LEAD = "is_partner", "首位牵头单位不单独报送完成情况，请在各单位完成后申请办结。"
    ACKNOWLEDGED = "is_acknowledged", "牵头单位还没有签收这项任务，请先签收。"
    OTHERS_FINISHED = "are_others_finished", "还有其他单位的分工没有完成，待其全部完成或退出后才能申请办结。"
    NOT_OWN_WORK = "is_others_work", "本人报送或申请的事项须由他人审核。"


class Subject(StrEnum):
    """What an act is done to."""

    TASK = "task"
    DUTY = "duty"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Who:
    """One kind of person who may act: a role together with a relation to what is acted on."""

    role: Role
    relation: Relation
    only_without_lead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table. An empty `duty_from` or `report_from` means that the act is not about one."""

    action: Action
    task_from: frozenset[TaskState]
    task_to: TaskState | None = None
    duty_from: frozenset[AssignmentState] = frozenset()
    duty_to: AssignmentState | None = None
    report_from: frozenset[ReportStatus] = frozenset()
    report_to: ReportStatus | None = None
    who: tuple[Who, ...]
    needs: tuple[Need, ...] = ()
    inputs: tuple[str, ...] = ()
    tells: tuple[Told, ...] = ()

    @property
    def subject(self) -> Subject:
        """What the act is done to."""
        if self.report_from:
            return Subject.REPORT
        return Subject.DUTY if self.duty_from else Subject.TASK


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything the table asks about one actor and one task, duty or report."""

    roles: frozenset[Role]
    relations: frozenset[Relation]
    task_state: TaskState
    duty_state: AssignmentState | None = None
    report_status: ReportStatus | None = None
    has_lead: bool = True
    unmet: frozenset[Need] = field(default_factory=frozenset)


_T, _A, _S = TaskState, AssignmentState, ReportStatus
_OFFICE = (Who(Role.OFFICER, Relation.JURISDICTION), Who(Role.OFFICE_HEAD, Relation.JURISDICTION))
_APPROVERS = (Who(Role.OFFICE_HEAD, Relation.JURISDICTION), Who(Role.LEADER, Relation.JURISDICTION))
_OWN_UNIT = (Who(Role.LIAISON, Relation.OWN_DUTY), Who(Role.UNIT_HEAD, Relation.OWN_DUTY))
_LEAD_UNIT = (Who(Role.LIAISON, Relation.FIRST_LEAD), Who(Role.UNIT_HEAD, Relation.FIRST_LEAD))
_OFFICE_WITHOUT_LEAD = tuple(Who(each.role, each.relation, only_without_lead=True) for each in _OFFICE)
_REASON = ("reason_code", "reason")

TABLE: tuple[Rule, ...] = (
    Rule(
        action=Action.SUBMIT,
        task_from=frozenset({_T.DRAFT}),
        task_to=_T.PENDING_APPROVAL,
        who=(Who(Role.OFFICER, Relation.JURISDICTION),),
        needs=(Need.FINAL, Need.RESOLVED, Need.DATED),
        tells=(Told.OFFICE_HEAD,),
    ),
    Rule(
        action=Action.APPROVE,
        task_from=frozenset({_T.PENDING_APPROVAL}),
        task_to=_T.IN_PROGRESS,
        who=_APPROVERS,
        needs=(Need.FINAL, Need.RESOLVED, Need.DATED, Need.BASIS),
        tells=(Told.ALL_UNITS,),
    ),
    Rule(
        action=Action.REJECT,
        task_from=frozenset({_T.PENDING_APPROVAL}),
        task_to=_T.DRAFT,
        who=_APPROVERS,
        inputs=("reason",),
        tells=(Told.OFFICER,),
    ),
    Rule(
        action=Action.ACKNOWLEDGE,
        task_from=frozenset({_T.IN_PROGRESS}),
        duty_from=frozenset({_A.ISSUED}),
        duty_to=_A.IN_PROGRESS,
        who=_OWN_UNIT,
        inputs=("contact_name", "contact_phone"),
        tells=(Told.LEAD_UNIT, Told.OFFICER),
    ),
    Rule(
        action=Action.FILE,
        task_from=frozenset({_T.IN_PROGRESS}),
        duty_from=frozenset({_A.IN_PROGRESS}),
        who=_OWN_UNIT,
        needs=(Need.FILES,),
        inputs=("progress",),
        tells=(Told.OFFICER,),
    ),
    Rule(
        action=Action.PASS_REPORT,
        task_from=frozenset({_T.IN_PROGRESS, _T.UNDER_REVIEW, _T.CLOSED}),
        report_from=frozenset({_S.SUBMITTED}),
        report_to=_S.PASSED,
        who=_OFFICE,
        needs=(Need.NOT_OWN_WORK,),
    ),
    Rule(
        action=Action.SEND_BACK_REPORT,
        task_from=frozenset({_T.IN_PROGRESS}),
        report_from=frozenset({_S.SUBMITTED}),
        report_to=_S.SENT_BACK,
        who=_OFFICE,
        needs=(Need.NOT_OWN_WORK,),
        inputs=_REASON,
        tells=(Told.DUTY_UNIT,),
    ),
    Rule(
        action=Action.FINISH_PART,
        task_from=frozenset({_T.IN_PROGRESS}),
        duty_from=frozenset({_A.IN_PROGRESS}),
        duty_to=_A.SUBMITTED,
        who=_OWN_UNIT,
        needs=(Need.NOT_FIRST_LEAD,),
        inputs=("progress",),
        tells=(Told.LEAD_UNIT,),
    ),
    Rule(
        action=Action.ACCEPT_PART,
        task_from=frozenset({_T.IN_PROGRESS}),
        duty_from=frozenset({_A.SUBMITTED}),
        duty_to=_A.DONE,
        who=_LEAD_UNIT + _OFFICE_WITHOUT_LEAD,
        needs=(Need.NOT_OWN_WORK,),
        tells=(Told.DUTY_UNIT,),
    ),
    Rule(
        action=Action.SEND_BACK_PART,
        task_from=frozenset({_T.IN_PROGRESS}),
        duty_from=frozenset({_A.SUBMITTED}),
        duty_to=_A.IN_PROGRESS,
        who=_LEAD_UNIT + _OFFICE_WITHOUT_LEAD,
        needs=(Need.NOT_OWN_WORK,),
        inputs=_REASON,
        tells=(Told.DUTY_UNIT,),
    ),
    Rule(
        action=Action.ASK_TO_CLOSE,
        task_from=frozenset({_T.IN_PROGRESS}),
        task_to=_T.UNDER_REVIEW,
        who=(
            Who(Role.UNIT_HEAD, Relation.FIRST_LEAD),
            Who(Role.OFFICER, Relation.JURISDICTION, only_without_lead=True),
        ),
        needs=(Need.ACKNOWLEDGED, Need.OTHERS_FINISHED),
        inputs=("report",),
        tells=(Told.OFFICER,),
    ),
    Rule(
        action=Action.CLOSE,
        task_from=frozenset({_T.UNDER_REVIEW}),
        task_to=_T.CLOSED,
        who=_OFFICE,
        needs=(Need.NOT_OWN_WORK,),
        tells=(Told.ALL_UNITS, Told.LEADER_IN_CHARGE),
    ),
    Rule(
        action=Action.SEND_BACK_CLOSING,
        task_from=frozenset({_T.UNDER_REVIEW}),
        task_to=_T.IN_PROGRESS,
        who=_OFFICE,
        needs=(Need.NOT_OWN_WORK,),
        inputs=_REASON,
        tells=(Told.LEAD_UNIT,),
    ),
    Rule(
        action=Action.URGE,
        task_from=frozenset({_T.IN_PROGRESS}),
        duty_from=frozenset({_A.ISSUED, _A.IN_PROGRESS}),
        who=_OFFICE,
        inputs=("words",),
        tells=(Told.DUTY_UNIT,),
    ),
    Rule(
        action=Action.ARCHIVE,
        task_from=frozenset({_T.CLOSED}),
        task_to=_T.ARCHIVED,
        who=(Who(Role.OFFICE_HEAD, Relation.JURISDICTION),),
        tells=(Told.ALL_UNITS,),
    ),
)
RULES: dict[Action, Rule] = {rule.action: rule for rule in TABLE}

LONGEST = 5000
_ASKED_FOR: dict[str, str] = {
    "reason": "请说明理由。",
    "reason_code": "请选择退回原因。",
    "contact_name": "请填写联系人姓名。",
    "contact_phone": "请填写联系电话。",
    "progress": "请填写进展情况。",
    "report": "请填写完成情况报告。",
    "words": "请填写催办内容。",
}


def allowed(action: Action, *, roles: frozenset[Role], relations: frozenset[Relation], has_lead: bool = True) -> bool:
    """Whether somebody with these roles and relations may do this at all, whatever the state."""
    return any(
        who.role in roles and who.relation in relations and not (who.only_without_lead and has_lead)
        for who in RULES[action].who
    )


def check(action: Action, situation: Situation) -> Rule:
    """Gives the row of the table by which the act may be done now.

    Raises NotAllowed for the wrong person, Conflict for the wrong state, Invalid("") for an unmet need.
    """
    rule = RULES[action]
    if not allowed(action, roles=situation.roles, relations=situation.relations, has_lead=situation.has_lead):
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


def available(situation: Situation, subject: Subject) -> tuple[Action, ...]:
    """Gives the acts that can be done to the subject now, in the order of the table."""
    return tuple(action for action, hindrance in offered(situation, subject) if hindrance is None)


def offered(situation: Situation, subject: Subject) -> tuple[tuple[Action, str | None], ...]:
    """Gives the acts open to this person in this state, each with the sentence of what still stands in its way."""
    found: list[tuple[Action, str | None]] = []
    for rule in (rule for rule in TABLE if rule.subject is subject):
        is_allowed = allowed(
            rule.action, roles=situation.roles, relations=situation.relations, has_lead=situation.has_lead
        )
        if is_allowed and _fits(rule, situation):
            found.append((rule.action, next((need.label for need in rule.needs if need in situation.unmet), None)))
    return tuple(found)


def _fits(rule: Rule, situation: Situation) -> bool:
    return (
        situation.task_state in rule.task_from
        and (not rule.duty_from or situation.duty_state in rule.duty_from)
        and (not rule.report_from or situation.report_status in rule.report_from)
    )


def _standing(rule: Rule, situation: Situation) -> str:
    if situation.task_state not in rule.task_from:
        return f"任务当前为“{situation.task_state.label}”"
    if rule.duty_from and situation.duty_state is not None:
        return f"该单位的分工当前为“{situation.duty_state.label}”"
    if rule.report_from and situation.report_status is not None:
        return f"该报送当前为“{situation.report_status.label}”"
    return "当前状态"
