"""The words of the field: every state, role and kind, each with its stored value and its shown label."""

from __future__ import annotations

from enum import StrEnum


class Labelled(StrEnum):
    """A member is its stored value and carries the Chinese label that pages show."""

    label: str

    def __new__(cls, value: str, label: str) -> Labelled:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class JurisdictionLevel(Labelled):
    """Level of a jurisdiction (辖区)."""

    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县"
    TOWNSHIP = "township", "乡镇"


class UnitKind(Labelled):
    """Kind of a unit (单位)."""

    DEPARTMENT = "department", "部门"
    PARTY = "party", "党委部门"
    COUNTY = "county", "县（市、区）政府"
    TOWNSHIP = "township", "乡镇（街道）"
    ZONE = "zone", "开发区管委会"
    COMPANY = "company", "企业"
    VERTICAL = "vertical", "垂管单位"
    INSTITUTION = "institution", "事业单位"
    HIGHER = "higher", "上级单位"


class Role(Labelled):
    """What a person is in this product."""

    OFFICER = "officer", "办公室经办人"
    OFFICE_HEAD = "office_head", "办公室负责人"
    LIAISON = "liaison", "单位联络员"
    UNIT_HEAD = "unit_head", "单位负责人"
    LEADER = "leader", "领导"
    SYS_ADMIN = "sys_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


class DutyRole(Labelled):
    """A unit's duty in a task (责任分工), strongest first."""

    LEAD = "lead", "牵头"
    RESPONSIBLE = "responsible", "责任"
    COOPERATING = "cooperating", "配合"

    @property
    def strength(self) -> int:
        """Rank for choosing the stronger of two duties; the higher one wins."""
        return {"lead": 3, "responsible": 2, "cooperating": 1}[self.value]


class TaskKind(Labelled):
    """Whether a numbered item is a task or a measure of a chapter on guarantees (保障措施)."""

    TASK = "task", "任务"
    MEASURE = "measure", "保障措施"


class TaskState(Labelled):
    """State of a Task (任务)."""

    DRAFT = "draft", "草拟"
    PENDING_APPROVAL = "pending_approval", "待立项"
    IN_PROGRESS = "in_progress", "办理中"
    UNDER_REVIEW = "under_review", "待审核"
    CLOSED = "closed", "已办结"
    ARCHIVED = "archived", "已销号"
    SUSPENDED = "suspended", "中止"
    TERMINATED = "terminated", "终止"
    SUPERSEDED = "superseded", "已修订"
    STANDING = "standing", "常态化"


class AssignmentState(Labelled):
    """State of an Assignment (责任分工)."""

    PLANNED = "planned", "待交办"
    ISSUED = "issued", "待签收"
    IN_PROGRESS = "in_progress", "办理中"
    SUBMITTED = "submitted", "已报送完成"
    DONE = "done", "已完成"
    WAIVED = "waived", "调整退出"


class PlanStatus(Labelled):
    """Where a plan stands as a whole."""

    PREPARING = "preparing", "未交办"
    ISSUED = "issued", "执行中"
    CLOSED = "closed", "已办结"


class DraftStatus(Labelled):
    """Where an import stands."""

    REVIEWING = "reviewing", "核对中"
    ACCEPTED = "accepted", "已入库"
    DISCARDED = "discarded", "已放弃"


class LeadMode(Labelled):
    """Who leads a task whose document prints no lead."""

    FIRST = "first", "首位单位牵头"
    EACH = "each", "各负其责"


class DueMode(Labelled):
    """Which date a task without a printed deadline is due."""

    PLAN_END = "plan_end", "方案期末日"
    STANDING = "standing", "长期坚持"
    BY_HAND = "by_hand", "逐项填写"


class DueRoll(Labelled):
    """Where a due date goes that falls on a day off."""

    STAY = "stay", "不顺延"
    BEFORE = "before", "提前到前一个工作日"
    AFTER = "after", "顺延到后一个工作日"


class DueBasis(Labelled):
    """Where a due date comes from."""

    PRINTED = "printed", "文件载明"
    PLAN_END = "plan_end", "方案期末"
    BY_HAND = "by_hand", "经办人填写"
    EXTENDED = "extended", "批准延期"
    MOVED = "moved", "领导决定调整"


class FilingMode(Labelled):
    """Who files progress (报送方式)."""

    LEAD = "lead", "牵头汇总报送"
    LEAD_AND_RESPONSIBLE = "lead_and_responsible", "牵头和责任单位报送"
    EACH = "each", "各报各的"


class PeriodKind(Labelled):
    """How often a plan wants progress filed (报送期)."""

    MONTH = "month", "按月报送"
    QUARTER = "quarter", "按季度报送"
    HALF_YEAR = "half_year", "每半年报送"
    YEAR = "year", "每年报送"
    NONE = "none", "不定期报送"


class FilingStatus(Labelled):
    """Where a unit's filing of a period (报送表) stands."""

    DRAFT = "draft", "填报中"
    AWAITING = "awaiting", "待签发"
    SIGNED = "signed", "已签发"


class MatterStatus(Labelled):
    """Where a matter that needs coordination (需协调事项) stands."""

    OPEN = "open", "待研究"
    IN_HAND = "in_hand", "协调中"
    SETTLED = "settled", "已解决"
    DECLINED = "declined", "不予协调"


class ReportStatus(Labelled):
    """Where a progress report (进展报送) or a request stands; an unsigned one has not left its unit."""

    DRAFT = "draft", "草稿"
    AWAITING = "awaiting", "待签发"
    SUBMITTED = "submitted", "待审核"
    PASSED = "passed", "已通过"
    SENT_BACK = "sent_back", "已退回"


class ReasonCode(Labelled):
    """Why something was sent back (退回原因)."""

    INCOMPLETE = "incomplete", "内容不完整"
    NO_EVIDENCE = "no_evidence", "缺少佐证材料"
    NOT_DONE = "not_done", "未达到完成标准"
    MISMATCH = "mismatch", "数据与材料不符"
    OTHER = "other", "其他"


class NameDecision(Labelled):
    """What was decided about a printed unit name of an import."""

    PENDING = "pending", "待确认"
    UNIT = "unit", "对应单位"
    GROUP = "group", "对应单位组"
    NEW = "new", "新建单位"
    NEW_GROUP = "new_group", "新建单位组"
    IGNORED = "ignored", "不作为单位"


class Channel(Labelled):
    """The way a notification goes to its person."""

    INBOX = "inbox", "站内消息"
    SMTP = "smtp", "电子邮件"
    WEBHOOK = "webhook", "通用接口"
    WECOM = "wecom", "企业微信机器人"
    DINGTALK = "dingtalk", "钉钉机器人"
    FEISHU = "feishu", "飞书机器人"


class DeliveryStatus(Labelled):
    """Where a notification stands on its way out."""

    PENDING = "pending", "待发送"
    CLAIMED = "claimed", "发送中"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"
    WITHDRAWN = "withdrawn", "无需发送"


class AttemptOutcome(Labelled):
    """What came of one attempt to hand a message over."""

    BEGUN = "begun", "发送中"
    SENT = "sent", "已送达"
    PASSING = "passing", "暂未送达"
    REFUSED = "refused", "被拒收"
    UNKNOWN = "unknown", "结果不明"


class UrgeChannel(Labelled):
    """How a unit was urged (催办)."""

    SYSTEM = "system", "系统催办"
    PHONE = "phone", "电话催办"


class NoticeKind(Labelled):
    """What a notification is about."""

    DIGEST = "digest", "督办提醒"
    SUBMITTED = "submitted", "提请立项"
    ISSUED = "issued", "任务交办"
    REJECTED = "rejected", "立项驳回"
    SENT_BACK = "sent_back", "退回补办"
    CLOSING = "closing", "申请办结"
    CLOSED = "closed", "办结通知"
    FILED = "filed", "进展报送"
    URGED = "urged", "催办"
    ACKNOWLEDGED = "acknowledged", "签收"
    FINISHED = "finished", "分工完成"
    ARCHIVED = "archived", "销号"
    BREAKDOWN = "breakdown", "年度分解"
    ADJUSTMENT = "adjustment", "调整分工"
    DEADLINE = "deadline", "时限变更"
    DECISION = "decision", "督办决定"
    SLIP = "slip", "督办单"
    INSTRUCTION = "instruction", "批示"
    REVIVED = "revived", "恢复督办"
    JUDGED = "judged", "认定"
    COORDINATION = "coordination", "需协调事项"
    SERIES = "series", "数据发布"
    VERIFICATION = "verification", "核实"
    REPORT = "report", "督查通报"
    SYSTEM = "system", "系统提示"
    TEST = "test", "通道测试"


class RegisterKind(Labelled):
    """A register (编号登记簿) that papers take their numbers from, one series a year."""

    BULLETIN = "bulletin", "通报"
    SPECIAL = "special", "专报"
    ACCOUNT = "account", "报告"
    SLIP = "slip", "督办单"
    PROMPT = "prompt", "工作提示函"
    ASSIGNING = "assigning", "交办通知"


class RequestStatus(Labelled):
    """Where a request of a unit, or a proposal of the officer, stands until it is decided."""

    ASKED = "asked", "待审核"
    CHECKED = "checked", "待负责人审批"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "未同意"


class ProposalStatus(Labelled):
    """Where the taking over of a running plan (存量建账) or a revised edition of it (修订稿) stands."""

    DRAFT = "draft", "核对中"
    SUBMITTED = "submitted", "待审批"
    DONE = "done", "已执行"


class AdjustmentKind(Labelled):
    """What an adjustment of duties does (调整分工)."""

    ADD = "add", "增加单位"
    REMOVE = "remove", "退出"
    REPLACE = "replace", "更换单位"
    CHANGE_ROLE = "change_role", "变更职责"
    MERGE = "merge", "合并职责"
    SPLIT = "split", "拆分职责"


class DueChangeKind(Labelled):
    """How a due date came to be another."""

    EXTENSION = "extension", "批准延期"
    DECISION = "decision", "调整时限"


class SlipLevel(Labelled):
    """Step of a slip (督办单), one at a time."""

    BLUE = "blue", "蓝色"
    YELLOW = "yellow", "黄色"
    RED = "red", "红色"


class SlipForm(Labelled):
    """The paper a slip is: units outside the government's command get a letter."""

    SLIP = "slip", "督办单"
    LETTER = "letter", "工作提示函"


class SlipStatus(Labelled):
    """Where a slip stands."""

    ISSUED = "issued", "待回复"
    ANSWERED = "answered", "已回复待审"
    PASSED = "passed", "已销号"
    REJECTED = "rejected", "回复未获认可"
    FOLLOWED = "followed", "已升级"


class InstructionSort(Labelled):
    """What the officer sorts an instruction (批示) as; only 办理 owes a reply."""

    READ = "read", "阅知"
    STUDY = "study", "阅研"
    HANDLE = "handle", "办理"


class InstructionStatus(Labelled):
    """Where an instruction stands."""

    ENTERED = "entered", "待分办"
    NOTED = "noted", "已分送"
    OWED = "owed", "办理中"
    DONE = "done", "已办结"


class ReplyStatus(Labelled):
    """Where one unit's reply to an instruction stands."""

    OWED = "owed", "待回复"
    ANSWERED = "answered", "已回复待审"
    PASSED = "passed", "已审结"
    NOTED = "noted", "已送阅"


class BehalfSource(Labelled):
    """Where an act that the office enters for a unit or a leader (代录) was received from."""

    STAMPED = "stamped", "盖章件"
    PHONE = "phone", "电话"
    MEETING = "meeting", "会议"


class CheckOutcome(Labelled):
    """What a look-back (回头看) found."""

    HELD = "held", "成效巩固"
    FAILED = "failed", "问题反弹"


class Grade(Labelled):
    """How well a task was closed, where the plan uses grades."""

    EXCELLENT = "excellent", "优秀"
    GOOD = "good", "良好"
    PASS = "pass", "合格"


class SupervisionKind(Labelled):
    """Who a supervision report is for (督查通报): all units, the level above, or the leaders."""

    BULLETIN = "bulletin", "通报"
    SPECIAL = "special", "专报"
    ACCOUNT = "account", "报告"


class SupervisionStatus(Labelled):
    """Where a supervision report stands on its way out."""

    DRAFT = "draft", "草拟"
    VERIFYING = "verifying", "核实中"
    CHECKED = "checked", "待签发"
    ISSUED = "issued", "已印发"
    WITHDRAWN = "withdrawn", "已撤回"


class SnapshotRowKind(Labelled):
    """What a row of a snapshot is about."""

    TASK = "task", "任务"
    LATE = "late", "逾期和滞后事项"
    CONCERN = "concern", "需协调事项"
    FILING = "filing", "报送情况"
    PROMISE = "promise", "目标指标"
    SLIP = "slip", "督办单"
    INSTRUCTION = "instruction", "批示"
    BURDEN = "burden", "单位负担"


class Agreement(Labelled):
    """What a unit answers on a row it was asked to verify (核实)."""

    AGREED = "agreed", "属实"
    DISPUTED = "disputed", "有异议"


class SeriesShape(Labelled):
    """What one value of a measured series says: how it stands, what the period brought, or the year so far."""

    LEVEL = "level", "时点数"
    FLOW = "flow", "当期数"
    TO_DATE = "to_date", "本年累计数"


class ProgressKind(Labelled):
    """How a value is held against a target (目标值)."""

    AT_LEAST = "at_least", "不低于"
    AT_MOST = "at_most", "不高于"
    GROWTH = "growth", "增长"
    CUMULATIVE = "cumulative", "累计"
    EACH_YEAR = "each_year", "每年"
