"""What a unit says of one duty, and which of a duty's reports a filing of today goes into."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tracker.core.terms import ReportStatus

# Words that have not left the unit: neither the office nor a report reads them.
UNSIGNED = (ReportStatus.DRAFT, ReportStatus.AWAITING)
WRITABLE = frozenset({ReportStatus.DRAFT, ReportStatus.SENT_BACK})
# 同上期 may stand so often running; then something must be said.
SAME_RUNNING = 2
# What people type where they have nothing to say.
NOTHING = frozenset({"", "无", "暂无", "没有", "/", "-"})


@dataclass(frozen=True, slots=True)
class Words:
    """What a unit says of one duty; `percent` is None where nothing is measured in hundredths."""

    progress: str
    percent: int | None = None
    problems: str = ""
    next_step: str = ""
    coordination: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all was written."""
        return self == BLANK


BLANK = Words("")


_UNKEPT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    """Gives typed words as they are kept: one kind of line end and of blank, none around, nothing no file can hold.

    Browsers send CRLF and sheets LF: kept apart, the same words would differ.
    """
    return _UNKEPT.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")).strip()


def says_nothing(text: str) -> bool:
    """Whether words only fill a field: 无, 暂无, a stroke."""
    return text.strip().strip("。") in NOTHING


class Report(Protocol):
    """A report of one duty as the choice between several needs it."""

    @property
    def period(self) -> str: ...
    @property
    def status(self) -> ReportStatus: ...
    @property
    def has_been_filed(self) -> bool: ...


Some = TypeVar("Some", bound=Report)


def report_to_write(newest: Some | None, month: str) -> Some | None:
    """Gives the report a filing of the window of `month` goes into, of a duty whose newest report this is.

    One sent back is mended first, for its own period; a draft never filed goes along into the present one.
    """
    if newest is None or newest.period >= month or newest.status in WRITABLE:
        return newest
    return None


def month_to_write(report: Report | None, month: str) -> str:
    """Gives the month for which the chosen report is filed."""
    is_mended = report is not None and (report.has_been_filed or report.status is ReportStatus.SENT_BACK)
    return report.period if report is not None and is_mended else month
