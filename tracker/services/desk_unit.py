"""The desk of a unit's people: what the unit owes over all its plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.core.lights import DAY_OF, Light
from tracker.core.paging import MOST_COUNTED
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, DutyRole, ReportStatus, TaskState
from tracker.core.workdays import month_of
from tracker.db import office_date
from tracker.models import Assignment, ClosingRequest, Plan, ProgressReport, Task
from tracker.services.desk_reports import unit_reports
from tracker.services.desk_rows import KEPT, SHOWN, Figure, Line, Section, Today, section, task_label
from tracker.services.desk_subtasks import partner_sections
from tracker.services.duties import OPEN_DUTIES
from tracker.services.shown import UNDER_WAY

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
    to_accept, shares = partner_sections(session, actor, today)
    sections = [
        to_acknowledge,
        urgent[Light.LATE],
        shares,
        unit_reports(session, actor, today),
        _sent_back(session, actor),
        to_file,
        to_accept,
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
    lines = [
        Line(title, f"{count}项任务待签收", count=count, since_on=issued_on, plan_id=plan_id)
        for plan_id, title, count, issued_on in session.execute(_to_acknowledge_query(actor))
    ]
    return section("acknowledge", "待签收", lines, "打开方案，填写联系人和电话后可一次全部签收。")


@lru_cache(maxsize=KEPT)
def _to_acknowledge_query(actor: Actor) -> Select[Any]:
    query = _mine(select(Plan.id, Plan.title, func.count().label("count"), func.min(Assignment.issued_on)), actor)
    query = query.where(Assignment.state == AssignmentState.ISSUED).group_by(Plan.id, Plan.title)
    return query.order_by(func.min(Assignment.issued_on))


def _open_duties(session: Session, actor: Actor, today: Today) -> tuple[dict[Light, Section], Section]:
    """Gives the unit's duties by light where that is urgent, and those whose report is owed, the first of each."""
    rows = session.execute(_open_query(actor, today.day)).all()
    urgent: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.is_urgent and row.place <= SHOWN:
            urgent[row.key].append(row)
    to_file = sorted((row for row in rows if row.owes and row.turn <= SHOWN), key=lambda row: row.turn)
    sections = {
        light: _first_lines(light.value, title, urgent[light.value], "alike", lambda row: _line(row, today))
        for light, title in _URGENT.items()
    }
    return sections, _first_lines("to_file", f"{today.day.month}月待报送", to_file, "all_owed", _line_to_file)


@lru_cache(maxsize=KEPT)
def _open_query(actor: Actor, today: date) -> Select[Any]:
    ranked = _ranked(actor, today).subquery()
    return (
        select(ranked, Task.number, Task.part, Task.title, Plan.title.label("plan"), Assignment.percent)
        .add_columns(func.coalesce(Assignment.due_on, Task.due_on).label("due_on"))
        .join(Assignment, Assignment.id == ranked.c.duty_id)
        .join(Task, Task.id == ranked.c.id)
        .join(Plan, Plan.id == Task.plan_id)
        .where(or_(and_(ranked.c.is_urgent, ranked.c.place <= SHOWN), and_(ranked.c.owes, ranked.c.turn <= SHOWN)))
        .order_by(ranked.c.place)
    )


def _ranked(actor: Actor, today: date) -> Select[Any]:
    """The urgent and owed duties with their places: `place` among those `alike`, `turn` among `all_owed` reports.

    They are told by the dates stored with them alone, so that an index holds all that is asked. The order of owed
    reports is that of the filing page.
    """
    came = [(getattr(Assignment, attribute) <= today, light.value) for light, attribute in DAY_OF.items()]
    urgent = and_(Assignment.role != DutyRole.COOPERATING, or_(*(on for on, key in came if key in _URGENT)))
    not_done = or_(Assignment.done_on.is_(None), Assignment.done_on > today)
    rank = case(*((on, place) for place, (on, _key) in enumerate(came)), else_=len(came))
    owes = and_(Assignment.state == AssignmentState.IN_PROGRESS, Assignment.report_opens_on <= today)
    columns = (Assignment.id.label("duty_id"), Assignment.task_id.label("id"), Assignment.late_on)
    found = (
        select(*columns, case(*came, else_=Light.ON_TIME.value).label("key"), rank.label("rank"))
        .add_columns(func.coalesce(and_(urgent, not_done), false()).label("is_urgent"))
        .add_columns(func.coalesce(owes, false()).label("owes"), _is_sent_back(today).label("is_sent_back"))
        .where(Assignment.unit_id == actor.unit_id, Assignment.state.in_(OPEN_DUTIES), or_(urgent, owes))
        .subquery()
    ).c
    # The day of lateness follows the due date, which the index does not hold.
    soonest = found.late_on.nulls_last()
    alike = (found.key, found.is_urgent)
    turns = (found.is_sent_back.desc(), found["rank"], soonest, found.duty_id)
    return select(
        *(found.id, found.duty_id, found.key, found.is_urgent, found.owes),
        func.row_number().over(partition_by=alike, order_by=(soonest, found.id)).label("place"),
        func.count().over(partition_by=alike).label("alike"),
        func.row_number().over(partition_by=found.owes, order_by=turns).label("turn"),
        func.count().over(partition_by=found.owes).label("all_owed"),
    )


def _first_lines(key: str, title: str, rows: list[Any], number: str, line: Callable[[Any], Line]) -> Section:
    """Gives a section of the rows that are shown; each row knows under a name how many there are."""
    count = getattr(rows[0], number) if rows else 0
    return Section(key, title, count, tuple(map(line, rows)), more=count - len(rows))


def _line_to_file(row: Any) -> Line:
    return Line(task_label(row.number, row.part, row.title), row.plan, task_id=row.id)


def _is_sent_back(today: date) -> ColumnElement[bool]:
    """Gives the condition that this month's report was sent back."""
    return exists().where(
        ProgressReport.assignment_id == Assignment.id,
        ProgressReport.period == month_of(today),
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
    rows = session.execute(_sent_back_query(actor))
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


@lru_cache(maxsize=KEPT)
def _sent_back_query(actor: Actor) -> CompoundSelect[Any]:
    return _sent_back_reports(actor).union_all(_sent_back_closings(actor))


def _why(row: Any) -> str:
    code = row.reason_code.label if row.reason_code else ""
    return f"{code}。{row.reason}" if row.reason else code


def _sent_back_reports(actor: Actor) -> Select[Any]:
    newer = aliased(ProgressReport)
    follows = select(newer.id).where(
        newer.assignment_id == ProgressReport.assignment_id, newer.filed_at > ProgressReport.filed_at
    )
    columns = (ProgressReport.reason_code, ProgressReport.reason, ProgressReport.reviewed_at.label("at"))
    found = (
        select(Assignment.task_id, *columns)
        .join(ProgressReport, ProgressReport.assignment_id == Assignment.id)
        .where(_is_mine(actor), ProgressReport.status == ReportStatus.SENT_BACK, ~follows.exists())
    )
    return _with_tasks(found, Task.state.in_(UNDER_WAY))


def _sent_back_closings(actor: Actor) -> Select[Any]:
    newer = aliased(ClosingRequest)
    follows = select(newer.id).where(newer.task_id == ClosingRequest.task_id, newer.asked_at > ClosingRequest.asked_at)
    columns = (ClosingRequest.reason_code, ClosingRequest.reason, ClosingRequest.decided_at.label("at"))
    found = (
        select(Assignment.task_id, *columns)
        .join(ClosingRequest, ClosingRequest.task_id == Assignment.task_id)
        .where(_is_led_by(actor), ClosingRequest.status == ReportStatus.SENT_BACK, ~follows.exists())
    )
    return _with_tasks(found, Task.state == TaskState.IN_PROGRESS)


def _is_mine(actor: Actor) -> ColumnElement[bool]:
    return and_(Assignment.unit_id == actor.unit_id, Assignment.state.in_(OPEN_DUTIES))


def _is_led_by(actor: Actor) -> ColumnElement[bool]:
    """Gives the condition that the actor's unit leads the task of a duty, said by the columns of an index."""
    return and_(_is_mine(actor), Assignment.role == DutyRole.LEAD, Assignment.is_first_lead)


def _with_tasks(found: Select[Any], condition: ColumnElement[bool]) -> Select[Any]:
    """Gives the tasks of what was found, which is limited so that no task is read before it is found."""
    rows = found.limit(MOST_COUNTED + 1).subquery()
    columns = [column for column in rows.c if column.name != "task_id"]
    query = select(Task.id, Task.number, Task.part, Task.title, *columns)
    return query.join(rows, rows.c.task_id == Task.id).where(condition)
