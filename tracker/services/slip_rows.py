"""What the pages of slips (督办单) show: the list, one slip, and the duties a slip is about to be issued on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from tracker.core.actions import Action, Need, Subject
from tracker.core.acts import check, offered
from tracker.core.lights import Light
from tracker.core.paging import MOST_COUNTED, Page, offset
from tracker.core.permissions import Actor
from tracker.core.slips import REPLY_WORKDAYS, STEPS, form_for, next_level, paper_name, paper_with_number, slip_needs
from tracker.core.terms import Role, SlipForm, SlipLevel, SlipStatus
from tracker.core.workdays import Calendar
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import Assignment, Plan, Slip, Task, Unit, User
from tracker.services.access import slip_scope
from tracker.services.audiences import audience
from tracker.services.behalf import BehalfRow, behalf_rows
from tracker.services.calendar import load_calendar
from tracker.services.choosing import choose_duties
from tracker.services.counting import capped
from tracker.services.desk_rows import task_label
from tracker.services.lights import light_of
from tracker.services.situations import Asking, asking
from tracker.services.slips import action_for, basis_of, find_slip
from tracker.services.task_pages import Offer

PAGE = 50
_UNANSWERED = (SlipStatus.ISSUED, SlipStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class SlipFilter:
    """What a list of slips is narrowed to; `is_overdue`: not answered by its date."""

    status: SlipStatus | None = None
    level: SlipLevel | None = None
    form: SlipForm | None = None
    unit_id: int | None = None
    plan_id: int | None = None
    is_overdue: bool = False

    @property
    def narrows(self) -> bool:
        """Whether it asks for less than everything."""
        return self.is_overdue or any((self.status, self.level, self.form, self.unit_id, self.plan_id))


@dataclass(frozen=True, slots=True)
class SlipRow:
    """One slip; `workdays_over` is how many working days its answer is overdue, None where it is not."""

    id: int
    number: str
    paper: str
    level: SlipLevel
    form: SlipForm
    status: SlipStatus
    unit: str
    unit_id: int
    task_id: int
    task: str
    plan: str
    issued_on: date
    reply_by_on: date
    replied_on: date | None
    demand: str
    workdays_over: int | None


@dataclass(frozen=True, slots=True)
class SlipList:
    """A page of slips with the choices of its filters."""

    page: Page[SlipRow]
    units: tuple[tuple[int, str], ...]
    plans: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class SlipPage:
    """One slip with everything about it; `chain` holds the other slips on the same duty, newest first."""

    row: SlipRow
    version: int
    basis: str
    reply: str
    replied_by: str
    decision: str
    decided_by: str
    has_good_reason: bool
    issued_by: str
    contact: str
    due_on: date | None
    reported_on: date | None
    may_report: bool
    leaders: tuple[str, ...]
    chain: tuple[SlipRow, ...]
    offers: tuple[Offer, ...]
    assignment_id: int
    next_hindrance: str | None
    next_paper: str | None
    behalf: BehalfRow | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A duty a slip is about to be issued on: the paper it would be, or why it cannot be now."""

    assignment_id: int
    unit: str
    task_id: int
    task: str
    plan: str
    basis: str
    due_on: date | None
    light: Light
    level: SlipLevel | None
    paper: str
    last: str
    hindrance: str | None


def slip_list(
    session: Session, actor: Actor, asked: SlipFilter, *, today: date, number: int = 1, is_whole: bool = False
) -> SlipList:
    """Gives the slips asked for that the actor may see, newest first: a page of them, or all for an export."""
    conditions = [slip_scope(actor), *_conditions(asked, today)]
    total = session.scalar(capped(_joined(select(Slip.id)).where(*conditions))) or 0
    query = _joined(_rows()).where(*conditions).order_by(Slip.issued_on.desc(), Slip.id.desc())
    size = MOST_COUNTED if is_whole else PAGE
    found = session.execute(query.limit(size).offset(0 if is_whole else offset(number, PAGE))).all()
    calendar = load_calendar(session)
    rows = [_row(row, calendar, today) for row in found]
    page = Page(rows, number, total, size, is_cut=total > MOST_COUNTED)
    units = _choices(session, actor, Unit.id, Unit.name)
    return SlipList(page, units, _choices(session, actor, Plan.id, Plan.title))


def slip_page(session: Session, actor: Actor, slip_id: int, *, today: date) -> SlipPage:
    """Gives one slip. Raises NotFound when it is not the actor's to see."""
    slip = find_slip(session, actor, slip_id)
    view = asking(session, actor, [slip.task], today=today)
    duty = slip.assignment
    offers = tuple(Offer(action, hindrance) for action, hindrance in offered(view.of_slip(slip), Subject.SLIP))
    level = next_level(view.slips.get(duty.id))
    leaders = audience(session, 0, today=today).leaders_of(duty.unit_id) if actor.is_office else []
    may_report = Role.OFFICE_HEAD in actor.roles or (view.is_one_person and Role.OFFICER in actor.roles)
    chain = _of_duty(session, slip, load_calendar(session), today)
    return SlipPage(
        row=next(row for row in chain if row.id == slip.id),
        version=slip.version,
        basis=slip.basis,
        reply=slip.reply,
        replied_by=_name(session, slip.replied_by_id),
        decision=slip.decision,
        decided_by=_name(session, slip.decided_by_id),
        has_good_reason=slip.has_good_reason,
        issued_by=slip.issued_by.name,
        contact=" ".join(filter(None, (duty.contact_name, duty.contact_phone)))
        or " ".join(filter(None, (duty.unit.contact_name, duty.unit.contact_phone))),
        due_on=duty.due_on or slip.task.due_on,
        reported_on=slip.reported_on,
        may_report=may_report and slip.reported_on is None and slip.level is not SlipLevel.BLUE and bool(leaders),
        leaders=tuple(leader.name for leader in leaders),
        chain=tuple(row for row in chain if row.id != slip.id),
        offers=offers,
        assignment_id=duty.id,
        next_hindrance=_hindrance(view, duty) if actor.is_office else "",
        next_paper=paper_name(form_for(duty.unit.kind), level) if level else None,
        behalf=behalf_rows(session, subjects=[("Slip", slip.id)]).get(("Slip", slip.id)),
    )


def candidates(session: Session, actor: Actor, assignment_ids: Sequence[int], *, today: date) -> list[Candidate]:
    """Gives the duties a slip is to be issued on. Raises NotFound out of sight, Invalid for none."""
    if not assignment_ids:
        raise Invalid({"": "请先选择要发督办单的事项。"})
    duties = choose_duties(session, actor, assignment_ids)
    view = asking(session, actor, [duty.task for duty in duties], today=today)
    return [_candidate(view, duty) for duty in duties]


def proposed_reply_by(session: Session, found: Sequence[Candidate], *, today: date) -> date:
    """Gives the day by which an answer is proposed to be owed: by the highest step among what is to be issued."""
    levels = [candidate.level for candidate in found if candidate.level and candidate.hindrance is None]
    level = max(levels, key=STEPS.index) if levels else SlipLevel.BLUE
    return load_calendar(session).add_workdays(today, REPLY_WORKDAYS[level])


def _candidate(view: Asking, duty: Assignment) -> Candidate:
    last = view.slips.get(duty.id)
    level = next_level(last)
    return Candidate(
        assignment_id=duty.id,
        unit=duty.unit.name,
        task_id=duty.task_id,
        task=task_label(duty.task.number, duty.task.part, duty.task.title),
        plan=duty.task.plan.title,
        basis=basis_of(duty),
        due_on=duty.due_on or duty.task.due_on,
        light=light_of(duty, view.today),
        level=level,
        paper=paper_name(form_for(duty.unit.kind), level) if level else "",
        last=f"{paper_with_number(last.form, last.level, last.number)}，{last.status.label}" if last else "",
        hindrance=_hindrance(view, duty),
    )


def _hindrance(view: Asking, duty: Assignment) -> str | None:
    """Why the next slip on a duty cannot be issued by this person now, None where it can."""
    action = action_for(view, duty)
    try:
        check(action, view.of_duty(duty.task, duty))
    except NotAllowed:
        if Need.SLIP_STEP in slip_needs(view.slips.get(duty.id), view.today):
            return Need.SLIP_STEP.label
        return "升级由办公室负责人办理。" if action is Action.RAISE_SLIP else "督办单由办公室签发。"
    except (Invalid, Conflict) as refusal:
        return refusal.message
    return None


def _conditions(asked: SlipFilter, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.status is not None:
        conditions.append(Slip.status == asked.status)
    if asked.level is not None:
        conditions.append(Slip.level == asked.level)
    if asked.form is not None:
        conditions.append(Slip.form == asked.form)
    if asked.unit_id is not None:
        conditions.append(Assignment.unit_id == asked.unit_id)
    if asked.plan_id is not None:
        conditions.append(Assignment.plan_id == asked.plan_id)
    if asked.is_overdue:
        conditions.append(unanswered_after(today))
    return conditions


def unanswered_after(today: date) -> ColumnElement[bool]:
    """Gives the condition on Slip that it was not answered by its date."""
    return and_(Slip.status.in_(_UNANSWERED), Slip.reply_by_on < today)


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(Slip)
        .join(Assignment, Assignment.id == Slip.assignment_id)
        .join(Task, Task.id == Slip.task_id)
        .join(Plan, Plan.id == Task.plan_id)
        .join(Unit, Unit.id == Assignment.unit_id)
    )


def _rows() -> Select[Any]:
    own = (Slip.id, Slip.number, Slip.level, Slip.form, Slip.status, Slip.issued_on, Slip.reply_by_on, Slip.replied_on)
    unit = (Unit.name.label("unit"), Assignment.unit_id)
    task = (Slip.task_id, Task.number.label("task_number"), Task.part, Task.title)
    return select(*own, Slip.demand, *unit, *task, Plan.title.label("plan"))


def _row(row: Any, calendar: Calendar, today: date) -> SlipRow:
    is_over = row.status in _UNANSWERED and row.reply_by_on < today
    return SlipRow(
        *(row.id, row.number, paper_name(row.form, row.level), row.level, row.form, row.status),
        *(row.unit, row.unit_id, row.task_id, task_label(row.task_number, row.part, row.title), row.plan),
        *(row.issued_on, row.reply_by_on, row.replied_on, row.demand),
        calendar.workdays_between(row.reply_by_on, today) if is_over else None,
    )


def _of_duty(session: Session, slip: Slip, calendar: Calendar, today: date) -> list[SlipRow]:
    query = _joined(_rows()).where(Slip.assignment_id == slip.assignment_id).order_by(Slip.id.desc())
    return [_row(row, calendar, today) for row in session.execute(query)]


def _choices(session: Session, actor: Actor, key: Any, label: Any) -> tuple[tuple[int, str], ...]:
    query = _joined(select(key, label)).where(slip_scope(actor)).distinct().order_by(key).limit(500)
    return tuple(session.execute(query).tuples().all())


def _name(session: Session, user_id: int | None) -> str:
    user = session.get(User, user_id) if user_id is not None else None
    return user.name if user is not None else ""
