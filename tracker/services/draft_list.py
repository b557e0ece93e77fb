"""The imports of a jurisdiction as a list with filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.core.paging import Page, offset
from tracker.core.permissions import Actor
from tracker.core.terms import DraftStatus
from tracker.models import DraftFinding, DraftItem, ImportDraft, Plan, Revision, SourceDocument, User

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class DraftFilter:
    """What the list of imports is narrowed to."""

    words: str = ""
    status: DraftStatus | None = None


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One import in the list."""

    id: int
    title: str
    doc_no: str
    filename: str
    status: DraftStatus
    is_solicitation: bool
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime
    items: int
    open_findings: int
    plan_id: int | None


def draft_list(session: Session, actor: Actor, wanted: DraftFilter, *, number: int = 1) -> Page[DraftRow]:
    """Gives one page of the imports of the actor's jurisdiction, last touched first."""
    count = select(func.count()).select_from(ImportDraft)
    count = count.join(SourceDocument, ImportDraft.source_document_id == SourceDocument.id)
    total = session.scalar(count.where(*_conditions(actor, wanted))) or 0
    rows = _rows(session, actor, wanted, limit=PAGE_SIZE, start=offset(number, PAGE_SIZE))
    return Page(rows, max(number, 1), total, PAGE_SIZE)


def all_drafts(session: Session, actor: Actor, wanted: DraftFilter) -> list[DraftRow]:
    """Gives every import a filter lets through, for an export of exactly what is shown."""
    return _rows(session, actor, wanted, limit=None, start=0)


def _conditions(actor: Actor, wanted: DraftFilter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [ImportDraft.jurisdiction_id == actor.jurisdiction_id]
    if wanted.status is not None:
        conditions.append(ImportDraft.status == wanted.status)
    if wanted.words:
        columns = (ImportDraft.title, ImportDraft.doc_no, SourceDocument.filename)
        conditions.append(or_(*(column.contains(wanted.words, autoescape=True) for column in columns)))
    return conditions


def _rows(session: Session, actor: Actor, wanted: DraftFilter, *, limit: int | None, start: int) -> list[DraftRow]:
    creator, editor = aliased(User), aliased(User)
    items = _count(DraftItem, DraftItem.is_included)
    findings = _count(DraftFinding, DraftFinding.is_settled.is_(False))
    plan_id = func.coalesce(Plan.id, Revision.plan_id)
    query = (
        select(ImportDraft, SourceDocument.filename, creator.name, editor.name, items, findings, plan_id)
        .join(SourceDocument, ImportDraft.source_document_id == SourceDocument.id)
        .join(creator, ImportDraft.created_by_id == creator.id)
        .join(editor, ImportDraft.updated_by_id == editor.id)
        .outerjoin(Plan, Plan.draft_id == ImportDraft.id)
        .outerjoin(Revision, Revision.draft_id == ImportDraft.id)
        .where(*_conditions(actor, wanted))
        .order_by(ImportDraft.updated_at.desc(), ImportDraft.id.desc())
        .limit(limit)
        .offset(start)
    )
    return [
        DraftRow(
            id=draft.id,
            title=draft.title,
            doc_no=draft.doc_no,
            filename=filename,
            status=draft.status,
            is_solicitation=draft.is_solicitation,
            created_by=created_by,
            created_at=draft.created_at,
            updated_by=updated_by,
            updated_at=draft.updated_at,
            items=item_count,
            open_findings=finding_count,
            plan_id=of_plan,
        )
        for draft, filename, created_by, updated_by, item_count, finding_count, of_plan in session.execute(query)
    ]


def _count(record: Any, condition: Any) -> Any:
    return (
        select(func.count(record.id))
        .where(record.draft_id == ImportDraft.id, condition)
        .correlate(ImportDraft)
        .scalar_subquery()
    )
