"""Where the main text of a web page stands: by the weight of its words, since every portal names its parts otherwise.

Our own finder: trafilatura drops short paragraphs and repeated lines, and a plan has both by right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from tracker.documents.html_text import holdable

if TYPE_CHECKING:
    from lxml.etree import _Element

_NEVER = (
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "select", "button",
    "input", "textarea", "nav", "footer", "aside", "dialog", "audio", "video", "map", "title", "link", "meta",
)  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|crumbs?|breadcrumbs?|foot|footer|sidebar|share|copyright|pager"
    r"|pagination|related|recommend|qrcode|friendlinks?|toolbar|login|search)(?:$|[\s_-])",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:^|[\s_-])(?:(?:article|news|content|wz)?title|tit|bt|biaoti)(?:$|[\s_-])", re.IGNORECASE)
_ITEM = re.compile(
    r"\s{0,99}(?:附件|第?[一二三四五六七八九十]{1,3}[、章条]|[（(][一二三四五六七八九十0-9]{1,3}[)）]|[0-9]{1,3}[、．.])"
)
_STOPS = re.compile("[。；]")
# A part holding more of the page than this is no furniture, whatever it is called.
_SHARE_OF_FURNITURE = 0.3
# What may be left outside the main part at each step down: a date, a source, a line of the office's address.
_SHARE_LOST, _MOST_LOST = 0.2, 300
_SMALLEST_TABLE = 40
_CONTAINERS = frozenset((
    "div", "section", "article", "main", "form", "center", "table", "tbody", "tr", "td", "font", "span", "fieldset",
))  # fmt: skip
_HEADINGS = ("h1", "h2", "h3")
_SHORTEST_TITLE, _LONGEST_TITLE = 5, 150


@dataclass(frozen=True, slots=True)
class Content:
    """The element that holds the main text, and the title outside it where there is one."""

    main: _Element
    title: _Element | None


@dataclass(slots=True)
class Weight:
    """How much is said outside links: characters, ends of sentences and heads of items, characters in tables."""

    length: int = 0
    stops: int = 0
    tabled: int = 0

    def add(self, words: str | None) -> None:
        if words:
            self.length += len(words.strip())
            self.stops += len(_STOPS.findall(words)) + (_ITEM.match(words) is not None)

    def include(self, other: Weight) -> None:
        self.length += other.length
        self.stops += other.stops
        self.tabled += other.tabled


def prune(body: _Element) -> None:
    """Takes out of a page what is never printed and what is plainly furniture."""
    etree.strip_elements(body, *_NEVER, with_tail=False)
    most = int(sum(map(len, body.itertext())) * _SHARE_OF_FURNITURE)
    for element in list(body.iterdescendants(etree.Element)):
        is_furniture = _FURNITURE.search(_names(element)) is not None and not _is_longer(element, most)
        if is_furniture or _is_hidden(element):
            _remove(element)


def find_content(body: _Element) -> Content:
    """Gives the main text: the smallest element outside which nothing is said in sentences or tables."""
    weights = _weights(body)
    main = body
    while True:
        heaviest = max(main, key=lambda child: weights[child].length, default=None)
        if heaviest is None or not _holds_all(heaviest, main, weights):
            break
        main = heaviest
    return Content(main, _title_before(main, body))


def is_data_table(table: _Element) -> bool:
    """Tells a table of facts from a table that only lays out the page."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    rows = [list(row.iterchildren("td", "th")) for row in table.iter("tr")]
    if len(rows) < 2 or max(len(row) for row in rows) < 2:
        return False
    lengths = [len("".join(cell.itertext())) for row in rows for cell in row]
    return max(lengths) < 1000 or max(lengths) < sum(lengths) / 2


def _weights(body: _Element) -> dict[_Element, Weight]:
    weights: dict[_Element, Weight] = {}
    for _event, element in etree.iterwalk(body, events=("end",)):
        weight = Weight()
        if element.tag != "a":
            weight.add(element.text)
            for child in element:
                weight.include(weights[child])
                weight.add(child.tail)
            if element.tag == "table" and weight.length >= _SMALLEST_TABLE and is_data_table(element):
                weight.tabled = weight.length
        weights[element] = weight
    return weights


def _holds_all(child: _Element, parent: _Element, weights: dict[_Element, Weight]) -> bool:
    """Tells whether everything of worth in the parent stands in this child."""
    inside, whole = weights[child], weights[parent]
    if child.tag not in _CONTAINERS or (child.tag == "table" and inside.tabled):
        return False
    lost = whole.length - inside.length
    if lost > min(whole.length * _SHARE_LOST, _MOST_LOST) or inside.stops < whole.stops:
        return False
    return not any(weights[later].tabled for later in child.itersiblings())


def _title_before(main: _Element, body: _Element) -> _Element | None:
    """Gives the last heading before the main text, a first-rank one before all others."""
    around = set(main.iterancestors())
    headings: list[_Element] = []
    for element in body.iter(etree.Element):
        if element is main:
            break
        is_heading = element.tag in _HEADINGS or _TITLE.search(_names(element)) is not None
        if is_heading and element not in around and not _is_longer(element, _LONGEST_TITLE):
            headings.append(element)
    headings = [element for element in headings if _is_longer(element, _SHORTEST_TITLE)]
    first_rank = [element for element in headings if element.tag == "h1"]
    return (first_rank or headings or [None])[-1]


def _is_longer(element: _Element, most: int) -> bool:
    """Tells whether an element holds more characters than this, without reading on once it does."""
    length = 0
    for words in element.itertext():
        length += len(words.strip())
        if length > most:
            return True
    return False


def _names(element: _Element) -> str:
    return " ".join(element.get(name) or "" for name in ("id", "class", "role"))


def _is_hidden(element: _Element) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def _remove(element: _Element) -> None:
    parent = element.getparent()
    if parent is not None:
        previous, tail = element.getprevious(), holdable(element.tail)
        if previous is not None:
            previous.tail = holdable(previous.tail) + tail
        else:
            parent.text = holdable(parent.text) + tail
        parent.remove(element)
