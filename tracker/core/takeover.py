"""A ledger kept elsewhere (台账) read as of a day (存量建账): what its columns mean, what its cells say, whose.

The ledger is somebody's own: its headings are guessed by name and corrected by hand, its rows are proposed to tasks by
number and likeness of the words, and confirmed by hand.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from rapidfuzz import fuzz

from tracker.core.terms import Labelled, TaskState

LEAST_LIKENESS = 60
HEAD_WITHIN = 12
_SHORTEST_CODE = 4
_LONGEST_COMPARED = 300


class Meaning(Labelled):
    """What a column of the ledger says; the label is what the page calls it."""

    NUMBER = "number", "任务编号"
    TITLE = "title", "工作任务"
    UNIT = "unit", "责任单位"
    STATE = "state", "办理状态"
    ISSUED_ON = "issued_on", "交办日期"
    ORIGINAL_DUE_ON = "original_due_on", "原定时限"
    DUE_ON = "due_on", "现定时限"
    EXTENSIONS = "extensions", "延期次数"
    PROGRESS = "progress", "最新进展"
    PERCENT = "percent", "完成比例"
    PROBLEMS = "problems", "存在问题"
    NEXT_STEP = "next_step", "下一步"
    CLOSED_ON = "closed_on", "办结日期"
    CONTACT_NAME = "contact_name", "联系人"
    CONTACT_PHONE = "contact_phone", "联系电话"


_NAMES: Mapping[Meaning, tuple[str, ...]] = {
    Meaning.NUMBER: ("任务编号", "编号", "序号", "任务序号", "项目编号"),
    Meaning.TITLE: ("工作任务", "任务", "任务名称", "任务内容", "重点任务", "主要任务", "工作内容", "事项", "督办事项"),
    Meaning.UNIT: ("责任单位", "牵头单位", "承办单位", "责任部门", "牵头部门", "主办单位", "单位"),
    Meaning.STATE: ("办理状态", "状态", "办理结果", "办理情况", "完成情况", "当前状态", "是否办结", "任务状态"),
    Meaning.ISSUED_ON: ("交办日期", "交办时间", "立项时间", "下达时间", "立项日期"),
    Meaning.ORIGINAL_DUE_ON: ("原定时限", "原完成时限", "原定完成时限", "计划完成时间", "原时限", "原定时间"),
    Meaning.DUE_ON: ("现定时限", "完成时限", "现完成时限", "办结时限", "完成时间", "时限", "调整后时限", "时限要求"),
    Meaning.EXTENSIONS: ("延期次数", "延期", "延期情况", "调整次数"),
    Meaning.PROGRESS: ("最新进展", "进展情况", "工作进展", "进展", "目前进展", "推进情况", "落实情况", "最近进展"),
    Meaning.PERCENT: ("完成比例", "进度", "完成进度", "完成率", "完成百分比", "比例"),
    Meaning.PROBLEMS: ("存在问题", "问题", "困难问题", "主要问题", "存在困难"),
    Meaning.NEXT_STEP: ("下一步", "下一步打算", "下一步工作", "下步计划", "下步措施", "下一步计划"),
    Meaning.CLOSED_ON: ("办结日期", "办结时间", "完成日期", "实际完成时间", "销号时间"),
    Meaning.CONTACT_NAME: ("联系人", "联络员", "联系人姓名", "经办人"),
    Meaning.CONTACT_PHONE: ("联系电话", "电话", "联系方式", "手机"),
}
_BY_NAME = {name: meaning for meaning, names in _NAMES.items() for name in names}
_STATES: Mapping[TaskState, tuple[str, ...]] = {
    TaskState.IN_PROGRESS: (
        *(
            "办理中",
            "进行中",
            "推进中",
            "正在推进",
            "正在办理",
            "在办",
            "未完成",
            "未办结",
            "否",
            "正常推进",
            "序时推进",
        ),
        *("达序时", "滞后", "逾期", "临期", "未启动", "未开展", "待审核", "已启动", "部分完成", "基本完成"),
    ),
    TaskState.CLOSED: ("已办结", "办结", "已完成", "完成", "全部完成", "是"),
    TaskState.ARCHIVED: ("已销号", "销号"),
    TaskState.STANDING: ("常态化", "长期坚持", "持续推进", "常态化推进", "转常态化", "长期"),
    TaskState.SUSPENDED: ("中止", "暂停", "暂缓", "已中止"),
    TaskState.TERMINATED: ("终止", "已终止", "取消", "不再实施"),
}
_STATE_OF = {name: state for state, names in _STATES.items() for name in names}
FINISHED = frozenset({TaskState.CLOSED, TaskState.ARCHIVED})
_EXPECTED_STATES = "、".join(state.label for state in _STATES)
_DAY = re.compile(r"^(\d{4})[年./\-](\d{1,2})[月./\-](\d{1,2})日?(?:[ T]00:00(?::00)?)?$")
_MONTH = re.compile(r"^(\d{4})[年./\-](\d{1,2})月?(?:底|末|底前|末前|前)?$")
_YEAR = re.compile(r"^(\d{4})年?(?:底|末|底前|末前|年底|年底前)?$")
_COUNT = re.compile(r"^(\d{1,2})次?$")
_PERCENT = re.compile(r"^(\d{1,3}(?:\.\d{1,9})?)[%％]?$")
_SERIALS = range(20_000, 80_000)
_SERIAL_ZERO = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the ledger: its letters, its heading, what it is taken to mean, some of what stands in it."""

    letters: str
    heading: str
    meaning: Meaning | None
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawLine:
    """A row of the ledger as it was read: the text of its cells, and what is wrong with one, by column letters."""

    row: int
    cells: Mapping[str, str]
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that cannot be taken over: its row, its place ("F7"), the column's heading, what is expected."""

    row: int
    place: str
    column: str
    problem: str


@dataclass(frozen=True, slots=True)
class Line:
    """What one row of the ledger says."""

    row: int
    number: str = ""
    title: str = ""
    unit: str = ""
    state: TaskState = TaskState.IN_PROGRESS
    issued_on: date | None = None
    original_due_on: date | None = None
    due_on: date | None = None
    extensions: int = 0
    progress: str = ""
    percent: int | None = None
    problems: str = ""
    next_step: str = ""
    closed_on: date | None = None
    contact_name: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A task of the plan as it is compared with the ledger."""

    key: int
    number: str
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Which task a row seems to be about, and how alike they are in per cent."""

    key: int
    likeness: int


def heading_row(texts: Mapping[int, Mapping[str, str]]) -> int | None:
    """Gives the row with the headings: of the first rows the one that names most meanings, the lower of two alike.

    Under a heading that is merged over two rows the lower row is the one that tells columns apart.
    """
    best, found = 0, None
    for row in sorted(texts)[:HEAD_WITHIN]:
        known = len({_BY_NAME[name] for name in map(_bare, texts[row].values()) if name in _BY_NAME})
        if known and known >= best:
            best, found = known, row
    return found if best > 1 else None


def guess_meanings(headings: Mapping[str, str]) -> dict[str, Meaning]:
    """Gives what each column seems to mean, by its letters; none twice, and what nobody knows is left out."""
    guessed: dict[str, Meaning] = {}
    for is_near in (False, True):
        for letters, heading in headings.items():
            meaning = _near(_bare(heading)) if is_near else _BY_NAME.get(_bare(heading))
            if letters not in guessed and meaning is not None and meaning not in guessed.values():
                guessed[letters] = meaning
    return guessed


def _near(heading: str) -> Meaning | None:
    """A heading that holds one of the longer names, such as 现定完成时限（年月日）."""
    held = [name for name in _BY_NAME if len(name) > 2 and name in heading]
    return _BY_NAME[max(held, key=len)] if held else None


def _bare(text: str) -> str:
    return re.sub(r"[\s*＊:：]|[（(].*?[）)]", "", text)


def read_lines(
    raw: Sequence[RawLine], headings: Mapping[str, str], meanings: Mapping[str, Meaning], *, as_of: date
) -> tuple[list[Line], list[Wrong]]:
    """Gives what the rows say, and every cell that cannot be read or contradicts the day of taking over."""
    reader = _Reader(headings, meanings, as_of, _holds_fractions(raw, meanings))
    lines = [reader.line(each) for each in raw if not is_caption(each)]
    return lines, reader.wrong


def is_caption(raw: RawLine) -> bool:
    """Whether a row is a chapter's name merged over all of it, or nothing but a number."""
    texts = [text for text in raw.cells.values() if text]
    return not raw.wrong and (len(texts) < 2 or (len(texts) > 2 and len(set(texts)) == 1))


def _holds_fractions(raw: Sequence[RawLine], meanings: Mapping[str, Meaning]) -> bool:
    """Whether the column of percentages holds 0.6 for 60, as Excel keeps cells formatted as per cent."""
    letters = next((each for each, meaning in meanings.items() if meaning is Meaning.PERCENT), "")
    texts = [line.cells.get(letters, "") for line in raw]
    plain = [text for text in texts if _PERCENT.match(text) and text[-1] not in "%％"]
    return any("." in text for text in plain) and all(float(text) <= 1 for text in plain)


class _Reader:
    """Reads the cells of one ledger and notes what is wrong by its place."""

    def __init__(
        self, headings: Mapping[str, str], meanings: Mapping[str, Meaning], as_of: date, is_fraction: bool
    ) -> None:
        self._headings, self._as_of, self._is_fraction = headings, as_of, is_fraction
        self._columns = {meaning: letters for letters, meaning in meanings.items()}
        self.wrong: list[Wrong] = []

    def line(self, raw: RawLine) -> Line:
        for meaning, letters in self._columns.items():
            if raw.wrong.get(letters):
                self._refuse(raw, meaning, raw.wrong[letters])
        words: dict[str, Any] = {meaning.value: self._text(raw, meaning) for meaning in _WORDS}
        dates: dict[str, Any] = {meaning.value: self._value(raw, meaning, _day_in) for meaning in _DATES}
        line = Line(
            raw.row,
            **words,
            **dates,
            state=self._value(raw, Meaning.STATE, _state_in) or TaskState.IN_PROGRESS,
            extensions=self._value(raw, Meaning.EXTENSIONS, _count_in) or 0,
            percent=self._value(raw, Meaning.PERCENT, self._percent_in),
        )
        self._check(raw, line)
        return line

    def _text(self, raw: RawLine, meaning: Meaning) -> str:
        return raw.cells.get(self._columns.get(meaning, ""), "")

    def _value(self, raw: RawLine, meaning: Meaning, read: Callable[[str], Any]) -> Any:
        text = re.sub(r"\s", "", self._text(raw, meaning))
        if text in ("", "—", "-", "/", "无"):
            return None
        try:
            return read(text)
        except ValueError as error:
            self._refuse(raw, meaning, f"“{text[:20]}”{error}")
            return None

    def _percent_in(self, text: str) -> int:
        found = _PERCENT.match(text)
        if found is None:
            raise ValueError("不是完成比例，应为 0 至 100 的数，如 60%")
        scale = 100 if self._is_fraction and text[-1] not in "%％" else 1
        value = round(float(found[1]) * scale)
        if value > 100:
            raise ValueError("超过 100%，应为 0 至 100 的数")
        return value

    def _check(self, raw: RawLine, line: Line) -> None:
        for meaning in (Meaning.ISSUED_ON, Meaning.CLOSED_ON):
            day = getattr(line, meaning.value)
            if day is not None and day > self._as_of:
                self._refuse(raw, meaning, f"晚于建账截止日 {self._as_of.isoformat()}")
        if line.closed_on is not None and line.issued_on is not None and line.closed_on < line.issued_on:
            self._refuse(raw, Meaning.CLOSED_ON, "早于交办日期")
        for meaning in (Meaning.CONTACT_NAME, Meaning.CONTACT_PHONE):
            if len(getattr(line, meaning.value)) > 80:
                self._refuse(raw, meaning, "超过 80 字")

    def _refuse(self, raw: RawLine, meaning: Meaning, problem: str) -> None:
        letters = self._columns[meaning]
        heading = self._headings.get(letters, "") or meaning.label
        self.wrong.append(Wrong(raw.row, f"{letters}{raw.row}", heading.replace("\n", ""), problem))


_DATES = (Meaning.ISSUED_ON, Meaning.ORIGINAL_DUE_ON, Meaning.DUE_ON, Meaning.CLOSED_ON)
_WORDS = (
    *(Meaning.NUMBER, Meaning.TITLE, Meaning.UNIT, Meaning.PROGRESS, Meaning.PROBLEMS, Meaning.NEXT_STEP),
    *(Meaning.CONTACT_NAME, Meaning.CONTACT_PHONE),
)


def _day_in(text: str) -> date | None:
    """A day as ledgers write it: a month or a year means its last day, 长期 no day at all."""
    if text in ("长期", "长期坚持", "常态化"):
        return None
    if text.isascii() and text.isdigit() and int(text[:9]) in _SERIALS:
        return _SERIAL_ZERO + timedelta(days=int(text))
    try:
        if found := _DAY.match(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _MONTH.match(text):
            year, month = int(found[1]), int(found[2])
            return date(year, month, calendar.monthrange(year, month)[1])
        if found := _YEAR.match(text):
            return date(int(found[1]), 12, 31)
    except (ValueError, calendar.IllegalMonthError):
        raise ValueError("不是存在的日期") from None
    raise ValueError("不是日期，应写成 2026-06-30 或 2026年6月30日")


def _state_in(text: str) -> TaskState:
    state = _STATE_OF.get(text.strip("。；;，,"))
    if state is None:
        raise ValueError(f"不是办理状态，应为：{_EXPECTED_STATES}")
    return state


def _count_in(text: str) -> int:
    found = _COUNT.match(text)
    if found is None:
        raise ValueError("不是次数，应为 0、1、2 等整数")
    return int(found[1])


def match_lines(lines: Iterable[Line], tasks: Sequence[Named]) -> dict[int, Proposal]:
    """Gives for each row the task it is most likely about; rows without a likely one are left out."""
    by_number: dict[str, list[Named]] = {}
    for task in tasks:
        by_number.setdefault(_digits(task.number), []).append(task)
    found = {}
    for line in lines:
        proposal = _proposal(line, tasks, by_number)
        if proposal is not None:
            found[line.row] = proposal
    return found


def _proposal(line: Line, tasks: Sequence[Named], by_number: Mapping[str, list[Named]]) -> Proposal | None:
    numbered = by_number.get(_digits(line.number), []) if _digits(line.number) else []
    if not _plain(line.title):
        return Proposal(numbered[0].key, 100) if len(numbered) == 1 else None
    keys = {task.key for task in numbered}
    # An equal number decides between tasks that are alike; it never outweighs other words.
    ranked = [(_likeness(line.title, task), task.key in keys, -task.key) for task in tasks]
    likeness, _, key = max(ranked, key=lambda each: (each[0] + 10 * each[1], each[1], each[2]), default=(0, False, 0))
    return Proposal(-key, likeness) if likeness >= LEAST_LIKENESS else None


def _likeness(title: str, task: Named) -> int:
    words = _plain(title)
    own = [_plain(task.title), *([_plain(task.text)] if task.text else [])]
    whole = max(fuzz.ratio(words, each) for each in own)
    # A ledger often shortens a task, or copies it whole.
    part = max(fuzz.partial_ratio(words, each) for each in own) if len(words) >= _SHORTEST_CODE else 0
    return int(max(whole, part * 0.95))


def _plain(text: str) -> str:
    return re.sub(r"[\W_]|^\d+", "", text[:_LONGEST_COMPARED])


def _digits(number: str) -> str:
    return re.sub(r"[\s.．、()（）【】]", "", number)
