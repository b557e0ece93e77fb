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
from tracker.db import office_date
from tracker.documents.sheets import Column, SheetRow, WrongCell, read_sheet
from tracker.errors import Invalid, Unreadable
from tracker.models import Unit, UnitAlias, UnitGroup
from tracker.services import audit
from tracker.services.registry import contact_problems, living_units, meaning_of, name_problem, seat_of
from tracker.services.unit_groups import add_group, add_members

COLUMNS = (
    Column("name", ("单位名称", "名称", "单位"), is_required=True),
    Column("kind", ("类别", "单位类别", "类型")),
    Column("aliases", ("简称/别名", "简称", "别名")),
    Column("parent", ("上级单位", "主管单位")),
    Column("contact_name", ("联系人", "联络员")),
    Column("contact_phone", ("联系电话", "电话", "联系方式")),
    Column("groups", ("所属单位组", "单位组")),
)
_KINDS = {kind.label: kind for kind in UnitKind}


class WrongSheet(Invalid):
    """A sheet that was not taken; `cells` names everything wrong in it."""

    def __init__(self, cells: Iterable[WrongCell]) -> None:
        self.cells = tuple(cells)
        super().__init__({"": f"表格中有 {len(self.cells)} 处需要改正，没有写入任何内容。"})


# What the page of a loading shows in place of a result.
SheetRefusal = (Invalid, Unreadable)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a sheet brought: names of added and changed ones, how many stood so already, headings not read."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: int = 0
    ignored: tuple[str, ...] = ()


@dataclass(slots=True)
class _Load:
    """One loading under way."""

    session: Session
    actor: Actor
    now: datetime
    seat: names.Seat
    known: dict[str, Unit]
    wrong: list[WrongCell] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)

    def refuse(self, row: SheetRow, column: str, problem: str) -> None:
        """Notes a wrong cell."""
        self.wrong.append(WrongCell(row.number, column, problem))


def load_units(session: Session, actor: Actor, data: bytes, *, now: datetime) -> Loaded:
    """Writes the units of a sheet into the registry; an empty cell leaves what stands.

    Raises WrongSheet naming every wrong cell, Unreadable for what is no sheet. Nothing is written then, provided
    the caller's transaction ends with the refusal.
    """
    sheet = read_sheet(data, COLUMNS)
    known = session.scalars(select(Unit).where(Unit.jurisdiction_id == actor.jurisdiction_id))
    load = _Load(session, actor, now, seat_of(session, actor.jurisdiction_id), {unit.name: unit for unit in known})
    load.wrong.extend(sheet.wrong)
    _check_names(load, sheet.rows)
    for row in sheet.rows:
        _check_row(load, row)
    if not sheet.rows and not load.wrong:
        load.wrong.append(WrongCell(0, "内容", "表头下面没有填写任何单位"))
    if load.wrong:
        raise WrongSheet(load.wrong)
    for row in sheet.rows:
        _write_unit(load, row)
    for row in sheet.rows:
        _write_parent(load, row)
        _write_aliases(load, row)
    if load.wrong:
        raise WrongSheet(load.wrong)
    _write_groups(load, sheet.rows)
    changed = tuple(row.cells["name"] for row in sheet.rows if row.cells["name"] in load.changed - set(load.added))
    result = Loaded(tuple(load.added), changed, len(sheet.rows) - len(load.added) - len(changed), sheet.ignored)
    if load.added or changed:
        words = f"从表格导入单位：新增 {len(load.added)} 个，修改 {len(changed)} 个"
        audit.record(session, actor, "unit.load", None, summary=words, now=now, added=load.added, changed=changed)
    return result


def _check_names(load: _Load, rows: Iterable[SheetRow]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        name = names.folded(row.cells["name"])
        row.cells["name"] = name
        if problem := name_problem(name):
            load.refuse(row, "单位名称", problem)
        elif name in seen:
            load.refuse(row, "单位名称", f"“{name}”与第 {seen[name]} 行重复")
        elif name not in load.known and meaning_of(load.session, load.actor.jurisdiction_id, name) is not None:
            load.refuse(row, "单位名称", f"“{name}”已是别的单位或单位组的名称、曾用名或别名")
        seen.setdefault(name, row.number)
    for row in rows:
        above = names.folded(row.cells.get("parent", ""))
        if above and above not in seen and above not in load.known:
            load.refuse(row, "上级单位", f"“{above}”不在单位库中，也不在本表中")
        elif above and above == row.cells["name"]:
            load.refuse(row, "上级单位", "上级单位不能是本单位")


def _check_row(load: _Load, row: SheetRow) -> None:
    kind = row.cells.get("kind", "")
    if kind and names.folded(kind) not in {names.folded(label) for label in _KINDS}:
        load.refuse(row, "类别", f"“{kind[:20]}”不是规定的类别，应为：{'、'.join(_KINDS)}")
    contact = contact_problems(row.cells.get("contact_name", ""), row.cells.get("contact_phone", ""))
    for key, column in (("contact_name", "联系人"), ("contact_phone", "联系电话")):
        if key in contact:
            load.refuse(row, column, contact[key])
    for key, column in (("aliases", "简称/别名"), ("groups", "所属单位组")):
        for name in names.split_names(row.cells.get(key, "")):
            if problem := name_problem(name):
                load.refuse(row, column, problem)
    for name in names.split_names(row.cells.get("groups", "")):
        taken = meaning_of(load.session, load.actor.jurisdiction_id, names.folded(name))
        if taken not in (None, 0):
            load.refuse(row, "所属单位组", f"“{name}”是单位的名称，不能作单位组")


def _write_unit(load: _Load, row: SheetRow) -> None:
    name = row.cells["name"]
    unit = load.known.get(name)
    if unit is None:
        kind = _kind_of(row.cells.get("kind", "")) or names.kind_of(name, load.seat)
        unit = Unit(jurisdiction_id=load.actor.jurisdiction_id, name=name, kind=kind, position=len(load.known) + 1)
        load.session.add(unit)
        load.known[name] = unit
        load.added.append(name)
    values = {
        "kind": _kind_of(row.cells.get("kind", "")),
        "contact_name": row.cells.get("contact_name", ""),
        "contact_phone": row.cells.get("contact_phone", ""),
    }
    for field_name, value in values.items():
        if value and getattr(unit, field_name) != value:
            setattr(unit, field_name, value)
            load.changed.add(name)
    load.session.flush()


def _kind_of(label: str) -> UnitKind | None:
    return next((kind for kind in UnitKind if names.folded(kind.label) == names.folded(label)), None)


def _write_parent(load: _Load, row: SheetRow) -> None:
    above = names.folded(row.cells.get("parent", ""))
    unit = load.known[row.cells["name"]]
    if not above or unit.parent_id == load.known[above].id:
        return
    unit.parent_id = load.known[above].id
    load.changed.add(unit.name)
    by_id = {each.id: each for each in load.known.values()}
    seen, step = {unit.id}, by_id.get(unit.parent_id)
    while step is not None:
        if step.id in seen:
            load.refuse(row, "上级单位", "上下级成了循环")
            return
        seen.add(step.id)
        step = by_id.get(step.parent_id) if step.parent_id is not None else None


def _write_aliases(load: _Load, row: SheetRow) -> None:
    unit = load.known[row.cells["name"]]
    for printed in map(names.folded, names.split_names(row.cells.get("aliases", ""))):
        taken = meaning_of(load.session, load.actor.jurisdiction_id, printed)
        if taken is None:
            alias = UnitAlias(jurisdiction_id=load.actor.jurisdiction_id, printed=printed, unit_id=unit.id)
            load.session.add(alias)
            load.session.flush()
            load.changed.add(unit.name)
        elif taken != unit.id:
            load.refuse(row, "简称/别名", f"“{printed}”已是别的单位或单位组的名称、曾用名或别名")


def _write_groups(load: _Load, rows: Iterable[SheetRow]) -> None:
    wanted: dict[str, list[Unit]] = defaultdict(list)
    for row in rows:
        for name in map(names.folded, names.split_names(row.cells.get("groups", ""))):
            wanted[name].append(load.known[row.cells["name"]])
    living = {unit.id for unit in living_units(load.session, load.actor, office_date(load.now))}
    for name, units in wanted.items():
        group = load.session.scalar(
            select(UnitGroup).where(UnitGroup.jurisdiction_id == load.actor.jurisdiction_id, UnitGroup.name == name)
        )
        group = group or add_group(load.session, load.actor, name, now=load.now)
        present = {member.unit_id for member in group.members if member.until_on is None}
        fresh = [unit for unit in units if unit.id not in present and unit.id in living]
        if fresh:
            add_members(
                load.session,
                load.actor,
                group,
                [unit.id for unit in fresh],
                since_on=office_date(load.now),
                now=load.now,
            )
            load.changed |= {unit.name for unit in fresh}
