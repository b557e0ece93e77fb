"""The sample plans as texts, their dates filled in relative to a day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from importlib.resources import files

ISSUED_DAYS_AGO = 226
_PLACEHOLDER = re.compile(r"\{(M|Y0|Y1|Y2|YB|ISSUED|RECENT)([+-]\d)?\}")


def issued_on(today: date) -> date:
    """Gives the day the sample plan was issued."""
    return today - timedelta(days=ISSUED_DAYS_AGO)


def plan_text(name: str, today: date) -> str:
    """Gives a sample document as of a day; `name` is the file's without ending."""
    template = files("tracker.demo").joinpath(f"{name}.txt").read_text("utf-8")
    first = issued_on(today)
    years = {"YB": first.year - 1, "Y0": first.year, "Y1": first.year + 1, "Y2": first.year + 2}

    def fill(match: re.Match[str]) -> str:
        word, offset = match.groups()
        if word in years:
            return str(years[word])
        if word == "M":
            month = month_shifted(today, int(offset or 0))
            return f"{month.year}年{month.month}月"
        day = first if word == "ISSUED" else today - timedelta(days=6)
        return f"{day.year}年{day.month}月{day.day}日"

    return _PLACEHOLDER.sub(fill, template)


def month_shifted(day: date, months: int) -> date:
    """Gives the first day of the month so many months after a day's."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
