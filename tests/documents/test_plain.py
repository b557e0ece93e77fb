"""Plain text: every encoding in use gives the same characters."""

from __future__ import annotations

import pytest
from opencc import OpenCC

from tests.documents import sample_plan
from tracker.core.text import Text
from tracker.documents import extract, extract_pasted
from tracker.errors import Unreadable

PLAN = sample_plan.as_text()
TRADITIONAL = OpenCC("s2tw").convert(PLAN)


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", PLAN),
        ("utf-8-sig", PLAN),
        ("gb18030", PLAN),
        ("utf-16", PLAN),
        ("utf-16-le", PLAN),
        ("utf-16-be", PLAN),
        ("big5hkscs", TRADITIONAL.replace("—", "-").replace("〔", "(").replace("〕", ")")),
    ],
)
def test_every_encoding_gives_the_same_characters(encoding: str, content: str) -> None:
    assert extract(content.encode(encoding)).content == content


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16-le", "utf-16-be"])
def test_a_short_text_is_decoded_too(encoding: str) -> None:
    line = TRADITIONAL if encoding == "big5" else PLAN
    line = line.splitlines()[4]
    assert extract(line.encode(encoding)).content == line


def test_crlf_becomes_lf_and_nothing_else_changes() -> None:
    content = " \t　一、总体要求  \r\n\r\n（一）指导思想\r\n"
    assert extract(content.encode()).content == " \t　一、总体要求  \n\n（一）指导思想\n"


def test_every_line_with_words_is_a_block() -> None:
    text = extract("甲\r\n\r\n  乙\n".encode())
    assert [text.slice(block) for block in text.blocks] == ["甲", "  乙"]


def test_pasted_words_are_read_like_a_file() -> None:
    assert extract_pasted("\ufeff甲\r\n乙") == extract("甲\n乙".encode())
    assert isinstance(extract_pasted("甲\ud800"), Text)


@pytest.mark.parametrize("content", ["", " \r\n\t", "\ufeff"])
def test_nothing_pasted_is_refused_as_empty(content: str) -> None:
    with pytest.raises(Unreadable) as refused:
        extract_pasted(content)
    assert refused.value.code == "empty"


def test_one_broken_byte_is_marked_and_the_rest_stays_utf8() -> None:
    data = PLAN.encode() * 3
    at = data.index("冷库".encode())
    assert extract(data[:at] + b"\xff" + data[at:]).content == PLAN.replace("冷库", "\ufffd冷库", 1) + PLAN * 2


def test_bytes_of_no_language_are_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        extract(bytes(range(1, 256)) * 20)
    assert refused.value.code in {"wrong-type", "encoding"}
