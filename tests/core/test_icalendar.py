"""Calendars as other programs read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.icalendar import Entry, calendar

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
NAMES = {"BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "NAME", "X-WR-CALNAME"} | {
    *("REFRESH-INTERVAL", "X-PUBLISHED-TTL", "UID", "DTSTAMP", "DTSTART", "DTEND"),
    *("SUMMARY", "DESCRIPTION", "URL", "TRANSP"),
}
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def written(*entries: Entry) -> str:
    return calendar(entries, name="云川市任务", domain="tracker.test", now=NOW)


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_a_day_is_an_entry_of_one_whole_day_with_its_name_and_link() -> None:
    lines = unfolded(
        written(Entry("finish-7", date(2026, 12, 31), "完成：1.建设产业园", "牵头", "http://t.test/tasks/1"))
    )
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    for line in (
        "UID:finish-7@tracker.test",
        "DTSTAMP:20260310T020000Z",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:完成：1.建设产业园",
        "URL:http://t.test/tasks/1",
    ):
        assert line in lines


@given(WORDS, WORDS)
def test_no_line_is_longer_than_75_bytes_and_no_words_make_a_line_of_their_own(title: str, words: str) -> None:
    text = written(Entry("k", date(2026, 1, 1), title, words))
    raw = text.encode()
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert raw.replace(b"\r\n", b"").count(b"\n") == 0
    names = [line.partition(":")[0].partition(";")[0] for line in unfolded(text) if line]
    assert names.count("BEGIN") == 2 and names.count("SUMMARY") == 1 and "ATTACH" not in names
    assert set(names) <= NAMES


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]) | st.just("\n"), max_size=300))
def test_words_come_back_as_they_were(words: str) -> None:
    (line,) = [each for each in unfolded(written(Entry("k", date(2026, 1, 1), words))) if each.startswith("SUMMARY:")]
    back, signs = "", iter(line.removeprefix("SUMMARY:"))
    for sign in signs:
        escaped = next(signs) if sign == "\\" else None
        back += sign if escaped is None else {"n": "\n"}.get(escaped, escaped)
    assert back == words
