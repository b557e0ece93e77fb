"""The document beside its items: lines cut into pieces that know which item, doubt and unit they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.core.highlights import Mark, Piece, lines_of_pieces
from tracker.core.permissions import Actor
from tracker.models import ImportDraft
from tracker.services.draft_facts import ASKED_ANYWAY
from tracker.services.draft_shown import Doubt, ItemRow, Review
from tracker.services.drafts import find_draft


@dataclass(frozen=True, slots=True)
class DocumentPiece:
    """A stretch of a line. `opens` is set on the first piece of an item, which a link to its source leads to."""

    start: int
    words: str
    item: ItemRow | None = None
    finding: Doubt | None = None
    is_unit: bool = False
    opens: ItemRow | None = None


def document_lines(session: Session, actor: Actor, draft_id: int, review: Review) -> list[tuple[DocumentPiece, ...]]:
    """Gives the lines of the document in order, blank ones left out."""
    draft = find_draft(session, actor, draft_id)
    items = {f"item-{item.id}": item for item in review.items}
    findings = {f.key: f for f in review.findings if f.level != "info" and f.code not in ASKED_ANYWAY}
    opened: set[int] = set()
    lines = lines_of_pieces(draft.source.content, _marks(draft, items, findings))
    return [
        tuple(_piece(piece, items, findings, opened) for piece in line)
        for line in lines
        if any(piece.words.strip() for piece in line)
    ]


def _marks(draft: ImportDraft, items: dict[str, ItemRow], findings: dict[str, Doubt]) -> Iterable[Mark]:
    # Longest first: the last item among the marks of a piece is the innermost.
    for key, item in sorted(items.items(), key=lambda pair: pair[1].start - pair[1].end):
        yield Mark(item.start, item.end, key)
    for key, finding in sorted(findings.items(), key=lambda pair: (pair[1].is_open, -(pair[1].end or 0))):
        yield Mark(finding.start or 0, finding.end or 0, key)
    for row in draft.items:
        for duty in row.duties:
            if duty["start"] is not None:
                yield Mark(duty["start"], duty["end"], "unit")


def _piece(piece: Piece, items: dict[str, ItemRow], findings: dict[str, Doubt], opened: set[int]) -> DocumentPiece:
    own = [items[key] for key in piece.keys if key in items]
    doubts = [findings[key] for key in piece.keys if key in findings]
    item = own[-1] if own else None
    opens = item if item is not None and item.id not in opened else None
    if opens is not None:
        opened.add(opens.id)
    return DocumentPiece(
        start=piece.start,
        words=piece.words,
        item=item,
        finding=doubts[-1] if doubts else None,
        is_unit="unit" in piece.keys,
        opens=opens,
    )
