"""The pages of filing and review: what is owed first, last words beside, the doubtful first."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from tests.builders import a_task, an_assignment, file_row
from tests.services.test_workflow import NOT_DONE, City, a_prepared_city, duty_of, issue, on
from tracker.core.terms import AssignmentState, FilingMode, PeriodKind, ReportStatus, TaskState
from tracker.models import Assignment
from tracker.services.filing import Words
from tracker.services.filing_pages import filing_page
from tracker.services.plan_settings import FilingRules, edit_filing_rules
from tracker.services.review_pages import ReviewFilter, review_page
from tracker.services.reviewing import Reviewed, pass_reports, send_back_report


def an_issued_city(session: Session, **plan_fields: object) -> tuple[City, Assignment, Assignment]:
    """The prepared city issued, and a second duty of the lead under way."""
    place = a_prepared_city(session, **plan_fields)
    other = a_task(session, place.plan, number="2.", position=2, title="组建研究院", state=TaskState.DRAFT)
    an_assignment(session, other, place.science, state=AssignmentState.PLANNED, issued_on=None)
    issue(session, place)
    (second,) = other.assignments
    return place, duty_of(session, place, place.science), second


def file_words(session: Session, place: City, duty: Assignment, words: Words, *, now: datetime) -> Reviewed:
    report = file_row(session, place.actors["science"], place.actors["science_head"], duty, words, now=now)
    return Reviewed(report.id, report.version)


def test_what_is_still_owed_comes_first_and_what_was_sent_back_before_that(session: Session) -> None:
    place, first, second = an_issued_city(session)
    science = place.actors["science"]
    # Acknowledged in March, so that the first filing is owed in April.
    assert filing_page(session, science, today=date(2026, 3, 9)).owed == 0
    before = filing_page(session, science, today=date(2026, 4, 9))
    assert [row.number for row in before.rows] == ["1.", "2."] and before.owed == 2
    seen = file_words(session, place, second, Words("已注册", 80), now=on(4, 10))
    file_words(session, place, first, Words("封顶", 40), now=on(4, 10))
    send_back_report(session, place.actors["officer"], seen, reason=NOT_DONE, now=on(4, 11))
    after = filing_page(session, science, today=date(2026, 4, 12))
    assert [(row.number, row.is_owed) for row in after.rows] == [("2.", True), ("1.", False)]
    assert after.rows[0].sent_back.startswith("未达到完成标准：") and after.rows[0].words.progress == "已注册"


def test_the_words_of_the_month_before_stand_beside_and_this_month_begins_empty(session: Session) -> None:
    place, first, _ = an_issued_city(session)
    seen = file_words(session, place, first, Words("封顶", 40), now=on(3, 10))
    pass_reports(session, place.actors["officer"], [seen], now=on(3, 11))
    row = filing_page(session, place.actors["science"], today=date(2026, 4, 2)).rows[0]
    assert row.last is not None and (row.last.period, row.last.words.percent) == ("2026-03", 40)
    assert (row.version, row.status, row.words.progress) == (0, None, "")
    march = next(
        each
        for each in filing_page(session, place.actors["science"], today=date(2026, 3, 31)).rows
        if each.assignment_id == first.id
    )
    assert march.status is ReportStatus.PASSED and not march.is_open and march.last is None


def test_an_evening_in_utc_is_already_the_next_month_in_the_office(session: Session) -> None:
    place, first, _ = an_issued_city(session)
    file_words(session, place, first, Words("跨月", 10), now=on(3, 31, 17))
    assert first.last_filed_on == date(2026, 4, 1)
    assert filing_page(session, place.actors["science"], today=date(2026, 4, 1)).rows[-1].words.progress == "跨月"


def test_a_partner_files_only_where_the_plan_says_so(session: Session) -> None:
    place, _, _ = an_issued_city(session)
    page = filing_page(session, place.actors["finance"], today=date(2026, 3, 9))
    assert not page.rows and [part.number for part in page.parts] == ["1."]
    rules = FilingRules(FilingMode.LEAD_AND_RESPONSIBLE, PeriodKind.MONTH, 1, 31)
    officer = place.actors["officer"]
    edit_filing_rules(session, officer, place.plan.id, rules, version=place.plan.version, now=on(3, 9))
    page = filing_page(session, place.actors["finance"], today=date(2026, 3, 9))
    assert [row.number for row in page.rows] == ["1."] and page.parts == ()


def test_reports_that_need_coordination_come_first_and_odd_ones_are_flagged(session: Session) -> None:
    place, first, second = an_issued_city(session)
    officer = place.actors["officer"]
    march = [file_words(session, place, duty, Words("推进中", 50), now=on(3, 10)) for duty in (first, second)]
    pass_reports(session, officer, march, now=on(3, 11))
    file_words(session, place, first, Words("推进中", 45), now=on(4, 9))
    file_words(session, place, second, Words("遇到困难", 50, coordination="请协调用地"), now=on(4, 10))
    page = review_page(session, officer, ReviewFilter(), today=date(2026, 4, 11))
    assert [row.number for row in page.reports] == ["2.", "1."] and page.total == 2
    assert page.reports[0].flags == ("需协调", "比例未变")
    assert page.reports[1].flags == ("比例下降", "与上期文字相同")
    assert page.reports[1].last is not None and page.reports[1].last.percent == 50
    nobody = review_page(session, officer, ReviewFilter(unit_id=place.finance.id), today=date(2026, 4, 11))
    assert nobody.reports == () and nobody.total == 0 and [unit.id for unit in nobody.units] == [place.science.id]
