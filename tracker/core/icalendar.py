"""A calendar as other programs read it (RFC 5545): all-day entries with a name that stays, so that a date that moves
moves its entry instead of adding one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_LINE_BYTES = 75
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True, slots=True)
class Entry:
    """One day to keep in mind; `key` stays the same for the same thing owed."""

    key: str
    on: date
    title: str
    words: str = ""
    link: str = ""


def calendar(entries: Iterable[Entry], *, name: str, domain: str, now: datetime) -> str:
    """Gives a calendar of all-day entries as text with the line ends and folds the format demands."""
    return "".join(_folded(line) for line in _lines(entries, name, domain, now))


def _lines(entries: Iterable[Entry], name: str, domain: str, now: datetime) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//plan-tracker//calendar//ZH", "CALSCALE:GREGORIAN")
    yield from ("METHOD:PUBLISH", f"NAME:{_escaped(name)}", f"X-WR-CALNAME:{_escaped(name)}")
    yield from ("REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H")
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for entry in entries:
        yield from ("BEGIN:VEVENT", f"UID:{_escaped(entry.key)}@{domain}", f"DTSTAMP:{stamp}")
        yield f"DTSTART;VALUE=DATE:{entry.on:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{entry.on + timedelta(days=1):%Y%m%d}"
        yield f"SUMMARY:{_escaped(entry.title)}"
        if entry.words:
            yield f"DESCRIPTION:{_escaped(entry.words)}"
        if entry.link:
            yield f"URL:{''.join(entry.link.split())}"
        # The day is not taken: other appointments go on.
        yield from ("TRANSP:TRANSPARENT", "END:VEVENT")
    yield "END:VCALENDAR"


def _escaped(words: str) -> str:
    printable = "".join(sign for sign in words if sign == "\n" or sign >= " ")
    return printable.translate(_ESCAPES)


def _folded(line: str) -> str:
    """Cuts a line into pieces of 75 bytes, never within a character; every further piece begins with a blank."""
    pieces, piece, size = [], "", 0
    for sign in line:
        length = len(sign.encode())
        if size + length > _LINE_BYTES:
            pieces.append(piece)
            piece, size = "", 1
        piece += sign
        size += length
    return "\r\n ".join([*pieces, piece]) + "\r\n"
