"""The ledger (台账): one row a task, every column worded. Source: DESIGN 10."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tracker.core.classes import ReportClass
from tracker.core.lights import Light
from tracker.core.periods import ReportingLight


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One row of the ledger, its fields in the order of its columns.

    `percent` is 0 to 100; `filing_light` and `progress_light` are the words shown, their colours follow from them.
    """

    place: int
    source: str
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
    filing_light: str
    progress_light: str
    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger with what stands over it: the title, and the note that says whose and of which day."""

    title: str
    note: str
    entries: tuple[LedgerEntry, ...]


COLUMNS: Mapping[str, str] = {
    "place": "序号",
    "source": "任务来源",
    "number": "任务编号",
    "title": "工作任务",
    "targets": "目标/量化指标",
    "leader": "牵头领导",
    "leads": "牵头单位",
    "responsible": "责任单位",
    "contacts": "联系人及电话",
    "issued_on": "交办时间",
    "original_due_on": "原定时限",
    "due_on": "现定时限",
    "extensions": "延期次数",
    "milestones": "阶段目标",
    "progress": "最新进展",
    "percent": "完成比例",
    "problems": "存在问题",
    "next_step": "下一步",
    "coordination": "需协调事项",
    "filing_light": "报送灯",
    "progress_light": "进度灯",
    "outcome": "办理结果",
    "note": "备注",
}
_FILING_TONES = {
    ReportingLight.FILED: Light.ON_TIME,
    ReportingLight.AWAITING: Light.NEAR,
    ReportingLight.DUE: Light.NEAR,
    ReportingLight.MISSED: Light.LATE,
    ReportingLight.NOTHING: Light.UNKNOWN,
}
_CLASS_TONES = {
    ReportClass.DONE: Light.DONE,
    ReportClass.ON_SCHEDULE: Light.ON_TIME,
    ReportClass.BEHIND: Light.BEHIND,
    ReportClass.LATE: Light.LATE,
    ReportClass.UNKNOWN: Light.UNKNOWN,
}
_TONES: Mapping[str, Light] = {
    **{light.label: light for light in Light},
    **{kind.label: tone for kind, tone in _CLASS_TONES.items()},
    **{light.label: tone for light, tone in _FILING_TONES.items()},
}


def tone(words: str) -> Light | None:
    """Gives the light whose colour a worded light has, None where it has none (常态化, 中止)."""
    return _TONES.get(words)


def source_words(title: str, doc_no: str) -> str:
    """Gives where a task comes from (任务来源): title and 文号 of its document."""
    return f"《{title}》{f'（{doc_no}）' if doc_no else ''}"
