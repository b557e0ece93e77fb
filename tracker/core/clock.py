"""Whether the clock of a machine can be believed, judged by when the product was last heard of."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

# Two machines, or one whose clock is put right by the network now and then.
SLACK = timedelta(minutes=2)
# Longer than any holiday or removal: a clock that says more has been set wrongly.
LONGEST_REST = timedelta(days=60)


class Clock(Enum):
    """What the clock has done since the product was last heard of."""

    GOES_ON = "goes on"
    WENT_BACK = "went back"
    LEAPT = "leapt"


def judged(now: datetime, last_heard_at: datetime | None) -> Clock:
    """Gives what the clock has done. What was heard last may have been heard under a wrong clock itself."""
    if last_heard_at is None:
        return Clock.GOES_ON
    if now < last_heard_at - SLACK:
        return Clock.WENT_BACK
    return Clock.LEAPT if now > last_heard_at + LONGEST_REST else Clock.GOES_ON
