"""Text as files can hold it: XML knows no control characters, whatever was typed or read out of a document."""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def printable(text: str) -> str:
    """Gives the text without the characters that no XML file can hold."""
    return _UNPRINTABLE.sub("", text)
