"""Which numbers of the outline are tasks: those that say who does them, and those that should."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from tracker.core.assignments import Duty, duties_in
from tracker.core.chapters import ChapterKind, kind_of
from tracker.core.furniture import is_closing, is_contact
from tracker.core.head import Head
from tracker.core.numbering import Style
from tracker.core.outline import Node, Outline
from tracker.core.paragraphs import View
from tracker.core.units import looks_like_unit

# Numbers this deep are text of the item above them unless they name units themselves.
_DEEP = (Style.ARABIC_BRACKET, Style.ARABIC_HALF_BRACKET, Style.CIRCLE, Style.DASH, Style.BULLET, Style.DECIMAL_DEEP)


@dataclass(slots=True, eq=False)
class Item:
    """A task of the outline: its node (None for unnumbered paragraphs), its paragraphs and its duties."""

    node: Node | None
    first: int
    last: int
    duties: list[Duty] = field(default_factory=list)
    kind: ChapterKind = ChapterKind.TASK


class Items:
    """Tells the tasks of a document from its headings and its text."""

    def __init__(self, view: View, outline: Outline, head: Head, tabled: frozenset[Node] = frozenset()) -> None:
        self._view = view
        self._outline = outline
        self._head = head
        self.ends = {node: self._end(node.first, node.last) for node in outline.nodes}
        self.owns = {node: min(node.own, self.ends[node]) for node in outline.nodes}
        self.duties = {node: duties_in(view, node.first, self.owns[node]) for node in outline.nodes}
        self._hand_up()
        self._holding = self._ancestors_of_duties() | tabled

    def all(self) -> list[Item]:
        """Gives the tasks in reading order."""
        found = [self._item(node) for node in self._outline.nodes if self._has_units(node)]
        found += self._unnumbered()
        found += self._offered()
        return sorted(found, key=lambda item: item.first)

    def _end(self, first: int, last: int) -> int:
        """Where an item's paragraphs end before the imprint, the signature or the page around the document."""
        for index in range(first + 1, last):
            paragraph = self._view.paragraphs[index]
            if paragraph.end - paragraph.start > 80:
                continue
            text = self._view.chars[paragraph.start : paragraph.end]
            contact = is_contact(text) and last == len(self._view.paragraphs)
            if contact or is_closing(text) or self._is_signature(index, text) or self._is_imprint(index, text):
                return index
        return last

    def _is_imprint(self, index: int, text: str) -> bool:
        """主办单位 at the foot of a web page, told from a label of a task by the notices under it."""
        if not text.startswith(("主办", "承办", "版权")):
            return False
        below = self._view.paragraphs[index + 1 : index + 4]
        return any(is_closing(self._view.chars[p.start : min(p.end, p.start + 81)]) for p in below)

    def _is_signature(self, index: int, text: str) -> bool:
        if index + 1 >= len(self._view.paragraphs) or not looks_like_unit(text):
            return False
        below = self._view.paragraphs[index + 1]
        return (
            re.fullmatch(
                r"\(?(?:19|20)[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日\)?", self._view.chars[below.start : below.end]
            )
            is not None
        )

    def _has_units(self, node: Node) -> bool:
        return any(duty.names for duty in self.duties[node])

    def _hand_up(self) -> None:
        """A list behind the last of several sub-items that have none is the list of the item they belong to."""
        for node in reversed(self._outline.nodes):
            children = node.children
            if len(children) < 2 or self._has_units(node) or any(self._has_units(child) for child in children[:-1]):
                continue
            last = children[-1]
            duties = [duty for duty in self.duties[last] if duty.names]
            if len(duties) != 1 or last.children or any(child.children for child in children):
                continue
            below = duties[0].start > self._view.paragraphs[last.first].end
            if below or last.style in _DEEP:
                self.duties[node], self.duties[last] = self.duties[last], []
                duties[0].handed_up = True

    def _ancestors_of_duties(self) -> set[Node]:
        found: set[Node] = set()
        for node in self._outline.nodes:
            if not self._has_units(node):
                continue
            above = node.parent
            while above is not None and above not in found:
                found.add(above)
                above = above.parent
        return found

    def _item(self, node: Node) -> Item:
        whole = node not in self._holding
        last = self.ends[node] if whole else self.owns[node]
        return Item(node, node.first, last, self.duties[node])

    def _unnumbered(self) -> list[Item]:
        """Paragraphs outside every number that say who does them."""
        found: list[Item] = []
        covered = sorted((node.first, node.last) for node in self._outline.nodes if node.parent is self._outline.root)
        reached = max(self._head.title_at + 1, 0)
        for first, last in [*covered, (len(self._view.paragraphs),) * 2]:
            stop = self._end(reached - 1, first) if reached < first else first
            duties = (
                [duty for duty in duties_in(self._view, reached, stop) if duty.names and not duty.sentence]
                if reached < stop
                else []
            )
            if duties:
                found.append(Item(None, reached, stop, duties))
            reached = max(reached, last)
        return found

    def _offered(self) -> list[Item]:
        """Numbered items without units, in the chapters that hold tasks or measures."""
        nodes = self._outline.nodes
        scope = self._scope()
        levels = Counter(node.style for node in nodes if self._has_units(node))
        flat = all(node.parent is self._outline.root for node in nodes)
        found = []
        for node in nodes:
            if (node.annex, node.first > self._head.title_at) != scope or not self._may_be_offered(
                node, levels, flat=flat
            ):
                continue
            kind = kind_of(node)
            if kind is not ChapterKind.NONE:
                found.append(Item(node, node.first, self.ends[node], self.duties[node], kind))
        return found

    def _scope(self) -> tuple[int, bool]:
        """The part of the document that is the plan: body or annex, before the title or after it."""
        counts: Counter[tuple[int, bool]] = Counter()
        for node in self._outline.nodes:
            counts[node.annex, node.first > self._head.title_at] += 1000 if self._has_units(node) else 1
        return max(counts, key=lambda key: (counts[key], -key[0])) if counts else (0, True)

    def _may_be_offered(self, node: Node, levels: Counter[Style | None], *, flat: bool) -> bool:
        if self._has_units(node) or node in self._holding or self._is_covered(node, levels):
            return False
        here = node.style in levels
        if node.style in _DEEP and not here:
            return False
        if node.parent is self._outline.root and not here and not (flat and not levels):
            return False
        below = [child for child in node.children if child.style not in _DEEP]
        return not below or (here and not any(child.style in levels for child in below))

    def _is_covered(self, node: Node, levels: Counter[Style | None]) -> bool:
        above = node.parent
        while above is not None and above.number is not None:
            if self._has_units(above) and above not in self._holding:
                return True
            if above not in self._holding and above.style in levels and node.style not in levels:
                return kind_of(above) is not ChapterKind.NONE
            above = above.parent
        return False
