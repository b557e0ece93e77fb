"""What the columns of a table hold, by the words of its header: numbers, names, yearly values, duties, deadlines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache


class Holds(Enum):
    """What a column holds."""

    NUMBER = auto()
    CATEGORY = auto()
    NAME = auto()
    MEASURE = auto()
    VALUE = auto()
    TASK = auto()
    LEAD = auto()
    RESPONSIBLE = auto()
    COOPERATING = auto()
    DEADLINE = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """One column; a value column has the year as printed in its header and a role, each empty where none is said."""

    holds: Holds
    year: str = ""
    role: str = ""


_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_PLAN_END = {"十三五": "2020", "十四五": "2025", "十五五": "2030"}
_ROLES = (
    ("target", re.compile("目标|预期|计划值|规划值|预计|力争|达到")),
    ("baseline", re.compile("基期|基准|基数|基础值")),
    ("actual", re.compile("实际|完成|现状|现值|实绩|实现")),
)
_PLAIN = (
    (Holds.NUMBER, re.compile("(?:序号|编号|序|项次|NO\\.?|No\\.?)")),
    (
        Holds.OTHER,
        re.compile(
            "(?:指标)?(?:属性|性质|说明|解释|来源|口径)|备注|附注|责任(?:人|领导)|分管领导|联系人.*|电话|填报.*"
        ),
    ),
    (
        Holds.DEADLINE,
        re.compile("(?:.{0,6})(?:时限|期限|时间|时间节点|完成日期|进度安排|时间安排|进度要求|节点)(?:要求|安排|节点)?"),
    ),
    (Holds.CATEGORY, re.compile("(?:指标)?(?:类型|类别|分类|大类)|一级指标|领域|维度|方面|板块|类")),
)
_NAME = re.compile(".{0,6}指标(?:名称|内容|体系)?|指标项|.{0,2}名称|考核内容")
_MEASURE = re.compile("(?:计量)?单位(?:名称)?|计量|量纲")
_WORK = re.compile("任务|事项|举措|措施|工作")
_TASK = re.compile("内容|项目|要点|改革|问题")
_GROWTH = re.compile("增长|增速|增幅")


@lru_cache(maxsize=1024)
def column(header: str) -> Column:
    """Gives what a column holds. Takes: the words of its header in their matching form, several rows run together."""
    words = "".join(header.split())
    named = _MEASURED.sub("", words)
    for holds, pattern in _PLAIN:
        if pattern.fullmatch(named):
            return Column(holds)
    if len(words) <= 24 and (duty := _duty(named)) is not None:
        return Column(duty)
    if _MEASURE.fullmatch(named):
        return Column(Holds.MEASURE)
    value = _value(words)
    if value is not None:
        return value
    if len(named) <= 16 and _WORK.search(named):
        return Column(Holds.TASK)
    if _NAME.fullmatch(named):
        return Column(Holds.NAME)
    return Column(Holds.TASK if len(named) <= 16 and _TASK.search(named) else Holds.OTHER)


_MEASURED = re.compile(r"\([^()]{1,12}\)$")
_DUTIES = (
    (Holds.LEAD, re.compile("牵头|主办|主责|第一责任")),
    (Holds.COOPERATING, re.compile("配合|协办|协同|协助|参与|参加|会办")),
    (
        Holds.RESPONSIBLE,
        re.compile("责任|承办|负责|落实(?:单位|部门)|实施(?:单位|主体)|主管(?:单位|部门)|执行(?:单位|部门)"),
    ),
)


def _duty(words: str) -> Holds | None:
    """Whose names a column holds; 牵头及责任单位 in one column are left to the grammar of responsibility."""
    said = [holds for holds, pattern in _DUTIES if pattern.search(words)]
    if not said:
        return None
    if Holds.LEAD in said and re.search("[及和、/与]", words):
        return Holds.RESPONSIBLE
    return said[0]


def _value(words: str) -> Column | None:
    if _WORK.search(words):
        return None
    years = _YEAR.findall(words)
    role = next((name for name, pattern in _ROLES if pattern.search(words)), "")
    if len(set(years)) > 1 or len(words) > 24 or (_GROWTH.search(words) and not role):
        return Column(Holds.OTHER) if years else None
    if years:
        return Column(Holds.VALUE, years[0], role)
    for plan, year in _PLAN_END.items():
        if plan in words and re.search("末|期末|目标", words):
            return Column(Holds.VALUE, year, role or "target")
    if role and re.fullmatch(
        "(?:预期|计划|规划|力争)?(?:目标|基期|基准|基数|实际|现状|完成)(?:值|数|情况)?|现值|基础值|预期值", words
    ):
        return Column(Holds.VALUE, "", role)
    return None


def is_role_only(one: Column) -> bool:
    """Whether a header cell says only that values are targets or facts, its year standing in another cell."""
    return one.holds is Holds.VALUE and not one.year


def is_year_only(one: Column) -> bool:
    """Whether a header cell says only a year, its role standing in another cell."""
    return one.holds is Holds.VALUE and bool(one.year) and not one.role


def paired(columns: Sequence[Column]) -> list[Column]:
    """The columns of a header printed one cell a line: 2021年, 实际值 are one; 目标值, 2023年, 2025年 are two."""
    out: list[Column] = []
    i, standing = 0, ""
    while i < len(columns):
        one = columns[i]
        after = columns[i + 1] if i + 1 < len(columns) else None
        if is_year_only(one) and after is not None and is_role_only(after) and not standing:
            out.append(Column(Holds.VALUE, one.year, after.role))
            i += 1
        elif is_role_only(one) and after is not None and is_year_only(after):
            standing = one.role
        elif is_year_only(one):
            out.append(Column(Holds.VALUE, one.year, standing))
        else:
            out.append(one)
        i += 1
    return out


def is_indicators(columns: Sequence[Column]) -> bool:
    """Whether these are the columns of an indicator table (指标表): a name, and values of years."""
    held = [one.holds for one in columns]
    if Holds.VALUE not in held:
        return False
    return Holds.NAME in held or (Holds.MEASURE in held and Holds.TASK in held and held.count(Holds.VALUE) > 1)


def is_responsibilities(columns: Sequence[Column]) -> bool:
    """Whether these are the columns of a responsibility table (责任分工表): a task, and whose it is."""
    held = {one.holds for one in columns}
    tasks = Holds.TASK in held or (Holds.NAME in held and Holds.VALUE not in held)
    return tasks and bool(held & {Holds.LEAD, Holds.RESPONSIBLE, Holds.COOPERATING}) and len(columns) < 20
