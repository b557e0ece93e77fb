"""Targets (目标值): the numbers a plan promises in running text, told from subsidies, facts and descriptions."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field, replace

from tracker.core import script
from tracker.core.claims import JOINT, Claim, Context, Cut, Side, claim
from tracker.core.quantities import Kind, Quantity, Time, amounts, plan_start, times


@dataclass(frozen=True, slots=True)
class Target:
    """A promised number: `by` is a year, 每年 or None; `op` one of >=, =, <=, ~; `unit` in Simplified characters."""

    name: str
    by: str | None
    op: str
    value: int | float
    unit: str
    printed: str
    start: int
    end: int


# How far back of its number a name may begin, and how far behind it one may end.
_REACH = 90
_AHEAD = 140
_LONGEST_ASIDE = 2000

_GRANT = re.compile(
    "给予|予以|(?<!科技)(?<!技术)奖励|奖补|奖金|补助|补贴|资助|贴息|一次性|减按|罚款|最高(?:额度?|可|不超|提高|提升)|拨付|上限|限额|封顶|不得超过"
)
_CONDITION = re.compile("对(?![标接外口])|凡|若(?!干)|如(?!期)|单[个项笔户]|每(?:新增|成功)1?")
_FRAME = re.compile("按照?|根据|依据|满足|符合")
_PAST = re.compile(
    "已(?!建(?!成)|备案|认定|登记|列统|入库)|(?:达到|完成|实现|新增|突破|建成|超过|引进|培育|获得|取得|增长|下降|提高|降低"
    "|减少|认定|培养|举办|转化)了|目前|近年来|多年来|以来|(?<![比较])(?:去年|上年)(?!度?同期|[增基])|过去|截至当前|现有(?!.{0,14}基础)"
    "|位[居列]全|居全[国省市]"
)
_BASELINE = re.compile("(?:从|由|(?<![占同])比|较|现有|现在的)的?$")
_CLAUSE_END = re.compile(",(?!(?<=[0-9],)[0-9]{3}(?![0-9]))")
_SENTENCE_END = re.compile("[。!?;:\n]|$")


@dataclass(slots=True)
class _State:
    """What the stretch has said so far that later clauses stand under."""

    year: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    dated: bool = False
    dated_here: bool = False
    past: bool = False
    noun: str = ""
    idle: str = ""
    shape: str = ""


@dataclass(frozen=True, slots=True)
class _Clause:
    """A stretch between two commas and what its words forbid: promises at all, or only those of money."""

    start: int
    end: int
    blocked: bool
    moneyless: bool
    past_at: int


def find_targets(
    content: str, start: int, end: int, *, normal: str | None = None, document: str | None = None
) -> tuple[Target, ...]:
    """Gives the quantified promises in a stretch of a document, in order of their places. Linear in its length.

    Takes: offsets into content; the matching form of the whole content where the caller has it already; the document
    whose period counts, where content is only a stretch of it.
    """
    start, end = max(0, start), min(end, len(content))
    if start >= end:
        return ()
    text = normal[start:end] if normal is not None else script.simplified(script.normal(content[start:end]))
    reader = _Reader(content[start:end], _joined(_masked(text)), start, plan_start(document or content))
    return tuple(sorted(reader.read(), key=lambda one: (one.start, one.end)))


_PAIRS = {")": "(", "》": "《", "〉": "〈", "”": "“", "’": "‘", "」": "「", "』": "『"}
_PLAN_NAME = re.compile("十[二三四五六]五")


def _masked(text: str) -> str:
    """The text with everything in brackets, book titles and quotation marks blotted out."""
    out = list(text)
    opened: list[tuple[str, int]] = []
    for i, character in enumerate(text):
        if character in "(《〈“‘「『":
            opened.append((character, i))
        elif character in _PAIRS and opened and opened[-1][0] == _PAIRS[character]:
            _, at = opened.pop()
            if not opened and i - at < _LONGEST_ASIDE and not _PLAN_NAME.fullmatch(text, at + 1, i):
                out[at : i + 1] = ("▢" if character == ")" else "■") * (i + 1 - at)
        elif character == "\n" and text[max(0, i - 1) : i] in ("\n", "。", ";"):
            opened.clear()
    return "".join(out)


_BREAK = re.compile(
    r"(?<=[^\s。;:!?▢])\n[ \n]{0,4}(?:(?=[0-9][0-9.,]{0,9}(?P<figure>[%‰万亿千百家个名人项户所件座处公亩吨台套场米平]))"
    r"|(?=[一-鿿A-Za-z“■])(?![一二三四五六七八九十]{1,3}[、是]|第[一二三四五六七八九十]))"
)


def _joined(text: str) -> str:
    """Line breaks inside a sentence become blanks: before an amount, or after a long line before a line of words."""

    def soften(match: re.Match[str]) -> str:
        short = match.start() < 16 or "\n" in text[match.start() - 16 : match.start()]
        return match[0] if short and match["figure"] is None else " " * len(match[0])

    return _BREAK.sub(soften, text)


@dataclass(slots=True)
class _Reader:
    """Reads one stretch sentence by sentence; `text` is its masked matching form, as long as the printed one."""

    printed: str
    text: str
    offset: int
    first_year: int | None
    so_far: _State = field(default_factory=_State)
    found: list[Target] = field(default_factory=list)

    def read(self) -> list[Target]:
        start = 0
        for match in _SENTENCE_END.finditer(self.text):
            if match.start() > start:
                self._sentence(start, match.start())
            start = match.end()
        return self.found

    def _sentence(self, start: int, end: int) -> None:
        year = self.so_far.year
        self.so_far = _State(year=year, by=year, dated=bool(year))
        granting = False
        while start < end:
            comma = _CLAUSE_END.search(self.text, start, end)
            stop = comma.start() if comma else end
            granting = self._clause(start, stop, granting=granting)
            start = stop + 1

    def _clause(self, start: int, end: int, *, granting: bool) -> bool:
        """Reads what stands between two commas; gives whether money handed out is the matter from here on."""
        text = self.text[start:end]
        opening = text.lstrip(" ▢.0123456789")
        handing = _GRANT.search(text) is not None or _CONDITION.match(opening) is not None
        past = _PAST.search(text)
        if past:
            self.so_far.past = True
        blocked = handing or _FRAME.match(opening) is not None
        clause = _Clause(start, end, blocked, granting, start + past.start() if past else -1)
        count = len(self.found)
        whens = times(self.text, start, end)
        self._events(clause, sorted([*self._figures(clause, whens), *whens], key=lambda one: one.start))
        if len(self.found) == count and not blocked and len(opening) > 1 and not (whens and len(opening) < 14):
            at = tuple(range(max(start, end - 40), end))
            self.so_far.idle = Cut(self.text[at[0] : end], self.printed[at[0] : end], at).trimmed().name
        return granting or handing

    def _figures(self, clause: _Clause, whens: list[Time]) -> list[Quantity]:
        """The amounts of a clause that are no part of a date, those without unit taking that of the next."""
        found: list[Quantity] = []
        dates = iter([*whens, None])
        date = next(dates)
        for one in amounts(self.text, clause.start, clause.end):
            while date is not None and date.end <= one.start:
                date = next(dates)
            if date is None or one.end <= date.start:
                found.append(one)
        for i in range(len(found) - 2, -1, -1):
            if found[i].kind is Kind.BARE and JOINT.fullmatch(self.text, found[i].end, found[i + 1].start):
                found[i] = replace(found[i], kind=found[i + 1].kind, unit=found[i + 1].unit)
        return [one for one in found if one.kind is not Kind.BARE]

    def _events(self, clause: _Clause, events: list[Quantity | Time]) -> None:
        anchor = clause.start
        removed: list[tuple[int, int]] = []
        compared_until = -1
        waiting = deque(events)
        while waiting:
            event = waiting.popleft()
            if isinstance(event, Time):
                self._moment(event, clause)
                removed.append(self._stretch(event))
                compared_until = removed[-1][1] if event.baseline else -1
                continue
            run = [event]
            while waiting and isinstance(waiting[0], Quantity) and self._joins(run[-1], waiting[0]):
                run.append(waiting.popleft())  # type: ignore[arg-type]
            left = self._cut(max(anchor, event.start - _REACH), event.start, removed[-8:])
            compared = _BASELINE.search(left.match)
            if compared or event.start == compared_until:
                removed.append((left.at[compared.start()] if compared else event.start, run[-1].end))
                continue
            right = self.text[run[-1].end : run[-1].end + _AHEAD]
            anchor = self._amounts(clause, Side(tuple(run), left, right)) or anchor

    def _stretch(self, when: Time) -> tuple[int, int]:
        """The place a date takes out of a name; the 到 of 增加到2026年的200家 stays with its verb."""
        if self.text[when.end : when.end + 1] != "的":
            return when.start, when.end
        return when.start + (self.text[when.start] in "到至"), when.end + 1

    def _joins(self, last: Quantity, event: Quantity) -> bool:
        return JOINT.fullmatch(self.text, last.end, event.start) is not None

    def _cut(self, start: int, end: int, removed: list[tuple[int, int]]) -> Cut:
        kept = [i for i in range(start, end) if not any(low <= i < high for low, high in removed)]
        return Cut("".join(self.text[i] for i in kept), "".join(self.printed[i] for i in kept), tuple(kept))

    def _moment(self, when: Time, clause: _Clause) -> None:
        """A date changes what the next promises are due by; a year before the plan's begins a fact."""
        state = self.so_far
        if when.baseline or self.text[max(0, when.start - 2) : when.start] in ("每人", "每家", "每户", "人均"):
            return
        years = [int(year) for year in when.by if year.isdigit()]
        if clause.past_at < 0 or (when.deadline and clause.past_at < when.start):
            state.past = False
        if years and self.first_year is not None and max(years) < self.first_year:
            state.past = True
        state.by, state.dated, state.dated_here = when.by, True, True
        leading = not self.text[clause.start : when.start].strip(" ▢")
        if years and not state.past and (when.deadline or leading):
            state.year = when.by

    def _amounts(self, clause: _Clause, side: Side) -> int:
        """Records the promise an amount makes, if it does; gives where the next name may begin, else 0."""
        state = self.so_far
        if clause.blocked or state.past or (clause.moneyless and side.kind is Kind.MONEY):
            return 0
        context = Context(state.noun, state.idle, state.shape, state.dated, state.dated_here)
        made = claim(side, context)
        if made is None:
            return 0
        if made.shape == "after":
            noun = "".join(self.printed[side.run[-1].end : made.end].split())
            made = replace(made, names=(noun,))
        state.noun, state.idle, state.shape = made.noun, "", made.shape
        self._record(side, made)
        return made.end

    def _record(self, side: Side, made: Claim) -> None:
        lone = len(side.run) == 1
        for name, by, one in self._shared(side.run, made):
            start, end = (made.start, made.end) if lone else (one.start, one.end)
            op = one.op or made.op
            place = (self.offset + start, self.offset + end)
            self.found.append(Target(name, by, op, one.value, one.unit, self.printed[start:end], *place))

    def _shared(self, run: tuple[Quantity, ...], made: Claim) -> list[tuple[str, str | None, Quantity]]:
        """Which name and which year each amount belongs to: years and names are dealt out in the order printed."""
        years = self.so_far.by
        by = years[-1] if years else "每年" if made.yearly else None
        if len(run) > 1:
            if len(years) == len(run):
                return [(made.names[-1], year, one) for year, one in zip(years, run, strict=True)]
            names = made.names if len(made.names) == len(run) else (made.names[-1],) * len(run)
            return [(name, by, one) for name, one in zip(names, run, strict=True)]
        if len(made.names) > 1:
            return [(name, by, run[0]) for name in made.names]
        if made.each and len(years) > 1:
            return [(made.names[0], year, run[0]) for year in years]
        return [(made.names[0], by, run[0])]
