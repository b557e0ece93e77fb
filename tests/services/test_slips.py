"""Slips: who issues which step when, what number it gets, who hears of it, and how it is answered and judged."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_task, a_unit, acting, an_assignment
from tests.services.test_workflow import City, a_prepared_city, duty_of, issue, on, told
from tracker.core.terms import (
    AssignmentState,
    DutyRole,
    NoticeKind,
    Role,
    SlipForm,
    SlipLevel,
    SlipStatus,
    UnitKind,
)
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import LeaderLink, Notification, Slip
from tracker.services.slip_rows import SlipFilter, candidates, slip_list, slip_page
from tracker.services.slips import SlipWords, answer_slip, issue_slips, pass_slip, reject_slip, report_to_leader

BY_20TH = SlipWords("请于回复期限前书面说明原因和措施。", date(2026, 3, 20))


def a_running_city(session: Session) -> City:
    place = a_prepared_city(session)
    issue(session, place)
    return place


def first_slip(session: Session, place: City) -> Slip:
    duty = duty_of(session, place, place.science)
    return issue_slips(session, place.actors["officer"], [duty.id], BY_20TH, now=on(3, 10))[0]


def test_the_officer_issues_blue_and_the_unit_hears_of_it_with_its_number(session: Session) -> None:
    place = a_running_city(session)
    slip = first_slip(session, place)
    assert (slip.number, slip.level, slip.form) == ("督办〔2026〕1号", SlipLevel.BLUE, SlipForm.SLIP)
    assert slip.basis == f"《{place.plan.title}》（{place.plan.doc_no}）"
    for name in ("science", "science_head"):
        assert (
            "蓝色督办单（督办〔2026〕1号），请于2026-03-20前回复"
            in told(session, place.people[name], NoticeKind.SLIP)[0].body
        )
    assert not told(session, place.people["leader"], NoticeKind.SLIP)


def test_the_next_step_waits_for_the_reply_by_date_and_for_the_head(session: Session) -> None:
    place = a_running_city(session)
    duty = first_slip(session, place).assignment
    officer, head = place.actors["officer"], place.actors["office_head"]
    later = SlipWords("请立即整改。", date(2026, 3, 27))
    with pytest.raises(Invalid, match="尚未到回复期限"):
        issue_slips(session, head, [duty.id], later, now=on(3, 20))
    with pytest.raises(NotAllowed):
        issue_slips(session, officer, [duty.id], later, now=on(3, 23))
    yellow = issue_slips(session, head, [duty.id], later, now=on(3, 23))[0]
    assert (yellow.level, yellow.number) == (SlipLevel.YELLOW, "督办〔2026〕2号")
    blue = next(row for row in slip_page(session, head, yellow.id, today=date(2026, 3, 23)).chain)
    assert (blue.status, blue.workdays_over) == (SlipStatus.FOLLOWED, None)
    with pytest.raises(Invalid, match="回复期限"):
        issue_slips(session, head, [duty.id], SlipWords("再催。", date(2026, 4, 9)), now=on(3, 24))


def test_after_red_there_is_no_further_step(session: Session) -> None:
    place = a_running_city(session)
    duty = first_slip(session, place).assignment
    head = place.actors["office_head"]
    for month, day in ((3, 23), (4, 1)):
        issue_slips(session, head, [duty.id], SlipWords("请整改。", date(2026, month, day + 2)), now=on(month, day))
    with pytest.raises(Invalid, match="不再升级"):
        issue_slips(session, head, [duty.id], SlipWords("请整改。", date(2026, 5, 9)), now=on(5, 4))


def test_one_person_does_every_step_where_the_jurisdiction_has_one(session: Session) -> None:
    place = a_running_city(session)
    place.city.is_one_person = True
    duty = first_slip(session, place).assignment
    words = SlipWords("请整改。", date(2026, 3, 27))
    assert issue_slips(session, place.actors["officer"], [duty.id], words, now=on(3, 23))[0].level is SlipLevel.YELLOW


def test_yellow_proposes_to_the_head_and_mails_no_leader_until_somebody_decides(session: Session) -> None:
    place = a_running_city(session)
    leader, head = place.people["leader"], place.people["office_head"]
    session.add(LeaderLink(leader_id=leader.id, unit_id=place.science.id, since_on=date(2026, 1, 1)))
    duty = first_slip(session, place).assignment
    yellow = issue_slips(
        session, place.actors["office_head"], [duty.id], SlipWords("请整改。", date(2026, 3, 27)), now=on(3, 23)
    )[0]
    assert "建议报告分管领导" in told(session, head, NoticeKind.SLIP)[0].subject
    assert not session.scalars(select(Notification).where(Notification.user_id == leader.id)).all()
    with pytest.raises(NotAllowed):
        report_to_leader(session, place.actors["officer"], yellow.id, version=yellow.version, now=on(3, 23))
    report_to_leader(session, place.actors["office_head"], yellow.id, version=yellow.version, now=on(3, 23))
    assert "黄色督办单" in told(session, leader, NoticeKind.SLIP)[0].subject
    with pytest.raises(Conflict):
        report_to_leader(session, place.actors["office_head"], yellow.id, version=yellow.version, now=on(3, 24))


def test_the_tick_box_tells_the_leader_at_once_and_is_refused_where_nobody_has_charge(session: Session) -> None:
    place = a_running_city(session)
    duty = first_slip(session, place).assignment
    words = SlipWords("请整改。", date(2026, 3, 27), tells_leader=True)
    with pytest.raises(Invalid, match="分管领导"), session.begin_nested():
        issue_slips(session, place.actors["office_head"], [duty.id], words, now=on(3, 23))
    leader = place.people["leader"]
    session.add(LeaderLink(leader_id=leader.id, unit_id=place.science.id, since_on=date(2026, 1, 1)))
    slip = issue_slips(session, place.actors["office_head"], [duty.id], words, now=on(3, 23))[0]
    assert slip.reported_on == date(2026, 3, 23) and len(told(session, leader, NoticeKind.SLIP)) == 1


def test_units_outside_the_command_get_letters_with_numbers_of_their_own(session: Session) -> None:
    place = a_running_city(session)
    first_slip(session, place)
    tax = a_unit(session, place.city, "云川市税务局", UnitKind.VERTICAL)
    duty = an_assignment(session, place.task, tax, DutyRole.RESPONSIBLE)
    session.expire(place.task)
    letter = issue_slips(session, place.actors["officer"], [duty.id], BY_20TH, now=on(3, 10))[0]
    assert (letter.form, letter.number) == (SlipForm.LETTER, "提示函〔2026〕1号")


def test_an_answer_is_judged_by_somebody_else_and_a_good_reason_ends_the_steps(session: Session) -> None:
    place = a_running_city(session)
    slip = first_slip(session, place)
    unit, officer = place.actors["science"], place.actors["officer"]
    with pytest.raises(NotAllowed):
        answer_slip(session, officer, slip.id, version=slip.version, reply="已办。", now=on(3, 12))
    answer_slip(session, unit, slip.id, version=slip.version, reply="因雨停工，已报备。", now=on(3, 12))
    assert (slip.status, slip.replied_on) == (SlipStatus.ANSWERED, date(2026, 3, 12))
    with pytest.raises(Conflict):
        answer_slip(session, unit, slip.id, version=slip.version, reply="再报。", now=on(3, 13))
    pass_slip(session, officer, slip.id, version=slip.version, has_good_reason=True, words="属实", now=on(3, 13))
    head = place.actors["office_head"]
    with pytest.raises(Invalid, match="说明理由"):
        issue_slips(session, head, [slip.assignment_id], SlipWords("请整改。", date(2026, 4, 9)), now=on(3, 16))
    anew = issue_slips(session, officer, [slip.assignment_id], SlipWords("请整改。", date(2026, 4, 9)), now=on(3, 23))
    assert anew[0].level is SlipLevel.BLUE


def test_a_rejected_answer_may_be_given_again_or_followed_by_the_next_step_at_once(session: Session) -> None:
    place = a_running_city(session)
    slip = first_slip(session, place)
    unit, officer = place.actors["science"], place.actors["officer"]
    answer_slip(session, unit, slip.id, version=slip.version, reply="正在办。", now=on(3, 12))
    with pytest.raises(Invalid):
        reject_slip(session, officer, slip.id, version=slip.version, reason=" ", now=on(3, 13))
    reject_slip(session, officer, slip.id, version=slip.version, reason="没有写明原因", now=on(3, 13))
    assert "没有写明原因" in told(session, place.people["science_head"], NoticeKind.SLIP)[-1].body
    page = slip_page(session, place.actors["office_head"], slip.id, today=date(2026, 3, 13))
    assert (page.next_hindrance, page.next_paper) == (None, "黄色督办单")
    answer_slip(session, unit, slip.id, version=slip.version, reply="原因是图纸变更。", now=on(3, 16))
    assert slip.status is SlipStatus.ANSWERED


def test_whoever_answered_for_a_unit_does_not_judge_the_answer(session: Session) -> None:
    place = a_running_city(session)
    slip = first_slip(session, place)
    both = acting(place.people["science"], Role.LIAISON, Role.OFFICER)
    answer_slip(session, both, slip.id, version=slip.version, reply="已办。", now=on(3, 12))
    colleague = acting(place.people["science_head"], Role.UNIT_HEAD, Role.OFFICER)
    for person in (both, colleague):
        with pytest.raises(Invalid, match="须由他人审核"):
            pass_slip(session, person, slip.id, version=slip.version, has_good_reason=True, words="", now=on(3, 13))


def test_many_slips_are_issued_in_one_act_or_none_with_everything_in_the_way_named(session: Session) -> None:
    place = a_running_city(session)
    other = a_task(session, place.plan, number="2.", title="建设中试基地", position=2)
    duties = [duty_of(session, place, place.science), duty_of(session, place, place.finance)]
    duties.append(an_assignment(session, other, place.science))
    officer = place.actors["officer"]
    first_slip(session, place)
    with pytest.raises(Invalid, match="云川市科技局"):
        issue_slips(session, officer, [duty.id for duty in duties], BY_20TH, now=on(3, 10))
    assert len(session.scalars(select(Slip)).all()) == 1
    issued = issue_slips(session, officer, [duty.id for duty in duties[1:]], BY_20TH, now=on(3, 10))
    assert [slip.number for slip in issued] == ["督办〔2026〕2号", "督办〔2026〕3号"]
    found = candidates(session, officer, [duty.id for duty in duties], today=date(2026, 3, 10))
    assert all(row.hindrance for row in found) and found[0].last.startswith("蓝色督办单（督办〔2026〕1号）")


def test_a_date_in_the_past_an_empty_demand_and_a_finished_duty_are_refused(session: Session) -> None:
    place = a_running_city(session)
    duty = duty_of(session, place, place.science)
    officer = place.actors["officer"]
    for words, field in (
        (SlipWords("请整改。", date(2026, 3, 10)), "reply_by_on"),
        (SlipWords("", BY_20TH.reply_by_on), "demand"),
    ):
        with pytest.raises(Invalid) as refused:
            issue_slips(session, officer, [duty.id], words, now=on(3, 10))
        assert field in refused.value.fields
    duty.state = AssignmentState.DONE
    with pytest.raises(Conflict):
        issue_slips(session, officer, [duty.id], BY_20TH, now=on(3, 10))


def test_a_slip_is_seen_by_its_unit_the_office_and_leaders_alone(session: Session) -> None:
    place = a_running_city(session)
    slip = first_slip(session, place)
    for name in ("science", "officer", "leader"):
        assert slip_page(session, place.actors[name], slip.id, today=date(2026, 3, 10)).row.number == slip.number
    with pytest.raises(NotFound):
        slip_page(session, place.actors["finance"], slip.id, today=date(2026, 3, 10))
    assert slip_list(session, place.actors["finance"], SlipFilter(), today=date(2026, 3, 10)).page.total == 0


def test_the_list_narrows_to_what_was_not_answered_in_time(session: Session) -> None:
    place = a_running_city(session)
    first_slip(session, place)
    officer, overdue = place.actors["officer"], SlipFilter(is_overdue=True)
    assert slip_list(session, officer, overdue, today=date(2026, 3, 20)).page.total == 0
    found = slip_list(session, officer, overdue, today=date(2026, 3, 24)).page.rows
    assert [row.workdays_over for row in found] == [2]
