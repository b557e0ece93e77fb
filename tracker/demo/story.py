"""What happened in the sample city between the issue of its plan and today, act by act, each at its own time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.core.filing import Words
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, ReportStatus, Role, UrgeChannel
from tracker.db import OFFICE_ZONE, transaction
from tracker.demo import changes, city, matters, numbers, opening
from tracker.demo.documents import issued_on, month_shifted
from tracker.models import Assignment, Notification, ProgressReport, RoleGrant, Task, Unit, User
from tracker.services import filing, people, reminding, reviewing, signing, workflow
from tracker.services.calendar import seed_workdays

REMINDED_DAYS = 15
# People read their messages; what is older than this has been.
UNREAD_DAYS = 4
_CLOSERS = {"closed", "late_closed", "asked", "sent_back"}
_Deed = Callable[[Session, datetime], None]


@dataclass(slots=True)
class _Cast:
    """Who acts: the office, and the liaison and head of each unit."""

    officer: Actor
    office_head: Actor
    leader: Actor
    liaisons: dict[int, Actor] = field(default_factory=dict)
    heads: dict[int, Actor] = field(default_factory=dict)


def load(*, today: date, now: datetime, base_url: str) -> None:
    """Makes the sample city as of a day, each act in a transaction of its own time."""
    first = issued_on(today)
    with transaction() as session:
        seed_workdays(session)
        city.make_city(session, since_on=first - timedelta(days=60), now=_at(first, 9))
    with transaction() as session:
        cast = _cast(session, today)
    plan_id = _open_plan(cast, "plan", "云川市科技创新提质增效三年行动方案.txt", today=today, day=first)
    for at, deed in sorted(_deeds(cast, plan_id, today, now), key=lambda pair: pair[0]):
        with transaction() as session:
            deed(session, at)
    numbers.measure(cast.officer, cast.liaisons, plan_id, today=today)
    _open_plan(cast, "plan_waiting", "政务服务效能重点任务清单.txt", today=today, day=today - timedelta(days=2))
    opening.start(cast.officer, "plan_draft", "科技金融工作方案（征求意见稿）.txt", today=today, now=now)
    for back in range(REMINDED_DAYS, 0, -1):
        with transaction() as session:
            reminding.run_pass(session, now=_at(today - timedelta(days=back), 8, 30), base_url=base_url)
    with transaction() as session:
        old = Notification.created_at < _at(today - timedelta(days=UNREAD_DAYS), 0)
        session.execute(update(Notification).where(old).values(read_at=Notification.created_at))


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), OFFICE_ZONE).astimezone(UTC)


def _cast(session: Session, today: date) -> _Cast:
    holders: dict[Role, list[User]] = {}
    for user, role in session.execute(select(User, RoleGrant.role).join(RoleGrant, RoleGrant.user_id == User.id)):
        holders.setdefault(role, []).append(user)

    def acting(user: User) -> Actor:
        return people.actor_of(session, user, today=today)

    office = (acting(holders[role][0]) for role in (Role.OFFICER, Role.OFFICE_HEAD, Role.LEADER))
    cast = _Cast(*office)
    cast.liaisons = {user.unit_id: acting(user) for user in holders[Role.LIAISON] if user.unit_id}
    cast.heads = {user.unit_id: acting(user) for user in holders[Role.UNIT_HEAD] if user.unit_id}
    return cast


def _open_plan(cast: _Cast, name: str, filename: str, *, today: date, day: date) -> int:
    """Accepts a sample plan and submits it; the first one is issued on its day, a later one waits for approval."""
    draft_id = opening.start(cast.officer, name, filename, today=today, now=_at(day, 10))
    end = date(issued_on(today).year + (2 if name == "plan" else 0), 12, 31)
    plan_id = opening.accept(cast.officer, draft_id, default_due_on=max(end, today), now=_at(day, 11))
    whole = workflow.Chosen(plan_id)
    with transaction() as session:
        workflow.submit_tasks(session, cast.officer, whole, now=_at(day, 14))
    if name == "plan":
        with transaction() as session:
            workflow.approve_tasks(session, cast.office_head, whole, now=_at(day, 16))
    return plan_id


def _deeds(cast: _Cast, plan_id: int, today: date, now: datetime) -> list[tuple[datetime, _Deed]]:
    """Gives everything that is done after the issue, each with its time, in no order."""
    deeds: list[tuple[datetime, _Deed]] = []
    with transaction() as session:
        units = dict(session.execute(select(Unit.id, Unit.name)).tuples().all())
        tasks = {(t.number, t.part): t.id for t in session.scalars(select(Task).where(Task.plan_id == plan_id))}
    for place, (unit_id, liaison) in enumerate(sorted(cast.liaisons.items())):
        if units[unit_id] != "安岭区政府":
            day = issued_on(today) + timedelta(days=3 + place % 4)
            deeds.append((_at(day, 9, place), _acknowledging(cast, liaison, plan_id)))
    for place, tale in enumerate(city.read_data("story")["task"]):
        task_id = tasks[tale["no"], tale.get("part")]
        deeds += _tale(cast, task_id, tale, today=today, now=now, place=place)
    office = (cast.officer, cast.office_head, cast.leader)
    pressing = matters.Story(*office, cast.liaisons, cast.heads, plan_id, today)
    for place, (days_ago, deed) in enumerate(matters.deeds(pressing)):
        deeds.append((_at(today - timedelta(days=days_ago), 16, place), deed))
    return deeds + changes.deeds(cast, tasks, today=today)


def _acknowledging(cast: _Cast, liaison: Actor, plan_id: int) -> _Deed:
    def deed(session: Session, now: datetime) -> None:
        mine = select(Assignment.id).where(Assignment.unit_id == liaison.unit_id, Assignment.plan_id == plan_id)
        if session.scalar(mine.where(Assignment.state == AssignmentState.ISSUED).limit(1)) is not None:
            contact = workflow.Contact(liaison.name, f"0599-55{(liaison.unit_id or 0) + 10:02}01")
            workflow.acknowledge(session, liaison, workflow.Chosen(plan_id), contact=contact, now=now)

    return deed


def _tale(
    cast: _Cast, task_id: int, tale: dict[str, Any], *, today: date, now: datetime, place: int
) -> list[tuple[datetime, _Deed]]:
    deeds: list[tuple[datetime, _Deed]] = []
    last = len(tale["reports"]) - 1
    for index, (months_ago, percent, progress) in enumerate(tale["reports"]):
        day = month_shifted(today, -months_ago) + timedelta(days=18 + place % 5)
        at = _at(day, 10, place) if months_ago else now - timedelta(hours=2, minutes=place)
        is_last = index == last
        words = Words(
            progress,
            percent,
            tale.get("problem", "") if is_last else "",
            tale.get("next", "继续按计划推进。"),
            tale.get("coordination", "") if is_last else "",
        )
        deeds.append((at, _filing(cast, task_id, words)))
        if months_ago:
            deeds.append((at + timedelta(days=2), _reviewing(cast, task_id)))
        if is_last and tale.get("end") in _CLOSERS:
            deeds += _closing(cast, task_id, tale, at + timedelta(days=3))
    for days_ago, channel, words in tale.get("urged", []):
        deeds.append((_at(today - timedelta(days=days_ago), 15, place), _urging(cast, task_id, channel, words)))
    return deeds


def _lead(session: Session, task_id: int) -> Assignment:
    return session.scalars(select(Assignment).where(Assignment.task_id == task_id, Assignment.is_first_lead)).one()


def _filing(cast: _Cast, task_id: int, words: Words) -> _Deed:
    def deed(session: Session, now: datetime) -> None:
        lead = _lead(session, task_id)
        liaison, head = cast.liaisons[lead.unit_id], cast.heads[lead.unit_id]
        report = filing.save_row(session, liaison, filing.Entry(lead.id, 0, words), now=now)
        signing.hand_over(session, liaison, now=now)
        if report is not None and report.filing is not None:
            signing.sign_filing(session, head, report.filing.id, version=report.filing.version, now=now)

    return deed


def _reviewing(cast: _Cast, task_id: int) -> _Deed:
    def deed(session: Session, now: datetime) -> None:
        waiting = (
            select(ProgressReport)
            .join(Assignment)
            .where(
                Assignment.task_id == task_id,
                ProgressReport.status == ReportStatus.SUBMITTED,
                ProgressReport.is_finishing.is_(False),
            )
        )
        seen = [reviewing.Reviewed(report.id, report.version) for report in session.scalars(waiting)]
        reviewing.pass_reports(session, cast.officer, seen, now=now)

    return deed


def _closing(cast: _Cast, task_id: int, tale: dict[str, Any], at: datetime) -> list[tuple[datetime, _Deed]]:
    """Gives the acts that end a task: partners finish, the lead accepts and asks, the office decides."""

    def finish(session: Session, now: datetime) -> None:
        for duty in session.scalars(
            select(Assignment).where(Assignment.task_id == task_id, Assignment.is_first_lead.is_(False))
        ).all():
            words = Words("承担的工作已经完成，有关材料已报牵头单位。")
            unit = cast.liaisons[duty.unit_id]
            workflow.finish_part(session, unit, duty.id, version=duty.version, words=words, now=now)
            head = cast.heads[_lead(session, task_id).unit_id]
            workflow.accept_part(session, head, duty.id, version=duty.version, now=now)

    def ask(session: Session, now: datetime) -> None:
        task = session.get_one(Task, task_id)
        head = cast.heads[_lead(session, task_id).unit_id]
        report = f"{tale['reports'][-1][2]}各责任单位分工均已完成，申请办结。"
        workflow.ask_to_close(session, head, task_id, version=task.version, report=report, now=now)

    def decide(session: Session, now: datetime) -> None:
        version = session.get_one(Task, task_id).version
        if tale["end"] == "sent_back":
            reason = filing.Reason("no_evidence", tale["reason"])
            workflow.send_back_closing(session, cast.officer, task_id, version=version, reason=reason, now=now)
        else:
            workflow.check_closing(session, cast.officer, task_id, version=version, now=now)
            version = session.get_one(Task, task_id).version
            workflow.close_task(session, cast.office_head, task_id, version=version, now=now)

    acts: list[tuple[datetime, _Deed]] = [(at, finish), (at + timedelta(days=1), ask)]
    if tale["end"] != "asked":
        acts.append((at + timedelta(days=3), decide))
    return acts


def _urging(cast: _Cast, task_id: int, channel: str, words: str) -> _Deed:
    def deed(session: Session, now: datetime) -> None:
        lead = _lead(session, task_id)
        workflow.urge(session, cast.officer, [lead.id], words=words, channel=UrgeChannel(channel), now=now)

    return deed
