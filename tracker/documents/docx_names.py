"""The names of WordprocessingML elements and attributes that are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

VAL = W + "val"


def child(element: _Element | None, name: str) -> _Element | None:
    """Gives the first child of this WordprocessingML name."""
    return None if element is None else next(element.iterchildren(W + name), None)


def value(element: _Element | None, name: str) -> str | None:
    """Gives the `w:val` of the first child of this name."""
    found = child(element, name)
    return None if found is None else found.get(VAL)


def number(printed: str | None) -> int | None:
    """Gives an attribute as a whole number, None where it is absent or is none."""
    if printed is None or not printed.removeprefix("-").isascii() or not printed.removeprefix("-").isdigit():
        return None
    return int(printed) if len(printed) <= 11 else None


def is_on(element: _Element | None, name: str) -> bool:
    """Tells whether an on/off property is present and not switched off."""
    found = child(element, name)
    return found is not None and found.get(VAL) not in ("0", "false", "off")
