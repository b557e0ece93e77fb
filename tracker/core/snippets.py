"""The hit of a search in its sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# So much of a long document is looked through for sentences after its first hit.
NEAR = 300
_SENTENCE_ENDS = "。！？；\n"
# A sentence longer than this is cut around its first hit.
WIDTH = 120


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, and whether it is one of the words searched for."""

    text: str
    is_hit: bool


def marked(text: str, words: Sequence[str]) -> tuple[Piece, ...]:
    """Gives the whole text in pieces, the words searched for marked, upper and lower case alike."""
    if not any(words):
        return (Piece(text, False),) if text else ()
    longest_first = sorted(filter(None, words), key=len, reverse=True)
    pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", text, flags=re.IGNORECASE)
    return tuple(Piece(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece)


def snippet(text: str, words: Sequence[str]) -> tuple[Piece, ...]:
    """Gives the sentence that holds most of the words, the first of several, marked; empty where none is there."""
    folded = [word.casefold() for word in words if word]
    best, most = "", 0
    for sentence in _sentences(text):
        held = sum(word in sentence.casefold() for word in folded)
        if held > most:
            best, most = sentence, held
    return marked(_cut(best.strip(), folded), words) if most else ()


def around(text: str, words: Sequence[str]) -> str:
    """Gives a stretch of a long text from the start of a sentence that holds a word, one near to the other words.

    Empty where no word stands in it.
    """
    folded = text.casefold()
    # A letter that folds into two moves the places after it: the stretch then begins a little later.
    places = [place for word in words if word and (place := folded.find(word.casefold())) >= 0]
    if not places:
        return ""
    best = max(places, key=lambda place: sum(abs(other - place) <= NEAR for other in places))
    start = max(text.rfind(end, 0, best) for end in _SENTENCE_ENDS) + 1
    return text[start : best + NEAR]


def _sentences(text: str) -> list[str]:
    return re.findall(f"[^{_SENTENCE_ENDS}]+[{_SENTENCE_ENDS}]?", text)


def _cut(sentence: str, folded: Sequence[str]) -> str:
    if len(sentence) <= WIDTH:
        return sentence
    small = sentence.casefold()
    first = min((place for word in folded if (place := small.find(word)) >= 0), default=0)
    start = max(0, min(first - WIDTH // 3, len(sentence) - WIDTH))
    end = min(start + WIDTH, len(sentence))
    return f"{'…' if start else ''}{sentence[start:end]}{'…' if end < len(sentence) else ''}"
