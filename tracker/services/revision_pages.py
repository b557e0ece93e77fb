"""What the pages of a new edition (修订稿) show: the editions of a plan, and each difference in three columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.revising import Difference, DifferenceKind, Item, Part, Share
from tracker.core.terms import DraftStatus, ProposalStatus, TaskState
from tracker.models import Revision, SourceDocument, User
from tracker.services import proposals
from tracker.services.acceptance import Problem, problems
from tracker.services.revision import Compared, compared, find_revision, key_of, revisions_of
from tracker.services.workflow_revising import ACTIVE, UNISSUED


@dataclass(frozen=True, slots=True)
class EditionRow:
    """One edition of a plan's document."""

    id: int
    draft_id: int
    title: str
    doc_no: str
    filename: str
    status: ProposalStatus
    created_by: str
    created_at: datetime
    submitted_by: str
    decided_by: str
    decided_at: datetime | None
    is_one_person: bool
    returned_words: str
    version: int


@dataclass(frozen=True, slots=True)
class Aspect:
    """One part that differs: by the document in force, as it stands now, by the new edition."""

    label: str
    old: str
    now: str
    new: str

    @property
    def is_so_already(self) -> bool:
        """Whether the task stands as the new edition has it."""
        return self.now == self.new


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One item that differs, and what was decided."""

    key: str
    kind: DifferenceKind
    task_id: int | None
    state: TaskState | None
    number: str
    title: str
    text: str
    aspects: tuple[Aspect, ...]
    choice: str
    note: str


@dataclass(frozen=True, slots=True)
class ComparePage:
    """A new edition against the plan."""

    edition: EditionRow
    rows: tuple[DifferenceRow, ...]
    counts: Mapping[DifferenceKind, int]
    problems: tuple[Problem, ...]
    may_approve: bool
    is_alone: bool

    @property
    def undecided(self) -> int:
        """How many items wait for a decision."""
        return sum(not row.choice for row in self.rows)


def editions(session: Session, actor: Actor, plan_id: int) -> tuple[EditionRow, ...]:
    """Gives the editions imported for a plan, the newest first."""
    return tuple(_edition(session, revision) for revision in revisions_of(session, actor, plan_id))


def compare_page(session: Session, actor: Actor, plan_id: int, revision_id: int) -> ComparePage:
    """Gives every difference of an edition; of one that was taken up already only what it was."""
    revision = find_revision(session, actor, plan_id, revision_id)
    is_open = revision.draft.status is DraftStatus.REVIEWING
    found = compared(session, revision) if is_open else None
    rows = tuple(_row(revision, found, each) for each in found.open) if found is not None else ()
    kinds = [each.kind for each in found.differences] if found is not None else []
    may_edit = is_open and revision.status is ProposalStatus.DRAFT and _may_review(actor)
    return ComparePage(
        _edition(session, revision),
        rows,
        {kind: kinds.count(kind) for kind in DifferenceKind},
        tuple(problems(session, actor, revision.draft_id)) if may_edit else (),
        proposals.may_approve(session, actor, revision),
        proposals.is_alone(session, actor),
    )


def _may_review(actor: Actor) -> bool:
    return actor.is_office


def _row(revision: Revision, found: Compared, each: Difference) -> DifferenceRow:
    shown = each.new or each.old
    assert shown is not None  # noqa: S101 - a difference is of an item in one of the editions
    task = found.tasks[each.old.key] if each.old is not None else None
    return DifferenceRow(
        key=key_of(each),
        kind=each.kind,
        task_id=task.id if task is not None else None,
        state=task.state if task is not None else None,
        number=shown.number,
        title=shown.title,
        text=shown.text,
        aspects=tuple(_aspect(found, each, part) for part in Part if part in each.parts) or _whole(found, shown),
        choice=revision.decisions.get(key_of(each), ""),
        note=_note(each, task.state if task is not None else None),
    )


def _note(each: Difference, state: TaskState | None) -> str:
    touched = each.parts & {Part.UNITS, Part.DUE}
    if state is not None and touched and state not in ACTIVE | UNISSUED:
        return f"任务{state.label}，采纳后只更新文字和编号，分工和时限不再变动。"
    return ""


def _aspect(found: Compared, each: Difference, part: Part) -> Aspect:
    assert each.old is not None and each.new is not None  # noqa: S101 - only what stands in both has parts
    now = found.now[each.old.key]
    old = each.old
    # Targets of a task are those of its document.
    current = old if part is Part.TARGETS else now
    return Aspect(part.label, *(_words(found, item, part) for item in (old, current, each.new)))


def _whole(found: Compared, item: Item) -> tuple[Aspect, ...]:
    """Duties and date of an item that stands in one edition alone."""
    return tuple(Aspect(part.label, "", "", _words(found, item, part)) for part in (Part.UNITS, Part.DUE))


def _words(found: Compared, item: Item, part: Part) -> str:
    match part:
        case Part.NUMBER:
            return f"{item.number}（第{item.part}部分）" if item.part else item.number
        case Part.TITLE:
            return item.title
        case Part.TEXT:
            return item.text
        case Part.UNITS:
            return _units(found, item.shares)
        case Part.DUE:
            return "长期坚持" if item.is_standing else item.due_on.isoformat() if item.due_on else "—"
        case Part.TARGETS:
            return "；".join(sorted(item.targets)) or "—"


def _units(found: Compared, shares: frozenset[Share]) -> str:
    order = sorted(shares, key=lambda each: (-each.role.strength, not each.is_first_lead, each.of))
    named: dict[str, list[str]] = {}
    for share in order:
        named.setdefault(share.role.label, []).append(found.names.get(share.of, ""))
    return "；".join(f"{role}：{'、'.join(names)}" for role, names in named.items()) or "—"


def _edition(session: Session, revision: Revision) -> EditionRow:
    def name(user_id: int | None) -> str:
        user = session.get(User, user_id) if user_id is not None else None
        return user.name if user is not None else ""

    draft = revision.draft
    return EditionRow(
        id=revision.id,
        draft_id=draft.id,
        title=draft.title,
        doc_no=draft.doc_no,
        filename=session.get_one(SourceDocument, draft.source_document_id).filename,
        status=revision.status,
        created_by=name(revision.created_by_id),
        created_at=revision.created_at,
        submitted_by=name(revision.submitted_by_id),
        decided_by=name(revision.decided_by_id),
        decided_at=revision.decided_at,
        is_one_person=revision.is_one_person,
        returned_words=revision.returned_words,
        version=revision.version,
    )
