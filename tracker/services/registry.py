"""The registry of units (单位库): what a jurisdiction's units are called, what kind they are, who answers there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core import names
from tracker.core.permissions import Actor
from tracker.core.terms import UnitKind
from tracker.errors import Conflict, Invalid, NotFound
from tracker.models import Jurisdiction, Unit, UnitAlias, UnitGroup, UnitName
from tracker.services import audit
from tracker.services.places import places

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What is typed about a unit."""

    name: str
    kind: UnitKind
    parent_id: int | None = None
    contact_name: str = ""
    contact_phone: str = ""


def find_unit(session: Session, actor: Actor, unit_id: int) -> Unit:
    """Gives a unit of the actor's jurisdiction. Raises NotFound otherwise."""
    unit = session.scalar(select(Unit).where(Unit.id == unit_id, Unit.jurisdiction_id == actor.jurisdiction_id))
    if unit is None:
        raise NotFound("没有找到这个单位，或者您没有查看它的权限。")
    return unit


def find_shown_unit(session: Session, actor: Actor, unit_id: int) -> Unit:
    """Gives a unit of the actor's jurisdiction or of one beneath it, to be read. Raises NotFound otherwise."""
    beneath = [place.id for place in places(session, actor)]
    unit = session.scalar(select(Unit).where(Unit.id == unit_id, Unit.jurisdiction_id.in_(beneath)))
    if unit is None:
        raise NotFound("没有找到这个单位，或者您没有查看它的权限。")
    return unit


def seat_of(session: Session, jurisdiction_id: int) -> names.Seat:
    """Gives where the names of a jurisdiction's registry speak from."""
    place = session.get_one(Jurisdiction, jurisdiction_id)
    return names.Seat(place.name, place.prefix, place.level)


def check_version(record: Unit | UnitGroup, version: int) -> None:
    """Raises Conflict when a record has changed since the form was opened."""
    if record.version != version:
        raise Conflict("就在您填写的时候，别人已经修改了同一内容。请返回查看最新内容后再提交。")


def add_unit(session: Session, actor: Actor, facts: UnitFacts, *, now: datetime) -> Unit:
    """Adds a unit to the registry, last in its order. Raises Invalid for a wrong field or a name already taken."""
    facts = replace(facts, name=names.folded(facts.name))
    _check(session, actor, facts, unit=None)
    count = len(session.scalars(select(Unit.id).where(Unit.jurisdiction_id == actor.jurisdiction_id)).all())
    unit = Unit(jurisdiction_id=actor.jurisdiction_id, name=facts.name, kind=facts.kind, position=count + 1)
    _write(unit, facts)
    session.add(unit)
    session.flush()
    audit.record(session, actor, "unit.add", unit, summary=f"新增单位：{unit.name}", now=now)
    return unit


def edit_unit(
    session: Session, actor: Actor, unit: Unit, facts: UnitFacts, *, renamed_on: date | None, now: datetime
) -> None:
    """Writes what was typed about a unit.

    Takes `renamed_on`, the first day of a new name, for a unit that was renamed: the old name is kept and still
    recognised. None: a new name corrects a misspelling. Raises Invalid for a wrong field or a name already taken.
    """
    facts = replace(facts, name=names.folded(facts.name))
    _check(session, actor, facts, unit=unit)
    before = unit.name
    if before != facts.name and renamed_on is not None:
        session.add(UnitName(unit_id=unit.id, name=before, until_on=renamed_on))
    _write(unit, facts)
    session.flush()
    words = f"修改单位：{unit.name}" if before == unit.name else f"单位更名：{before} → {unit.name}"
    audit.record(session, actor, "unit.edit", unit, summary=words, now=now)


def restore_unit(session: Session, actor: Actor, unit: Unit, *, now: datetime) -> None:
    """Takes a unit that was ended back into use; groups, charges and duties that ended with it stay ended."""
    unit.ended_on = None
    session.flush()
    audit.record(session, actor, "unit.restore", unit, summary=f"恢复单位：{unit.name}", now=now)


def add_alias(session: Session, actor: Actor, unit: Unit, printed: str, *, now: datetime) -> bool:
    """Adds another name of a unit; gives False when it was one already. Raises Invalid("alias") for a taken one."""
    printed = names.folded(printed)
    if not printed or len(printed) > LONGEST_NAME or not printed.isprintable():
        raise Invalid({"alias": f"简称或别名须为 1 至 {LONGEST_NAME} 个字。"})
    if printed == unit.name:
        return False
    taken = meaning_of(session, actor.jurisdiction_id, printed)
    if taken == unit.id:
        return False
    if taken is not None:
        raise Invalid({"alias": f"“{printed}”已经是另一个单位或单位组的名称、曾用名或别名。"})
    session.add(UnitAlias(jurisdiction_id=actor.jurisdiction_id, printed=printed, unit_id=unit.id))
    session.flush()
    audit.record(session, actor, "unit.add_alias", unit, summary=f"{unit.name}增加别名：{printed}", now=now)
    return True


def meaning_of(session: Session, jurisdiction_id: int, name: str) -> int | None:
    """Gives the id of the unit that bears a name, bore it or is known by it, 0 for a group, None for nobody."""
    unit_id = session.scalar(select(Unit.id).where(Unit.jurisdiction_id == jurisdiction_id, Unit.name == name))
    if unit_id is not None:
        return unit_id
    if session.scalar(select(UnitGroup.id).where(UnitGroup.jurisdiction_id == jurisdiction_id, UnitGroup.name == name)):
        return 0
    alias = session.scalar(
        select(UnitAlias).where(UnitAlias.jurisdiction_id == jurisdiction_id, UnitAlias.printed == name)
    )
    if alias is not None:
        return alias.unit_id or 0
    former = select(UnitName.unit_id).join(Unit).where(Unit.jurisdiction_id == jurisdiction_id, UnitName.name == name)
    return session.scalar(former.limit(1))


def remove_alias(session: Session, actor: Actor, alias_id: int, *, now: datetime) -> UnitAlias:
    """Removes an alias of the actor's jurisdiction. Raises NotFound otherwise."""
    alias = session.scalar(
        select(UnitAlias).where(UnitAlias.id == alias_id, UnitAlias.jurisdiction_id == actor.jurisdiction_id)
    )
    if alias is None:
        raise NotFound("没有找到这个别名。")
    session.delete(alias)
    session.flush()
    subject = session.get(Unit, alias.unit_id) if alias.unit_id else session.get(UnitGroup, alias.group_id)
    audit.record(session, actor, "unit.remove_alias", subject, summary=f"删除别名：{alias.printed}", now=now)
    return alias


def living_units(session: Session, actor: Actor, today: date) -> list[Unit]:
    """Gives the units of the actor's jurisdiction that are in use on a day, in registry order."""
    query = (
        select(Unit)
        .where(Unit.jurisdiction_id == actor.jurisdiction_id, or_(Unit.ended_on.is_(None), Unit.ended_on > today))
        .order_by(Unit.position, Unit.id)
    )
    return list(session.scalars(query))


def _write(unit: Unit, facts: UnitFacts) -> None:
    unit.name, unit.kind, unit.parent_id = facts.name, facts.kind, facts.parent_id
    unit.contact_name, unit.contact_phone = facts.contact_name, facts.contact_phone


def _check(session: Session, actor: Actor, facts: UnitFacts, *, unit: Unit | None) -> None:
    wrong: dict[str, str] = {}
    if problem := name_problem(facts.name):
        wrong["name"] = problem
    else:
        taken = meaning_of(session, actor.jurisdiction_id, facts.name)
        if taken is not None and (unit is None or taken != unit.id):
            wrong["name"] = f"“{facts.name}”已在单位库中（可能是别的单位或单位组的名称、曾用名或别名）。"
    wrong |= contact_problems(facts.contact_name, facts.contact_phone)
    if facts.parent_id is not None and (problem := _parent_problem(session, actor, facts.parent_id, unit)):
        wrong["parent_id"] = problem
    if wrong:
        raise Invalid(wrong)


def name_problem(name: str) -> str | None:
    """Gives what is wrong with the name of a unit or group, None for a good one."""
    if not name:
        return "请填写名称。"
    if len(name) > LONGEST_NAME:
        return f"名称最长 {LONGEST_NAME} 个字。"
    return None if name.isprintable() else "名称中有不可见的字符，请重新输入。"


def contact_problems(name: str, phone: str) -> dict[str, str]:
    """Gives what is wrong with a contact's name and telephone, by field."""
    wrong = {}
    if len(name) > 40 or not name.isprintable():
        wrong["contact_name"] = "联系人最长 40 个字。"
    if phone and not is_phone(phone):
        wrong["contact_phone"] = "联系电话只能含数字、空格、短横、括号、加号和“转”，至少 5 位数字。"
    return wrong


def is_phone(text: str) -> bool:
    """Whether a text can be a telephone number, perhaps several."""
    digits = sum(character in "0123456789" for character in text)
    return digits >= 5 and len(text) <= 60 and all(character in "0123456789 -—()（）+转、,/" for character in text)


def _parent_problem(session: Session, actor: Actor, parent_id: int, unit: Unit | None) -> str | None:
    above = session.get(Unit, parent_id)
    if above is None or above.jurisdiction_id != actor.jurisdiction_id:
        return "请选择本辖区的单位。"
    seen: set[int] = set()
    while above is not None and above.id not in seen:
        if unit is not None and above.id == unit.id:
            return "上级单位不能是本单位或它的下级。"
        seen.add(above.id)
        above = session.get(Unit, above.parent_id) if above.parent_id is not None else None
    return None
