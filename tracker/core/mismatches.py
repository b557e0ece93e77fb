"""Targets of the running text held against the plan's own indicator table: what the two say differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.doubts import doubt
from tracker.core.indicators import Indicator
from tracker.core.measures import NEAR, is_same_measure, likeness, measure_key
from tracker.core.targets import Target
from tracker.core.text import Finding

# A name this near is taken for the same number even where the values differ.
_NEARER = 90
# No plan has more indicators; beyond it only equal names are found, so that reading stays linear.
_MOST_COMPARED = 200


@dataclass(frozen=True, slots=True)
class _Likeness:
    row: Indicator
    alike: int
    has_value: bool


def table_doubts(targets: Iterable[Target], rows: Sequence[Indicator]) -> Iterator[Finding]:
    """Gives a finding for each target that the table of indicators prints under another name, value or unit.

    A target and a row speak of one number when their names are nearly equal, or alike with the same value for the
    same year. Nothing is put right: which of the two is meant, the reviewer decides.
    """
    if not rows:
        return
    keyed: dict[str, Indicator] = {}
    for each in rows:
        keyed.setdefault(measure_key(each.name), each)
    compared = dict(list(keyed.items())[:_MOST_COMPARED])
    for target in targets:
        if target.by is None or not target.by.isdigit():
            continue
        key = measure_key(target.name)
        row = keyed.get(key)
        found = _Likeness(row, 100, _has_value(row, target)) if row else _nearest(target, key, compared)
        if found is not None:
            yield from _differences(target, found)


def _nearest(target: Target, key: str, rows: Mapping[str, Indicator]) -> _Likeness | None:
    """The row most like a target: the same value for the same year counts for more than the name."""
    known = [
        _Likeness(row, likeness(key, other), _has_value(row, target))
        for other, row in rows.items()
        if is_same_measure(target.unit, row.unit or "")
    ]
    near = [one for one in known if one.alike >= (NEAR if one.has_value else _NEARER)]
    return max(near, key=lambda one: (one.has_value, one.alike), default=None)


def _has_value(row: Indicator, target: Target) -> bool:
    return target.by is not None and row.values.get(target.by) == target.value


def _differences(target: Target, found: _Likeness) -> Iterator[Finding]:
    row, by = found.row, str(target.by)
    words: dict[str, Any] = {"name": target.name, "other": row.name, "no": row.no or "—", "by": by}
    start, end = target.start, target.end
    if found.alike < 100:
        yield doubt("target.table-name", start, end, **words)
    if not is_same_measure(target.unit, row.unit or ""):
        yield doubt("target.table-unit", start, end, **words, unit=target.unit, measure=row.unit)
    elif by in row.values and not found.has_value:
        own, printed = f"{target.value}{target.unit}", f"{row.values[by]}{row.unit or ''}"
        yield doubt("target.table-mismatch", start, end, **words, value=own, printed=printed)
    elif by not in row.values and _is_column(by, row):
        yield doubt("indicator.missing-year", start, end, **words)


def _is_column(by: str, row: Indicator) -> bool:
    """Whether the year lies among those of the row's own columns, so that its cell is missing rather than unasked."""
    years = [int(year) for year in row.values if year.isdigit()]
    return bool(years) and min(years) <= int(by) <= max(years)
