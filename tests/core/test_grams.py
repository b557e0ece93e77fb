"""Bigrams, by which texts are found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.grams import grams, is_told_by_grams, wanted

TEXTS = st.text(alphabet="市科技局产业园５G5gAaß𠮷、。 -_", max_size=30)


def holds(text: str, *words: str) -> bool:
    """Whether a text has every gram that is wanted of it, as the indexes of both databases match them."""
    found = grams(text)
    return all(
        any(gram.startswith(asked[:-1]) for gram in found) if asked.endswith("*") else asked in found
        for asked in wanted(words)
    )


def test_a_text_is_found_by_every_part_of_its_runs_and_by_one_character() -> None:
    assert holds("建设产业园区", "产业", "园区")
    assert holds("建设产业园区", "区")
    assert not holds("建设产业园区", "业区")
    assert not holds("产业、园区", "业园")


def test_upper_and_lower_case_are_alike() -> None:
    assert holds("推广5G应用", "5g应用")


@given(TEXTS, st.data())
def test_whatever_stands_in_a_text_is_wanted_of_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert holds(text, text[start:end])


@given(TEXTS, TEXTS)
def test_a_word_told_by_its_grams_stands_in_every_text_that_has_them(text: str, word: str) -> None:
    if is_told_by_grams(word) and holds(text, word):
        assert word.casefold() in text.casefold()


def test_signs_alone_are_found_nowhere_and_everywhere() -> None:
    assert wanted(["——", "%", ""]) == ()
    assert not is_told_by_grams("%")
    assert not is_told_by_grams("")
