"""What holds for a draft after the answers given once for the whole plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tracker.core.answers import Due, DueAnswer, due_of, has_lead, with_lead
from tracker.core.names import is_group
from tracker.core.terms import NameDecision
from tracker.models import DraftItem, ImportDraft
from tracker.services.naming import proposed

# Findings about what the review asks by itself, from the draft as it stands now.
ASKED_ANYWAY = frozenset({"lead.missing", "task.unassigned", "task.suggested"})


def group_names(draft: ImportDraft) -> frozenset[str]:
    """Gives the printed names that mean a group, by decision or, while that is pending, by proposal."""
    kinds = (NameDecision.GROUP, NameDecision.NEW_GROUP)
    return frozenset(row.name for row in draft.names if proposed(row) in kinds or is_group(row.name))


def effective_due(draft: ImportDraft, item: DraftItem) -> Due:
    """Gives when an item is due after the plan's answer."""
    own = Due(item.due_on, item.due_basis, item.is_standing)
    return due_of(own, DueAnswer(draft.due_mode, draft.default_due_on))


def effective_duties(draft: ImportDraft, item: DraftItem, groups: frozenset[str]) -> list[dict[str, Any]]:
    """Gives an item's duties after the answer to who leads where no lead is printed."""
    return with_lead(item.duties, item.lead_mode or draft.lead_mode, groups)


def needs_lead_answer(draft: ImportDraft, item: DraftItem) -> bool:
    """Whether nobody leads this item by its text and nobody has said who should."""
    return item.is_included and bool(item.duties) and not has_lead(item.duties) and item.lead_mode is None


def everyone_names(draft: ImportDraft) -> list[str]:
    """Gives the names that the document's own rule puts into every task, while the rule is applied."""
    everyone = draft.reading.get("everyone", {})
    return list(everyone.get("names", [])) if everyone.get("is_applied") else []


def uses_of(draft: ImportDraft) -> Mapping[str, int]:
    """Gives in how many included items each name stands."""
    uses: dict[str, int] = defaultdict(int)
    for item in draft.items:
        if item.is_included:
            for name in {duty["name"] for duty in item.duties}:
                uses[name] += 1
    for name in everyone_names(draft):
        uses[name] += sum(item.is_included for item in draft.items)
    return uses
