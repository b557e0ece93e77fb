"""The table of working days: loaded for every computation, seeded once from the notices a library knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import chinese_calendar
from sqlalchemy import String, case, cast, func, select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.workdays import Calendar
from tracker.errors import Invalid
from tracker.models import Task, Workday, WorkdayYear
from tracker.services import audit

# Plans under supervision reach back a few years, not to the library's first notice of 2004.
FIRST_YEAR = 2018
LAST_YEAR = 2099
SEED_SOURCE = "国务院办公厅节假日安排通知（随系统预置）"


def load_calendar(session: Session) -> Calendar:
    """Gives the calendar as entered; an empty table gives Monday to Friday and every year provisional."""
    # One row of two texts: nearly every page counts working days, and hundreds of rows cost it more than its own.
    days = func.aggregate_strings(case((Workday.is_workday, "+"), else_="-") + cast(Workday.on_date, String), ",")
    years = func.aggregate_strings(cast(WorkdayYear.year, String), ",")
    found = session.execute(select(select(days).scalar_subquery(), select(years).scalar_subquery())).one()
    return _calendar_of(*(text or "" for text in found))


@lru_cache(maxsize=4)
def _calendar_of(days: str, years: str) -> Calendar:
    """The calendar these texts spell; they are read every time, so what is kept here is never an older one."""
    known = {date.fromisoformat(day[1:]): day[0] == "+" for day in days.split(",") if day}
    return Calendar(known, frozenset(int(year) for year in years.split(",") if year))


def seed_workdays(session: Session) -> list[int]:
    """Enters the notices of every year that is not entered yet; what was edited by hand is left alone.

    Gives the years entered now, in order.
    """
    entered = set(session.scalars(select(WorkdayYear.year)))
    days = {on: (False, name) for on, name in chinese_calendar.holidays.items()}
    days |= {on: (True, name) for on, name in chinese_calendar.workdays.items()}
    years = sorted({on.year for on in days if on.year >= FIRST_YEAR} - entered)
    edited = set(session.scalars(select(Workday.on_date)))
    # A weekend inside a holiday is in the library's list as well; both the page and the notice show it.
    for on, (is_worked, name) in sorted(days.items()):
        if on.year in years and on not in edited:
            label = chinese_calendar.Holiday(name).chinese
            session.add(Workday(on_date=on, is_workday=is_worked, label=f"{label}调休上班" if is_worked else label))
    session.add_all(WorkdayYear(year=year, source=SEED_SOURCE) for year in years)
    session.flush()
    return years


@dataclass(frozen=True, slots=True)
class DayRow:
    """One date of a year that differs from Monday to Friday or stands in its notice."""

    on_date: date
    is_workday: bool
    label: str


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year of the table; without `source` its notice has not been entered and it is provisional."""

    year: int
    source: str
    days: tuple[DayRow, ...]
    workdays: int

    @property
    def is_provisional(self) -> bool:
        """Whether the year is counted without its notice."""
        return not self.source


def calendar_year(session: Session, year: int) -> CalendarYear:
    """Gives one year of the table, its dates in order."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    query = select(Workday).where(Workday.on_date >= first, Workday.on_date <= last).order_by(Workday.on_date)
    days = tuple(DayRow(row.on_date, row.is_workday, row.label) for row in session.scalars(query))
    entered = session.get(WorkdayYear, year)
    workdays = load_calendar(session).workdays_between(first - timedelta(days=1), last)
    return CalendarYear(year, entered.source if entered else "", days, workdays)


def provisional_years(session: Session, *, today: date) -> tuple[int, ...]:
    """Gives the years from this one to the last any task is due in that are counted without their notice."""
    last = session.scalar(select(func.max(Task.due_on))) or today
    years = range(today.year, min(max(last.year, today.year), LAST_YEAR) + 1)
    calendar = load_calendar(session)
    return tuple(year for year in years if calendar.is_provisional(year))


def set_day(session: Session, actor: Actor, on: date, *, is_workday: bool, label: str, now: datetime) -> None:
    """Says whether a date is worked, and what the notice calls it. Raises Invalid("label") for a long label."""
    if len(label) > 40 or not label.isprintable():
        raise Invalid({"label": "说明最长 40 个字。"})
    row = session.get(Workday, on)
    if row is None:
        row = Workday(on_date=on)
        session.add(row)
    row.is_workday, row.label = is_workday, label or ("上班" if is_workday else "放假")
    session.flush()
    words = f"工作日表：{on} {'上班' if is_workday else '放假'}（{row.label}）"
    audit.record(session, actor, "calendar.set_day", None, summary=words, now=now)


def clear_day(session: Session, actor: Actor, on: date, *, now: datetime) -> None:
    """Lets a date count as Monday to Friday again."""
    row = session.get(Workday, on)
    if row is None:
        return
    session.delete(row)
    session.flush()
    audit.record(session, actor, "calendar.clear_day", None, summary=f"工作日表：{on} 恢复按周计算", now=now)


def confirm_year(session: Session, actor: Actor, year: int, source: str, *, now: datetime) -> None:
    """Declares that the notice of a year has been entered, with its name and number; none takes that back.

    Raises Invalid("source") for a source that is too long.
    """
    source = source.strip()
    if len(source) > 120 or not source.isprintable():
        raise Invalid({"source": "依据最长 120 个字。"})
    entered = session.get(WorkdayYear, year)
    if not source and entered is not None:
        session.delete(entered)
    elif source and entered is None:
        session.add(WorkdayYear(year=year, source=source))
    elif entered is not None:
        entered.source = source
    session.flush()
    words = f"{year} 年放假安排{'已录入，依据：' + source if source else '改为暂按周一至周五计算'}"
    audit.record(session, actor, "calendar.confirm_year", None, summary=words, now=now)
