"""The words of the life-cycle table: what can be done, how people stand to it, what must hold, who is told.

The table itself is core/workflow.py. Source: DESIGN 5.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from tracker.core.terms import AssignmentState, Labelled, ReportStatus, Role, TaskState


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
    CHECK_CLOSING = "check_closing", "初审通过"
    URGE = "urge", "催办"
    ARCHIVE = "archive", "销号"
    BREAK_DOWN = "break_down", "报年度分解"
    CONFIRM_BREAKDOWN = "confirm_breakdown", "确认年度分解"
    SEND_BACK_BREAKDOWN = "send_back_breakdown", "退回年度分解"
    GIVE_SUBTASK = "give_subtask", "分解子任务"
    ASK_PARTNERS = "ask_partners", "请各单位确认完成"
    ASK_ADJUSTMENT = "ask_adjustment", "申请调整分工"
    DECLINE_ADJUSTMENT = "decline_adjustment", "不同意调整"
    ADJUST = "adjust", "调整分工"
    APPROVE_ADJUSTMENT = "approve_adjustment", "批准调整分工"
    REFUSE_ADJUSTMENT = "refuse_adjustment", "不批准调整分工"
    ASK_EXTENSION = "ask_extension", "申请延期"
    CHECK_EXTENSION = "check_extension", "初审同意延期"
    GRANT_EXTENSION = "grant_extension", "同意延期"
    REFUSE_EXTENSION = "refuse_extension", "不同意延期"
    MOVE_DUE = "move_due", "调整时限"
    MAKE_STANDING = "make_standing", "转常态化"
    SUSPEND = "suspend", "中止"
    RESUME = "resume", "恢复办理"
    TERMINATE = "terminate", "终止"
    LOOK_BACK = "look_back", "回头看"
    REOPEN = "reopen", "恢复督办"
    ISSUE_SLIP = "issue_slip", "发督办单"
    RAISE_SLIP = "raise_slip", "升级督办单"
    ANSWER_SLIP = "answer_slip", "回复督办单"
    PASS_SLIP = "pass_slip", "认可回复"
    REJECT_SLIP = "reject_slip", "不认可回复"
    INSTRUCT = "instruct", "批示"
    SORT_INSTRUCTION = "sort_instruction", "分办批示"
    ANSWER_INSTRUCTION = "answer_instruction", "回复批示"
    PASS_ANSWER = "pass_answer", "审结批示回复"
    SEND_BACK_ANSWER = "send_back_answer", "退回批示回复"


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
    PARTNERS = "partners"
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
    SUBTASKS_FINISHED = "are_subtasks_finished", "还有子任务没有完成，待其全部完成后才能申请办结。"
    NOT_OWN_WORK = "is_others_work", "本人报送或申请的事项须由他人审核。"
    NOT_CHECKED = "is_unchecked", "已经初审通过，请等待办公室负责人批准。"
    MAY_CLOSE = "may_close", "办结须先由经办人初审，再由办公室负责人批准。"
    READ = "was_read", "办结后的阅示期未满，或阅示期内有批示尚未办结，暂不能销号。"
    IS_LEADER = "is_leader", "只有本任务的牵头单位可以分解；子任务不再向下分解。"
    BREAKDOWN_WANTED = "is_breakdown_wanted", "已有年度分解待办公室确认，请等待结果。"
    IN_TIME = "is_in_time", "完成时限已过。按规定，延期须在到期前申请；逾期后只能由领导决定调整时限。"
    HAS_DUE = "has_due_date", "本项没有完成时限，无需申请延期。"
    NO_EXTENSION = "has_no_extension", "已有延期申请待审批，请等待结果。"
    MAY_GRANT = "may_grant", "延期天数超过经办人可直接同意的范围，须经办人初审后由办公室负责人批准。"
    OVERDUE = "is_overdue", "完成时限未到，请由责任单位申请延期；只有逾期后才能由领导决定调整时限。"
    NO_ADJUSTMENT = "has_no_adjustment", "已有调整分工的申请或方案待审批，请等待结果。"
    CHECK_FAILED = "has_failed_check", "恢复督办须有回头看未通过的记录，或由领导批示。"
    FIRST_SLIP = "is_first_slip", "已发过蓝色督办单，升级须由办公室负责人办理。"
    HAS_SLIP = "has_slip", "还没有发过蓝色督办单，请先由经办人发出。"
    SLIP_STEP = "is_next_slip", "上一张督办单尚未到回复期限，或已按期回复、说明理由，暂不能再发。"
    BELOW_RED = "is_below_red", "已发红色督办单，不再升级；请报请领导批示或提请约谈。"
    NOT_STANDING = "is_not_standing", "长期坚持的任务不设完成时限。"


class Subject(StrEnum):
    """What an act is done to."""

    TASK = "task"
    DUTY = "duty"
    REPORT = "report"
    BREAKDOWN = "breakdown"
    EXTENSION = "extension"
    ADJUSTMENT_REQUEST = "adjustment_request"
    ADJUSTMENT = "adjustment"
    SLIP = "slip"
    INSTRUCTION = "instruction"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Who:
    """One kind of person who may act: a role together with a relation to what is acted on.

    `if_one_person` restricts it to jurisdictions where one person does both steps (一人经办), or where two do.
    """

    role: Role
    relation: Relation
    only_without_lead: bool = False
    if_one_person: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table. An empty `duty_from` or `report_from` means that the act is not about one.

    `of` names a record besides task, duty and report that the act is done to; `request_from` and `request_to` are its
    status before and after. An empty `task_from` means that the state of the task does not matter.
    """

    action: Action
    task_from: frozenset[TaskState]
    task_to: TaskState | None = None
    of: Subject | None = None
    request_from: frozenset[str] = frozenset()
    request_to: str | None = None
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
        if self.of is not None:
            return self.of
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
    request_status: str | None = None
    has_lead: bool = True
    is_one_person: bool = False
    unmet: frozenset[Need] = field(default_factory=frozenset)
