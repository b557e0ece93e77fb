"""Values of forms as people type them."""

from __future__ import annotations

from datetime import date

from tracker.errors import Invalid

FIRST_YEAR, LAST_YEAR = 1990, 2099


def day(value: str, field: str) -> date | None:
    """Gives a typed date, None for an empty one. Raises Invalid for anything that is no date of these decades."""
    if not value.strip():
        return None
    try:
        found = date.fromisoformat(value.strip())
    except ValueError:
        raise Invalid({field: "请按 2026-12-31 的样式填写日期。"}) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Invalid({field: f"年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。"})
    return found
