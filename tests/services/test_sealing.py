"""The sealed trail on both databases: what is done to it behind the product's back is found."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.builders import NOW
from tracker import jobs
from tracker.core.auditchain import Head
from tracker.db import db, reading, transaction
from tracker.models import AuditEvent, AuditSeal
from tracker.services import audit, sealing

FIRST_ID = "SELECT min(id) FROM audit_event"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application on each database in turn, with six sealed acts."""
    app: Flask = request.getfixturevalue("app" if request.param == "sqlite" else "postgres_app")
    with app.app_context():
        record(6)
        with transaction() as session:
            assert sealing.seal(session, now=NOW) == 6
        yield app


def record(count: int) -> None:
    with transaction() as session:
        for number in range(count):
            at = NOW + timedelta(seconds=number, microseconds=number * 1000)
            detail = {"b": number / 2, "a": ["市科技局", None, True], "c": 1e20}
            audit.record(session, None, "task.approve", None, summary=f"第{number}件事", now=at, **detail)


def findings(*heads: Head) -> list[str]:
    db.session.rollback()
    return [finding.code for finding in sealing.verify(reading(), heads)]


def without_guards(session: Session) -> None:
    """Does what somebody who owns the database can do."""
    if session.get_bind().dialect.name == "postgresql":
        for table in ("audit_event", "audit_seal"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return
    for name in session.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'tr_audit%'")
    ):
        session.execute(text(f"DROP TRIGGER {name}"))


def ids() -> list[int]:
    return list(reading().scalars(select(AuditEvent.id).order_by(AuditEvent.id)))


def test_a_sealed_trail_is_whole_and_sealing_again_changes_nothing(office: Flask) -> None:
    with transaction() as session:
        before = sealing.head(session)
        assert sealing.seal(session, now=NOW + timedelta(hours=1)) == 0
        assert sealing.head(session) == before
    assert before is not None and findings(before) == []
    record(2)
    assert findings(before) == []
    standing = sealing.standing(reading())
    assert (standing.sealed_at, standing.sealed, standing.waiting) == (NOW, 6, 2)


@pytest.mark.parametrize(
    "values",
    [{"summary": "另一件事"}, {"actor_name": "别人"}, {"at": NOW - timedelta(microseconds=1)}, {"detail": {"a": 1}}],
)
def test_a_changed_row_is_found(office: Flask, values: dict[str, object]) -> None:
    with transaction() as session:
        without_guards(session)
        session.execute(update(AuditEvent).where(AuditEvent.id == ids()[2]).values(values))
    assert findings() == ["event.changed"]


def test_a_deleted_row_is_found(office: Flask) -> None:
    with transaction() as session:
        without_guards(session)
        session.execute(delete(AuditEvent).where(AuditEvent.id == ids()[3]))
    assert findings() == ["event.removed"]


def test_an_inserted_row_is_found_and_never_sealed_afterwards(office: Flask) -> None:
    with transaction() as session:
        row = session.execute(select(AuditEvent.__table__)).mappings().first()
        assert row is not None
        session.execute(insert(AuditEvent).values({**row, "id": -5, "summary": "补插的一件事"}))
    record(1)
    with transaction() as session:
        assert sealing.seal(session, now=NOW) == 1
    assert findings() == ["event.inserted"]


def test_a_swapped_pair_is_found(office: Flask) -> None:
    one, other = ids()[1:3]
    with transaction() as session:
        without_guards(session)
        for old, new in ((one, -1), (other, one), (-1, other)):
            session.execute(text("UPDATE audit_event SET id = :new WHERE id = :old"), {"new": new, "old": old})
    assert findings() == ["event.changed", "event.changed"]


def test_a_cut_tail_is_found_by_the_head_kept_outside(office: Flask) -> None:
    head = sealing.head(reading())
    assert head is not None
    with transaction() as session:
        without_guards(session)
        session.execute(delete(AuditEvent).where(AuditEvent.id >= ids()[4]))
        session.execute(delete(AuditSeal).where(AuditSeal.number > 4))
    assert findings() == []
    assert findings(head) == ["head.cut"]
    record(2)
    with transaction() as session:
        sealing.seal(session, now=NOW)
    assert findings(head) == ["head.differs"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET summary = ''",
        "DELETE FROM audit_event",
        "UPDATE audit_seal SET digest = ''",
        "DELETE FROM audit_seal",
    ],
)
def test_the_database_refuses_to_change_what_stands_in_the_trail(office: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))
    assert len(ids()) == 6 and findings() == []


def test_a_row_cannot_be_replaced_under_its_own_id(office: Flask) -> None:
    is_sqlite = db.engine.dialect.name == "sqlite"
    act = "INSERT OR REPLACE INTO audit_seal" if is_sqlite else "TRUNCATE audit_seal --"
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(f"{act} SELECT * FROM audit_seal WHERE number = 1"))
    assert findings() == []


def test_two_sealers_at_once_make_one_chain(office: Flask) -> None:
    record(40)
    faults: list[BaseException] = []
    start = threading.Barrier(2)

    def work() -> None:
        with office.app_context():
            start.wait()
            try:
                for _ in range(10):
                    with transaction() as session:
                        sealing.seal(session, now=NOW)
                    record(1)
            except DBAPIError as fault:
                faults.append(fault)

    sealers = [threading.Thread(target=work) for _ in range(2)]
    for sealer in sealers:
        sealer.start()
    for sealer in sealers:
        sealer.join()
    with transaction() as session:
        sealing.seal(session, now=NOW)
    assert not faults
    assert sealing.standing(reading()).sealed == len(ids()) == 66
    assert findings() == []


@pytest.mark.postgres
def test_an_act_that_is_still_open_is_waited_for_and_not_passed_over(postgres_app: Flask) -> None:
    """On PostgreSQL a lower id may be committed after a higher one; sealed too early, it would look inserted."""
    with postgres_app.app_context():
        record(1)
        with db.engine.connect() as slow:
            slow.execute(insert(AuditEvent).values(_a_row("慢")))
            record(1)
            with transaction() as session:
                assert sealing.seal(session, now=NOW) == 0
            slow.commit()
        with transaction() as session:
            assert sealing.seal(session, now=NOW) == 3
        assert findings() == []


def test_batches_are_sealed_one_after_the_other_and_the_head_is_kept_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    settings = app.config["TRACKER"]
    file = settings.data_dir / jobs.HEADS
    with app.app_context():
        record(10)
        assert jobs.seal(settings) == 10
        assert jobs.seal(settings) == 0
        kept = list(jobs.kept_heads(file))
        assert [head.number for head in kept if head] == [4, 8, 10]
        assert kept[-1] == sealing.head(reading())
        assert sealing.verify(reading(), kept) == []


def test_a_half_written_line_of_the_file_is_taken_off_and_a_foreign_one_is_a_finding(app: Flask) -> None:
    settings = app.config["TRACKER"]
    file = settings.data_dir / jobs.HEADS
    with app.app_context():
        record(1)
        jobs.seal(settings)
        whole = file.read_bytes()
        file.write_bytes(whole + whole[:30])
        assert len(list(jobs.kept_heads(file))) == 1
        record(1)
        jobs.seal(settings)
        assert file.read_bytes().startswith(whole) and len(list(jobs.kept_heads(file))) == 2
        assert sealing.verify(reading(), jobs.kept_heads(file)) == []
        file.write_bytes(b"nothing\n" + file.read_bytes())
        assert [each.code for each in sealing.verify(reading(), jobs.kept_heads(file))] == ["head.unreadable"]


def test_a_row_that_can_no_longer_be_read_is_a_finding_and_no_fault(app: Flask) -> None:
    with app.app_context():
        record(3)
        with transaction() as session:
            sealing.seal(session, now=NOW)
            without_guards(session)
            session.execute(text(f"UPDATE audit_event SET detail = '{{', at = 'x' WHERE id = ({FIRST_ID})"))
        assert findings() == ["event.changed"]


def test_thousands_of_faults_are_told_in_a_bounded_list(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_FINDINGS", 3)
    with app.app_context():
        record(9)
        with transaction() as session:
            sealing.seal(session, now=NOW)
            without_guards(session)
            session.execute(update(AuditEvent).values(summary=""))
        assert findings() == ["event.changed"] * 3 + ["more"]


def _a_row(name: str) -> dict[str, object]:
    words = {"actor_name": name, "address": "", "action": "task.approve", "subject_type": "", "summary": name}
    return {"at": NOW, "detail": {}, **words}
