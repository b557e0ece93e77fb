"""Who belongs to the groups a draft brings: the pasted lists of 各县(市、区)政府 and its like, all in one act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.core import names
from tracker.core.permissions import Actor
from tracker.core.terms import NameDecision
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotFound
from tracker.models import DraftName, ImportDraft
from tracker.services import audit
from tracker.services.drafts import open_draft, touch
from tracker.services.naming import Register, is_new_group, register_of

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class GroupList:
    """The members of one group as typed or pasted, and the version of the name that the page showed."""

    name_id: int
    version: int
    members: str


def decide_groups(session: Session, actor: Actor, draft_id: int, lists: Sequence[GroupList], *, now: datetime) -> int:
    """Makes groups of their pasted members; a list left empty waits. Gives how many were decided.

    Raises Invalid("members-<id>") for what is no name, Conflict when somebody else decided one of them first.
    """
    draft = open_draft(session, actor, draft_id)
    register = register_of(session, actor.jurisdiction_id, on=office_date(now))
    done = []
    for given in lists:
        if given.members.strip():
            row = _pending(session, draft, given)
            row.new_name = row.new_name or names.folded(row.name)
            row.members = _members(draft, row, given, register)
            row.decision, row.reason = NameDecision.NEW_GROUP, "经办人确认"
            done.append(row)
    if done:
        session.flush()
        touch(session, actor, draft, now)
        words = "、".join(f"{row.name[:20]} {len(row.members)} 个" for row in done)
        ids = [row.id for row in done]
        audit.record(session, actor, "import.name", draft, summary=f"确定单位组成员：{words}", now=now, names=ids)
    return len(done)


def _pending(session: Session, draft: ImportDraft, given: GroupList) -> DraftName:
    row = session.get(DraftName, given.name_id)
    if row is None or row.draft_id != draft.id or not is_new_group(row):
        raise NotFound("没有找到这个单位组，可能已被他人另行指定。")
    if row.version != given.version:
        raise Conflict(f"就在您填写的时候，他人已经修改了“{row.name}”。请核对后再保存。")
    return row


def _members(draft: ImportDraft, row: DraftName, given: GroupList, register: Register) -> list[dict[str, Any]]:
    typed = names.split_members(given.members)
    too_long = next((name for name in typed if len(name) > LONGEST_NAME), None)
    if too_long:
        raise Invalid({f"members-{row.id}": f"“{too_long[:20]}…”太长，不像单位名称。请用顿号、空格或换行分开。"})
    collective = next((name for name in typed if names.is_group(name)), None)
    if collective:
        raise Invalid({f"members-{row.id}": f"“{collective}”本身是泛称，请填写具体的单位。"})
    return members_of(draft, row.new_name or row.name, typed, register)


def members_of(draft: ImportDraft, group: str, typed: Sequence[str], register: Register) -> list[dict[str, Any]]:
    """Gives members as a name keeps them: units of the registry, those of the draft, new ones with their kind."""
    found: dict[str, dict[str, Any]] = {}
    for name in (names.member_name(name, group) for name in typed):
        match = register.match(name)
        if match.is_certain and match.unit_id is not None:
            found[f"unit {match.unit_id}"] = {"unit_id": match.unit_id}
        else:
            born = _born(draft, name, register) or names.full_name(name, register.seat)
            kind = names.member_kind(born, group, register.seat)
            found[born] = {"name": born, "kind": kind.value}
    return list(found.values())


def fill_listed_members(draft: ImportDraft, listed: Sequence[Mapping[str, Any]], register: Register) -> None:
    """Proposes, for the groups a draft would make, the members that another paragraph of the plan lists.

    Takes the reader's `groups`. A list that ends in 等 stays for the officer to complete: it is shown, never taken
    in bulk.
    """
    lists = {names.folded(group["name"]): group for group in listed}
    for row in draft.names:
        group = lists.get(names.folded(row.name))
        if group is not None and row.decision is NameDecision.PENDING and is_new_group(row):
            row.members = members_of(draft, row.name, [member["name"] for member in group["members"]], register)
            tail = "，末尾有“等”，请补全" if group["is_open"] else ""
            row.reason = f"方案列出了 {len(row.members)} 个成员{tail}"


def _born(draft: ImportDraft, name: str, register: Register) -> str:
    own = names.folded(name)
    made = (row.new_name for row in draft.names if row.new_kind and row.new_name)
    return next((full for full in made if own in names.spellings(full, register.seat)), "")
