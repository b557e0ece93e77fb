"""The units and groups that an accepted draft brings into the registry, and the spellings learnt from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.core import names
from tracker.core.permissions import Actor
from tracker.core.terms import NameDecision, UnitKind
from tracker.db import Base
from tracker.errors import Invalid
from tracker.models import DraftName, ImportDraft, Unit, UnitAlias, UnitGroup, UnitGroupMember
from tracker.services.naming import Register, register_of


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a printed name means in the registry; neither: it is no unit."""

    unit_id: int | None = None
    group_id: int | None = None


def make_meanings(
    session: Session, actor: Actor, draft: ImportDraft, used: set[str], *, today: date
) -> Mapping[str, Meaning]:
    """Gives what every used name means, after making the units and groups decided as new and learning spellings.

    Raises Invalid when a unit chosen in the review is gone, or a group has no member.
    """
    register = register_of(session, actor.jurisdiction_id, on=today)
    maker = _Maker(session, actor.jurisdiction_id, register, today)
    rows = [row for row in draft.names if row.name in used]
    # Units first: a new group may have new units as its members.
    for row in sorted(rows, key=lambda row: row.decision is NameDecision.NEW_GROUP):
        maker.make(row)
    for row in rows:
        maker.learn(row)
    # Undoing takes back exactly these, never a unit that somebody else entered meanwhile.
    draft.reading = {**draft.reading, "made": {"units": maker.made_units, "groups": maker.made_groups}}
    session.flush()
    return {row.name: Meaning(row.unit_id, row.group_id) for row in rows}


class _Maker:
    """Makes each unit and group once, whatever number of printed names mean it."""

    def __init__(self, session: Session, jurisdiction_id: int, register: Register, today: date) -> None:
        self._session = session
        self._jurisdiction_id = jurisdiction_id
        self._register = register
        self._today = today
        self._units: dict[str, int] = {name: unit_id for unit_id, (name, _) in register.units.items()}
        self._groups: dict[str, int] = {name: group_id for group_id, name in register.groups.items()}
        self.made_units: list[int] = []
        self.made_groups: list[int] = []

    def make(self, row: DraftName) -> None:
        """Gives a row its unit or group."""
        if row.decision is NameDecision.NEW:
            row.unit_id = self._unit(row.new_name, row.new_kind)
        elif row.decision is NameDecision.NEW_GROUP:
            row.group_id = self._group(row)
        elif row.decision is NameDecision.UNIT and row.unit_id not in self._register.units:
            raise Invalid({"": f"“{row.name}”对应的单位已停用或已不在单位库中，请重新选择。"})
        elif row.decision is NameDecision.GROUP:
            self._check_group(row)

    def _unit(self, name: str, kind: str | None) -> int:
        if name not in self._units:
            unit = Unit(
                jurisdiction_id=self._jurisdiction_id,
                name=name,
                kind=UnitKind(kind) if kind else names.kind_of(name, self._register.seat),
                position=len(self._units) + 1,
            )
            self._units[name] = self._kept(unit)
            self.made_units.append(self._units[name])
        return self._units[name]

    def _group(self, row: DraftName) -> int:
        name = row.new_name or row.name
        if name not in self._groups:
            members = dict.fromkeys(
                member.get("unit_id") or self._unit(member["name"], member.get("kind")) for member in row.members
            )
            if not members:
                raise Invalid({"": f"单位组“{name}”没有成员，请勾选成员单位。"})
            group = UnitGroup(jurisdiction_id=self._jurisdiction_id, name=name)
            group.members = [UnitGroupMember(unit_id=unit_id, since_on=self._today) for unit_id in members]
            self._groups[name] = self._kept(group)
            self.made_groups.append(self._groups[name])
        return self._groups[name]

    def _check_group(self, row: DraftName) -> None:
        group = self._session.get(UnitGroup, row.group_id)
        current = [
            member
            for member in (group.members if group else [])
            if member.since_on <= self._today and (member.until_on is None or member.until_on > self._today)
        ]
        if not current:
            raise Invalid({"": f"“{row.name}”对应的单位组没有成员，请先在“单位”页面补上成员，或者另选。"})

    def _kept(self, record: Any) -> int:
        self._session.add(record)
        self._session.flush()
        key: int = record.id
        return key

    def learn(self, row: DraftName) -> None:
        """Keeps a spelling that the registry would not have known, for the next document."""
        match = self._register.match(row.name)
        is_meant = (row.unit_id, row.group_id) != (None, None)
        is_known = match.is_certain and (match.unit_id, match.group_id) == (row.unit_id, row.group_id)
        is_own_name = row.new_name and names.folded(row.name) in names.spellings(row.new_name, self._register.seat)
        if is_meant and not is_known and not is_own_name:
            learn_alias(self._session, self._jurisdiction_id, row.name, Meaning(row.unit_id, row.group_id))


def learn_alias(session: Session, jurisdiction_id: int, printed: str, meaning: Meaning) -> None:
    """Keeps what a printed form was decided to mean; a later decision replaces an earlier one."""
    alias = session.scalar(
        select(UnitAlias).where(UnitAlias.jurisdiction_id == jurisdiction_id, UnitAlias.printed == printed)
    )
    if alias is None:
        alias = UnitAlias(jurisdiction_id=jurisdiction_id, printed=printed)
        session.add(alias)
    alias.unit_id, alias.group_id = meaning.unit_id, meaning.group_id
    session.flush()


def unmake(session: Session, draft: ImportDraft) -> None:
    """Takes back the units and groups that a draft made and nothing else has come to use since."""
    made = draft.reading.get("made", {"units": [], "groups": []})
    for row in draft.names:
        if row.decision is NameDecision.NEW:
            row.unit_id = None
        elif row.decision is NameDecision.NEW_GROUP:
            row.group_id = None
    draft.reading = {key: value for key, value in draft.reading.items() if key != "made"}
    session.flush()
    for group_id in made["groups"]:
        _remove(session, UnitGroup, group_id, (UnitGroupMember, UnitAlias))
    for unit_id in made["units"]:
        _remove(session, Unit, unit_id, (UnitAlias,))
    session.expire_all()


def _remove(session: Session, record: type[Unit] | type[UnitGroup], key: int, own: tuple[Any, ...]) -> None:
    own_tables = {table.__tablename__ for table in own}
    if _is_used(session, record.__tablename__, key, own_tables):
        return
    field = "unit_id" if record is Unit else "group_id"
    for table in own:
        session.execute(delete(table).where(getattr(table, field) == key))
    session.execute(delete(record).where(record.id == key))


def _is_used(session: Session, table: str, key: int, own: set[str]) -> bool:
    for other in Base.metadata.tables.values():
        if other.name in own:
            continue
        for foreign in other.foreign_keys:
            is_pointing = foreign.column.table.name == table
            if is_pointing and session.execute(select(foreign.parent).where(foreign.parent == key).limit(1)).first():
                return True
    return False
