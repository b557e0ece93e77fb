"""One spelling for matching: half-width punctuation, one kind of bracket, Simplified characters, offsets unchanged.

Everything the reader matches on is the string given by `normal`, which is as long as the content it was made from,
so that an offset into one is an offset into the other. What is printed is always sliced from the content itself.
"""

from __future__ import annotations

import re
from functools import cache

import opencc

# Brackets that carry a responsibility list in some document; 〈〉 stays apart, it holds an office beside its host.
_OPENING = "（［〔【｛﹙﹝〖❨⦅"
_CLOSING = "）］〕】｝﹚﹞〗❩⦆"
_PUNCTUATION = {
    "｡": "。", "︰": ":", "﹕": ":", "∶": ":", "ː": ":", "﹔": ";", "﹐": ",", "﹑": "、", "､": "、", "﹒": ".",
    "﹣": "-", "－": "-", "‐": "-", "‑": "-", "＜": "〈", "＞": "〉", "<": "〈", ">": "〉", "﹤": "〈", "﹥": "〉",
    "[": "(", "]": ")", "{": "(", "}": ")",
}  # fmt: skip
_BLANKS = "\t\u000b\u000c\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_INVISIBLE = "\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u3000\ufeff\u00ad\u2060\u180e\u001c\u001d\u001e\u001f"
# Machine conversion leaves these where a character was lost between two Chinese ones.
DAMAGE = re.compile(
    "[\ufffd\ue000-\uf8ff]+|锟斤拷|烫烫烫|(?<=[\u4e00-\u9fff])(?:\\?{2,}[A-Za-z;]?|\\?[;:]?[A-Za-z;])(?=[\u4e00-\u9fff])"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
# Some machine conversions print the reading behind a character they were unsure of: 開發(fā)區(qū).
READING = re.compile(r"(?<=[\u3400-\u9fff])\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}\)")
CJK = "\u3400-\u4dbf\u4e00-\u9fff〇"


@cache
def _widths() -> dict[int, str]:
    table = {ord(wide): chr(ord(wide) - 0xFEE0) for wide in map(chr, range(0xFF01, 0xFF5F))}
    table.update({ord(a): b for a, b in _PUNCTUATION.items()})
    table.update({ord(a): "(" for a in _OPENING + "["})
    table.update({ord(a): ")" for a in _CLOSING + "]"})
    table.update({ord(a): " " for a in _BLANKS + _INVISIBLE})
    return table


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("tw2s")


def simplified(text: str) -> str:
    """The text in Simplified characters, as long as it was: a line that would change its length goes by characters."""
    changed = str(_converter().convert(text))
    if len(changed) == len(text):
        return changed
    return "\n".join(_simplified_line(line) for line in text.split("\n"))


def _simplified_line(line: str) -> str:
    changed = str(_converter().convert(line))
    if len(changed) == len(line):
        return changed
    return "".join(_simplified_character(character) for character in line)


@cache
def _simplified_character(character: str) -> str:
    changed = str(_converter().convert(character))
    return changed if len(changed) == 1 else character


def is_traditional(text: str) -> bool:
    """Whether a document is written in Traditional characters, as against a Simplified one that quotes a few."""
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in text)
    changed = sum(a != b for a, b in zip(text, simplified(text), strict=True))
    return changed * 20 > chinese


_READINGS = 3


def readings(content: str) -> list[tuple[int, int]]:
    """The places where a machine conversion printed the reading of a character behind it."""
    found = [match.span() for match in READING.finditer(content.translate(_widths()))]
    return found if len(found) >= _READINGS else []


def normal(content: str) -> str:
    """The content for matching, of the same length; newlines stay, every other blank is a space, a reading blanks."""
    wide = _SURROGATES.sub("\ufffd", content).translate(_widths())
    if sum(1 for _ in READING.finditer(wide)) >= _READINGS:
        wide = READING.sub(lambda match: " " * len(match[0]), wide)
    return simplified(wide) if is_traditional(wide) else wide
