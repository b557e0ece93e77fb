"""The sheet of a filing (填报表): its headings, and the key by which each of its rows is known again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.filing import Words

# Key of a column and its heading, in the order of the sheet; the first is hidden.
HEADINGS: tuple[tuple[str, str], ...] = (
    ("key", "行标识（勿改）"),
    ("plan", "方案"),
    ("number", "编号"),
    ("title", "任务"),
    ("due", "完成时限"),
    ("last", "上期进展"),
    ("last_percent", "上期比例"),
    ("same", "同上期"),
    ("progress", "本期进展"),
    ("percent", "完成比例（%）"),
    ("problems", "存在问题"),
    ("next_step", "下一步"),
    ("coordination", "需协调事项"),
)
WRITTEN = ("progress", "percent", "problems", "next_step", "coordination")
SAME = "是"
_SIGNATURE = 24


@dataclass(frozen=True, slots=True)
class FilingLine:
    """One row of the sheet as it goes down."""

    key: str
    plan: str
    number: str
    title: str
    due: str
    last: str
    last_percent: int | None
    words: Words
    is_open: bool


@dataclass(frozen=True, slots=True)
class FilingSheet:
    """A sheet as it goes down: a title, what to do, and its rows."""

    title: str
    note: str
    lines: Sequence[FilingLine]


@dataclass(frozen=True, slots=True)
class RowKey:
    """Which row of which unit's filing, and how it stood when the sheet was made."""

    unit_id: int
    assignment_id: int
    month: str
    version: int


def sealed(key: RowKey, secret: str) -> str:
    """Gives a key as the sheet carries it, signed."""
    plain = f"{key.unit_id}.{key.assignment_id}.{key.month}.{key.version}"
    return f"{plain}.{_signature(plain, secret)}"


def opened(text: str, secret: str) -> RowKey | None:
    """Gives the key a cell carries, None for anything this product has not signed."""
    plain, _, signature = text.strip().rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(plain, secret).encode()):
        return None
    unit_id, assignment_id, month, version = plain.split(".")
    return RowKey(int(unit_id), int(assignment_id), month, int(version))


def _signature(plain: str, secret: str) -> str:
    digest = hmac.new(secret.encode(), b"filing-sheet:" + plain.encode(), hashlib.sha256)
    return digest.hexdigest()[:_SIGNATURE]
