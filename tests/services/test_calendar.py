"""The table of working days, seeded and loaded."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from tracker.models import Workday
from tracker.services.calendar import load_calendar, seed_workdays


def test_an_empty_table_gives_monday_to_friday_and_only_provisional_years(session: Session) -> None:
    calendar = load_calendar(session)
    assert calendar.is_workday(date(2026, 10, 1)) and calendar.is_provisional(2026)


def test_seeding_enters_the_notices_with_their_make_up_days(session: Session) -> None:
    assert 2026 in seed_workdays(session)
    calendar = load_calendar(session)
    assert not calendar.is_workday(date(2026, 10, 1)) and calendar.is_workday(date(2026, 10, 10))
    assert not calendar.is_provisional(2026) and calendar.is_provisional(2040)
    assert session.get_one(Workday, date(2026, 10, 1)).label == "国庆节"


def test_seeding_again_adds_nothing_and_keeps_what_was_edited(session: Session) -> None:
    seed_workdays(session)
    session.get_one(Workday, date(2026, 10, 10)).is_workday = False
    assert seed_workdays(session) == []
    assert not load_calendar(session).is_workday(date(2026, 10, 10))
