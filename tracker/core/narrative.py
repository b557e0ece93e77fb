"""The sentences of a monthly summary, made of its figures alone, so that page and document say the same."""

from __future__ import annotations

from datetime import date

from tracker.core.summary import LateRow, ReportClass, Summary
from tracker.core.terms import DutyRole

# More names than this in one sentence are read by nobody; the annex has them all.
NAMED_UNITS = 8


def office_day(value: date) -> str:
    """Gives a date as 2026年3月5日."""
    return f"{value.year}年{value.month}月{value.day}日"


def overview(summary: Summary) -> str:
    """Gives the sentence on how far the plan has come, with every class, its count and its share."""
    if not summary.items:
        return f"截至{office_day(summary.as_of)}，{_name(summary)}没有纳入统计的任务。"
    clauses = []
    for row in summary.classes:
        near = f"（其中临期{summary.near}项）" if row.kind is ReportClass.ON_SCHEDULE and summary.near else ""
        clauses.append(f"{row.kind.label}{row.count}项，占{row.share}%{near}")
    classes = "；".join(clauses)
    return f"截至{office_day(summary.as_of)}，{_name(summary)}{_extent(summary)}中，{classes}。{_aside(summary)}"


def by_unit(summary: Summary) -> str:
    """Gives the sentence on which units have late duties."""
    place = tuple(ReportClass).index(ReportClass.LATE)
    late = sorted((row for row in summary.units if row.counts[place]), key=lambda row: -row.counts[place])
    if not late:
        return f"任务涉及责任单位{len(summary.units)}个，均无逾期事项。"
    named = "、".join(f"{row.unit}{row.counts[place]}项" for row in late[:NAMED_UNITS])
    tail = "等" if len(late) > NAMED_UNITS else ""
    return (
        f"任务涉及责任单位{len(summary.units)}个，有逾期事项的{len(late)}个：{named}{tail}（涉及多个单位的分别计算）。"
    )


def late_tasks(summary: Summary, kind: ReportClass) -> list[str]:
    """Gives one sentence for each task with late (or behind) duties, its units together, the lead first."""
    of_task: dict[int, list[LateRow]] = {}
    for row in summary.late:
        if row.kind is kind:
            of_task.setdefault(row.task_id, []).append(row)
    return [_told(sorted(rows, key=lambda row: row.role != DutyRole.LEAD.label)) for rows in of_task.values()]


def _told(rows: list[LateRow]) -> str:
    first = rows[0]
    by_role = {role.label: [row.unit for row in rows if row.role == role.label] for role in DutyRole}
    units = "，".join(f"{role}单位：{'、'.join(names)}" for role, names in by_role.items() if names)
    due = f"，应于{office_day(first.due_on)}完成" if first.due_on else ""
    late = f"，已逾期{first.workdays}个工作日" if first.workdays else ""
    share = f"，完成{first.percent}%" if first.percent is not None else ""
    return f"{first.title}（{units}）{due}{late}{share}。"


def filing(summary: Summary) -> str:
    """Gives the sentence on filing discipline in the month."""
    owed = sum(row.owed for row in summary.filings)
    filed = sum(row.filed for row in summary.filings)
    if not owed:
        return f"{summary.month_label}没有应报送的进展。"
    first = f"{summary.month_label}应报送进展{owed}项次，已报送{filed}项次，未报送{owed - filed}项次。"
    missing = [row for row in summary.filings if row.missed]
    if not missing:
        return first
    named = "、".join(f"{row.unit}{row.missed}项次" for row in missing[:NAMED_UNITS])
    return f"{first}未按时报送的单位：{named}{'等' if len(missing) > NAMED_UNITS else ''}。"


def _name(summary: Summary) -> str:
    number = f"（{summary.doc_no}）" if summary.doc_no else ""
    return f"《{summary.plan_title}》{number}"


def _extent(summary: Summary) -> str:
    if summary.tasks == summary.items:
        return f"纳入统计的{summary.items}项任务"
    return f"纳入统计的{summary.tasks}项任务（{summary.items}个具体事项）"


def _aside(summary: Summary) -> str:
    apart = []
    if summary.standing:
        apart.append(f"常态化任务{summary.standing}项")
    if summary.suspended:
        apart.append(f"中止任务{summary.suspended}项")
    return f"另有{'、'.join(apart)}，单独统计。" if apart else ""
