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


@dataclass(frozen=True, slots=True)
class OfficePage:
    """A jurisdiction and its office as they stand."""

    name: str
    level: JurisdictionLevel
    facts: OfficeFacts


def office_page(session: Session, actor: Actor) -> OfficePage:
    """Gives the actor's jurisdiction and office."""
    place = session.get_one(Jurisdiction, actor.jurisdiction_id)
    facts = OfficeFacts(place.office_name, place.prefix, place.supervision_basis or "", place.is_one_person)
    return OfficePage(place.name, place.level, facts)


def edit_office(session: Session, actor: Actor, facts: OfficeFacts, *, now: datetime) -> None:
    """Writes what was typed about the office. Raises Invalid for a wrong field."""
    wrong = {}
    if not facts.office_name or len(facts.office_name) > 40 or not facts.office_name.isprintable():
        wrong["office_name"] = "请填写办公室名称，最长 40 个字。"
    if len(facts.prefix) > 4 or not facts.prefix.isprintable():
        wrong["prefix"] = "简称前缀最长 4 个字，如“市”“县”。"
    if len(facts.supervision_basis) > 120 or not facts.supervision_basis.isprintable():
        wrong["supervision_basis"] = "依据最长 120 个字。"
    if wrong:
        raise Invalid(wrong)
    place = session.get_one(Jurisdiction, actor.jurisdiction_id)
    place.office_name, place.prefix = facts.office_name, facts.prefix
    place.supervision_basis, place.is_one_person = facts.supervision_basis or None, facts.is_one_person
    session.flush()
    words = f"修改辖区设置：{facts.office_name}" + ("，一人经办" if facts.is_one_person else "")
    audit.record(session, actor, "setting.edit_office", place, summary=words, now=now)
