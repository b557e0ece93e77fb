"""What a supervision report says, read from its snapshot alone and put together for pages and papers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.content import CountedRow, ReportContent, Section, Style
from tracker.core.fields import Figure, resolve
from tracker.core.proposals import LISTS, Matter, expanded
from tracker.core.terms import SnapshotRowKind
from tracker.models import Jurisdiction, PaperStyle, SupervisionReport
from tracker.services import snapshots
from tracker.services.supervision import matter_of

# More late rows than this make an annex nobody reads; the ledger has them all.
MOST_LATE = 1_000
LIST_FIELD = re.compile(r"\{\{(" + "|".join(map(re.escape, LISTS)) + r")\}\}")
LIST_ROWS = {
    "清单.逾期": SnapshotRowKind.LATE,
    "清单.滞后": SnapshotRowKind.LATE,
    "清单.协调": SnapshotRowKind.CONCERN,
    "清单.批示": SnapshotRowKind.INSTRUCTION,
    "清单.督办单": SnapshotRowKind.SLIP,
}


def style_of(session: Session, jurisdiction_id: int) -> Style:
    """Gives how a jurisdiction's papers look, the plain serial form where nobody has set it."""
    kept = session.scalar(select(PaperStyle).where(PaperStyle.jurisdiction_id == jurisdiction_id))
    if kept is None:
        return Style()
    return Style(kept.issuer, kept.mark, kept.code, kept.is_serial, kept.copies, kept.printer)


def content(session: Session, report: SupervisionReport, *, with_tasks: bool = False) -> ReportContent:
    """Gives a report as it reads; its tasks only where they are asked for, since there may be very many."""
    snapshot, matter = report.snapshot, matter_of(session, report)
    head, figures = snapshot.head, snapshot.figures
    rows = _rows(session, report, with_tasks=with_tasks)
    place = session.get_one(Jurisdiction, report.jurisdiction_id)
    return ReportContent(
        kind=report.kind,
        title=report.title,
        addressee=report.addressee,
        office=head["office"],
        is_supervision=head["is_supervision"],
        period=report.period,
        as_of=snapshot.as_of_on,
        year=report.year,
        number=report.number,
        issued_on=report.issued_on,
        planned_on=report.planned_on,
        signer=report.signer_name,
        tells_names=matter.tells_names,
        style=style_of(session, place.id),
        sections=sections(report, snapshots.figures_of(snapshot), rows, matter),
        plans=tuple((plan["id"], plan["title"], plan["doc_no"]) for plan in head["plans"]),
        classes=tuple(figures["classes"]),
        plan_rows=_counted(figures["plans"], "《{}》"),
        chapter_rows=_counted(figures["chapters"]),
        unit_rows=_counted(figures["units"]),
        leader_rows=tuple(CountedRow(name, tuple(counts)) for name, counts in figures["leaders"]),
        late=tuple(rows[SnapshotRowKind.LATE]),
        late_total=snapshots.count_rows(session, snapshot.id, SnapshotRowKind.LATE),
        concerns=tuple(rows[SnapshotRowKind.CONCERN]),
        filings=tuple(rows[SnapshotRowKind.FILING]),
        promises=tuple(rows[SnapshotRowKind.PROMISE]),
        slips=tuple(rows[SnapshotRowKind.SLIP]),
        instructions=tuple(rows[SnapshotRowKind.INSTRUCTION]),
        burdens=tuple(rows[SnapshotRowKind.BURDEN]),
        tasks=tuple(rows[SnapshotRowKind.TASK]),
        provenance=provenance(report),
    )


def _rows(session: Session, report: SupervisionReport, *, with_tasks: bool) -> dict[SnapshotRowKind, list[Any]]:
    found: dict[SnapshotRowKind, list[Any]] = {}
    for kind in SnapshotRowKind:
        limit = MOST_LATE if kind is SnapshotRowKind.LATE else None
        is_wanted = with_tasks or kind is not SnapshotRowKind.TASK
        found[kind] = snapshots.rows(session, report.snapshot_id, kind, limit=limit) if is_wanted else []
    return found


def _counted(rows: Sequence[Any], form: str = "{}") -> tuple[CountedRow, ...]:
    return tuple(
        CountedRow(form.format(label) if label else "（未分板块）", tuple(counts)) for _, label, counts in rows
    )


def sections(
    report: SupervisionReport, figures: Mapping[str, Figure], rows: Mapping[SnapshotRowKind, list[Any]], matter: Matter
) -> tuple[Section, ...]:
    """Gives the text of a report, every figure put in and every list written out."""
    texts: dict[str, list[str]] = {}
    for each in report.paragraphs:
        told = texts.setdefault(each.section, [])
        for part in LIST_FIELD.split(each.text):
            if part in LIST_ROWS:
                told += expanded(part, rows[LIST_ROWS[part]], tells_names=matter.tells_names)
            else:
                told += resolve(part, figures).strip().split("\n")
    return tuple(Section(title, tuple(filter(None, told))) for title, told in texts.items())


def provenance(report: SupervisionReport) -> str:
    """Gives what an issued report says of its data: the sum of its snapshot and the end of the audit chain."""
    if not report.digest:
        return ""
    number = report.audit_head.split(" ")[1:]
    sealed = f"；审计日志封存至第{number[0]}条（{number[1][:16]}）" if len(number) == 2 else ""
    return f"数据快照校验码{report.snapshot.digest[:16]}{sealed}。"
