"""The numbers of ordered lists, which a browser prints and the text of the page does not hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.documents.html_text import holdable
from tracker.documents.numerals import printed_number

if TYPE_CHECKING:
    from lxml.etree import _Element

_TYPES = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_STYLES = {
    "decimal": "decimal",
    "decimal-leading-zero": "decimalZero",
    "lower-alpha": "lowerLetter",
    "lower-latin": "lowerLetter",
    "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter",
    "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
    "cjk-ideographic": "chineseCounting",
    "cjk-decimal": "ideographDigital",
    "simp-chinese-informal": "chineseCounting",
    "trad-chinese-informal": "taiwaneseCounting",
    "cjk-heavenly-stem": "ideographTraditional",
}
_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([^;]{1,80})", re.IGNORECASE)
_WORD = re.compile(r"[a-z][a-z-]{1,40}")
_WHOLE = re.compile(r"\s{0,9}(-?[0-9]{1,9})\b")
# Where the author typed a number too, the page hides the list's own.
_TYPED = re.compile(r"\s{0,99}[(（〔\[]?[0-9一二三四五六七八九十]{1,3}[)）〕\]、.．]")


def expand_numbers(body: _Element) -> None:
    """Writes the number of every item of every ordered list into its text."""
    for ordered in body.iter("ol"):
        number_format = _number_format(ordered)
        items = list(ordered.iterchildren("li"))
        step = -1 if ordered.get("reversed") is not None else 1
        count = _whole(ordered.get("start"), len(items) if step < 0 else 1)
        for item in items:
            count = _whole(item.get("value"), count)
            if number_format != "none":
                _write(item, _marker(count, number_format))
            count += step


def _number_format(ordered: _Element) -> str:
    style = _STYLE.search(ordered.get("style") or "")
    for word in _WORD.findall(style[1].lower()) if style else ():
        if word == "none":
            return "none"
        if word in _STYLES:
            return _STYLES[word]
    return _TYPES.get(ordered.get("type") or "1", "decimal")


def _marker(count: int, number_format: str) -> str:
    printed = printed_number(count, number_format)
    return f"{printed}、" if "一" <= printed[:1] <= "龥" else f"{printed}. "


def _write(item: _Element, marker: str) -> None:
    place = item
    while not (place.text or "").strip() and len(place) and place[0].tag not in ("ol", "ul", "table", "br", "img"):
        place = place[0]
    if not _TYPED.match(place.text or ""):
        place.text = marker + holdable(place.text).lstrip()


def _whole(printed: str | None, default: int) -> int:
    found = _WHOLE.match(printed or "")
    return int(found[1]) if found else default
