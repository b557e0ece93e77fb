"""From an uploaded document to an accepted plan, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, a_task, a_unit, acting
from tests.import_plans import PLAN, a_neighbour, an_office
from tracker.core.permissions import Actor
from tracker.core.terms import (
    AssignmentState,
    DraftStatus,
    DueBasis,
    DueMode,
    DutyRole,
    LeadMode,
    NameDecision,
    PlanStatus,
    Role,
    TaskKind,
    TaskState,
    UnitKind,
)
from tracker.errors import Conflict, Invalid, NotFound
from tracker.models import (
    Assignment,
    AuditEvent,
    DraftItem,
    GroupDuty,
    ImportDraft,
    OutlineNode,
    Plan,
    SourceDocument,
    StoredFile,
    Target,
    Task,
    Unit,
    UnitAlias,
    UnitGroup,
    User,
)
from tracker.services.acceptance import accept_draft, problems, undo_acceptance
from tracker.services.draft_answers import (
    Answers,
    Bulk,
    BulkValues,
    answer_questions,
    change_items,
    discard_draft,
)
from tracker.services.draft_list import DraftFilter, all_drafts
from tracker.services.draft_names import NameChoice, accept_proposals, decide_name
from tracker.services.draft_passages import add_item, find_passage
from tracker.services.draft_rows import review
from tracker.services.draft_shapes import breaks_of, merge_items, split_item
from tracker.services.drafts import (
    ItemEdit,
    ItemKey,
    drop_item,
    restore_item,
    settle_findings,
    update_item,
)
from tracker.services.imports import Upload, find_known, read_upload, start_draft, uploaded

BOTH = Answers(LeadMode.FIRST, DueMode.PLAN_END, date(2028, 12, 31), False)
LIMIT = 1024 * 1024


def officer(session: Session, login_name: str = "chen") -> Actor:
    return acting(session.scalars(select(User).where(User.login_name == login_name)).one(), Role.OFFICER)


def imported(session: Session, text: str = PLAN, login_name: str = "chen") -> tuple[Actor, ImportDraft]:
    actor = officer(session, login_name)
    upload = Upload(text.encode(), "绿色出行.txt")
    return actor, start_draft(session, actor, upload, read_upload(upload, max_bytes=LIMIT), now=NOW)


def key(item: DraftItem) -> ItemKey:
    return ItemKey(item.draft_id, item.id, item.version)


def titled(draft: ImportDraft, words: str) -> DraftItem:
    return next(item for item in draft.items if words in item.title)


def edit_of(item: DraftItem, **changes: object) -> ItemEdit:
    names = {role: [d["name"] for d in item.duties if d["role"] == role] for role in DutyRole}
    edit = ItemEdit(
        number=item.number,
        title=item.title,
        text=item.text,
        kind=item.kind,
        is_included=item.is_included,
        names=names,
        leader=item.leader,
        due_on=item.due_on,
        is_standing=item.is_standing,
        lead_mode=item.lead_mode,
    )
    return replace(edit, **changes)  # type: ignore[arg-type]


def decided(session: Session, actor: Actor, draft: ImportDraft) -> None:
    answer_questions(session, actor, draft.id, BOTH, version=draft.version, now=NOW)
    accept_proposals(session, actor, draft.id, now=NOW)
    pending = [row for row in draft.names if row.decision is NameDecision.PENDING]
    accept_proposals(session, actor, draft.id, now=NOW, name_ids=[row.id for row in pending])


def test_a_document_becomes_a_draft_with_its_bytes_items_names_and_findings(session: Session) -> None:
    an_office(session)
    _, draft = imported(session)
    stored = session.get_one(StoredFile, draft.source.sha256)
    assert stored.data == PLAN.encode() and stored.content_type == "text/plain"
    assert draft.source.content == PLAN
    assert (draft.title, draft.doc_no) == ("云川市绿色出行三年行动方案（2026—2028年）", "云政办发〔2026〕12号")
    assert [item.title for item in draft.items if item.is_included] == [
        "加密公交线路",
        "建设公交专用道",
        "连通滨河绿道",
        "规范共享单车停放",
    ]
    assert all(PLAN[item.start : item.end].startswith(item.number) for item in draft.items)
    printed = {duty["printed"]: duty for duty in titled(draft, "加密").duties}
    assert printed["公安局"]["name"] == "市公安局"
    assert PLAN[printed["公安局"]["start"] : printed["公安局"]["end"]] == "公安局"


def test_measures_are_offered_unticked(session: Session) -> None:
    an_office(session)
    _, draft = imported(session)
    measure = titled(draft, "加强组织领导")
    assert measure.kind is TaskKind.MEASURE and not measure.is_included


def test_the_year_of_a_target_is_no_due_date(session: Session) -> None:
    an_office(session)
    _, draft = imported(session)
    assert titled(draft, "建设公交专用道").targets
    assert titled(draft, "建设公交专用道").due_on is None
    assert titled(draft, "加密公交线路").due_on == date(2027, 6, 30)
    assert titled(draft, "规范共享单车停放").is_standing


def test_names_are_decided_where_the_registry_is_certain_and_proposed_elsewhere(session: Session) -> None:
    an_office(session)
    _, draft = imported(session)
    rows = {row.name: row for row in draft.names}
    assert rows["市公安局"].decision is NameDecision.UNIT
    shared = rows["各县(市、区)政府"]
    assert shared.decision is NameDecision.PENDING and len(shared.members) == 2
    alike = rows["市住房和城乡建设局"]
    assert alike.decision is NameDecision.PENDING and alike.unit_id is not None
    fresh = rows["云川高新区管委会"]
    assert (fresh.decision, fresh.new_kind) == (NameDecision.PENDING, UnitKind.ZONE)


def test_an_alias_decides_and_a_unit_that_has_ended_does_not(session: Session) -> None:
    city = an_office(session)
    known = a_unit(session, city, "市综合行政执法局")
    session.add(UnitAlias(jurisdiction_id=city.id, printed="市城市管理局", unit_id=known.id))
    ended = session.scalars(select(Unit).where(Unit.name == "市公安局")).one()
    ended.ended_on = TODAY - timedelta(days=1)
    session.flush()
    _, draft = imported(session)
    rows = {row.name: row for row in draft.names}
    assert (rows["市城市管理局"].decision, rows["市城市管理局"].unit_id) == (NameDecision.UNIT, known.id)
    assert rows["市公安局"].decision is NameDecision.PENDING


def test_the_same_bytes_lead_to_the_draft_that_is_there(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    again = Upload(PLAN.encode(), "另一个名字.txt")
    known = find_known(session, officer(session, "zhou"), again)
    assert known is not None and (known.draft_id, known.uploaded_by) == (draft.id, "陈静")
    assert start_draft(session, actor, again, read_upload(again, max_bytes=LIMIT), now=NOW) is draft
    assert session.scalar(select(func.count(SourceDocument.id))) == 1


def test_a_discarded_import_can_be_started_afresh(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    discard_draft(session, actor, draft.id, now=NOW)
    assert find_known(session, actor, Upload(PLAN.encode(), "x.txt")) is None
    _, fresh = imported(session)
    assert fresh.id != draft.id and fresh.status is DraftStatus.REVIEWING


def test_two_cities_import_the_same_file_each_for_itself(session: Session) -> None:
    an_office(session)
    a_neighbour(session)
    _, draft = imported(session)
    neighbour, other = imported(session, login_name="neighbour")
    assert other.id != draft.id
    assert [row.id for row in all_drafts(session, neighbour, DraftFilter())] == [other.id]
    with pytest.raises(NotFound):
        review(session, neighbour, draft.id)
    with pytest.raises(NotFound):
        accept_draft(session, neighbour, draft.id, now=NOW)


def test_nothing_handed_in_is_refused_and_so_is_both(session: Session) -> None:
    with pytest.raises(Invalid):
        uploaded(None, None, "  ")
    with pytest.raises(Invalid):
        uploaded(b"x", "x.txt", "正文")
    assert uploaded(b"x", "C:\\fakepath\\方案.txt", "").filename == "方案.txt"


def test_another_officer_goes_on_with_a_draft_and_the_list_says_who(session: Session) -> None:
    an_office(session)
    _, draft = imported(session)
    zhou = officer(session, "zhou")
    item = titled(draft, "加密")
    update_item(session, zhou, key(item), edit_of(item, title="加密社区公交线路"), now=NOW + timedelta(hours=1))
    row = all_drafts(session, zhou, DraftFilter())[0]
    assert (row.created_by, row.updated_by) == ("陈静", "周宁")
    assert row.updated_at == NOW + timedelta(hours=1)


def test_an_edit_of_a_stale_version_changes_nothing(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    item = titled(draft, "加密")
    stale = key(item)
    update_item(session, actor, stale, edit_of(item, title="甲"), now=NOW)
    with pytest.raises(Conflict):
        update_item(session, actor, stale, edit_of(item, title="乙"), now=NOW)
    assert item.title == "甲"


def test_editing_keeps_what_was_printed_and_matches_what_is_new(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    item = titled(draft, "加密")
    names = {DutyRole.LEAD: ["公安局"], DutyRole.RESPONSIBLE: ["市气象局", "市公安局"], DutyRole.COOPERATING: []}
    update_item(session, actor, key(item), edit_of(item, names=names, due_on=date(2027, 1, 1)), now=NOW)
    lead, added = item.duties
    assert (lead["role"], lead["name"], lead["printed"]) == ("lead", "市公安局", "公安局")
    assert (added["name"], added["start"]) == ("市气象局", None)
    assert (item.due_on, item.due_basis) == (date(2027, 1, 1), DueBasis.BY_HAND)
    assert "市气象局" in {row.name for row in draft.names}


def test_saving_the_printed_date_again_leaves_its_basis(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    item = titled(draft, "加密")
    update_item(session, actor, key(item), edit_of(item), now=NOW)
    assert item.due_basis is DueBasis.PRINTED


def test_dropping_takes_a_reason_and_can_be_taken_back(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    item = titled(draft, "加密")
    with pytest.raises(Invalid):
        drop_item(session, actor, key(item), reason=" ", now=NOW)
    drop_item(session, actor, key(item), reason="与上年重复", now=NOW)
    assert (item.is_included, item.dropped_reason) == (False, "与上年重复")
    restore_item(session, actor, key(item), now=NOW)
    assert (item.is_included, item.dropped_reason) == (True, "")


def test_merging_loses_no_unit_and_no_words(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    first, second = titled(draft, "加密"), titled(draft, "专用道")
    merge_items(session, actor, [key(second), key(first)], now=NOW)
    roles = {duty["name"]: duty["role"] for duty in first.duties}
    assert roles["市交通运输局"] == "lead" and roles["市公安局"] == "responsible"
    assert "打通最后一公里" in first.text and "40公里" in first.text
    assert not second.is_included and "已并入" in second.dropped_reason
    assert (first.start, first.end) == (PLAN.index("1.加密"), second.end)


def test_splitting_gives_two_parts_with_their_own_passages(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    item = titled(draft, "连通滨河绿道")
    assert breaks_of(item.text)
    first, second = split_item(session, actor, key(item), breaks_of(item.text)[0], now=NOW)
    assert (first.number, first.part, second.number, second.part) == ("3.", 1, "3.", 2)
    assert second.title.startswith("分段建设滨河绿道")
    assert first.end == second.start == PLAN.index("分段建设")
    assert second.duties
    session.refresh(draft, ["items"])
    assert [item.part for item in draft.items if item.number == "3."] == [1, 2]


def test_a_passage_becomes_an_item_at_its_place(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    start, end = find_passage(session, actor, draft.id, "到2028年，绿色出行比例\n达到75%以上。")
    item = add_item(session, actor, draft.id, start, end, now=NOW)
    assert PLAN[item.start : item.end] == "到2028年，绿色出行比例达到75%以上。"
    session.refresh(draft, ["items"])
    assert draft.items[0] is item
    with pytest.raises(Invalid):
        add_item(session, actor, draft.id, 5, len(PLAN) + 1, now=NOW)
    with pytest.raises(Invalid):
        find_passage(session, actor, draft.id, "原文里没有的话")


def test_an_added_passage_brings_the_units_and_the_date_it_prints(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    start = PLAN.index("新开通社区公交线路")
    item = add_item(session, actor, draft.id, start, PLAN.index("2.建设公交专用道"), now=NOW)
    assert item.title == "新开通社区公交线路30条以上，打通最后一公里"
    lead = item.duties[0]
    assert (lead["role"], lead["name"]) == ("lead", "市交通运输局")
    assert PLAN[lead["start"] : lead["end"]] == "市交通运输局"
    assert (item.due_on, item.path) == (date(2027, 6, 30), ["二、", "（一）"])


def test_a_change_over_ticked_items_is_made_to_all_or_to_none(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    first, second = titled(draft, "专用道"), titled(draft, "绿道")
    stale = replace(key(second), version=second.version + 1)
    day = BulkValues(due_on=date(2026, 12, 31))
    with pytest.raises(Conflict):
        change_items(session, actor, [key(first), stale], Bulk.DUE, day, now=NOW)
    session.expire_all()
    change_items(session, actor, [key(first), key(second)], Bulk.DUE, day, now=NOW)
    assert {first.due_on, second.due_on} == {date(2026, 12, 31)}
    change_items(session, actor, [key(first)], Bulk.UNITS, BulkValues(names=("市气象局",)), now=NOW)
    assert [duty["name"] for duty in first.duties][-1] == "市气象局"


def test_what_stands_in_the_way_is_listed_and_accepting_refused(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    steps = {problem.step for problem in problems(session, actor, draft.id)}
    assert steps == {"names", "questions"}
    with pytest.raises(Invalid) as refused:
        accept_draft(session, actor, draft.id, now=NOW)
    assert len(refused.value.fields) == 3
    assert session.scalar(select(func.count(Plan.id))) == 0


def test_an_item_without_any_unit_stands_in_the_way(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    decided(session, actor, draft)
    item = titled(draft, "加密")
    update_item(session, actor, key(item), edit_of(item, names={}), now=NOW)
    assert [problem.item_ids for problem in problems(session, actor, draft.id)] == [(item.id,)]


def test_accepting_makes_the_plan_with_outline_tasks_duties_and_targets(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    decided(session, actor, draft)
    plan = accept_draft(session, actor, draft.id, now=NOW)
    assert (plan.status, plan.doc_no, draft.status) == (
        PlanStatus.PREPARING,
        "云政办发〔2026〕12号",
        DraftStatus.ACCEPTED,
    )
    tasks = session.scalars(select(Task).where(Task.plan_id == plan.id).order_by(Task.position)).all()
    assert [(task.number, task.state) for task in tasks] == [(f"{n}.", TaskState.DRAFT) for n in range(1, 5)]
    assert [task.due_on for task in tasks] == [date(2027, 6, 30), date(2028, 12, 31), date(2028, 12, 31), None]
    assert [task.due_basis for task in tasks[:2]] == [DueBasis.PRINTED, DueBasis.PLAN_END]
    assert tasks[3].is_standing
    nodes = session.scalars(select(OutlineNode).order_by(OutlineNode.position)).all()
    assert [node.title for node in nodes] == ["重点任务", "优化公交网络", "完善慢行系统"]
    assert tasks[0].outline_node_id == nodes[1].id and nodes[1].parent_id == nodes[0].id
    assert session.scalar(select(func.count(Target.id)).where(Target.task_id == tasks[1].id)) == 1


def test_the_first_of_a_list_leads_by_the_answer_and_groups_wait_for_approval(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    decided(session, actor, draft)
    plan = accept_draft(session, actor, draft.id, now=NOW)
    tasks = session.scalars(select(Task).where(Task.plan_id == plan.id).order_by(Task.position)).all()
    duties = [(duty.unit.name, duty.role, duty.is_first_lead, duty.state) for duty in tasks[1].assignments]
    assert duties == [
        ("市公安局", DutyRole.LEAD, True, AssignmentState.PLANNED),
        ("市交通运输局", DutyRole.RESPONSIBLE, False, AssignmentState.PLANNED),
    ]
    shared = session.scalars(select(GroupDuty).where(GroupDuty.task_id == tasks[0].id)).one()
    assert sorted(member.unit.name for member in shared.group.members) == ["石渡县政府", "青岚县政府"]
    assert shared.printed == "各县（市、区）政府"


def test_one_item_may_differ_from_the_answer_for_the_plan(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    decided(session, actor, draft)
    item = titled(draft, "专用道")
    update_item(session, actor, key(item), edit_of(item, lead_mode=LeadMode.EACH), now=NOW)
    plan = accept_draft(session, actor, draft.id, now=NOW)
    task = session.scalars(select(Task).where(Task.plan_id == plan.id, Task.number == "2.")).one()
    assert {duty.role for duty in task.assignments} == {DutyRole.RESPONSIBLE}


def test_two_printed_names_of_one_unit_make_one_duty_and_the_strongest_wins(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    decided(session, actor, draft)
    item = titled(draft, "专用道")
    names = {DutyRole.RESPONSIBLE: ["市公安局"], DutyRole.LEAD: ["云川市公安局"], DutyRole.COOPERATING: []}
    update_item(session, actor, key(item), edit_of(item, names=names), now=NOW)
    plan = accept_draft(session, actor, draft.id, now=NOW)
    task = session.scalars(select(Task).where(Task.plan_id == plan.id, Task.number == "2.")).one()
    assert [(duty.unit.name, duty.role) for duty in task.assignments] == [("市公安局", DutyRole.LEAD)]


def test_a_decision_is_learnt_and_certain_the_next_time(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    decided(session, actor, draft)
    row = next(row for row in draft.names if row.name == "市园林绿化中心")
    parks = session.scalars(select(Unit).where(Unit.name == "市住房城乡建设局")).one()
    choice = NameChoice(NameDecision.UNIT, unit_id=parks.id)
    decide_name(session, actor, draft.id, row.id, choice, version=row.version, now=NOW)
    accept_draft(session, actor, draft.id, now=NOW)
    _, later = imported(session, PLAN + "\n")
    again = next(row for row in later.names if row.name == "市园林绿化中心")
    assert (again.decision, again.unit_id) == (NameDecision.UNIT, parks.id)


def test_a_name_decided_meanwhile_is_a_conflict(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    row = next(row for row in draft.names if row.decision is NameDecision.PENDING)
    seen = row.version
    decide_name(session, actor, draft.id, row.id, NameChoice(NameDecision.IGNORED), version=seen, now=NOW)
    with pytest.raises(Conflict):
        decide_name(session, actor, draft.id, row.id, NameChoice(NameDecision.IGNORED), version=seen, now=NOW)


def test_a_unit_of_another_city_cannot_be_chosen(session: Session) -> None:
    an_office(session)
    foreign = a_unit(session, a_neighbour(session), "市公安局")
    actor, draft = imported(session)
    row = next(row for row in draft.names if row.decision is NameDecision.PENDING)
    choice = NameChoice(NameDecision.UNIT, unit_id=foreign.id)
    with pytest.raises(Invalid):
        decide_name(session, actor, draft.id, row.id, choice, version=row.version, now=NOW)


def test_a_merely_similar_name_is_not_taken_with_all_the_others(session: Session) -> None:
    city = an_office(session)
    a_unit(session, city, "市城市管理执法局")
    actor, draft = imported(session)
    accept_proposals(session, actor, draft.id, now=NOW)
    pending = [row.name for row in draft.names if row.decision is NameDecision.PENDING]
    assert pending == ["市城市管理局"]


def test_a_new_group_gets_its_ticked_and_its_typed_members(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    decided(session, actor, draft)
    row = next(row for row in draft.names if row.name == "各县(市、区)政府")
    county = session.scalars(select(Unit).where(Unit.name == "青岚县政府")).one()
    empty = NameChoice(NameDecision.NEW_GROUP, new_name="各县（市、区）政府")
    with pytest.raises(Invalid):
        decide_name(session, actor, draft.id, row.id, empty, version=row.version, now=NOW)
    choice = replace(empty, member_ids=(county.id,), member_names=("白杨县政府",))
    decide_name(session, actor, draft.id, row.id, choice, version=row.version, now=NOW)
    accept_draft(session, actor, draft.id, now=NOW)
    group = session.scalars(select(UnitGroup)).one()
    assert sorted(member.unit.name for member in group.members) == ["白杨县政府", "青岚县政府"]
    assert session.scalars(select(Unit.kind).where(Unit.name == "白杨县政府")).one() is UnitKind.COUNTY


def test_undoing_takes_the_plan_back_and_only_the_units_it_made(session: Session) -> None:
    city = an_office(session)
    before = set(session.scalars(select(Unit.name)))
    actor, draft = imported(session)
    decided(session, actor, draft)
    plan_id = accept_draft(session, actor, draft.id, now=NOW).id
    assert set(session.scalars(select(Unit.name))) > before
    undo_acceptance(session, actor, draft.id, now=NOW)
    for record in (Plan, Task, Assignment, GroupDuty, OutlineNode, Target, UnitGroup):
        assert session.scalar(select(func.count()).select_from(record)) == 0, record
    assert set(session.scalars(select(Unit.name).where(Unit.jurisdiction_id == city.id))) == before
    assert draft.status is DraftStatus.REVIEWING
    again = accept_draft(session, actor, draft.id, now=NOW)
    assert session.scalar(select(func.count(Task.id)).where(Task.plan_id == again.id)) == 4
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("import."))).all()
    assert actions.count("import.accept") == 2 and "import.undo" in actions
    assert plan_id


def test_a_unit_that_others_use_meanwhile_survives_the_undoing(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    decided(session, actor, draft)
    accept_draft(session, actor, draft.id, now=NOW)
    zone = session.scalars(select(Unit).where(Unit.name == "云川高新区管委会")).one()
    user = session.get_one(User, actor.user_id)
    user.unit_id = zone.id
    session.flush()
    undo_acceptance(session, actor, draft.id, now=NOW)
    assert session.scalars(select(Unit).where(Unit.name == "云川高新区管委会")).one()
    assert session.scalars(select(Unit).where(Unit.name == "市园林绿化中心")).all() == []


def test_nothing_is_undone_once_a_task_is_issued_or_added_by_hand(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    decided(session, actor, draft)
    plan = accept_draft(session, actor, draft.id, now=NOW)
    added = a_task(session, plan, state=TaskState.DRAFT, basis="第 3 次常务会议")
    with pytest.raises(Conflict):
        undo_acceptance(session, actor, draft.id, now=NOW)
    session.delete(added)
    a_task(session, plan)
    with pytest.raises(Conflict):
        undo_acceptance(session, actor, draft.id, now=NOW)


def test_an_accepted_draft_is_changed_no_more(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    decided(session, actor, draft)
    accept_draft(session, actor, draft.id, now=NOW)
    item = titled(draft, "加密")
    with pytest.raises(Conflict):
        update_item(session, actor, key(item), edit_of(item), now=NOW)
    with pytest.raises(Conflict):
        accept_draft(session, actor, draft.id, now=NOW)


def test_a_solicitation_draft_is_kept_as_one_in_the_plan(session: Session) -> None:
    an_office(session)
    text = PLAN.replace("行动方案（2026—2028年）", "行动方案（2026—2028年）（征求意见稿）")
    actor, draft = imported(session, text)
    assert draft.is_solicitation
    decided(session, actor, draft)
    assert accept_draft(session, actor, draft.id, now=NOW).is_solicitation


def test_the_rule_that_everyone_answers_puts_the_group_into_every_task(session: Session) -> None:
    an_office(session)
    rule = "各项任务均涉及各县（市、区）政府，不再逐一列出。"
    text = PLAN.replace("到2028年，绿色出行比例", rule + "到2028年，绿色出行比例")
    actor, draft = imported(session, text)
    asked = review(session, actor, draft.id).questions
    assert asked.is_everyone_applied and [row.name for row in asked.everyone_names] == ["各县（市、区）政府"]
    everyone = replace(BOTH, is_everyone_applied=True)
    answer_questions(session, actor, draft.id, everyone, version=draft.version, now=NOW)
    accept_proposals(session, actor, draft.id, now=NOW)
    accept_proposals(session, actor, draft.id, now=NOW, name_ids=[row.id for row in draft.names])
    plan = accept_draft(session, actor, draft.id, now=NOW)
    duties = session.execute(
        select(Task.number, GroupDuty.role).join(GroupDuty).where(Task.plan_id == plan.id).order_by(Task.position)
    ).all()
    assert [tuple(row) for row in duties] == [(f"{n}.", DutyRole.RESPONSIBLE) for n in range(1, 5)]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "import.accept")).one()
    assert event.detail["everyone"] == ["各县（市、区）政府"]


def test_the_counts_at_the_top_are_what_is_open(session: Session) -> None:
    an_office(session)
    actor, draft = imported(session)
    counts = review(session, actor, draft.id).counts
    assert (counts.included, counts.measures, counts.questions, counts.without_units) == (4, 1, 2, 0)
    decided(session, actor, draft)
    settle_findings(session, actor, draft.id, [f.id for f in draft.findings], is_settled=True, now=NOW)
    assert review(session, actor, draft.id).counts.open == 0
