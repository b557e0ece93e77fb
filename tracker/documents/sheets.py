"""Filled-in sheets (.xlsx) as plain cells: nothing is computed, a formula is only recognised as one.

A reader of our own because the known ones expand a merge of two thousand million cells and believe the value a
formula carries.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from tracker.documents.archive import Package, parse_xml
from tracker.documents.refusals import refusal
from tracker.errors import Unreadable

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_BYTES = 4 * 1024 * 1024
MAX_XML_BYTES = 16 * 1024 * 1024
MAX_CELLS = 200_000
MAX_ROWS = 3000
MAX_COLUMNS = 100
MAX_CELL = 2000
MAX_MERGES = 5000
HEAD_WITHIN = 10
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# How the format writes characters that XML cannot hold, and its own escapes.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile(r"^([A-Z]{1,3})([0-9]{1,7})$")
_ASK = "请下载模板，按模板填写后另存为 .xlsx 再上传。"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is named in the first row; `names` are all the headings it is known by, the first is shown."""

    key: str
    names: tuple[str, ...]
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class WrongCell:
    """One thing wrong in a sheet: row as Excel counts it, 0 for the sheet as a whole; heading; what is expected.

    `place` is the cell as Excel names it ("I7"), where it is one cell.
    """

    row: int
    column: str
    problem: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that holds anything: its number as Excel counts it and the text of each known column."""

    number: int
    cells: dict[str, str]


@dataclass(slots=True)
class Sheet:
    """The rows of a sheet under its headings, what is wrong in it, and headings nobody knows.

    `letters` names the column of each key as Excel does; `hidden` are rows that are not seen; `merged` are the first
    and last row of each merge below the headings.
    """

    rows: list[SheetRow] = field(default_factory=list)
    wrong: list[WrongCell] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    letters: dict[str, str] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell, and what keeps it from being read."""

    text: str
    problem: str = ""


_Grid = dict[int, dict[int, Cell]]


def read_grid(data: bytes, *, longest: int = MAX_CELL) -> dict[int, dict[str, Cell]]:
    """Gives the filled cells of the first sheet by row number and column letters, whatever its headings are.

    A merge says the same in each of its cells. Raises: Unreadable for what is no readable .xlsx.
    """
    tree, strings = _first_sheet(_package(_checked(data)))
    grid = _cells(tree, strings, longest)
    _fill_merges(grid, [merge.get("ref") or "" for merge in tree.iter(_MAIN + "mergeCell")])
    return {row: {_letters(column): cell for column, cell in sorted(grid[row].items())} for row in sorted(grid)}


def _fill_merges(grid: _Grid, merges: list[str]) -> None:
    if len(merges) > MAX_MERGES:
        raise Unreadable("too-complex", f"表格有超过 {MAX_MERGES} 处合并单元格，没有读取。请取消部分合并后再上传。")
    rows, columns, filled = sorted(grid), {column for row in grid.values() for column in row}, 0
    for merge in merges:
        top, bottom = (_PLACE.match(corner) for corner in (merge.partition(":")[0], merge.partition(":")[2]))
        cell = grid.get(int(top[2]), {}).get(_number(top[1])) if top and bottom else None
        if top is None or bottom is None or cell is None:
            continue
        # Only over rows and columns that hold anything: a merge may claim two thousand million cells.
        for row in rows[bisect_left(rows, int(top[2])) : bisect_right(rows, int(bottom[2]))]:
            for column in range(_number(top[1]), min(_number(bottom[1]), max(columns)) + 1):
                grid[row].setdefault(column, cell)
                filled += 1
        if filled > MAX_CELLS:
            raise Unreadable("too-complex", "表格的合并单元格互相重叠或范围过大，没有读取。请取消合并后再上传。")


def read_sheet(data: bytes, columns: Sequence[Column], *, longest: int = MAX_CELL) -> Sheet:
    """Gives the first sheet of a workbook under the headings of `columns`; no cell may hold more than `longest`.

    Raises: Unreadable for what is no readable .xlsx; everything wrong inside one is named in `wrong`.
    """
    tree, strings = _first_sheet(_package(_checked(data)))
    grid = _cells(tree, strings, longest)
    merges = [merge.get("ref") or "" for merge in tree.iter(_MAIN + "mergeCell")]
    sheet = _under_headings(grid, merges, columns)
    sheet.hidden = frozenset(number for number in _hidden(tree) if number in grid)
    return sheet


def _checked(data: bytes) -> bytes:
    if not data:
        raise Unreadable("empty", "没有选择文件，或者文件是空的。" + _ASK)
    if len(data) > MAX_BYTES:
        raise Unreadable("too-large", f"表格超过 {MAX_BYTES // 1024 // 1024} MB，没有读取。请拆成几份后再上传。")
    if not data.startswith(b"PK\x03\x04"):
        raise Unreadable("wrong-type", "这不是 .xlsx 表格。" + _ASK)
    return data


def _package(data: bytes) -> Package:
    try:
        package = Package(data)
    except Unreadable as error:
        raise Unreadable(error.code, "表格已损坏、设有密码或结构异常，无法读取。" + _ASK) from None
    if "xl/workbook.xml" not in package.names():
        raise Unreadable("wrong-type", "这不是 .xlsx 表格。" + _ASK)
    return package


def _tree(package: Package, name: str) -> _Element | None:
    try:
        data = package.read(name)
        if data is not None and len(data) > MAX_XML_BYTES:
            raise refusal("too-complex")
        return None if data is None else parse_xml(data)
    except Unreadable as error:
        raise Unreadable(error.code, "表格内部结构异常或过大，没有读取。" + _ASK) from None


def _hidden(tree: _Element) -> list[int]:
    rows = [row.get("r") or "" for row in tree.iter(_MAIN + "row") if row.get("hidden") in ("1", "true")]
    return [int(number) for number in rows if number.isascii() and number.isdigit()]


def _first_sheet(package: Package) -> tuple[_Element, list[str]]:
    book, links = _tree(package, "xl/workbook.xml"), _tree(package, "xl/_rels/workbook.xml.rels")
    first = None if book is None else next(book.iter(_MAIN + "sheet"), None)
    targets = {link.get("Id"): link.get("Target") or "" for link in (() if links is None else links)}
    target = targets.get(first.get(_LINK_ID)) if first is not None else None
    if target is None:
        raise Unreadable("damaged", "表格里没有工作表。" + _ASK)
    sheet = _tree(package, target.lstrip("/") if target.startswith("/") else "xl/" + target)
    if sheet is None:
        raise Unreadable("damaged", "表格里没有工作表。" + _ASK)
    return sheet, _shared_strings(package)


def _shared_strings(package: Package) -> list[str]:
    root = _tree(package, "xl/sharedStrings.xml")
    return [] if root is None else [_rich(item) for item in root.iter(_MAIN + "si")]


def _rich(item: _Element) -> str:
    """The text of a string with its runs, without the phonetic signs beside it."""
    parts = [child.text or "" for child in item.findall(_MAIN + "t")]
    parts += [run.findtext(_MAIN + "t") or "" for run in item.findall(_MAIN + "r")]
    return _ESCAPED.sub(_unescaped, "".join(parts))


def _unescaped(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character.isprintable() or character in "\n\t" else ""


def _cells(sheet: _Element, strings: list[str], longest: int) -> _Grid:
    grid: _Grid = {}
    rows = 0
    for count, cell in enumerate(sheet.iter(_MAIN + "c")):
        place = _PLACE.match(cell.get("r") or "")
        if place is None:
            raise Unreadable("damaged", "表格的单元格没有位置，无法读取。" + _ASK)
        read = _cell(cell, strings, longest)
        column, row = _number(place[1]), int(place[2])
        if not read.text and not read.problem:
            continue
        if column > MAX_COLUMNS:
            words = f"单元格 {place[0]} 有内容，超出 {MAX_COLUMNS} 列的上限，没有读取。请删去后再上传。"
            raise Unreadable("too-complex", words)
        rows += row not in grid
        if rows > MAX_ROWS or count > MAX_CELLS:
            raise Unreadable("too-complex", f"表格超过 {MAX_ROWS} 行，没有读取。请拆成几份后再上传。")
        grid.setdefault(row, {})[column] = read
    return grid


def _cell(cell: _Element, strings: list[str], longest: int) -> Cell:
    if cell.find(_MAIN + "f") is not None:
        return Cell("", "是公式，请改为文字（复制后选择性粘贴为“数值”）")
    kind, value = cell.get("t", "n"), cell.findtext(_MAIN + "v") or ""
    if kind == "inlineStr":
        inline = cell.find(_MAIN + "is")
        text = "" if inline is None else _rich(inline)
    elif kind == "s":
        is_known = value.isascii() and value.isdigit() and int(value[:9]) < len(strings)
        text = strings[int(value)] if is_known else ""
    elif kind == "e":
        return Cell("", f"是错误值（{value[:20]}），请改正")
    else:
        text = _plain_number(value) if kind == "n" else value
    text = text.replace("\xa0", " ").strip()
    if len(text) > longest:
        return Cell("", f"内容过长（{len(text)} 字），最多 {longest} 字")
    return Cell(text)


def _plain_number(value: str) -> str:
    """A telephone number that Excel keeps as 1.3800001234E10 reads as it was typed."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    is_whole = number.is_finite() and number.adjusted() < 20 and number == number.to_integral_value()
    return str(int(number)) if is_whole else value


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _heading(text: str) -> str:
    return re.sub(r"[\s*＊]", "", text).translate(str.maketrans("（）／", "()/"))


def _under_headings(grid: _Grid, merges: list[str], columns: Sequence[Column]) -> Sheet:
    known = {_heading(name): column for column in columns for name in column.names}
    head_row, found = _find_head(grid, known)
    missing = [column.names[0] for column in columns if column.is_required and column not in found.values()]
    sheet = Sheet()
    if missing:
        words = "缺少列：" + "、".join(missing) + f"。列名须写在前 {HEAD_WITHIN} 行中的同一行"
        sheet.wrong.append(WrongCell(0, "表头", words))
        return sheet
    sheet.ignored = tuple(
        cell.text for place, cell in sorted(grid.get(head_row, {}).items()) if cell.text and place not in found
    )
    sheet.letters = {column.key: _letters(place) for place, column in found.items()}
    _note_merges(sheet, merges, head_row)
    for number in sorted(row for row in grid if row > head_row):
        _add_row(sheet, number, grid[number], found)
    return sheet


def _find_head(grid: _Grid, known: Mapping[str, Column]) -> tuple[int, dict[int, Column]]:
    best: tuple[int, dict[int, Column]] = (0, {})
    for row in sorted(grid)[:HEAD_WITHIN]:
        found: dict[int, Column] = {}
        for place, cell in sorted(grid[row].items()):
            column = known.get(_heading(cell.text))
            if column is not None and column not in found.values():
                found[place] = column
        if len(found) > len(best[1]):
            best = (row, found)
    return best


def _note_merges(sheet: Sheet, merges: list[str], head_row: int) -> None:
    for merge in merges:
        corner = _PLACE.match(merge.partition(":")[2])
        if corner is not None and int(corner[2]) > head_row:
            top = _PLACE.match(merge.partition(":")[0])
            row = int(top[2]) if top else 0
            sheet.merged += ((row, int(corner[2])),)
            sheet.wrong.append(WrongCell(row, merge, "是合并单元格，请取消合并后逐行填写"))


def _add_row(sheet: Sheet, number: int, cells: Mapping[int, Cell], found: Mapping[int, Column]) -> None:
    texts: dict[str, str] = {column.key: "" for column in found.values()}
    for place, column in found.items():
        cell = cells.get(place)
        if cell is not None and cell.problem:
            sheet.wrong.append(WrongCell(number, column.names[0], cell.problem, f"{_letters(place)}{number}"))
        elif cell is not None:
            texts[column.key] = cell.text
    if any(texts.values()):
        sheet.rows.append(SheetRow(number, texts))
