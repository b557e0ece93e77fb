"""The reading of a plan document: tasks with their units, dates and targets, and what the reader was unsure of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.core.deadlines import Deadline, Milestone
from tracker.core.head import Period
from tracker.core.tables import Indicator
from tracker.core.targets import Target
from tracker.core.text import Finding, Span, Text
from tracker.core.units import UnitMention


@dataclass(frozen=True, slots=True)
class PlanRule:
    """A rule the plan states once: who leads (lead), or who answers for every task (everyone)."""

    kind: str
    printed: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PlanTarget:
    """A target outside the tasks, with the numbers it stands under."""

    path: tuple[str, ...]
    no: str | None
    target: Target


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """A group (成员单位) whose members a paragraph of the plan lists; an open list ends in 等."""

    name: str
    members: tuple[UnitMention, ...]
    is_open: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DraftTask:
    """One task as read: a numbered item, or one part of it."""

    no: str
    path: tuple[str, ...]
    part: int | None
    kind: str
    title: str
    text: str
    lead: tuple[UnitMention, ...]
    responsible: tuple[UnitMention, ...]
    cooperating: tuple[UnitMention, ...]
    leader: str | None
    deadline: Deadline | None
    milestones: tuple[Milestone, ...]
    targets: tuple[Target, ...]
    source: Span


@dataclass(frozen=True, slots=True)
class DraftPlan:
    """A whole document as read; nothing in it is decided, the reviewer does that."""

    title: str
    doc_no: str | None
    issuer: str | None
    issued_on: date | None
    is_draft: bool
    period: Period | None
    tasks: tuple[DraftTask, ...]
    targets: tuple[PlanTarget, ...]
    indicators: tuple[Indicator, ...]
    rules: tuple[PlanRule, ...]
    groups: tuple[PlanGroup, ...]
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """The reading in the shape that `tracker parse --json` prints and a draft is kept in."""
        return {
            "title": self.title,
            "doc_no": self.doc_no,
            "issuer": self.issuer,
            "issued_on": _day(self.issued_on),
            "is_draft": self.is_draft,
            "period": {"start": self.period.start, "end": self.period.end} if self.period else None,
            "tasks": [_task(task) for task in self.tasks],
            "targets": [{"path": list(one.path), "no": one.no, **_target(one.target)} for one in self.targets],
            "indicators": [_indicator(one) for one in self.indicators],
            "rules": [{"kind": r.kind, "printed": r.printed, "start": r.start, "end": r.end} for r in self.rules],
            "groups": [_group(group) for group in self.groups],
            "findings": [
                {"code": f.code, "level": f.level.value, "message": f.message, "start": f.start, "end": f.end}
                for f in self.findings
            ],
        }


def draft(text: Text) -> DraftPlan:
    """Gives the reading of a document; any text at all is read. Linear in length."""
    from tracker.core.drafting import Drafting

    return Drafting(text).plan()


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _task(task: DraftTask) -> dict[str, Any]:
    return {
        "no": task.no,
        "path": list(task.path),
        "part": task.part,
        "kind": task.kind,
        "title": task.title,
        "text": task.text,
        "lead": [_unit(unit) for unit in task.lead],
        "responsible": [_unit(unit) for unit in task.responsible],
        "cooperating": [_unit(unit) for unit in task.cooperating],
        "leader": task.leader,
        "deadline": _deadline(task.deadline) if task.deadline else None,
        "milestones": [
            {"printed": m.printed, "date": m.date.isoformat(), "start": m.start, "end": m.end} for m in task.milestones
        ],
        "targets": [_target(target) for target in task.targets],
        "source": {"start": task.source.start, "end": task.source.end},
    }


def _group(group: PlanGroup) -> dict[str, Any]:
    members = [_unit(unit) for unit in group.members]
    return {"name": group.name, "members": members, "is_open": group.is_open, "start": group.start, "end": group.end}


def _unit(unit: UnitMention) -> dict[str, Any]:
    return {"printed": unit.printed, "name": unit.name, "start": unit.start, "end": unit.end}


def _deadline(deadline: Deadline) -> dict[str, Any]:
    return {
        "printed": deadline.printed,
        "date": _day(deadline.date),
        "kind": deadline.kind.value,
        "start": deadline.start,
        "end": deadline.end,
    }


def _indicator(row: Indicator) -> dict[str, Any]:
    return {
        "no": row.no,
        "printed": row.printed,
        "name": row.name,
        "unit": row.unit,
        "values": row.values,
        "roles": row.roles,
        "notes": row.notes,
        "units": list(row.units),
    }


def _target(target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "by": target.by,
        "op": target.op,
        "value": target.value,
        "unit": target.unit,
        "printed": target.printed,
        "start": target.start,
        "end": target.end,
    }
