"""Bigrams: what a text is found by, in a script that puts no blanks between its words.

Source: DESIGN 8. A tokenizer of trigrams finds nothing for two characters, and a cutter of words cuts names apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Letters and digits of any script; everything else ends a run.
_RUNS = re.compile(r"[^\W_]+")
_WIDTH = 5


def grams(*texts: str) -> frozenset[str]:
    """Gives every two neighbouring characters of the texts, and the last one of each run on its own.

    Upper and lower case are alike. A gram is written in hexadecimal digits, so that no index has a view of its own on
    what is a character.
    """
    return frozenset(
        _written(run[place : place + 2])
        for text in texts
        for run in _RUNS.findall(text.casefold())
        for place in range(len(run))
    )


def wanted(words: Iterable[str]) -> tuple[str, ...]:
    """Gives the grams that every text with all the words has; one that ends in * is the beginning of a gram.

    Gives none for words without a letter or a digit. A text may have them all without the words: they can stand apart.
    """
    found: dict[str, None] = {}
    for word in words:
        for run in _RUNS.findall(word.casefold()):
            pairs = [_written(run[place : place + 2]) for place in range(len(run) - 1)]
            found.update(dict.fromkeys(pairs or [f"{_written(run)}*"]))
    return tuple(found)


def is_told_by_grams(word: str) -> bool:
    """Whether every text with the grams of a word has the word itself."""
    return len(word) <= 2 and _RUNS.fullmatch(word) is not None


def _written(characters: str) -> str:
    return "".join(f"{ord(character):0{_WIDTH}x}" for character in characters)
