"""The summary of a plan for a month (月度通报) as frozen rows: what the page, the document and the ledger all print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracker.core.classes import CLASSES as CLASSES
from tracker.core.classes import ReportClass as ReportClass
from tracker.core.figures import shares


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many tasks are of a class and their share in percent."""

    kind: ReportClass
    count: int
    share: Decimal


@dataclass(frozen=True, slots=True)
class UnitCount:
    """The duties of one unit by class, in the order of CLASSES; a task of several units counts for each."""

    unit_id: int
    unit: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Gives the number of the unit's duties."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class LateRow:
    """A duty that is late or behind: who, what, since when, and the unit's last word.

    `files` is false where the lead files for the task (牵头汇总报送), so that no word of the unit itself is owed.
    """

    task_id: int
    number: str
    title: str
    unit: str
    role: str
    kind: ReportClass
    original_due_on: date | None
    due_on: date | None
    workdays: int | None
    percent: int | None
    last_word: str
    last_word_on: date | None
    files: bool = True

    @property
    def word(self) -> str:
        """Gives the last word with its date, or why there is none."""
        if self.last_word:
            return f"{self.last_word_on.isoformat()} {self.last_word}" if self.last_word_on else self.last_word
        return "从未报送" if self.files else "由牵头单位汇总报送"


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """Problems and what needs coordination, in the words that were filed for the month."""

    task_id: int
    number: str
    title: str
    unit: str
    problems: str
    coordination: str


@dataclass(frozen=True, slots=True)
class FilingCount:
    """How a unit kept to filing in the month: duties it owed a report for, filed, of these passed, sent back."""

    unit_id: int
    unit: str
    owed: int
    filed: int
    passed: int
    sent_back: int

    @property
    def missed(self) -> int:
        """Gives how many reports were not filed."""
        return self.owed - self.filed


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One task of the ledger (台账), every column worded. Source: DESIGN 10."""

    task_id: int
    number: str
    title: str
    targets: str
    leader: str
    leads: str
    responsible: str
    contacts: str
    issued_on: date | None
    original_due_on: date | None
    due_on: date | None
    extensions: int
    milestones: str
    progress: str
    percent: int | None
    problems: str
    next_step: str
    coordination: str
    filing: str
    kind: ReportClass | None
    light: str
    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class Summary:
    """One plan in one month; `as_of` is the month's last day, or today while the month is running."""

    plan_id: int
    plan_title: str
    doc_no: str
    jurisdiction: str
    office: str
    is_supervision: bool
    period: str
    as_of: date
    is_running: bool
    tasks: int
    items: int
    near: int
    standing: int
    suspended: int
    classes: tuple[ClassCount, ...]
    units: tuple[UnitCount, ...]
    late: tuple[LateRow, ...]
    concerns: tuple[ConcernRow, ...]
    filings: tuple[FilingCount, ...]
    ledger: tuple[LedgerRow, ...]

    @property
    def kind_label(self) -> str:
        """Gives the title of the paper; 督查通报 needs a designation as 政府督查机构 on record."""
        return "督查通报" if self.is_supervision else "工作进展通报"

    @property
    def month_label(self) -> str:
        """Gives the month as 2026年10月."""
        return month_label(self.period)

    def count(self, kind: ReportClass) -> int:
        """Gives how many tasks are of a class."""
        return next((row.count for row in self.classes if row.kind is kind), 0)


def class_counts(counts: dict[ReportClass, int]) -> tuple[ClassCount, ...]:
    """Gives every class with its count and share, in the order of CLASSES; the shares add to 100.0."""
    numbers = [counts.get(kind, 0) for kind in CLASSES]
    return tuple(ClassCount(*row) for row in zip(CLASSES, numbers, shares(numbers), strict=True))


def month_label(period: str) -> str:
    """Gives a period "2026-10" as 2026年10月."""
    year, month = period.split("-")
    return f"{year}年{int(month)}月"
