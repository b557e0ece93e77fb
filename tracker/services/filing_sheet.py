"""A unit's filing as a sheet (填报表): down with what is written already, up again with every cell checked.

What cannot be taken is named by row, column and what is expected; the rest is kept. The same sheet sent twice changes
nothing. Source: DESIGN 5.3.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.core.acts import LONGEST
from tracker.core.filing import Words
from tracker.core.filing_sheet import HEADINGS, SAME, WRITTEN, FilingLine, FilingSheet, RowKey, opened, sealed
from tracker.core.periods import period_label
from tracker.core.permissions import Actor
from tracker.db import office_date
from tracker.documents.sheets import Column, Sheet, SheetRow, WrongCell, read_sheet
from tracker.errors import Conflict, Invalid, NotAllowed, Unreadable
from tracker.models import Unit
from tracker.services import audit
from tracker.services.filing import Entry, save_row, words_of
from tracker.services.filing_pages import FilingRow, every_row

_COLUMNS = [Column(key, (heading,), is_required=key in ("key", *WRITTEN)) for key, heading in HEADINGS]
_NAMES = dict(HEADINGS)
_NOTE = (
    "只填写白色的各栏，不要增删、合并或隐藏行列，不要用公式；与上期完全相同的，可只在“同上期”选“是”。"
    "填好后在报送页上传。"
)


@dataclass(frozen=True, slots=True)
class RefusedCell:
    """One thing that could not be taken: the cell as Excel names it, its heading, the task, what is wrong."""

    row: int
    place: str
    heading: str
    task: str
    problem: str


@dataclass(slots=True)
class Taken:
    """What a sheet brought: tasks whose row changed, how many stood so already, and what was refused."""

    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    refused: list[RefusedCell] = field(default_factory=list)


def sheet_to_fill(session: Session, actor: Actor, *, secret: str, today: date) -> FilingSheet:
    """Gives the sheet of all that the actor's unit files today. Raises NotAllowed for somebody without a unit."""
    unit = session.get(Unit, actor.unit_id) if actor.unit_id is not None else None
    if unit is None:
        raise NotAllowed("您的账号没有所属单位，不能报送。")
    rows = every_row(session, actor, today=today)
    months = "、".join(period_label(month) for month in sorted({row.month for row in rows}))
    lines = tuple(_line(row, unit.id, secret) for row in rows)
    return FilingSheet(f"{unit.name}进展填报表（{months}）", _NOTE, lines)


def _line(row: FilingRow, unit_id: int, secret: str) -> FilingLine:
    last = row.last.words if row.last is not None else None
    return FilingLine(
        key=sealed(RowKey(unit_id, row.assignment_id, row.month, row.version), secret),
        plan=row.plan_title,
        number=_number(row),
        title=row.title,
        due=row.due_on.isoformat() if row.due_on else "长期坚持",
        last=last.progress if last is not None else "",
        last_percent=last.percent if last is not None else None,
        words=row.words,
        is_open=row.is_open,
    )


def _number(row: FilingRow) -> str:
    return f"{row.number}（第{row.part}部分）" if row.part else row.number


def take_sheet(session: Session, actor: Actor, data: bytes, *, secret: str, now: datetime) -> Taken:
    """Keeps what a filled-in sheet says as drafts, row by row; what cannot be taken is named in `refused`.

    Raises Unreadable for what is no readable .xlsx or no sheet of this product.
    """
    sheet = read_sheet(data, _COLUMNS, longest=LONGEST)
    if not sheet.letters:
        raise Unreadable("wrong-sheet", f"这不是本系统的填报表：{sheet.wrong[0].problem}。请重新下载填报表填写。")
    rows = {row.assignment_id: row for row in every_row(session, actor, today=office_date(now))}
    taking = _Taking(session, actor, sheet, secret, rows, now)
    for wrong in sheet.wrong:
        taking.note(wrong)
    taking.count_keys()
    for line in sheet.rows:
        taking.take(line)
    if taking.taken.changed:
        unit = session.get(Unit, actor.unit_id)
        words = f"{unit.name if unit else ''}上传填报表，更新{len(taking.taken.changed)}项"
        audit.record(session, actor, "filing.take_sheet", unit, summary=words, now=now)
    taking.taken.refused.sort(key=lambda each: each.row)
    return taking.taken


@dataclass(slots=True)
class _Taking:
    """One sheet under way."""

    session: Session
    actor: Actor
    sheet: Sheet
    secret: str
    rows: Mapping[int, FilingRow]
    now: datetime
    taken: Taken = field(default_factory=Taken)
    keys: Counter[int] = field(default_factory=Counter)

    def note(self, wrong: WrongCell) -> None:
        self.taken.refused.append(RefusedCell(wrong.row, wrong.place, wrong.column, "", f"{wrong.problem}。"))

    def refuse(self, line: SheetRow, key: str, problem: str) -> None:
        task = f"{line.cells.get('number', '')}{line.cells.get('title', '')}"[:60]
        place = f"{self.sheet.letters[key]}{line.number}" if key in self.sheet.letters else ""
        self.taken.refused.append(RefusedCell(line.number, place, _NAMES[key], task, problem))

    def count_keys(self) -> None:
        """Counts how often each row stands in the sheet."""
        found = (opened(line.cells["key"], self.secret) for line in self.sheet.rows)
        self.keys.update(key.assignment_id for key in found if key is not None)

    def take(self, line: SheetRow) -> None:
        """Keeps one row, or notes why not."""
        if any(wrong.row == line.number for wrong in self.sheet.wrong):
            return
        problem = self._of_place(line)
        if problem:
            return self.refuse(line, "key", problem)
        key = opened(line.cells["key"], self.secret)
        if key is None:
            words = "行标识被改动或缺失，无法确认这一行是哪项任务。请重新下载填报表，把内容填到对应的行。"
            return self.refuse(line, "key", words)
        row = self.rows.get(key.assignment_id)
        problem = self._of_key(key, row)
        if problem or row is None:
            return self.refuse(line, "key", problem)
        if _squeezed(line.cells.get("title", "")) != _squeezed(row.title):
            words = f"任务名称与行标识不符，应为“{row.title[:40]}”。可能是排序或粘贴时错行，请重新下载填报表填写。"
            return self.refuse(line, "title", words)
        return self._keep(line, key, row)

    def _of_place(self, line: SheetRow) -> str:
        if line.number in self.sheet.hidden:
            return "这一行被隐藏或筛选掉了，没有读取。请取消隐藏和筛选后再上传。"
        if any(first <= line.number <= last for first, last in self.sheet.merged):
            return "这一行有合并单元格，没有读取。请取消合并后逐行填写。"
        return ""

    def _of_key(self, key: RowKey, row: FilingRow | None) -> str:
        if key.unit_id != self.actor.unit_id:
            return "这一行是其他单位的任务，不能由贵单位填报。请用本单位下载的填报表。"
        if self.keys[key.assignment_id] > 1:
            return "同一项任务在表中出现了多次，都没有读取。请只保留一行。"
        if row is None:
            return "这项任务现在不需要贵单位填报（不在报送期内，或任务已有变化）。"
        if key.month != row.month:
            return f"这是{period_label(key.month)}的填报表，现在填报的是{period_label(row.month)}。请重新下载。"
        return ""

    def _keep(self, line: SheetRow, key: RowKey, row: FilingRow) -> None:
        words = self._words(line, row)
        if words is None:
            return
        if words == row.words:
            self.taken.unchanged += 1
        elif not row.is_open:
            state = row.status.label if row.status is not None else ""
            self.refuse(line, "progress", f"这一项{state}，不能修改；如需修改请先在报送页撤回。")
        elif key.version != row.version:
            now = f"“{row.words.progress[:40]}”" if row.words.progress else "空白"
            self.refuse(line, "progress", f"下载之后这一项已被修改，现为{now}。请重新下载后填写这一行。")
        else:
            self._save(line, row, words)

    def _save(self, line: SheetRow, row: FilingRow, words: Words) -> None:
        try:
            save_row(self.session, self.actor, Entry(row.assignment_id, row.version, words), now=self.now)
        except Conflict as refusal:
            self.refuse(line, "progress", refusal.message)
        except Invalid as refusal:
            self.refuse(line, "progress", "；".join(refusal.fields.values()))
        else:
            self.taken.changed.append(f"{_number(row)}{row.title}")

    def _words(self, line: SheetRow, row: FilingRow) -> Words | None:
        """The words of a row, None where one of its cells was refused."""
        try:
            words = words_of({name: line.cells.get(name, "") for name in WRITTEN})
        except Invalid as refusal:
            for name, problem in refusal.fields.items():
                self.refuse(line, name, f"填的是“{line.cells.get(name, '')[:20]}”。{problem}")
            return None
        same = line.cells.get("same", "").strip()
        if not same:
            return words
        if same != SAME:
            self.refuse(line, "same", f"填的是“{same[:20]}”，只能选“{SAME}”或留空。")
            return None
        return self._same(line, row, words)

    def _same(self, line: SheetRow, row: FilingRow, words: Words) -> Words | None:
        if row.last is None:
            self.refuse(line, "same", "此前没有报送过，不能填“同上期”，请填写本期进展。")
            return None
        if words not in (row.words, row.last.words) and not words.is_blank:
            self.refuse(line, "same", "选了“同上期”，又改了本期内容，不知以哪个为准。请清除其中之一。")
            return None
        return replace(row.last.words)


def _squeezed(text: str) -> str:
    return "".join(text.split())
