"""Rows of a snapshot (快照): frozen lines, each kept as canonical JSON, and the digest that finds a changed one.

Dates are ISO strings and every name is written out, so that a line says the same years later, whatever became of the
records it was read from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from tracker.core.terms import SnapshotRowKind

# Rises with every change of what the lines hold or how they are counted; it stands in the head of each snapshot.
FORM = 1


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task as it stood: a row of the ledger (台账). Source: DESIGN 10.

    `kind` is the class it is counted in, empty for what is counted apart; `duties` the units that are counted for it,
    each with the class of its own duty; `movement` what became of it since the last issued report; `item` what makes
    several parts one task.
    """

    row: ClassVar = SnapshotRowKind.TASK
    task_id: int
    plan_id: int
    item: str
    number: str
    title: str
    chapter: str
    leader: str
    kind: str
    light: str
    state: str
    is_standing: bool
    is_suspended: bool
    is_near: bool
    issued_on: str
    original_due_on: str
    due_on: str
    extensions: int
    leads: str
    responsible: str
    cooperating: str
    contacts: str
    basis: str
    targets: str
    milestones: str
    progress: str
    percent: int | None
    problems: str
    next_step: str
    coordination: str
    filing: str
    duties: tuple[tuple[int, str], ...]
    movement: str
    late_periods: int


@dataclass(frozen=True, slots=True)
class LateLine:
    """A duty that is late or behind: who, what, how long, what was sent when, and the unit's last word."""

    row: ClassVar = SnapshotRowKind.LATE
    task_id: int
    plan_id: int
    number: str
    title: str
    unit_id: int
    unit: str
    role: str
    kind: str
    original_due_on: str
    due_on: str
    workdays: int | None
    percent: int | None
    leader: str
    contact: str
    problems: str
    last_word: str
    last_word_on: str
    is_filing: bool
    sent: tuple[str, ...]
    late_periods: int


@dataclass(frozen=True, slots=True)
class ConcernLine:
    """What a unit wants coordinated (需协调事项) and its problems, in the words it filed."""

    row: ClassVar = SnapshotRowKind.CONCERN
    task_id: int
    plan_id: int
    number: str
    title: str
    unit_id: int
    unit: str
    problems: str
    coordination: str


@dataclass(frozen=True, slots=True)
class FilingLine:
    """How a unit kept to filing in the period, and what was asked of it."""

    row: ClassVar = SnapshotRowKind.FILING
    unit_id: int
    unit: str
    owed: int
    on_time: int
    late: int
    missed: int
    sent_back: int


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A number the plan promises: a target of the text or a row of its table of indicators."""

    row: ClassVar = SnapshotRowKind.PROMISE
    plan_id: int
    task_id: int | None
    source: str
    name: str
    promised: str
    by: str
    reached: str


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A slip (督办单) of the period, or one still unanswered."""

    row: ClassVar = SnapshotRowKind.SLIP
    task_id: int
    plan_id: int
    number: str
    level: str
    unit: str
    title: str
    issued_on: str
    reply_by_on: str
    status: str
    standing: str


@dataclass(frozen=True, slots=True)
class InstructionLine:
    """A leader's instruction (批示) of the period, or one still owed."""

    row: ClassVar = SnapshotRowKind.INSTRUCTION
    task_id: int | None
    plan_id: int | None
    leader: str
    text: str
    given_on: str
    reply_by_on: str
    units: str
    status: str
    standing: str


@dataclass(frozen=True, slots=True)
class BurdenLine:
    """What the period asked of a unit: rows to fill in, papers sent to it (督办负担)."""

    row: ClassVar = SnapshotRowKind.BURDEN
    unit_id: int
    unit: str
    rows: int
    papers: int


Line = TaskLine | LateLine | ConcernLine | FilingLine | PromiseLine | SlipLine | InstructionLine | BurdenLine
LINES: Mapping[SnapshotRowKind, type[Any]] = {
    each.row: each
    for each in (
        *(TaskLine, LateLine, ConcernLine, FilingLine),
        *(PromiseLine, SlipLine, InstructionLine, BurdenLine),
    )
}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


_NAMES: Mapping[SnapshotRowKind, tuple[str, ...]] = {
    kind: tuple(sorted(each_field.name for each_field in fields(each))) for kind, each in LINES.items()
}


def marks(line: Line) -> str:
    """Gives the words by which figures find a line, in blanks: " counted late plan:3 unit:7 unit:7:late "."""
    if isinstance(line, TaskLine):
        found = _task_marks(line)
    elif isinstance(line, LateLine):
        found = [line.kind, f"plan:{line.plan_id}", f"unit:{line.unit_id}", f"unit:{line.unit_id}:{line.kind}"]
    elif isinstance(line, ConcernLine):
        found = [*(["coordination"] if line.coordination else []), *(["problem"] if line.problems else [])]
    elif isinstance(line, FilingLine):
        found = [name for name in ("owed", "on_time", "late", "missed", "sent_back") if getattr(line, name)]
    elif isinstance(line, SlipLine | InstructionLine):
        found = [line.standing]
    else:
        found = []
    return f" {' '.join(found)} " if found else ""


def _task_marks(line: TaskLine) -> list[str]:
    found = ["standing"] if line.is_standing else ["suspended"] if line.is_suspended else []
    if line.movement:
        found.append(f"moved:{line.movement}")
    if line.late_periods > 1:
        found.append("repeated")
    if not line.kind:
        return found
    found += ["counted", line.kind, *(["near"] if line.is_near else [])]
    groups = [f"plan:{line.plan_id}", f"chapter:{line.plan_id}:{one_word(line.chapter)}"]
    groups += [f"leader:{one_word(line.leader)}"] if line.leader else []
    for group in groups:
        found += (group, f"{group}:{line.kind}")
    for unit_id, kind in line.duties:
        found += (f"unit:{unit_id}", f"unit:{unit_id}:{kind}")
    return found


def one_word(label: str) -> str:
    """Gives a heading or a name as one word, for the marks of rows."""
    return "".join(label.split())


def content(line: Line) -> str:
    """Gives a line as canonical JSON: the same line is the same text on every machine."""
    return _encode({name: getattr(line, name) for name in _NAMES[line.row]})


def canonical(value: Any) -> str:
    """Gives any JSON value in its one canonical form."""
    return _encode(value)


def line_of(kind: SnapshotRowKind, stored: str) -> Any:
    """Gives the line that was stored. Raises ValueError or TypeError for a text that is no such line."""
    values = json.loads(stored)
    if kind is SnapshotRowKind.TASK:
        values["duties"] = tuple((unit_id, each) for unit_id, each in values["duties"])
    elif kind is SnapshotRowKind.LATE:
        values["sent"] = tuple(values["sent"])
    return LINES[kind](**values)


@dataclass(slots=True)
class Digest:
    """The running sum over the rows of a snapshot in their order, begun with its head."""

    _sum: Any = field(default_factory=hashlib.sha256)

    def add(self, kind: str, stored: str) -> None:
        """Takes one row, or the head under the kind "head"."""
        self._sum.update(f"{kind}\x1f{stored}\x1e".encode())

    def value(self) -> str:
        """Gives the sum so far in hex."""
        return str(self._sum.hexdigest())
