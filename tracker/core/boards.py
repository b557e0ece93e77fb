"""The dashboard's tally (督办总览): how many duties of which unit in which plan show which light on a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.classes import CLASSES, ReportClass
from tracker.core.figures import shares

# One more of each is not a picture any more; the lists have them all.
MOST_PLANS, MOST_UNITS = 12, 40


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit in one plan: counts in the order of CLASSES."""

    unit_id: int
    plan_id: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """A day's tally; `tasks` counts tasks by class, the cells count duties of units."""

    tasks: tuple[int, ...]
    plans: Mapping[int, tuple[int, ...]]
    cells: tuple[Cell, ...]

    @property
    def units(self) -> dict[int, tuple[int, ...]]:
        """Gives the duties of each unit over all plans by class."""
        found: dict[int, tuple[int, ...]] = {}
        for cell in self.cells:
            known = found.get(cell.unit_id, (0,) * len(CLASSES))
            found[cell.unit_id] = tuple(a + b for a, b in zip(known, cell.counts, strict=True))
        return found

    def share(self, kind: ReportClass) -> str:
        """Gives the share of a class among the tasks, as printed."""
        return f"{shares(self.tasks)[CLASSES.index(kind)]}%"


def tally(plan_rows: Iterable[tuple[int, str, int]], duty_rows: Iterable[tuple[int, int, str, int]]) -> dict[str, Any]:
    """Gives a tally as JSON values, from counts of tasks by (plan, class) and of duties by (unit, plan, class)."""
    plans: dict[int, Counter[str]] = {}
    for plan_id, kind, count in plan_rows:
        plans.setdefault(plan_id, Counter())[kind] += count
    cells: dict[tuple[int, int], Counter[str]] = {}
    for unit_id, plan_id, kind, count in duty_rows:
        cells.setdefault((unit_id, plan_id), Counter())[kind] += count
    return {
        "plans": [[plan_id, _counts(counts)] for plan_id, counts in sorted(plans.items())],
        "cells": [[*key, _counts(counts)] for key, counts in sorted(cells.items())],
    }


def _counts(counts: Counter[str]) -> list[int]:
    return [counts[kind] for kind in CLASSES]


def tally_of(stored: Mapping[str, Any]) -> Tally:
    """Gives a tally that was stored."""
    plans = {plan_id: tuple(counts) for plan_id, counts in stored["plans"]}
    total = tuple(sum(column) for column in zip(*plans.values(), strict=True)) if plans else (0,) * len(CLASSES)
    cells = tuple(Cell(unit_id, plan_id, tuple(counts)) for unit_id, plan_id, counts in stored["cells"])
    return Tally(total, plans, cells)


def urgent(counts: Sequence[int]) -> tuple[int, ...]:
    """Gives what a list is sorted by: the most late first, then the most behind, then the most of all."""
    late, behind = CLASSES.index(ReportClass.LATE), CLASSES.index(ReportClass.BEHIND)
    return (-counts[late], -counts[behind], -sum(counts))
