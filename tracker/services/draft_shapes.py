"""Items of a draft put together and taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.terms import DutyRole
from tracker.errors import Invalid
from tracker.models import DraftItem
from tracker.services.drafts import STEP, ItemKey, open_item, record_item


def merge_items(session: Session, actor: Actor, keys: Sequence[ItemKey], *, now: datetime) -> DraftItem:
    """Puts items into the first of them as the document orders them; the others stay as left out, with the reason.

    Raises Invalid for fewer than two.
    """
    items = sorted((open_item(session, actor, key) for key in keys), key=lambda item: item.position)
    if len(items) < 2:
        raise Invalid({"": "请至少勾选两条再合并。"})
    first, others = items[0], items[1:]
    first.text = "\n".join(item.text for item in items)
    first.duties = _strongest([duty for item in items for duty in item.duties])
    first.targets = [target for item in items for target in item.targets]
    first.milestones = [milestone for item in items for milestone in item.milestones]
    first.start, first.end = min(item.start for item in items), max(item.end for item in items)
    first.is_included, first.dropped_reason = True, ""
    for other in others:
        other.is_included, other.dropped_reason = False, f"已并入“{first.number}{first.title}”"[:200]
    summary = f"将 {len(others)} 条并入“{first.title[:40]}”"
    record_item(session, actor, first, "import.merge_items", summary, now=now)
    return first


def _strongest(duties: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for duty in sorted(duties, key=lambda duty: -DutyRole(duty["role"]).strength):
        found.setdefault(duty["name"], duty)
    return list(found.values())


def breaks_of(text: str) -> list[int]:
    """Gives the places where a text may be parted: after a full stop or a line, never in or right before a bracket."""
    places = []
    depth = 0
    for at, character in enumerate(text, start=1):
        depth += (character in "(（[［〔【") - (character in ")）]］〕】")
        if depth <= 0 and character in "。;；\n":
            depth = 0
            places.append(at)
    return [
        at for at in places if text[:at].strip() and text[at:].strip() and text[at:].lstrip()[0] not in "(（[［〔【"
    ]


def split_item(session: Session, actor: Actor, key: ItemKey, at: int, *, now: datetime) -> tuple[DraftItem, DraftItem]:
    """Parts an item in two at a place of its text; both keep the number and become parts of it.

    A unit printed in one half belongs to that half; a half without any takes those of the other.
    """
    item = open_item(session, actor, key)
    head, tail = item.text[:at].strip(), item.text[at:].strip()
    if not head or not tail:
        raise Invalid({"at": "请选择从哪里拆开。"})
    cut = _cut_in_source(item, tail)
    second = DraftItem(
        draft=item.draft,
        number=item.number,
        path=list(item.path),
        kind=item.kind,
        is_included=item.is_included,
        title=tail.split("。")[0].split("\n")[0][:200],
        text=tail,
        leader=item.leader,
        deadline_printed=item.deadline_printed,
        due_on=item.due_on,
        due_basis=item.due_basis,
        is_standing=item.is_standing,
        lead_mode=item.lead_mode,
        start=cut or item.start,
        end=item.end,
        position=item.position,
    )
    _share(item, second, cut)
    session.add(second)
    item.text, item.end = head, cut or item.end
    _renumber(item, second)
    record_item(session, actor, item, "import.split_item", f"拆分“{item.title[:40]}”", now=now)
    return item, second


def _cut_in_source(item: DraftItem, tail: str) -> int | None:
    # The text may have been edited since: then both halves keep the whole passage as their source.
    at = item.draft.source.content.find(tail[:20], item.start, item.end)
    return at if at > item.start else None


def _share(first: DraftItem, second: DraftItem, cut: int | None) -> None:
    def later(entry: dict[str, Any]) -> bool:
        return cut is not None and entry.get("start") is not None and entry["start"] >= cut

    duties = list(first.duties)
    second.duties = [duty for duty in duties if later(duty)] or duties
    first.duties = [duty for duty in duties if not later(duty)] or duties
    second.targets = [target for target in first.targets if later(target)]
    first.targets = [target for target in first.targets if not later(target)]
    second.milestones = [milestone for milestone in first.milestones if later(milestone)]
    first.milestones = [milestone for milestone in first.milestones if not later(milestone)]


def _renumber(item: DraftItem, second: DraftItem) -> None:
    rows = sorted((row for row in item.draft.items if row is not second), key=lambda row: row.position)
    rows.insert(rows.index(item) + 1, second)
    for rank, row in enumerate(rows, start=1):
        row.position = rank * STEP
    parts = [row for row in rows if (row.number, row.path) == (item.number, item.path)]
    near = [row for row in parts if row.part is not None or row in (item, second)] if item.number else []
    for rank, row in enumerate(near, start=1):
        row.part = rank
