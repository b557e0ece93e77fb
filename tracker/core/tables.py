"""Indicator tables (指标表) and responsibility tables (责任分工表), however the document prints them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tracker.core import script
from tracker.core.columns import Column, Holds, column, is_indicators, is_responsibilities
from tracker.core.flattened import Line, flattened
from tracker.core.grids import Grid, Row, grids, places_of_lines, trimmed
from tracker.core.indicators import Indicator, Reading, Words, in_order, positional
from tracker.core.quantities import plan_start
from tracker.core.text import BlockKind, Finding, Findings, Level, Span, Text

__all__ = ["Indicator", "ResponsibilityRow", "indicators", "responsibility_rows"]

_HEADER_ROWS = 3
_MEASURE_CELL = 24


@dataclass(frozen=True, slots=True)
class ResponsibilityRow:
    """A row of a responsibility table: places only, None where the table has no such column or an empty cell.

    `carried` is true where the names stand in a cell merged with an earlier row's.
    """

    number: str | None
    task: Span
    lead: Span | None
    responsible: Span | None
    cooperating: Span | None
    deadline: Span | None
    row: Span
    carried: bool = False


@dataclass(frozen=True, slots=True)
class _Header:
    columns: tuple[Column, ...]
    row: int
    depth: int


def indicators(
    text: Text, *, normal: str | None = None
) -> tuple[tuple[Indicator, ...], tuple[Finding, ...], tuple[Span, ...]]:
    """Gives the rows of all indicator tables, what was doubtful in them, and the places of the tables.

    Takes: the document; its matching form where the caller has it already. Linear in its length.
    """
    reader = _Indicators(text, script.normal(text.content) if normal is None else normal, plan_start(text.content))
    for grid in grids(text):
        reader.grid(grid)
    reader.flat()
    return (
        tuple(one for _, one in sorted(reader.found, key=lambda pair: pair[0])),
        tuple(reader.findings.items),
        tuple(sorted(reader.places, key=lambda place: place.start)),
    )


def responsibility_rows(text: Text, *, normal: str | None = None) -> tuple[ResponsibilityRow, ...]:
    """Gives the rows of all responsibility tables, in order. Linear in the document's length."""
    matching = script.normal(text.content) if normal is None else normal
    rows: list[ResponsibilityRow] = []
    for grid in grids(text):
        header = _header(grid, matching, responsibilities=True)
        if header is not None:
            rows.extend(_responsibilities(grid, header, matching))
    return tuple(rows)


def _match(normal: str, place: Span | None) -> str:
    return "" if place is None else "".join(normal[place.start : place.end].split())


def _header(grid: Grid, normal: str, *, responsibilities: bool) -> _Header | None:
    """The first row, with those that continue it, whose cells are the heads of such a table."""
    fits = is_responsibilities if responsibilities else is_indicators
    for i, row in enumerate(grid.rows):
        if not _may_head(row, normal):
            continue
        for depth in range(_HEADER_ROWS, 0, -1):
            rows = grid.rows[i : i + depth]
            if len(rows) < depth or not all(_continues(one, row, normal) for one in rows[1:]):
                continue
            columns = _columns(rows, normal)
            if fits(columns) and not (responsibilities and is_indicators(columns)):
                return _Header(columns, i, depth)
    return None


def _may_head(row: Row, normal: str) -> bool:
    heads = [_match(normal, place) for place in row.cells]
    if any(len(one) > _MEASURE_CELL for one in heads):
        return False
    return sum(column(one).holds is not Holds.OTHER for one in heads if one) >= 2


def _continues(row: Row, first: Row, normal: str) -> bool:
    """Whether a row below a header is still part of it: it says nothing but years and whether they are targets."""
    own = [
        _match(normal, place) for i, place in enumerate(row.cells)
        if place is not None and not (i < len(first.cells) and first.cells[i] == place)
    ]  # fmt: skip
    return bool(own) and all(column(one).holds is Holds.VALUE for one in own if one) and any(own)


def _columns(rows: Sequence[Row], normal: str) -> tuple[Column, ...]:
    width = max(len(row.cells) for row in rows)
    out = []
    for i in range(width):
        places = dict.fromkeys(row.cells[i] for row in rows if i < len(row.cells))
        out.append(column("".join(_match(normal, place) for place in places)))
    return tuple(out)


@dataclass(slots=True)
class _Indicators:
    text: Text
    normal: str
    first_year: int | None
    found: list[tuple[int, Indicator]] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    places: list[Span] = field(default_factory=list)

    def words(self, place: Span) -> Words:
        return Words(self.text.content[place.start : place.end].strip(), _match(self.normal, place))

    def grid(self, grid: Grid) -> None:
        """Reads a table, or lines that part into cells; lines end where no value stands any more."""
        header = _header(grid, self.normal, responsibilities=False)
        if header is None:
            return
        end = -1
        for row in grid.rows[header.row + header.depth :]:
            reading = self._row(header.columns, row, real=grid.real)
            if self._keep(reading, header.columns, Span(row.start, row.end)):
                end = row.end
            elif not grid.real and len([1 for place in row.cells if place]) > 1:
                break
        if end >= 0:
            start = grid.start if grid.real else grid.rows[header.row].start
            self.places.append(Span(start, grid.end if grid.real else end))

    def _row(self, columns: Sequence[Column], row: Row, *, real: bool) -> Reading:
        if row.printed >= len(columns):
            cells = [None if place is None else self.words(place) for place in row.cells]
            if row.printed == len(columns):
                return positional(columns, cells)
        return in_order(columns, [self.words(place) for place in dict.fromkeys(row.cells) if place is not None])

    def flat(self) -> None:
        """Reads the tables that stand one cell a line among the paragraphs."""
        lines = []
        for block in self.text.blocks:
            if block.kind is BlockKind.TABLE and block.cells:
                continue
            for place in places_of_lines(self.text.content, block):
                kept = trimmed(self.text.content, place.start, place.end)
                if kept is not None:
                    lines.append(Line(kept.start, kept.end, self.words(kept)))
        for table in flattened(lines):
            self.places.append(Span(table.start, table.end))
            for row in table.rows:
                reading = in_order(table.columns, [cell.words for cell in row.cells])
                self._keep(reading, table.columns, Span(row.cells[0].start, row.cells[-1].end))

    def _keep(self, reading: Reading, columns: Sequence[Column], place: Span) -> bool:
        indicator = reading.indicator(columns, self.first_year)
        if indicator is None:
            return False
        self.found.append((place.start, indicator))
        if reading.shifted:
            message = f"指标“{indicator.name}”缺少单元格,数值已按靠右对应年份,请核对。"
            self.findings.add("indicator.missing-cells", Level.CHECK, message, place)
        for year in reading.missing(columns):
            message = f"指标“{indicator.name}”{year}一栏是空的，请核对是否漏填。"
            self.findings.add("indicator.missing-cell", Level.CHECK, message, place)
        for words in reading.unread:
            message = f"指标“{indicator.name}”的“{words}”不是单一数值,未读取,请核对。"
            self.findings.add("indicator.unread-value", Level.CHECK, message, place)
        return True


_DUTIES = (Holds.LEAD, Holds.RESPONSIBLE, Holds.COOPERATING)


def _responsibilities(grid: Grid, header: _Header, normal: str) -> list[ResponsibilityRow]:
    rows = [row for row in grid.rows[header.row + header.depth :] if _is_data(row, header.columns, normal)]
    task = _task_column(rows, header.columns)
    found: list[ResponsibilityRow] = []
    for row in rows:
        place = row.cells[task] if task < len(row.cells) else None
        if place is None or task in row.carried:
            continue
        made = _responsibility(row, header.columns, place, normal)
        bare = not grid.real and not (made.lead or made.responsible or made.cooperating)
        if bare and found:
            above = found[-1]
            lead, responsible, cooperating = above.lead, above.responsible, above.cooperating
            made = replace(made, lead=lead, responsible=responsible, cooperating=cooperating, carried=True)
        found.append(made)
    return found


def _is_data(row: Row, columns: Sequence[Column], normal: str) -> bool:
    """Whether a row is neither the name of a group of rows nor the header printed again on the next page."""
    own = {place for i, place in enumerate(row.cells) if place is not None and i not in row.carried}
    return len(own) > 1 and not (len(row.cells) == len(columns) and _columns([row], normal) == tuple(columns))


def _task_column(rows: Sequence[Row], columns: Sequence[Column]) -> int:
    """The column that says what is to be done in most rows: a column of merged cells only says under which heading."""
    wanted = Holds.TASK if any(one.holds is Holds.TASK for one in columns) else Holds.NAME
    counts = {
        i: sum(i < len(row.cells) and row.cells[i] is not None and i not in row.carried for row in rows)
        for i, one in enumerate(columns)
        if one.holds is wanted
    }
    return max(counts, key=lambda i: (counts[i], -i))


def _responsibility(row: Row, columns: Sequence[Column], task: Span, normal: str) -> ResponsibilityRow:
    places: dict[Holds, Span] = {}
    carried = False
    for i, head in enumerate(columns):
        place = row.cells[i] if i < len(row.cells) else None
        if place is not None and head.holds not in places:
            places[head.holds] = place
            carried = carried or (head.holds in _DUTIES and i in row.carried)
    number = places.get(Holds.NUMBER)
    return ResponsibilityRow(
        number=normal[number.start : number.end].strip() if number else None,
        task=task,
        lead=places.get(Holds.LEAD),
        responsible=places.get(Holds.RESPONSIBLE),
        cooperating=places.get(Holds.COOPERATING),
        deadline=places.get(Holds.DEADLINE),
        row=Span(row.start, row.end),
        carried=carried,
    )
