"""The measured series of the sample city: two numbers with their values, linked to the targets that mean them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.terms import PeriodKind, SeriesShape
from tracker.db import OFFICE_ZONE, transaction
from tracker.demo.city import read_data
from tracker.models import Series, Unit
from tracker.services import series, series_links
from tracker.services.series_links import Choice, LinkFilter, LinkStanding


def measure(officer: Actor, liaisons: Mapping[int, Actor], plan_id: int, *, today: date) -> None:
    """Makes the series, types their last values on the days they came out, and confirms the links of equal names."""
    for entry in read_data("numbers")["series"]:
        with transaction() as session:
            made = _define(session, officer, entry, today)
            source = liaisons.get(made.source_unit_id or 0, officer)
            _type_values(session, source, made, entry, today)
    with transaction() as session:
        asked = LinkFilter(plan_id, LinkStanding.PROPOSED)
        rows = series_links.link_rows(session, officer, asked).rows
        choices = [
            Choice(row.subject, row.series_id, row.kind)
            for row in rows
            if row.series_id is not None and row.alike == 100
        ]
        series_links.confirm_links(session, officer, choices, now=_morning(today))


def _define(session: Session, officer: Actor, entry: dict[str, Any], today: date) -> Series:
    unit_id = session.scalar(
        select(Unit.id).where(Unit.jurisdiction_id == officer.jurisdiction_id, Unit.name == entry["source"])
    )
    definition = series.Definition(
        name=entry["name"],
        unit_of_measure=entry["unit"],
        definition=entry["definition"],
        footnote=entry["footnote"],
        source_unit_id=unit_id,
        period_kind=PeriodKind(entry["period"]),
        shape=SeriesShape(entry["shape"]),
        release_day=entry["day"],
        release_lag_months=1,
        is_by_county=bool(entry.get("counties")),
    )
    return series.define_series(session, officer, definition, now=_morning(today))


def _type_values(session: Session, source: Actor, made: Series, entry: dict[str, Any], today: date) -> None:
    """The last values that have come out by today, the oldest first; counties only where the sample gives them."""
    rule = series.release_of(made)
    out = [first for first in rule.periods(today, count=20) if (due := rule.due_on(first)) and due <= today]
    counties = {unit.name: unit.id for unit in series.county_units(session, made.jurisdiction_id)}
    for place, first in enumerate(reversed(out[: len(entry["values"])])):
        due = rule.due_on(first)
        values: dict[int | None, Decimal] = {None: Decimal(str(entry["values"][place]))}
        if place == len(entry["values"]) - 1:
            values |= {counties[name]: Decimal(str(v)) for name, v in entry.get("counties", {}).items()}
        name = series.period_of(made, first)
        entered = series.Entered(name, values, due, entry["note"])
        series.enter_values(session, source, made.id, entered, version=made.version, now=_morning(due or today))


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9, 30), OFFICE_ZONE).astimezone(UTC)
