"""Counts that stop where nobody reads on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from tracker.core.paging import MOST_COUNTED


def capped(query: Select[Any], most: int = MOST_COUNTED) -> Select[tuple[int]]:
    """Gives the query of how many rows a query has, 1,001 for all that are more than 1,000; see core.paging.counted.

    Takes another `most` where more is shown.
    """
    return select(func.count()).select_from(query.limit(most + 1).subquery())
