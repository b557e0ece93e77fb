"""Acts entered for units and leaders (代录): the day received counts, the trail tells, the enterer does not review."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.test_slips import BY_20TH, a_running_city, first_slip
from tests.services.test_workflow import CONTACT, City, a_prepared_city, duty_of, on
from tracker.core.actions import Action
from tracker.core.filing import Words
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, BehalfSource, ReportStatus
from tracker.errors import Invalid, NotAllowed, NotFound
from tracker.models import AuditEvent, BehalfEntry
from tracker.services import workflow
from tracker.services.attachments import Upload
from tracker.services.behalf import Received, Whose, behalf_rows, enter, find_scan
from tracker.services.choosing import Chosen, choose_own_issued
from tracker.services.instructions import Target, instruct
from tracker.services.reviewing import Reviewed, pass_reports
from tracker.services.signing import file_received
from tracker.services.slips import answer_slip

PDF = Upload("回执.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")


def stamped(day: date) -> Received:
    return Received(BehalfSource.STAMPED, day, "云科函〔2026〕8号", PDF)


def file_for_science(session: Session, place: City, day: date, *, enterer: str = "officer"):  # type: ignore[no-untyped-def]
    duty = duty_of(session, place, place.science)

    def done(stand_in: Actor):  # type: ignore[no-untyped-def]
        return file_received(session, stand_in, duty.id, Words("一期厂房封顶", 45), now=on(4, 2))

    whose = Whose(place.science.id)
    return enter(session, place.actors[enterer], whose, stamped(day), Action.FILE, done, now=on(4, 2))


def test_a_filing_received_in_march_and_entered_in_april_is_that_of_march(session: Session) -> None:
    place = a_running_city(session)
    report = file_for_science(session, place, date(2026, 3, 31))
    duty = duty_of(session, place, place.science)
    assert (report.period, report.status, duty.last_filed_on) == ("2026-03", ReportStatus.SUBMITTED, date(2026, 3, 31))
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "task.file")).one()
    assert event.at == on(4, 2) and event.actor_name == "officer"
    assert "代录：云川市科技局，盖章件，2026-03-31收到" in event.summary


def test_who_entered_a_filing_does_not_review_it_unless_one_person_does_everything(session: Session) -> None:
    place = a_running_city(session)
    report = file_for_science(session, place, date(2026, 3, 31))
    seen = [Reviewed(report.id, report.version)]
    with pytest.raises(Invalid, match="须由他人审核"):
        pass_reports(session, place.actors["officer"], seen, now=on(4, 2))
    place.city.is_one_person = True
    pass_reports(session, place.actors["officer"], seen, now=on(4, 2))
    assert report.status is ReportStatus.PASSED


def test_an_acknowledgement_by_telephone_counts_from_the_day_of_the_call(session: Session) -> None:
    place = a_prepared_city(session)
    chosen = Chosen(place.plan.id)
    workflow.submit_tasks(session, place.actors["officer"], chosen, now=on(3, 2))
    workflow.approve_tasks(session, place.actors["office_head"], chosen, now=on(3, 3))

    def done(stand_in: Actor):  # type: ignore[no-untyped-def]
        duties = choose_own_issued(session, stand_in, chosen)
        workflow.acknowledge(session, stand_in, chosen, contact=CONTACT, now=on(3, 9))
        return duties

    whose, call = Whose(place.finance.id), Received(BehalfSource.PHONE, date(2026, 3, 4))
    enter(session, place.actors["officer"], whose, call, Action.ACKNOWLEDGE, done, now=on(3, 9))
    duty = duty_of(session, place, place.finance)
    assert (duty.state, duty.acknowledged_on) == (AssignmentState.IN_PROGRESS, date(2026, 3, 4))
    assert duty_of(session, place, place.science).state is AssignmentState.ISSUED
    entry = session.scalars(select(BehalfEntry)).one()
    assert (entry.subject_type, entry.subject_id, entry.task_id) == ("Assignment", duty.id, place.task.id)


def test_an_answer_to_a_slip_that_came_in_time_is_in_time_whenever_it_is_entered(session: Session) -> None:
    place = a_running_city(session)
    slip = first_slip(session, place)

    def done(stand_in: Actor):  # type: ignore[no-untyped-def]
        return answer_slip(session, stand_in, slip.id, version=slip.version, reply="已办。", now=on(3, 25))

    whose = Whose(place.science.id)
    enter(
        session, place.actors["officer"], whose, stamped(BY_20TH.reply_by_on), Action.ANSWER_SLIP, done, now=on(3, 25)
    )
    assert slip.replied_on == BY_20TH.reply_by_on
    assert behalf_rows(session, task_id=place.task.id)["Slip", slip.id].filename == "回执.pdf"


def test_a_leaders_instruction_is_entered_as_the_leaders(session: Session) -> None:
    place = a_running_city(session)
    leader = place.people["leader"]

    def done(stand_in: Actor):  # type: ignore[no-untyped-def]
        target = Target(task_id=place.task.id)
        return instruct(session, stand_in, target, "请抓紧。", leader_id=leader.id, now=on(3, 12))

    whose, meeting = Whose(leader_id=leader.id), Received(BehalfSource.MEETING, date(2026, 3, 11))
    found = enter(session, place.actors["officer"], whose, meeting, Action.INSTRUCT, done, now=on(3, 12))
    assert (found.leader_id, found.given_on) == (leader.id, date(2026, 3, 11))
    assert found.entered_by_id == place.people["officer"].id


def test_nothing_is_entered_by_others_than_the_office_nor_from_the_future_nor_from_before_the_issue(
    session: Session,
) -> None:
    place = a_running_city(session)
    with pytest.raises(NotAllowed):
        file_for_science(session, place, date(2026, 4, 1), enterer="finance")
    with pytest.raises(Invalid, match="不能晚于今天"):
        file_for_science(session, place, date(2026, 4, 3))
    with pytest.raises(Invalid, match="不能早于交办日期"):
        file_for_science(session, place, date(2026, 3, 1))
    whose = Whose(leader_id=place.people["finance"].id)
    with pytest.raises(Invalid, match="在任的领导"):
        enter(
            session,
            place.actors["officer"],
            whose,
            stamped(date(2026, 3, 9)),
            Action.INSTRUCT,
            lambda _: [],
            now=on(4, 2),
        )


def test_a_stand_in_can_do_no_more_than_the_unit_could(session: Session) -> None:
    place = a_running_city(session)
    science = duty_of(session, place, place.science)

    def done(stand_in: Actor):  # type: ignore[no-untyped-def]
        words = Words("已完成")
        return workflow.finish_part(session, stand_in, science.id, version=science.version, words=words, now=on(4, 2))

    with pytest.raises(NotAllowed):
        whose = Whose(place.finance.id)
        enter(
            session, place.actors["officer"], whose, stamped(date(2026, 4, 1)), Action.FINISH_PART, done, now=on(4, 2)
        )


def test_the_scan_is_given_to_the_office_leaders_and_the_unit_alone(session: Session) -> None:
    place = a_running_city(session)
    file_for_science(session, place, date(2026, 3, 31))
    entry = session.scalars(select(BehalfEntry)).one()
    for name in ("officer", "leader", "science"):
        assert find_scan(session, place.actors[name], entry.id).data == PDF.data
    with pytest.raises(NotFound):
        find_scan(session, place.actors["finance"], entry.id)
