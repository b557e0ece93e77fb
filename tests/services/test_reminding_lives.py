"""Reminders over random lives: only what is owed, to those who may be told, on working days, and never twice."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.services.random_lives import Lives, a_city_of_lives
from tracker.core.reminding import Owed
from tracker.core.terms import AssignmentState, Channel, NoticeKind, Role, TaskState
from tracker.models import Assignment, Notification, ReminderMark, RoleGrant, Task, User
from tracker.services.calendar import load_calendar
from tracker.services.reminding import run_pass

STEPS = int(os.environ.get("TRACKER_SOAK_STEPS", "250"))


def marks_since(session: Session, last_id: int) -> list[tuple[ReminderMark, Assignment]]:
    query = (
        select(ReminderMark, Assignment)
        .join(Assignment, Assignment.id == ReminderMark.assignment_id)
        .where(ReminderMark.id > last_id)
    )
    return list(session.execute(query.order_by(ReminderMark.id)).tuples())


def assert_owed(lives: Lives, mark: ReminderMark, duty: Assignment) -> None:
    """Said a second time from the records: the duty stands as somebody who owes this stands."""
    task = duty.task
    assert task.state is TaskState.IN_PROGRESS, (mark.kind, task.state)
    if mark.kind == Owed.ACKNOWLEDGE:
        assert duty.state is AssignmentState.ISSUED and mark.anchor_on == duty.issued_on
        return
    assert duty.state is AssignmentState.IN_PROGRESS, mark.kind
    if mark.kind == Owed.FILE:
        # Whoever has filed within the month of the window is not told of that window.
        filed = duty.last_filed_on
        assert duty.is_filing and (filed is None or filed < mark.anchor_on.replace(day=1))
    if mark.kind == Owed.FINISH:
        assert mark.anchor_on == (duty.due_on or task.due_on)


def assert_may_be_told(lives: Lives, user: User) -> None:
    roles = set(lives.session.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user.id)))
    assert roles & {Role.LIAISON, Role.UNIT_HEAD, Role.OFFICER, Role.OFFICE_HEAD}
    assert Role.LEADER not in roles
    assert user.left_on is None or user.left_on > lives.today


def somebody_leaves(lives: Lives) -> None:
    """One liaison of a unit leaves, whose head is told from then on."""
    liaison = lives.session.scalars(
        select(User).join(RoleGrant, RoleGrant.user_id == User.id).where(RoleGrant.role == Role.LIAISON)
    ).first()
    assert liaison is not None
    liaison.left_on = lives.today
    lives.session.flush()
    lives.actors = [actor for actor in lives.actors if actor.user_id != liaison.id]


@pytest.mark.parametrize("seed", range(2))
def test_only_what_is_owed_is_told_to_those_who_may_be_told(session: Session, seed: int) -> None:
    lives = a_city_of_lives(session, seed)
    for task in session.scalars(select(Task)):
        task.due_on = lives.today + timedelta(days=lives.random.randint(10, 120))
    calendar, told = load_calendar(session), 0
    for step in range(STEPS):
        if lives.pass_time():
            last = session.scalar(select(func.max(ReminderMark.id))) or 0
            count = run_pass(session, now=lives.now, base_url="http://tracker.test")
            fresh = marks_since(session, last)
            assert (count == 0) == (not fresh), "nothing owed, nothing sent"
            assert not fresh or calendar.is_workday(lives.today)
            for mark, duty in fresh:
                assert_owed(lives, mark, duty)
                assert_may_be_told(lives, session.get_one(User, mark.user_id))
            assert run_pass(session, now=lives.now, base_url="http://tracker.test") == 0
            told += count
        lives.step()
        if step == STEPS // 2:
            somebody_leaves(lives)
    assert told > STEPS / 50
    a_day = select(func.count()).where(Notification.kind == NoticeKind.DIGEST, Notification.channel == Channel.INBOX)
    assert max(session.scalars(a_day.group_by(Notification.user_id, Notification.day_on))) == 1


def test_rungs_passed_over_in_days_without_a_pass_are_marked_and_never_told(session: Session) -> None:
    lives = a_city_of_lives(session, 3)
    while not session.scalar(select(func.count()).where(Assignment.state == AssignmentState.ISSUED)):
        lives.pass_time()
        lives.step()
    lives.now += timedelta(days=21)
    while not run_pass(session, now=lives.now, base_url="http://tracker.test"):
        lives.now += timedelta(days=1)
    by_mark = select(ReminderMark.rung, ReminderMark.was_skipped).where(ReminderMark.kind == Owed.ACKNOWLEDGE.value)
    rungs = set(session.execute(by_mark).tuples())
    assert rungs == {(2, True), (4, True), (6, False)}
    lives.now += timedelta(days=1)
    while not load_calendar(session).is_workday(lives.today):
        lives.now += timedelta(days=1)
    before = session.scalar(select(func.count()).select_from(ReminderMark))
    run_pass(session, now=lives.now, base_url="http://tracker.test")
    again = select(func.count()).where(ReminderMark.kind == Owed.ACKNOWLEDGE.value)
    assert session.scalar(again) <= before
