"""What a report proposes to say (拟稿): paragraphs in the wording of such notices, every figure in them a field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.core.classes import CLASSES, ReportClass
from tracker.core.fields import office_day
from tracker.core.snapshot import ConcernLine, InstructionLine, LateLine, SlipLine
from tracker.core.terms import DutyRole, SupervisionKind

# More names than this in one sentence are read by nobody; the annex has them all.
NAMED = 8
# More matters than this are listed in the annex alone.
LISTED = 30
LISTS = {
    "清单.逾期": "逾期事项清单",
    "清单.滞后": "滞后事项清单",
    "清单.协调": "需协调事项清单",
    "清单.批示": "批示办理清单",
    "清单.督办单": "督办单办理清单",
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """One paragraph with the section it stands in."""

    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What a report is on: its kind, the plans with their numbers, the period before it, whether units are named."""

    kind: SupervisionKind
    plans: tuple[tuple[str, str], ...]
    period_label: str
    previous_label: str
    names_units: bool

    @property
    def tells_names(self) -> bool:
        """Whether the text may say which unit is late: to the leaders and upward always, to all with approval."""
        return self.names_units or self.kind is not SupervisionKind.BULLETIN


def title(matter: Matter, *, is_supervision: bool) -> str:
    """Gives the title; 督查 needs a designation on record. Source: DESIGN 5.5."""
    words = "督查情况" if is_supervision else "工作进展情况"
    closing = {SupervisionKind.BULLETIN: "通报", SupervisionKind.SPECIAL: "专报", SupervisionKind.ACCOUNT: "报告"}
    return f"关于{_subject(matter)}{matter.period_label}{words}的{closing[matter.kind]}"


def _subject(matter: Matter) -> str:
    first = f"《{matter.plans[0][0]}》" if matter.plans else ""
    return first if len(matter.plans) < 2 else f"{first}等{len(matter.plans)}个方案"


def paragraphs(matter: Matter, counted: Mapping[str, Any]) -> tuple[Proposed, ...]:
    """Gives the paragraphs, section by section; what there is nothing to say about is left out.

    Takes what `Reckoning.figures` gave.
    """
    totals: Mapping[str, int] = counted["totals"]
    sections: list[tuple[str, Iterable[str]]] = [
        ("总体进展", _progress(matter, counted, totals)),
        ("逾期和滞后事项", _late(matter, counted)),
        ("进展报送情况", _filing(totals)),
    ]
    if matter.kind is not SupervisionKind.BULLETIN:
        sections.append(("需协调事项", _concerns(totals)))
        sections.append(("批示和督办单办理情况", _papers(totals)))
    sections.append(("下一步工作要求" if matter.kind is SupervisionKind.BULLETIN else "下一步工作打算", _next(matter)))
    return tuple(Proposed(name, text) for name, texts in sections for text in texts)


def _progress(matter: Matter, counted: Mapping[str, Any], totals: Mapping[str, int]) -> Iterable[str]:
    name = f"《{matter.plans[0][0]}》等{{{{方案数}}}}个方案" if len(matter.plans) > 1 else _subject(matter)
    number = f"（{matter.plans[0][1]}）" if len(matter.plans) == 1 and matter.plans[0][1] else ""
    if not totals.get("items"):
        yield f"截至{{{{截止日}}}}，{name}{number}没有纳入统计的任务。"
        return
    extent = "{{事项数}}项任务" if totals["tasks"] == totals["items"] else "{{任务数}}项任务（{{事项数}}个具体事项）"
    near = "（其中临期{{临期.项数}}项）" if totals.get("near") else ""
    told = []
    for kind in CLASSES:
        beside = near if kind is ReportClass.ON_SCHEDULE else ""
        told.append(f"{kind.label}{{{{{kind.label}.项数}}}}项{beside}，占{{{{{kind.label}.占比}}}}")
    classes = "；".join(told)
    yield f"截至{{{{截止日}}}}，{name}{number}纳入统计的{extent}中，{classes}。{_aside(totals)}"
    if len(counted["plans"]) > 1:
        yield _by_plan(counted["plans"])
    if matter.previous_label:
        yield _moved(matter, totals)


def _aside(totals: Mapping[str, int]) -> str:
    apart = ["常态化任务{{常态化.项数}}项"] if totals.get("standing") else []
    apart += ["中止任务{{中止.项数}}项"] if totals.get("suspended") else []
    return f"另有{'、'.join(apart)}，单独统计。" if apart else ""


def _by_plan(plans: Sequence[tuple[int, str, Sequence[int]]]) -> str:
    told = (
        f"《{name}》{{{{方案.{name}.任务}}}}项，已完成{{{{方案.{name}.已完成}}}}项，逾期{{{{方案.{name}.逾期}}}}项"
        for _, name, _ in plans[:NAMED]
    )
    return f"分方案看：{'；'.join(told)}{'；其余见附件' if len(plans) > NAMED else ''}。"


def _moved(matter: Matter, totals: Mapping[str, int]) -> str:
    text = (
        f"与上期（{matter.previous_label}）相比，新增逾期{{{{新增逾期.项数}}}}项，持续逾期{{{{持续逾期.项数}}}}项，"
        "消除逾期{{消除逾期.项数}}项，批准延期{{批准延期.项数}}项"
    )
    if totals.get("repeated"):
        text += "；连续两期以上逾期{{连续逾期.项数}}项，连续逾期最长{{连续逾期.期数}}期"
    return f"{text}。"


def _late(matter: Matter, counted: Mapping[str, Any]) -> Iterable[str]:
    place = CLASSES.index(ReportClass.LATE)
    late = sorted((row for row in counted["units"] if row[2][place]), key=lambda row: -row[2][place])
    if not late:
        yield "任务涉及责任单位{{单位数}}个，均无逾期事项。"
    elif matter.tells_names:
        named = "、".join(f"{name}{{{{单位.{name}.逾期}}}}项" for _, name, _ in late[:NAMED])
        tail = "等" if len(late) > NAMED else ""
        yield (
            "任务涉及责任单位{{单位数}}个，有逾期事项的{{逾期.单位数}}个："
            f"{named}{tail}（涉及多个单位的分别计算）。逾期时间最长的已达{{{{逾期.最长}}}}个工作日。"
        )
    else:
        yield "任务涉及责任单位{{单位数}}个，有逾期事项的{{逾期.单位数}}个，逾期时间最长的已达{{逾期.最长}}个工作日。"
    if counted["classes"][place]:
        yield "逾期事项{{逾期.项数}}项："
        yield "{{清单.逾期}}"
    if counted["classes"][CLASSES.index(ReportClass.BEHIND)]:
        yield "滞后事项{{滞后.项数}}项："
        yield "{{清单.滞后}}"


def _filing(totals: Mapping[str, int]) -> Iterable[str]:
    if not totals.get("filing_owed"):
        yield "本期没有应报送的进展。"
        return
    text = (
        "本期应报送进展{{应报送.项次}}项次，按时报送{{按时报送.项次}}项次，迟报{{迟报.项次}}项次，"
        "未报送{{未报送.项次}}项次，退回补报{{退回补报.项次}}项次。"
    )
    yield text + ("有未报送的单位{{未报送.单位数}}个。" if totals.get("filing_units_missed") else "")


def _concerns(totals: Mapping[str, int]) -> Iterable[str]:
    if not totals.get("concerns"):
        yield "各单位没有提出需要协调的事项。"
        return
    yield "各单位提出需协调事项{{需协调.项数}}项，建议列入领导小组会议议题："
    yield "{{清单.协调}}"


def _papers(totals: Mapping[str, int]) -> Iterable[str]:
    if totals.get("instructions"):
        yield "领导批示{{批示.件数}}件，已回复{{批示.已回复}}件，未到期{{批示.未到期}}件，逾期未复{{批示.逾期未复}}件。"
        yield "{{清单.批示}}"
    else:
        yield "本期没有在办的领导批示。"
    if totals.get("slips"):
        yield (
            "印发督办单{{督办单.件数}}件，已回复{{督办单.已回复}}件，未到期{{督办单.未到期}}件，"
            "逾期未复{{督办单.逾期未复}}件。"
        )
        yield "{{清单.督办单}}"
    yield "本期要求单位填报{{填报.项次}}项次，向单位发出文书{{文书.件次}}件次。"


def _next(matter: Matter) -> Iterable[str]:
    if matter.kind is SupervisionKind.BULLETIN:
        yield (
            "请有关牵头单位和责任单位对照台账逐项研究，逾期事项说明原因、明确完成时间并抓紧办理，"
            "滞后事项倒排工期、加快进度；请各单位按时报送进展情况，报送内容应当真实、具体。"
        )
    else:
        yield "我们将继续跟踪督办逾期和滞后事项，对进展缓慢的及时提示、催办，重要情况随时报告。"


def expanded(key: str, lines: Sequence[Any], *, tells_names: bool) -> list[str]:
    """Gives the paragraphs that stand for a list field, each with its serial number.

    Takes the lines of the kind the list is of.
    """
    if key in ("清单.逾期", "清单.滞后"):
        kind = ReportClass.LATE if key == "清单.逾期" else ReportClass.BEHIND
        told = _late_told([line for line in lines if line.kind == kind], tells_names)
    elif key == "清单.协调":
        told = [_concern_told(line) for line in lines if line.coordination]
    elif key == "清单.批示":
        told = [_instruction_told(line) for line in lines]
    else:
        told = [_slip_told(line) for line in lines]
    more = len(told) - LISTED
    shown = [f"{place}.{text}" for place, text in enumerate(told[:LISTED], start=1)]
    return shown + ([f"其余{more}项见附件。"] if more > 0 else [])


def _late_told(lines: Sequence[LateLine], tells_names: bool) -> list[str]:
    of_task: dict[int, list[LateLine]] = {}
    for line in lines:
        of_task.setdefault(line.task_id, []).append(line)
    return [_one_late(rows, tells_names) for rows in of_task.values()]


def _one_late(rows: list[LateLine], tells_names: bool) -> str:
    first = rows[0]
    by_role = {role.label: [row.unit for row in rows if row.role == role.label] for role in DutyRole}
    units = "，".join(f"{role}单位：{'、'.join(names)}" for role, names in by_role.items() if names)
    who = f"（{units}）" if tells_names else ""
    due = f"，应于{_day(first.due_on)}前完成" if first.due_on else ""
    late = f"，已逾期{first.workdays}个工作日" if first.workdays else ""
    share = f"，完成{first.percent}%" if first.percent is not None else ""
    again = f"，连续{first.late_periods}期逾期" if first.late_periods > 1 else ""
    return f"{first.title}{who}{due}{late}{share}{again}。"


def _concern_told(line: ConcernLine) -> str:
    return f"{line.title}（{line.unit}）：{line.coordination.rstrip('。')}。"


def _instruction_told(line: InstructionLine) -> str:
    text = line.text if len(line.text) <= 60 else f"{line.text[:59]}…"
    units = f"，承办单位：{line.units}" if line.units else ""
    return f"{line.leader}{_day(line.given_on)}批示：“{text.rstrip('。')}”{units}，{line.status}。"


def _slip_told(line: SlipLine) -> str:
    return (
        f"{line.number}（{line.level}），{line.unit}，{line.title}，应于{_day(line.reply_by_on)}前回复，{line.status}。"
    )


def _day(iso: str) -> str:
    return office_day(date.fromisoformat(iso)) if iso else "—"
