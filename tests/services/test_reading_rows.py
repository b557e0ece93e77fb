"""The rows that pages read: the right ones for each role, counts that equal lists, few queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, a_task, a_user, acting, an_assignment
from tests.ledger_city import COUNTY, FINANCE, LAST_WORD, SCIENCE, City, a_city_under_way, a_prepared_plan, a_report
from tracker.core.actions import Action
from tracker.core.lights import Light
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, NoticeKind, PlanStatus, ReportStatus, Role, TaskState, UrgeChannel
from tracker.db import transaction
from tracker.errors import NotAllowed, NotFound
from tracker.models import Urge
from tracker.services import desk, filing_pages, notices, overdue, plan_facts, plan_list, plan_pages, search
from tracker.services.lights import refresh_lights
from tracker.services.overdue import BoardFilter
from tracker.services.plan_list import PlanFilter
from tracker.services.plan_pages import TaskFilter
from tracker.services.summaries import summary

MOST_QUERIES = 8


@pytest.fixture
def city(session: Session) -> City:
    return a_city_under_way(session, NOW)


def officer(city: City) -> Actor:
    return acting(city.people["officer"], Role.OFFICER)


def leader(city: City) -> Actor:
    return acting(city.people["leader"], Role.LEADER)


def liaison(city: City, unit: str) -> Actor:
    return acting(city.people[unit], Role.LIAISON)


def ledger(session: Session, actor: Actor, city: City, asked: TaskFilter | None = None) -> plan_pages.TaskLedger:
    return plan_pages.task_ledger(session, actor, city.plan.id, asked or TaskFilter(), today=TODAY)


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements sent within."""
    sent: list[str] = []
    session.flush()
    session.expunge_all()

    def note(_connection, _cursor, statement, *_rest) -> None:  # type: ignore[no-untyped-def]
        sent.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield sent
    event.remove(session.get_bind(), "before_cursor_execute", note)


def test_every_light_of_the_city_is_what_its_name_says(session: Session, city: City) -> None:
    shown = {row.title: row.shown for row in ledger(session, officer(city), city).rows}
    for key in ("late", "behind", "on_time", "near", "done", "unknown", "standing"):
        assert shown[city.tasks[key].title] == key
    assert shown[city.tasks["draft"].title] == "not_issued"


def test_the_list_of_plans_counts_what_the_plan_page_lists(session: Session, city: City) -> None:
    row = plan_list.plan_rows(session, officer(city), PlanFilter(), today=TODAY).rows[0]
    rows = ledger(session, officer(city), city).rows
    assert row.tally.total == len(rows) == 10
    for light in Light:
        assert row.tally.lights[light] == sum(each.shown == light for each in rows), light
    assert (row.tally.standing, row.tally.not_issued, row.tally.aside) == (1, 1, 0)


def test_a_unit_sees_only_the_plans_and_tasks_it_has_been_given(session: Session, city: City) -> None:
    actor = liaison(city, FINANCE)
    other = a_prepared_plan(session, city, TaskState.DRAFT)
    page = plan_list.plan_rows(session, actor, PlanFilter(), today=TODAY)
    assert [row.id for row in page.rows] == [city.plan.id] and page.total == 1
    titles = {row.title for row in ledger(session, actor, city).rows}
    assert titles == {city.tasks[key].title for key in ("late", "behind", "on_time", "done", "part1", "part2")}
    with pytest.raises(NotFound):
        plan_pages.task_ledger(session, actor, other.id, TaskFilter(), today=TODAY)


def test_the_tally_of_a_unit_counts_its_own_duties(session: Session, city: City) -> None:
    row = plan_list.plan_rows(session, liaison(city, FINANCE), PlanFilter(), today=TODAY).rows[0]
    found = ledger(session, liaison(city, FINANCE), city)
    assert row.tally.total == found.tally.total == 6
    assert row.tally.lights == found.tally.lights
    assert row.tally.lights[Light.LATE] == 1 and row.tally.lights[Light.ON_TIME] == 3


def test_nobody_sees_a_plan_of_another_jurisdiction(session: Session, city: City) -> None:
    elsewhere = a_city_under_way(session, NOW, "石渡市")
    assert [row.id for row in plan_list.plan_rows(session, officer(city), PlanFilter(), today=TODAY).rows] == [
        city.plan.id
    ]
    for call in (plan_pages.plan_head, plan_pages.source_file):
        with pytest.raises(NotFound):
            call(session, officer(city), elsewhere.plan.id)
    board = overdue.overdue_board(session, officer(city), BoardFilter(), today=TODAY)
    assert {row.plan_id for row in board.page.rows} == {city.plan.id}
    assert search.search(session, officer(city), "石渡市", today=TODAY).plans == ()


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        (TaskFilter(shown="late"), {"late"}),
        (TaskFilter(shown="standing"), {"standing"}),
        (TaskFilter(state=TaskState.CLOSED), {"done"}),
        (TaskFilter(words="量子 产业园"), {"late"}),
        (TaskFilter(words="100%"), set()),
        (TaskFilter(shown="late", words="基金"), set()),
    ],
)
def test_filters_of_the_plan_page_narrow_its_rows_alone(
    session: Session, city: City, asked: TaskFilter, keys: set[str]
) -> None:
    found = ledger(session, officer(city), city, asked)
    assert {row.id for row in found.rows} == {city.tasks[key].id for key in keys}
    assert found.count == found.tally.total == 10
    listed = [row.id for chapter in found.chapters for row in chapter.rows]
    assert listed == [row.id for row in found.rows]


def test_the_filter_by_unit_gives_the_tasks_of_that_unit(session: Session, city: City) -> None:
    unit_id = city.units[COUNTY].id
    found = ledger(session, officer(city), city, TaskFilter(unit_id=unit_id))
    assert {row.id for row in found.rows} == {city.tasks["late"].id, city.tasks["unknown"].id}
    assert [line.unit_id for line in found.matrix] == [unit_id]


def test_the_matrix_has_one_cell_for_each_duty(session: Session, city: City) -> None:
    found = ledger(session, officer(city), city)
    cells = {(line.unit, task_id): cell for line in found.matrix for task_id, cell in line.cells.items()}
    assert len(cells) == len(city.duties)
    assert cells[FINANCE, city.tasks["late"].id].shown == "late"
    assert cells[SCIENCE, city.tasks["near"].id].light is Light.NEAR


def test_lateness_on_the_plan_page_is_counted_in_working_days(session: Session, city: City) -> None:
    row = next(row for row in ledger(session, officer(city), city).rows if row.shown == "late")
    # 2026-02-18 to 2026-03-10, Monday to Friday, since no notice has been entered.
    assert row.due_on == date(2026, 2, 18) and row.workdays_late == 14


def test_acts_offered_on_a_plan_follow_role_and_state(session: Session, city: City) -> None:
    plan = a_prepared_plan(session, city, TaskState.DRAFT, TaskState.PENDING_APPROVAL)

    def acts(actor: Actor) -> frozenset[Action]:
        return plan_pages.task_ledger(session, actor, plan.id, TaskFilter(), today=TODAY).acts

    assert acts(officer(city)) == {Action.SUBMIT}
    assert acts(acting(city.people["office_head"], Role.OFFICE_HEAD)) == {Action.APPROVE, Action.REJECT}
    assert ledger(session, liaison(city, FINANCE), city).acts == {Action.ACKNOWLEDGE}
    assert ledger(session, liaison(city, SCIENCE), city).acts == frozenset()
    assert plan_facts.own_batch(session, liaison(city, FINANCE), city.plan.id).count == 1


def test_figures_keep_blank_cells_blank_and_marks_beside_their_values(session: Session, city: City) -> None:
    figures = plan_facts.plan_figures(session, officer(city), city.plan.id)
    assert figures.years == ("2024", "2027")
    first, second = figures.indicators
    assert (first.cells["2024"].value, first.cells["2024"].note, first.cells["2024"].role) == ("2.71", "*", "基期")
    assert "2024" not in second.cells
    assert [(t.comparator, t.value, t.unit_of_measure) for t in figures.targets] == [("≥", "100", "家")]
    assert plan_facts.plan_figures(session, liaison(city, FINANCE), city.plan.id).targets == figures.targets
    assert plan_facts.plan_figures(session, _county(session, city), city.plan.id).targets == figures.targets


def _county(session: Session, city: City) -> Actor:
    return acting(a_user(session, city.place, Role.LIAISON, city.units[COUNTY], login_name="county"), Role.LIAISON)


def test_the_board_holds_late_and_behind_duties_with_who_was_told_and_the_last_word(
    session: Session, city: City
) -> None:
    duty = city.duties["late", SCIENCE]
    for days in (9, 2):
        session.add(
            Urge(
                assignment_id=duty.id,
                channel=UrgeChannel.PHONE,
                words="请抓紧",
                urged_by_id=city.people["officer"].id,
                urged_at=NOW - timedelta(days=days),
            )
        )
    session.flush()
    board = overdue.overdue_board(session, officer(city), BoardFilter(), today=TODAY)
    rows = {(row.unit, row.light): row for row in board.page.rows}
    assert set(rows) == {(SCIENCE, Light.LATE), (FINANCE, Light.LATE), (FINANCE, Light.BEHIND)}
    row = rows[SCIENCE, Light.LATE]
    assert row.word is not None and row.word.progress == LAST_WORD
    assert (row.workdays, row.urges, row.last_urged_at) == (14, 2, NOW - timedelta(days=2))
    assert rows[FINANCE, Light.LATE].word is None and not rows[FINANCE, Light.LATE].files
    assert rows[FINANCE, Light.BEHIND].workdays is None
    assert (board.late, board.behind, board.tasks, board.page.total) == (2, 1, 2, 3)


def test_filters_of_the_board_narrow_rows_and_counts_alike(session: Session, city: City) -> None:
    finance = city.units[FINANCE].id
    board = overdue.overdue_board(session, officer(city), BoardFilter(unit_id=finance), today=TODAY)
    assert {row.unit_id for row in board.page.rows} == {finance}
    assert board.page.total == len(board.page.rows) == board.late + board.behind == 2
    assert sum(choice.count for choice in board.units) == sum(choice.count for choice in board.plans) == 3
    late = overdue.overdue_board(session, officer(city), BoardFilter(light=Light.LATE), today=TODAY)
    assert (late.late, late.behind, len(late.page.rows)) == (2, 0, 2)


def test_the_people_of_a_unit_have_no_board(session: Session, city: City) -> None:
    with pytest.raises(NotAllowed):
        overdue.overdue_board(session, liaison(city, SCIENCE), BoardFilter(), today=TODAY)


def test_a_finished_duty_of_a_late_task_is_not_on_the_board(session: Session, city: City) -> None:
    city.duties["late", FINANCE].state = AssignmentState.DONE
    refresh_lights(session, [city.tasks["late"]], now=NOW)
    board = overdue.overdue_board(session, officer(city), BoardFilter(light=Light.LATE), today=TODAY)
    assert [row.unit for row in board.page.rows] == [SCIENCE]


def desk_of(session: Session, actor: Actor) -> dict[str, desk.Section]:
    found = desk.desk(session, actor, desk.day_of(session, TODAY), now=NOW)
    return {section.key: section for section in found.sections}


def test_the_desk_of_a_unit_shows_what_it_owes_and_nothing_of_others(session: Session, city: City) -> None:
    a_report(session, city, ("on_time", SCIENCE), NOW, status=ReportStatus.SENT_BACK, reason="请补材料")
    sections = desk_of(session, liaison(city, SCIENCE))
    assert [line.task_id for line in sections["late"].lines] == [city.tasks["late"].id]
    assert [line.task_id for line in sections["near"].lines] == [city.tasks["near"].id]
    assert "请补材料" in sections["sent_back"].lines[0].note
    assert "behind" not in sections and "acknowledge" not in sections
    finance = desk_of(session, liaison(city, FINANCE))
    assert [line.plan_id for line in finance["acknowledge"].lines] == [city.plan.id]
    assert [line.task_id for line in finance["behind"].lines] == [city.tasks["behind"].id]


def test_a_report_owed_this_month_is_on_the_desk_until_it_is_filed(session: Session, city: City) -> None:
    duty = city.duties["near", SCIENCE]
    duty.last_filed_on = TODAY - timedelta(days=20)
    refresh_lights(session, [duty.task], now=NOW)
    assert [line.task_id for line in desk_of(session, liaison(city, SCIENCE))["to_file"].lines] == [duty.task_id]
    duty.last_filed_on = TODAY
    refresh_lights(session, [duty.task], now=NOW)
    assert "to_file" not in desk_of(session, liaison(city, SCIENCE))


def test_the_desk_names_the_reports_owed_in_the_order_of_the_filing_page(session: Session, city: City) -> None:
    long_ago = TODAY - timedelta(days=200)
    silent = a_task(session, city.plan, due_on=TODAY + timedelta(days=100), issued_on=long_ago, position=20)
    an_assignment(session, silent, city.units[SCIENCE], issued_on=long_ago, acknowledged_on=long_ago)
    a_report(session, city, ("on_time", SCIENCE), NOW, status=ReportStatus.SENT_BACK, reason="请补材料")
    for key in ("on_time", "near"):
        city.duties[key, SCIENCE].last_filed_on = TODAY - timedelta(days=20)
    refresh_lights(session, [silent, city.tasks["on_time"], city.tasks["near"]], now=NOW)
    on_desk = [line.task_id for line in desk_of(session, liaison(city, SCIENCE))["to_file"].lines]
    page = filing_pages.filing_page(session, liaison(city, SCIENCE), today=TODAY)
    assert on_desk == [row.task_id for row in page.rows if row.is_owed]
    assert on_desk == [city.tasks["on_time"].id, silent.id, city.tasks["near"].id]


def test_the_desk_of_the_office_shows_reviews_silent_units_and_what_is_to_be_approved(
    session: Session, city: City
) -> None:
    plan = a_prepared_plan(session, city, TaskState.PENDING_APPROVAL, TaskState.PENDING_APPROVAL)
    head = desk_of(session, acting(city.people["office_head"], Role.OFFICE_HEAD))
    assert [(line.plan_id, line.count) for line in head["approve"].lines] == [(plan.id, 2)]
    found = desk_of(session, officer(city))
    assert found["review"].count == 2 and "approve" not in found
    assert [(line.title, line.count) for line in found["silent"].lines] == [(FINANCE, 1)]
    assert [line.count for line in found["submit"].lines] == [1]


def test_newly_late_is_what_became_late_within_a_week(session: Session, city: City) -> None:
    assert "newly_late" not in desk_of(session, officer(city))
    for duty in ("late", SCIENCE), ("late", FINANCE):
        city.duties[duty].late_on = TODAY - timedelta(days=3)
    session.flush()
    section = desk_of(session, officer(city))["newly_late"]
    assert section.count == 1 and section.lines[0].unit == f"{SCIENCE}等2个单位"


def test_the_desk_of_a_leader_is_three_figures_and_the_red_tasks(session: Session, city: City) -> None:
    found = desk.desk(session, leader(city), desk.day_of(session, TODAY), now=NOW)
    assert [(figure.key, figure.value) for figure in found.figures] == [("red", 1), ("behind", 1), ("near", 1)]
    line = found.sections[0].lines[0]
    assert (line.task_id, line.workdays, line.word) == (city.tasks["late"].id, 14, LAST_WORD)


def test_the_desk_of_the_system_administrator_names_years_without_a_notice(session: Session, city: City) -> None:
    sections = desk_of(session, acting(city.people["sys_admin"], Role.SYS_ADMIN))
    assert [line.title for line in sections["years"].lines] == ["2026年工作日为暂定"]
    assert [line.title for line in sections["bare_units"].lines] == [COUNTY]


def test_unread_messages_lie_on_the_desk_of_their_reader_alone(session: Session, city: City) -> None:
    notice = notices.Notice(NoticeKind.URGED, "x", "请尽快报送", "正文", "/")
    notices.tell(session, [city.people[SCIENCE]], notice, now=NOW)
    today = desk.day_of(session, TODAY)
    assert [m.subject for m in desk.desk(session, liaison(city, SCIENCE), today, now=NOW).unread] == ["请尽快报送"]
    assert desk.desk(session, liaison(city, FINANCE), today, now=NOW).unread == ()


def test_search_wants_every_word_and_marks_the_hit_in_its_sentence(session: Session, city: City) -> None:
    hits = search.search(session, officer(city), "量子　实效", today=TODAY)
    assert [hit.id for hit in hits.tasks.rows] == [city.tasks["late"].id]
    hit = hits.tasks.rows[0]
    assert [piece.text for piece in hit.title if piece.is_hit] == ["量子"]
    assert [piece.text for piece in hit.sentence if piece.is_hit] == ["实效"]
    assert search.search(session, officer(city), "量子 基金", today=TODAY).tasks.total == 0
    assert [hit.id for hit in search.search(session, officer(city), "云政办", today=TODAY).plans] == [city.plan.id]


@pytest.mark.parametrize("asked", ["%", "_", "\\", "%子"])
def test_signs_that_mean_something_to_the_database_are_searched_as_they_stand(
    session: Session, city: City, asked: str
) -> None:
    assert search.search(session, officer(city), asked, today=TODAY).tasks.total == 0


def test_a_unit_finds_nothing_it_was_not_given(session: Session, city: City) -> None:
    assert search.search(session, liaison(city, FINANCE), "量子", today=TODAY).tasks.total == 1
    assert search.search(session, liaison(city, FINANCE), "仪器", today=TODAY).tasks.total == 0
    assert search.search(session, liaison(city, SCIENCE), "谋划", today=TODAY).tasks.total == 0
    assert search.search(session, officer(city), "谋划", today=TODAY).tasks.total == 1


def test_the_list_of_plans_is_narrowed_by_words_status_and_light(session: Session, city: City) -> None:
    a_prepared_plan(session, city, TaskState.DRAFT)

    def titles(asked: PlanFilter) -> list[str]:
        return [row.title for row in plan_list.plan_rows(session, officer(city), asked, today=TODAY).rows]

    assert len(titles(PlanFilter())) == 2
    assert titles(PlanFilter(words="设备")) == ["云川市设备更新方案"]
    assert titles(PlanFilter(status=PlanStatus.ISSUED)) == titles(PlanFilter(light=Light.LATE)) == [city.plan.title]
    assert titles(PlanFilter(words="100%")) == []


def _pages(city: City) -> dict[str, Callable[[Session], object]]:
    plan_id, office, lead, unit = city.plan.id, officer(city), leader(city), liaison(city, FINANCE)
    return {
        "plans": lambda s: plan_list.plan_rows(s, office, PlanFilter(), today=TODAY),
        "plan": lambda s: plan_pages.task_ledger(s, office, plan_id, TaskFilter(), today=TODAY),
        "board": lambda s: overdue.overdue_board(s, lead, BoardFilter(), today=TODAY),
        "desk of a unit": lambda s: desk_of(s, unit),
        "desk of the office": lambda s: desk_of(s, office),
        "desk of a leader": lambda s: desk_of(s, lead),
        "search": lambda s: search.search(s, office, "量子", today=TODAY),
        "summary": lambda s: summary(s, office, plan_id, "2026-03", now=NOW),
    }


@pytest.mark.parametrize(
    "page",
    ["plans", "plan", "board", "desk of a unit", "desk of the office", "desk of a leader", "search", "summary"],
)
def test_a_page_takes_few_queries(session: Session, city: City, page: str) -> None:
    call = _pages(city)[page]
    with counted(session) as sent:
        call(session)
    assert 1 <= len(sent) <= MOST_QUERIES, "\n\n".join(sent)


@pytest.mark.postgres
def test_every_page_reads_the_same_on_postgresql(postgres_app: Flask) -> None:
    with postgres_app.app_context(), transaction() as session:
        city = a_city_under_way(session, NOW)
        for name, call in _pages(city).items():
            assert call(session), name
        row = plan_list.plan_rows(session, officer(city), PlanFilter(light=Light.LATE), today=TODAY).rows[0]
        assert (row.tally.total, row.tally.lights[Light.LATE], row.tally.standing) == (10, 1, 1)
        session.rollback()
