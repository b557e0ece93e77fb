"""The uploaded document and the draft made of it, until it is accepted."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.terms import DraftStatus, DueBasis, DueMode, LeadMode, NameDecision, TaskKind, UnitKind
from tracker.db import Base
from tracker.models.columns import Versioned, instant, json_value, key, long_text, name_text, one_of, short_text


class StoredFile(Base):
    """Bytes as they came, once per content; never reachable by a path and never served but as a download."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size_bytes: Mapped[int]
    content_type: Mapped[short_text]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class SourceDocument(Base):
    """An uploaded document (来源文件): its bytes unchanged and the text that was read out of them."""

    __tablename__ = "source_document"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "sha256"),)

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    filename: Mapped[name_text]
    content: Mapped[str] = mapped_column(Text, deferred=True)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    uploaded_at: Mapped[instant]


class ImportDraft(Versioned, Base):
    """One reading of a document under review; any officer of the jurisdiction can go on with it."""

    __tablename__ = "import_draft"

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    source_document_id: Mapped[int] = mapped_column(ForeignKey("source_document.id"), index=True)
    status: Mapped[DraftStatus] = mapped_column(one_of(DraftStatus, "status"))
    title: Mapped[name_text]
    doc_no: Mapped[short_text] = mapped_column(default="")
    issuer: Mapped[name_text] = mapped_column(default="")
    issued_on: Mapped[date | None]
    is_solicitation: Mapped[bool] = mapped_column(default=False)
    period_start: Mapped[int | None]
    period_end: Mapped[int | None]
    lead_mode: Mapped[LeadMode | None] = mapped_column(one_of(LeadMode, "lead_mode"))
    due_mode: Mapped[DueMode | None] = mapped_column(one_of(DueMode, "due_mode"))
    default_due_on: Mapped[date | None]
    # Targets outside tasks, indicators, rules and outline as the reader gave them.
    reading: Mapped[json_value] = mapped_column(deferred=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[instant]
    updated_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    updated_at: Mapped[instant]

    source: Mapped[SourceDocument] = relationship()
    items: Mapped[list[DraftItem]] = relationship(
        back_populates="draft", order_by="DraftItem.position", cascade="all, delete-orphan"
    )
    names: Mapped[list[DraftName]] = relationship(
        back_populates="draft", order_by="DraftName.id", cascade="all, delete-orphan"
    )
    findings: Mapped[list[DraftFinding]] = relationship(
        back_populates="draft", order_by="DraftFinding.start, DraftFinding.id", cascade="all, delete-orphan"
    )


class DraftItem(Versioned, Base):
    """One item of a draft, every field editable until the draft is accepted.

    `duties` is a list of {"role", "printed", "name", "start", "end"}; `targets` and `milestones` are as in the
    reader's JSON.
    """

    __tablename__ = "draft_item"

    id: Mapped[key]
    draft_id: Mapped[int] = mapped_column(ForeignKey("import_draft.id"), index=True)
    position: Mapped[int]
    number: Mapped[short_text]
    path: Mapped[json_value]
    part: Mapped[int | None]
    kind: Mapped[TaskKind] = mapped_column(one_of(TaskKind, "kind"))
    is_included: Mapped[bool] = mapped_column(default=True)
    dropped_reason: Mapped[name_text] = mapped_column(default="")
    title: Mapped[long_text]
    text: Mapped[long_text]
    duties: Mapped[json_value]
    leader: Mapped[name_text] = mapped_column(default="")
    deadline_printed: Mapped[name_text] = mapped_column(default="")
    due_on: Mapped[date | None]
    due_basis: Mapped[DueBasis | None] = mapped_column(one_of(DueBasis, "due_basis"))
    is_standing: Mapped[bool] = mapped_column(default=False)
    # Differs from the draft's own answer for this item alone; NULL: follows the draft.
    lead_mode: Mapped[LeadMode | None] = mapped_column(one_of(LeadMode, "lead_mode"))
    targets: Mapped[json_value]
    milestones: Mapped[json_value]
    start: Mapped[int]
    end: Mapped[int]

    draft: Mapped[ImportDraft] = relationship(back_populates="items")


class DraftName(Versioned, Base):
    """A unit name of a draft, decided once for all its occurrences and learnt as an alias at acceptance.

    While `decision` is pending, the other fields hold the proposal. Two names with one `new_name` become one unit.
    `members` of a new group is a list of {"unit_id": 3} or {"name": "青岚县政府"}.
    """

    __tablename__ = "draft_name"
    __table_args__ = (UniqueConstraint("draft_id", "name"),)

    id: Mapped[key]
    draft_id: Mapped[int] = mapped_column(ForeignKey("import_draft.id"), index=True)
    name: Mapped[name_text]
    decision: Mapped[NameDecision] = mapped_column(one_of(NameDecision, "decision"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("unit_group.id"), index=True)
    new_kind: Mapped[UnitKind | None] = mapped_column(one_of(UnitKind, "new_kind"))
    new_name: Mapped[name_text] = mapped_column(default="")
    members: Mapped[json_value]
    # How the match was found, in words the reviewer reads: 名称一致, 曾用别名, 相似 92%.
    reason: Mapped[name_text] = mapped_column(default="")

    draft: Mapped[ImportDraft] = relationship(back_populates="names")


class DraftFinding(Base):
    """A finding of the reader and whether a reviewer has dealt with it."""

    __tablename__ = "draft_finding"

    id: Mapped[key]
    draft_id: Mapped[int] = mapped_column(ForeignKey("import_draft.id"), index=True)
    code: Mapped[short_text]
    level: Mapped[short_text]
    message: Mapped[long_text]
    start: Mapped[int]
    end: Mapped[int]
    is_settled: Mapped[bool] = mapped_column(default=False)

    draft: Mapped[ImportDraft] = relationship(back_populates="findings")
