"""Units and their groups loaded from a filled-in sheet: all of it or nothing; the same sheet again changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core import names
from tracker.core.permissions import Actor
from tracker.core.terms import UnitKind
from tracker.documents.sheets import Column, SheetRow
from tracker.models import Unit, UnitAlias, UnitGroup
from tracker.services.registry import contact_problems, living_units, meaning_of, name_problem, seat_of
from tracker.services.sheet_load import Loaded, Loading, begin, finish
from tracker.services.unit_groups import add_group, add_members

COLUMNS = (
    Column("name", ("单位名称", "名称", "单位"), is_required=True),
    Column("kind", ("类别", "单位类别", "类型")),
    Column("aliases", ("简称/别名", "简称", "别名")),
    Column("parent", ("上级单位", "主管单位")),
    Column("contact_name", ("联系人", "联络员")),
    Column("contact_phone", ("联系电话", "电话", "联系方式")),
    Column("groups", ("所属单位组", "单位组")),
    # Stands in an export that shows other places as well.
    Column("place", ("辖区",)),
)
_KINDS = {kind.label: kind for kind in UnitKind}


@dataclass(slots=True)
class _Units:
    """The registry as the loading finds and leaves it."""

    seat: names.Seat
    known: dict[str, Unit]
    added: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)


def load_units(session: Session, actor: Actor, data: bytes, *, now: datetime) -> Loaded[str]:
    """Writes the units of a sheet into the registry; an empty cell leaves what stands.

    Raises WrongSheet naming every wrong cell, Unreadable for what is no sheet. Nothing is written then, provided
    the caller's transaction ends with the refusal.
    """
    load, sheet = begin(session, actor, data, COLUMNS, what="单位", now=now)
    known = session.scalars(select(Unit).where(Unit.jurisdiction_id == actor.jurisdiction_id))
    units = _Units(seat_of(session, actor.jurisdiction_id), {unit.name: unit for unit in known})
    _check_names(load, units, sheet.rows)
    for row in sheet.rows:
        _check_row(load, units, row)
    load.stop_if_wrong()
    for row in sheet.rows:
        _write_unit(load, units, row)
    for row in sheet.rows:
        _write_parent(load, units, row)
        _write_aliases(load, units, row)
    load.stop_if_wrong()
    _write_groups(load, units, sheet.rows)
    changed = [row.cells["name"] for row in sheet.rows if row.cells["name"] in units.changed - set(units.added)]
    words = "从表格导入单位：新增 {added} 个，修改 {changed} 个"
    return finish(load, sheet, "unit.load", units.added, changed, words=words)


def _check_names(load: Loading, units: _Units, rows: Iterable[SheetRow]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        name = names.folded(row.cells["name"])
        row.cells["name"] = name
        if problem := name_problem(name):
            load.refuse(row, "name", problem)
        elif name in seen:
            load.refuse(row, "name", f"“{name}”与第 {seen[name]} 行重复")
        elif name not in units.known and meaning_of(load.session, load.actor.jurisdiction_id, name) is not None:
            load.refuse(row, "name", f"“{name}”已是别的单位或单位组的名称、曾用名或别名")
        seen.setdefault(name, row.number)
    for row in rows:
        above = names.folded(row.cells.get("parent", ""))
        if above and above not in seen and above not in units.known:
            load.refuse(row, "parent", f"“{above}”不在单位库中，也不在本表中")
        elif above and above == row.cells["name"]:
            load.refuse(row, "parent", "上级单位不能是本单位")


def _check_row(load: Loading, units: _Units, row: SheetRow) -> None:
    place = row.cells.get("place", "")
    if place and names.folded(place) != names.folded(units.seat.place):
        load.refuse(row, "place", f"“{place[:30]}”的单位由该辖区的管理员维护，请删去这一行")
    kind = row.cells.get("kind", "")
    if kind and names.folded(kind) not in {names.folded(label) for label in _KINDS}:
        load.refuse(row, "kind", f"“{kind[:20]}”不是规定的类别，应为：{'、'.join(_KINDS)}")
    contact = contact_problems(row.cells.get("contact_name", ""), row.cells.get("contact_phone", ""))
    for key, problem in contact.items():
        load.refuse(row, key, problem)
    for key in ("aliases", "groups"):
        for name in names.split_names(row.cells.get(key, "")):
            if fault := name_problem(name):
                load.refuse(row, key, fault)
    for name in names.split_names(row.cells.get("groups", "")):
        taken = meaning_of(load.session, load.actor.jurisdiction_id, names.folded(name))
        if taken not in (None, 0):
            load.refuse(row, "groups", f"“{name}”是单位的名称，不能作单位组")


def _write_unit(load: Loading, units: _Units, row: SheetRow) -> None:
    name = row.cells["name"]
    unit = units.known.get(name)
    if unit is None:
        kind = _kind_of(row.cells.get("kind", "")) or names.kind_of(name, units.seat)
        unit = Unit(jurisdiction_id=load.actor.jurisdiction_id, name=name, kind=kind, position=len(units.known) + 1)
        load.session.add(unit)
        units.known[name] = unit
        units.added.append(name)
    values = {
        "kind": _kind_of(row.cells.get("kind", "")),
        "contact_name": row.cells.get("contact_name", ""),
        "contact_phone": row.cells.get("contact_phone", ""),
    }
    for field_name, value in values.items():
        if value and getattr(unit, field_name) != value:
            setattr(unit, field_name, value)
            units.changed.add(name)
    load.session.flush()


def _kind_of(label: str) -> UnitKind | None:
    return next((kind for kind in UnitKind if names.folded(kind.label) == names.folded(label)), None)


def _write_parent(load: Loading, units: _Units, row: SheetRow) -> None:
    above = names.folded(row.cells.get("parent", ""))
    unit = units.known[row.cells["name"]]
    if not above or unit.parent_id == units.known[above].id:
        return
    unit.parent_id = units.known[above].id
    units.changed.add(unit.name)
    by_id = {each.id: each for each in units.known.values()}
    seen, step = {unit.id}, by_id.get(unit.parent_id)
    while step is not None:
        if step.id in seen:
            load.refuse(row, "parent", "上下级成了循环")
            return
        seen.add(step.id)
        step = by_id.get(step.parent_id) if step.parent_id is not None else None


def _write_aliases(load: Loading, units: _Units, row: SheetRow) -> None:
    unit = units.known[row.cells["name"]]
    for printed in map(names.folded, names.split_names(row.cells.get("aliases", ""))):
        taken = meaning_of(load.session, load.actor.jurisdiction_id, printed)
        if taken is None:
            alias = UnitAlias(jurisdiction_id=load.actor.jurisdiction_id, printed=printed, unit_id=unit.id)
            load.session.add(alias)
            load.session.flush()
            units.changed.add(unit.name)
        elif taken != unit.id:
            load.refuse(row, "aliases", f"“{printed}”已是别的单位或单位组的名称、曾用名或别名")


def _write_groups(load: Loading, units: _Units, rows: Iterable[SheetRow]) -> None:
    wanted: dict[str, list[Unit]] = defaultdict(list)
    for row in rows:
        for name in map(names.folded, names.split_names(row.cells.get("groups", ""))):
            wanted[name].append(units.known[row.cells["name"]])
    living = {unit.id for unit in living_units(load.session, load.actor, load.today)}
    for name, members in wanted.items():
        group = load.session.scalar(
            select(UnitGroup).where(UnitGroup.jurisdiction_id == load.actor.jurisdiction_id, UnitGroup.name == name)
        )
        group = group or add_group(load.session, load.actor, name, now=load.now)
        present = {member.unit_id for member in group.members if member.until_on is None}
        fresh = [unit for unit in members if unit.id not in present and unit.id in living]
        if fresh:
            add_members(
                load.session,
                load.actor,
                group,
                [unit.id for unit in fresh],
                since_on=load.today,
                now=load.now,
            )
            units.changed |= {unit.name for unit in fresh}
