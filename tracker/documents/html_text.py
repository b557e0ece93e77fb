"""Text of a web page's tree."""

from __future__ import annotations

import re

# A parsed page may carry these, from &#31; or as they are; the tree refuses them when text is written back into it.
_UNHOLDABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def holdable(words: str | None) -> str:
    """Gives the text of a tree as it can be written back into it, blanks for what it could not hold."""
    return _UNHOLDABLE.sub(" ", words or "")
