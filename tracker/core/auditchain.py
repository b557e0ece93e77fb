"""The chain that seals the trail (封存): each seal holds the digest of one event and of the seal before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

GENESIS = "0" * 64
# Stands in every digest: a later form of the canonical bytes gets a number of its own, so that old seals still hold.
FORM = 1
# The digits are for people of Asia/Shanghai, which has kept one offset since 1991.
_OFFICE = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Event:
    """An audit event, every field of it; a value that cannot be read is kept as the words that are stored."""

    id: int
    at: datetime | str
    actor_id: int | None
    actor_name: str
    address: str
    jurisdiction_id: int | None
    action: str
    subject_type: str
    subject_id: int | None
    summary: str
    detail: Any


@dataclass(frozen=True, slots=True)
class Seal:
    """One link. Numbers run from 1 without a gap, and the ids of the events ascend with them."""

    number: int
    event_id: int
    sealed_at: datetime | str
    digest: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain as it was at an instant, as it is also kept outside the database."""

    at: datetime
    number: int
    digest: str

    def line(self) -> str:
        """Gives the line that is appended to the file of heads."""
        return f"{_instant(self.at)} {self.number} {self.digest}"

    @property
    def moment(self) -> str:
        """Gives the instant in words for people."""
        return self.at.astimezone(_OFFICE).strftime("%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was sealed: a code, and one sentence."""

    code: str
    message: str


def parse_head(line: str) -> Head | None:
    """Gives the head that a line of the file of heads holds, None where the line is none."""
    try:
        at, number, digest = line.split(" ")
        head = Head(datetime.fromisoformat(at), int(number), digest)
    except ValueError:
        return None
    return head if head.at.tzinfo is not None and len(digest) == len(GENESIS) else None


def canonical_bytes(event: Event) -> bytes:
    """Gives the one form of an event, whatever database it was read from."""
    return _json(asdict(event))


def next_seal(previous: Seal | None, event: Event, *, now: datetime) -> Seal:
    """Gives the seal of the event that follows the one `previous` seals; None for the first of all."""
    number = previous.number + 1 if previous else 1
    return Seal(number, event.id, now, _digest(number, now, previous.digest if previous else GENESIS, event))


def verify(seals: Iterable[Seal], events: Iterable[Event]) -> Iterator[Finding]:
    """Gives what is not as it was sealed, in the order of the chain; events after the last seal are merely waiting.

    Takes the seals by number and the events by id, both ascending; holds one of each at a time.
    """
    rest = iter(events)
    event = next(rest, None)
    before = Seal(0, 0, "", GENESIS)
    for seal in seals:
        is_whole = seal.number == before.number + 1
        if seal.number > before.number + 1:
            yield _missing(before.number + 1, seal.number - 1)
        if seal.number <= before.number or seal.event_id <= before.event_id:
            yield Finding("seal.order", f"第 {seal.number} 号封存的次序被改动。")
            before = seal
            continue
        while event is not None and event.id < seal.event_id:
            yield Finding("event.inserted", f"记录 {event.id} 是在其后的记录封存之后插入的，不在封存之列。")
            event = next(rest, None)
        if event is None or event.id != seal.event_id:
            yield Finding("event.removed", f"记录 {seal.event_id} 在封存后被删除（第 {seal.number} 号封存）。")
        else:
            if is_whole and seal.digest != _digest(seal.number, seal.sealed_at, before.digest, event):
                yield Finding("event.changed", f"记录 {event.id} 或其封存在封存后被改动（第 {seal.number} 号封存）。")
            event = next(rest, None)
        before = seal


def compare_head(head: Head, digest: str | None, *, last: int) -> Finding | None:
    """Gives what a head kept outside the database says against the chain.

    Takes the digest of the seal of that number, None where there is none, and the number of the last seal.
    """
    if digest == head.digest:
        return None
    if head.number > last:
        words = f"库外记录载明 {head.moment} 已封存至第 {head.number} 号，库内只到第 {last} 号：末尾被截去。"
        return Finding("head.cut", words)
    words = f"第 {head.number} 号封存与 {head.moment} 的库外记录不一致：封存在此之前被改写。"
    return Finding("head.differs", words)


def _missing(first: int, last: int) -> Finding:
    span = f"第 {first} 号" if first == last else f"第 {first} 至第 {last} 号"
    return Finding("seal.missing", f"{span}封存已不存在。")


def _digest(number: int, sealed_at: datetime | str, previous: str, event: Event) -> str:
    frame = _json([FORM, number, sealed_at, previous])
    return hashlib.sha256(frame + b"\n" + canonical_bytes(event)).hexdigest()


def _json(value: Any) -> bytes:
    return json.dumps(_plain(value), ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")


def _plain(value: Any) -> Any:
    """Databases give back whole numbers, instants and the order of keys in their own ways; here they have one."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if value is None or isinstance(value, str | int | float | bool) else repr(value)


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")
