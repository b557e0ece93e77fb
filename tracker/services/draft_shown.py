"""The frozen rows that the pages of a review read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from tracker.core.answers import Due, Proposal
from tracker.core.terms import DraftStatus, DueMode, DutyRole, LeadMode, NameDecision, TaskKind, UnitKind
from tracker.errors import NotFound

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class DraftHead:
    """The draft as a whole, as every page of the review shows it above its own matter."""

    id: int
    version: int
    status: DraftStatus
    title: str
    doc_no: str
    issuer: str
    issued_on: date | None
    is_solicitation: bool
    period_start: int | None
    period_end: int | None
    filename: str
    lead_mode: LeadMode | None
    due_mode: DueMode | None
    default_due_on: date | None
    updated_by: str
    updated_at: datetime
    plan_id: int | None
    is_revision: bool


@dataclass(frozen=True, slots=True)
class NameRow:
    """A printed name: what it means or is proposed to mean, in words, and where it is used."""

    id: int
    version: int
    name: str
    decision: NameDecision
    proposed: NameDecision
    meaning: str
    reason: str
    unit_id: int | None
    group_id: int | None
    new_kind: UnitKind | None
    new_name: str
    member_ids: frozenset[int]
    member_names: tuple[str, ...]
    members: tuple[str, ...]
    uses: int

    @property
    def is_pending(self) -> bool:
        """Whether nobody has decided yet."""
        return self.decision is NameDecision.PENDING

    @property
    def single(self) -> str:
        """The full name of the one unit it means."""
        return self.new_name or self.meaning

    @property
    def can_be_taken(self) -> bool:
        """Whether the proposal is whole enough to be taken as it is."""
        return self.proposed is not NameDecision.NEW_GROUP or bool(self.member_ids or self.member_names)


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A unit in a task as the review shows it."""

    role: DutyRole
    name: str
    printed: str
    state: NameRow | None
    is_derived_lead: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something to be looked at: `finding` and `name` carry the record's id, `due` and `unit` the item's."""

    kind: str
    id: int
    level: str
    message: str
    start: int | None = None
    end: int | None = None
    is_settled: bool = False
    code: str = ""
    name: NameRow | None = None
    suggestion: str = ""

    @property
    def key(self) -> str:
        """Unique within a page."""
        return f"{self.kind}-{self.id}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody."""
        return not self.is_settled


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item with everything its card shows."""

    id: int
    version: int
    number: str
    part: int | None
    path: str
    kind: TaskKind
    is_included: bool
    dropped_reason: str
    title: str
    text: str
    leader: str
    duties: tuple[DutyRow, ...]
    due: Due
    is_own_due: bool
    own_due_on: date | None
    own_is_standing: bool
    deadline_printed: str
    lead_mode: LeadMode | None
    targets: tuple[Mapping[str, Any], ...]
    milestones: tuple[Mapping[str, Any], ...]
    start: int
    end: int
    doubts: tuple[Doubt, ...] = ()

    @property
    def has_lead(self) -> bool:
        """Whether somebody leads it, by the text or by the answer."""
        return any(duty.role is DutyRole.LEAD for duty in self.duties)

    def names(self, role: DutyRole) -> str:
        """The names of a role as a typed list."""
        printed = [(DutyRole.RESPONSIBLE if duty.is_derived_lead else duty.role, duty.name) for duty in self.duties]
        return "、".join(name for printed_role, name in printed if printed_role is role)


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures at the top of the review."""

    items: int
    included: int
    measures: int
    pending_names: int
    missing_dates: int
    without_units: int
    open_findings: int
    questions: int

    @property
    def on_items(self) -> int:
        """What waits on the items themselves."""
        return self.missing_dates + self.without_units + self.open_findings

    @property
    def open(self) -> int:
        """Everything that still waits."""
        return self.pending_names + self.missing_dates + self.without_units + self.open_findings + self.questions


@dataclass(frozen=True, slots=True)
class Questions:
    """The two questions with the answers proposed and what they bear on."""

    lead: Proposal
    without_lead: int
    due: Proposal
    without_date: int
    everyone_names: tuple[NameRow, ...]
    everyone_printed: str
    is_everyone_applied: bool


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Items without a unit that one answer may settle together."""

    suggestion: str
    items: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """A draft as its pages show it."""

    head: DraftHead
    items: tuple[ItemRow, ...]
    loose: tuple[Doubt, ...]
    findings: tuple[Doubt, ...]
    names: tuple[NameRow, ...]
    counts: Counts
    questions: Questions
    is_traditional: bool

    def item(self, item_id: int) -> ItemRow:
        """Gives one item. Raises NotFound."""
        return _found((item for item in self.items if item.id == item_id), "没有找到这一条，可能已被他人合并或撤销。")

    def name(self, name_id: int) -> NameRow:
        """Gives one printed name. Raises NotFound."""
        return _found((name for name in self.names if name.id == name_id), "没有找到这个单位名称，可能已不再使用。")

    def open_groups(self) -> tuple[NameRow, ...]:
        """Gives the groups whose members nobody has decided yet."""
        return tuple(row for row in self.names if row.is_pending and row.proposed is NameDecision.NEW_GROUP)

    def own_units(self) -> tuple[str, ...]:
        """Gives the single units that the document names, by their full names, in its order."""
        single = (NameDecision.UNIT, NameDecision.NEW)
        return tuple(dict.fromkeys(row.single for row in self.names if row.proposed in single))

    def unassigned(self) -> tuple[Unassigned, ...]:
        """Gives the items that nobody answers for, by the unit suggested for them; those without any come last."""
        alike: dict[str, list[ItemRow]] = {}
        for item in self.items:
            for doubt in item.doubts:
                if doubt.kind == "unit":
                    alike.setdefault(doubt.suggestion, []).append(item)
        found = [Unassigned(subject, tuple(items)) for subject, items in alike.items()]
        return tuple(sorted(found, key=lambda group: (not group.suggestion, -len(group.items))))

    def next_step(self) -> str:
        """Gives the page on which something still waits, after the review itself."""
        if self.counts.pending_names:
            return "names"
        return "questions" if self.counts.questions else "accept"

    def born_names(self) -> tuple[str, ...]:
        """Gives the names of units that the draft makes, or is proposed to make, in the order of the document."""
        return tuple(dict.fromkeys(row.new_name for row in self.names if row.proposed is NameDecision.NEW))

    def same_kind(self, doubt: Doubt) -> tuple[int, ...]:
        """Gives the open findings of the same kind, when there are several to be settled together."""
        alike = tuple(f.id for f in self.findings if f.is_open and f.code == doubt.code)
        return alike if len(alike) > 1 else ()

    def entries(self) -> list[ItemRow | Doubt]:
        """Gives items and the findings outside of them in the order of the document."""
        rest = sorted(self.loose, key=lambda doubt: doubt.start or 0)
        found: list[ItemRow | Doubt] = []
        for item in self.items:
            while rest and (rest[0].start or 0) < item.start:
                found.append(rest.pop(0))
            found.append(item)
        return [*found, *rest]


def _found(rows: Iterator[Row], sentence: str) -> Row:
    row = next(rows, None)
    if row is None:
        raise NotFound(sentence)
    return row
