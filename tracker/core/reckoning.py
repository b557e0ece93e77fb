"""What is counted over the rows of a snapshot, line by line, so that any number of tasks needs little memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.core.classes import CLASSES, ReportClass
from tracker.core.snapshot import (
    BurdenLine,
    ConcernLine,
    FilingLine,
    InstructionLine,
    LateLine,
    Line,
    PromiseLine,
    SlipLine,
    TaskLine,
)
from tracker.core.terms import Labelled


class Movement(Labelled):
    """What became of a task since the last issued report."""

    NEW = "new", "新增逾期"
    RUNNING = "running", "持续逾期"
    CURED = "cured", "消除逾期"
    EXTENDED = "extended", "批准延期"
    NONE = "", "—"


class Answering(Labelled):
    """Whether a slip or an instruction has been answered."""

    OPEN = "open", "未到期"
    OVERDUE = "overdue", "逾期未复"
    ANSWERED = "answered", "已回复"
    NOTED = "noted", "无需回复"


@dataclass(slots=True)
class Reckoning:
    """Counts over lines, by class, unit, plan, chapter and leader in charge."""

    totals: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    units: dict[int, Counter[str]] = field(default_factory=dict)
    plans: dict[int, Counter[str]] = field(default_factory=dict)
    chapters: dict[tuple[int, str], Counter[str]] = field(default_factory=dict)
    leaders: dict[str, Counter[str]] = field(default_factory=dict)
    _several: set[tuple[int, str]] = field(default_factory=set)

    def add(self, line: Line) -> None:
        """Counts one line."""
        _ADDING[type(line)](self, line)

    def task(self, line: TaskLine) -> None:
        """Counts a task in its class, or apart, and its units in theirs."""
        totals = self.totals
        totals["suspended"] += line.is_suspended
        totals["standing"] += line.is_standing
        totals[f"movement_{line.movement}"] += bool(line.movement)
        if not line.kind:
            return
        totals["items"] += 1
        totals["near"] += line.is_near
        self.classes[line.kind] += 1
        if line.item:
            self._several.add((line.plan_id, line.item))
        else:
            totals["tasks"] += 1
        _count(self.plans, line.plan_id, line.kind)
        _count(self.chapters, (line.plan_id, line.chapter), line.kind)
        if line.leader:
            _count(self.leaders, line.leader, line.kind)
        for unit_id, kind in line.duties:
            _count(self.units, unit_id, kind)
        if line.late_periods > 1:
            totals["repeated"] += 1
            totals["longest_periods"] = max(totals["longest_periods"], line.late_periods)

    def late(self, line: LateLine) -> None:
        """Counts a late or behind duty of a unit."""
        self.totals["late_duties"] += line.kind == ReportClass.LATE
        self.totals["longest_workdays"] = max(self.totals["longest_workdays"], line.workdays or 0)

    def concern(self, line: ConcernLine) -> None:
        """Counts what a unit wants coordinated."""
        self.totals["concerns"] += bool(line.coordination)
        self.totals["problems"] += bool(line.problems)

    def filing(self, line: FilingLine) -> None:
        """Counts how a unit kept to filing."""
        for name in ("owed", "on_time", "late", "missed", "sent_back"):
            self.totals[f"filing_{name}"] += getattr(line, name)
        self.totals["filing_units_missed"] += bool(line.missed)

    def promise(self, line: PromiseLine) -> None:
        """Counts a target or an indicator."""
        self.totals["promises"] += 1

    def slip(self, line: SlipLine) -> None:
        """Counts a slip."""
        self.totals["slips"] += 1
        self.totals[f"slips_{line.standing}"] += 1

    def instruction(self, line: InstructionLine) -> None:
        """Counts an instruction."""
        self.totals["instructions"] += 1
        self.totals[f"instructions_{line.standing}"] += 1

    def burden(self, line: BurdenLine) -> None:
        """Counts what was asked of a unit."""
        self.totals["burden_rows"] += line.rows
        self.totals["burden_papers"] += line.papers

    def figures(self, units: Iterable[tuple[int, str]], plans: Mapping[int, str]) -> dict[str, Any]:
        """Gives what was counted as JSON values.

        Takes the units in the order they are printed, and the titles of the plans.
        """
        return {
            "totals": {name: n for name, n in sorted(self.totals.items()) if n} | {"tasks": self._tasks()},
            "classes": _of(self.classes),
            "units": [[key, name, _of(self.units[key])] for key, name in units if key in self.units],
            "plans": [[key, title, _of(self.plans.get(key, Counter()))] for key, title in plans.items()],
            "chapters": [[plan_id, label, _of(counts)] for (plan_id, label), counts in self.chapters.items()],
            "leaders": [[name, _of(counts)] for name, counts in sorted(self.leaders.items())],
        }

    def _tasks(self) -> int:
        return self.totals["tasks"] + len(self._several)


_ADDING: Mapping[type[Any], Any] = {
    TaskLine: Reckoning.task,
    LateLine: Reckoning.late,
    ConcernLine: Reckoning.concern,
    FilingLine: Reckoning.filing,
    PromiseLine: Reckoning.promise,
    SlipLine: Reckoning.slip,
    InstructionLine: Reckoning.instruction,
    BurdenLine: Reckoning.burden,
}


def _count(counts: dict[Any, Counter[str]], key: Any, kind: str) -> None:
    found = counts.get(key)
    if found is None:
        found = counts[key] = Counter()
    found[kind] += 1


def _of(counts: Counter[str]) -> list[int]:
    return [counts[kind] for kind in CLASSES]
