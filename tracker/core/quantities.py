"""Figures as plan documents print them: amounts with a unit of measure, and the years they are promised for.

Works on text in its matching form (`tracker.core.script.normal`), so that offsets stay those of the content.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache

NUMBER = r"(?<![0-9A-Za-z.])(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}(?![0-9])|[0-9]{1,12})(?:\.[0-9]{1,6})?(?![0-9])"
DASH = r"[-—–―~∼至]{1,2}"
_CHINESE = "[〇零一二两三四五六七八九十百千万亿]{1,9}"
_SCALE = "万亿|亿|千万|百万|十万|万|千|百"
_MONEY = "美元|欧元|港元|元"
_SHARE = "%|‰|个百分点|百分点|倍"
_PERIOD = (
    "个工作日|个自然日|个交易日|工作日|自然日|个半月|个月|个小时|个星期|个季度|个学期|个周期|小时|分钟|秒|天|日|年|岁"
    "|周|月"
)
_COUNT = (
    "家次|家|户次|户|平方公里|平方千米|平方米|立方米|公里|千米|海里|米|公顷|亩次|亩|公斤|千克|毫克|微克|吨标准煤|吨标煤"
    "|吨|斤|千瓦时|兆瓦时|千瓦|兆瓦|吉瓦|瓦|伏安|千伏|标准箱|标箱|人年|人次|人天|人|名|项次|项|件次|件|所|座次|座|处"
    "|台套|台次|台|套次|套|场次|场|期次|期|批次|批|辆次|辆|艘次|艘|架次|架|列|张|份|种|篇|部|条|只|头|羽|株|棵|尾|枚|支"
    "|队|组|班次|班|间|栋|幢|床|车次|卷|册|本|首|集|村次|村|镇|机架|标准机架|机柜|课时|学时|对|片|宗|起|例|笔|单|款|门"
    "|次|度|分贝|分|点位|个次|个|位"
)
_PER = (
    "10万|十万|年|月|日|天|亩|万人|千人|百人|人年|人|户|家|平方公里|平方米|立方米|公顷|升|吨|千瓦时|小时|次|件|万元|亿元"
    "|百户|标箱"
)
_TAIL = "及以上|以上|左右|上下|以内|之内|及以下|以下|之上"

_QUANTITY = re.compile(
    rf"(?:百分之(?P<share>[0-9]{{1,6}}(?:\.[0-9]{{1,4}})?|{_CHINESE})"
    rf"|(?P<low>{NUMBER}) ?(?:(?P<lowmore>[多余])?(?:{_SCALE})?(?:{_MONEY}|{_SHARE}|{_PERIOD}|{_COUNT})?"
    rf" ?{DASH} ?(?P<high>{NUMBER}) ?)?"
    rf"(?P<scale>{_SCALE})?(?P<more>[多余])?"
    rf"(?:(?P<money>{_MONEY})|(?P<ratio>{_SHARE})|(?P<period>{_PERIOD})|(?P<count>{_COUNT}))?"
    rf"(?P<per>/ ?(?:{_PER}))?"
    rf"|(?P<spoken>{_CHINESE})(?P<spokenmore>[多余])?"
    rf"(?:(?P<spokenmoney>{_MONEY})|(?P<spokencount>{_COUNT}))"
    rf")(?P<tail> ?(?:{_TAIL}))?"
)
_YEAR = r"(?:19|20)[0-9]{2}"
_PART = r"年(?: ?[0-9]{1,2}月(?:[0-9]{1,2}日|份|底|末)?|全年|年?底|年?末|度|上半年|下半年)?"
_TIME = re.compile(
    r"(?P<lead>到|至|截至|截止到?|力争|争取|于|在|确保|直至|比|较|自|从|由|按|以)?\(?"
    rf"(?:(?P<range>(?<![0-9]){_YEAR}(?:年度?)? ?{DASH} ?(?P<until>{_YEAR})年(?:底|末|度|间|期间)?)"
    rf"|(?P<list>(?<![0-9]){_YEAR}(?:{_PART})?(?: ?[、和及与] ?{_YEAR}(?:{_PART})?){{0,11}}(?<=[年底末度月日份]))"
    r"|[“\"]?十(?P<plan>[二三四五六])五[”\"]?(?:规划)?(?:时期|期间|期末|末期|末|规划期末))"
    r"\)?(?P<trail>之?前|以前|时)?(?P<of>相?比|同期|起|以来|开始|[的]?基础上|为基期)?"
    r"|(?P<every>每年度?|(?:年均|每年平均|平均每年)(?=新增|新建|培育|引进|培训|完成|建成|转化|实施|推广|开展|举办|新))"
    r"|(?P<vague>年内|年底前|今年|当年|本年度?|明年底?|[两二三四五0-9]{1,2}年内)"
)
_PLAN_END = {"二": 2015, "三": 2020, "四": 2025, "五": 2030, "六": 2035}
_MULTIPLIERS = {
    "万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 10**3, "百": 100,
}  # fmt: skip
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_HEAD = 4000
_SPAN_OF_PLAN = re.compile(rf"(?<![0-9])(?P<first>{_YEAR})(?:年)? ?{DASH} ?{_YEAR}年")
_NUMBER_OF_PLAN = re.compile(rf"[〔［【\[(（](?P<first>{_YEAR})[〕］】\])）] ?(?:第 ?)?[0-9]{{1,4}} ?号")
_MEASURE_CELL = re.compile(
    rf"(?:(?:{_SCALE})?(?:{_MONEY}|{_SHARE}|{_PERIOD}|{_COUNT}|标准煤当量|吨|公斤)|[A-Za-zµμ²³]{{1,8}})"
    rf"(?:\((?:{_COUNT})\))?(?:[/、每](?:{_SCALE})?[一-鿿A-Za-z0-9²³]{{1,6}}){{0,2}}"
)


class Kind(Enum):
    """What an amount measures."""

    MONEY = auto()
    SHARE = auto()
    PERIOD = auto()
    COUNT = auto()
    BARE = auto()


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount and its place; `op` is what its own words say (以上, 左右), None where they say nothing."""

    start: int
    end: int
    kind: Kind
    value: int | float
    unit: str
    op: str | None = None
    spoken: bool = False


@dataclass(frozen=True, slots=True)
class Time:
    """Years named in the text: `by` in the order printed, `baseline` where they are only compared with."""

    start: int
    end: int
    by: tuple[str, ...]
    baseline: bool = False
    deadline: bool = False
    every: bool = False


def plain(number: Decimal) -> int | float:
    """The number as int where it is whole, else as float."""
    whole = number.to_integral_value()
    return int(whole) if whole == number else float(number)


def chinese_number(numeral: str) -> int | None:
    """The value of a Chinese numeral below 10^16, None for what is none."""
    total = section = digit = 0
    for character in numeral:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            section += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            total = (total + (section + digit or 1)) * _MULTIPLIERS[character]
            section = digit = 0
    value = total + section + digit
    return value or None


def quantity(match: re.Match[str], *, offset: int = 0) -> Quantity | None:
    """Gives the Quantity a match of the amounts pattern stands for; None where it is no number."""
    start, end = offset + match.start(), offset + match.end()
    op = _tail_op(match)
    if match["share"]:
        value = _spoken_or_digits(match["share"])
        return None if value is None else Quantity(start, end, Kind.SHARE, value, "%", op)
    if match["spoken"]:
        return _spoken(match, start=start, end=end, op=op)
    number = Decimal(match["low"].replace(",", ""))
    if match["high"]:
        op = op or ">="
    return _printed(match, number, start=start, end=end, op=op)


def _tail_op(match: re.Match[str]) -> str | None:
    tail = (match["tail"] or "").strip()
    if tail in ("左右", "上下"):
        return "~"
    if tail in ("以内", "之内", "以下", "及以下"):
        return "<="
    return ">=" if tail or match["more"] or match["spokenmore"] else None


def _spoken_or_digits(text: str) -> int | float | None:
    return plain(Decimal(text)) if text[0].isascii() else chinese_number(text)


def _spoken(match: re.Match[str], *, start: int, end: int, op: str | None) -> Quantity | None:
    numeral, money = match["spoken"], match["spokenmoney"]
    if not money:
        # 二期 names a stage of a work, it counts nothing.
        value = None if match["spokencount"] == "期" else chinese_number(numeral)
        return None if value is None else Quantity(start, end, Kind.COUNT, value, match["spokencount"], op, spoken=True)
    scale = next((s for s in ("万亿", "亿", "万") if numeral.endswith(s)), "")
    value = chinese_number(numeral[: len(numeral) - len(scale)])
    return None if value is None else Quantity(start, end, Kind.MONEY, value, scale + money, op, spoken=True)


def _printed(match: re.Match[str], number: Decimal, *, start: int, end: int, op: str | None) -> Quantity:
    scale, per = match["scale"] or "", (match["per"] or "").replace(" ", "")
    if match["money"]:
        return Quantity(start, end, Kind.MONEY, plain(number), scale + match["money"] + per, op)
    kind, unit = Kind.BARE, ""
    for name, candidate in (("ratio", Kind.SHARE), ("period", Kind.PERIOD), ("count", Kind.COUNT)):
        if match[name]:
            kind, unit = candidate, match[name]
    if per and kind is Kind.BARE:
        kind = Kind.COUNT
    number *= _MULTIPLIERS.get(scale, 1)
    return Quantity(start, end, kind, plain(number), unit + per, op)


def time(match: re.Match[str], *, offset: int = 0) -> Time:
    """Gives the Time a match of the years pattern stands for."""
    start, end = offset + match.start(), offset + match.end()
    if match["every"]:
        return Time(start, end, ("每年",), every=True)
    if match["vague"]:
        return Time(start, end, (), deadline=True)
    lead, of = match["lead"] or "", match["of"] or ""
    baseline = lead in ("比", "较", "自", "从", "由", "按", "以") or bool(of)
    deadline = lead in ("到", "至", "截至", "截止", "截止到", "力争", "争取", "确保", "直至") or bool(match["trail"])
    if match["plan"]:
        return Time(start, end, (str(_PLAN_END[match["plan"]]),), baseline, deadline=True)
    if match["range"]:
        return Time(start, end, (match["until"],), baseline, deadline)
    by = tuple(re.findall(rf"(?<![0-9]){_YEAR}(?![0-9])", match["list"]))
    return Time(start, end, by, baseline, deadline or match["list"].endswith(("底", "末", "度")))


def amounts(text: str, start: int = 0, end: int | None = None) -> list[Quantity]:
    """The amounts in a stretch of text in its matching form, in order."""
    found = (quantity(match) for match in _QUANTITY.finditer(text, start, len(text) if end is None else end))
    return [one for one in found if one is not None]


def times(text: str, start: int = 0, end: int | None = None) -> list[Time]:
    """The years named in a stretch of text in its matching form, in order."""
    return [time(match) for match in _TIME.finditer(text, start, len(text) if end is None else end)]


def is_measure(cell: str) -> bool:
    """Whether a table's cell is nothing but a unit of measure (%, 亿元, 件/万人)."""
    return len(cell) <= 16 and _MEASURE_CELL.fullmatch(cell) is not None


def plan_start(content: str) -> int | None:
    """The first year of the plan's period (2022—2025年) or that of its number, as printed near its beginning."""
    return _plan_start(content[:_HEAD])


@lru_cache(maxsize=64)
def _plan_start(head: str) -> int | None:
    match = _SPAN_OF_PLAN.search(head) or _NUMBER_OF_PLAN.search(head)
    return int(match["first"]) if match else None
