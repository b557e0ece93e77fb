"""A new edition of a plan's document (修订稿) against the one in force: what was kept, changed, added and left out.

Items are paired by number and by likeness of title and text; two equal editions have no difference, and one in which
only numbers moved has renumbered items alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from rapidfuzz import fuzz

from tracker.core.terms import DutyRole, Labelled

# In per cent: of the words alone, and of two items under the same number.
LEAST_LIKENESS = 65
LEAST_UNDER_ONE_NUMBER = 50
_LONGEST_COMPARED = 600
_PAIRS = {"）": "（", ")": "(", "]": "[", "］": "［", "】": "【", "〕": "〔"}
_OPENING = frozenset(_PAIRS.values())
_DUTIES = re.compile("牵头|责任|配合|单位|部门|负责|时限|时间")
Value = TypeVar("Value")


class DifferenceKind(Labelled):
    """What became of an item in the new edition."""

    CHANGED = "changed", "有修改"
    RENUMBERED = "renumbered", "仅编号变化"
    NEW = "new", "新增"
    DROPPED = "dropped", "删去"
    KEPT = "kept", "未变"


class Part(Labelled):
    """What of an item differs."""

    NUMBER = "number", "编号"
    TITLE = "title", "名称"
    TEXT = "text", "内容"
    UNITS = "units", "责任分工"
    DUE = "due", "完成时限"
    TARGETS = "targets", "目标值"


@dataclass(frozen=True, slots=True)
class Share:
    """A unit or a group with its role, by the key of what it stands for in the registry."""

    of: str
    role: DutyRole
    is_first_lead: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an edition, as far as editions are compared; `due_on` is None for 长期坚持 too."""

    key: int
    number: str
    title: str
    text: str
    part: int | None = None
    shares: frozenset[Share] = frozenset()
    due_on: date | None = None
    is_standing: bool = False
    targets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """One item of either edition, with the parts that differ where it stands in both."""

    kind: DifferenceKind
    old: Item | None
    new: Item | None
    parts: frozenset[Part] = frozenset()


def differences(old: Sequence[Item], new: Sequence[Item]) -> list[Difference]:
    """Gives every item of both editions once, in the order of the new one; what was left out at its old place."""
    partner = _pairs(old, new)
    found = [_difference(partner.get(each.key), each) for each in new]
    paired = {item.key for item in partner.values()}
    place: dict[int | None, int] = {each.old.key: n for n, each in enumerate(found) if each.old is not None}
    dropped: dict[int, list[Difference]] = defaultdict(list)
    last = -1
    for item in old:
        if item.key in paired:
            last = place[item.key]
        else:
            dropped[last].append(Difference(DifferenceKind.DROPPED, item, None))
    ordered = list(dropped[-1])
    for n, each in enumerate(found):
        ordered += [each, *dropped[n]]
    return ordered


def _difference(old: Item | None, new: Item) -> Difference:
    if old is None:
        return Difference(DifferenceKind.NEW, None, new)
    parts = frozenset(part for part, read in _READ.items() if read(old) != read(new))
    if not parts:
        return Difference(DifferenceKind.KEPT, old, new)
    kind = DifferenceKind.RENUMBERED if parts == {Part.NUMBER} else DifferenceKind.CHANGED
    return Difference(kind, old, new, parts)


def _pairs(old: Sequence[Item], new: Sequence[Item]) -> dict[int, Item]:
    """The old item of each new one by its key: what is wholly equal first, then what is alike."""
    found: dict[int, Item] = {}
    rest_old, rest_new = list(old), list(new)
    for same in (_whole, _content, _words_of):
        _pair_equal(rest_old, rest_new, same, found)
    for _, _, n, o in sorted(_likely(rest_old, rest_new), key=lambda each: (-each[0], each[1])):
        if rest_new[n].key not in found and not any(each is rest_old[o] for each in found.values()):
            found[rest_new[n].key] = rest_old[o]
    return found


def _pair_equal(old: list[Item], new: list[Item], same: Callable[[Item], Hashable], found: dict[int, Item]) -> None:
    """Pairs items that are the same by some measure, in their order, and takes them off both lists."""
    waiting: dict[Hashable, list[Item]] = defaultdict(list)
    for item in old:
        waiting[same(item)].append(item)
    for item in new:
        if queue := waiting[same(item)]:
            found[item.key] = queue.pop(0)
    taken = {id(item) for item in found.values()}
    old[:] = [item for item in old if id(item) not in taken]
    new[:] = [item for item in new if item.key not in found]


def _likely(old: Sequence[Item], new: Sequence[Item]) -> Iterable[tuple[float, int, int, int]]:
    for n, item in enumerate(new):
        for o, other in enumerate(old):
            likeness = _likeness(other, item)
            is_numbered = _number(item) == _number(other)
            if likeness >= (LEAST_UNDER_ONE_NUMBER if is_numbered else LEAST_LIKENESS):
                yield likeness + 5 * is_numbered, abs(n - o), n, o


def _likeness(old: Item, new: Item) -> float:
    titles = fuzz.ratio(_plain(old.title), _plain(new.title))
    texts = fuzz.ratio(words(old.text)[:_LONGEST_COMPARED], words(new.text)[:_LONGEST_COMPARED])
    # Plans repeat their phrases: equal endings do not make one of two items that begin otherwise.
    return max(titles, (titles + texts) / 2)


def words(text: str) -> str:
    """Gives what a text says without blanks and without the bracket of duties at its end, which is compared apart."""
    plain = _plain(text)
    bare = plain.rstrip("。.;；")
    start = _closing_bracket(bare)
    return bare[:start].rstrip("。.;；") if start is not None and _DUTIES.search(bare[start:]) else bare


def _closing_bracket(text: str) -> int | None:
    """Where the bracket begins that ends a text."""
    depth = 0
    if not text or text[-1] not in _PAIRS:
        return None
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] in _PAIRS) - (text[place] in _OPENING)
        if depth == 0:
            return place
    return None


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text)


def _number(item: Item) -> tuple[str, int | None]:
    return re.sub(r"[\s.．、,，()（）]", "", item.number), item.part


def _due(item: Item) -> tuple[date | None, bool]:
    return (None, True) if item.is_standing else (item.due_on, False)


_READ: Mapping[Part, Callable[[Item], object]] = {
    Part.NUMBER: _number,
    Part.TITLE: lambda item: _plain(item.title),
    Part.TEXT: lambda item: words(item.text),
    Part.UNITS: lambda item: item.shares,
    Part.DUE: _due,
    Part.TARGETS: lambda item: item.targets,
}


def _words_of(item: Item) -> Hashable:
    return _plain(item.title), words(item.text)


def _content(item: Item) -> Hashable:
    return _words_of(item), item.shares, _due(item), item.targets


def _whole(item: Item) -> Hashable:
    return _number(item), _content(item)


def in_order(old: Sequence[Value], new: Sequence[Value]) -> list[Value]:
    """Gives all of both once: the new in their order, each of the others after what stood before it."""
    ordered, known = list(new), set(new)
    before: Value | None = None
    for each in old:
        if each not in known:
            ordered.insert(ordered.index(before) + 1 if before is not None else 0, each)
        before = each
    return ordered
