"""A running plan taken over with the ledger an office kept before."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import a_user
from tests.earlier_ledgers import HEADINGS, ROWS, an_earlier_ledger
from tests.import_plans import an_office
from tests.prepared_plans import accepted_plan, person
from tracker.core.lights import Light
from tracker.core.permissions import Actor
from tracker.core.takeover import Meaning
from tracker.core.terms import AssignmentState, DueBasis, PlanStatus, ProposalStatus, Role, TaskState
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound, Unreadable
from tracker.models import (
    Assignment,
    AssignmentHistory,
    AuditEvent,
    DueChange,
    Jurisdiction,
    Notification,
    Plan,
    ProgressReport,
    Takeover,
    Task,
    Unit,
)
from tracker.services.acceptance import undo_acceptance
from tracker.services.attachments import Upload
from tracker.services.day_ledger import day_ledger
from tracker.services.lights import light_of
from tracker.services.reminding import run_pass
from tracker.services.takeover import (
    begun,
    discard_takeover,
    return_takeover,
    set_matches,
    set_meanings,
    start_takeover,
    understood,
)
from tracker.services.workflow_takeover import approve_takeover, submit_takeover

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
AS_OF = date(2026, 11, 10)


@pytest.fixture
def plan(session: Session) -> Plan:
    """A plan of four tasks that is under way and was never issued here."""
    city = an_office(session)
    a_user(session, city, Role.OFFICE_HEAD, login_name="head")
    for unit in session.scalars(select(Unit).where(Unit.jurisdiction_id == city.id)).all():
        a_user(session, city, Role.LIAISON, unit)
    return accepted_plan(session, officer(session), now=NOW)


def officer(session: Session) -> Actor:
    return person(session, "chen", Role.OFFICER)


def head(session: Session) -> Actor:
    return person(session, "head", Role.OFFICE_HEAD)


def started(session: Session, plan: Plan, data: bytes | None = None) -> Takeover:
    upload = Upload("台账.xlsx", an_earlier_ledger() if data is None else data)
    return start_takeover(session, officer(session), plan.id, upload, as_of=AS_OF, now=NOW)


def taken_over(session: Session, plan: Plan, data: bytes | None = None) -> Plan:
    takeover = started(session, plan, data)
    submit_takeover(session, officer(session), plan.id, version=takeover.version, now=NOW)
    approve_takeover(session, head(session), plan.id, version=takeover.version, now=NOW)
    return plan


def task(session: Session, plan: Plan, number: str) -> Task:
    return session.scalars(select(Task).where(Task.plan_id == plan.id, Task.number == number)).one()


def lead(task: Task) -> Assignment:
    return next(duty for duty in task.assignments if duty.is_first_lead)


def changed(row: int, **cells: object) -> bytes:
    """The ledger with some cells of one row changed, by heading."""
    rows = [list(each) for each in ROWS]
    for heading, value in cells.items():
        rows[row][HEADINGS.index(heading)] = value
    return an_earlier_ledger(rows)


def test_columns_in_any_order_under_merged_headings_are_mapped_by_name(session: Session, plan: Plan) -> None:
    takeover = started(session, plan)
    named = {takeover.headings[at]: Meaning(value) for at, value in takeover.meanings.items()}
    assert named == {
        "进展情况": Meaning.PROGRESS,
        "完成时限": Meaning.DUE_ON,
        "办理状态": Meaning.STATE,
        "重点任务": Meaning.TITLE,
        "延期次数": Meaning.EXTENSIONS,
        "原定时限": Meaning.ORIGINAL_DUE_ON,
        "牵头单位": Meaning.UNIT,
        "序号": Meaning.NUMBER,
        "完成进度": Meaning.PERCENT,
    }
    assert "备注" in takeover.headings.values(), "a column nobody knows stays on the page and is not read"


def test_rows_are_proposed_to_tasks_by_number_and_words_and_a_chapter_is_no_row(session: Session, plan: Plan) -> None:
    found = understood(session, started(session, plan), today=NOW.date())
    by_row = {line.row: found.chosen[line.row] for line in found.lines}
    assert by_row == {n: task(session, plan, f"{n - 4}.").id for n in (5, 6, 7)}
    assert found.wrong == ()
    assert [each.number for each in found.untold] == ["4."]


def test_states_dates_and_progress_stand_as_in_the_ledger_and_are_marked(session: Session, plan: Plan) -> None:
    taken_over(session, plan)
    first, second, third, fourth = (task(session, plan, f"{n}.") for n in (1, 2, 3, 4))
    assert (plan.status, plan.taken_over_on) == (PlanStatus.ISSUED, AS_OF)
    assert [each.state for each in (first, second, third)] == [
        TaskState.IN_PROGRESS,
        TaskState.CLOSED,
        TaskState.IN_PROGRESS,
    ]
    assert all(each.is_backfilled and all(duty.is_backfilled for duty in each.assignments) for each in (first, second))
    assert (first.original_due_on, first.due_on, first.extensions) == (date(2026, 12, 31), date(2027, 6, 30), 1)
    assert first.due_basis is DueBasis.PRINTED, "the document prints the same date"
    assert third.due_on == date(2027, 12, 31), "a serial number of Excel is a date"
    assert (lead(first).percent, lead(third).percent, lead(second).percent) == (40, 25, 100)
    assert lead(second).state is AssignmentState.DONE and second.closed_on == AS_OF
    report = session.scalars(select(ProgressReport).where(ProgressReport.assignment_id == lead(first).id)).one()
    assert (report.progress, report.period, report.percent) == ("已开通线路12条", "2026-11", 40)
    change = session.scalars(select(DueChange).where(DueChange.task_id == first.id)).one()
    assert (change.from_on, change.to_on) == (date(2026, 12, 31), date(2027, 6, 30)) and "补录" in change.basis
    assert {duty.unit.name for duty in first.assignments} >= {"青岚县政府", "石渡县政府"}, "groups are their members"
    assert fourth.state is TaskState.DRAFT and not fourth.is_backfilled, "the ledger says nothing of it"


def test_nothing_is_to_be_acknowledged_told_or_missed_from_before_the_day(session: Session, plan: Plan) -> None:
    data = changed(0, 完成时限="2026-09-30", 原定时限="2026-09-30", 延期次数="0")
    taken_over(session, plan, data)
    duties = session.scalars(select(Assignment).where(Assignment.is_backfilled)).all()
    assert duties and all(duty.state is not AssignmentState.ISSUED for duty in duties)
    owing = [duty for duty in duties if duty.report_opens_on is not None]
    assert owing and all(duty.report_opens_on > AS_OF for duty in owing), "the next window is the first that is owed"
    for duty in duties:
        days = (duty.near_on, duty.behind_on, duty.unknown_on, duty.report_missed_on)
        assert all(day >= AS_OF for day in days if day is not None)
    before = session.scalar(select(func.count(Notification.id)))
    assert run_pass(session, now=NOW, base_url="http://127.0.0.1") == 0
    assert session.scalar(select(func.count(Notification.id))) == before
    assert light_of(task(session, plan, "1."), AS_OF) is Light.LATE, "lateness itself comes from the date"


def test_a_rung_whose_day_comes_after_the_day_is_told_as_usual(session: Session, plan: Plan) -> None:
    taken_over(session, plan, changed(0, 完成时限="2026-11-20"))
    assert run_pass(session, now=NOW, base_url="http://127.0.0.1") >= 1


def test_history_begins_with_the_day_and_events_say_backfilled(session: Session, plan: Plan) -> None:
    taken_over(session, plan)
    first = session.scalar(select(func.min(AssignmentHistory.recorded_from_at)))
    assert first == datetime(2026, 11, 9, 16, 0, tzinfo=UTC), "midnight of the day in the office's zone"
    actor = officer(session)
    assert day_ledger(session, actor, plan.id, date(2026, 11, 9)).total == 0
    assert day_ledger(session, actor, plan.id, AS_OF).total > 0
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "task.takeover")).all()
    assert len(events) == 3 and all("补录" in event.summary for event in events)


def test_wrong_cells_are_named_by_place_and_nothing_is_written(session: Session, plan: Plan) -> None:
    rows = [list(each) for each in ROWS]
    rows[0][HEADINGS.index("完成时限")] = "明年再说"
    rows[1][HEADINGS.index("办理状态")] = "差不多了"
    rows[2][HEADINGS.index("完成进度")] = "=1+1"
    takeover = started(session, plan, an_earlier_ledger(rows))
    wrong = understood(session, takeover, today=NOW.date()).wrong
    assert [(each.place, each.column) for each in wrong] == [("B5", "完成时限"), ("C6", "办理状态"), ("I7", "完成进度")]
    with pytest.raises(Invalid, match="B5（完成时限）“明年再说”不是日期"):
        submit_takeover(session, officer(session), plan.id, version=takeover.version, now=NOW)
    assert takeover.status is ProposalStatus.DRAFT and plan.status is PlanStatus.PREPARING
    assert session.scalar(select(func.count(ProgressReport.id))) == 0


def test_a_wrong_cell_of_a_row_that_is_not_taken_hinders_nobody(session: Session, plan: Plan) -> None:
    takeover = started(session, plan, changed(0, 完成时限="明年再说"))
    set_matches(session, officer(session), plan.id, version=takeover.version, matches={5: 0}, now=NOW)
    found = understood(session, takeover, today=NOW.date())
    assert found.wrong == () and [each.number for each in found.untold] == ["1.", "4."]


def test_two_rows_of_one_task_must_name_two_of_its_units(session: Session, plan: Plan) -> None:
    rows = [*ROWS, ("财政资金已拨付", "2027年6月底", "推进中", "加密公交线路", "1次", "", "市财政局", "1", 0.3, "")]
    takeover = started(session, plan, an_earlier_ledger(rows))
    assert understood(session, takeover, today=NOW.date()).wrong == ()
    taken_over(session, plan, an_earlier_ledger(rows))
    shares = {duty.unit.name: duty.percent for duty in task(session, plan, "1.").assignments}
    assert (shares["市交通运输局"], shares["市财政局"]) == (40, 30)


def test_two_rows_of_one_task_and_unit_are_refused_by_their_rows(session: Session, plan: Plan) -> None:
    found = understood(session, started(session, plan, an_earlier_ledger([*ROWS, ROWS[0]])), today=NOW.date())
    assert [(each.row, each.problem) for each in found.wrong] == [
        (8, "与第 5 行对应同一任务的同一单位，请保留一行"),
    ]


def test_a_column_can_be_given_another_meaning_but_no_meaning_twice(session: Session, plan: Plan) -> None:
    takeover = started(session, plan)
    with pytest.raises(Invalid, match="不止一列"):
        meanings = {"A": Meaning.PROGRESS, "J": Meaning.PROGRESS, "D": Meaning.TITLE}
        set_meanings(session, officer(session), plan.id, version=takeover.version, meanings=meanings, now=NOW)
    kept = {"J": Meaning.PROGRESS, "D": Meaning.TITLE}
    set_meanings(session, officer(session), plan.id, version=takeover.version, meanings=kept, now=NOW)
    assert understood(session, takeover, today=NOW.date()).lines[0].progress == "原表备注"


def test_until_it_is_approved_a_takeover_can_be_given_up_and_the_import_taken_back(
    session: Session, plan: Plan
) -> None:
    takeover = started(session, plan)
    discard_takeover(session, officer(session), plan.id, version=takeover.version, now=NOW)
    with pytest.raises(NotFound):
        begun(session, officer(session), plan.id)
    started(session, plan)
    assert plan.draft_id is not None
    undo_acceptance(session, officer(session), plan.draft_id, now=NOW)
    assert session.scalar(select(func.count(Takeover.id))) == 0


def test_approval_is_the_heads_and_nobody_approves_what_he_submitted(session: Session, plan: Plan) -> None:
    takeover = started(session, plan)
    submit_takeover(session, officer(session), plan.id, version=takeover.version, now=NOW)
    assert takeover.status is ProposalStatus.SUBMITTED and plan.status is PlanStatus.PREPARING
    both = person(session, "chen", Role.OFFICER, Role.OFFICE_HEAD)
    for actor in (officer(session), both):
        with pytest.raises(NotAllowed):
            approve_takeover(session, actor, plan.id, version=takeover.version, now=NOW)
    return_takeover(session, head(session), plan.id, version=takeover.version, words="缺一项", now=NOW)
    assert (takeover.status, takeover.returned_words) == (ProposalStatus.DRAFT, "缺一项")


def test_one_person_does_both_where_the_place_allows_it(session: Session, plan: Plan) -> None:
    session.get_one(Jurisdiction, plan.jurisdiction_id).is_one_person = True
    takeover = started(session, plan)
    submit_takeover(session, officer(session), plan.id, version=takeover.version, now=NOW)
    assert takeover.status is ProposalStatus.DONE and takeover.is_one_person
    assert plan.status is PlanStatus.ISSUED


def test_what_is_no_ledger_is_refused(session: Session, plan: Plan) -> None:
    with pytest.raises(Unreadable):
        started(session, plan, b"not a sheet")
    with pytest.raises(Invalid, match="表头"):
        started(session, plan, an_earlier_ledger(headings=[f"列{n}" for n in range(10)]))
    for day, word in ((None, "请填写"), (date(2026, 11, 17), "不能晚于今天"), (date(2026, 3, 1), "不能早于方案印发")):
        with pytest.raises(Invalid, match=word):
            upload = Upload("台账.xlsx", an_earlier_ledger())
            start_takeover(session, officer(session), plan.id, upload, as_of=day, now=NOW)
    plan.status = PlanStatus.ISSUED
    with pytest.raises(Conflict):
        started(session, plan)
