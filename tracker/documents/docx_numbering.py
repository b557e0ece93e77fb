"""Word's automatic numbering, resolved: the number a reader of the page sees but the text does not hold.

Source: ECMA-376 part 1, 17.9. A count belongs to the abstract list, so several lists made from one abstract run on
from each other unless a list overrides the start of a level.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.documents.docx_names import COMPATIBILITY, VAL, W, child, is_on, number, value
from tracker.documents.numerals import printed_number
from tracker.documents.refusals import refusal

if TYPE_CHECKING:
    from lxml.etree import _Element

_STYLE, _NUMBERING, _MARK, _LIST, _LEVEL = (W + name for name in ("pStyle", "numPr", "rPr", "numId", "ilvl"))
_LEVELS = 9
_CONTENTS_STYLE = re.compile(r"toc \d$|toc heading$")
_PLACEHOLDER = re.compile(r"%([1-9])")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_SUFFIXES = {"space": " ", "nothing": ""}
# Word takes 31 characters; a label longer than this is an attack on memory.
_LONGEST_LABEL = 255


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list as numbering.xml defines it."""

    start: int
    number_format: str
    text: str
    suffix: str
    restarts_after: int | None
    is_legal: bool


@dataclass(slots=True)
class AbstractList:
    """An abstract list: its levels, the paragraph styles bound to them, and how far each level has counted."""

    levels: dict[int, Level]
    level_of_style: dict[str, int]
    style_link: str | None
    counts: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)


@dataclass(slots=True)
class NumberedList:
    """A list (`w:num`): its abstract list and what it overrides."""

    abstract: AbstractList
    levels: dict[int, Level]
    starts: dict[int, int]
    is_begun: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says about numbering."""

    based_on: str | None
    is_contents: bool
    list_id: str | None
    level: int | None


@dataclass(frozen=True, slots=True)
class Properties:
    """What a paragraph says of itself: its style, its place in a list, whether its end was deleted."""

    style_id: str = ""
    list_id: str | None = None
    level: int | None = None
    is_mark_deleted: bool = False


_PLAIN = Properties()


def properties_of(paragraph: _Element) -> Properties:
    """Gives the properties of a paragraph, read in one pass because there are many."""
    element = child(paragraph, "pPr")
    if element is None:
        return _PLAIN
    style_id, list_id, level, is_mark_deleted = "", None, None, False
    for said in element:
        if said.tag == _STYLE:
            style_id = said.get(VAL) or ""
        elif said.tag == _NUMBERING:
            for part in said:
                if part.tag == _LIST:
                    list_id = part.get(VAL)
                elif part.tag == _LEVEL:
                    level = number(part.get(VAL))
        elif said.tag == _MARK:
            is_mark_deleted = is_on(said, "del")
    return Properties(style_id, list_id, level, is_mark_deleted)


class Numbering:
    """Gives each paragraph its number, in document order."""

    def __init__(self, numbering: _Element | None, styles: _Element | None) -> None:
        self._styles, self._default_style = _read_styles(styles)
        self._lists = _read_lists(numbering, self._styles)

    def is_contents(self, properties: Properties) -> bool:
        """Tells whether a paragraph is a line of Word's own table of contents (目录)."""
        style = self._styles.get(properties.style_id)
        return style is not None and style.is_contents

    def label(self, properties: Properties) -> str:
        """Gives the number of the next paragraph with its suffix, "" where it has none, and counts it."""
        place = self._place(properties)
        if place is None:
            return ""
        numbered, level = place
        _count(numbered, level)
        return _label(numbered, level)

    def _place(self, properties: Properties) -> tuple[NumberedList, int] | None:
        list_id, level = properties.list_id, properties.level
        if list_id is None:
            list_id, level = self._by_style(properties.style_id or self._default_style, level)
        numbered = self._lists.get(list_id or "")
        if numbered is None:
            return None
        level = level or 0
        return (numbered, level) if level in numbered.levels else None

    def _by_style(self, style_id: str, level: int | None) -> tuple[str | None, int | None]:
        seen: set[str] = set()
        while style_id in self._styles and style_id not in seen:
            seen.add(style_id)
            style = self._styles[style_id]
            level = style.level if level is None else level
            if style.list_id is not None:
                numbered = self._lists.get(style.list_id)
                bound = numbered.abstract.level_of_style.get(style_id) if numbered else None
                return style.list_id, level if bound is None else bound
            style_id = style.based_on or ""
        return None, level


def _count(numbered: NumberedList, level: int) -> None:
    counts = numbered.abstract.counts
    if not numbered.is_begun:
        numbered.is_begun = True
        for overridden in numbered.starts:
            counts[overridden] = None
    current = counts[level]
    counts[level] = numbered.levels[level].start if current is None else current + 1
    for deeper in range(level + 1, _LEVELS):
        definition = numbered.levels.get(deeper)
        after = definition.restarts_after if definition else None
        if after is None or level < after:
            counts[deeper] = None


def _label(numbered: NumberedList, level: int) -> str:
    definition = numbered.levels[level]
    if definition.number_format == "bullet":
        printed = _PRIVATE.sub("●", definition.text)
    else:
        printed = _PLACEHOLDER.sub(lambda found: _figure(numbered, definition, int(found[1]) - 1), definition.text)
    if len(printed) > _LONGEST_LABEL:
        raise refusal("too-complex")
    return printed + definition.suffix if printed.strip() else ""


def _figure(numbered: NumberedList, definition: Level, level: int) -> str:
    other = numbered.levels.get(level)
    if other is None:
        return ""
    count = numbered.abstract.counts[level]
    number_format = other.number_format
    if definition.is_legal and number_format != "none":
        number_format = "decimal"
    return printed_number(other.start if count is None else count, number_format)


def _read_styles(root: _Element | None) -> tuple[dict[str, Style], str]:
    styles: dict[str, Style] = {}
    default = ""
    for element in () if root is None else root.iterchildren(W + "style"):
        if element.get(W + "type") in ("character", "table"):
            continue
        style_id = element.get(W + "styleId") or ""
        numbering = child(child(element, "pPr"), "numPr")
        styles[style_id] = Style(
            based_on=value(element, "basedOn"),
            is_contents=_CONTENTS_STYLE.match((value(element, "name") or "").lower()) is not None,
            list_id=value(numbering, "numId"),
            level=number(value(numbering, "ilvl")),
        )
        if element.get(W + "type") == "paragraph" and element.get(W + "default") in ("1", "true", "on"):
            default = style_id
    return styles, default


def _read_lists(root: _Element | None, styles: dict[str, Style]) -> dict[str, NumberedList]:
    if root is None:
        return {}
    abstracts = {
        element.get(W + "abstractNumId"): _read_abstract(element) for element in root.iterchildren(W + "abstractNum")
    }
    of_list = {element.get(W + "numId"): value(element, "abstractNumId") for element in root.iterchildren(W + "num")}
    lists = {}
    for element in root.iterchildren(W + "num"):
        abstract = abstracts.get(value(element, "abstractNumId"))
        if abstract is not None and abstract.style_link is not None and not abstract.levels:
            # A list style: its levels stand in the abstract list of the list that the style itself uses.
            style = styles.get(abstract.style_link)
            linked = abstracts.get(of_list.get(style.list_id)) if style else None
            abstract = linked or abstract
        if abstract is not None:
            lists[element.get(W + "numId")] = _read_list(element, abstract)
    return lists


def _read_abstract(element: _Element) -> AbstractList:
    levels: dict[int, Level] = {}
    level_of_style: dict[str, int] = {}
    for definition in element.iterchildren(W + "lvl"):
        index = number(definition.get(W + "ilvl"))
        if index is not None and 0 <= index < _LEVELS:
            levels[index] = _read_level(definition)
            style_id = value(definition, "pStyle")
            if style_id:
                level_of_style[style_id] = index
    return AbstractList(levels, level_of_style, value(element, "numStyleLink"))


def _read_level(element: _Element) -> Level:
    start = number(value(element, "start"))
    format_element = child(element, "numFmt")
    if format_element is None:
        # Formats newer than the standard stand behind a fallback.
        format_element = element.find(f"{COMPATIBILITY}AlternateContent/{COMPATIBILITY}Fallback/{W}numFmt")
    return Level(
        start=1 if start is None else start,
        number_format="decimal" if format_element is None else format_element.get(VAL) or "decimal",
        text=value(element, "lvlText") or "",
        suffix=_SUFFIXES.get(value(element, "suff") or "tab", "\t"),
        restarts_after=number(value(element, "lvlRestart")),
        is_legal=is_on(element, "isLgl"),
    )


def _read_list(element: _Element, abstract: AbstractList) -> NumberedList:
    levels = dict(abstract.levels)
    starts: dict[int, int] = {}
    for override in element.iterchildren(W + "lvlOverride"):
        index = number(override.get(W + "ilvl"))
        if index is None or not 0 <= index < _LEVELS:
            continue
        definition = child(override, "lvl")
        if definition is not None:
            levels[index] = _read_level(definition)
        start = number(value(override, "startOverride"))
        if start is not None:
            starts[index] = start
            if index in levels:
                levels[index] = _started(levels[index], start)
    return NumberedList(abstract, levels, starts)


def _started(level: Level, start: int) -> Level:
    return Level(start, level.number_format, level.text, level.suffix, level.restarts_after, level.is_legal)
