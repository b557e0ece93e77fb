"""The chain of seals as a rule: whatever is done to a sealed trail is found, and nothing is where nothing was done."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.auditchain import (
    Event,
    Head,
    Seal,
    canonical_bytes,
    compare_head,
    next_seal,
    parse_head,
    verify,
)
from tracker.models import AuditEvent

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
WORDS = st.text(max_size=8)
NUMBERS = st.one_of(st.none(), st.integers(1, 10**6))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)
EVENTS = st.builds(
    Event,
    id=st.just(0),
    at=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)),
    actor_id=NUMBERS,
    actor_name=WORDS,
    address=WORDS,
    jurisdiction_id=NUMBERS,
    action=WORDS,
    subject_type=WORDS,
    subject_id=NUMBERS,
    summary=WORDS,
    detail=VALUES,
)


@st.composite
def trails(draw: st.DrawFn, *, least: int = 1) -> list[Event]:
    """Events whose ids ascend with gaps, as those of rolled-back acts leave them."""
    ids = sorted(draw(st.sets(st.integers(1, 60), min_size=least, max_size=12)))
    return [replace(draw(EVENTS), id=number * 2) for number in ids]


def sealed(events: list[Event]) -> list[Seal]:
    seals: list[Seal] = []
    for event in events:
        seals.append(next_seal(seals[-1] if seals else None, event, now=NOW))
    return seals


def found(seals: list[Seal], events: list[Event]) -> list[str]:
    return [finding.code for finding in verify(seals, events)]


@given(trails(least=0), trails(least=0))
def test_an_untouched_trail_is_whole_and_what_follows_the_last_seal_is_only_waiting(
    events: list[Event], later: list[Event]
) -> None:
    waiting = [replace(event, id=event.id + 1000) for event in later]
    assert found(sealed(events), events + waiting) == []


@given(trails(), st.data())
def test_a_changed_field_is_found_in_its_place_alone(events: list[Event], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(events) - 1))
    name = data.draw(st.sampled_from([field.name for field in fields(Event) if field.name != "id"]))
    changed = replace(events[place], **{name: getattr(data.draw(EVENTS), name)})
    touched = [*events[:place], changed, *events[place + 1 :]]
    is_same = canonical_bytes(changed) == canonical_bytes(events[place])
    findings = list(verify(sealed(events), touched))
    assert [finding.code for finding in findings] == ([] if is_same else ["event.changed"])
    assert is_same or f"记录 {changed.id} " in findings[0].message


@given(trails(), st.data())
def test_a_removed_event_is_found(events: list[Event], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(events) - 1))
    assert found(sealed(events), events[:place] + events[place + 1 :]) == ["event.removed"]


@given(trails(), st.data())
def test_an_event_inserted_below_the_last_seal_is_found(events: list[Event], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(events) - 1))
    inserted = replace(data.draw(EVENTS), id=events[place].id - 1)
    assert found(sealed(events), [*events[:place], inserted, *events[place:]]) == ["event.inserted"]


@given(trails(least=2), st.data())
def test_two_events_that_change_places_are_found_both(events: list[Event], data: st.DataObject) -> None:
    one, other = data.draw(st.lists(st.integers(0, len(events) - 1), min_size=2, max_size=2, unique=True))
    touched = list(events)
    touched[one] = replace(events[other], id=events[one].id)
    touched[other] = replace(events[one], id=events[other].id)
    is_same = touched == events
    assert found(sealed(events), touched) == ([] if is_same else ["event.changed", "event.changed"])


@given(trails(least=2), st.data())
def test_a_removed_seal_is_found_even_with_its_event(events: list[Event], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(events) - 2))
    seals = sealed(events)
    left = seals[:place] + seals[place + 1 :]
    assert "seal.missing" in found(left, events)
    assert found(left, events[:place] + events[place + 1 :]) == ["seal.missing"]


@pytest.mark.parametrize(
    "change", [{"event_id": 8}, {"number": 9}, {"number": 0}, {"sealed_at": NOW + timedelta(1)}, {"digest": "0" * 64}]
)
def test_a_changed_seal_is_found(change: dict[str, object]) -> None:
    events = [_an_event(number) for number in (2, 4, 6)]
    first, second, third = sealed(events)
    touched = sorted([first, replace(second, **change), third], key=lambda seal: seal.number)
    assert found(touched, events) != []


def test_a_chain_written_anew_and_a_cut_tail_contradict_the_head_kept_outside() -> None:
    events = [_an_event(number) for number in (2, 4, 6)]
    last = sealed(events)[-1]
    head = Head(NOW, last.number, last.digest)
    anew = sealed([replace(events[0], summary="另一件事"), *events[1:]])[-1]
    assert compare_head(head, last.digest, last=3) is None
    differs, cut = compare_head(head, anew.digest, last=3), compare_head(head, None, last=2)
    assert differs is not None and differs.code == "head.differs"
    assert cut is not None and cut.code == "head.cut" and "只到第 2 号" in cut.message and "10:00:00" in cut.message


@given(st.datetimes(min_value=datetime(2020, 1, 1), timezones=st.just(UTC)), st.integers(1))
def test_a_head_is_read_back_from_its_line(at: datetime, number: int) -> None:
    head = Head(at, number, "a" * 64)
    assert parse_head(head.line()) == head


@given(st.text())
def test_any_other_line_holds_no_head(line: str) -> None:
    assert parse_head(line) is None


def test_the_form_of_an_event_is_the_same_whatever_database_gives_it_back() -> None:
    event = _an_event(1)
    china = timezone(timedelta(hours=8))
    one = replace(event, at=NOW, detail={"a": 1.0, "b": {"c": [1e20, None], "d": "市"}})
    other = replace(event, at=NOW.astimezone(china), detail={"b": {"d": "市", "c": [10**20, None]}, "a": 1})
    assert canonical_bytes(one) == canonical_bytes(other)


def test_every_column_of_an_event_is_sealed() -> None:
    """A new column needs a decision: it changes the canonical bytes, and so every seal that stands."""
    assert {field.name for field in fields(Event)} == {column.name for column in AuditEvent.__table__.columns}


def _an_event(number: int) -> Event:
    return Event(number, NOW, 1, "林经办", "", 1, "task.approve", "Task", number, f"第 {number} 件事", {})
