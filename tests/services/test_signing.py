"""A filing leaves its unit: handed over, signed as a whole, sent back; what counts from which day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, acting, an_assignment, file_row
from tracker.core.filing import Words
from tracker.core.permissions import Actor
from tracker.core.terms import FilingStatus, MatterStatus, NoticeKind, PeriodKind, ReportStatus, Role, UnitKind
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Assignment, CoordinationMatter, Filing, Notification, Plan, Task, User
from tracker.services.coordination import MatterDecision, MatterFilter, agenda, decide_matter
from tracker.services.filing import Entry, Reason, newest_report, save_row
from tracker.services.filing_pages import filing_page, sign_page
from tracker.services.last_words import last_words
from tracker.services.lights import refresh_lights
from tracker.services.owing import owes
from tracker.services.plan_settings import FilingRules, clear_window, edit_filing_rules, plan_settings, set_window
from tracker.services.reviewing import Reviewed, pass_reports, send_back_report
from tracker.services.signing import hand_over, return_filing, sign_filing, take_back
from tracker.services.summaries import summary


def on(month: int, day: int, hour: int = 2) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


class Place:
    """A city with one unit, its two duties in one monthly plan, and everybody who acts."""

    def __init__(self, session: Session, *, has_head: bool = True) -> None:
        self.city = a_city(session)
        self.officer_user = a_user(session, self.city, Role.OFFICER)
        self.officer = acting(self.officer_user, Role.OFFICER)
        self.unit = a_unit(session, self.city, "市科技局")
        self.liaison = acting(a_user(session, self.city, Role.LIAISON, self.unit), Role.LIAISON)
        self.head: Actor = self.liaison
        if has_head:
            self.head = acting(a_user(session, self.city, Role.UNIT_HEAD, self.unit), Role.UNIT_HEAD)
        self.plan = a_plan(session, self.city, self.officer_user)
        self.duties = [self.duty(session, self.plan, number) for number in (1, 2)]

    def duty(self, session: Session, plan: Plan, number: int) -> Assignment:
        task = a_task(session, plan, number=f"{number}.", position=number, title=f"建设第{number}个园区")
        duty = an_assignment(session, task, self.unit, acknowledged_on=date(2026, 1, 6))
        refresh_lights(session, [task], now=on(1, 6))
        return duty


def written(session: Session, place: Place, duty: Assignment, words: str, *, now: datetime, version: int = 0) -> None:
    save_row(session, place.liaison, Entry(duty.id, version, Words(words, 50)), now=now)


def the_filing(session: Session) -> Filing:
    return session.scalars(select(Filing).order_by(Filing.id.desc()).limit(1)).one()


def test_what_waits_for_a_signature_is_not_missed_and_not_seen_by_the_office(session: Session) -> None:
    place = Place(session)
    written(session, place, place.duties[0], "封顶", now=on(3, 30))
    done = hand_over(session, place.liaison, now=on(3, 30))
    assert (done.rows, done.blank, done.is_signed) == (1, 1, False)
    first, second = place.duties
    assert first.last_filed_on == date(2026, 3, 30) and first.percent is None
    assert first.report_opens_on == date(2026, 4, 1) and second.report_missed_on == date(2026, 2, 28)
    owed = session.scalars(
        select(Assignment.id).join(Task, Task.id == Assignment.task_id).where(owes(date(2026, 3, 1)))
    )
    assert owed.all() == [second.id]
    assert last_words(session, [first.id]) == {}
    with pytest.raises(Invalid):
        hand_over(session, place.liaison, now=on(3, 30))
    # Signed two days into the next month: the liaison's day counts.
    filing = the_filing(session)
    sign_filing(session, place.head, filing.id, version=filing.version, now=on(4, 2))
    report = newest_report(session, first.id)
    assert report is not None and (report.status, report.period) == (ReportStatus.SUBMITTED, "2026-03")
    assert (first.last_filed_on, first.percent) == (date(2026, 3, 30), 50)
    assert last_words(session, [first.id])[first.id].progress == "封顶"
    assert not filing.is_one_person


def test_only_the_head_of_the_unit_signs_and_a_changed_filing_is_not_signed_unseen(session: Session) -> None:
    place = Place(session)
    written(session, place, place.duties[0], "封顶", now=on(3, 10))
    hand_over(session, place.liaison, now=on(3, 10))
    filing = the_filing(session)
    shown = filing.version
    with pytest.raises(NotAllowed):
        sign_filing(session, place.liaison, filing.id, version=shown, now=on(3, 11))
    other = a_unit(session, place.city, "市财政局", UnitKind.DEPARTMENT)
    stranger = acting(a_user(session, place.city, Role.UNIT_HEAD, other), Role.UNIT_HEAD)
    for act in (sign_filing, take_back):
        with pytest.raises(NotFound):
            act(session, stranger, filing.id, version=shown, now=on(3, 11))
    written(session, place, place.duties[1], "开工", now=on(3, 11))
    hand_over(session, place.liaison, now=on(3, 11))
    with pytest.raises(Conflict):
        sign_filing(session, place.head, filing.id, version=shown, now=on(3, 12))
    assert sign_filing(session, place.head, filing.id, version=filing.version, now=on(3, 12)) == 2
    with pytest.raises(Conflict):
        sign_filing(session, place.head, filing.id, version=filing.version, now=on(3, 12))


def test_a_unit_without_a_head_signs_by_handing_over_and_is_marked(session: Session) -> None:
    place = Place(session, has_head=False)
    written(session, place, place.duties[0], "封顶", now=on(3, 10))
    assert hand_over(session, place.liaison, now=on(3, 10)).is_signed
    filing = the_filing(session)
    assert filing.status is FilingStatus.SIGNED and filing.is_one_person and place.duties[0].percent == 50


def test_the_head_sends_it_back_with_words_and_the_first_day_stays(session: Session) -> None:
    place = Place(session)
    duty = place.duties[0]
    written(session, place, duty, "封顶", now=on(3, 30))
    hand_over(session, place.liaison, now=on(3, 30))
    filing = the_filing(session)
    with pytest.raises(Invalid):
        return_filing(session, place.head, filing.id, version=filing.version, words=" ", now=on(3, 31))
    return_filing(session, place.head, filing.id, version=filing.version, words="请补数据", now=on(3, 31))
    assert (filing.status, filing.returned_words) == (FilingStatus.DRAFT, "请补数据")
    assert duty.last_filed_on is None and duty.report_opens_on == date(2026, 2, 1)
    told = session.scalars(select(Notification).join(User).where(User.id == place.liaison.user_id)).all()
    assert any("请补数据" in each.body and each.kind is NoticeKind.SENT_BACK for each in told)
    report = newest_report(session, duty.id)
    assert report is not None
    # Mended in April, it is still the filing of March with the day it was first handed over.
    save_row(session, place.liaison, Entry(duty.id, report.version, Words("封顶，投资3亿元", 55)), now=on(4, 1))
    hand_over(session, place.liaison, now=on(4, 1))
    filing = the_filing(session)
    sign_filing(session, place.head, filing.id, version=filing.version, now=on(4, 1))
    assert (report.period, duty.last_filed_on, duty.percent) == ("2026-03", date(2026, 3, 30), 55)
    assert duty.report_opens_on == date(2026, 4, 1)


def test_a_row_sent_back_by_the_office_is_mended_for_its_own_period_and_keeps_its_day(session: Session) -> None:
    place = Place(session)
    duty = place.duties[0]
    report = file_row(session, place.liaison, place.head, duty, Words("封顶", 50), now=on(3, 31))
    reason = Reason("incomplete", "请写明投资额")
    send_back_report(session, place.officer, Reviewed(report.id, report.version), reason=reason, now=on(4, 2))
    assert report.times_sent_back == 1 and duty.last_filed_on is None
    page = filing_page(session, place.liaison, today=date(2026, 4, 3))
    row = next(row for row in page.rows if row.assignment_id == duty.id)
    assert row.month == "2026-03" and "请写明投资额" in row.sent_back and page.sent_back == 1
    again = file_row(session, place.liaison, place.head, duty, Words("封顶，投资3亿元", 50), now=on(4, 3))
    assert again is report and duty.last_filed_on == date(2026, 3, 31)
    page = filing_page(session, place.liaison, today=date(2026, 4, 3))
    row = next(row for row in page.rows if row.assignment_id == duty.id)
    assert (row.month, row.is_owed, row.words) == ("2026-04", True, Words(""))
    pass_reports(session, place.officer, [Reviewed(report.id, report.version)], now=on(4, 4))
    assert report.status is ReportStatus.PASSED and report.times_sent_back == 1


def test_a_draft_never_handed_over_goes_along_into_the_next_period(session: Session) -> None:
    place = Place(session)
    duty = place.duties[0]
    written(session, place, duty, "写了一半", now=on(3, 30))
    row = next(
        r for r in filing_page(session, place.liaison, today=date(2026, 4, 2)).rows if r.assignment_id == duty.id
    )
    assert (row.month, row.words.progress, row.version) == ("2026-04", "写了一半", 1)
    written(session, place, duty, "写完了", now=on(4, 2), version=1)
    report = newest_report(session, duty.id)
    assert report is not None and report.period == "2026-04" and report.filing is not None
    assert report.filing.period == "2026-04"


def test_the_same_words_are_taken_twice_running_and_not_a_third_time(session: Session) -> None:
    place = Place(session)
    duty, words = place.duties[0], Words("持续推进", 50)
    for month in (2, 3, 4):
        report = file_row(session, place.liaison, place.head, duty, words, now=on(month, 20))
        assert report.is_same_as_last == (month > 2)
    save_row(session, place.liaison, Entry(duty.id, 0, words), now=on(5, 20))
    with pytest.raises(Invalid) as refused:
        hand_over(session, place.liaison, now=on(5, 20))
    assert "连续2期" in refused.value.fields[str(duty.id)]
    report = newest_report(session, duty.id)
    assert report is not None
    save_row(session, place.liaison, Entry(duty.id, report.version, Words("持续推进，新增2家", 50)), now=on(5, 20))
    assert hand_over(session, place.liaison, now=on(5, 20)).rows == 1


def test_what_was_handed_over_can_be_taken_back_and_what_was_passed_cannot(session: Session) -> None:
    place = Place(session)
    duty = place.duties[0]
    report = file_row(session, place.liaison, place.head, duty, Words("封顶", 50), now=on(3, 10))
    filing = the_filing(session)
    with pytest.raises(Conflict):
        written(session, place, duty, "改一改", now=on(3, 10), version=report.version)
    with pytest.raises(Conflict):
        take_back(session, place.liaison, filing.id, version=filing.version, now=on(3, 10))
    assert take_back(session, place.head, filing.id, version=filing.version, now=on(3, 10)) == 1
    assert (report.status, duty.percent, duty.last_filed_on) == (ReportStatus.DRAFT, None, None)
    report = file_row(session, place.liaison, place.head, duty, Words("封顶了", 50), now=on(3, 11))
    pass_reports(session, place.officer, [Reviewed(report.id, report.version)], now=on(3, 12))
    with pytest.raises(Conflict):
        take_back(session, place.head, filing.id, version=filing.version, now=on(3, 12))


def test_a_task_that_wants_evidence_is_not_handed_over_without(session: Session) -> None:
    place = Place(session)
    place.duties[0].task.needs_evidence = True
    written(session, place, place.duties[0], "封顶", now=on(3, 10))
    with pytest.raises(Invalid) as refused:
        hand_over(session, place.liaison, now=on(3, 10))
    assert "佐证材料" in refused.value.fields[str(place.duties[0].id)]


def test_a_quarterly_plan_is_filed_for_in_its_last_month_beside_a_monthly_one(session: Session) -> None:
    place = Place(session)
    quarterly = a_plan(session, place.city, place.officer_user, title="季报方案", period_kind=PeriodKind.QUARTER)
    duty = place.duty(session, quarterly, 9)
    assert duty.report_opens_on == date(2026, 3, 1)
    assert {group.title for group in filing_page(session, place.liaison, today=date(2026, 3, 5)).groups} == {
        "季报方案",
        place.plan.title,
    }
    report = file_row(session, place.liaison, place.head, duty, Words("一季度完成", 25), now=on(3, 20))
    assert (report.period, duty.report_opens_on) == ("2026-03", date(2026, 6, 1))
    assert duty.unknown_on == date(2026, 7, 1)
    page = filing_page(session, place.liaison, today=date(2026, 5, 5))
    assert [group.title for group in page.groups] == [place.plan.title]
    # A filing of the second quarter made in July is late and still that of June.
    late = file_row(session, place.liaison, place.head, duty, Words("二季度补报", 50), now=on(7, 3))
    assert late.period == "2026-06" and duty.report_opens_on == date(2026, 9, 1)


def test_the_settings_of_a_plan_move_what_is_owed(session: Session) -> None:
    place = Place(session)
    duty = place.duties[0]

    def rules(*given: object) -> None:
        version = place.plan.version
        made = FilingRules(place.plan.filing_mode, *given)  # type: ignore[arg-type]
        edit_filing_rules(session, place.officer, place.plan.id, made, version=version, now=on(3, 2))

    rules(PeriodKind.MONTH, 20, 25)
    assert duty.report_opens_on == date(2026, 1, 20)
    assert duty.report_missed_on == date(2026, 1, 24)  # the 25th is a Sunday: closes on Friday the 23rd
    set_window(
        session,
        place.officer,
        place.plan.id,
        "2026-03",
        opens_on=date(2026, 4, 2),
        closes_on=date(2026, 4, 8),
        now=on(3, 2),
    )
    shown = plan_settings(session, place.officer, place.plan.id, today=date(2026, 3, 2)).windows
    assert [(row.window.name, row.is_by_hand) for row in shown][:2] == [("2026-02", False), ("2026-03", True)]
    file_row(session, place.liaison, place.head, duty, Words("二月", 10), now=on(3, 3))
    assert (duty.report_opens_on, duty.report_missed_on) == (date(2026, 4, 2), date(2026, 4, 9))
    with pytest.raises(Invalid):
        days = {"opens_on": date(2026, 5, 30), "closes_on": date(2026, 6, 1)}
        set_window(session, place.officer, place.plan.id, "2026-03", **days, now=on(3, 2))
    clear_window(session, place.officer, place.plan.id, "2026-03", now=on(3, 4))
    assert duty.report_opens_on == date(2026, 3, 20)
    rules(PeriodKind.NONE, 1, 31)
    assert duty.report_opens_on is None and not duty.is_filing and duty.unknown_on is None
    with pytest.raises(NotAllowed):
        plan_settings(session, place.liaison, place.plan.id, today=date(2026, 3, 2))


def test_the_head_reads_what_changed_first(session: Session) -> None:
    place = Place(session)
    for duty in place.duties:
        file_row(session, place.liaison, place.head, duty, Words("开工", 20), now=on(2, 20))
    written(session, place, place.duties[0], "封顶", now=on(3, 10))
    save_row(session, place.liaison, Entry(place.duties[1].id, 0, Words("开工", 20)), now=on(3, 10))
    hand_over(session, place.liaison, now=on(3, 10))
    page = sign_page(session, place.head, the_filing(session).id, today=date(2026, 3, 10))
    assert [row.number for row in page.changed] == ["1."] and [row.number for row in page.same] == ["2."]
    assert page.may_sign and not sign_page(session, place.liaison, page.note.id, today=date(2026, 3, 10)).may_sign


def test_what_needs_coordination_comes_on_the_agenda_once_and_ends_with_an_outcome(session: Session) -> None:
    place = Place(session)
    first, second = place.duties
    for month, words in ((2, "请协调用地"), (3, "请协调用地"), (4, "无。")):
        file_row(
            session, place.liaison, place.head, first, Words(f"{month}月", 50, coordination=words), now=on(month, 20)
        )
    file_row(session, place.liaison, place.head, second, Words("二月", 50, coordination="请协调资金"), now=on(4, 21))
    rows = agenda(session, place.officer, MatterFilter()).page.rows
    assert [row.words for row in rows] == ["请协调用地", "请协调资金"]
    matter = session.scalars(select(CoordinationMatter).order_by(CoordinationMatter.id).limit(1)).one()

    def decide(status: MatterStatus, owner: str = "", outcome: str = "", actor: Actor = place.officer) -> None:
        decision = MatterDecision(status, owner, None, outcome)
        decide_matter(session, actor, matter.id, decision, version=matter.version, now=on(4, 22))

    for wrong in (MatterStatus.IN_HAND, MatterStatus.SETTLED, MatterStatus.DECLINED):
        with pytest.raises(Invalid):
            decide(wrong)
    decide(MatterStatus.IN_HAND, "市自然资源局")
    with pytest.raises(Conflict):
        version = matter.version - 1
        decision = MatterDecision(MatterStatus.SETTLED, "", None, "已解决")
        decide_matter(session, place.officer, matter.id, decision, version=version, now=on(4, 22))
    decide(MatterStatus.SETTLED, "市自然资源局", "用地指标已批")
    assert [row.words for row in agenda(session, place.officer, MatterFilter()).page.rows] == ["请协调资金"]
    assert agenda(session, place.officer, MatterFilter(is_whole=True)).page.total == 2
    told = session.scalars(select(Notification).where(Notification.user_id == place.liaison.user_id)).all()
    assert any("用地指标已批" in each.body for each in told)
    with pytest.raises(NotAllowed):
        agenda(session, place.liaison, MatterFilter())
    # Raised again after it was settled, it is a new matter.
    file_row(session, place.liaison, place.head, first, Words("五月", 60, coordination="请协调用地"), now=on(5, 20))
    assert agenda(session, place.officer, MatterFilter()).page.total == 2


def test_a_monthly_summary_of_a_quarterly_plan_says_what_was_passed_last(session: Session) -> None:
    place = Place(session)
    plan = a_plan(session, place.city, place.officer_user, title="季报方案", period_kind=PeriodKind.QUARTER)
    duty = place.duty(session, plan, 9)
    report = file_row(session, place.liaison, place.head, duty, Words("一季度完成", 25), now=on(3, 20))
    pass_reports(session, place.officer, [Reviewed(report.id, report.version)], now=on(3, 21))
    (row,) = summary(session, place.officer, plan.id, "2026-05", now=on(5, 20)).ledger
    assert (row.progress, row.percent, row.filing) == ("一季度完成", 25, "无需报送")
    save_row(session, place.liaison, Entry(duty.id, 0, Words("二季度完成", 50)), now=on(6, 20))
    hand_over(session, place.liaison, now=on(6, 20))
    (row,) = summary(session, place.officer, plan.id, "2026-06", now=on(6, 21)).ledger
    assert (row.progress, row.percent, row.filing) == ("一季度完成", 25, "待签发")
    filing = the_filing(session)
    sign_filing(session, place.head, filing.id, version=filing.version, now=on(6, 22))
    (row,) = summary(session, place.officer, plan.id, "2026-06", now=on(6, 23)).ledger
    assert (row.progress, row.percent, row.filing) == ("一季度完成", 50, "已报送")
