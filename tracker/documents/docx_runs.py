"""The words of one Word paragraph: insertions kept, tracked deletions, hidden text and field codes left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.documents.docx_names import COMPATIBILITY, MATH, VAL, W, child

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONTAINERS = frozenset(
    W + name
    for name in ("hyperlink", "ins", "moveTo", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "ruby")
) | {W + "rubyBase", W + "bdo", W + "dir"}
_DRAWINGS = frozenset((W + "drawing", W + "pict", W + "object"))
_SIGNS = {
    W + "tab": "\t",
    W + "ptab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
}
_NOTES = {W + "footnoteReference": "footnotes", W + "endnoteReference": "endnotes"}
_BOX = W + "txbxContent"
_RUN, _PROPERTIES, _TEXT = W + "r", W + "rPr", W + "t"


@dataclass(slots=True)
class Words:
    """The words of a paragraph, and what is anchored in it."""

    parts: list[str] = field(default_factory=list)
    boxes: list[_Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts)


def drop_hidden(body: _Element) -> None:
    """Takes hidden runs out of a body: the page does not print them. Done once, since almost no document has any."""
    for hidden in list(body.iter(W + "vanish")):
        run = hidden.getparent().getparent()
        is_hidden = hidden.get(VAL) not in ("0", "false", "off")
        if is_hidden and run is not None and run.tag == _RUN and run.getparent() is not None:
            run.getparent().remove(run)


def words_of(paragraph: _Element) -> Words:
    """Gives the words of a paragraph in reading order."""
    words = Words()
    _walk(paragraph, words)
    return words


def _walk(container: _Element, words: Words) -> None:
    for element in container:
        if element.tag == _RUN:
            _run(element, words)
        elif element.tag in _CONTAINERS:
            _walk(element, words)
        elif element.tag == COMPATIBILITY + "AlternateContent":
            _alternate(element, words, _walk)
        elif element.tag in (MATH + "oMath", MATH + "oMathPara"):
            words.parts.extend(letters.text or "" for letters in element.iter(MATH + "t"))


def _run(run: _Element, words: Words) -> None:
    for element in run:
        tag = element.tag
        if tag == _TEXT:
            # A line broken in the markup is a blank to Word.
            words.parts.append((element.text or "").replace("\n", " "))
        elif tag == _PROPERTIES:
            continue
        elif tag in _SIGNS:
            words.parts.append(_SIGNS[tag])
        elif tag in _NOTES:
            words.notes.append((_NOTES[tag], element.get(W + "id") or ""))
        elif tag == W + "sym":
            words.parts.append(_symbol(element))
        elif tag in _DRAWINGS:
            _drawing(element, words)
        elif tag == COMPATIBILITY + "AlternateContent":
            _alternate(element, words, _run)
        elif tag == W + "ruby":
            _walk_ruby(element, words)


def _walk_ruby(ruby: _Element, words: Words) -> None:
    base = child(ruby, "rubyBase")
    if base is not None:
        _walk(base, words)


def _alternate(element: _Element, words: Words, read: Callable[[_Element, Words], None]) -> None:
    """The same thing said for newer and older programs: only the first way is read."""
    for branch in ("Choice", "Fallback"):
        chosen = element.find(COMPATIBILITY + branch)
        if chosen is not None:
            read(chosen, words)
            return


def _drawing(element: _Element, words: Words) -> None:
    """Text boxes of a drawing; one inside another is read with the outer one."""
    for box in element.iter(_BOX):
        ancestor = box.getparent()
        while ancestor is not element and ancestor.tag not in (_BOX, COMPATIBILITY + "Fallback"):
            ancestor = ancestor.getparent()
        if ancestor is element:
            words.boxes.append(box)


def _symbol(element: _Element) -> str:
    """A sign of a symbol font has no agreed character; the reader is shown that something stands there."""
    code = element.get(W + "char") or ""
    try:
        sign = chr(int(code, 16))
    except (ValueError, OverflowError):
        return "\ufffd"
    return "□" if "\ue000" <= sign <= "\uf8ff" else sign
