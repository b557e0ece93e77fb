"""A supervision report from draft to issue: what it may say, who may pass it on, and that it stays as it was issued."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.builders import NOW, acting
from tests.ledger_city import COUNTY, FINANCE, SCIENCE, City, a_city_under_way
from tracker.core.fields import resolve
from tracker.core.permissions import Actor
from tracker.core.proof import Fault, typed_numbers
from tracker.core.terms import (
    Agreement,
    AssignmentState,
    BehalfSource,
    ReportStatus,
    Role,
    SnapshotRowKind,
    SupervisionKind,
    SupervisionStatus,
    TaskState,
)
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import (
    Assignment,
    AssignmentHistory,
    AuditEvent,
    Jurisdiction,
    Notification,
    ProgressReport,
    ReportReceipt,
    SnapshotRow,
    SupervisionReport,
    Task,
)
from tracker.services import snapshots
from tracker.services import supervision as drafts
from tracker.services import supervision_issuing as issuing
from tracker.services import supervision_verifying as verifying
from tracker.services.lights import refresh_lights

MONTH = "2026-03"
AFTER = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 4, 9, 2, 0, tzinfo=UTC)
SIGNING = issuing.Signing("云川市分管副市长", date(2026, 4, 8), BehalfSource.STAMPED, "文件处理单第12号")


@pytest.fixture
def city(session: Session) -> City:
    made = a_city_under_way(session, NOW)
    session.execute(update(AssignmentHistory).values(recorded_from_at=NOW - timedelta(days=60)))
    session.execute(update(ProgressReport).values(status=ReportStatus.PASSED))
    session.expire_all()
    return made


def officer(city: City) -> Actor:
    return acting(city.people["officer"], Role.OFFICER)


def head(city: City) -> Actor:
    return acting(city.people["office_head"], Role.OFFICE_HEAD)


def liaison(city: City, unit: str = SCIENCE) -> Actor:
    return acting(city.people[unit], Role.LIAISON)


def a_draft(
    session: Session, city: City, kind: SupervisionKind = SupervisionKind.BULLETIN, month: str = MONTH
) -> SupervisionReport:
    asked = drafts.Asked(kind, month, (city.plan.id,))
    return drafts.create_report(session, officer(city), asked, now=AFTER if month == MONTH else LATER)


def shown(report: SupervisionReport) -> str:
    figures = snapshots.figures_of(report.snapshot)
    return "\n".join(resolve(each.text, figures) for each in report.paragraphs if "清单" not in each.text)


def edited(report: SupervisionReport, **changes: object) -> drafts.Edited:
    values = {
        "title": report.title,
        "addressee": report.addressee,
        "planned_on": None,
        "names_units": False,
        "naming_basis": "",
        "paragraphs": tuple(
            drafts.EditedParagraph(each.section, each.text, each.position) for each in report.paragraphs
        ),
    }
    return drafts.Edited(**{**values, **changes})  # type: ignore[arg-type]


def with_text(report: SupervisionReport, old: str, new: str) -> drafts.Edited:
    assert any(old in each.text for each in report.paragraphs)
    rows = tuple(
        drafts.EditedParagraph(each.section, each.text.replace(old, new), each.position) for each in report.paragraphs
    )
    return edited(report, paragraphs=rows)


def verified(session: Session, city: City, report: SupervisionReport, now: datetime = AFTER) -> SupervisionReport:
    verifying.ask_verification(session, officer(city), report.id, version=report.version, now=now)
    for asked in verifying.verifications(session, report.id):
        answers = [verifying.RowAnswer(row.id, Agreement.AGREED) for row in asked.rows]
        behalf = verifying.OnBehalf(BehalfSource.PHONE, AFTER.date())
        verifying.answer_verification(
            session, officer(city), asked.id, answers, behalf=behalf, version=asked.version, now=now
        )
    return report


def checked(session: Session, city: City, report: SupervisionReport) -> SupervisionReport:
    return issuing.check_report(session, head(city), report.id, version=report.version, now=LATER)


def issued(session: Session, city: City, report: SupervisionReport) -> SupervisionReport:
    checked(session, city, verified(session, city, report))
    issuing.sign_report(session, officer(city), report.id, behalf=SIGNING, version=report.version, now=LATER)
    return issuing.issue_report(session, officer(city), report.id, version=report.version, now=LATER)


def test_a_draft_says_its_figures_as_fields_in_the_wording_of_notices(session: Session, city: City) -> None:
    report = a_draft(session, city)
    assert report.title == "关于《云川市科技创新三年行动计划》2026年3月工作进展情况的通报"
    text = shown(report)
    assert "截至2026年3月31日，《云川市科技创新三年行动计划》" in text and "7项任务（8个具体事项）" in text
    assert "逾期2项，占25.0%" in text and "〖" not in text
    assert issuing.proof(session, report).is_clean
    assert all(typed_numbers(each.text) == [] for each in report.paragraphs)


def test_the_title_says_supervision_only_with_a_designation_on_record(session: Session, city: City) -> None:
    session.get_one(Jurisdiction, city.place.id).supervision_basis = "云编办〔2024〕5号"
    session.flush()
    assert "督查情况" in a_draft(session, city).title
    session.get_one(Jurisdiction, city.place.id).supervision_basis = None
    report = a_draft(session, city)
    drafts.edit_report(
        session, officer(city), report.id, edited(report, title="关于督查情况的通报"), version=1, now=AFTER
    )
    assert [f.fault for f in issuing.proof(session, report).findings] == [Fault.TITLE]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("{{逾期.项数}}", "1", Fault.CONTRADICTION),
        ("{{逾期.占比}}", "20%", Fault.CONTRADICTION),
        ("{{逾期.项数}}", "３", Fault.CONTRADICTION),
        ("{{逾期.项数}}项", "三项", Fault.CONTRADICTION),
        ("{{任务数}}", "{{任务总数}}", Fault.FIELD),
        ("中，", "中，新开工12个项目，", Fault.UNKNOWN),
    ],
)
def test_a_narrative_that_was_tampered_with_is_refused(
    session: Session, city: City, old: str, new: str, fault: Fault
) -> None:
    report = verified(session, city, a_draft(session, city))
    drafts.edit_report(
        session, officer(city), report.id, with_text(report, old, new), version=report.version, now=AFTER
    )
    assert fault in [f.fault for f in issuing.proof(session, report).findings]
    with pytest.raises(Invalid):
        checked(session, city, report)


def test_a_number_typed_by_hand_stands_once_somebody_answers_for_it(session: Session, city: City) -> None:
    report = a_draft(session, city)
    new = with_text(report, "中，", "中，新开工12个项目，")
    rows = tuple(
        drafts.EditedParagraph(each.section, each.text, each.place, (("12个", "市发展改革委4月1日来文"),))
        for each in new.paragraphs
    )
    new = edited(report, paragraphs=rows)
    drafts.edit_report(session, officer(city), report.id, new, version=report.version, now=AFTER)
    assert issuing.proof(session, report).is_clean


def test_units_are_named_in_a_bulletin_only_with_approval_on_record(session: Session, city: City) -> None:
    report = a_draft(session, city)
    assert SCIENCE not in shown(report)
    named = with_text(
        report,
        "请有关",
        "市科学技术局逾期事项较多，请有关",
    )
    drafts.edit_report(session, officer(city), report.id, named, version=report.version, now=AFTER)
    assert [f.fault for f in issuing.proof(session, report).findings] == [Fault.NAMING]
    with pytest.raises(Invalid):
        wrong = edited(report, names_units=True)
        drafts.edit_report(session, officer(city), report.id, wrong, version=report.version, now=AFTER)
    approved = edited(report, names_units=True, naming_basis="市长4月2日批示同意")
    drafts.edit_report(session, officer(city), report.id, approved, version=report.version, now=AFTER)
    assert issuing.proof(session, report).is_clean


def test_the_leaders_are_always_told_the_names(session: Session, city: City) -> None:
    report = a_draft(session, city, SupervisionKind.ACCOUNT)
    assert f"{SCIENCE}2项" in shown(report) and "需协调事项1项" in shown(report)


def test_a_changed_row_of_the_snapshot_stops_the_report(session: Session, city: City) -> None:
    report = verified(session, city, a_draft(session, city))
    row = session.scalars(select(SnapshotRow).where(SnapshotRow.kind == SnapshotRowKind.TASK)).first()
    assert row is not None
    row.content = row.content.replace('"percent":60', '"percent":95')
    session.flush()
    with pytest.raises(Invalid):
        checked(session, city, report)


def test_a_draft_is_recomputed_and_keeps_what_was_rewritten(session: Session, city: City) -> None:
    report = a_draft(session, city)
    drafts.edit_report(
        session, officer(city), report.id, with_text(report, "请有关", "请各有关"), version=report.version, now=AFTER
    )
    close(session, city, NOW + timedelta(days=1))
    drafts.refresh_report(session, officer(city), report.id, version=report.version, now=LATER)
    assert "逾期1项" in shown(report) and "请各有关" in shown(report)
    assert session.query(SnapshotRow.snapshot_id).distinct().count() == 1


def close(session: Session, city: City, at: datetime) -> None:
    session.execute(update(Task).where(Task.id == city.tasks["late"].id).values(state=TaskState.CLOSED))
    duties = update(Assignment).where(Assignment.task_id == city.tasks["late"].id)
    session.execute(duties.values(state=AssignmentState.DONE))
    session.expire_all()
    refresh_lights(session, [city.tasks["late"]], now=at)


def test_named_units_get_two_working_days_and_answer_row_by_row(session: Session, city: City) -> None:
    report = a_draft(session, city)
    count = verifying.ask_verification(session, officer(city), report.id, version=report.version, now=AFTER)
    asked = {each.unit.name: each for each in verifying.verifications(session, report.id)}
    assert count == len(asked) == 2 and COUNTY not in asked
    # Three days off for 清明 lie between the second of April and the second working day after it.
    assert asked[SCIENCE].answer_by_on == verifying.load_calendar(session).add_workdays(date(2026, 4, 2), 2)
    assert session.scalars(select(Notification.link).where(Notification.user_id == city.people[SCIENCE].id)).all()
    mine = asked[SCIENCE]
    with pytest.raises(Invalid):
        verifying.answer_verification(session, liaison(city), mine.id, [], version=mine.version, now=AFTER)
    silent = [verifying.RowAnswer(row.id, Agreement.DISPUTED) for row in mine.rows]
    with pytest.raises(Invalid):
        verifying.answer_verification(session, liaison(city), mine.id, silent, version=mine.version, now=AFTER)
    answers = [verifying.RowAnswer(row.id, Agreement.DISPUTED, "3月30日已完成验收。") for row in mine.rows]
    verifying.answer_verification(session, liaison(city), mine.id, answers, version=mine.version, now=AFTER)
    with pytest.raises(NotFound):
        verifying.find_verification(session, liaison(city, FINANCE), mine.id)
    with pytest.raises(Invalid, match="异议"):
        checked(session, city, report)
    verifying.decide_dispute(session, officer(city), mine.id, {row.id: "维持" for row in mine.rows}, now=LATER)
    # The other unit has been silent past its day, which counts as agreement.
    assert checked(session, city, report).status is SupervisionStatus.CHECKED


def test_who_drafted_a_report_does_not_check_it_but_where_one_person_does_everything(
    session: Session, city: City
) -> None:
    report = verified(session, city, a_draft(session, city))
    with pytest.raises(NotAllowed):
        issuing.check_report(session, officer(city), report.id, version=report.version, now=LATER)
    session.get_one(Jurisdiction, city.place.id).is_one_person = True
    session.flush()
    found = issuing.check_report(session, officer(city), report.id, version=report.version, now=LATER)
    assert found.is_one_person
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "report.check")).one()
    assert "一人经办" in event.summary


def test_the_steps_to_issue_cannot_be_skipped(session: Session, city: City) -> None:
    report = a_draft(session, city)
    with pytest.raises(Invalid, match="尚未送核实"):
        checked(session, city, report)
    checked(session, city, verified(session, city, report))
    with pytest.raises(Conflict):
        issuing.issue_report(session, officer(city), report.id, version=report.version, now=LATER)
    with pytest.raises(NotAllowed):
        issuing.sign_report(session, officer(city), report.id, behalf=None, version=report.version, now=LATER)
    leader = acting(city.people["leader"], Role.LEADER)
    issuing.sign_report(session, leader, report.id, behalf=None, version=report.version, now=LATER)
    assert (report.signer_name, report.signed_source) == (leader.name, "")


def test_an_issued_report_has_its_number_and_goes_to_every_unit(session: Session, city: City) -> None:
    report = issued(session, city, a_draft(session, city))
    assert (drafts.serial(report), report.signed_source) == ("〔2026〕1号", "盖章件：文件处理单第12号")
    receipts = session.scalars(select(ReportReceipt).where(ReportReceipt.report_id == report.id)).all()
    assert {receipt.unit.name for receipt in receipts} == {SCIENCE, FINANCE, COUNTY}
    mine = next(receipt for receipt in receipts if receipt.unit.name == SCIENCE)
    issuing.confirm_receipt(session, liaison(city), mine.id, now=LATER)
    assert mine.received_at == LATER
    with pytest.raises(NotFound):
        issuing.find_receipt(session, liaison(city, FINANCE), mine.id)


def test_an_issued_report_says_the_same_after_the_data_went_on(session: Session, city: City) -> None:
    report = issued(session, city, a_draft(session, city))
    before = shown(report)
    close(session, city, LATER + timedelta(days=1))
    session.expire_all()
    assert shown(report) == before and issuing.is_as_issued(report)
    assert snapshots.faults(session, report.snapshot) == []
    report.paragraphs[0].text = report.paragraphs[0].text.replace("逾期", "超期")
    assert not issuing.is_as_issued(report)


def test_an_issued_report_cannot_be_changed(session: Session, city: City) -> None:
    report = issued(session, city, a_draft(session, city))
    version = {"version": report.version, "now": LATER}
    with pytest.raises(Conflict):
        drafts.edit_report(session, officer(city), report.id, edited(report), **version)
    with pytest.raises(Conflict):
        drafts.refresh_report(session, officer(city), report.id, **version)
    with pytest.raises(Conflict):
        drafts.discard_report(session, officer(city), report.id, **version)


def test_a_withdrawn_report_keeps_its_number_and_is_replaced_with_a_trace(session: Session, city: City) -> None:
    first = issued(session, city, a_draft(session, city))
    with pytest.raises(Invalid):
        issuing.withdraw_report(session, head(city), first.id, reason="", version=first.version, now=LATER)
    issuing.withdraw_report(session, head(city), first.id, reason="数据有误", version=first.version, now=LATER)
    second = issuing.replace_report(session, officer(city), first.id, now=LATER)
    assert second.replaces_id == first.id and second.snapshot.previous_id is None
    assert drafts.serial(issued(session, city, second)) == "〔2026〕2号"
    assert first.status is SupervisionStatus.WITHDRAWN and drafts.serial(first) == "〔2026〕1号"


def test_a_report_of_a_running_period_is_drafted_but_not_issued(session: Session, city: City) -> None:
    report = a_draft(session, city, month="2026-04")
    assert not report.snapshot.is_period_over
    with pytest.raises(Invalid, match="周期尚未结束"):
        issued(session, city, report)


def test_the_next_report_is_told_against_the_last_issued_one(session: Session, city: City) -> None:
    first = issued(session, city, a_draft(session, city))
    second = a_draft(session, city, month="2026-04")
    assert second.snapshot.previous_id == first.snapshot_id
    assert "与上期（2026年3月）相比" in shown(second) and "连续两期以上逾期2项" in shown(second)


def test_reports_are_not_for_units_nor_for_another_jurisdiction(session: Session, city: City) -> None:
    report = a_draft(session, city)
    with pytest.raises(NotAllowed):
        drafts.find_report(session, liaison(city), report.id)
    elsewhere = a_city_under_way(session, NOW, "石渡市")
    with pytest.raises(NotFound):
        drafts.find_report(session, officer(elsewhere), report.id)
    with pytest.raises(Invalid):
        drafts.create_report(
            session, officer(elsewhere), drafts.Asked(SupervisionKind.BULLETIN, MONTH, (city.plan.id,)), now=AFTER
        )


def test_a_stale_page_changes_nothing(session: Session, city: City) -> None:
    report = a_draft(session, city)
    with pytest.raises(Conflict):
        drafts.edit_report(session, officer(city), report.id, edited(report), version=report.version + 1, now=AFTER)
