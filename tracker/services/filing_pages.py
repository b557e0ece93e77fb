"""The filing page (报送): all that a unit owes over all its plans in the open windows, last words beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tracker.core.filing import BLANK, UNSIGNED, WRITABLE, Words, month_to_write
from tracker.core.lights import Light
from tracker.core.paging import Page, offset
from tracker.core.periods import Window, period_label
from tracker.core.permissions import Actor
from tracker.core.terms import DutyRole, FilingStatus, ReportStatus, Role
from tracker.core.workdays import Calendar
from tracker.models import Assignment, Attachment, Breakdown, Filing, ProgressReport, Task, Unit
from tracker.services.calendar import load_calendar
from tracker.services.filing import reason_text_of, words_in
from tracker.services.filing_rows import OpenDuty, ToAcknowledge, unit_duties
from tracker.services.lights import duty_reason, light_of
from tracker.services.signing import find_filing
from tracker.services.task_trail import FileRow, file_rows

# One sitting: a bureau in four plans at once sees all its rows on one page.
PAGE = 50
PARTS_SHOWN = 20
NOTES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class LastWord:
    """What the unit said the last time."""

    period: str
    words: Words

    @property
    def label(self) -> str:
        """Gives the period in words."""
        return period_label(self.period)


@dataclass(frozen=True, slots=True)
class FilingRow:
    """One duty that files, with its report of the period as it stands; `version` is 0 while there is none."""

    assignment_id: int
    task_id: int
    plan_id: int
    plan_title: str
    number: str
    part: int | None
    title: str
    role: DutyRole
    due_on: date | None
    is_standing: bool
    needs_evidence: bool
    month: str
    light: Light
    reason: str
    last: LastWord | None
    version: int
    status: ReportStatus | None
    is_owed: bool
    words: Words
    sent_back: str
    files: tuple[FileRow, ...]

    @property
    def is_open(self) -> bool:
        """Whether the report can still be written."""
        return self.status is None or self.status in WRITABLE

    @property
    def is_changed(self) -> bool:
        """Whether something else is said than the last time."""
        return not self.words.is_blank and (self.last is None or self.words != self.last.words)

    @property
    def is_same(self) -> bool:
        """Whether the same is said as the last time (同上期)."""
        return self.last is not None and self.words == self.last.words


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """The rows of one plan on a page, with the window they are filed in."""

    plan_id: int
    title: str
    window: Window
    is_closed: bool
    rows: tuple[FilingRow, ...]


@dataclass(frozen=True, slots=True)
class FilingNote:
    """A filing of the unit that waits for its head, or came back from it."""

    id: int
    version: int
    label: str
    status: FilingStatus
    handed_by: str
    handed_at: datetime | None
    rows: int
    is_one_person: bool
    returned_words: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """A duty that files nothing now: the lead files for it, or its plan wants nothing at present."""

    task_id: int
    plan_title: str
    number: str
    title: str
    role: DutyRole
    due_on: date | None
    light: Light


@dataclass(frozen=True, slots=True)
class FilingPage:
    """What a unit files: a page of its rows by plan, and over all pages how many are owed, written and awaited.

    Of the duties that do not file, `parts` holds the most urgent and `part_count` the number.
    """

    unit: str
    page: Page[FilingRow]
    groups: tuple[PlanGroup, ...]
    owed: int
    written: int
    sent_back: int
    notes: tuple[FilingNote, ...]
    is_head: bool
    to_acknowledge: tuple[ToAcknowledge, ...]
    next_opens_on: date | None
    parts: tuple[PartRow, ...]
    part_count: int

    @property
    def rows(self) -> Sequence[FilingRow]:
        """Gives the rows of this page."""
        return self.page.rows

    @property
    def has_writable(self) -> bool:
        """Whether anything on this page can be written."""
        return any(row.is_open for row in self.rows)


def filing_page(
    session: Session, actor: Actor, *, today: date, number: int = 1, holding: int | None = None
) -> FilingPage:
    """Gives a page of what the actor's unit files, empty for somebody without one; `holding` a duty, where given."""
    is_head = Role.UNIT_HEAD in actor.roles
    if actor.unit_id is None:
        return FilingPage("", Page((), 1, 0), (), 0, 0, 0, (), is_head, (), None, (), 0)
    calendar = load_calendar(session)
    every = unit_duties(session, actor.unit_id, calendar, today=today)
    if holding is not None and (before := every.before(holding)) is not None:
        number = before // PAGE + 1
    name, notes = _notes(session, actor.unit_id)
    shown, others = every.open(offset(number, PAGE), PAGE), every.others[:PARTS_SHOWN]
    duties = _duties(session, [*(each.id for each in shown), *others])
    rows = filing_rows(session, shown, duties, calendar, today=today)
    windows = {duties[each.id].plan_id: each.window for each in shown}
    groups = tuple(
        PlanGroup(plan_id, title, windows[plan_id], windows[plan_id].closes_on < today, tuple(found))
        for (plan_id, title), found in groupby(rows, key=lambda row: (row.plan_id, row.plan_title))
    )
    return FilingPage(
        unit=name,
        page=Page(rows, number, len(every), PAGE),
        groups=groups,
        owed=every.owed,
        written=every.written,
        sent_back=every.sent_back,
        notes=notes,
        is_head=is_head,
        to_acknowledge=every.to_acknowledge,
        next_opens_on=every.next_opens_on,
        parts=tuple(_part(duties[key], today) for key in others),
        part_count=len(every.others),
    )


def _duties(session: Session, ids: Sequence[int]) -> dict[int, Assignment]:
    query = select(Assignment).where(Assignment.id.in_(ids))
    task = joinedload(Assignment.task)
    query = query.options(
        *(task.defer(Task.text), task.joinedload(Task.plan), task.joinedload(Task.measured)),
        task.selectinload(Task.breakdowns).selectinload(Breakdown.milestones),
    )
    return {duty.id: duty for duty in session.scalars(query)} if ids else {}


def every_row(session: Session, actor: Actor, *, today: date) -> list[FilingRow]:
    """Gives all rows a unit files today in the order of its page, for its sheet."""
    if actor.unit_id is None:
        return []
    calendar = load_calendar(session)
    shown = unit_duties(session, actor.unit_id, calendar, today=today).open()
    return filing_rows(session, shown, _duties(session, [each.id for each in shown]), calendar, today=today)


def filing_rows(
    session: Session,
    shown: Sequence[OpenDuty],
    duties: dict[int, Assignment],
    calendar: Calendar,
    *,
    today: date,
) -> list[FilingRow]:
    """Gives the rows of these duties in their order, with the report of the period and the one before."""
    reports = _reports(session, [each.id for each in shown])
    rows = []
    for each in shown:
        own = reports.get(each.id, [])
        current = next((report for report in own if report.id == each.report_id), None)
        month = month_to_write(current, each.window.month)
        row = _row(duties[each.id], current, month, own, today=today, calendar=calendar)
        rows.append(replace(row, is_owed=each.is_owed and each.is_writable))
    return rows


def _reports(session: Session, duty_ids: list[int]) -> dict[int, list[ProgressReport]]:
    """The newest reports of each duty first, no more than can be shown: the present one and the last signed."""
    newest_first = func.row_number().over(
        partition_by=ProgressReport.assignment_id, order_by=(ProgressReport.period.desc(), ProgressReport.id.desc())
    )
    ranked = (
        select(ProgressReport.id, newest_first.label("place"))
        .where(ProgressReport.assignment_id.in_(duty_ids), ProgressReport.is_finishing.is_(False))
        .subquery()
    )
    query = (
        select(ProgressReport)
        .join(ranked, ranked.c.id == ProgressReport.id)
        .where(ranked.c.place <= 3)
        .options(joinedload(ProgressReport.attachments).joinedload(Attachment.file))
        .order_by(ProgressReport.period.desc(), ProgressReport.id.desc())
    )
    found: dict[int, list[ProgressReport]] = {}
    for report in session.scalars(query).unique():
        found.setdefault(report.assignment_id, []).append(report)
    return found


def _row(
    duty: Assignment,
    current: ProgressReport | None,
    month: str,
    reports: Sequence[ProgressReport],
    *,
    today: date,
    calendar: Calendar,
) -> FilingRow:
    task = duty.task
    last = next((r for r in reports if r.period < month and r.status not in UNSIGNED), None)
    return FilingRow(
        assignment_id=duty.id,
        task_id=task.id,
        plan_id=task.plan_id,
        plan_title=task.plan.title,
        number=task.number,
        part=task.part,
        title=task.title,
        role=duty.role,
        due_on=None if task.is_standing else duty.due_on or task.due_on,
        is_standing=task.is_standing,
        needs_evidence=task.needs_evidence,
        month=month,
        light=light_of(duty, today),
        reason=duty_reason(task, duty, today, calendar),
        last=LastWord(last.period, words_in(last)) if last is not None else None,
        version=current.version if current is not None else 0,
        status=current.status if current is not None else None,
        is_owed=False,
        words=words_in(current) if current is not None else BLANK,
        sent_back=reason_text_of(current) if current is not None else "",
        files=file_rows(current.attachments) if current is not None else (),
    )


def _notes(session: Session, unit_id: int) -> tuple[str, tuple[FilingNote, ...]]:
    """The name of the unit, and its filings that wait for its head or the office, or came back from its head."""
    counted = (
        select(func.count())
        .where(
            ProgressReport.filing_id == Filing.id,
            ProgressReport.status.in_((ReportStatus.AWAITING, ReportStatus.SUBMITTED)),
        )
        .correlate(Filing)
        .scalar_subquery()
    )
    is_shown = (Filing.unit_id == Unit.id) & ((counted > 0) | (Filing.returned_words != ""))
    query = (
        select(Unit.name, Filing, counted)
        .outerjoin(Filing, is_shown)
        .where(Unit.id == unit_id)
        .options(joinedload(Filing.handed_by))
        .order_by(Filing.period.desc())
        .limit(NOTES_SHOWN)
    )
    rows = session.execute(query).tuples().all()
    return rows[0][0], tuple(filing_note(filing, count) for _, filing, count in rows if filing is not None)


def filing_note(filing: Filing, rows: int) -> FilingNote:
    """Gives what a page says of a filing as a whole."""
    return FilingNote(
        id=filing.id,
        version=filing.version,
        label=period_label(filing.period),
        status=filing.status,
        handed_by=filing.handed_by.name if filing.handed_by is not None else "",
        handed_at=filing.handed_at,
        rows=rows,
        is_one_person=filing.is_one_person,
        returned_words=filing.returned_words,
    )


def _part(duty: Assignment, today: date) -> PartRow:
    task = duty.task
    return PartRow(
        task_id=task.id,
        plan_title=task.plan.title,
        number=task.number,
        title=task.title,
        role=duty.role,
        due_on=None if task.is_standing else duty.due_on or task.due_on,
        light=light_of(duty, today),
    )


@dataclass(frozen=True, slots=True)
class SignPage:
    """A filing as its head reads it before signing: what is new first, what is the same as the last time after it."""

    unit: str
    note: FilingNote
    changed: tuple[FilingRow, ...]
    same: tuple[FilingRow, ...]
    may_sign: bool


def sign_page(session: Session, actor: Actor, filing_id: int, *, today: date) -> SignPage:
    """Gives what waits for a signature in a filing of the actor's unit. Raises NotFound for any other."""
    filing = find_filing(session, actor, filing_id)
    is_waiting = (ProgressReport.filing_id == filing.id) & (ProgressReport.status == ReportStatus.AWAITING)
    ids = session.scalars(select(ProgressReport.assignment_id).where(is_waiting)).all()
    duties, reports = _duties(session, ids), _reports(session, list(ids))
    calendar = load_calendar(session)
    rows = []
    for key, duty in sorted(duties.items(), key=lambda item: (item[1].plan_id, item[1].task.position)):
        current = next(report for report in reports[key] if report.filing_id == filing.id)
        rows.append(_row(duty, current, filing.period, reports[key], today=today, calendar=calendar))
    return SignPage(
        unit=filing.unit.name,
        note=filing_note(filing, len(rows)),
        changed=tuple(row for row in rows if row.is_changed),
        same=tuple(row for row in rows if not row.is_changed),
        may_sign=Role.UNIT_HEAD in actor.roles and filing.status is FilingStatus.AWAITING,
    )
