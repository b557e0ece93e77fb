"""The desk (工作台): what a person owes or should look at today, by role, most urgent first."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.core.permissions import Actor, Permission
from tracker.core.terms import Role
from tracker.services.calendar import load_calendar
from tracker.services.desk_admin import admin_sections
from tracker.services.desk_matters import matters
from tracker.services.desk_messages import delivery_troubles
from tracker.services.desk_office import leader_sections, office_sections
from tracker.services.desk_rows import Desk, Figure, Section, Today
from tracker.services.desk_unit import unit_sections


def desk(session: Session, actor: Actor, today: Today, *, now: datetime) -> Desk:
    """Gives the sections of every role the person holds; a section with nothing in it is left out."""
    figures: list[Figure] = []
    sections: list[Section] = []
    open_matters = matters(session, actor, today)
    if actor.unit_id is not None and actor.roles & {Role.LIAISON, Role.UNIT_HEAD}:
        found = unit_sections(session, actor, today)
        figures, sections = figures + found[0], sections + list(open_matters.of_unit) + found[1]
    if actor.is_office:
        found = office_sections(session, actor, today)
        figures, sections = figures + found[0], sections + list(open_matters.of_office) + found[1]
    elif Role.LEADER in actor.roles:
        found = leader_sections(session, actor, today)
        figures, sections = figures + found[0], sections + found[1] + list(open_matters.of_leader)
    if actor.may(Permission.SETTINGS_EDIT) or actor.may(Permission.RIGHTS_EDIT):
        sections += admin_sections(session, actor, today)
    troubles = delivery_troubles(session, actor, now=now)
    shown = [*troubles, *(section for section in sections if section.count)]
    return Desk(tuple(figures), tuple(shown), open_matters.unread)


def day_of(session: Session, day: date) -> Today:
    """Gives a day with the working days it is counted by."""
    return Today(day, load_calendar(session))
