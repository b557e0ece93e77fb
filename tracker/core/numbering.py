"""Numbers of items as printed at the beginning of a line: 一、 (一) 1. (1) ① 第三条 ——."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class Style(IntEnum):
    """The shape of a number; the order is the usual depth of the shapes among each other."""

    PART = 0
    CHAPTER = 1
    SECTION = 2
    CHINESE = 3
    ARTICLE = 4
    CHINESE_BRACKET = 5
    CHINESE_HALF_BRACKET = 6
    ARABIC = 7
    DECIMAL = 8
    DECIMAL_DEEP = 9
    ARABIC_BRACKET = 10
    ARABIC_HALF_BRACKET = 11
    CIRCLE = 12
    DASH = 13
    BULLET = 14


@dataclass(frozen=True, slots=True)
class Number:
    """A number at the beginning of a line: `length` characters of the line, `value` its place in the row.

    `sure` is False where the same characters may as well be a figure of the text (1.5G, 3、4号楼).
    """

    style: Style
    value: int
    length: int
    sure: bool = True
    major: int = 0


_CN = "一二三四五六七八九十百零〇两"
_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NAMED = {"编": Style.PART, "部分": Style.PART, "篇": Style.PART, "章": Style.CHAPTER, "节": Style.SECTION}
_NAMED_RE = re.compile(rf"第([{_CN}]{{1,6}}|\d{{1,3}})(编|部分|篇|章|节|条)[、.:]?")
_CHINESE_RE = re.compile(rf"([{_CN}]{{1,5}})([、.,:])(?![{_CN}]{{1,3}}[、产级是次线期季月年类档批个])(?!$)")
_CHINESE_BRACKET_RE = re.compile(rf"\(([{_CN}]{{1,5}})\)[、.]?")
_CHINESE_HALF_RE = re.compile(rf"([{_CN}]{{1,4}})\)[、.]?")
_CHINESE_BARE_RE = re.compile(rf"[{_CN}]{{1,3}}(?![{_CN}])")
# A numeral with nothing but a blank behind it numbers a heading only, and headings are short.
_HEADING = 40
_DECIMAL_RE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:\.([0-9]{1,2}))?[.、]?(?![0-9.])")
_ARABIC_RE = re.compile(r"([0-9]{1,3})[.、](?![0-9])")
_ARABIC_TIGHT_RE = re.compile(r"([0-9]{1,3})[.、](?=[0-9])")
_ARABIC_YEAR_RE = re.compile(r"([0-9]{1,3})[.、](?=(?:19|20)[0-9]{2}(?:年|[-—–~至]))")
_ARABIC_BRACKET_RE = re.compile(r"\(([0-9]{1,3})\)[、.]?")
_ARABIC_HALF_RE = re.compile(r"([0-9]{1,2})\)[、.]?")
_DASH_RE = re.compile(r"[-—–―─]{2,3}(?=[^-—–―─0-9])")
_BULLET_RE = re.compile(r"[●◆■▲◎★►▪•➢]+")
# Words that make the figure before them an amount or a date, not the number of an item.
_MEASURE_RE = re.compile(
    r"[0-9.]*(?:[%‰℃万亿千百]|个|家|倍|元|公里|平方|米|吨|亩|人|名|项|件|户|辆|台|套|年|月|日|时|分|小时|号|期|次|版|以上|左右)"
)


def chinese_value(numeral: str) -> int:
    """The value of a Chinese numeral up to 999; 0 for what is none."""
    total = current = 0
    for character in numeral:
        if character == "百":
            total, current = total + (current or 1) * 100, 0
        elif character == "十":
            total, current = total + (current or 1) * 10, 0
        elif character in _DIGIT:
            current = _DIGIT[character]
        else:
            return 0
    return total + current


def number_at(text: str, gaps: frozenset[int] = frozenset()) -> Number | None:
    """The number a line begins with, if any; years, dates and amounts are none.

    Takes: the line without blanks, half-width; where blanks stood.
    """
    if not text:
        return None
    first = text[0]
    if first in _CN or first == "第":
        return _chinese(text, gaps)
    if "0" <= first <= "9":
        return _arabic(text)
    if first == "(":
        return _bracketed(text)
    return _symbol(text)


def _chinese(text: str, gaps: frozenset[int]) -> Number | None:
    if match := _NAMED_RE.match(text):
        style = _NAMED.get(match[2], Style.ARTICLE)
        value = int(match[1]) if match[1].isascii() else chinese_value(match[1])
        spoken = style is Style.PART and len(text) == match.end()
        quoted = text.startswith(("的", "规定", "所", ")", "至", "和"), match.end())
        return None if spoken or quoted else Number(style, value, match.end())
    if match := _CHINESE_RE.match(text):
        return Number(Style.CHINESE, chinese_value(match[1]), match.end(), sure=match[2] in "、.")
    if match := _CHINESE_HALF_RE.match(text):
        return Number(Style.CHINESE_HALF_BRACKET, chinese_value(match[1]), match.end())
    match = _CHINESE_BARE_RE.match(text)
    if match is None or match.end() not in gaps or len(text) >= _HEADING:
        return None
    return Number(Style.CHINESE, chinese_value(match[0]), match.end(), sure=False)


def _arabic(text: str) -> Number | None:
    if match := _ARABIC_YEAR_RE.match(text):
        return Number(Style.ARABIC, int(match[1]), match.end())
    if match := _ARABIC_RE.match(text):
        return Number(Style.ARABIC, int(match[1]), match.end()) if len(text) > match.end() else None
    if match := _ARABIC_HALF_RE.match(text):
        return Number(Style.ARABIC_HALF_BRACKET, int(match[1]), match.end())
    if match := _DECIMAL_RE.match(text):
        return _decimal(text, match)
    if match := _ARABIC_TIGHT_RE.match(text):
        sure = not _MEASURE_RE.match(text, match.end())
        return Number(Style.ARABIC, int(match[1]), match.end(), sure=False) if sure else None
    return None


def _decimal(text: str, match: re.Match[str]) -> Number | None:
    if match.end() == len(text) or _MEASURE_RE.match(text, match.end()):
        return None
    major, minor = int(match[1]), int(match[2])
    if match[3]:
        return Number(Style.DECIMAL_DEEP, int(match[3]), match.end(), sure=False, major=major * 100 + minor)
    return Number(Style.DECIMAL, minor, match.end(), sure=False, major=major)


def _bracketed(text: str) -> Number | None:
    if match := _CHINESE_BRACKET_RE.match(text):
        return Number(Style.CHINESE_BRACKET, chinese_value(match[1]), match.end())
    if match := _ARABIC_BRACKET_RE.match(text):
        return Number(Style.ARABIC_BRACKET, int(match[1]), match.end())
    return None


# First and last of each row of ready-made numbers, and the value of the first.
_READY = (
    ("①", "⑳", 1, Style.CIRCLE), ("㉑", "㉟", 21, Style.CIRCLE), ("㊱", "㊿", 36, Style.CIRCLE),
    ("❶", "❿", 1, Style.CIRCLE), ("⑴", "⒇", 1, Style.ARABIC_BRACKET), ("⒈", "⒛", 1, Style.ARABIC),
    ("㈠", "㈩", 1, Style.CHINESE_BRACKET),
)  # fmt: skip


def _symbol(text: str) -> Number | None:
    for first, last, value, style in _READY:
        if first <= text[0] <= last:
            length = 2 if text[1:2] in ("、", ".") else 1
            return Number(style, value + ord(text[0]) - ord(first), length)
    if match := _DASH_RE.match(text):
        return Number(Style.DASH, 0, match.end())
    if match := _BULLET_RE.match(text):
        return Number(Style.BULLET, 0, match.end())
    return None
