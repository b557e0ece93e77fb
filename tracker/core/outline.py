"""The tree of numbered headings and items, its levels told by the shapes of the numbers and the order they come in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tracker.core.head import is_title
from tracker.core.numbering import Number, Style
from tracker.core.paragraphs import View, is_annex, is_box

# Looking ahead for the end of a box stays within this many numbers, so that reading stays linear.
_AHEAD = 60
# Between a title and the first number below it stand at most this many paragraphs.
_FRONT = 12
_DUTY = re.compile(r"(?:单位|部门|领导|分工)(?:\([^()]{1,8}\))?:|(?:负责|牵头|落实|配合|实施|参与|参加|协办)[。;]?\)")
_LISTED = re.compile(r"附(?:件|表):")


@dataclass(slots=True, eq=False)
class Node:
    """One numbered heading or item, or the root.

    Paragraphs first…last (exclusive) are all it holds, first…own those before its first child. `annex` counts the
    annexes passed before it; `run` counts how often the topmost numbers began anew.
    """

    number: Number | None
    first: int
    last: int
    own: int
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    printed: str = ""
    title: str = ""
    annex: int = 0
    run: int = 0
    boxed: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The printed numbers of the headings this stands under, outermost first."""
        found: list[str] = []
        node = self.parent
        while node is not None and node.number is not None:
            found.append(node.printed)
            node = node.parent
        return tuple(reversed(found))

    @property
    def style(self) -> Style | None:
        return self.number.style if self.number else None


@dataclass(slots=True)
class _Box:
    """An open box: the shape of its numbers and the last of them, the item it belongs to, what it held."""

    outer: Node
    style: Style | None = None
    last: int = 0
    plain: int = 0


@dataclass(frozen=True, slots=True)
class Outline:
    """The tree, and all its nodes in reading order without the root."""

    root: Node
    nodes: tuple[Node, ...]


def outline_of(view: View) -> Outline:
    """Gives the tree of a document. Linear in length."""
    builder = _Builder(view)
    for index in range(len(view.paragraphs)):
        builder.add(index)
    return builder.outline()


class _Builder:
    def __init__(self, view: View) -> None:
        self._view = view
        count = len(view.paragraphs)
        self._root = Node(None, 0, count, count)
        self._stack = [self._root]
        self._nodes: list[Node] = []
        self._ranks: dict[Style, float] = {}
        self._box: _Box | None = None
        self._annex = 0
        self._run = 0
        self._listing = False
        self._numbered = [i for i, p in enumerate(view.paragraphs) if p.number is not None]
        self._place = 0

    def add(self, index: int) -> None:
        paragraph = self._view.paragraphs[index]
        text = self._view.chars[paragraph.start : min(paragraph.end, paragraph.start + 60)]
        number = paragraph.number
        if number is None:
            self._plain(text, index)
            return
        while self._place < len(self._numbered) and self._numbered[self._place] <= index:
            self._place += 1
        if self._listing and "。" not in text and len(text) < 60 and number.style >= Style.ARABIC:
            return
        self._listing = False
        if self._box is not None and self._is_boxed(self._box, number, index):
            return
        self._box = None
        self._push(number, index)

    def outline(self) -> Outline:
        count = len(self._view.paragraphs)
        for node in self._stack:
            node.last = count
        for node in [self._root, *self._nodes]:
            node.own = node.children[0].first if node.children else node.last
        return Outline(self._root, tuple(self._nodes))

    def _plain(self, text: str, index: int) -> None:
        if is_box(text):
            self._box = _Box(self._stack[-1])
            self._stack[-1].boxed = True
        elif is_annex(text):
            self._close_to(self._root, index)
            self._box, self._annex = None, self._annex + 1
            self._listing = _LISTED.match(text) is not None
        elif self._box is not None and self._box.style is None:
            self._box.plain += 1

    def _is_boxed(self, box: _Box, number: Number, index: int) -> bool:
        if box.style is None:
            if number.value > 1 or self._rank(number.style) < 5 or (box.plain and self._has_duty(index)):
                return False
            box.style, box.last = number.style, number.value
            return True
        outer = box.outer.number
        follows = outer is not None and outer.style is number.style and number.value == outer.value + 1
        if number.style is not box.style:
            return not follows and self._rank(number.style) > self._rank(box.style)
        if number.value != box.last + 1 and number.value != 0:
            return False
        if follows and (self._has_duty(index) or not self._comes_again(number)):
            return False
        box.last = number.value
        return True

    def _comes_again(self, number: Number) -> bool:
        for index in self._numbered[self._place : self._place + _AHEAD]:
            other = self._view.paragraphs[index].number
            if other is None or self._rank(other.style) < self._rank(number.style):
                return False
            if other.style is number.style and other.value == number.value:
                return True
        return False

    def _has_duty(self, index: int) -> bool:
        after = self._numbered[self._place] if self._place < len(self._numbered) else len(self._view.paragraphs)
        stop = self._view.paragraphs[min(after, index + 6) - 1].end
        return _DUTY.search(self._view.chars, self._view.paragraphs[index].start, stop) is not None

    def _rank(self, style: Style) -> float:
        return self._ranks.get(style, float(style))

    def _push(self, number: Number, index: int) -> None:
        self._settle(number)
        rank = self._rank(number.style)
        while len(self._stack) > 1 and self._rank(self._stack[-1].number.style) >= rank:  # type: ignore[union-attr]
            self._stack.pop().last = index
        parent = self._stack[-1]
        if parent is self._root and number.value == 1 and self._root.children:
            self._run += 1
            self._begin_again(index)
        node = Node(number, index, index, index, parent, annex=self._annex, run=self._run)
        start = self._view.paragraphs[index].start
        node.printed = self._view.printed(start, start + number.length)
        parent.children.append(node)
        self._nodes.append(node)
        self._stack.append(node)

    def _begin_again(self, index: int) -> None:
        """Numbers that begin anew under a title are those of the plan that the notice before it hands on."""
        for above in range(index - 1, max(index - _FRONT, -1), -1):
            paragraph = self._view.paragraphs[above]
            if paragraph.number is not None:
                return
            if is_title(self._view.chars[paragraph.start : paragraph.end][:120]):
                self._annex += 1
                self._nodes[-1].last = min(self._nodes[-1].last, above)
                node: Node | None = self._nodes[-1]
                while node is not None and node is not self._root:
                    node.last = min(node.last, above)
                    node = node.parent
                return

    def _settle(self, number: Number) -> None:
        """A shape first met as number one below a usually deeper one is deeper in this document."""
        if number.style in self._ranks or number.style <= Style.CHINESE:
            self._ranks.setdefault(number.style, float(number.style))
            return
        styles = [node.number.style for node in self._stack[1:] if node.number]
        usual = float(number.style)
        if number.value == 1 and styles and all(self._rank(style) > usual for style in styles):
            first = min(styles, key=self._rank)
            if self._stack[1].number and self._stack[1].number.value == 1 and first is not Style.DASH:
                usual = self._rank(styles[-1]) + 0.5
        self._ranks[number.style] = usual

    def _close_to(self, node: Node, index: int) -> None:
        while self._stack[-1] is not node:
            self._stack.pop().last = index
