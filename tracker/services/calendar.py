"""The table of working days: loaded for every computation, seeded once from the notices a library knows."""

from __future__ import annotations

import chinese_calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.workdays import Calendar
from tracker.models import Workday, WorkdayYear

# Plans under supervision reach back a few years, not to the library's first notice of 2004.
FIRST_YEAR = 2018
SEED_SOURCE = "国务院办公厅节假日安排通知（随系统预置）"


def load_calendar(session: Session) -> Calendar:
    """Gives the calendar as entered; an empty table gives Monday to Friday and every year provisional."""
    known = dict(session.execute(select(Workday.on_date, Workday.is_workday)).tuples().all())
    return Calendar(known, frozenset(session.scalars(select(WorkdayYear.year))))


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
