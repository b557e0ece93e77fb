"""The desk of a unit's people: what the unit owes over all its plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.core.lights import Light
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole, ReportStatus, TaskState
from tracker.core.workdays import month_of
from tracker.db import office_date
from tracker.models import Assignment, ClosingRequest, Plan, ProgressReport, Task, Unit
from tracker.services.desk_rows import SHOWN, Figure, Line, Section, Today, section, task_label
from tracker.services.filing_pages import urgency
from tracker.services.lights import OPEN_DUTIES
from tracker.services.owing import owes as owes_report
from tracker.services.shown import UNDER_WAY, shown_key

_URGENT = {
    Light.LATE: "已逾期",
    Light.BEHIND: "落后序时进度",
    Light.UNKNOWN: "长期未报送，无法研判",
    Light.NEAR: "即将到期",
}


def unit_sections(session: Session, actor: Actor, today: Today) -> tuple[list[Figure], list[Section]]:
    """Gives what a unit's person owes, most urgent first."""
    urgent, to_file = _open_duties(session, actor, today)
    to_acknowledge = _to_acknowledge(session, actor)
    sections = [
        to_acknowledge,
        urgent[Light.LATE],
        _sent_back(session, actor),
        to_file,
        _to_accept(session, actor),
        *(urgent[light] for light in (Light.BEHIND, Light.UNKNOWN, Light.NEAR)),
    ]
    waiting = sum(line.count or 0 for line in to_acknowledge.lines)
    figures = [
        Figure("acknowledge", "待签收", waiting, "near" if waiting else ""),
        Figure("late", "已逾期", urgent[Light.LATE].count, "late" if urgent[Light.LATE].count else ""),
        Figure("to_file", "本月待报送", to_file.count),
        Figure("behind", "滞后", urgent[Light.BEHIND].count, "behind" if urgent[Light.BEHIND].count else ""),
        Figure("near", "临期", urgent[Light.NEAR].count),
    ]
    return figures, sections


def _mine(query: Select[Any], actor: Actor) -> Select[Any]:
    joined = query.select_from(Assignment).join(Task, Task.id == Assignment.task_id)
    return joined.join(Plan, Plan.id == Assignment.plan_id).where(Assignment.unit_id == actor.unit_id)


def _to_acknowledge(session: Session, actor: Actor) -> Section:
    query = _mine(select(Plan.id, Plan.title, func.count().label("count"), func.min(Assignment.issued_on)), actor)
    query = query.where(Assignment.state == AssignmentState.ISSUED).group_by(Plan.id, Plan.title)
    lines = [
        Line(title, f"{count}项任务待签收", count=count, since_on=issued_on, plan_id=plan_id)
        for plan_id, title, count, issued_on in session.execute(query.order_by(func.min(Assignment.issued_on)))
    ]
    return section("acknowledge", "待签收", lines, "打开方案，填写联系人和电话后可一次全部签收。")


def _open_duties(session: Session, actor: Actor, today: Today) -> tuple[dict[Light, Section], Section]:
    """Gives the unit's duties by light where that is urgent, and those whose report of this month is not filed."""
    key = shown_key(Assignment, today.day).label("key")
    owes = owes_report(today.day).label("owes")
    due_on = func.coalesce(Assignment.due_on, Task.due_on).label("due_on")
    columns = (Task.id, Task.number, Task.part, Task.title, Plan.title.label("plan"), Assignment.percent, due_on)
    ordering = (Assignment.id.label("duty_id"), _is_sent_back(today).label("is_sent_back"))
    is_urgent = and_(
        Assignment.role != DutyRole.COOPERATING,
        Task.state.in_(UNDER_WAY),
        key.in_([light.value for light in _URGENT]),
    )
    query = _mine(select(*columns, *ordering, key, owes, is_urgent.label("is_urgent")), actor)
    query = query.where(Assignment.state.in_(OPEN_DUTIES), or_(is_urgent, owes))
    urgent: dict[str, list[Any]] = defaultdict(list)
    to_file = []
    for row in session.execute(query.order_by(due_on.nulls_last(), Task.id)):
        if row.is_urgent:
            urgent[row.key].append(row)
        if row.owes:
            to_file.append(row)
    to_file.sort(key=lambda row: urgency(Light(row.key), row.due_on, row.duty_id, is_sent_back=row.is_sent_back))
    sections = {
        light: _first_lines(light.value, title, urgent[light.value], lambda row: _line(row, today))
        for light, title in _URGENT.items()
    }
    return sections, _first_lines("to_file", f"{today.day.month}月待报送", to_file, _line_to_file)


def _first_lines(key: str, title: str, rows: list[Any], line: Callable[[Any], Line]) -> Section:
    """Gives a section of many rows; lines are made of those alone that are shown."""
    return Section(key, title, len(rows), tuple(line(row) for row in rows[:SHOWN]), more=max(len(rows) - SHOWN, 0))


def _line_to_file(row: Any) -> Line:
    return Line(task_label(row.number, row.part, row.title), row.plan, task_id=row.id)


def _is_sent_back(today: Today) -> ColumnElement[bool]:
    """Gives the condition that this month's report was sent back."""
    return exists().where(
        ProgressReport.assignment_id == Assignment.id,
        ProgressReport.period == month_of(today.day),
        ProgressReport.is_finishing.is_(False),
        ProgressReport.status == ReportStatus.SENT_BACK,
    )


def _line(row: Any, today: Today) -> Line:
    share = f"　完成{row.percent}%" if row.percent is not None else ""
    return Line(
        task_label(row.number, row.part, row.title),
        f"{row.plan}{share}",
        shown=row.key,
        due_on=row.due_on,
        workdays=today.late(row.due_on) if row.key == Light.LATE else today.left(row.due_on),
        task_id=row.id,
    )


def _sent_back(session: Session, actor: Actor) -> Section:
    rows = session.execute(_sent_back_reports(actor).union_all(_sent_back_closings(actor)))
    lines = [
        Line(
            task_label(row.number, row.part, row.title),
            f"退回原因：{_why(row)}",
            since_on=office_date(row.at) if row.at else None,
            task_id=row.id,
        )
        for row in rows
    ]
    return section("sent_back", "已退回，待补办", lines)


def _why(row: Any) -> str:
    code = row.reason_code.label if row.reason_code else ""
    return f"{code}。{row.reason}" if row.reason else code


def _sent_back_reports(actor: Actor) -> Select[Any]:
    newer = aliased(ProgressReport)
    follows = select(newer.id).where(
        newer.assignment_id == ProgressReport.assignment_id, newer.filed_at > ProgressReport.filed_at
    )
    columns = (Task.id, Task.number, Task.part, Task.title, ProgressReport.reason_code, ProgressReport.reason)
    query = _mine(select(*columns, ProgressReport.reviewed_at.label("at")), actor)
    return query.join(ProgressReport, ProgressReport.assignment_id == Assignment.id).where(
        ProgressReport.status == ReportStatus.SENT_BACK, Task.state.in_(UNDER_WAY), ~follows.exists()
    )


def _sent_back_closings(actor: Actor) -> Select[Any]:
    newer = aliased(ClosingRequest)
    follows = select(newer.id).where(newer.task_id == ClosingRequest.task_id, newer.asked_at > ClosingRequest.asked_at)
    columns = (Task.id, Task.number, Task.part, Task.title, ClosingRequest.reason_code, ClosingRequest.reason)
    query = _mine(select(*columns, ClosingRequest.decided_at.label("at")), actor)
    return query.join(ClosingRequest, ClosingRequest.task_id == Task.id).where(
        Assignment.is_first_lead,
        ClosingRequest.status == ReportStatus.SENT_BACK,
        Task.state == TaskState.IN_PROGRESS,
        ~follows.exists(),
    )


def _to_accept(session: Session, actor: Actor) -> Section:
    partner = aliased(Assignment)
    query = _mine(select(Task.id, Task.number, Task.part, Task.title, Unit.name.label("unit")), actor)
    query = query.join(partner, partner.task_id == Task.id).join(Unit, Unit.id == partner.unit_id)
    query = query.where(
        Assignment.is_first_lead,
        partner.id != Assignment.id,
        partner.state == AssignmentState.SUBMITTED,
        Task.state == TaskState.IN_PROGRESS,
    )
    lines = [
        Line(task_label(row.number, row.part, row.title), f"{row.unit}已报送完成", unit=row.unit, task_id=row.id)
        for row in session.execute(query.order_by(Task.id))
    ]
    return section("to_accept", "责任单位已报完成，待牵头单位认可", lines)
