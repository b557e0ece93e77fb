"""Items made of passages of the document that the reader took for none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.core.draft import draft as read_draft
from tracker.core.permissions import Actor
from tracker.core.terms import TaskKind
from tracker.core.text import text_of_lines
from tracker.errors import Invalid
from tracker.models import DraftItem
from tracker.services.drafts import STEP, note_duties, open_draft, record_item
from tracker.services.imports import item_of

# What a passage without a number is read under, so that the reader takes it for an item.
_STAND_IN = "1."
LONGEST_PASSAGE = 20_000


def add_item(session: Session, actor: Actor, draft_id: int, start: int, end: int, *, now: datetime) -> DraftItem:
    """Makes an item of a passage, with the units and dates read in it, put where it stands in the document.

    Takes code-point offsets. Raises Invalid when they name no words of the text.
    """
    draft = open_draft(session, actor, draft_id)
    content = draft.source.content
    passage = content[start:end] if 0 <= start < end <= len(content) else ""
    if not passage.strip() or len(passage) > LONGEST_PASSAGE:
        raise Invalid({"passage": "请在原文中选中要增加的文字，一次不超过两万字。"})
    start, end = start + len(passage) - len(passage.lstrip()), end - (len(passage) - len(passage.rstrip()))
    item = item_of(_reading(content[start:end], start), _position_for(draft.items, start))
    item.path, item.kind, item.is_included = _path_at(draft.items, start), TaskKind.TASK, True
    item.start, item.end, item.draft = start, end, draft
    session.add(item)
    note_duties(session, actor, draft, item, now=now)
    record_item(session, actor, item, "import.add_item", f"从原文增加“{item.title[:40]}”", now=now)
    return item


def _reading(passage: str, start: int) -> dict[str, Any]:
    """The passage as the reader's one task, places moved to the document; as bare words where it reads no task."""
    for stand_in in ("", _STAND_IN):
        tasks = read_draft(text_of_lines(stand_in + passage)).to_json()["tasks"]
        if len(tasks) == 1:
            moved: dict[str, Any] = _moved(tasks[0], start - len(stand_in))
            return moved | {"no": moved["no"] if not stand_in else ""}
    title = re.split(r"[。\n]", passage, maxsplit=1)[0]
    empty: dict[str, Any] = {role: [] for role in ("lead", "responsible", "cooperating", "targets", "milestones")}
    place = {"start": start, "end": start + len(passage)}
    return empty | {
        "no": "",
        "path": [],
        "part": None,
        "kind": "task",
        "title": title,
        "text": passage,
        "source": place,
    }


def _moved(value: Any, by: int) -> Any:
    if isinstance(value, dict):
        places = {key: value[key] + by for key in ("start", "end") if isinstance(value.get(key), int)}
        return {key: _moved(entry, by) for key, entry in value.items()} | places
    return [_moved(entry, by) for entry in value] if isinstance(value, list) else value


def find_passage(session: Session, actor: Actor, draft_id: int, passage: str) -> tuple[int, int]:
    """Gives where pasted words stand in the document, blanks and line ends apart.

    Raises Invalid when they are not found, or in more than one place.
    """
    draft = open_draft(session, actor, draft_id)
    characters = [re.escape(character) for character in re.sub(r"\s+", "", passage)[:5000]]
    if not characters:
        raise Invalid({"passage": "请粘贴原文中的一段文字。"})
    places = [match.span() for match in re.finditer(r"\s*".join(characters), draft.source.content)]
    if len(places) != 1:
        words = "原文中没有找到这段文字，请从原文复制。" if not places else "原文中有多处相同的文字，请多复制一些。"
        raise Invalid({"passage": words})
    return places[0]


def _position_for(items: Sequence[DraftItem], start: int) -> int:
    before = [item.position for item in items if item.start is not None and item.start <= start]
    after = [item.position for item in items if item.start is not None and item.start > start]
    low = max(before, default=0)
    high = min((position for position in after if position > low), default=low + 2 * STEP)
    if high - low > 1:
        return (low + high) // 2
    for rank, item in enumerate(sorted(items, key=lambda item: item.position), start=1):
        item.position = rank * STEP
    return _position_for(items, start)


def _path_at(items: Sequence[DraftItem], start: int) -> list[str]:
    before = [item for item in items if item.start <= start]
    return list(max(before, key=lambda item: item.start).path) if before else []
