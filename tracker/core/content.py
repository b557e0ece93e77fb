"""Everything a supervision report says, resolved and frozen: what its page, its papers and its ledger are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.core.snapshot import (
    BurdenLine,
    ConcernLine,
    FilingLine,
    InstructionLine,
    LateLine,
    PromiseLine,
    SlipLine,
    TaskLine,
)
from tracker.core.terms import SupervisionKind


@dataclass(frozen=True, slots=True)
class Style:
    """How the jurisdiction's papers look (版式): issuer, mark of the masthead, 机关代字, copies, printer."""

    issuer: str = ""
    mark: str = ""
    code: str = ""
    is_serial: bool = True
    copies: str = ""
    printer: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the text with its paragraphs, every figure put in and every list written out."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountedRow:
    """The tasks of a plan, a chapter, a unit or a leader by class, in the order of CLASSES."""

    label: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Gives the number of tasks."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class ReportContent:
    """A report as it reads; `tells_names` says whether it may name units with what they are late with.

    `plans` maps nothing: it lists (id, title, document number); `late_total` counts all late rows, of which only the
    first are in `late`.
    """

    kind: SupervisionKind
    title: str
    addressee: str
    office: str
    is_supervision: bool
    period: str
    as_of: date
    year: int | None
    number: int | None
    issued_on: date | None
    planned_on: date | None
    signer: str
    tells_names: bool
    style: Style
    sections: tuple[Section, ...]
    plans: tuple[tuple[int, str, str], ...]
    classes: tuple[int, ...]
    plan_rows: tuple[CountedRow, ...]
    chapter_rows: tuple[CountedRow, ...]
    unit_rows: tuple[CountedRow, ...]
    leader_rows: tuple[CountedRow, ...]
    late: tuple[LateLine, ...]
    late_total: int
    concerns: tuple[ConcernLine, ...]
    filings: tuple[FilingLine, ...]
    promises: tuple[PromiseLine, ...]
    slips: tuple[SlipLine, ...]
    instructions: tuple[InstructionLine, ...]
    burdens: tuple[BurdenLine, ...]
    tasks: tuple[TaskLine, ...]
    provenance: str

    @property
    def kind_label(self) -> str:
        """Gives what the paper is called; 督查 needs a designation on record."""
        words = "督查" if self.is_supervision else "工作"
        if self.kind is SupervisionKind.BULLETIN and not self.is_supervision:
            return "工作进展通报"
        return f"{words}{self.kind.label}"

    @property
    def opening(self) -> str:
        """Gives the sentence before the first section."""
        return f"现将有关情况{'通报' if self.kind is SupervisionKind.BULLETIN else '报告'}如下。"

    @property
    def number_words(self) -> str:
        """Gives the number as printed, with room for it while there is none."""
        year = self.year or (self.planned_on or self.as_of).year
        return f"{self.style.code}〔{year}〕{self.number or '　'}号"
