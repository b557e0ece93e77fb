"""What a jurisdiction says about itself and its office: names, designation, how many people do the work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.terms import JurisdictionLevel
from tracker.errors import Invalid
from tracker.models import Jurisdiction
from tracker.services import audit


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """What is typed about a jurisdiction's office."""

    office_name: str
    prefix: str
    supervision_basis: str
    is_one_person: bool
    officer_extension_days: int | None
    reading_workdays: int | None


@dataclass(frozen=True, slots=True)
class OfficePage:
    """A jurisdiction and its office as they stand."""

    name: str
    level: JurisdictionLevel
    facts: OfficeFacts


def office_page(session: Session, actor: Actor) -> OfficePage:
    """Gives the actor's jurisdiction and office."""
    place = session.get_one(Jurisdiction, actor.jurisdiction_id)
    facts = OfficeFacts(
        office_name=place.office_name,
        prefix=place.prefix,
        supervision_basis=place.supervision_basis or "",
        is_one_person=place.is_one_person,
        officer_extension_days=place.officer_extension_days,
        reading_workdays=place.reading_workdays,
    )
    return OfficePage(place.name, place.level, facts)


def edit_office(session: Session, actor: Actor, facts: OfficeFacts, *, now: datetime) -> None:
    """Writes what was typed about the office. Raises Invalid for a wrong field."""
    _check(facts)
    place = session.get_one(Jurisdiction, actor.jurisdiction_id)
    place.office_name, place.prefix = facts.office_name, facts.prefix
    place.supervision_basis, place.is_one_person = facts.supervision_basis or None, facts.is_one_person
    place.officer_extension_days, place.reading_workdays = facts.officer_extension_days, facts.reading_workdays
    session.flush()
    words = f"修改辖区设置：{facts.office_name}" + ("，一人经办" if facts.is_one_person else "")
    audit.record(session, actor, "setting.edit_office", place, summary=words, now=now)


def _check(facts: OfficeFacts) -> None:
    wrong = {}
    if not facts.office_name or len(facts.office_name) > 40 or not facts.office_name.isprintable():
        wrong["office_name"] = "请填写办公室名称，最长 40 个字。"
    if len(facts.prefix) > 4 or not facts.prefix.isprintable():
        wrong["prefix"] = "简称前缀最长 4 个字，如“市”“县”。"
    if len(facts.supervision_basis) > 120 or not facts.supervision_basis.isprintable():
        wrong["supervision_basis"] = "依据最长 120 个字。"
    if facts.officer_extension_days is None or facts.officer_extension_days > 366:
        wrong["officer_extension_days"] = "请填写 0 到 366 的整数。"
    if facts.reading_workdays is None or facts.reading_workdays > 60:
        wrong["reading_workdays"] = "请填写 0 到 60 的整数。"
    if wrong:
        raise Invalid(wrong)
