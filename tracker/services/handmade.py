"""Tasks typed by the office: what a meeting decided (会议议定事项), what a leader instructed, drafts to be mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor, Permission
from tracker.core.terms import (
    AssignmentState,
    DueBasis,
    DutyRole,
    FilingMode,
    LeadMode,
    PlanStatus,
    TaskKind,
    TaskState,
)
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import Assignment, GroupDuty, Plan, Task
from tracker.services import audit
from tracker.services.access import find_plan, find_task
from tracker.services.naming import Match, register_of

COLLECTIONS = {"meeting": "会议议定事项", "instruction": "领导批示事项"}


@dataclass(frozen=True, slots=True)
class HandTask:
    """A task as typed. `home` is the id of a plan, or a key of COLLECTIONS."""

    home: int | str
    title: str
    text: str
    basis: str
    number: str
    names: dict[DutyRole, list[str]]
    leader: str
    due_on: date | None
    is_standing: bool


def list_homes(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Gives (id, title) of the plans a task can be added to, newest first."""
    query = (
        select(Plan.id, Plan.title)
        .where(Plan.jurisdiction_id == actor.jurisdiction_id, Plan.status != PlanStatus.CLOSED)
        .order_by(Plan.id.desc())
    )
    return list(session.execute(query).tuples())


def list_unit_names(session: Session, actor: Actor, *, today: date) -> list[str]:
    """Gives every name of a unit or group that can be typed."""
    register = register_of(session, actor.jurisdiction_id, on=today)
    return [name for name, _ in register.units.values()] + list(register.groups.values())


def add_task(session: Session, actor: Actor, typed: HandTask, *, now: datetime) -> Task:
    """Makes a draft task with its duties in a plan, or in the collection its basis belongs to.

    Raises Invalid for missing words and for names that the registry does not know, each with the one it may mean.
    """
    if not actor.may(Permission.PLANS_IMPORT):
        raise NotAllowed("只有办公室人员可以添加任务。")
    matches = _checked(session, actor, typed, now)
    plan = _home(session, actor, typed.home, now)
    last = session.scalar(select(func.max(Task.position)).where(Task.plan_id == plan.id)) or 0
    task = Task(
        plan_id=plan.id,
        jurisdiction_id=plan.jurisdiction_id,
        position=last + 1,
        number=typed.number.strip(),
        kind=TaskKind.TASK,
        title=typed.title.strip(),
        text=typed.text.strip() or typed.title.strip(),
        basis=typed.basis.strip(),
        leader=typed.leader.strip(),
        state=TaskState.DRAFT,
        original_due_on=typed.due_on,
        due_on=typed.due_on,
        due_basis=DueBasis.BY_HAND if typed.due_on else None,
        is_standing=typed.is_standing,
        milestones=[],
    )
    session.add(task)
    session.flush()
    _add_duties(session, task, matches)
    session.flush()
    audit.record(
        session, actor, "task.add", task, summary=f"手工添加任务“{task.title[:60]}”", now=now, basis=task.basis
    )
    return task


def task_as_typed(session: Session, actor: Actor, task_id: int) -> tuple[HandTask, int]:
    """Gives a draft task as it would be typed, and its version. Raises Conflict once it is no draft any more."""
    task = _draft_task(session, actor, task_id)
    names: dict[DutyRole, list[str]] = {role: [] for role in DutyRole}
    for duty in task.assignments:
        names[duty.role].append(duty.unit.name)
    for group in task.group_duties:
        names[group.role].append(group.group.name)
    typed = HandTask(
        home=task.plan_id,
        title=task.title,
        text=task.text,
        basis=task.basis,
        number=task.number,
        names=names,
        leader=task.leader,
        due_on=task.due_on,
        is_standing=task.is_standing,
    )
    return typed, task.version


def edit_task(session: Session, actor: Actor, task_id: int, typed: HandTask, *, version: int, now: datetime) -> Task:
    """Rewrites a task that is still a draft, its duties included; `home` stays as it is.

    A task of a document may have no basis of its own: the document is its basis. Raises Invalid as add_task does,
    Conflict when somebody else changed it first or it has been submitted.
    """
    task = _draft_task(session, actor, task_id)
    if task.version != version:
        raise Conflict("就在您修改的时候，他人已经修改了这项任务。请对照最新内容后再保存。")
    matches = _checked(session, actor, typed, now, needs_basis=not task.plan.source_document_id)
    if typed.due_on != task.due_on:
        task.due_on = task.original_due_on = typed.due_on
        task.due_basis = DueBasis.BY_HAND if typed.due_on else None
    task.number, task.title = typed.number.strip(), typed.title.strip()
    task.text = typed.text.strip() or task.title
    task.basis, task.leader, task.is_standing = typed.basis.strip(), typed.leader.strip(), typed.is_standing
    for duty in [*task.assignments, *task.group_duties]:
        session.delete(duty)
    session.flush()
    _add_duties(session, task, matches)
    session.flush()
    session.expire(task, ["assignments", "group_duties"])
    audit.record(session, actor, "task.edit", task, summary=f"修改任务“{task.title[:60]}”", now=now)
    return task


def _draft_task(session: Session, actor: Actor, task_id: int) -> Task:
    if not actor.may(Permission.PLANS_IMPORT):
        raise NotAllowed("只有办公室人员可以修改任务。")
    task = find_task(session, actor, task_id)
    if task.state is not TaskState.DRAFT:
        raise Conflict(f"这项任务{task.state.label}，不能再直接修改。")
    return task


def _checked(
    session: Session, actor: Actor, typed: HandTask, now: datetime, *, needs_basis: bool = True
) -> list[tuple[DutyRole, str, Match]]:
    wrong: dict[str, str] = {}
    if not typed.title.strip():
        wrong["title"] = "请填写任务名称。"
    if needs_basis and not typed.basis.strip():
        wrong["basis"] = "请填写依据，例如：市政府第 12 次常务会议纪要。"
    elif len(typed.basis.strip()) > 200:
        wrong["basis"] = "依据不能超过 200 个字。"
    if typed.due_on is None and not typed.is_standing:
        wrong["due_on"] = "请填写完成日期，或者选择长期坚持。"
    if not any(typed.names.values()):
        wrong["lead"] = "请至少填写一个牵头单位或责任单位。"
    matches, unknown = _matched(session, actor, typed, now)
    wrong |= unknown
    if wrong:
        raise Invalid(wrong)
    return matches


def _matched(
    session: Session, actor: Actor, typed: HandTask, now: datetime
) -> tuple[list[tuple[DutyRole, str, Match]], dict[str, str]]:
    register = register_of(session, actor.jurisdiction_id, on=office_date(now))
    found: list[tuple[DutyRole, str, Match]] = []
    unknown: dict[str, str] = {}
    for role, names in typed.names.items():
        for name in names:
            match = register.match(name)
            if match.is_certain:
                found.append((role, name, match))
            else:
                other = register.units[match.unit_id][0] if match.unit_id else ""
                hint = f"是否指“{other}”？" if other else "请先在“单位”页面新建，或改用已有的名称。"
                unknown[role.value] = f"单位库中没有“{name}”，{hint}"
    return found, unknown


def _home(session: Session, actor: Actor, home: int | str, now: datetime) -> Plan:
    if isinstance(home, int):
        return find_plan(session, actor, home)
    if home not in COLLECTIONS:
        raise Invalid({"home": "请选择任务归入的方案。"})
    title = COLLECTIONS[home]
    plan = session.scalar(
        select(Plan).where(
            Plan.jurisdiction_id == actor.jurisdiction_id, Plan.title == title, Plan.source_document_id.is_(None)
        )
    )
    if plan is None:
        plan = Plan(
            jurisdiction_id=actor.jurisdiction_id,
            title=title,
            status=PlanStatus.PREPARING,
            lead_mode=LeadMode.FIRST,
            filing_mode=FilingMode.LEAD,
            created_at=now,
            created_by_id=actor.user_id,
        )
        session.add(plan)
        session.flush()
    return plan


def _add_duties(session: Session, task: Task, matches: Sequence[tuple[DutyRole, str, Match]]) -> None:
    units: dict[int, tuple[DutyRole, str]] = {}
    groups: dict[int, tuple[DutyRole, str]] = {}
    # The roles come strongest first, so a unit named twice keeps the stronger one.
    for role, name, match in sorted(matches, key=lambda entry: -entry[0].strength):
        if match.unit_id is not None:
            units.setdefault(match.unit_id, (role, name))
        elif match.group_id is not None:
            groups.setdefault(match.group_id, (role, name))
    for position, (unit_id, (role, name)) in enumerate(units.items(), start=1):
        session.add(
            Assignment(
                task_id=task.id,
                plan_id=task.plan_id,
                jurisdiction_id=task.jurisdiction_id,
                unit_id=unit_id,
                role=role,
                is_first_lead=position == 1 and role is DutyRole.LEAD,
                position=position,
                printed=name,
                state=AssignmentState.PLANNED,
                original_due_on=task.due_on,
            )
        )
    for position, (group_id, (role, name)) in enumerate(groups.items(), start=1):
        session.add(GroupDuty(task_id=task.id, group_id=group_id, role=role, printed=name, position=position))
