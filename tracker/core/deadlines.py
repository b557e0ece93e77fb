"""Dates by which something is to be done, as plans print them: 2022年底前, 6月底, 每年, 长期坚持."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DeadlineKind(StrEnum):
    """A day, something that comes back, something without end, or words that name no day."""

    DATE = "date"
    RECURRING = "recurring"
    STANDING = "standing"
    VAGUE = "vague"


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a task is to be done, as printed, with the last day of it where it names one."""

    printed: str
    date: date | None
    kind: DeadlineKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Milestone:
    """A dated step on the way of a task."""

    printed: str
    date: date
    start: int
    end: int


_CN_MONTH = {
    word: value
    for value, word in enumerate(["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"], 1)
}
_MONTH_WORD = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]"
_DAY_WORD = r"3[01]|[12][0-9]|0?[1-9]"
# The pieces dates are made of, each of bounded length, so that looking costs the same wherever it begins.
_PIECE = re.compile(
    rf"(?P<figures>(?:19|20)[0-9]{{2}}[./-](?:1[0-2]|0?[1-9])(?:[./-](?:{_DAY_WORD}))?(?![0-9]))"
    r"|(?P<year>(?:19|20)[0-9]{2})(?:年度?|(?=[-—–~至到]))"
    r"|(?P<this>今年|本年度?|当年|年内|年底|年末|年终|明年|次年)"
    rf"|(?P<month>{_MONTH_WORD})月份?(?:(?P<day>{_DAY_WORD})[日号])?"
    r"|第?(?P<quarter>[一二三四1-4])季度|(?P<half>[上下]半年)"
)
_PLAN_END = re.compile(r"[“\"]?十([四五六七])五[”\"]?(?:时期|期间|规划期)?(?:末|内|期末)?")
_RECURRING = re.compile(r"每(?:个|半)?(?:年|季度?|月|周|两年|旬)|逐年|按年|按季|按月|年度|常年性")
_STANDING = re.compile(
    r"(?:并)?(?:长期|持续|常态化?|常年|始终|一直|不断|贯穿全程|长效|全程|日常)(?:坚持|推进|实施|开展|落实|进行|抓好|有效|执行|推动|性工作|工作|任务|完善|化)*"
)
_VAGUE = re.compile(
    r"(?:尽快|适时|近期|按时|及时|立即|即时|随时|即日起|按(?:照)?(?:时间|序时|要求|进度|计划|规定|国家|省|上级|工作)\S{0,12}|分步|分年度|分阶段|规划期内|中长期|中期|短期|待定|"
    r"根据\S{0,20}|视情|限期|同步)\S{0,10}"
)
_DONE = (
    r"(?:完成|建成|实现|落实|取得|启动|到位|办结|出台|投用|达到|见效|印发|制定|形成|开工|投产|竣工|验收|全面|基本|全部"
    r"|通车|通水|通气|通航|开通|投运|运行|运营|上线|交付|启用|开业|入驻|公布|发布|报送|整改|清零|关停|退出|淘汰|搬迁|拆除|挂牌|成立)"
)
# A day that something begins on is no day it is due on.
_BEGINS = re.compile(r"(?:年底?|月[底初末]?|[上中下]旬|日|号|季度|半年)(?:起|开始)(?!至|到)")
_EVERY = re.compile(r"每(?:年|季度?|月|半年|两年).{0,16}")
_LEAD_IN = re.compile(r"^(?:力争|确保|争取|计划|拟)?(?:于|到|至|在|截至|截止)?")
_AFTER = re.compile(
    rf"(?:年?底|末|中旬|上旬|下旬|初|中)?(?:之前|以前|前|内|为止|止)?(?:[。,、]?$|[,、]?(?:持续|长期|前|并|起|开始|{_DONE}))"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """The reading of words about time: kind and, where they name one, the last day meant."""

    kind: DeadlineKind
    date: date | None
    certain: bool = True


def moment(words: str, default_year: int | None) -> Moment | None:
    """Reads words about time; None where there are none.

    Takes: the words without blanks, half-width; the year meant where only a month is printed.
    """
    recurring = _RECURRING.search(words)
    last, certain = _last_day(words, default_year)
    if recurring and not re.match(r"年度", recurring[0]):
        return Moment(DeadlineKind.RECURRING, None)
    if last is not None and not (_BEGINS.search(words) and len(days_in(words, default_year)) == 1):
        return Moment(DeadlineKind.DATE, last, certain)
    if _STANDING.search(words):
        return Moment(DeadlineKind.STANDING, None)
    if _VAGUE.search(words) or _PIECE.search(words) or recurring:
        return Moment(DeadlineKind.VAGUE, None)
    return None


def is_deadline(words: str) -> bool:
    """Whether a part of a list is words about time only, not a unit: 6月底完成, 2022年底前, 长期坚持."""
    if len(words) > 40:
        return False
    if _STANDING.fullmatch(words) or _VAGUE.fullmatch(words) or _EVERY.fullmatch(words):
        return True
    words = _LEAD_IN.sub("", words, count=1)
    reached = 0
    while match := _PIECE.match(words, reached):
        reached = match.end()
        joint = re.compile(r"[-—–~至到、]{1,2}").match(words, reached)
        reached = joint.end() if joint and _PIECE.match(words, joint.end()) else reached
    if reached == 0:
        plan = _PLAN_END.match(words)
        reached = plan.end() if plan else 0
    return reached > 0 and _AFTER.match(words, reached) is not None


def _last_day(words: str, default_year: int | None) -> tuple[date | None, bool]:
    days = days_in(words, default_year)
    if not days and (plan := _PLAN_END.search(words)):
        return date(2025 + 5 * "四五六七".index(plan[1]), 12, 31), True
    return max(days, default=(None, True), key=lambda day: day[0])


def days_in(words: str, default_year: int | None) -> list[tuple[date, bool]]:
    """Gives the last day of every date in words, and whether its year is printed."""
    found: list[tuple[date, bool]] = []
    year, printed = default_year, False
    open_year = False
    for match in _PIECE.finditer(words):
        if match["year"]:
            if open_year and year is not None:
                found.append((date(year, 12, 31), printed))
            year, printed, open_year = int(match["year"]), True, True
            continue
        if match["this"] and not open_year:
            year = _told_year(match["this"], default_year)
            open_year = match["this"][-1] not in "底末终内"
            if open_year:
                continue
        if year is None and not match["figures"]:
            continue
        day = _day_of(match, year or 0, words[match.end() : match.end() + 2])
        open_year = open_year and bool(match["this"])
        found.append((day, printed or match["figures"] is not None))
    if open_year and year is not None:
        found.append((date(year, 12, 31), printed))
    return found


def _told_year(word: str, default_year: int | None) -> int | None:
    return default_year + 1 if default_year is not None and word in ("明年", "次年") else default_year


def _day_of(match: re.Match[str], year: int, after: str) -> date:
    if match["figures"]:
        year, month, *rest = (int(part) for part in re.split(r"[./-]", match["figures"]))
        return _day(year, month, rest[0] if rest else None)
    if match["half"]:
        return date(year, 6 if match["half"][0] == "上" else 12, 30 if match["half"][0] == "上" else 31)
    if match["quarter"]:
        quarter = match["quarter"]
        return _day(year, 3 * (int(quarter) if quarter.isascii() else "一二三四".index(quarter) + 1), None)
    if match["month"]:
        month = _CN_MONTH.get(match["month"]) or int(match["month"])
        part = {"上旬": 10, "初": 10, "中旬": 20, "中": 15}
        named = int(match["day"]) if match["day"] else part.get(after) or part.get(after[:1])
        return _day(year, month, named)
    return date(year, 12, 31)


def _day(year: int, month: int, day: int | None) -> date:
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(day or last, last))


_STEP = re.compile(
    rf"(?:(?:19|20)[0-9]{{2}}年(?:(?:{_MONTH_WORD})月份?(?:(?:{_DAY_WORD})[日号])?|第?[一二三四]季度|[上下]半年)?|(?:{_MONTH_WORD})月份?(?:(?:{_DAY_WORD})[日号])?|年)"
    rf"(?:年?底|末)?(?:之前|以前|前)[^。;!?\n]{{0,60}}?{_DONE}"
)


def dated_steps(text: str, start: int, end: int, default_year: int | None) -> list[tuple[int, int, date]]:
    """Gives the places in running text where something is to be done before a day, with that day."""
    found = []
    for match in _STEP.finditer(text, start, end):
        days = days_in(match[0].split("前")[0], default_year)
        if days:
            found.append((match.start(), match.end(), days[-1][0]))
    return found
