"""Plain text: bytes decoded, byte order mark dropped, CRLF to LF, nothing else."""

from __future__ import annotations

import codecs
import re

from tracker.core.text import Text, text_of_lines
from tracker.documents.limits import MAX_CHARACTERS
from tracker.documents.refusals import refusal, wrong_type

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSED = ("gb18030", "big5hkscs", "utf_16_le", "utf_16_be")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_REPLACEMENT = "\ufffd".encode()
_HALVES = re.compile("[\ud800-\udfff]")


def read_text(data: bytes) -> Text:
    """Gives the Text of a plain text file in UTF-8, GB18030, Big5 or UTF-16."""
    return text_of_string(decode(data))


def text_of_string(content: str) -> Text:
    """Gives the Text of a string that was pasted or decoded."""
    content = content.removeprefix("\ufeff").replace("\r\n", "\n")
    if len(content) > MAX_CHARACTERS:
        raise refusal("too-large")
    text = text_of_lines(_HALVES.sub("\ufffd", content))
    if not text.blocks:
        raise refusal("empty")
    return text


def decode(data: bytes) -> str:
    """Gives the characters of the bytes: by byte order mark, else strict UTF-8, else the likeliest Chinese encoding.

    Raises: Unreadable `wrong-type` for bytes that are no text, `encoding` for text nobody can decode.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    content = _utf8(data)
    return _checked(_guessed(data) if content is None or "\x00" in content else content)


def _utf8(data: bytes) -> str | None:
    """Gives UTF-8 with its few damaged bytes marked, None where it is something else."""
    content = data.decode("utf-8", errors="replace")
    damaged = content.count("\ufffd") - data.count(_REPLACEMENT)
    # Text of another encoding hardly ever makes one valid sequence of three bytes, let alone a thousand.
    return content if damaged * 1000 <= len(content) - len(content.encode("ascii", "ignore")) else None


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return _checked(data.decode(encoding))
    except UnicodeDecodeError:
        raise refusal("encoding") from None


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    # Left to all its encodings it takes sixty characters of Big5 for Japanese.
    best = from_bytes(data, cp_isolation=list(_GUESSED), threshold=1.0).best()
    if best is None:
        raise wrong_type("unknown") if b"\x00" in data else refusal("encoding")
    return str(best)


def _checked(content: str) -> str:
    if len(_CONTROLS.findall(content[:65536])) > len(content[:65536]) / 100:
        raise wrong_type("unknown")
    return content
