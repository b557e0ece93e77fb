"""A text cut into pieces under overlapping marks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.highlights import Mark, lines_of_pieces

MARKS = st.lists(
    st.tuples(st.integers(-5, 60), st.integers(-5, 60)).map(lambda ends: Mark(min(ends), max(ends), f"{ends}")),
    max_size=12,
    unique_by=lambda mark: mark.key,
)


@given(content=st.text(alphabet="任务\n<𠮷&a", max_size=50), marks=MARKS)
def test_the_pieces_are_the_text_and_know_exactly_the_marks_over_them(content: str, marks: list[Mark]) -> None:
    lines = lines_of_pieces(content, marks)
    assert ["".join(piece.words for piece in line) for line in lines] == content.split("\n")
    for line in lines:
        for piece in line:
            assert content[piece.start : piece.start + len(piece.words)] == piece.words
            for place in range(piece.start, piece.start + len(piece.words)):
                assert set(piece.keys) == {mark.key for mark in marks if mark.start <= place < mark.end}


def test_keys_stand_in_the_order_the_marks_were_given() -> None:
    marks = [Mark(0, 6, "chapter"), Mark(2, 4, "unit"), Mark(1, 5, "item")]
    pieces = lines_of_pieces("一二三四五六", marks)[0]
    assert [piece.keys for piece in pieces][2] == ("chapter", "unit", "item")
