"""Search: what is written is found at once and what is changed or undone no more, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, a_city, a_plan, a_task, a_unit, a_user, acting
from tests.ledger_city import FINANCE, LAST_WORD, SCIENCE, City, a_city_under_way, a_report
from tracker.core.permissions import Actor
from tracker.core.terms import ReportStatus, Role
from tracker.db import db, transaction
from tracker.models import SourceDocument, StoredFile, Task, User
from tracker.services.search import Hits, search


@pytest.fixture(params=["app", pytest.param("postgres_app", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session on SQLite, then on PostgreSQL."""
    app: Flask = request.getfixturevalue(request.param)
    with app.app_context(), transaction() as session:
        yield session
        session.rollback()


class Place:
    """A city with an officer and a plan without tasks."""

    def __init__(self, session: Session, name: str = "云川市") -> None:
        self.city = a_city(session, name)
        person = a_user(session, self.city, Role.OFFICER, login_name=name)
        self.officer = acting(person, Role.OFFICER)
        self.plan = a_plan(session, self.city, person)


def office_of(city: City) -> Actor:
    return acting(city.people["officer"], Role.OFFICER)


def found(session: Session, actor: Actor, words: str) -> Hits:
    return search(session, actor, words, today=TODAY)


def a_document(session: Session, city: City, content: str) -> SourceDocument:
    session.add(StoredFile(sha256="a" * 64, size_bytes=3, content_type="text/plain", data=b"abc"))
    session.flush()
    document = SourceDocument(
        jurisdiction_id=city.place.id,
        sha256="a" * 64,
        filename="行动计划（印发稿）.txt",
        content=content,
        uploaded_by_id=city.people["officer"].id,
        uploaded_at=NOW,
    )
    session.add(document)
    session.flush()
    city.plan.source_document_id = document.id
    session.flush()
    return document


def test_a_task_is_found_by_any_part_of_its_words(either: Session) -> None:
    place = Place(either)
    plan, actor = place.plan, place.officer
    task = a_task(
        either, plan, title="推广5G+工业互联网", text="推广5G+工业互联网。每年新增应用场景20个。", number="第三条"
    )
    for words in ("5g+工业", "互联", "联", "应用场景 20个", "第三条", "。每年", "工业 推广"):
        assert [hit.id for hit in found(either, actor, words).tasks.rows] == [task.id], words
    for words in ("联互", "业联", "5g工业", "互联网 量子", "——", "景场"):
        assert found(either, actor, words).tasks.total == 0, words


def test_a_word_is_found_where_it_stands_whole_not_where_its_halves_stand_apart(either: Session) -> None:
    place = Place(either)
    plan, actor = place.plan, place.officer
    a_task(either, plan, title="扩大产业，整治业园", text="扩大产业，整治业园。")
    assert found(either, actor, "产业").tasks.total == 1
    assert found(either, actor, "产业园").tasks.total == 0


def test_what_is_changed_or_removed_is_found_by_its_old_words_no_more(either: Session) -> None:
    place = Place(either)
    plan, actor = place.plan, place.officer
    task = a_task(either, plan)
    task.title = task.text = "建设冰川观测站"
    either.flush()
    assert found(either, actor, "量子").tasks.total == 0
    assert found(either, actor, "冰川").tasks.total == 1
    either.delete(task)
    either.flush()
    assert found(either, actor, "冰川").tasks.total == 0
    # An id that is given a second time is found by what it holds now.
    again = a_task(either, plan, id=task.id, title="修复湿地", text="修复湿地。")
    assert [hit.id for hit in found(either, actor, "湿地").tasks.rows] == [again.id]
    either.execute(delete(Task).where(Task.id == again.id))
    a_task(either, plan, id=again.id, title="新建码头", text="新建码头。")
    assert found(either, actor, "湿地").tasks.total == 0


def test_another_jurisdiction_s_words_are_not_found(either: Session) -> None:
    here, there = Place(either), Place(either, "石渡市")
    a_task(either, there.plan)
    assert found(either, here.officer, "量子").tasks.total == 0
    assert found(either, there.officer, "量子").tasks.total == 1


def test_filings_are_found_by_those_who_see_the_task_and_drafts_by_nobody(either: Session) -> None:
    city = a_city_under_way(either, NOW)
    task = city.tasks["late"]
    a_report(either, city, ("late", SCIENCE), NOW, progress="厂房封顶。吊装机组已经就位。")
    hits = found(either, office_of(city), "吊装 机组").filings
    assert [(hit.task_id, hit.unit, hit.period) for hit in hits] == [(task.id, SCIENCE, "2026-03")]
    assert "".join(piece.text for piece in hits[0].sentence) == "吊装机组已经就位。"
    partner = acting(city.people[FINANCE], Role.LIAISON)
    assert len(found(either, partner, "吊装").filings) == 1
    stranger = acting(a_user(either, city.place, Role.LIAISON, a_unit(either, city.place, "市林业局")), Role.LIAISON)
    assert found(either, stranger, "吊装").filings == ()


def test_a_draft_of_a_report_is_found_by_nobody(either: Session) -> None:
    city = a_city_under_way(either, NOW)
    a_report(either, city, ("late", SCIENCE), NOW, progress="吊装机组尚在路上。", status=ReportStatus.DRAFT)
    assert found(either, office_of(city), "吊装").filings == ()


def test_a_document_is_found_with_the_sentence_that_holds_the_words(either: Session) -> None:
    city = a_city_under_way(either, NOW)
    a_document(either, city, "总则。" * 900 + "建立专班例会制度，每季度会商一次。" + "附则。" * 900)
    hits = found(either, office_of(city), "专班 会商").documents
    assert [hit.plan_id for hit in hits] == [city.plan.id]
    assert "".join(piece.text for piece in hits[0].sentence) == "建立专班例会制度，每季度会商一次。"
    assert found(either, office_of(city), "印发稿").documents[0].sentence == ()
    outside = acting(a_user(either, city.place, Role.LIAISON, a_unit(either, city.place, "市林业局")), Role.LIAISON)
    assert found(either, outside, "专班").documents == ()


@pytest.mark.parametrize("name", ["app", pytest.param("postgres_app", marks=pytest.mark.postgres)])
def test_the_migration_makes_what_was_there_before_it_found(name: str, request: pytest.FixtureRequest) -> None:
    app: Flask = request.getfixturevalue(name)
    with app.app_context():
        with transaction() as session:
            a_city_under_way(session, NOW)
        downgrade(revision="0011")
        upgrade()
        with transaction() as session:
            actor = acting(session.scalars(select(User).where(User.login_name == "officer")).one(), Role.OFFICER)
            assert found(session, actor, "量子").tasks.total == 2
            assert len(found(session, actor, LAST_WORD[:4]).filings) == 1
        db.session.remove()
