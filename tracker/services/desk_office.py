"""The desk of the leading group's office and of leaders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, or_, select, union_all
from sqlalchemy.orm import Session

from tracker.core.lights import Light
from tracker.core.permissions import Actor, Permission
from tracker.core.terms import AssignmentState, ReportStatus
from tracker.db import office_date
from tracker.models import Assignment, ClosingRequest, Plan, ProgressReport, Task, Unit, User
from tracker.services.counting import capped
from tracker.services.desk_reports import in_hand, to_approve, to_sign
from tracker.services.desk_rows import KEPT, SHOWN, Figure, Line, Section, Today, task_label
from tracker.services.last_words import last_report
from tracker.services.lights import light_condition
from tracker.services.overdue import BOARD_LIGHTS, in_charge, on_board
from tracker.services.requests import count_waiting
from tracker.services.shown import UNDER_WAY, is_counted, is_standing

NEWLY = timedelta(days=7)
ONE_DAY = timedelta(days=1)
RED_SHOWN = 20
# A late task has rarely more late units than these; the first tasks are found among so many duties.
MOST_UNITS = 10
SILENT_SHOWN = 50
# A unit has two working days to acknowledge before it is called silent, as the first rung of its ladder has it.
ACKNOWLEDGE_WORKDAYS = 2
NO_ACCOUNT = "该单位尚无账号，请电话联系"


def office_sections(session: Session, actor: Actor, today: Today) -> tuple[list[Figure], list[Section]]:
    """Gives what waits for the office, most urgent first."""
    counts = session.execute(_office_counts(actor, today.day)).one()
    silent = _silent(session, actor, today)
    found = in_hand(session, actor, today)
    review = counts.reports + counts.closings
    figures = [
        Figure("review", "待审核", review, "near" if review else ""),
        Figure("late", "逾期事项", counts.late, "late" if counts.late else ""),
        Figure("behind", "滞后事项", counts.behind, "behind" if counts.behind else ""),
        Figure("silent", "未签收", counts.waiting, ""),
    ]
    sections = [
        found.approve,
        _review(counts),
        Section("requests", "待审批事项", counts.requests, (Line("年度分解、延期、调整分工", count=counts.requests),)),
        found.reports,
        _newly_late(session, actor, today, counts.newly_late),
        silent,
        found.drafts,
        found.submit,
    ]
    return figures, sections


def leader_sections(session: Session, actor: Actor, today: Today) -> tuple[list[Figure], list[Section]]:
    """Gives a leader three figures, then the red items with unit, lateness and the unit's last word."""
    late, behind, near, units = session.execute(_light_counts(actor, today.day)).one()
    red = _red(session, actor, today, late, has_charge=bool(units))
    figures = [
        Figure("red", "逾期任务", late, Light.LATE.value),
        Figure("behind", "滞后任务", behind, Light.BEHIND.value),
        Figure("near", "临期任务", near, Light.NEAR.value),
    ]
    approve = [to_approve(session, actor)] if actor.may(Permission.PLANS_APPROVE) else []
    return figures, [red, to_sign(session, actor, today), *approve]


def _number(query: Select[Any]) -> Any:
    return capped(query).scalar_subquery()


def _here(model: Any, actor: Actor) -> Any:
    return model.jurisdiction_id == actor.jurisdiction_id


@lru_cache(maxsize=KEPT)
def _office_counts(actor: Actor, today: date) -> Select[Any]:
    reports = select(ProgressReport.id).where(
        _here(ProgressReport, actor),
        ProgressReport.status == ReportStatus.SUBMITTED,
        ProgressReport.is_finishing.is_(False),
    )
    closings = select(ClosingRequest.id).where(
        _here(ClosingRequest, actor), ClosingRequest.status == ReportStatus.SUBMITTED
    )
    late, behind = (_board(Assignment.id, actor, light, today) for light in BOARD_LIGHTS)
    waiting = select(Assignment.id).where(_here(Assignment, actor), Assignment.state == AssignmentState.ISSUED)
    newly_late = _board(Assignment.task_id, actor, Light.LATE, today).where(_is_new(today)).distinct()
    return select(
        _number(reports).label("reports"),
        count_waiting(actor).scalar_subquery().label("requests"),
        _number(closings).label("closings"),
        _number(late).label("late"),
        _number(behind).label("behind"),
        _number(newly_late).label("newly_late"),
        _number(waiting).label("waiting"),
    )


def _board(column: Any, actor: Actor, light: Light, today: date) -> Select[Any]:
    return select(column).where(_here(Assignment, actor), on_board(light, today))


def _is_new(today: date) -> ColumnElement[bool]:
    return Assignment.late_on > today - NEWLY


@lru_cache(maxsize=KEPT)
def _light_counts(actor: Actor, today: date) -> Select[Any]:
    late = _board(Assignment.task_id, actor, Light.LATE, today).distinct()
    under_way = select(Task.id).where(_here(Task, actor), is_counted(), Task.state.in_(UNDER_WAY), ~is_standing())
    lit = (under_way.where(light_condition(Task, light, today)) for light in (Light.BEHIND, Light.NEAR))
    return select(_number(late), *map(_number, lit), _number(in_charge(actor, today)))


def _review(counts: Any) -> Section:
    lines = [
        Line(title, count=count)
        for title, count in (("进展报送", counts.reports), ("申请办结", counts.closings))
        if count
    ]
    return Section("review", "待审核", counts.reports + counts.closings, tuple(lines))


def _late_section(
    session: Session, section: tuple[str, str, int], query: CompoundSelect[Any], today: Today, *, shown: int
) -> Section:
    """Gives the first late tasks of a query, each with the unit that answers for it and its last word."""
    key, title, count = section
    duties: dict[int, Any] = {}
    for row in session.execute(query):
        duties.setdefault(row.id, row)
    of_task: dict[int, list[Any]] = {}
    for row in duties.values():
        of_task.setdefault(row.task_id, []).append(row)
    groups = [sorted(rows, key=lambda row: not row.is_first_lead) for rows in of_task.values()][:shown]
    lines = tuple(_late_line(rows, today) for rows in groups)
    return Section(key, title, count, lines, more=max(count - len(lines), 0))


def _late_line(rows: list[Any], today: Today) -> Line:
    first = rows[0]
    return Line(
        task_label(first.number, first.part, first.title),
        first.plan,
        f"{first.unit}等{len(rows)}个单位" if len(rows) > 1 else first.unit,
        shown=Light.LATE.value,
        due_on=first.due_on,
        workdays=today.late(first.due_on),
        word=first.word or "",
        word_on=office_date(first.word_at) if first.word_at else None,
        task_id=first.task_id,
    )


def _late_duties(actor: Actor, today: date) -> Select[Any]:
    due_on = func.coalesce(Assignment.due_on, Task.due_on).label("due_on")
    columns = (Assignment.id, Assignment.task_id, Assignment.is_first_lead, Task.number, Task.part, Task.title, due_on)
    words = (ProgressReport.progress.label("word"), ProgressReport.filed_at.label("word_at"))
    return (
        select(*columns, Plan.title.label("plan"), Unit.name.label("unit"), *words)
        .select_from(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .outerjoin(ProgressReport, ProgressReport.id == last_report())
        .where(_here(Assignment, actor), on_board(Light.LATE, today))
    )


def _first_of(queries: Sequence[Select[Any]], shown: int) -> CompoundSelect[Any]:
    return union_all(*(select(query.limit(shown * MOST_UNITS).subquery()) for query in queries))


def _newly_late(session: Session, actor: Actor, today: Today, count: int) -> Section:
    query = _newly_late_query(actor, today.day)
    return _late_section(session, ("newly_late", "近一周新增逾期", count), query, today, shown=SHOWN)


@lru_cache(maxsize=KEPT)
def _newly_late_query(actor: Actor, today: date) -> CompoundSelect[Any]:
    query = _late_duties(actor, today).where(_is_new(today))
    return _first_of([query.order_by(Assignment.late_on.desc(), Assignment.id.desc())], SHOWN)


def _red(session: Session, actor: Actor, today: Today, count: int, *, has_charge: bool) -> Section:
    query = _red_query(actor, today.day, has_charge=has_charge)
    return _late_section(session, ("red", "逾期任务", count), query, today, shown=RED_SHOWN)


@lru_cache(maxsize=KEPT)
def _red_query(actor: Actor, today: date, *, has_charge: bool) -> CompoundSelect[Any]:
    """Gives the late duties, those of units in the leader's charge first, then the longest late."""
    query = _late_duties(actor, today).order_by(Assignment.late_on, Assignment.id)
    mine = [query.where(Assignment.unit_id.in_(in_charge(actor, today)))] if has_charge else []
    return _first_of([*mine, query], RED_SHOWN)


def _silent(session: Session, actor: Actor, today: Today) -> Section:
    """Gives the units that have had their time to acknowledge, and those with duties nobody can sign in for."""
    rows = session.execute(_silent_query(actor, _last_day_of_time(today))).all()
    lines = tuple(_silent_line(row, today) for row in rows)
    count = rows[0].units if rows else 0
    return Section(
        *("silent", "交办后未签收的单位", count, lines, "可电话催办，并在任务页登记。"), more=count - len(lines)
    )


@lru_cache(maxsize=KEPT)
def _silent_query(actor: Actor, last_on: date) -> Select[Any]:
    people = select(func.count(User.id)).where(User.unit_id == Unit.id, User.left_on.is_(None)).scalar_subquery()
    waiting = (
        select(Assignment.unit_id, func.count().label("count"), func.min(Assignment.issued_on).label("since"))
        .where(_here(Assignment, actor), Assignment.state == AssignmentState.ISSUED)
        .group_by(Assignment.unit_id)
        .subquery()
    )
    return (
        select(Unit.name, Unit.contact_name, Unit.contact_phone, waiting.c.count, waiting.c.since, people.label("n"))
        .add_columns(func.count().over().label("units"))
        .join(waiting, waiting.c.unit_id == Unit.id)
        .where(or_(waiting.c.since <= last_on, people == 0))
        .order_by(waiting.c.since, Unit.id)
        .limit(SILENT_SHOWN)
    )


def _silent_line(row: Any, today: Today) -> Line:
    contact = " ".join(filter(None, (row.contact_name, row.contact_phone)))
    note = "　".join(filter(None, (contact, "" if row.n else NO_ACCOUNT)))
    count = row._mapping["count"]
    return Line(row.name, note, count=count, since_on=row.since, workdays=today.late(row.since), unit=row.name)


def _last_day_of_time(today: Today) -> date:
    """Gives the last day of issue after which a unit has had its working days to acknowledge."""
    first = today.calendar.add_workdays(today.day, -ACKNOWLEDGE_WORKDAYS)
    # A day off counts for nothing: the days of issue after the last working day are as long ago as that one.
    while (today.late(first + ONE_DAY) or 0) >= ACKNOWLEDGE_WORKDAYS:
        first += ONE_DAY
    while (today.late(first) or 0) < ACKNOWLEDGE_WORKDAYS:
        first -= ONE_DAY
    return first
