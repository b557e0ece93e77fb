"""What one stretch of a responsibility list says: names, the verbs that give them roles, dates, and what trails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tracker.core.deadlines import is_deadline
from tracker.core.labels import Role
from tracker.core.paragraphs import View
from tracker.core.rules import is_rule, states_rule
from tracker.core.units import STRONG_END, looks_like_unit


@dataclass(frozen=True, slots=True)
class RawName:
    """A name as it stands in a list, offsets into the view, before prefixes are restored."""

    start: int
    end: int
    role: Role | None


@dataclass(slots=True)
class Clause:
    """What a stretch was read as: names, dates, leaders (`persons`), the 等单位 behind names (`tails`).

    `objects` are the words that fit nothing; `verbs` counts those that gave a role.
    """

    names: list[RawName] = field(default_factory=list)
    deadlines: list[tuple[int, int]] = field(default_factory=list)
    tails: list[tuple[int, int]] = field(default_factory=list)
    objects: list[tuple[int, int]] = field(default_factory=list)
    persons: list[tuple[int, int]] = field(default_factory=list)
    verbs: int = 0


_OPEN, _CLOSE = "(〈《“", ")〉》”"
_ADVERB = (
    r"(?:(?:按照?|根据|依据|依)?(?:各自|有关|相关|其)?(?:的)?(?:职责|职能|分工|权限|管理权限|工作职责)(?:分工|范围|权限|和分工)?(?:内)?"
    r"|分别|共同|具体|各自|结合(?:各自)?实际|因地制宜|分头|联合|积极|主动|全力|密切|协同|同时|依法|统筹|抓紧|协调|全面|做好|抓好|加强|切实|协力|总|主要){0,3}"
)
_VERB = re.compile(
    rf"(?P<lead>{_ADVERB}(?:负责)?牵头(?:负责|组织实施|组织落实|组织推进|组织|实施|落实|抓总|推进|办理|承办|协调|总负责|抓|会商|制定)*|{_ADVERB}(?:主办|主责|为主)$)"
    rf"|(?P<coop>{_ADVERB}(?:配合(?:落实|实施|做好|推进|完成|支持)*|(?:协办|协助|参与|参加|支持|协同)(?:落实|实施|配合|推进|完成|做好)*(?:相关工作|有关工作|工作)?$))"
    rf"|(?P<resp>{_ADVERB}(?:负责(?:落实|实施|推进|办理|组织实施|组织|抓好|承办|完成|执行|具体|组织落实)*"
    r"|(?:落实|实施|组织实施|组织落实|承办|办理|承担|推进|执行|抓好落实|抓落实|贯彻落实|推动落实|推进落实|完成)$))"
    r"|(?P<with>并?(?:会同|会商)|并?联合(?!会|社|体|大学|办|执法|党|收储)(?=.{2})|(?<=[头责])并?协同(?=.{2}))"
)
_CONNECTIVE = re.compile(r"(?:以及|并由|分别由|具体由|同时由|拟由|统一由|由|并|还有|包括|原则上由)")
_JOINED = re.compile(r"(?:以及|和|及|与|暨)(?=.{2})")
_TAIL_BETWEEN = re.compile(
    r"(等[市县省区州]?(?:市直|县直|区直|省直|州直|有关|相关|责任|成员|各|职能)*(?:单位|部门|机构))"
    r"(?:以及|和|及|与|暨)(?=[市县省区州各].)"
)
_TAIL = re.compile(
    r"等[市县省区州]?(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})?(?:个|家)?(?:市直|县直|区直|省直|州直|市级|县级|省级|有关|相关|责任|成员|配合|其他|各|职能|涉及|行业|主管|驻市)*"
    r"(?:部门单位|单位部门|部门和单位|单位和部门|单位|部门|机构|企业|成员单位|银行|高校|地|地区|县区|乡镇|街道|县\(市、区\)|市县|金融机构|科研院所)?$"
)
_MARK = re.compile(
    r"\((牵头|牵头单位|主办|主办单位|首责|第一责任单位|组长单位|配合|协办|参与|配合单位|责任单位|负责)\)$"
)
_ASIDE = re.compile(r"\(([^()]{2,60})\)$")
_CONTACT = re.compile(r"\((?:联系|电话|负责人|责任人|分管)")
# A part of a list longer than this is running text.
_LONGEST = 300
_SEPARATORS = "、,;。/|\n"
# A leader named by office in the place of a unit: 分管副省长、协管副秘书长负责.
PERSON = re.compile(
    r"(?:省长|市长|县长|区长|州长|盟长|旗长|镇长|乡长|秘书长|书记|常委)(?:\([^()]*\))?$|(?:分管|协管|联系|主要)?[省市县区州]?(?:级)?领导(?:同志)?$|(?:分管|主要)?负责(?:同志|人)$"
)
_EMPTY = {"", "无", "-", "—", "——", "略", "暂无", "见附件", "无需", "下同", "详见附件", "…"}


def read_clause(view: View, start: int, end: int, default: Role | None) -> Clause:
    """Reads one stretch. Takes: the role of names that no verb follows, None where no label says it."""
    reader = _Reader(view, default)
    for opening, closing in _sentences(view.chars, start, end):
        for first, last, hard in chunks(view, opening, closing):
            reader.chunk(first, last, hard=hard)
    reader.finish()
    return reader.clause


def _sentences(chars: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences of a stretch; those behind the first that state a rule for the whole plan are left out."""
    found: list[tuple[int, int]] = []
    while start < end:
        stop = chars.find("。", start, end)
        stop = end if stop < 0 else stop + 1
        if not found or stop - start > _LONGEST or not states_rule(chars[start:stop].rstrip("。")):
            found.append((start, stop))
        start = stop
    return found


def chunks(view: View, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """The parts of a stretch between separators that stand outside brackets; whether the one before was no 、."""
    depth = 0
    first = start
    hard = True
    chars, gaps = view.chars, view.gaps
    joined = {i for match in _KINDS.finditer(chars, start, end) for i in range(*match.span())}
    for i in range(start, end):
        character = chars[i]
        if depth == 0 and i in gaps and first < i and _parts(view, first, i, end):
            yield first, i, hard
            first, hard = i, False
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth = max(0, depth - 1)
        elif depth == 0 and character in _SEPARATORS and i not in joined:
            yield first, i, hard
            first, hard = i + 1, character not in "、/"
    yield first, end, hard


# 各县、区人民政府 is one name: kinds of places side by side before the one seat they share.
_KIND = "(?:县|区|市|州|盟|旗|镇|乡|街道)"
_KINDS = re.compile(rf"各{_KIND}(?:[、/]{_KIND}){{1,3}}(?=(?:人民)?政府|党委)")
_OPEN_GROUP = re.compile(r"各[县市区州盟旗镇乡]{1,2}$")
_NEXT = re.compile(r"[市县区省州各]|[\u4e00-\u9fff]{2,12}(?:局|委|办|部|厅|政府|会|中心)")
_NEXT_LINE = re.compile(r"[市县区省州各]")


def _parts(view: View, first: int, gap: int, end: int) -> bool:
    """Whether a blank or a line's end stands between two names: 市科技局 市财政局, not within one."""
    if not 3 <= gap - first <= 40 or not STRONG_END.search(view.chars, first, gap):
        return False
    between = view.content[view.at[gap - 1] + 1 : view.at[gap]]
    if between.strip():
        return False
    broken = "\n" in between
    if broken and _OPEN_GROUP.search(view.chars, max(first, gap - 4), gap):
        return False
    return (_NEXT_LINE if broken else _NEXT).match(view.chars, gap, min(end, gap + 20)) is not None


def _outside(words: str) -> str:
    """The words with what stands in brackets blotted out, so that verbs there say nothing."""
    return re.sub(r"[(〈][^()〈〉]*[)〉]", lambda match: "□" * len(match[0]), words)


class _Reader:
    def __init__(self, view: View, default: Role | None) -> None:
        self.clause = Clause()
        self._view = view
        self._default = default
        self._pending: list[tuple[int, int, Role | None]] = []
        self._forced: Role | None = None
        self._skipping = False

    def chunk(self, first: int, last: int, *, hard: bool) -> None:
        chars = self._view.chars
        while first < last and chars[last - 1] in "。.:":
            last -= 1
        words = chars[first:last]
        if hard:
            self._skipping = False
            if first and chars[first - 1] in ";。":
                self.finish()
        if last - first > _LONGEST:
            self.clause.objects.append((first, last))
            return
        if self._skipping or words in _EMPTY or is_rule(_outside(words)):
            return
        if is_deadline(words):
            self.clause.deadlines.append((first, last))
            return
        self._read(first + self._opening(words), last)

    def finish(self) -> None:
        """Gives the names that no verb followed the role of their label."""
        self._settle(self._default)

    def _opening(self, words: str) -> int:
        match = _CONNECTIVE.match(words)
        cut = match.end() if match else 0
        joined = _JOINED.match(words, cut)
        if joined and (self._pending or self.clause.names) and looks_like_unit(words[joined.end() :]):
            cut = joined.end()
        return cut

    def _read(self, first: int, last: int) -> None:
        chars = self._view.chars
        while first < last:
            match = None if _MARK.search(chars[first:last]) else _VERB.search(_outside(chars[first:last]))
            if match is None:
                self._name(first, last)
                return
            self._name(first, first + match.start())
            first += match.end()
            if match.lastgroup == "with":
                self._forced = Role.RESPONSIBLE
                continue
            self._settle(_VERB_ROLES[match.lastgroup or "resp"])
            self.clause.verbs += 1
            rest = chars[first:last]
            if rest and not _VERB.search(rest) and not looks_like_unit(rest):
                self.clause.objects.append((first, last))
                self._skipping = True
                return

    def _name(self, first: int, last: int) -> None:
        chars = self._view.chars
        if middle := _TAIL_BETWEEN.search(chars[first:last]):
            self._name(first, first + middle.end(1))
            first += middle.end()
        if tail := _TAIL.search(chars[first:last]):
            self.clause.tails.append((first + tail.start(), last))
            last = first + tail.start()
        aside = _ASIDE.search(chars[first:last])
        if aside and (_CONTACT.match(aside[0]) or any(is_rule(words) for words in re.split("[,;。]", aside[1]))):
            last = first + aside.start()
        role = self._forced
        if mark := _MARK.search(chars[first:last]):
            last = first + mark.start()
            role = _MARK_ROLES.get(mark[1][0], Role.RESPONSIBLE)
            if first < last:
                self.clause.names.append(RawName(first, last, role))
            return
        if PERSON.search(chars[first:last]):
            self.clause.persons.append((first, last))
        elif first < last:
            self._pending.append((first, last, role))

    def _settle(self, role: Role | None) -> None:
        if self._default in (Role.LEAD, Role.COOPERATING) and role is Role.RESPONSIBLE:
            role = self._default
        for start, end, forced in self._pending:
            given = forced if forced is not None and role is not Role.COOPERATING else role
            self.clause.names.append(RawName(start, end, given))
        self._pending = []
        self._forced = None


_VERB_ROLES = {"lead": Role.LEAD, "coop": Role.COOPERATING, "resp": Role.RESPONSIBLE}
_MARK_ROLES = {"牵": Role.LEAD, "主": Role.LEAD, "首": Role.LEAD, "第": Role.LEAD, "组": Role.LEAD}
_MARK_ROLES |= {"配": Role.COOPERATING, "协": Role.COOPERATING, "参": Role.COOPERATING}
