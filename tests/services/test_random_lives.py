"""Random acts, allowed or not: only moves of the table happen, and the ledger of each past day stays what it was."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.services.random_lives import Lives, a_city_of_lives
from tracker.core.actions import Action
from tracker.core.terms import AssignmentState, TaskState
from tracker.core.workflow import RULES
from tracker.models import Assignment, AssignmentHistory, Task
from tracker.services.day_ledger import LedgerLine, day_ledger
from tracker.services.lights import light_of

STEPS = int(os.environ.get("TRACKER_SOAK_STEPS", "200"))
_OPEN = {AssignmentState.ISSUED, AssignmentState.IN_PROGRESS, AssignmentState.SUBMITTED}


def states(session: Session) -> tuple[dict[int, TaskState], dict[int, AssignmentState]]:
    tasks = session.execute(select(Task.id, Task.state)).tuples()
    duties = session.execute(select(Assignment.id, Assignment.state)).tuples()
    return dict(tasks.all()), dict(duties.all())


def assert_legal(name: str, before: Any, after: Any) -> None:
    """Every task and duty that moved went from a state the row of the act names to one it leads to."""
    rule = RULES[Action(name)]
    for key, state in after[0].items():
        if state is not (was := before[0][key]):
            assert was in rule.task_from, (name, was, state)
            returns = {TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW, TaskState.STANDING}
            assert state is rule.task_to or (rule.action is Action.RESUME and state in returns), (name, was, state)
    # Beside the duty an act is about, it moves those of the whole task when that is issued, asked to close or decided.
    of_task = {Action.APPROVE, Action.ASK_TO_CLOSE, Action.CLOSE, Action.SEND_BACK_CLOSING, Action.REOPEN}
    moved = {key for key, state in after[1].items() if state is not before[1][key]}
    if rule.action not in of_task:
        assert all(before[1][key] in rule.duty_from and after[1][key] is rule.duty_to for key in moved), name


def assert_consistent(session: Session) -> None:
    """What every state of a task promises about its duties, and history about what stands."""
    for task in session.scalars(select(Task)):
        states_of = {duty.state for duty in task.assignments}
        if task.state in {TaskState.CLOSED, TaskState.ARCHIVED}:
            assert not states_of & _OPEN and task.closed_on
        if task.state in {TaskState.DRAFT, TaskState.PENDING_APPROVAL}:
            assert states_of == {AssignmentState.PLANNED}
        assert (task.resumes_to is not None) == (task.state is TaskState.SUSPENDED)
    valid = {
        row.assignment_id: row
        for row in session.scalars(select(AssignmentHistory).where(AssignmentHistory.recorded_until_at.is_(None)))
    }
    for duty in session.scalars(select(Assignment).where(Assignment.state != AssignmentState.PLANNED)):
        row = valid[duty.id]
        assert (row.state, row.task_state, row.percent) == (duty.state, duty.task.state.value, duty.percent)
        assert (row.late_on, row.near_on, row.done_on) == (duty.late_on, duty.near_on, duty.done_on)


def shown(lives: Lives, day: date) -> list[LedgerLine]:
    return list(day_ledger(lives.session, lives.officer, lives.plan_id, day).rows)


def assert_is_what_stands(lives: Lives, lines: list[LedgerLine]) -> None:
    """The ledger of today shows the duties as they stand now."""
    query = select(Assignment).join(Task).where(Assignment.state != AssignmentState.PLANNED)
    duties = lives.session.scalars(query.order_by(Task.position, Task.id, Assignment.position, Assignment.id)).all()
    assert [(line.unit, line.state, line.percent) for line in lines] == [
        (duty.unit.name, duty.state, duty.percent) for duty in duties
    ]
    for line, duty in zip(lines, duties, strict=True):
        assert line.light in (None, light_of(duty, lives.today))


@pytest.mark.parametrize("seed", range(2))
def test_only_moves_of_the_table_happen_and_past_days_stay_as_they_were(session: Session, seed: int) -> None:
    lives = a_city_of_lives(session, seed)
    kept: dict[date, list[LedgerLine]] = {}
    for _ in range(STEPS):
        evening = shown(lives, lives.today)
        day = lives.today
        if lives.pass_time():
            assert_is_what_stands_at(kept, day, evening)
        before = states(session)
        name, refusal = lives.step()
        after = states(session)
        if refusal is not None:
            assert after == before, (name, refusal)
        else:
            assert_legal(name, before, after)
        assert_consistent(session)
        assert_is_what_stands(lives, shown(lives, lives.today))
    for day, lines in kept.items():
        assert shown(lives, day) == lines, day
    assert sum(lives.done.values()) > STEPS / 20 and sum(lives.refused.values()) > STEPS / 20, lives.done
    assert len(lives.done) > 10, lives.done
    assert len(kept) > STEPS / 20


def assert_is_what_stands_at(kept: dict[date, list[LedgerLine]], day: date, evening: list[LedgerLine]) -> None:
    """Keeps what the page of a day showed when it ended; no day ends twice."""
    assert day not in kept
    kept[day] = evening


def test_a_changed_row_of_history_is_seen_in_the_ledger(session: Session) -> None:
    """The control: the ledger reads the rows of history and nothing else."""
    lives = a_city_of_lives(session, 1)
    while session.scalar(select(func.count()).select_from(AssignmentHistory)) == 0:
        lives.pass_time()
        lives.step()
    before = shown(lives, lives.today)
    session.execute(update(AssignmentHistory).values(percent=99))
    session.expire_all()
    assert before and shown(lives, lives.today) != before
    assert shown(lives, lives.today - timedelta(days=400)) == []
    assert isinstance(lives.now, datetime)
