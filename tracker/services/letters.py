"""What the outbox sends: a digest is written anew from what is owed now, every other message as it was left.

Rights are asked again here, since hours may have passed: nobody is told of what is no longer theirs to see, and
nothing is told that has been done meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.letters import Group, Item, Letter, html, plain, subject_of
from tracker.core.messages import Recipient
from tracker.core.permissions import Actor
from tracker.core.reminding import Owed, sentence
from tracker.core.terms import NoticeKind
from tracker.core.workdays import Calendar
from tracker.db import office_date
from tracker.errors import NotFound
from tracker.models import Jurisdiction, Notification, Unit, User
from tracker.services.access import find_plan, find_task
from tracker.services.ladders import Ladders, load_ladders
from tracker.services.people import actor_of
from tracker.services.told_marks import MarkRow, marks_of

DONE = "相关事项已办理，无需再提醒"
NOT_THEIRS = "收件人已无权查看相关内容，未发送"
ADVICE = "多次提醒未办结，建议报告分管领导"
# More of one kind than anybody reads in a message; the rest is counted.
MOST_LINES = 50
# From the date they hang on these are owed; of all others it is the date by which they must be done.
_SINCE = frozenset({Owed.ACKNOWLEDGE, Owed.BREAK_DOWN})
Taken = Sequence[tuple[Notification, User]]


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it goes out; `withdrawn` says why it does not."""

    to: Recipient
    domain: str
    subject: str = ""
    text: str = ""
    html: str = ""
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class _Desk:
    """What all letters of a round are written with."""

    session: Session
    calendar: Calendar
    today: date
    base_url: str
    ladders: Ladders
    offices: dict[int, str]
    units: dict[int, str]


def letters_of(
    session: Session, taken: Taken, *, calendar: Calendar, now: datetime, base_url: str
) -> dict[int, Written]:
    """Gives what each of these messages says to its person, by the key of the message."""
    places = select(Jurisdiction).where(Jurisdiction.id.in_({user.jurisdiction_id for _, user in taken}))
    offices = {place.id: place.office_name or place.name for place in session.scalars(places)}
    names = select(Unit.id, Unit.name).where(Unit.id.in_({user.unit_id for _, user in taken if user.unit_id}))
    units: dict[int, str] = dict(session.execute(names).tuples().all())
    today = office_date(now)
    desk = _Desk(session, calendar, today, base_url, load_ladders(session), offices, units)
    digests = [row for row, _ in taken if row.kind is NoticeKind.DIGEST]
    owed = marks_of(session, digests, today=today) if digests else {}
    # Only a digest says what is owed; whatever else its person gets in this round says its own.
    marks = {row.id: owed.get((row.user_id, row.day_on)) for row in digests}
    return {row.id: _written(desk, row, user, marks.get(row.id)) for row, user in taken}


def _written(desk: _Desk, row: Notification, user: User, marks: list[MarkRow] | None) -> Written:
    to = Recipient(user.name, user.login_name, desk.units.get(user.unit_id or 0, ""), user.email, user.phone)
    domain = urlsplit(desk.base_url).hostname or "localhost"
    actor = actor_of(desk.session, user, today=desk.today)
    groups: tuple[Group, ...] = ()
    if marks:
        still = [mark for mark in marks if mark.is_owed]
        groups = _groups(desk, [mark for mark in still if _may_see(actor, mark)])
        if not groups:
            return Written(to, domain, withdrawn=NOT_THEIRS if still else DONE)
    elif not _may_follow(desk.session, actor, row.link):
        return Written(to, domain, withdrawn=NOT_THEIRS)
    letter = Letter(
        office=desk.offices[user.jurisdiction_id],
        name=user.name,
        subject=subject_of(groups) if groups else row.subject,
        said="" if groups else row.body,
        groups=groups,
        link=f"{desk.base_url}{row.link}" if row.link else "",
    )
    return Written(to, domain, letter.subject, plain(letter), html(letter))


def _may_see(actor: Actor, mark: MarkRow) -> bool:
    if actor.sees_jurisdiction:
        return actor.jurisdiction_id == mark.jurisdiction_id
    return actor.unit_id == mark.unit_id


def _may_follow(session: Session, actor: Actor, link: str) -> bool:
    subject, _, key = link.strip("/").partition("/")
    find = {"tasks": find_task, "plans": find_plan}.get(subject)
    if find is None or not key.isdigit():
        return True
    try:
        find(session, actor, int(key))
    except NotFound:
        return False
    return True


def _groups(desk: _Desk, marks: list[MarkRow]) -> tuple[Group, ...]:
    groups = []
    for owed in Owed:
        found = [mark for mark in marks if mark.owed is owed]
        if found:
            items = tuple(_item(desk, mark) for mark in found[:MOST_LINES])
            groups.append(Group(owed.label, items, len(found) - len(items)))
    return tuple(groups)


def _item(desk: _Desk, mark: MarkRow) -> Item:
    ladder = desk.ladders.of(mark.plan_id, mark.owed)
    is_proposal = any(rung.is_proposal for rung in ladder if rung.workdays == mark.rung)
    return Item(
        unit=mark.unit_name,
        task=mark.label,
        plan=mark.plan_title,
        owed=sentence(mark.owed, anchor_on=mark.anchor_on, today=desk.today, calendar=desk.calendar),
        link=f"{desk.base_url}{mark.link}",
        is_late=mark.owed not in _SINCE and mark.anchor_on < desk.today,
        advice=ADVICE if is_proposal else "",
    )
