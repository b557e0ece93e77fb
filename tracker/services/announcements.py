"""What people are told of an act: one message to each person, about everything in the act that concerns them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.permissions import Actor
from tracker.core.terms import NoticeKind
from tracker.core.workflow import RULES
from tracker.db import office_date
from tracker.models import Assignment, Task, Unit, User
from tracker.services.audiences import audience
from tracker.services.notices import Notice, tell

_LISTED = 30
_BY_THE_UNIT = frozenset(
    {
        Action.ACKNOWLEDGE,
        Action.FILE,
        Action.FINISH_PART,
        Action.ASK_ADJUSTMENT,
        Action.ASK_EXTENSION,
        Action.ANSWER_SLIP,
        Action.ANSWER_INSTRUCTION,
    }
)


@dataclass(frozen=True, slots=True)
class _Wording:
    kind: NoticeKind
    subject: str


# {unit} is the unit of the one who acts, {what} the task, or the plan and how many tasks of it.
_WORDINGS: dict[Action, _Wording] = {
    Action.SUBMIT: _Wording(NoticeKind.SUBMITTED, "提请立项，请审批：{what}"),
    Action.APPROVE: _Wording(NoticeKind.ISSUED, "任务已交办，请签收：{what}"),
    Action.REJECT: _Wording(NoticeKind.REJECTED, "立项已驳回：{what}"),
    Action.ACKNOWLEDGE: _Wording(NoticeKind.ACKNOWLEDGED, "{unit}已签收：{what}"),
    Action.FILE: _Wording(NoticeKind.FILED, "{unit}报送了进展，请审核：{what}"),
    Action.SEND_BACK_REPORT: _Wording(NoticeKind.SENT_BACK, "进展报送已退回，请补报：{what}"),
    Action.FINISH_PART: _Wording(NoticeKind.FINISHED, "{unit}报送了完成情况，请认可：{what}"),
    Action.ACCEPT_PART: _Wording(NoticeKind.FINISHED, "所报完成情况已获认可：{what}"),
    Action.SEND_BACK_PART: _Wording(NoticeKind.SENT_BACK, "所报完成情况已退回，请继续办理：{what}"),
    Action.ASK_TO_CLOSE: _Wording(NoticeKind.CLOSING, "申请办结，请审核：{what}"),
    Action.CLOSE: _Wording(NoticeKind.CLOSED, "任务已办结：{what}"),
    Action.SEND_BACK_CLOSING: _Wording(NoticeKind.SENT_BACK, "办结申请已退回，请补办：{what}"),
    Action.URGE: _Wording(NoticeKind.URGED, "催办：{what}"),
    Action.ARCHIVE: _Wording(NoticeKind.ARCHIVED, "任务已销号：{what}"),
    Action.CHECK_CLOSING: _Wording(NoticeKind.CLOSING, "办结申请已初审，请批准：{what}"),
    Action.BREAK_DOWN: _Wording(NoticeKind.BREAKDOWN, "{unit}报送了年度分解，请确认：{what}"),
    Action.CONFIRM_BREAKDOWN: _Wording(NoticeKind.BREAKDOWN, "年度分解已确认：{what}"),
    Action.SEND_BACK_BREAKDOWN: _Wording(NoticeKind.SENT_BACK, "年度分解已退回，请重报：{what}"),
    Action.GIVE_SUBTASK: _Wording(NoticeKind.ISSUED, "{unit}分解了子任务，请签收：{what}"),
    Action.ASK_PARTNERS: _Wording(NoticeKind.FINISHED, "{unit}请贵单位确认完成情况：{what}"),
    Action.ASK_ADJUSTMENT: _Wording(NoticeKind.ADJUSTMENT, "{unit}申请调整分工，请审核：{what}"),
    Action.DECLINE_ADJUSTMENT: _Wording(NoticeKind.ADJUSTMENT, "调整分工的申请未获同意：{what}"),
    Action.ADJUST: _Wording(NoticeKind.ADJUSTMENT, "调整分工方案待批准：{what}"),
    Action.APPROVE_ADJUSTMENT: _Wording(NoticeKind.ADJUSTMENT, "分工已调整：{what}"),
    Action.REFUSE_ADJUSTMENT: _Wording(NoticeKind.ADJUSTMENT, "调整分工方案未获批准：{what}"),
    Action.ASK_EXTENSION: _Wording(NoticeKind.DEADLINE, "{unit}申请延期，请审核：{what}"),
    Action.CHECK_EXTENSION: _Wording(NoticeKind.DEADLINE, "延期申请已初审，请批准：{what}"),
    Action.GRANT_EXTENSION: _Wording(NoticeKind.DEADLINE, "延期申请已同意：{what}"),
    Action.REFUSE_EXTENSION: _Wording(NoticeKind.DEADLINE, "延期申请未获同意：{what}"),
    Action.MOVE_DUE: _Wording(NoticeKind.DEADLINE, "完成时限已调整：{what}"),
    Action.MAKE_STANDING: _Wording(NoticeKind.DECISION, "任务已转为常态化：{what}"),
    Action.SUSPEND: _Wording(NoticeKind.DECISION, "任务已中止：{what}"),
    Action.RESUME: _Wording(NoticeKind.DECISION, "任务已恢复办理：{what}"),
    Action.TERMINATE: _Wording(NoticeKind.DECISION, "任务已终止：{what}"),
    Action.LOOK_BACK: _Wording(NoticeKind.DECISION, "已对办结事项回头看：{what}"),
    Action.REOPEN: _Wording(NoticeKind.REVIVED, "任务已恢复督办：{what}"),
    Action.ISSUE_SLIP: _Wording(NoticeKind.SLIP, "督办事项请按期回复：{what}"),
    Action.RAISE_SLIP: _Wording(NoticeKind.SLIP, "督办事项升级，请按期回复：{what}"),
    Action.ANSWER_SLIP: _Wording(NoticeKind.SLIP, "{unit}回复了督办事项，请审核：{what}"),
    Action.PASS_SLIP: _Wording(NoticeKind.SLIP, "督办事项回复已获认可：{what}"),
    Action.REJECT_SLIP: _Wording(NoticeKind.SLIP, "督办事项回复未获认可，请重新回复：{what}"),
    Action.INSTRUCT: _Wording(NoticeKind.INSTRUCTION, "领导作出批示，请分办：{what}"),
    Action.ANSWER_INSTRUCTION: _Wording(NoticeKind.INSTRUCTION, "{unit}回复了批示，请审核：{what}"),
    Action.PASS_ANSWER: _Wording(NoticeKind.INSTRUCTION, "批示回复已审结：{what}"),
    Action.SEND_BACK_ANSWER: _Wording(NoticeKind.INSTRUCTION, "批示回复已退回，请补充：{what}"),
}


@dataclass(frozen=True, slots=True)
class About:
    """One task an act was about, with the duty where it was about one."""

    task: Task
    duty: Assignment | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """An act to be told: `topic` tells it apart from other acts of that day, `words` are the actor's own."""

    action: Action
    about: Sequence[About]
    topic: str
    words: str = ""


def name_of(task: Task) -> str:
    """Gives a task as messages and events name it: its printed number, title and part."""
    part = f"（第{task.part}部分）" if task.part else ""
    return f"{task.number}{task.title[:60]}{part}"


def what_was_done(action: Action, unit: str) -> str:
    """Gives an act as the trail words it: a unit's own act begins with its name, an act on its duty ends with it."""
    if not unit or action in _BY_THE_UNIT:
        return f"{unit}{action.label}"
    return f"{action.label}（{unit}）"


def announce(session: Session, actor: Actor, announcement: Announcement, *, now: datetime) -> int:
    """Tells everybody the table names, each once and of their own tasks only. Gives how many people."""
    hearers = audience(session, actor.user_id, today=office_date(now))
    people: dict[int, User] = {}
    concerning: dict[int, list[Task]] = {}
    for about in announcement.about:
        for told in RULES[announcement.action].tells:
            for person in hearers.of(told, about.task, about.duty):
                people[person.id] = person
                tasks = concerning.setdefault(person.id, [])
                if about.task not in tasks:
                    tasks.append(about.task)
    unit = session.get(Unit, actor.unit_id) if actor.unit_id else None
    for user_id, tasks in concerning.items():
        notice = _notice(announcement, people[user_id], tasks, unit.name if unit else actor.name)
        tell(session, [people[user_id]], notice, now=now)
    return len(people)


def _notice(announcement: Announcement, person: User, tasks: list[Task], unit: str) -> Notice:
    wording = _WORDINGS[announcement.action]
    first = tasks[0]
    is_one = len(tasks) == 1
    link = f"/tasks/{first.id}" if is_one else f"/plans/{first.plan_id}"
    what = name_of(first) if is_one else f"《{first.plan.title}》{len(tasks)}项任务"
    lines = [f"来源：《{first.plan.title}》"]
    lines += [_line(task, person) for task in tasks[:_LISTED]]
    if len(tasks) > _LISTED:
        lines.append(f"其余{len(tasks) - _LISTED}项请在系统中查看。")
    if announcement.words:
        lines.append(announcement.words)
    return Notice(
        kind=wording.kind,
        topic=announcement.topic,
        subject=wording.subject.format(unit=unit, what=what),
        body="\n".join(lines),
        link="/review" if announcement.action is Action.FILE else link,
    )


def _line(task: Task, person: User) -> str:
    own = next((duty for duty in task.assignments if duty.unit_id == person.unit_id), None)
    role = f"，贵单位为{own.role.label}单位" if own is not None else ""
    due_on = (own.due_on if own is not None else None) or task.due_on
    due = f"完成时限{due_on.isoformat()}" if due_on and not task.is_standing else "长期坚持"
    return f"· {name_of(task)}（{due}{role}）"
