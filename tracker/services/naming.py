"""Printed unit names against the registry of a jurisdiction: what is certain, what is proposed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from tracker.core import names
from tracker.core.terms import NameDecision, UnitKind
from tracker.models import DraftName, ImportDraft, Jurisdiction, Unit, UnitAlias, UnitGroup


@dataclass(frozen=True, slots=True)
class Match:
    """What a name seems to mean; a `certain` one needs no decision, a `likely` one only one click for all."""

    decision: NameDecision
    reason: str
    unit_id: int | None = None
    group_id: int | None = None
    new_kind: UnitKind | None = None
    new_name: str = ""
    members: tuple[dict[str, Any], ...] = ()
    is_certain: bool = False
    is_likely: bool = True


@dataclass(slots=True)
class Register:
    """The units and groups of a jurisdiction as they stand, indexed by everything they may be called."""

    seat: names.Seat
    units: dict[int, tuple[str, UnitKind]] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    exact: dict[str, Match] = field(default_factory=dict)
    spelt: dict[str, Match | None] = field(default_factory=dict)
    plain: dict[str, int | None] = field(default_factory=dict)

    def match(self, name: str) -> Match:
        """Gives what a name means, or is proposed to mean when nothing is certain."""
        key = names.folded(name)
        found = self.exact.get(key) or self.spelt.get(key)
        if found:
            return found
        short = self.plain.get(names.plain(name, self.seat))
        if short is not None:
            return Match(NameDecision.UNIT, f"与“{self.units[short][0]}”是同一名称的简称或全称", unit_id=short)
        if names.is_group(name):
            return self._new_group(name)
        return self._alike(name) or self._new(name)

    def _alike(self, name: str) -> Match | None:
        by_name = {unit_name: unit_id for unit_id, (unit_name, _) in self.units.items()}
        alike = names.most_alike(name, by_name, self.seat)
        if alike is None:
            return None
        other, likeness = alike
        words = f"与“{other}”相近（{likeness}%），请逐个确认"
        return Match(NameDecision.UNIT, words, unit_id=by_name[other], is_likely=False)

    def _new(self, name: str) -> Match:
        full = names.full_name(name, self.seat)
        kind = names.kind_of(name, self.seat)
        return Match(NameDecision.NEW, "单位库中没有", new_kind=kind, new_name=full)

    def _new_group(self, name: str) -> Match:
        kinds = names.kinds_of_members(name)
        members = tuple({"unit_id": unit_id} for unit_id, (_, kind) in self.units.items() if kind in kinds)
        words = "泛称，须明确成员" if not members else f"泛称，成员按类型取自单位库，共 {len(members)} 个"
        return Match(
            NameDecision.NEW_GROUP, words, new_name=names.folded(name), members=members, is_likely=bool(members)
        )


def register_of(session: Session, jurisdiction_id: int, *, on: date) -> Register:
    """Gives the register of a jurisdiction on a day; units that have ended are left out."""
    place = session.get_one(Jurisdiction, jurisdiction_id)
    register = Register(names.Seat(place.name, place.prefix, place.level))
    living = or_(Unit.ended_on.is_(None), Unit.ended_on > on)
    units = session.scalars(
        select(Unit)
        .where(Unit.jurisdiction_id == jurisdiction_id, living)
        .options(selectinload(Unit.former_names))
        .order_by(Unit.position, Unit.id)
    ).all()
    register.units = {unit.id: (unit.name, unit.kind) for unit in units}
    _add_units(register, units)
    groups = session.scalars(
        select(UnitGroup).where(UnitGroup.jurisdiction_id == jurisdiction_id).order_by(UnitGroup.id)
    ).all()
    register.groups = {group.id: group.name for group in groups}
    _add_groups(register, groups)
    aliases = session.scalars(select(UnitAlias).where(UnitAlias.jurisdiction_id == jurisdiction_id))
    _add_aliases(register, aliases)
    return register


def _add_units(register: Register, units: Sequence[Unit]) -> None:
    for unit in units:
        for spelling in names.spellings(unit.name, register.seat):
            match = Match(NameDecision.UNIT, f"补全名称：{unit.name}", unit_id=unit.id, is_certain=True)
            # A spelling that two units share decides nothing.
            register.spelt[spelling] = None if spelling in register.spelt else match
        short = names.plain(unit.name, register.seat)
        register.plain[short] = None if short in register.plain else unit.id
    for unit in units:
        for former in unit.former_names:
            words = f"曾用名，现为{unit.name}"
            register.exact[names.folded(former.name)] = Match(
                NameDecision.UNIT, words, unit_id=unit.id, is_certain=True
            )
    for unit in units:
        register.exact[names.folded(unit.name)] = Match(NameDecision.UNIT, "名称一致", unit_id=unit.id, is_certain=True)


def _add_groups(register: Register, groups: Sequence[UnitGroup]) -> None:
    for group in groups:
        match = Match(NameDecision.GROUP, "单位组名称一致", group_id=group.id, is_certain=True)
        for spelling in names.spellings(group.name, register.seat):
            register.spelt.setdefault(spelling, match)
        register.exact[names.folded(group.name)] = match


def _add_aliases(register: Register, aliases: Iterable[UnitAlias]) -> None:
    for alias in aliases:
        if alias.unit_id in register.units:
            match = Match(NameDecision.UNIT, "曾用别名", unit_id=alias.unit_id, is_certain=True)
        elif alias.group_id in register.groups:
            match = Match(NameDecision.GROUP, "曾用别名", group_id=alias.group_id, is_certain=True)
        else:
            continue
        register.exact.setdefault(names.folded(alias.printed), match)


def note_names(draft: ImportDraft, printed: Iterable[str], register: Register) -> None:
    """Adds a row for every name the draft does not know yet, decided where the registry is certain.

    Two new names that are the long and the short form of one are proposed as one unit; a new group gets the new
    units of its kind as members.
    """
    known = {row.name for row in draft.names}
    fresh = [name for name in dict.fromkeys(printed) if name and name not in known]
    made: dict[str, str] = {
        names.plain(row.name, register.seat): row.new_name for row in draft.names if row.new_kind and row.new_name
    }
    for name in fresh:
        row = DraftName(name=name, decision=NameDecision.PENDING, members=[])
        propose(row, register.match(name))
        if row.new_kind:
            short = names.plain(name, register.seat)
            if made.setdefault(short, row.new_name) != row.new_name:
                row.new_name, row.reason = made[short], f"与“{made[short]}”应是同一单位"
        draft.names.append(row)
    _add_new_members(draft)


def _add_new_members(draft: ImportDraft) -> None:
    for group in draft.names:
        if group.decision is not NameDecision.PENDING or not is_new_group(group):
            continue
        kinds = names.kinds_of_members(group.name)
        listed = {member.get("name") for member in group.members}
        born = {row.new_name: None for row in draft.names if row.new_kind in kinds and row.new_name not in listed}
        if born:
            group.members = [*group.members, *({"name": name} for name in born)]
            group.reason = f"泛称，成员按类型推定，共 {len(group.members)} 个"


def is_new_group(row: DraftName) -> bool:
    """Whether the row decides, or proposes, to make a group."""
    if row.decision is NameDecision.PENDING:
        return row.unit_id is None and row.group_id is None and row.new_kind is None
    return row.decision is NameDecision.NEW_GROUP


def proposed(row: DraftName) -> NameDecision:
    """Gives the decision a pending row proposes, or the one that was made."""
    if row.decision is not NameDecision.PENDING:
        return row.decision
    if row.unit_id:
        return NameDecision.UNIT
    if row.group_id:
        return NameDecision.GROUP
    return NameDecision.NEW if row.new_kind else NameDecision.NEW_GROUP


def propose(row: DraftName, match: Match) -> None:
    """Writes a match into a row: as its decision when it is certain, else as a proposal."""
    row.decision = match.decision if match.is_certain else NameDecision.PENDING
    row.unit_id, row.group_id = match.unit_id, match.group_id
    row.new_kind, row.new_name = match.new_kind, match.new_name
    row.members, row.reason = list(match.members), match.reason
