"""Workers killed at every step of a delivery, and several at once: nothing is lost, and every copy is accounted for."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import MailListener
from tests.faults.outboxes import copies, fill, ids, statuses
from tests.faults.worker import STEPS, Order, Workers
from tracker.core.terms import DeliveryStatus
from tracker.services import outbox

NOW = datetime(2026, 3, 10, 1, tzinfo=UTC)
KILLED = -9


def killed(workers: Workers, *, kills: int, most_passes: int, without: str = "") -> datetime:
    """Kills one worker after the other at random steps, each after the lease of the one before. Gives the last time."""
    chance, now = random.Random(7), NOW
    ends = []
    for number in range(kills):
        order = Order(now.isoformat(), STEPS[number % len(STEPS)], chance.randint(1, most_passes), without=without)
        if order.step in ("claiming", "claimed"):
            order = replace(order, passes=1)
        ends += workers.do(order)
        now += outbox.LEASE + timedelta(seconds=5)
    assert ends.count(KILLED) >= kills * 0.9, "the kills did not happen"
    return now


def survive(app: Flask, listener: MailListener, workers: Workers, *, count: int, kills: int) -> int:
    """Checks that after the kills everything has arrived and every further copy is known. Gives how many copies."""
    fill(app, count, NOW)
    now = killed(workers, kills=kills, most_passes=max(count // kills, 1) * 2)
    assert statuses(app)[DeliveryStatus.PENDING] or statuses(app)[DeliveryStatus.CLAIMED], "nothing was left to finish"
    workers.do(Order(now.isoformat()))
    assert statuses(app) == {DeliveryStatus.SENT: count}
    known, arrived = ids(app), copies(listener)
    assert arrived.keys() == known.keys() and len(known) == count
    assert all(copy <= 1 + known[message] for message, copy in arrived.items()), "a copy that nobody counted"
    return arrived.total() - count


def test_workers_killed_at_every_step_lose_nothing_and_copy_only_what_is_counted(
    app: Flask, listener: MailListener, tmp_path: Path
) -> None:
    with Workers(tmp_path, listener.url) as workers:
        extra = survive(app, listener, workers, count=90, kills=35)
    # Only a kill between the server's "taken" and the mark makes a copy: two of the seven steps.
    assert 0 < extra <= 10


def test_the_kills_lose_messages_where_a_claim_never_ends(app: Flask, listener: MailListener, tmp_path: Path) -> None:
    fill(app, 60, NOW)
    with Workers(tmp_path, listener.url) as workers:
        now = killed(workers, kills=3, most_passes=5, without="lease")
        workers.do(Order(now.isoformat(), without="lease"))
    assert len(copies(listener)) < 60


def test_the_kills_copy_more_than_is_counted_where_nothing_is_marked(
    app: Flask, listener: MailListener, tmp_path: Path
) -> None:
    fill(app, 20, NOW)
    with Workers(tmp_path, listener.url) as workers:
        for later in range(2):
            workers.do(Order((NOW + outbox.LEASE * 2 * later).isoformat(), without="mark"))
    assert max(copies(listener).values()) > 1


def test_three_workers_at_once_send_everything_once(app: Flask, listener: MailListener, tmp_path: Path) -> None:
    fill(app, 150, NOW)
    with Workers(tmp_path, listener.url) as workers:
        ends = workers.do(*[Order(NOW.isoformat())] * 3)
    assert ends == [0, 0, 0]
    assert set(copies(listener).values()) == {1} and len(copies(listener)) == 150


def test_three_workers_send_doubles_where_a_claim_is_nothing(
    app: Flask, listener: MailListener, tmp_path: Path
) -> None:
    fill(app, 150, NOW)
    with Workers(tmp_path, listener.url) as workers:
        workers.do(*[Order(NOW.isoformat(), without="claim")] * 3)
    assert max(copies(listener).values()) > 1


@pytest.mark.postgres
def test_workers_on_postgresql_are_killed_and_work_at_once_the_same_way(
    postgres_app: Flask, listener: MailListener, tmp_path: Path
) -> None:
    with Workers(tmp_path, listener.url, postgres_app.config["TRACKER"].database_url) as workers:
        survive(postgres_app, listener, workers, count=60, kills=14)
        listener.mails.clear()
        fill_more(postgres_app, 90)
        assert workers.do(*[Order(NOW.isoformat())] * 3) == [0, 0, 0]
    assert set(copies(listener).values()) == {1} and len(copies(listener)) == 90


def fill_more(app: Flask, count: int) -> None:
    """Empties the outbox and fills it again."""
    from tracker.db import transaction
    from tracker.models import DeliveryAttempt, Notification

    with app.app_context(), transaction() as session:
        session.query(DeliveryAttempt).delete()
        session.query(Notification).delete()
    fill(app, count, NOW)


@pytest.mark.soak
def test_a_thousand_kills_over_twenty_thousand_messages(app: Flask, listener: MailListener, tmp_path: Path) -> None:
    with Workers(tmp_path, listener.url) as workers:
        extra = survive(app, listener, workers, count=20_000, kills=1_000)
    assert extra < 1_000


@pytest.mark.soak
def test_three_workers_send_two_thousand_messages_once(app: Flask, listener: MailListener, tmp_path: Path) -> None:
    fill(app, 2_000, NOW)
    with Workers(tmp_path, listener.url) as workers:
        assert workers.do(*[Order(NOW.isoformat())] * 3) == [0, 0, 0]
    assert set(copies(listener).values()) == {1} and len(copies(listener)) == 2_000
