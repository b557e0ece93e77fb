"""When a message may reach a person: quiet hours (免打扰时段) and days off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tracker.core.workdays import Calendar

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """What a person has asked for; both ends None for no quiet hours, `until` before `since` over midnight."""

    since: time | None = None
    until: time | None = None
    workdays_only: bool = False


def may_go_at(now: datetime, quiet: Quiet, calendar: Calendar) -> datetime:
    """Gives the first instant from `now` on, both in local time, at which a person may be written to.

    A year of days off in a row ends the search: nothing is held back for ever by a calendar that is wrong.
    """
    at = _after_quiet(now, quiet)
    for _ in range(366):
        if not quiet.workdays_only or calendar.is_workday(at.date()):
            return at
        at = _after_quiet(datetime.combine(at.date() + _ONE_DAY, time.min, at.tzinfo), quiet)
    return now


def _after_quiet(now: datetime, quiet: Quiet) -> datetime:
    since, until, clock = quiet.since, quiet.until, now.time()
    if since is None or until is None or since == until:
        return now
    if since < until:
        return datetime.combine(now.date(), until, now.tzinfo) if since <= clock < until else now
    if clock >= since:
        return datetime.combine(now.date() + _ONE_DAY, until, now.tzinfo)
    return datetime.combine(now.date(), until, now.tzinfo) if clock < until else now
