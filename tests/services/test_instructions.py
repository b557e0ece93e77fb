"""Instructions of leaders: given on a plan, a task or a unit, sorted, answered where owed, seen by whom they reach."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.services.test_slips import a_running_city
from tests.services.test_workflow import City, on, told
from tracker.core.terms import InstructionSort, InstructionStatus, NoticeKind, ReplyStatus
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Instruction
from tracker.services.instruction_rows import InstructionFilter, instruction_list, instruction_page
from tracker.services.instructions import (
    Sorting,
    Target,
    answer_instruction,
    instruct,
    pass_answer,
    send_back_answer,
    sort_instruction,
)

BY = date(2026, 3, 20)


def given(session: Session, place: City) -> Instruction:
    leader = place.actors["leader"]
    return instruct(session, leader, Target(task_id=place.task.id), "请市科技局本月底前拿出方案。", now=on(3, 10))


def handled(session: Session, place: City) -> Instruction:
    instruction = given(session, place)
    sorting = Sorting(InstructionSort.HANDLE, (place.science.id, place.finance.id), BY)
    officer = place.actors["officer"]
    return sort_instruction(session, officer, instruction.id, sorting, version=instruction.version, now=on(3, 10))


def test_a_leader_instructs_on_a_task_a_plan_or_a_unit_and_the_officer_hears_of_it(session: Session) -> None:
    place = a_running_city(session)
    targets = [Target(task_id=place.task.id), Target(plan_id=place.plan.id), Target(unit_id=place.science.id)]
    for target in targets:
        instruct(session, place.actors["leader"], target, "请抓紧。", now=on(3, 10))
    assert len(told(session, place.people["officer"], NoticeKind.INSTRUCTION)) == 3
    rows = instruction_list(session, place.actors["leader"], InstructionFilter(is_mine=True), today=BY).page.rows
    assert {row.kind for row in rows} == {"任务", "方案", "单位"}


@pytest.mark.parametrize("name", ["officer", "office_head", "science_head"])
def test_nobody_but_a_leader_instructs(session: Session, name: str) -> None:
    place = a_running_city(session)
    for target in (Target(task_id=place.task.id), Target(plan_id=place.plan.id)):
        with pytest.raises(NotAllowed):
            instruct(session, place.actors[name], target, "请抓紧。", now=on(3, 10))


def test_units_see_an_instruction_once_it_is_sorted_and_sent_to_them(session: Session) -> None:
    place = a_running_city(session)
    instruction = given(session, place)
    unit = place.actors["science"]
    with pytest.raises(NotFound):
        instruction_page(session, unit, instruction.id, today=BY)
    sorting = Sorting(InstructionSort.READ, (place.science.id,))
    sort_instruction(session, place.actors["officer"], instruction.id, sorting, version=1, now=on(3, 10))
    assert instruction.status is InstructionStatus.NOTED
    page = instruction_page(session, unit, instruction.id, today=BY)
    assert [(reply.status, reply.offers) for reply in page.replies] == [(ReplyStatus.NOTED, ())]
    assert "请阅知" in told(session, place.people["science"], NoticeKind.INSTRUCTION)[0].subject
    with pytest.raises(NotFound):
        instruction_page(session, place.actors["finance"], instruction.id, today=BY)


def test_handling_needs_units_and_a_day_that_has_not_passed(session: Session) -> None:
    place = a_running_city(session)
    instruction, officer = given(session, place), place.actors["officer"]
    for sorting, fields in (
        (Sorting(InstructionSort.HANDLE), {"unit", "reply_by_on"}),
        (Sorting(InstructionSort.HANDLE, (place.science.id,), date(2026, 3, 9)), {"reply_by_on"}),
    ):
        with pytest.raises(Invalid) as refused:
            sort_instruction(session, officer, instruction.id, sorting, version=1, now=on(3, 10))
        assert set(refused.value.fields) == fields
    with pytest.raises(NotFound):
        sort_instruction(
            session, officer, instruction.id, Sorting(InstructionSort.HANDLE, (9999,), BY), version=1, now=on(3, 10)
        )


def test_an_instruction_is_done_when_the_answer_of_every_unit_has_passed(session: Session) -> None:
    place = a_running_city(session)
    instruction = handled(session, place)
    officer = place.actors["officer"]
    replies = {reply.unit_id: reply for reply in instruction.replies}
    mine, other = replies[place.science.id], replies[place.finance.id]
    answer_instruction(session, place.actors["science"], mine.id, version=1, words="方案已报。", now=on(3, 16))
    with pytest.raises(NotFound):
        answer_instruction(session, place.actors["science"], other.id, version=1, words="代答。", now=on(3, 16))
    send_back_answer(session, officer, mine.id, version=mine.version, reason="缺少时间表", now=on(3, 17))
    assert mine.status is ReplyStatus.OWED
    assert "缺少时间表" in told(session, place.people["science"], NoticeKind.INSTRUCTION)[-1].body
    answer_instruction(session, place.actors["science"], mine.id, version=mine.version, words="已补。", now=on(3, 18))
    pass_answer(session, officer, mine.id, version=mine.version, words="", now=on(3, 19))
    assert instruction.status is InstructionStatus.OWED
    answer_instruction(session, place.actors["finance"], other.id, version=1, words="已安排。", now=on(3, 18))
    pass_answer(session, officer, other.id, version=other.version, words="同意", now=on(3, 19))
    assert instruction.status is InstructionStatus.DONE
    with pytest.raises(Conflict):
        pass_answer(session, officer, other.id, version=other.version, words="", now=on(3, 19))


def test_a_unit_sees_its_own_reply_alone(session: Session) -> None:
    place = a_running_city(session)
    instruction = handled(session, place)
    for actor, count in (("science", 1), ("officer", 2), ("leader", 2)):
        page = instruction_page(session, place.actors[actor], instruction.id, today=BY)
        assert len(page.replies) == len(page.row.replies) == count


def test_the_list_tells_replies_that_are_overdue_in_working_days(session: Session) -> None:
    place = a_running_city(session)
    handled(session, place)
    asked = InstructionFilter(is_overdue=True)
    assert instruction_list(session, place.actors["officer"], asked, today=BY).page.total == 0
    rows = instruction_list(session, place.actors["science"], asked, today=date(2026, 3, 24)).page.rows
    assert [row.workdays_over for row in rows] == [2]
