"""Members of a group (成员单位) that a plan names in one place and lists in another."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.core.clauses import RawName, read_clause
from tracker.core.labels import Role
from tracker.core.paragraphs import View
from tracker.core.units import looks_like_unit

# 市水利领导小组成员单位包括…, 成员单位：… at the beginning of a sentence.
_LISTED = re.compile(
    r"(?<![^。;\n])(?:\([0-9一二三四五六七八九十]{1,3}\)|[0-9一二三四五六七八九十]{1,3}[、.])?"
    r"(?P<name>[^。;:,、\n]{0,24}?成员单位)(?:名单)?(?:(?:主要|共)?(?:包括|涵盖|为|有|由)|:)"
)
_LONGEST = 1500
_COMPOSED = re.compile(r"(?:共同)?(?:组成|构成)$")


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of members, offsets into the view: the group's name, the names, whether 等 leaves the list open."""

    name: tuple[int, int]
    names: tuple[RawName, ...]
    is_open: bool
    start: int
    end: int


def listings_in(view: View) -> list[Listing]:
    """Gives the lists of members a document holds, in reading order. Linear in length."""
    found = []
    for match in _LISTED.finditer(view.chars):
        listing = _listing(view, match)
        if listing is not None:
            found.append(listing)
    return found


def _listing(view: View, match: re.Match[str]) -> Listing | None:
    start = match.end()
    if view.chars[start : start + 1] == "\n":
        start += 1
    ends = (view.chars.find(mark, start, start + _LONGEST) for mark in "。\n")
    end = min((place for place in ends if place >= 0), default=len(view.chars))
    if end - start > _LONGEST:
        return None
    composed = _COMPOSED.search(view.chars[start:end])
    end = start + composed.start() if composed else end
    clause = read_clause(view, start, end, Role.RESPONSIBLE)
    fit = all(looks_like_unit(view.chars[name.start : name.end]) for name in clause.names)
    if len(clause.names) < 2 or not fit or clause.objects or clause.verbs:
        return None
    is_open = bool(clause.tails) or view.chars[start:end].endswith("等")
    return Listing(match.span("name"), tuple(clause.names), is_open, match.start(), end)
