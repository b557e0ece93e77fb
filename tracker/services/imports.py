"""From an uploaded document to a draft kept in the database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.answers import everyone_words
from tracker.core.names import split_names
from tracker.core.permissions import Actor
from tracker.core.terms import DraftStatus, DueBasis, DutyRole, TaskKind
from tracker.db import office_date
from tracker.documents import Limits, read_document
from tracker.errors import Invalid, NotFound
from tracker.models import (
    DraftFinding,
    DraftItem,
    ImportDraft,
    Plan,
    SourceDocument,
    StoredFile,
    User,
)
from tracker.services import audit
from tracker.services.access import find_plan
from tracker.services.draft_facts import ASKED_ANYWAY
from tracker.services.draft_groups import fill_listed_members
from tracker.services.drafts import STEP, find_draft
from tracker.services.naming import note_names, register_of

CONTENT_TYPES = {
    "txt": "text/plain",
    "html": "text/html",
    "htm": "text/html",
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
PASTED = "粘贴文本.txt"
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A document as it came, before it is read."""

    data: bytes
    filename: str

    @property
    def sha256(self) -> str:
        """The key under which these bytes are kept."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Known:
    """A draft that was made of the same file before, and the plan it became."""

    draft_id: int
    plan_id: int | None
    status: DraftStatus
    uploaded_by: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What came back from the reader."""

    content: str
    plan: Mapping[str, Any]


def uploaded(data: bytes | None, filename: str | None, pasted: str) -> Upload:
    """Gives what was handed in: the file, or the pasted words when no file was chosen.

    Raises Invalid when neither or both were given.
    """
    if data and pasted.strip():
        raise Invalid({"": "请只用一种方式：上传文件，或者粘贴正文。"})
    if data:
        return Upload(data, (filename or "未命名").replace("\\", "/").rsplit("/", 1)[-1][:200])
    if pasted.strip():
        return Upload(pasted.replace("\r\n", "\n").encode(), PASTED)
    if filename:
        raise Invalid({"file": "这个文件是空的，没有任何内容。请检查是否选错了文件。"})
    raise Invalid({"": "请选择要导入的文件，或者粘贴方案正文。"})


def find_known(session: Session, actor: Actor, upload: Upload) -> Known | None:
    """Gives the draft or plan that the same bytes became before in this jurisdiction."""
    found = session.execute(
        select(ImportDraft, SourceDocument, User.name, Plan.id)
        .join(SourceDocument, ImportDraft.source_document_id == SourceDocument.id)
        .join(User, SourceDocument.uploaded_by_id == User.id)
        .outerjoin(Plan, Plan.draft_id == ImportDraft.id)
        .where(SourceDocument.jurisdiction_id == actor.jurisdiction_id, SourceDocument.sha256 == upload.sha256)
        .where(ImportDraft.status != DraftStatus.DISCARDED)
        .order_by(ImportDraft.id.desc())
    ).first()
    if found is None:
        return None
    draft, source, name, plan_id = found
    return Known(draft.id, plan_id, draft.status, name, source.uploaded_at)


def read_upload(upload: Upload, *, max_bytes: int) -> ReadDocument:
    """Gives the reading of a document; takes seconds for a long one, so call it outside a transaction.

    Raises Unreadable with the sentence that says why not.
    """
    reading = read_document(upload.data, filename=upload.filename, limits=Limits(max_bytes=max_bytes))
    return ReadDocument(reading.text.content, reading.plan)


def start_draft(session: Session, actor: Actor, upload: Upload, reading: ReadDocument, *, now: datetime) -> ImportDraft:
    """Keeps the document and the draft read from it, with every name matched against the registry.

    Gives the draft that is already there when somebody else was quicker with the same file.
    """
    known = find_known(session, actor, upload)
    if known is not None:
        return session.get_one(ImportDraft, known.draft_id)
    source = _kept_source(session, actor, upload, reading, now)
    draft = _draft(actor, source, reading.plan, now)
    draft.items = [item_of(task, n * STEP) for n, task in enumerate(reading.plan["tasks"], start=1)]
    draft.findings = [_finding(finding) for finding in reading.plan["findings"]]
    register = register_of(session, actor.jurisdiction_id, on=office_date(now))
    note_names(draft, _names_in(draft), register)
    fill_listed_members(draft, reading.plan["groups"], register)
    session.add(draft)
    session.flush()
    audit.record(
        session, actor, "import.start", draft, summary=f"导入《{draft.title}》", now=now, filename=upload.filename
    )
    return draft


def _kept_source(
    session: Session, actor: Actor, upload: Upload, reading: ReadDocument, now: datetime
) -> SourceDocument:
    digest = upload.sha256
    if session.get(StoredFile, digest) is None:
        ending = upload.filename.rsplit(".", 1)[-1].lower()
        kind = CONTENT_TYPES.get(ending, "application/octet-stream")
        session.add(StoredFile(sha256=digest, size_bytes=len(upload.data), content_type=kind, data=upload.data))
        session.flush()
    source = session.scalar(
        select(SourceDocument).where(
            SourceDocument.jurisdiction_id == actor.jurisdiction_id, SourceDocument.sha256 == digest
        )
    )
    if source is None:
        source = SourceDocument(
            jurisdiction_id=actor.jurisdiction_id, sha256=digest, filename=upload.filename, content=reading.content
        )
        session.add(source)
    source.content = reading.content
    source.uploaded_by_id, source.uploaded_at = actor.user_id, now
    session.flush()
    return source


def _draft(actor: Actor, source: SourceDocument, plan: Mapping[str, Any], now: datetime) -> ImportDraft:
    period = plan.get("period") or {}
    everyone = [rule for rule in plan.get("rules", []) if rule["kind"] == "everyone"]
    kept = {key: plan.get(key, []) for key in ("targets", "indicators", "rules", "groups")}
    shared = [name for rule in everyone for name in split_names(everyone_words(rule["printed"]))]
    shared = [name[:LONGEST_NAME] for name in shared]
    return ImportDraft(
        jurisdiction_id=actor.jurisdiction_id,
        source_document_id=source.id,
        status=DraftStatus.REVIEWING,
        title=(plan.get("title") or source.filename.rsplit(".", 1)[0])[:200],
        doc_no=(plan.get("doc_no") or "")[:80],
        issuer=(plan.get("issuer") or "")[:200],
        issued_on=_day(plan.get("issued_on")),
        is_solicitation=bool(plan.get("is_draft")),
        period_start=period.get("start"),
        period_end=period.get("end"),
        reading={**kept, "everyone": {"names": shared, "is_applied": bool(shared)}},
        created_by_id=actor.user_id,
        created_at=now,
        updated_by_id=actor.user_id,
        updated_at=now,
    )


def item_of(task: Mapping[str, Any], position: int) -> DraftItem:
    """Gives the item of a draft that one task of a reading becomes."""
    deadline = task.get("deadline") or {}
    due_on = _day(deadline.get("date")) if deadline.get("kind") == "date" else None
    kind = TaskKind(task["kind"])
    return DraftItem(
        position=position,
        number=task["no"][:80],
        path=list(task["path"]),
        part=task["part"],
        kind=kind,
        is_included=kind is TaskKind.TASK,
        title=task["title"],
        text=task["text"],
        duties=[_duty(role, unit) for role in DutyRole for unit in task[role.value]],
        leader=(task.get("leader") or "")[:200],
        deadline_printed=deadline.get("printed", "")[:200],
        due_on=due_on,
        due_basis=DueBasis.PRINTED if due_on else None,
        is_standing=deadline.get("kind") == "standing",
        targets=task.get("targets", []),
        milestones=task.get("milestones", []),
        start=task["source"]["start"],
        end=task["source"]["end"],
    )


def _duty(role: DutyRole, unit: Mapping[str, Any]) -> dict[str, Any]:
    # What is too long for a name is no name; it is cut so that the reviewer sees it and decides.
    cut = {key: unit[key][:LONGEST_NAME] for key in ("printed", "name")}
    return {"role": role.value, **unit, **cut}


def _finding(finding: Mapping[str, Any]) -> DraftFinding:
    return DraftFinding(
        code=finding["code"][:80],
        level=finding["level"],
        message=finding["message"],
        start=finding["start"],
        end=finding["end"],
        # What the reader only wants known needs nobody's decision.
        is_settled=finding["level"] == "info" or finding["code"] in ASKED_ANYWAY,
    )


def _names_in(draft: ImportDraft) -> Iterable[str]:
    for item in draft.items:
        yield from (duty["name"] for duty in item.duties)
    yield from draft.reading["everyone"]["names"]


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def plans_like(session: Session, actor: Actor, draft_id: int) -> list[tuple[int, str]]:
    """Gives (id, title) of plans with the number or title of a draft: perhaps the same plan in another file."""
    draft = find_draft(session, actor, draft_id)
    same = Plan.title == draft.title
    if draft.doc_no:
        same = or_(same, Plan.doc_no == draft.doc_no)
    query = select(Plan.id, Plan.title).where(Plan.jurisdiction_id == actor.jurisdiction_id, same).order_by(Plan.id)
    return list(session.execute(query).tuples())


def draft_of_plan(session: Session, actor: Actor, plan_id: int) -> int:
    """Gives the id of the draft a plan was made of. Raises NotFound for a plan that was not imported."""
    plan = find_plan(session, actor, plan_id)
    if plan.draft_id is None:
        raise NotFound("这份方案不是由文件导入的，没有导入记录。")
    return plan.draft_id


def source_file(session: Session, actor: Actor, draft_id: int) -> tuple[bytes, str]:
    """Gives the bytes of a draft's document as they came, and the name they came with."""
    draft = find_draft(session, actor, draft_id)
    return session.get_one(StoredFile, draft.source.sha256).data, draft.source.filename
