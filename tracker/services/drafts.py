"""Edits of a draft, each a small act of its own: one item's fields, in or out, added, and findings settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor, Permission
from tracker.core.terms import DraftStatus, DueBasis, DutyRole, LeadMode, TaskKind
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import DraftFinding, DraftItem, ImportDraft
from tracker.services import audit
from tracker.services.naming import note_names, register_of

# Positions leave room so that an item can be put between two others.
STEP = 10


@dataclass(frozen=True, slots=True)
class ItemKey:
    """Which item is meant, and the version of it that the page showed."""

    draft_id: int
    item_id: int
    version: int


@dataclass(frozen=True, slots=True)
class ItemEdit:
    """Every field of an item as typed. `due_on` and `is_standing` both empty: it follows the plan's answer."""

    number: str
    title: str
    text: str
    kind: TaskKind
    is_included: bool
    names: dict[DutyRole, list[str]]
    leader: str
    due_on: date | None
    is_standing: bool
    lead_mode: LeadMode | None


def find_draft(session: Session, actor: Actor, draft_id: int) -> ImportDraft:
    """Gives a draft of the actor's jurisdiction. Raises NotFound for any other."""
    draft = session.get(ImportDraft, draft_id)
    if draft is None or draft.jurisdiction_id != actor.jurisdiction_id:
        raise NotFound("没有找到这份导入，或者您没有查看它的权限。")
    return draft


def open_draft(session: Session, actor: Actor, draft_id: int) -> ImportDraft:
    """Gives a draft that may still be changed. Raises NotFound, NotAllowed, or Conflict once it is accepted."""
    if not actor.may(Permission.PLANS_IMPORT):
        raise NotAllowed("只有办公室人员可以核对导入的方案。")
    draft = find_draft(session, actor, draft_id)
    if draft.status is not DraftStatus.REVIEWING:
        raise Conflict(f"这份导入{draft.status.label}，不能再修改。如需修改，请先撤销入库。")
    return draft


def open_item(session: Session, actor: Actor, key: ItemKey) -> DraftItem:
    """Gives an item that may be changed, as the page showed it. Raises Conflict when it has been changed since."""
    draft = open_draft(session, actor, key.draft_id)
    item = session.get(DraftItem, key.item_id)
    if item is None or item.draft_id != draft.id:
        raise NotFound("没有找到这一条，可能已被他人合并或撤销。")
    if item.version != key.version:
        raise Conflict("就在您编辑的时候，他人已经修改了这一条。下面列出现在的内容和您填写的内容，请核对后再保存。")
    return item


def touch(session: Session, actor: Actor, draft: ImportDraft, now: datetime) -> None:
    """Notes who worked on the draft last, without making the pages of others on its data stale."""
    session.execute(
        update(ImportDraft)
        .where(ImportDraft.id == draft.id)
        .values(updated_by_id=actor.user_id, updated_at=now)
        .execution_options(synchronize_session=False)
    )
    session.expire(draft, ["updated_by_id", "updated_at"])


def update_item(session: Session, actor: Actor, key: ItemKey, edit: ItemEdit, *, now: datetime) -> DraftItem:
    """Writes every field of an item as typed; names it has not seen before are matched against the registry."""
    item = open_item(session, actor, key)
    _check(edit)
    before = _traced(item)
    item.number, item.title, item.text = edit.number.strip(), edit.title.strip(), edit.text.strip()
    item.kind, item.leader, item.lead_mode = edit.kind, edit.leader.strip(), edit.lead_mode
    item.is_included = edit.is_included
    if edit.is_included:
        item.dropped_reason = ""
    _write_due(item, edit.due_on, is_standing=edit.is_standing)
    item.duties = merged_duties(item.duties, edit.names)
    note_duties(session, actor, item.draft, item, now=now)
    after = _traced(item)
    changed = {field: [before[field], after[field]] for field in before if before[field] != after[field]}
    _record(session, actor, item, "import.edit_item", f"修改“{item.title[:40]}”", now, changes=changed)
    return item


def _check(edit: ItemEdit) -> None:
    wrong = {}
    if not edit.title.strip():
        wrong["title"] = "请填写任务名称。"
    if len(edit.number.strip()) > 80:
        wrong["number"] = "编号不能超过 80 个字。"
    if len(edit.leader.strip()) > 200:
        wrong["leader"] = "责任领导不能超过 200 个字。"
    for role, names in edit.names.items():
        long = next((name for name in names if len(name) > 100), None)
        if long:
            wrong[role.value] = f"“{long[:20]}…”太长，不像单位名称；请用顿号分开各单位。"
    if wrong:
        raise Invalid(wrong)


def _write_due(item: DraftItem, due_on: date | None, *, is_standing: bool) -> None:
    if is_standing or due_on is None:
        item.due_on = item.due_basis = None
    elif due_on != item.due_on:
        item.due_on, item.due_basis = due_on, DueBasis.BY_HAND
    item.is_standing = is_standing


def merged_duties(known: Sequence[dict[str, Any]], names: dict[DutyRole, list[str]]) -> list[dict[str, Any]]:
    """Gives the duties as typed; a name that was printed keeps its printed form and place."""
    by_name = {duty["printed"]: duty for duty in known} | {duty["name"]: duty for duty in known}
    found: dict[str, dict[str, Any]] = {}
    for role in DutyRole:
        for name in names.get(role, []):
            duty = by_name.get(name) or typed_duty(name, role)
            # The roles come strongest first, so a unit named twice keeps the stronger one.
            found.setdefault(duty["name"], {**duty, "role": role.value})
    return list(found.values())


def typed_duty(name: str, role: DutyRole) -> dict[str, Any]:
    """Gives a duty that stands nowhere in the document."""
    return {"role": role.value, "printed": name, "name": name, "start": None, "end": None}


def note_duties(session: Session, actor: Actor, draft: ImportDraft, item: DraftItem, *, now: datetime) -> None:
    """Matches the item's names that the draft does not know yet."""
    known = {row.name for row in draft.names}
    fresh = [duty["name"] for duty in item.duties if duty["name"] not in known]
    if fresh:
        note_names(draft, fresh, register_of(session, actor.jurisdiction_id, on=office_date(now)))


def drop_item(session: Session, actor: Actor, key: ItemKey, *, reason: str, now: datetime) -> DraftItem:
    """Leaves an item out of the plan. Raises Invalid without a reason."""
    item = open_item(session, actor, key)
    if not reason.strip():
        raise Invalid({"reason": "请填写不纳入的理由。"})
    item.is_included, item.dropped_reason = False, reason.strip()[:200]
    _record(session, actor, item, "import.drop_item", f"不纳入“{item.title[:40]}”：{reason.strip()[:80]}", now)
    return item


def restore_item(session: Session, actor: Actor, key: ItemKey, *, now: datetime) -> DraftItem:
    """Takes an item into the plan, one that was left out or a measure that is offered unticked."""
    item = open_item(session, actor, key)
    item.is_included, item.dropped_reason = True, ""
    _record(session, actor, item, "import.restore_item", f"纳入“{item.title[:40]}”", now)
    return item


def settle_findings(
    session: Session, actor: Actor, draft_id: int, finding_ids: Iterable[int], *, is_settled: bool, now: datetime
) -> int:
    """Marks findings as looked at, or takes the mark away. Gives how many changed."""
    draft = open_draft(session, actor, draft_id)
    rows = session.scalars(
        select(DraftFinding).where(DraftFinding.draft_id == draft.id, DraftFinding.id.in_(list(finding_ids)))
    ).all()
    changed = [row for row in rows if row.is_settled is not is_settled]
    for row in changed:
        row.is_settled = is_settled
    if changed:
        words = "核对" if is_settled else "取消核对"
        touch(session, actor, draft, now)
        summary = f"{words} {len(changed)} 处存疑"
        audit.record(session, actor, "import.settle", draft, summary=summary, now=now, findings=[r.id for r in changed])
    return len(changed)


def record_item(session: Session, actor: Actor, item: DraftItem, action: str, summary: str, *, now: datetime) -> None:
    """Leaves the trail of an act on an item."""
    _record(session, actor, item, action, summary, now)


def _record(
    session: Session, actor: Actor, item: DraftItem, action: str, summary: str, now: datetime, **detail: Any
) -> None:
    session.flush()
    touch(session, actor, item.draft, now)
    audit.record(session, actor, action, item.draft, summary=summary, now=now, item=item.id, **detail)


def _traced(item: DraftItem) -> dict[str, Any]:
    return {
        "number": item.number,
        "title": item.title,
        "text": item.text,
        "kind": item.kind.value,
        "is_included": item.is_included,
        "duties": [f"{duty['role']}:{duty['name']}" for duty in item.duties],
        "leader": item.leader,
        "due_on": item.due_on.isoformat() if item.due_on else None,
        "is_standing": item.is_standing,
        "lead_mode": item.lead_mode.value if item.lead_mode else None,
    }
