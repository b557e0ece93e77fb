"""What every template can use: dates in office style, the actor, today."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Flask, url_for
from flask_login import current_user

from tracker import db
from tracker.core.official import numeral
from tracker.core.paging import counted
from tracker.core.permissions import Permission


def day(value: date | None) -> str:
    """Gives a date as 2026年3月5日, "—" for none."""
    return f"{value.year}年{value.month}月{value.day}日" if value else "—"


def short_day(value: date | None) -> str:
    """Gives a date as 2026-03-05, "—" for none."""
    return value.isoformat() if value else "—"


def moment(value: datetime | None) -> str:
    """Gives an instant as 2026-03-05 14:20 in Asia/Shanghai, "—" for none."""
    return value.astimezone(db.OFFICE_ZONE).strftime("%Y-%m-%d %H:%M") if value else "—"


def address_of(endpoint: str, name: str) -> str:
    """Gives the address of an endpoint up to the id it ends in, for a list with such a link in each row.

    url_for costs more than all else of a row.
    """
    values: dict[str, Any] = {name: 0}
    return url_for(endpoint, **values).removesuffix("0")


def install(app: Flask) -> None:
    """Registers filters and the names every page knows."""
    app.jinja_env.filters.update(day=day, short_day=short_day, moment=moment, counted=counted, numeral=numeral)
    app.jinja_env.globals.update(address_of=address_of)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _names() -> dict[str, Any]:
        actor = getattr(current_user, "actor", None)
        return {"actor": actor, "P": Permission, "today": db.office_date(db.utcnow())}
