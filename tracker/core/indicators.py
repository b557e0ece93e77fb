"""One row of an indicator table (指标): its name, unit of measure and yearly values, from the cells as printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tracker.core.columns import Column, Holds
from tracker.core.quantities import NUMBER, is_measure, plain

_SCALES = {"万亿": 10**12, "亿": 10**8, "万": 10**4, "千": 10**3}
_MARKS = r"(?P<mark>[*※#△▲†‡§①-⑳¹²³]{1,3}|\((?:注?[0-9]{1,2}|[一二三四五])\))?"
_VALUE = re.compile(
    rf"(?:≥|≤|〈|〉|=|约|大于|小于|不低于|不少于|不超过|超过|累计|达到|年均增长|增长|下降|降低){{0,2}}(?P<number>[-+]?{NUMBER})"
    rf"(?P<rest>[^0-9*※#△▲†‡§①-⑳¹²³()]{{0,12}}){_MARKS}"
)
_BRACKETED = re.compile(rf"\((?P<number>[-+]?{NUMBER})\)(?P<rest>){_MARKS}")
_EMPTY = re.compile(r"[-—–―/\\*]{1,4}|无|暂无|空")
_TAIL = re.compile("(?:及?以上|左右|以内|以下|上下|[多余])$")
_NAME_MEASURE = re.compile(r"[(,](?:单位:)?(?P<measure>[^(),]{1,12})\)?$")
_NAME_MARK = re.compile(r"[*※#△▲†‡①-⑳]{1,3}$")
_INDEX = re.compile(r"\(?([0-9]{1,3})[.、)]?")
_DUTIES = (Holds.LEAD, Holds.RESPONSIBLE, Holds.COOPERATING)
_CATEGORY = re.compile("指标$|类$")


@dataclass(frozen=True, slots=True)
class Indicator:
    """A printed row of an indicator table: values, roles (actual, target, baseline) and footnote marks by year."""

    no: str
    printed: str
    name: str
    unit: str | None
    values: dict[str, int | float]
    roles: dict[str, str]
    notes: dict[str, str]
    units: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The row in the shape that `tracker parse --json` prints."""
        return {
            "no": self.no,
            "printed": self.printed,
            "name": self.name,
            "unit": self.unit,
            "values": dict(self.values),
            "roles": dict(self.roles),
            "notes": dict(self.notes),
            "units": list(self.units),
        }


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a cell: as printed, and in their matching form without blanks."""

    printed: str
    match: str


@dataclass(frozen=True, slots=True)
class Value:
    """A cell of a value column: its number, footnote mark and unit; None for a cell that says there is none."""

    number: int | float | None
    note: str = ""
    unit: str = ""


@dataclass(slots=True)
class Reading:
    """A row as far as it is read: what stood in its columns, and which doubts it left."""

    no: str = ""
    name: Words | None = None
    unit: str = ""
    values: dict[int, Value] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    shifted: bool = False
    unread: list[str] = field(default_factory=list)
    # The value columns whose cells are empty, without even a dash for none.
    blank: list[int] = field(default_factory=list)

    def indicator(self, columns: Sequence[Column], first_year: int | None) -> Indicator | None:
        """Gives the Indicator, or None for a row without name or values."""
        if self.name is None or not any(value.number is not None for value in self.values.values()):
            return None
        heads = [one for one in columns if one.holds is Holds.VALUE]
        values: dict[str, int | float] = {}
        roles: dict[str, str] = {}
        notes: dict[str, str] = {}
        for i, value in sorted(self.values.items()):
            if value.number is None or i >= len(heads):
                continue
            key = _key(heads, i)
            values[key], roles[key] = value.number, _role(heads, i, first_year)
            if value.note:
                notes[key] = value.note
        name, own = _named(self.name)
        unit = self.unit or own or next((value.unit for value in self.values.values() if value.unit), "")
        return Indicator(self.no, self.name.printed, name, unit or None, values, roles, notes, self.units)

    def missing(self, columns: Sequence[Column]) -> list[str]:
        """Gives the heads of the value columns in which this row has an empty cell."""
        heads = [one for one in columns if one.holds is Holds.VALUE]
        keys = [_key(heads, i) for i in self.blank]
        return [f"{key}年" if key.isdigit() and len(key) == 4 else "数值" for key in keys]


def _key(heads: Sequence[Column], index: int) -> str:
    return heads[index].year or heads[index].role or str(index)


def _role(heads: Sequence[Column], index: int, first_year: int | None) -> str:
    """The role the header says; where it says none, what lies before the plan's first year is a fact."""
    head = heads[index]
    if head.role:
        return head.role
    if first_year is not None and head.year:
        return "actual" if int(head.year) < first_year else "target"
    plain_heads = not any(one.role for one in heads) and len(heads) > 1
    return "baseline" if plain_heads and index == 0 else "target"


def _named(words: Words) -> tuple[str, str]:
    """The name without its footnote mark and without a unit of measure in brackets behind it, and that unit."""
    printed, match = "".join(words.printed.split()), words.match
    unit = ""
    if len(printed) != len(match):
        return printed, unit
    mark = _NAME_MARK.search(match)
    if mark and mark.start() > 1:
        printed, match = printed[: mark.start()], match[: mark.start()]
    measured = _NAME_MEASURE.search(match)
    if measured and measured.start() > 1 and is_measure(measured["measure"]):
        unit = measured["measure"]
        printed = printed[: measured.start()]
    return printed, unit


def value_of(words: Words, *, unit: str = "") -> Value | None:
    """Reads a cell of a value column; None for a cell whose words are no single number."""
    if not words.match or _EMPTY.fullmatch(words.match):
        return Value(None)
    match = _VALUE.fullmatch(words.match)
    bracketed = None if match else _BRACKETED.fullmatch(words.match)
    match = match or bracketed
    if match is None:
        return None
    rest = _TAIL.sub("", match["rest"])
    number = Decimal(match["number"].replace(",", ""))
    scale = next((word for word in _SCALES if rest.startswith(word)), "")
    own = rest
    if scale and (rest == scale or not rest.endswith("元")) and not unit.startswith(scale):
        number *= _SCALES[scale]
        own = rest[len(scale) :]
    note = match["mark"] or ("[]" if bracketed else "")
    return Value(plain(number), note, own if is_measure(own) else "")


def is_value(words: Words) -> bool:
    """Whether a cell printed alone holds a value: a number or a dash for none, but no name that holds a figure."""
    return (
        len(words.match) <= 20
        and bool(words.match)
        and (_EMPTY.fullmatch(words.match) is not None or (len(words.match) <= 14 and value_of(words) is not None))
    )


def index_of(words: Words) -> int | None:
    """The number of a row, where the cell holds nothing else."""
    match = _INDEX.fullmatch(words.match)
    return int(match[1]) if match else None


def owners(printed: str) -> tuple[str, ...]:
    """The names in a cell of responsible units, as printed, parted outside brackets."""
    names, depth, at = [], 0, 0
    for i, character in enumerate(printed):
        depth += (character in "(（[［〔【〈") - (character in ")）]］〕】〉")
        if depth <= 0 and character in "、,，;； \n\t\u3000":
            names.append(printed[at:i])
            at = i + 1
    names.append(printed[at:])
    return tuple(name for name in (one.strip("。.:： ") for one in names) if name)


def positional(columns: Sequence[Column], cells: Sequence[Words | None]) -> Reading:
    """Reads a row whose cells stand in their columns."""
    row, index, names = Reading(), 0, []
    for i, head in enumerate(columns):
        cell = cells[i] if i < len(cells) else None
        if head.holds is Holds.VALUE:
            _take(row, index, cell, head)
            index += 1
        elif cell is None or not cell.match:
            continue
        elif head.holds is Holds.NUMBER:
            row.no = cell.printed
        elif head.holds is Holds.MEASURE:
            row.unit = "" if _EMPTY.fullmatch(cell.match) else cell.match
        elif head.holds in (Holds.NAME, Holds.TASK):
            names.append((head.holds, cell))
        elif head.holds in _DUTIES:
            row.units += owners(cell.printed)
    row.name = next((cell for holds, cell in reversed(names) if holds is Holds.NAME), names[-1][1] if names else None)
    return row


def _take(row: Reading, index: int, cell: Words | None, head: Column) -> None:
    if cell is None or not cell.match:
        row.blank.append(index)
    value = value_of(cell, unit=row.unit) if cell is not None else Value(None)
    if value is None and cell is not None:
        row.unread.append(cell.printed)
    elif value is not None:
        row.values[index] = value


def in_order(columns: Sequence[Column], cells: Sequence[Words]) -> Reading:
    """Reads a row of which only the order of its cells is known: number, names, unit, values, duties.

    Where values are missing, those printed belong to the last columns, and the row is marked as shifted.
    """
    row = Reading()
    rest = list(cells)
    if rest and any(one.holds is Holds.NUMBER for one in columns) and index_of(rest[0]) is not None:
        row.no = rest.pop(0).printed
    first = next((i for i, cell in enumerate(rest) if i and is_value(cell)), len(rest))
    texts, behind = rest[:first], rest[first:]
    if len(texts) > 1 and is_measure(texts[-1].match):
        row.unit = texts.pop().match
    row.name = _name(columns, texts)
    wanted = sum(one.holds is Holds.VALUE for one in columns)
    values: list[Value] = []
    while behind and len(values) < wanted and is_value(behind[0]):
        values.append(value_of(behind.pop(0), unit=row.unit) or Value(None))
    row.shifted = len(values) < wanted
    row.values = dict(enumerate(values, start=wanted - len(values)))
    row.units = _units(columns, behind)
    return row


def _units(columns: Sequence[Column], behind: Sequence[Words]) -> tuple[str, ...]:
    """The responsible units among the cells behind the values: those in the columns of duties, where all are there."""
    last = max((i for i, one in enumerate(columns) if one.holds is Holds.VALUE), default=-1)
    heads = columns[last + 1 :]
    if not any(one.holds in _DUTIES for one in heads):
        return ()
    whole = len(heads) == len(behind)
    kept = [cell for i, cell in enumerate(behind) if not whole or heads[i].holds in _DUTIES]
    return tuple(name for cell in kept for name in owners(cell.printed))


def _name(columns: Sequence[Column], texts: Sequence[Words]) -> Words | None:
    """The name among the texts of a row: categories may stand before or behind it; a broken name is joined."""
    kept = [one for one in texts if one.match]
    if any(one.holds is Holds.CATEGORY for one in columns) and len(kept) > 1:
        own = [one for one in kept if not _CATEGORY.search(one.match)] or kept
        return own[-1]
    if not kept:
        return None
    return Words("".join(one.printed for one in kept), "".join(one.match for one in kept))
