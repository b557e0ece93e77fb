"""The lines of a snapshot, made of its facts task by task and handed on one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.classes import CLASS_OF, ReportClass
from tracker.core.lights import Light, light, worst
from tracker.core.periods import PeriodRule, current_window
from tracker.core.reckoning import Movement
from tracker.core.snapshot import BurdenLine, ConcernLine, FilingLine, LateLine, Line, TaskLine
from tracker.core.terms import DutyRole, ReportStatus, TaskState
from tracker.core.workdays import Calendar
from tracker.db import office_date
from tracker.models import Jurisdiction, LeaderLink, Plan, User
from tracker.services.calendar import load_calendar
from tracker.services.duties import OPEN_DUTIES
from tracker.services.plan_facts import COMPARATORS, plain_number
from tracker.services.snapshot_facts import Facts, Moment, facts_of_plans, papers_sent, unit_places

# What people type where they have nothing to say.
NOTHING = frozenset({"", "无", "暂无", "没有", "/", "-"})
SENT_SHOWN = 5
_ENDED = frozenset({"terminated", "superseded", "draft", "pending_approval"})
_FINISHED = frozenset({"closed", "archived"})
_STATES = {state.value: state.label for state in TaskState}


@dataclass(slots=True)
class Taking:
    """A snapshot being taken: the plans and place it is of, and what is counted by unit along the way."""

    session: Session
    place: Jurisdiction
    plans: Mapping[int, Plan]
    moment: Moment
    calendar: Calendar
    previous_id: int | None
    leaders: Mapping[int, str]
    # Days as the text that stored days are compared with: the day of the figures, and the last on which a window
    # that belongs to the period is missed, which is the day after the period where it closes with it.
    today: str
    missed_by: str
    units: dict[int, Any] = field(default_factory=dict)
    filings: dict[int, Counter[str]] = field(default_factory=dict)
    burdens: dict[int, Counter[str]] = field(default_factory=dict)
    closing: dict[int, date] = field(default_factory=dict)

    def ordered_units(self) -> list[tuple[int, str]]:
        """Gives the units met so far in the order they are printed."""
        rows = sorted(self.units.values(), key=lambda unit: (unit.position, unit.id))
        return [(unit.id, unit.name) for unit in rows]


def taking(
    session: Session, place: Jurisdiction, plans: Sequence[Plan], moment: Moment, *, previous_id: int | None
) -> Taking:
    """Gives a snapshot about to be taken."""
    calendar = load_calendar(session)
    of_plan = {plan.id: plan for plan in plans}
    missed_by = moment.as_of + timedelta(days=moment.is_over)
    found = Taking(
        session=session,
        place=place,
        plans=of_plan,
        moment=moment,
        calendar=calendar,
        previous_id=previous_id,
        leaders=_leaders(session, place, moment.as_of),
        today=moment.as_of.isoformat(),
        missed_by=missed_by.isoformat(),
    )
    for plan in plans:
        rule = PeriodRule(plan.period_kind, plan.opens_day, plan.closes_day)
        window = current_window(rule, moment.as_of, calendar)
        found.closing[plan.id] = window.closes_on if window else moment.span.last_on
    return found


def _leaders(session: Session, place: Jurisdiction, on: date) -> dict[int, str]:
    query = (
        select(LeaderLink.unit_id, User.name)
        .join(User, User.id == LeaderLink.leader_id)
        .where(
            User.jurisdiction_id == place.id,
            LeaderLink.since_on <= on,
            or_(LeaderLink.until_on.is_(None), LeaderLink.until_on >= on),
        )
        .order_by(LeaderLink.id)
    )
    return dict(session.execute(query).tuples().all())


def task_lines(taken: Taking) -> Iterator[Line]:
    """Gives a line for every issued task, followed by those of its late duties and of what they want coordinated."""
    plan_ids = list(taken.plans)
    for facts in facts_of_plans(taken.session, plan_ids, taken.moment, previous_id=taken.previous_id):
        _meet_units(taken, facts)
        stood = [_Stood(taken, facts, task) for task in facts.tasks if facts.duties.get(task.id)]
        stood = [each for each in stood if each.state not in _ENDED]
        late_keys = [duty.id for each in stood for duty, kind in each.bearing if kind in _BAD]
        sent = papers_sent(taken.session, late_keys, taken.moment)
        for each in stood:
            yield each.line()
            yield from each.late_lines(sent)
            yield from each.concern_lines()
            each.count_filings()


_BAD = (ReportClass.LATE, ReportClass.BEHIND)


def _meet_units(taken: Taking, facts: Facts) -> None:
    unknown = {duty.unit_id for rows in facts.duties.values() for duty in rows} - taken.units.keys()
    if unknown:
        taken.units |= unit_places(taken.session, sorted(unknown))


_STRENGTHS = {role.value: role.strength for role in DutyRole}
_OPEN = frozenset(state.value for state in OPEN_DUTIES)
_ROLES = {role.value: role.label for role in DutyRole}


def _strength(duty: Any) -> tuple[int, bool]:
    return -_STRENGTHS[duty.role], not duty.is_first_lead


class _Stood:
    """One task as it stood, with its duties, strongest first."""

    __slots__ = ("bearing", "duties", "facts", "is_standing", "kind", "lead", "light", "state", "taken", "task")

    def __init__(self, taken: Taking, facts: Facts, task: Any) -> None:
        self.taken, self.facts, self.task = taken, facts, task
        self.duties = sorted(facts.duties[task.id], key=_strength)
        self.state: str = self.duties[0].task_state
        self.lead = next((duty for duty in self.duties if duty.is_first_lead), None)
        self.is_standing = self.state == "standing" or (task.is_standing and self.state not in _FINISHED)
        self.light = None if self.is_standing else self._light()
        self.kind = CLASS_OF[self.light] if self.light else None
        self.bearing = [(duty, self._class(duty)) for duty in self.duties if self._is_counted(duty)]

    def _light(self) -> Light | None:
        """The light by the lead's dates, or the worst of the open duties where there is no lead."""
        # The days are text here, which compares as dates do.
        as_of = self.taken.today
        if self.state in _FINISHED:
            return Light.DONE
        if self.state == "suspended":
            return None
        if self.lead is not None:
            return light(self.lead, as_of)  # type: ignore[arg-type]
        return light(worst(duty for duty in self.duties if duty.state in _OPEN), as_of)  # type: ignore[arg-type]

    def _is_counted(self, duty: Any) -> bool:
        """Whether a duty counts for its unit; cooperating units answer the lead and do not."""
        return self.kind is not None and duty.role != DutyRole.COOPERATING

    def _class(self, duty: Any) -> ReportClass:
        if self.light is Light.DONE:
            return ReportClass.DONE
        return CLASS_OF[light(duty, self.taken.today)]  # type: ignore[arg-type]

    def unit(self, duty: Any) -> str:
        return str(self.taken.units[duty.unit_id].name)

    def _names(self, role: DutyRole) -> str:
        return "、".join(self.unit(duty) for duty in self.duties if duty.role == role)

    @property
    def number(self) -> str:
        task = self.task
        return f"{task.number}（第{task.part}部分）" if task.part else str(task.number)

    @property
    def leader(self) -> str:
        """The leader in charge: as the plan prints it, else by the unit that leads."""
        return self.task.leader or self.taken.leaders.get(self.duties[0].unit_id, "")

    def contact(self, duty: Any) -> str:
        unit = self.taken.units[duty.unit_id]
        named = (
            (duty.contact_name, duty.contact_phone) if duty.contact_name else (unit.contact_name, unit.contact_phone)
        )
        return " ".join(filter(None, named))

    def due_on(self) -> str:
        return (self.lead or self.duties[0]).due_on or ""

    def movement(self) -> tuple[Movement, int]:
        """What became of the task since the last report, and for how many reports running it has been late."""
        before, is_late = self.facts.before.get(self.task.id), self.kind is ReportClass.LATE
        was_late = before is not None and before.late_periods > 0
        if is_late:
            periods = before.late_periods + 1 if before is not None else 1
            if self.taken.previous_id is None:
                return Movement.NONE, periods
            return (Movement.RUNNING if was_late else Movement.NEW), periods
        due_on = self.due_on()
        is_moved = before is not None and before.due_on and due_on and due_on > before.due_on
        if is_moved and self.kind is not ReportClass.DONE:
            return Movement.EXTENDED, 0
        return (Movement.CURED if was_late else Movement.NONE), 0

    def line(self) -> TaskLine:
        task, first = self.task, self.lead or self.duties[0]
        word = self.facts.words.get(first.id)
        movement, periods = self.movement()
        return TaskLine(
            task_id=task.id,
            plan_id=task.plan_id,
            item=f"{task.outline_node_id}/{task.number}" if task.part else "",
            number=self.number,
            title=task.title,
            chapter=f"{task.node_number}{task.node_title}" if task.node_number is not None else "",
            leader=self.leader,
            kind=self.kind.value if self.kind else "",
            light="常态化" if self.is_standing else self.light.label if self.light else _STATES[self.state],
            state=_STATES[self.state],
            is_standing=self.is_standing,
            is_suspended=self.state == "suspended",
            is_near=self.light is Light.NEAR,
            issued_on=task.issued_on or "",
            original_due_on=task.original_due_on or "",
            due_on=self.due_on(),
            extensions=first.extensions,
            leads=self._names(DutyRole.LEAD),
            responsible=self._names(DutyRole.RESPONSIBLE),
            cooperating=self._names(DutyRole.COOPERATING),
            contacts=self.contact(first),
            basis=task.basis,
            targets="\n".join(_target(target) for target in self.facts.targets.get(task.id, ())),
            milestones="\n".join(str(step.get("printed", "")) for step in task.milestones or ()),
            progress=word.progress if word else "",
            percent=first.percent,
            problems=said(word.problems) if word else "",
            next_step=said(word.next_step) if word else "",
            coordination=said(word.coordination) if word else "",
            filing=self._filing_word(first),
            duties=tuple((duty.unit_id, kind.value) for duty, kind in self.bearing),
            movement=movement.value,
            late_periods=periods,
        )

    def _filing_word(self, duty: Any) -> str:
        if duty.id in self.facts.filed:
            return "已报送"
        return "未报送" if self._is_missed(duty) else "待报送" if self._owes(duty) else "无需报送"

    def _owes(self, duty: Any) -> bool:
        opens_on = duty.report_opens_on
        return opens_on is not None and opens_on <= self.taken.today and duty.state in _OPEN

    def _is_missed(self, duty: Any) -> bool:
        missed_on = duty.report_missed_on
        return self._owes(duty) and missed_on is not None and missed_on <= self.taken.missed_by

    def late_lines(self, sent: Mapping[int, list[Any]]) -> Iterator[LateLine]:
        periods = self.movement()[1]
        for duty, kind in self.bearing:
            if kind in _BAD:
                yield self._late_line(duty, kind, sent.get(duty.id, []), periods)

    def _late_line(self, duty: Any, kind: ReportClass, sent: Sequence[Any], periods: int) -> LateLine:
        task, as_of = self.task, self.taken.moment.as_of
        word = self.facts.words.get(duty.id)
        due_on = date.fromisoformat(duty.due_on) if kind is ReportClass.LATE and duty.due_on else None
        return LateLine(
            task_id=task.id,
            plan_id=task.plan_id,
            number=self.number,
            title=task.title,
            unit_id=duty.unit_id,
            unit=self.unit(duty),
            role=_ROLES[duty.role],
            kind=kind.value,
            original_due_on=task.original_due_on or "",
            due_on=duty.due_on or "",
            workdays=self.taken.calendar.workdays_between(due_on, as_of) if due_on else None,
            percent=duty.percent,
            leader=self.taken.leaders.get(duty.unit_id, "") or task.leader,
            contact=self.contact(duty),
            problems=said(word.problems) if word else "",
            last_word=word.progress if word else "",
            last_word_on=_iso(office_date(word.filed_at)) if word else "",
            is_filing=duty.is_filing,
            sent=tuple(f"{_iso(office_date(at))} {what}" for at, what in sent[:SENT_SHOWN]),
            late_periods=periods if kind is ReportClass.LATE else 0,
        )

    def concern_lines(self) -> Iterator[ConcernLine]:
        task, months = self.task, self.taken.moment.span.months
        for duty in self.duties:
            word = self.facts.words.get(duty.id)
            if word is not None and word.period in months:
                problems, coordination = said(word.problems), said(word.coordination)
                if problems or coordination:
                    place = (task.id, task.plan_id, self.number, task.title, duty.unit_id, self.unit(duty))
                    yield ConcernLine(*place, problems, coordination)

    def count_filings(self) -> None:
        """Counts for the units of the task what they owed and filed."""
        for duty in self.duties:
            filed = self.facts.filed.get(duty.id)
            if filed is None and not self._owes(duty):
                continue
            count = self.taken.filings.setdefault(duty.unit_id, Counter())
            count["owed"] += 1
            if filed is None:
                count["missed"] += self._is_missed(duty)
                continue
            filed_on = office_date(filed.first_filed_at or filed.filed_at)
            is_late = filed_on > self.taken.closing[self.task.plan_id]
            count["late" if is_late else "on_time"] += 1
            count["sent_back"] += bool(filed.times_sent_back) or filed.status is ReportStatus.SENT_BACK


def unit_lines(taken: Taking) -> Iterator[Line]:
    """Gives how each unit kept to filing and what was asked of it, in the order units are printed."""
    for unit_id, name in taken.ordered_units():
        filed = taken.filings.get(unit_id)
        if filed is not None:
            names = ("owed", "on_time", "late", "missed", "sent_back")
            yield FilingLine(unit_id, name, *(filed[each] for each in names))
        asked = taken.burdens.get(unit_id, Counter())
        rows = filed["owed"] if filed is not None else 0
        if rows or asked["papers"]:
            yield BurdenLine(unit_id, name, rows, asked["papers"])


def said(text: str) -> str:
    """Gives what was typed, nothing where it says 无 or the like."""
    return "" if text.strip().strip("。") in NOTHING else text.strip()


def _target(target: Any) -> str:
    sign = COMPARATORS.get(target.comparator, target.comparator)
    by = f"（{target.by}）" if target.by else ""
    return f"{target.name}{by}{sign}{plain_number(target.value)}{target.unit_of_measure}"


def _iso(day: date | None) -> str:
    return day.isoformat() if day is not None else ""
