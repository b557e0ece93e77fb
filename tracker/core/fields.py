"""Fields of a narrative (数据字段): {{逾期.项数}} stands for a figure and is put in whenever the text is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.core.classes import CLASSES, ReportClass
from tracker.core.figures import shares
from tracker.core.reckoning import Answering, Movement
from tracker.core.snapshot import one_word
from tracker.core.terms import SnapshotRowKind

FIELD = re.compile(r"\{\{([^{}\n]{1,120})\}\}")
# What stands where a field names no figure; no office text holds these signs.
UNKNOWN = "〖{}〗"
_ROWS = SnapshotRowKind


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: how fields name it, what it says, in which measure, and by which rows it is proven.

    `rows` and `mark` find the rows it counts; `is_counted` says that their number is the figure itself.
    """

    key: str
    label: str
    value: str
    measure: str = "项"
    rows: SnapshotRowKind | None = None
    mark: str = ""
    is_counted: bool = False


def office_day(value: date) -> str:
    """Gives a date as 2026年3月5日."""
    return f"{value.year}年{value.month}月{value.day}日"


def resolve(text: str, figures: Mapping[str, Figure]) -> str:
    """Gives a text with every field replaced by its figure; a field without one is shown in brackets."""
    return FIELD.sub(lambda found: _value(found.group(1).strip(), figures), text)


def _value(key: str, figures: Mapping[str, Figure]) -> str:
    figure = figures.get(key)
    return figure.value if figure is not None else UNKNOWN.format(key)


def keys_in(text: str) -> list[str]:
    """Gives the keys of the fields of a text, in order, each once."""
    return list(dict.fromkeys(found.strip() for found in FIELD.findall(text)))


def fields(counted: Mapping[str, Any], as_of: date) -> dict[str, Figure]:
    """Gives every figure of a snapshot by its key, in the order in which a proof lists them.

    Takes what `Reckoning.figures` gave and the day the figures are of.
    """
    totals: Mapping[str, int] = counted["totals"]
    found = [Figure("截止日", "数据截止日期", office_day(as_of), "日")]
    found += _overall(counted, totals)
    found += _movements(totals)
    found += _discipline(totals)
    found += _papers(totals)
    for kind, name, rows in (("单位", "unit", counted["units"]), ("方案", "plan", counted["plans"])):
        for key, label, counts in rows:
            found += _grouped(f"{kind}.{label}", f"{label}", f"{name}:{key}", counts)
    for place, (plan_id, label, counts) in enumerate(counted["chapters"]):
        found += _grouped(f"板块{place + 1}", label, f"chapter:{plan_id}:{one_word(label)}", counts)
    for name, counts in counted["leaders"]:
        found += _grouped(f"分管领导.{name}", name, f"leader:{one_word(name)}", counts)
    return {figure.key: figure for figure in found}


def _overall(counted: Mapping[str, Any], totals: Mapping[str, int]) -> list[Figure]:
    task = _ROWS.TASK
    items = totals.get("items", 0)
    late_units = sum(bool(counts[CLASSES.index(ReportClass.LATE)]) for _, _, counts in counted["units"])
    found = [
        Figure("任务数", "纳入统计的任务", str(totals.get("tasks", 0)), "项", task, "counted"),
        Figure("事项数", "纳入统计的具体事项", str(items), "个", task, "counted", True),
        Figure("方案数", "涉及方案", str(len(counted["plans"])), "个"),
        Figure("单位数", "涉及责任单位", str(len(counted["units"])), "个"),
    ]
    parts = shares(counted["classes"])
    for kind, count, share in zip(CLASSES, counted["classes"], parts, strict=True):
        found.append(Figure(f"{kind.label}.项数", kind.label, str(count), "项", task, kind.value, True))
        found.append(Figure(f"{kind.label}.占比", f"{kind.label}占比", f"{share}%", "%", task, kind.value))
    found += [
        Figure("临期.项数", "临期", str(totals.get("near", 0)), "项", task, "near", True),
        Figure("常态化.项数", "常态化任务", str(totals.get("standing", 0)), "项", task, "standing", True),
        Figure("中止.项数", "中止任务", str(totals.get("suspended", 0)), "项", task, "suspended", True),
        Figure("逾期.单位数", "有逾期事项的单位", str(late_units), "个", _ROWS.LATE, "late"),
        Figure("逾期.最长", "最长逾期", str(totals.get("longest_workdays", 0)), "个工作日", _ROWS.LATE, "late"),
    ]
    return found


def _movements(totals: Mapping[str, int]) -> list[Figure]:
    task = _ROWS.TASK
    moved = (Movement.NEW, Movement.CURED, Movement.EXTENDED, Movement.RUNNING)
    found = [
        Figure(f"{m.label}.项数", m.label, str(totals.get(f"movement_{m}", 0)), "项", task, f"moved:{m.value}", True)
        for m in moved
    ]
    return [
        *found,
        Figure("连续逾期.项数", "连续两期以上逾期", str(totals.get("repeated", 0)), "项", task, "repeated", True),
        Figure("连续逾期.期数", "连续逾期最长", str(totals.get("longest_periods", 0)), "期", task, "repeated"),
    ]


def _discipline(totals: Mapping[str, int]) -> list[Figure]:
    words = {"owed": "应报送", "on_time": "按时报送", "late": "迟报", "missed": "未报送", "sent_back": "退回补报"}
    found = [
        Figure(f"{word}.项次", word, str(totals.get(f"filing_{name}", 0)), "项次", _ROWS.FILING, name)
        for name, word in words.items()
    ]
    missed = str(totals.get("filing_units_missed", 0))
    return [*found, Figure("未报送.单位数", "有未报送的单位", missed, "个", _ROWS.FILING, "missed", True)]


def _papers(totals: Mapping[str, int]) -> list[Figure]:
    found = [
        Figure("需协调.项数", "需协调事项", str(totals.get("concerns", 0)), "项", _ROWS.CONCERN, "coordination", True),
        Figure("存在问题.项数", "存在问题", str(totals.get("problems", 0)), "项", _ROWS.CONCERN, "problem", True),
        Figure("目标指标.项数", "目标指标", str(totals.get("promises", 0)), "项", _ROWS.PROMISE, "", True),
        Figure("督办单.件数", "督办单", str(totals.get("slips", 0)), "件", _ROWS.SLIP, "", True),
        Figure("批示.件数", "批示", str(totals.get("instructions", 0)), "件", _ROWS.INSTRUCTION, "", True),
        Figure("填报.项次", "要求单位填报", str(totals.get("burden_rows", 0)), "项次", _ROWS.BURDEN),
        Figure("文书.件次", "向单位发出文书", str(totals.get("burden_papers", 0)), "件次", _ROWS.BURDEN),
    ]
    for name, word, rows in (("slips", "督办单", _ROWS.SLIP), ("instructions", "批示", _ROWS.INSTRUCTION)):
        for each in Answering:
            count = str(totals.get(f"{name}_{each}", 0))
            found.append(Figure(f"{word}.{each.label}", f"{word}{each.label}", count, "件", rows, each.value, True))
    return found


def _grouped(key: str, label: str, mark: str, counts: Sequence[int]) -> list[Figure]:
    task = _ROWS.TASK
    found = [Figure(f"{key}.任务", f"{label}任务", str(sum(counts)), "项", task, mark, True)]
    for kind, count in zip(CLASSES, counts, strict=True):
        found.append(
            Figure(f"{key}.{kind.label}", f"{label}{kind.label}", str(count), "项", task, f"{mark}:{kind.value}", True)
        )
    return found
