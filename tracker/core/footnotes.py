"""Footnotes (脚注) of an indicator table: what a mark in a cell means, from the line under the table that says so."""

from __future__ import annotations

import re
from collections.abc import Collection

from tracker.core.script import normal

_OPENING = re.compile(r"\s*\(?(?:注|备注|说明|註)[^\n]{0,4}?[::]?")
_LONGEST = 300


def footnotes(content: str, marks: Collection[str]) -> dict[str, str]:
    """Gives the line that explains each mark, as printed; a mark that no line explains is left out.

    Takes: the extracted text of the document. Linear in its length for each mark.
    """
    found: dict[str, str] = {}
    wanted = {mark: normal(mark).strip() for mark in marks if mark.strip() and mark != "[]"}
    if not wanted:
        return found
    for line in content.split("\n"):
        flat = normal(line).strip()
        is_note = _OPENING.match(flat) is not None
        for mark, sign in wanted.items():
            if (
                mark not in found
                and len(flat) > len(sign) + 3
                and (flat.startswith(sign) or (is_note and sign in flat))
            ):
                found[mark] = line.strip()[:_LONGEST]
    return found
