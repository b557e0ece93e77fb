"""Numbers of papers: counted from one in each series, given back by a failed act, never given twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_city
from tracker.core.terms import RegisterKind
from tracker.db import db, transaction
from tracker.models import RegisterNumber
from tracker.services.registers import next_number


def test_each_kind_each_year_and_each_jurisdiction_counts_from_one(session: Session) -> None:
    city, county = a_city(session), a_city(session, "青岚县", "县")
    series = [(city.id, RegisterKind.SLIP, 2026), (city.id, RegisterKind.SLIP, 2027)]
    series += [(city.id, RegisterKind.PROMPT, 2026), (county.id, RegisterKind.SLIP, 2026)]
    taken = [[next_number(session, *each) for each in series] for _ in range(3)]
    assert taken == [[1] * 4, [2] * 4, [3] * 4]


def test_the_number_of_an_act_that_failed_is_taken_by_the_next(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            city_id = a_city(session).id
        with pytest.raises(ZeroDivisionError), transaction() as session:
            assert next_number(session, city_id, RegisterKind.BULLETIN, 2026) == 1
            raise ZeroDivisionError
        with transaction() as session:
            assert next_number(session, city_id, RegisterKind.BULLETIN, 2026) == 1


def take_at_once(app: Flask) -> None:
    """Eight takers at once, five numbers each, every fifth act failing: no gap, none twice."""
    with app.app_context(), transaction() as session:
        city_id = a_city(session).id

    def take(turn: int) -> int | None:
        with app.app_context():
            try:
                with transaction() as session:
                    number = next_number(session, city_id, RegisterKind.SLIP, 2026)
                    if turn % 5 == 0:
                        raise ZeroDivisionError
                    return number
            except ZeroDivisionError:
                return None
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        taken = [number for number in pool.map(take, range(40)) if number is not None]
    with app.app_context():
        kept = sorted(db.session.scalars(select(RegisterNumber.number)))
        db.session.remove()
    assert sorted(taken) == kept == list(range(1, 33))


def test_takers_at_once_leave_no_gap_and_share_no_number(app: Flask) -> None:
    take_at_once(app)


@pytest.mark.postgres
def test_takers_at_once_leave_no_gap_and_share_no_number_on_postgresql(postgres_app: Flask) -> None:
    take_at_once(postgres_app)
