"""Snapshots (快照): taken of the state after a period, kept as frozen rows, checked against digest and figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from tracker.core.fields import Figure, fields
from tracker.core.reckoning import Reckoning
from tracker.core.snapshot import FORM, Digest, LateLine, Line, TaskLine, canonical, content, line_of, marks
from tracker.core.spans import Span
from tracker.core.terms import SnapshotRowKind
from tracker.errors import Invalid
from tracker.models import Jurisdiction, Plan, Snapshot, SnapshotRow
from tracker.services.snapshot_facts import moment_of
from tracker.services.snapshot_lines import Taking, taking, task_lines, unit_lines
from tracker.services.snapshot_papers import count_papers, instruction_lines, promise_lines, slip_lines

BATCH = 1_000


def take(
    session: Session, place: Jurisdiction, plans: Sequence[Plan], span: Span, *, previous_id: int | None, now: datetime
) -> Snapshot:
    """Gives the state of plans after a period as a new snapshot; while the period is running, the state of now.

    Takes `previous_id`: the snapshot of the last issued report, against which movement is told.
    Rows are read, counted and written in passing, so that any number of tasks needs little memory.
    Raises Invalid for a period that has not begun.
    """
    moment = moment_of(span, now=now)
    if span.first_on > moment.as_of:
        raise Invalid({"period": "这个周期还没有开始，不能取数。"})
    snapshot = Snapshot(
        jurisdiction_id=place.id,
        previous_id=previous_id,
        period=span.name,
        as_of_on=moment.as_of,
        is_period_over=moment.is_over,
        taken_at=now,
        head={},
        figures={},
        digest="",
    )
    session.add(snapshot)
    session.flush()
    _fill(session, snapshot, taking(session, place, plans, moment, previous_id=previous_id))
    return snapshot


def _fill(session: Session, snapshot: Snapshot, taken: Taking) -> None:
    reckoning, digest = Reckoning(), Digest()
    lines = _lines(taken)
    position = 0
    while batch := list(islice(lines, BATCH)):
        rows = []
        for line in batch:
            reckoning.add(line)
            row = _row(snapshot.id, position, line)
            digest.add(line.row.value, row["content"])
            rows.append(row)
            position += 1
        session.execute(insert(SnapshotRow), rows)
    units = taken.ordered_units()
    snapshot.figures = reckoning.figures(units, {plan.id: plan.title for plan in taken.plans.values()})
    snapshot.head = _head(taken, units)
    digest.add("head", canonical(snapshot.head))
    snapshot.digest = digest.value()
    session.flush()


def _lines(taken: Taking) -> Iterator[Line]:
    yield from task_lines(taken)
    count_papers(taken)
    yield from chain(unit_lines(taken), promise_lines(taken), slip_lines(taken), instruction_lines(taken))


def _row(snapshot_id: int, position: int, line: Line) -> dict[str, Any]:
    due_on = line.due_on if isinstance(line, TaskLine | LateLine) else ""
    return {
        "snapshot_id": snapshot_id,
        "position": position,
        "kind": line.row,
        "task_id": getattr(line, "task_id", None),
        "marks": marks(line),
        "due_on": date.fromisoformat(due_on) if due_on else None,
        "late_periods": line.late_periods if isinstance(line, TaskLine) else 0,
        "content": content(line),
    }


def _head(taken: Taking, units: Sequence[tuple[int, str]]) -> dict[str, Any]:
    place, moment = taken.place, taken.moment
    years = sorted({moment.span.first_on.year, moment.as_of.year})
    return {
        "form": FORM,
        "jurisdiction": place.name,
        "office": place.office_name or f"{place.name}领导小组办公室",
        "is_supervision": bool(place.supervision_basis),
        "period": moment.span.name,
        "as_of": moment.as_of.isoformat(),
        "plans": [_plan(plan) for plan in taken.plans.values()],
        "units": [list(unit) for unit in units],
        "rules": {"classes": FORM, "provisional_years": list(_provisional(taken, years))},
        "previous": taken.previous_id,
    }


def _provisional(taken: Taking, years: Sequence[int]) -> Iterator[int]:
    return (year for year in years if taken.calendar.is_provisional(year))


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.id,
        "title": plan.title,
        "doc_no": plan.doc_no,
        "version": plan.version,
        "filing_mode": plan.filing_mode.value,
        "near_workdays": plan.near_workdays,
        "tolerance_points": plan.tolerance_points,
    }


def discard(session: Session, snapshot_id: int) -> None:
    """Removes the snapshot of a draft that has taken a newer one."""
    session.execute(delete(SnapshotRow).where(SnapshotRow.snapshot_id == snapshot_id))
    session.execute(delete(Snapshot).where(Snapshot.id == snapshot_id))


def figures_of(snapshot: Snapshot) -> dict[str, Figure]:
    """Gives every figure of a snapshot by the key fields name it with."""
    return fields(snapshot.figures, snapshot.as_of_on)


def faults(session: Session, snapshot: Snapshot) -> list[str]:
    """Gives what is wrong with a snapshot: a changed, added or missing row, or a figure that its rows do not give."""
    digest, reckoning, wrong = Digest(), Reckoning(), []
    query = select(SnapshotRow.kind, SnapshotRow.content, SnapshotRow.marks).where(
        SnapshotRow.snapshot_id == snapshot.id
    )
    for kind, stored, kept in session.execute(query.order_by(SnapshotRow.position).execution_options(yield_per=BATCH)):
        digest.add(kind.value, stored)
        try:
            line = line_of(kind, stored)
        except (ValueError, TypeError):
            wrong.append("快照中有一行内容无法读取。")
            continue
        reckoning.add(line)
        if marks(line) != kept:
            wrong.append(f"快照行“{getattr(line, 'title', '') or kind.label}”的索引与内容不符。")
    digest.add("head", canonical(snapshot.head))
    if digest.value() != snapshot.digest:
        wrong.append("快照内容与取数时的校验码不符，有数据被改动。")
    units = [(unit_id, name) for unit_id, name in snapshot.head["units"]]
    plans = {plan["id"]: plan["title"] for plan in snapshot.head["plans"]}
    if canonical(reckoning.figures(units, plans)) != canonical(snapshot.figures):
        wrong.append("汇总数据与快照明细不符。")
    return wrong


def rows(
    session: Session,
    snapshot_id: int,
    kind: SnapshotRowKind,
    *,
    mark: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> list[Any]:
    """Gives the lines of a kind, those with a mark where one is given; late ones longest first, else as they stand."""
    longest = (SnapshotRow.due_on.asc().nulls_last(),) if kind is SnapshotRowKind.LATE else ()
    query = select(SnapshotRow.content).where(*_where(snapshot_id, kind, mark))
    query = query.order_by(*longest, SnapshotRow.position).offset(offset).limit(limit)
    return [line_of(kind, stored) for stored in session.scalars(query)]


def count_rows(session: Session, snapshot_id: int, kind: SnapshotRowKind, *, mark: str = "") -> int:
    """Gives how many lines `rows` would give."""
    query = select(func.count()).select_from(SnapshotRow).where(*_where(snapshot_id, kind, mark))
    return session.scalar(query) or 0


def _where(snapshot_id: int, kind: SnapshotRowKind, mark: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [SnapshotRow.snapshot_id == snapshot_id, SnapshotRow.kind == kind]
    if mark:
        conditions.append(SnapshotRow.marks.contains(f" {mark} ", autoescape=True))
    return conditions
