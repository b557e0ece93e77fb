"""What a printed name means, decided once for all its occurrences in a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.core import names
from tracker.core.permissions import Actor
from tracker.core.terms import NameDecision, UnitKind
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotFound
from tracker.models import DraftName, ImportDraft, Unit, UnitGroup
from tracker.services import audit
from tracker.services.draft_groups import LONGEST_NAME, members_of
from tracker.services.drafts import open_draft, touch
from tracker.services.naming import Register, propose, proposed, register_of

LEAST_MEMBERS = 2


@dataclass(frozen=True, slots=True)
class NameChoice:
    """What a reviewer decided. Takes the unit or group chosen, or the kind and name of a new one, or members."""

    decision: NameDecision
    unit_id: int | None = None
    group_id: int | None = None
    new_kind: UnitKind | None = None
    new_name: str = ""
    member_ids: tuple[int, ...] = ()
    member_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What a name can be decided to mean: (id, name) of living units and of groups, and the kind of each unit."""

    units: tuple[tuple[int, str], ...]
    groups: tuple[tuple[int, str], ...]
    by_kind: tuple[tuple[UnitKind, tuple[tuple[int, str], ...]], ...]


def choices(session: Session, actor: Actor, *, today: date) -> Choices:
    """Gives the units and groups of the actor's jurisdiction, the units also by kind."""
    register = register_of(session, actor.jurisdiction_id, on=today)
    units = tuple((unit_id, name) for unit_id, (name, _) in register.units.items())
    kinds = [(kind, tuple((i, n) for i, (n, own) in register.units.items() if own is kind)) for kind in UnitKind]
    return Choices(units, tuple(register.groups.items()), tuple(pair for pair in kinds if pair[1]))


def decide_name(
    session: Session, actor: Actor, draft_id: int, name_id: int, choice: NameChoice, *, version: int, now: datetime
) -> DraftName:
    """Decides what a printed name means. Raises Invalid, or Conflict when somebody else decided first."""
    draft = open_draft(session, actor, draft_id)
    row = session.get(DraftName, name_id)
    if row is None or row.draft_id != draft.id:
        raise NotFound("没有找到这个单位名称。")
    if row.version != version:
        raise Conflict(f"就在您填写的时候，他人已经确认了“{row.name}”：{row.decision.label}。请核对后再改。")
    _write(session, actor, row, choice, on=office_date(now))
    _record(session, actor, draft, f"“{row.name[:40]}”：{row.decision.label}", now, [row.id])
    return row


def _write(session: Session, actor: Actor, row: DraftName, choice: NameChoice, *, on: date) -> None:
    row.unit_id = row.group_id = row.new_kind = None
    row.new_name, row.members = "", []
    if choice.decision is NameDecision.UNIT:
        row.unit_id = _own(session, actor, Unit, choice.unit_id, "请选择对应的单位。")
    elif choice.decision is NameDecision.GROUP:
        row.group_id = _own(session, actor, UnitGroup, choice.group_id, "请选择对应的单位组。")
    elif choice.decision is NameDecision.NEW:
        row.new_name, row.new_kind = _new_name(choice, row.name), choice.new_kind
        if row.new_kind is None:
            raise Invalid({"new_kind": "请选择单位类型。"})
    elif choice.decision is NameDecision.NEW_GROUP:
        row.new_name = _new_name(choice, row.name)
        row.members = _members(session, actor, row, choice, on=on)
    row.decision = choice.decision
    row.reason = "经办人确认" if choice.decision is not NameDecision.PENDING else "待确认"


def _own(session: Session, actor: Actor, record: type[Unit] | type[UnitGroup], key: int | None, words: str) -> int:
    found = session.get(record, key) if key else None
    if found is None or found.jurisdiction_id != actor.jurisdiction_id:
        raise Invalid({"unit_id" if record is Unit else "group_id": words})
    return found.id


def _new_name(choice: NameChoice, printed: str) -> str:
    name = names.folded(choice.new_name) or names.folded(printed)
    if len(name) > LONGEST_NAME:
        raise Invalid({"new_name": "名称不能超过 100 个字。"})
    return name


def _members(session: Session, actor: Actor, row: DraftName, choice: NameChoice, *, on: date) -> list[dict[str, Any]]:
    ticked = [_own(session, actor, Unit, unit_id, "成员单位不存在。") for unit_id in dict.fromkeys(choice.member_ids)]
    typed = [name for line in choice.member_names for name in names.split_members(line)]
    if any(len(name) > LONGEST_NAME for name in typed):
        raise Invalid({"members": f"成员单位的名称不能超过 {LONGEST_NAME} 个字。"})
    register = register_of(session, actor.jurisdiction_id, on=on)
    born = members_of(row.draft, row.new_name, typed, register)
    if not ticked and not born:
        raise Invalid({"members": "单位组至少要有一个成员：请勾选，或者填写新的成员单位。"})
    return [*({"unit_id": key} for key in ticked), *(m for m in born if m.get("unit_id") not in ticked)]


def accept_proposals(
    session: Session, actor: Actor, draft_id: int, *, now: datetime, name_ids: Sequence[int] | None = None
) -> int:
    """Turns proposals into decisions: of the names given, else of all but those merely similar and half-known groups.

    Gives how many were decided.
    """
    draft = open_draft(session, actor, draft_id)
    register = register_of(session, actor.jurisdiction_id, on=office_date(now))
    unfinished = {names.folded(group["name"]) for group in draft.reading.get("groups", []) if group["is_open"]}
    done = []
    for row in draft.names:
        if row.decision is not NameDecision.PENDING or (name_ids is not None and row.id not in name_ids):
            continue
        if name_ids is None and names.folded(row.name) in unfinished:
            continue
        if not _may_be_taken(row, register, is_named=name_ids is not None):
            continue
        row.decision = proposed(row)
        done.append(row.id)
    if done:
        _record(session, actor, draft, f"采纳 {len(done)} 个单位名称的建议", now, done)
    return len(done)


def _may_be_taken(row: DraftName, register: Register, *, is_named: bool) -> bool:
    if proposed(row) is NameDecision.NEW_GROUP:
        # One county that the document happens to name is not yet all counties.
        registered = sum("unit_id" in member for member in row.members)
        return bool(row.members) and (is_named or registered >= LEAST_MEMBERS)
    return is_named or register.match(row.name).is_likely


def match_again(session: Session, actor: Actor, draft_id: int, *, now: datetime) -> int:
    """Matches the names still pending against the registry as it stands now. Gives how many became certain."""
    draft = open_draft(session, actor, draft_id)
    register = register_of(session, actor.jurisdiction_id, on=office_date(now))
    done = []
    for row in draft.names:
        if row.decision is NameDecision.PENDING:
            match = register.match(row.name)
            if match.is_certain:
                propose(row, match)
                done.append(row.id)
    if done:
        _record(session, actor, draft, f"重新比对，{len(done)} 个单位名称已能确定", now, done)
    return len(done)


def _record(session: Session, actor: Actor, draft: ImportDraft, summary: str, now: datetime, ids: list[int]) -> None:
    session.flush()
    touch(session, actor, draft, now)
    audit.record(session, actor, "import.name", draft, summary=summary, now=now, names=ids)
