"""The office's judgement: it drives the light until the unit files for the next period, and never beyond a date."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_user, acting
from tests.services.test_signing import Place, file_row, on
from tracker.core.filing import Words
from tracker.core.lights import Light
from tracker.core.terms import NoticeKind, Role
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import AuditEvent, Judgement, Notification, Task
from tracker.services.calendar import load_calendar
from tracker.services.judging import judge_duty
from tracker.services.lights import duty_reason, light_condition, light_of, refresh_all_lights, task_reason
from tracker.services.review_filings import filing_review, waiting_filings


def test_a_judgement_shows_until_the_unit_files_for_the_next_period(session: Session) -> None:
    place = Place(session)
    duty = place.duties[0]
    file_row(session, place.liaison, place.head, duty, Words("推进中", 60), now=on(3, 10))
    assert light_of(duty, date(2026, 3, 12)) is Light.ON_TIME
    judge_duty(session, place.officer, duty.id, light=Light.BEHIND, reason="现场核查未开工", now=on(3, 12))
    for record in (duty, duty.task):
        assert light_of(record, date(2026, 3, 12)) is light_of(record, date(2026, 4, 20)) is Light.BEHIND
    assert session.scalar(select(Task.id).where(light_condition(Task, Light.BEHIND, date(2026, 3, 12)))) == duty.task_id
    reason = "办公室于2026年3月12日认定为“滞后”：现场核查未开工"
    calendar = load_calendar(session)
    assert duty_reason(duty.task, duty, date(2026, 3, 13), calendar) == reason
    assert task_reason(duty.task, date(2026, 3, 13), calendar) == reason
    # Recomputed as often as anybody likes it stays; the next filing ends it.
    refresh_all_lights(session, now=on(4, 1))
    assert light_of(duty, date(2026, 4, 2)) is Light.BEHIND
    file_row(session, place.liaison, place.head, duty, Words("已开工", 65), now=on(4, 10))
    assert light_of(duty, date(2026, 4, 10)) is light_of(duty.task, date(2026, 4, 10)) is Light.ON_TIME
    (kept,) = session.scalars(select(Judgement))
    assert (kept.period, kept.from_on, kept.until_on) == ("2026-03", date(2026, 3, 12), date(2026, 4, 1))
    assert session.scalar(select(AuditEvent.id).where(AuditEvent.action == "task.judge")) is not None
    told = session.scalars(select(Notification).where(Notification.kind == NoticeKind.JUDGED)).all()
    assert {each.user_id for each in told} == {place.liaison.user_id, place.head.user_id}


def test_judged_on_time_puts_off_every_light_but_late(session: Session) -> None:
    place = Place(session)
    duty = place.duties[0]
    file_row(session, place.liaison, place.head, duty, Words("推进中", 0), now=on(3, 10))
    assert light_of(duty, date(2026, 3, 12)) is Light.BEHIND
    judge_duty(session, place.officer, duty.id, light=Light.ON_TIME, reason="受汛期影响，同意顺延", now=on(3, 12))
    assert light_of(duty, date(2026, 3, 31)) is Light.ON_TIME
    assert light_of(duty, date(2026, 4, 1)) is Light.BEHIND
    assert light_of(duty, date(2027, 1, 1)) is Light.LATE


def test_what_is_late_is_not_judged_and_late_is_no_judgement(session: Session) -> None:
    place = Place(session)
    duty = place.duties[0]
    for light in (Light.LATE, Light.DONE, None):
        with pytest.raises(Invalid):
            judge_duty(session, place.officer, duty.id, light=light, reason="理由", now=on(3, 12))
    with pytest.raises(Invalid):
        judge_duty(session, place.officer, duty.id, light=Light.BEHIND, reason=" ", now=on(3, 12))
    for actor, refusal in ((place.liaison, NotAllowed), (place.head, NotAllowed)):
        with pytest.raises(refusal):
            judge_duty(session, actor, duty.id, light=Light.BEHIND, reason="理由", now=on(3, 12))
    leader = acting(a_user(session, place.city, Role.LEADER), Role.LEADER)
    with pytest.raises(NotAllowed):
        judge_duty(session, leader, duty.id, light=Light.BEHIND, reason="理由", now=on(3, 12))
    with pytest.raises(Conflict):
        judge_duty(session, place.officer, duty.id, light=Light.BEHIND, reason="理由", now=on(12, 31, 20))


def test_the_office_stops_at_rows_that_changed_class_or_need_coordination(session: Session) -> None:
    place = Place(session)
    first, second = place.duties
    for month, percents in ((2, (40, 40)), (3, (50, 41))):
        for duty, percent in zip(place.duties, percents, strict=True):
            file_row(session, place.liaison, place.head, duty, Words(f"{month}月", percent), now=on(month, 20))
    (waiting,) = [each for each in waiting_filings(session, place.officer) if each.label == "2026年3月"]
    review = filing_review(session, place.officer, waiting.id, today=date(2026, 3, 21))
    assert (len(review.stops), len(review.rest)) == (0, 2)
    judge_duty(session, place.officer, second.id, light=Light.BEHIND, reason="进展缓慢", now=on(3, 22))
    review = filing_review(session, place.officer, waiting.id, today=date(2026, 3, 22))
    assert [(row.assignment_id, row.stops) for row in review.stops] == [(second.id, ("新转滞后",))]
    assert [row.assignment_id for row in review.rest] == [first.id]
    assert review.next_id == next(each.id for each in waiting_filings(session, place.officer) if each.id != waiting.id)
    for stranger in (place.liaison, place.head):
        with pytest.raises(NotFound):
            filing_review(session, stranger, waiting.id, today=date(2026, 3, 22))
