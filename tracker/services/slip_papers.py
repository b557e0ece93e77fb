"""A slip (督办单) or letter as facts to print, as the matter stood on the day it was issued."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.papers import Contact, EarlierPaper, Matter, SlipPaper
from tracker.core.permissions import Actor
from tracker.core.slips import paper_name
from tracker.db import office_date
from tracker.models import Jurisdiction, Slip, Urge
from tracker.services.calendar import load_calendar
from tracker.services.last_words import last_words
from tracker.services.slips import find_slip

_EARLIER_URGES = 3


def slip_paper(session: Session, actor: Actor, slip_id: int) -> SlipPaper:
    """Gives a slip to print. Raises NotFound when it is not the actor's to see."""
    slip = find_slip(session, actor, slip_id)
    place = session.get_one(Jurisdiction, slip.jurisdiction_id)
    return SlipPaper(
        form=slip.form,
        level=slip.level,
        number=slip.number,
        office=place.office_name or place.name,
        unit=slip.assignment.unit.name,
        matter=_matter(session, slip),
        basis=slip.basis,
        demand=slip.demand,
        issued_on=slip.issued_on,
        reply_by_on=slip.reply_by_on,
        contact=Contact(slip.issued_by.name, slip.issued_by.phone),
    )


def _matter(session: Session, slip: Slip) -> Matter:
    duty, task = slip.assignment, slip.task
    due_on = duty.due_on or task.due_on
    is_late = due_on is not None and due_on < slip.issued_on
    word = last_words(session, [duty.id], before=slip.issued_at).get(duty.id)
    return Matter(
        plan_title=task.plan.title,
        doc_no=task.plan.doc_no,
        number=f"{task.number}（第{task.part}部分）" if task.part else task.number,
        title=task.title,
        role=duty.role.label,
        due_on=due_on,
        workdays=load_calendar(session).workdays_between(due_on, slip.issued_on) if is_late and due_on else None,
        percent=word.percent if word is not None else None,
        last_word=word.progress if word is not None else "",
        last_word_on=word.filed_on if word is not None else None,
        earlier=_earlier(session, slip),
    )


def _earlier(session: Session, slip: Slip) -> tuple[EarlierPaper, ...]:
    """The last urges and every earlier slip on the duty, oldest first."""
    urges = session.scalars(
        select(Urge)
        .where(Urge.assignment_id == slip.assignment_id, Urge.urged_at < slip.issued_at)
        .order_by(Urge.urged_at.desc())
        .limit(_EARLIER_URGES)
    )
    slips = session.scalars(select(Slip).where(Slip.assignment_id == slip.assignment_id, Slip.id < slip.id))
    found = [EarlierPaper(urge.channel.label, office_date(urge.urged_at)) for urge in urges]
    found += [
        EarlierPaper(f"{paper_name(each.form, each.level)}（{each.number}）", each.issued_on, each.status.label)
        for each in slips
    ]
    return tuple(sorted(found, key=lambda paper: paper.sent_on))
