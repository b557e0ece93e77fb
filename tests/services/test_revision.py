"""A new edition of a plan's document, decided item by item and taken up in one act."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import a_unit, a_user
from tests.import_plans import PLAN, an_office
from tests.prepared_plans import LIMIT, accepted_plan, answer_as_proposed, person
from tracker.core.permissions import Actor
from tracker.core.terms import (
    AssignmentState,
    DraftStatus,
    DueBasis,
    DutyRole,
    ProposalStatus,
    Role,
    TaskState,
    UnitKind,
)
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import (
    Adjustment,
    AssignmentHistory,
    AuditEvent,
    DueChange,
    Jurisdiction,
    Notification,
    Plan,
    Revision,
    Task,
    TaskDecision,
    Unit,
    UnitGroup,
    UnitGroupMember,
)
from tracker.services.acceptance import accept_draft
from tracker.services.choosing import Chosen
from tracker.services.imports import Upload, read_upload
from tracker.services.revision import (
    NEW,
    OLD,
    Compared,
    compared,
    decide,
    discard_revision,
    key_of,
    start_revision,
)
from tracker.services.workflow import approve_tasks, submit_tasks
from tracker.services.workflow_revising import approve_revision, submit_revision

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
BEFORE = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
CORPUS = Path(os.environ.get("TRACKER_CORPUS", ""), "docs", "04_lingshou.txt")

# One task with another lead and date, one with other words and another figure, one left out, one new, one renumbered.
EDITIONS = (
    ("牵头单位：市交通运输局；责任单位：市财政局、公安局", "牵头单位：市公安局；责任单位：市财政局"),
    ("完成时限：2027年6月底前", "完成时限：2027年10月底前"),
    ("在主城区建成公交专用道40公里", "在主城区建成连续成网的公交专用道60公里"),
    (
        "3.连通滨河绿道。分段建设滨河绿道，沿线设置驿站12处。"
        "（责任单位：市住房和城乡建设局、市园林绿化中心，云川高新区管委会）",
        "3.建设换乘枢纽。新建轨道与公交换乘枢纽6处，统一标识导引。（牵头单位：市住房和城乡建设局）",
    ),
    ("4.规范共享单车停放", "5.规范共享单车停放"),
)


@pytest.fixture
def plan(session: Session) -> Plan:
    """A plan of four tasks, issued in March and acknowledged by nobody yet."""
    city = an_office(session)
    a_user(session, city, Role.OFFICE_HEAD, login_name="head")
    for unit in session.scalars(select(Unit).where(Unit.jurisdiction_id == city.id)).all():
        a_user(session, city, Role.LIAISON, unit, login_name=f"liaison-{unit.name}")
    return issued(session, accepted_plan(session, officer(session), now=BEFORE))


def issued(session: Session, plan: Plan) -> Plan:
    submit_tasks(session, officer(session), Chosen(plan.id), now=BEFORE)
    approve_tasks(session, head(session), Chosen(plan.id), now=BEFORE)
    return plan


def officer(session: Session) -> Actor:
    return person(session, "chen", Role.OFFICER)


def head(session: Session) -> Actor:
    return person(session, "head", Role.OFFICE_HEAD)


def revised(text: str = PLAN) -> str:
    for old, new in EDITIONS:
        assert old in text
        text = text.replace(old, new)
    return text


def started(session: Session, plan: Plan, text: str) -> Revision:
    upload = Upload(text.encode(), "修订稿.txt")
    reading = read_upload(upload, max_bytes=LIMIT)
    revision = start_revision(session, officer(session), plan.id, upload, reading, now=NOW)
    answer_as_proposed(session, officer(session), revision.draft, now=NOW)
    return revision


def taken_up(session: Session, plan: Plan, text: str, choice: str = NEW) -> Revision:
    revision = started(session, plan, text)
    choices = {key_of(each): choice for each in compared(session, revision).open}
    decide(session, officer(session), revision, version=revision.version, choices=choices, now=NOW)
    submit_revision(session, officer(session), revision, version=revision.version, now=NOW)
    approve_revision(session, head(session), revision, version=revision.version, now=NOW)
    session.expire_all()
    return revision


def shown(found: Compared) -> list[tuple[str, str, set[str]]]:
    """What differs: kind, title, parts."""
    return [
        (each.kind.value, (each.new or each.old).title, {part.value for part in each.parts})  # type: ignore[union-attr]
        for each in found.open
    ]


def task(session: Session, title: str) -> Task:
    return session.scalars(select(Task).where(Task.title.startswith(title))).one()


def shares(task: Task) -> dict[str, tuple[DutyRole, bool, AssignmentState]]:
    return {duty.unit.name: (duty.role, duty.is_first_lead, duty.state) for duty in task.assignments}


def test_exactly_what_the_document_changed_is_a_difference(session: Session, plan: Plan) -> None:
    assert shown(compared(session, started(session, plan, revised()))) == [
        ("changed", "加密公交线路", {"units", "due"}),
        ("changed", "建设公交专用道", {"text", "targets"}),
        ("dropped", "连通滨河绿道", set()),
        ("new", "建设换乘枢纽", set()),
        ("renumbered", "规范共享单车停放", {"number"}),
    ]


def test_an_edition_that_differs_in_its_head_alone_has_no_difference(session: Session, plan: Plan) -> None:
    revision = started(session, plan, PLAN.replace("2026年3月2日", "2026年11月2日"))
    assert shown(compared(session, revision)) == []
    with pytest.raises(Invalid, match="没有差异"):
        submit_revision(session, officer(session), revision, version=revision.version, now=NOW)


def test_what_was_adjusted_since_is_no_difference_of_the_document(session: Session, plan: Plan) -> None:
    moved = task(session, "加密公交线路")
    moved.due_on, moved.due_basis = date(2027, 9, 30), DueBasis.MOVED
    text = PLAN.replace("2026年3月2日", "2026年11月2日")
    assert shown(compared(session, started(session, plan, text))) == []


def test_kept_tasks_stay_and_changed_ones_follow_with_the_document_as_basis(session: Session, plan: Plan) -> None:
    history = session.scalar(select(func.count(AssignmentHistory.id)))
    kept = task(session, "规范共享单车停放")
    before = (kept.id, kept.state, shares(kept))
    revision = taken_up(session, plan, revised())
    kept = task(session, "规范共享单车停放")
    assert (kept.id, kept.state, shares(kept)) == before and kept.number == "5."
    first, second = task(session, "加密公交线路"), task(session, "建设公交专用道")
    now = shares(first)
    assert now["市交通运输局"][2] is AssignmentState.WAIVED
    assert now["市公安局"][:2] == (DutyRole.LEAD, True)
    assert now["青岚县政府"][2] is AssignmentState.ISSUED, "the group's members are as they were"
    assert (first.due_on, first.due_basis) == (date(2027, 10, 31), DueBasis.PRINTED)
    assert first.original_due_on == date(2027, 6, 30), "the first date is kept for ever"
    change = session.scalars(select(DueChange).where(DueChange.task_id == first.id)).one()
    adjustment = session.scalars(select(Adjustment).where(Adjustment.task_id == first.id)).one()
    assert "云政办发〔2026〕12号" in change.basis and change.basis == adjustment.basis
    assert "连续成网" in second.text and second.source_document_id == revision.draft.source_document_id
    assert revision.draft.source_document_id != plan.source_document_id, "the plan keeps both documents"
    assert (session.scalar(select(func.count(AssignmentHistory.id))) or 0) > (history or 0)


def test_new_tasks_are_drafts_in_their_place_and_dropped_ones_superseded(session: Session, plan: Plan) -> None:
    taken_up(session, plan, revised())
    made, gone = task(session, "建设换乘枢纽"), task(session, "连通滨河绿道")
    assert made.state is TaskState.DRAFT and made.outline_node is not None
    assert made.outline_node.title == "完善慢行系统", "a chapter of the plan is not made twice"
    assert gone.state is TaskState.SUPERSEDED
    decision = session.scalars(select(TaskDecision).where(TaskDecision.task_id == gone.id)).one()
    assert "云政办发〔2026〕12号" in decision.basis
    order = session.scalars(select(Task.number).where(Task.plan_id == plan.id).order_by(Task.position)).all()
    assert order == ["1.", "2.", "3.", "3.", "5."]
    told = session.scalars(select(Notification.subject).where(Notification.subject.contains("不再办理"))).all()
    assert len(told) == 1, "the one unit of it with a person is told"
    submit_tasks(session, officer(session), Chosen(plan.id), now=NOW)
    assert made.state is TaskState.PENDING_APPROVAL, "a new task is submitted as any other"


def test_what_was_decided_to_stay_stays(session: Session, plan: Plan) -> None:
    before = {each.id: (each.number, each.text, each.due_on, each.state) for each in session.scalars(select(Task))}
    taken_up(session, plan, revised(), OLD)
    assert {
        each.id: (each.number, each.text, each.due_on, each.state) for each in session.scalars(select(Task))
    } == before


def test_a_later_edition_is_held_against_the_last_one_taken_up(session: Session, plan: Plan) -> None:
    taken_up(session, plan, revised())
    again = started(session, plan, revised().replace("统一标识导引", "统一标识和无障碍导引"))
    assert shown(compared(session, again)) == [("changed", "建设换乘枢纽", {"text"})]


def test_a_finished_task_takes_the_words_and_neither_duties_nor_dates(session: Session, plan: Plan) -> None:
    done = task(session, "加密公交线路")
    session.execute(Task.__table__.update().where(Task.id == done.id).values(state=TaskState.CLOSED))
    session.expire_all()
    duties = shares(done)
    taken_up(session, plan, revised())
    assert shares(done) == duties and done.due_on == date(2027, 6, 30)
    assert "10月底" in done.text


def test_nothing_holds_before_every_item_is_decided_and_the_head_approves(session: Session, plan: Plan) -> None:
    revision = started(session, plan, revised())
    with pytest.raises(Invalid, match="还有 5 处没有决定"):
        submit_revision(session, officer(session), revision, version=revision.version, now=NOW)
    choices = {key_of(each): NEW for each in compared(session, revision).open}
    decide(session, officer(session), revision, version=revision.version, choices=choices, now=NOW)
    submit_revision(session, officer(session), revision, version=revision.version, now=NOW)
    assert task(session, "连通滨河绿道").state is TaskState.IN_PROGRESS
    with pytest.raises(NotAllowed):
        approve_revision(session, officer(session), revision, version=revision.version, now=NOW)
    assert revision.status is ProposalStatus.SUBMITTED


def test_one_person_decides_and_takes_up_in_one_act(session: Session, plan: Plan) -> None:
    session.get_one(Jurisdiction, plan.jurisdiction_id).is_one_person = True
    revision = started(session, plan, revised())
    choices = {key_of(each): NEW for each in compared(session, revision).open}
    decide(session, officer(session), revision, version=revision.version, choices=choices, now=NOW)
    submit_revision(session, officer(session), revision, version=revision.version, now=NOW)
    assert revision.status is ProposalStatus.DONE and revision.is_one_person
    assert session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.action == "task.supersede")) == 1


def test_an_edition_is_no_plan_of_its_own_and_can_be_given_up(session: Session, plan: Plan) -> None:
    revision = started(session, plan, revised())
    with pytest.raises(Conflict, match="修订稿"):
        accept_draft(session, officer(session), revision.draft_id, now=NOW)
    with pytest.raises(Conflict, match="正在办理"):
        started(session, plan, PLAN + "\n")
    discard_revision(session, officer(session), revision, version=revision.version, now=NOW)
    assert revision.draft.status is DraftStatus.DISCARDED
    assert started(session, plan, revised()).id != revision.id


def test_the_same_bytes_and_a_plan_that_is_not_issued_are_refused(session: Session, plan: Plan) -> None:
    with pytest.raises(Conflict, match="完全相同"):
        started(session, plan, PLAN)


@pytest.mark.skipif(not CORPUS.is_file(), reason="TRACKER_CORPUS names no corpus of real plans")
def test_an_edited_edition_of_a_real_plan_differs_in_exactly_what_was_edited(session: Session) -> None:
    city = an_office(session)
    a_user(session, city, Role.OFFICE_HEAD, login_name="head")
    unit = a_unit(session, city, "云集乡政府", UnitKind.TOWNSHIP)
    group = UnitGroup(jurisdiction_id=city.id, name="科技创新工作领导小组成员单位")
    group.members = [UnitGroupMember(unit_id=unit.id, since_on=date(2026, 1, 1))]
    session.add(group)
    session.flush()
    text = CORPUS.read_text("utf-8")
    plan = accepted_plan(session, officer(session), now=BEFORE, text=text)
    tasks = session.scalars(select(Task).where(Task.plan_id == plan.id).order_by(Task.position)).all()
    words, units, due, gone, numbered = tasks[2], tasks[5], tasks[8], tasks[11], tasks[-1]

    own = {task.id: text[task.start : task.end] for task in tasks}
    assert all(text.count(each) == 1 for each in own.values())
    number = re.sub(r"\d+", lambda n: str(int(n[0]) + 1), numbered.number)
    added = f"{numbered.number}设立科学普及流动展台。每季度到乡镇巡展一次。(牵头单位:县科学技术协会)\n"
    new = text.replace(own[words.id], own[words.id].replace("。", "。同步建立季度会商机制。", 1))
    new = new.replace(own[units.id], in_bracket(own[units.id], "、县气象局"))
    new = new.replace(own[due.id], in_bracket(own[due.id], ";完成时限:2031年6月底前"))
    new = new.replace(own[gone.id], "")
    new = new.replace(own[numbered.id], added + own[numbered.id].replace(numbered.number, number, 1))
    found = shown(compared(session, started(session, issued(session, plan), new)))
    assert found == [
        ("changed", words.title, {"text"}),
        ("changed", units.title, {"units"}),
        ("changed", due.title, {"due"}),
        ("dropped", gone.title, set()),
        ("new", "设立科学普及流动展台", set()),
        ("renumbered", numbered.title, {"number"}),
    ]


def in_bracket(own: str, words: str) -> str:
    """The same item with some more words at the end of its bracket."""
    bare = own.rstrip()
    return f"{bare[:-1]}{words}{bare[-1]}\n"
