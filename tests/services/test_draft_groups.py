"""Collective names of a draft with their members, many items without a unit, and a plan without a number."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, a_city, a_unit, a_user, acting
from tracker.core.permissions import Actor
from tracker.core.terms import DueMode, LeadMode, NameDecision, Role, UnitKind
from tracker.errors import Conflict, Invalid, NotFound
from tracker.models import DraftName, GroupDuty, ImportDraft, Jurisdiction, Task, Unit, UnitGroup
from tracker.services.acceptance import accept_draft
from tracker.services.draft_answers import Answers, answer_questions
from tracker.services.draft_groups import GroupList, decide_groups
from tracker.services.draft_names import NameChoice, accept_proposals, decide_name
from tracker.services.draft_rows import review
from tracker.services.imports import Upload, read_upload, start_draft

ANSWERS = Answers(LeadMode.FIRST, DueMode.PLAN_END, date(2028, 12, 31), False)
PLAN = """云川市山塘整治行动方案

一、总体要求
全面整治病险山塘。

二、重点任务
（一）查清底数
1.开展普查。逐塘登记造册。
（牵头单位：市水务局；责任单位：各县（市、区）政府）
2.公布名录。按年度公布整治名录。
（牵头单位：市水务局；责任单位：青岚县政府、领导小组成员单位）
"""
LISTED = "青岚县、南屏县\n松坪市 市水务局开发区管委会"


@pytest.fixture
def officer(session: Session) -> Actor:
    city = a_city(session)
    return acting(a_user(session, city, Role.OFFICER), Role.OFFICER)


def imported(session: Session, actor: Actor, text: str = PLAN) -> ImportDraft:
    upload = Upload(text.encode(), "山塘.txt")
    return start_draft(session, actor, upload, read_upload(upload, max_bytes=1024 * 1024), now=NOW)


def named(draft: ImportDraft, words: str) -> DraftName:
    return next(row for row in draft.names if words in row.name)


def listed(row: DraftName, members: str = LISTED) -> list[GroupList]:
    return [GroupList(row.id, row.version, members)]


def test_a_pasted_list_fills_a_registry_that_knows_nobody_with_members_of_the_right_kind(
    session: Session, officer: Actor
) -> None:
    draft = imported(session, officer)
    counties, leading = named(draft, "各县"), named(draft, "成员单位")
    both = [*listed(counties, "青岚县、南屏县\n松坪市"), *listed(leading, "水务局，市财政局")]
    assert decide_groups(session, officer, draft.id, both, now=NOW) == 2
    accept_proposals(session, officer, draft.id, now=NOW)
    answer_questions(session, officer, draft.id, ANSWERS, version=draft.version, now=NOW)
    accept_draft(session, officer, draft.id, now=NOW, basis="云政办发〔2026〕3号")
    members = {
        group.name: {member.unit.name: member.unit.kind for member in group.members}
        for group in session.scalars(select(UnitGroup))
    }
    assert members[counties.new_name] == dict.fromkeys(["青岚县政府", "南屏县政府", "松坪市政府"], UnitKind.COUNTY)
    assert members[leading.new_name] == dict.fromkeys(["市水务局", "市财政局"], UnitKind.DEPARTMENT)
    assert len(session.scalars(select(Unit)).all()) == 5
    assert len(session.scalars(select(GroupDuty)).all()) == 2


def test_a_member_that_the_registry_knows_under_a_shorter_spelling_is_that_unit(
    session: Session, officer: Actor
) -> None:
    unit = Unit(jurisdiction_id=officer.jurisdiction_id, name="青岚县人民政府", kind=UnitKind.COUNTY)
    session.add(unit)
    session.flush()
    draft = imported(session, officer)
    row = named(draft, "各县")
    decide_groups(session, officer, draft.id, listed(row, "青岚县、南屏县"), now=NOW)
    assert row.members == [{"unit_id": unit.id}, {"name": "南屏县政府", "kind": "county"}]


def test_the_one_county_that_a_document_names_is_not_taken_for_all_of_them(session: Session, officer: Actor) -> None:
    draft = imported(session, officer)
    row = named(draft, "各县")
    assert [member["name"] for member in row.members] == ["青岚县政府"]
    accept_proposals(session, officer, draft.id, now=NOW)
    assert row.decision is NameDecision.PENDING
    assert named(draft, "青岚县").decision is NameDecision.NEW


def test_all_counties_of_the_registry_are_taken_with_the_other_proposals(session: Session, officer: Actor) -> None:
    for name in ("青岚县政府", "南屏县政府"):
        session.add(Unit(jurisdiction_id=officer.jurisdiction_id, name=name, kind=UnitKind.COUNTY))
    session.flush()
    draft = imported(session, officer)
    accept_proposals(session, officer, draft.id, now=NOW)
    assert named(draft, "各县").decision is NameDecision.NEW_GROUP


@pytest.mark.parametrize("members", ["各县（市、区）政府", "青岚县、" + "长" * 101])
def test_a_collective_name_or_a_paragraph_is_no_member(session: Session, officer: Actor, members: str) -> None:
    draft = imported(session, officer)
    row = named(draft, "各县")
    with pytest.raises(Invalid) as refused:
        decide_groups(session, officer, draft.id, listed(row, members), now=NOW)
    assert list(refused.value.fields) == [f"members-{row.id}"]


def test_an_empty_list_leaves_its_group_waiting(session: Session, officer: Actor) -> None:
    draft = imported(session, officer)
    assert decide_groups(session, officer, draft.id, listed(named(draft, "成员单位"), " \n"), now=NOW) == 0
    assert named(draft, "成员单位").decision is NameDecision.PENDING


def test_a_group_that_somebody_decided_meanwhile_is_not_decided_again(session: Session, officer: Actor) -> None:
    draft = imported(session, officer)
    row = named(draft, "各县")
    given = listed(row, "青岚县")
    decide_groups(session, officer, draft.id, given, now=NOW)
    with pytest.raises(Conflict):
        decide_groups(session, officer, draft.id, given, now=NOW)
    choice = NameChoice(NameDecision.IGNORED)
    decide_name(session, officer, draft.id, row.id, choice, version=row.version, now=NOW)
    with pytest.raises(NotFound):
        decide_groups(session, officer, draft.id, listed(row), now=NOW)


def test_members_typed_for_one_name_are_parted_as_those_of_the_whole_page(session: Session, officer: Actor) -> None:
    a_unit_known = a_unit(session, session.get_one(Jurisdiction, officer.jurisdiction_id), "市水务局")
    draft = imported(session, officer)
    row = named(draft, "成员单位")
    choice = NameChoice(
        NameDecision.NEW_GROUP, new_name="成员单位", member_ids=(a_unit_known.id,), member_names=("水务局、市财政局",)
    )
    decide_name(session, officer, draft.id, row.id, choice, version=row.version, now=NOW)
    assert row.members == [{"unit_id": a_unit_known.id}, {"name": "市财政局", "kind": "department"}]


def ready(session: Session, actor: Actor) -> ImportDraft:
    draft = imported(session, actor)
    decide_groups(
        session,
        actor,
        draft.id,
        [*listed(named(draft, "各县"), "青岚县"), *listed(named(draft, "成员单位"), "市财政局")],
        now=NOW,
    )
    accept_proposals(session, actor, draft.id, now=NOW)
    return answer_questions(session, actor, draft.id, ANSWERS, version=draft.version, now=NOW)


def test_a_plan_without_a_number_is_not_accepted_without_a_basis(session: Session, officer: Actor) -> None:
    draft = ready(session, officer)
    for basis in ("  ", "长" * 201):
        with pytest.raises(Invalid) as refused:
            accept_draft(session, officer, draft.id, now=NOW, basis=basis)
        assert list(refused.value.fields) == ["basis"]


def test_the_basis_given_is_the_number_of_the_plan_or_the_basis_of_every_task(session: Session, officer: Actor) -> None:
    draft = ready(session, officer)
    with session.begin_nested() as once:
        plan = accept_draft(session, officer, draft.id, now=NOW, basis="云政办发〔2026〕3号")
        assert plan.doc_no == "云政办发〔2026〕3号"
        once.rollback()
    session.expire_all()
    plan = accept_draft(session, officer, draft.id, now=NOW, basis="市政府第12次常务会议通过")
    assert plan.doc_no == ""
    assert {task.basis for task in session.scalars(select(Task))} == {"市政府第12次常务会议通过"}


def test_items_without_a_unit_stand_together_by_the_subject_of_their_sentence(session: Session, officer: Actor) -> None:
    text = "云川市山塘整治行动方案\n\n一、重点任务\n" + "".join(
        f"（{number}）{words}\n"
        for number, words in zip(
            "一二三",
            ["开展普查。市水务局组织普查。", "公布名录。市水务局公布名录。", "加强宣传。营造良好氛围。"],
            strict=True,
        )
    )
    draft = imported(session, officer, text)
    shown = review(session, officer, draft.id)
    groups = {group.suggestion: len(group.items) for group in shown.unassigned()}
    assert sum(groups.values()) == shown.counts.without_units == 3
    assert list(groups)[-1] == ""
    assert shown.next_step() == "questions"


@pytest.mark.parametrize(("tail", "is_taken"), [("", True), ("等", False)])
def test_members_that_another_paragraph_lists_are_proposed_and_an_open_list_waits_for_the_officer(
    session: Session, officer: Actor, tail: str, is_taken: bool
) -> None:
    city = session.get_one(Jurisdiction, officer.jurisdiction_id)
    for name in ("市财政局", "市应急管理局"):
        a_unit(session, city, name)
    text = PLAN + f"\n三、组织领导\n领导小组成员单位包括市水务局、市财政局、市应急管理局{tail}。\n"
    draft = imported(session, officer, text)
    row = named(draft, "成员单位")
    assert len(row.members) == 3
    assert "方案列出了 3 个成员" in row.reason
    accept_proposals(session, officer, draft.id, now=NOW)
    assert (row.decision is NameDecision.NEW_GROUP) is is_taken
