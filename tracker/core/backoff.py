"""How long a message waits after a failure that may pass."""

from __future__ import annotations

from datetime import timedelta
from zlib import crc32

# The first tries follow quickly, since most trouble is short; together the waits are a day and two hours, so that a
# server that was away for a whole day is still met by everything that was owed on it.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, *[120] * 12))
# A wait grows by up to a tenth of itself, or a server that comes back would meet everything at once.
SPREAD = 10


def wait_after(attempts: int, *, seed: int) -> timedelta | None:
    """Gives the wait after the `attempts`-th failed attempt of the message `seed`, None where it was the last.

    The count decides, not the clock: a clock that leaps ahead must not give up what was tried once.
    """
    if attempts > len(WAITS):
        return None
    wait = WAITS[attempts - 1]
    return wait + wait / SPREAD * (crc32(f"{seed}:{attempts}".encode()) % 1000) / 1000
