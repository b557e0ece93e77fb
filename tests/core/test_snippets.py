"""The hit in its sentence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.snippets import WIDTH, marked, snippet

TEXT = "建设云川量子产业园。年内完成一期工程，引进企业20家以上；市科技局牵头。"


def test_the_sentence_with_most_of_the_words_is_shown() -> None:
    pieces = snippet(TEXT, ["企业", "一期"])
    assert "".join(piece.text for piece in pieces) == "年内完成一期工程，引进企业20家以上；"
    assert [piece.text for piece in pieces if piece.is_hit] == ["一期", "企业"]


def test_a_long_sentence_is_cut_around_its_hit() -> None:
    pieces = snippet("甲" * 300 + "量子" + "乙" * 300, ["量子"])
    whole = "".join(piece.text for piece in pieces)
    assert whole.startswith("…") and whole.endswith("…") and len(whole) == WIDTH + 2
    assert [piece.text for piece in pieces if piece.is_hit] == ["量子"]


def test_a_text_without_the_words_has_no_snippet() -> None:
    assert snippet(TEXT, ["海洋"]) == ()


def test_what_means_something_to_a_pattern_is_searched_as_it_stands() -> None:
    assert [piece.text for piece in marked("完成100%(含)", ["0%("]) if piece.is_hit] == ["0%("]


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=5), max_size=4))
def test_marking_loses_nothing(text: str, words: list[str]) -> None:
    assert "".join(piece.text for piece in marked(text, words)) == text
    assert "".join(piece.text for piece in snippet(text, words)).strip("…") in text
