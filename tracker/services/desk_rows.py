"""The rows of the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from tracker.core.lights import Light
from tracker.core.terms import NoticeKind
from tracker.core.workdays import Calendar
from tracker.services.shown import light_shown

SHOWN = 10
# So many statements are kept put together, each for a person and a day: that costs more than to run one.
KEPT = 256


@dataclass(frozen=True, slots=True)
class Today:
    """The day the desk is for, and the working days it counts by."""

    day: date
    calendar: Calendar

    def late(self, due_on: date | None) -> int | None:
        """Gives how many working days have passed since a due date, None where it has not passed."""
        return self.calendar.workdays_between(due_on, self.day) if due_on and due_on < self.day else None

    def left(self, due_on: date | None) -> int | None:
        """Gives how many working days are left until a due date, None where it has passed."""
        return self.calendar.workdays_between(self.day, due_on) if due_on and due_on >= self.day else None


@dataclass(frozen=True, slots=True)
class Figure:
    """One large number at the top; `key` says which list it counts, `tone` a light's value or empty."""

    key: str
    label: str
    value: int
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of a section; exactly one of the ids, or the path of `link`, says what it opens."""

    title: str
    note: str = ""
    unit: str = ""
    count: int | None = None
    shown: str = ""
    since_on: date | None = None
    due_on: date | None = None
    workdays: int | None = None
    word: str = ""
    word_on: date | None = None
    plan_id: int | None = None
    task_id: int | None = None
    draft_id: int | None = None
    link: str = ""

    @property
    def light(self) -> Light | None:
        """Gives the light, None where none applies."""
        return light_shown(self.shown)


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing to do: `count` is the number of all of them, `lines` the most urgent, `more` the rest."""

    key: str
    title: str
    count: int
    lines: tuple[Line, ...] = ()
    advice: str = ""
    more: int = 0


@dataclass(frozen=True, slots=True)
class Unread:
    """A message the person has not read."""

    id: int
    kind: NoticeKind
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything on the desk."""

    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    unread: tuple[Unread, ...] = field(default=())


def section(key: str, title: str, lines: list[Line], advice: str = "", *, shown: int = SHOWN) -> Section:
    """Gives a section of lines, the first of them shown."""
    return Section(key, title, len(lines), tuple(lines[:shown]), advice, max(len(lines) - shown, 0))


def task_label(number: str, part: int | None, title: str) -> str:
    """Gives a task as lists name it: number as printed, part, title."""
    return f"{number}{f'（第{part}部分）' if part else ''}{title}"
