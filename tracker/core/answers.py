"""The two questions asked once per plan: who leads where no lead is printed, and when what has no date is due."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.core.terms import DueBasis, DueMode, DutyRole, LeadMode

_EACH = re.compile(r"按(?:照)?(?:各自)?职责分工|各负其责|分别负责")
_DOC_NO = re.compile(r"[^\s\d〔\[(（]{1,20}[〔\[(（]\d{4}[〕\])）]第?\d{1,6}号")
_EVERYONE = re.compile(
    r"(?:均|都)?(?:涉及|包括|由)(?:到)?(?P<names>[^。;；]+?)(?:[,，]?(?:不再|不一一|不逐一|不另|负责|落实|以下|下同)|[。;；]|$)"
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An answer proposed from the text and the sentence that says why."""

    answer: LeadMode | DueMode
    because: str
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When an item is due: a day with its basis, or standing; neither: still missing."""

    on: date | None = None
    basis: DueBasis | None = None
    is_standing: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether nobody has said yet."""
        return self.on is None and not self.is_standing


@dataclass(frozen=True, slots=True)
class DueAnswer:
    """The plan's answer for what has no date of its own."""

    mode: DueMode | None
    on: date | None


def due_of(own: Due, answer: DueAnswer) -> Due:
    """Gives when an item is due: what is said of it alone, else the plan's answer."""
    if not own.is_missing:
        return own
    if answer.mode is DueMode.STANDING:
        return Due(is_standing=True)
    if answer.mode is DueMode.PLAN_END and answer.on:
        return Due(answer.on, DueBasis.PLAN_END)
    return Due()


def with_lead(
    duties: Sequence[Mapping[str, Any]], mode: LeadMode | None, groups: frozenset[str]
) -> list[dict[str, Any]]:
    """Gives the duties with the first responsible unit made the lead where none is named and the first is to lead.

    Takes the names that stand for groups: a group in the first place leads nothing.
    """
    found = [dict(duty) for duty in duties]
    listed = [duty for duty in found if duty["role"] == DutyRole.RESPONSIBLE]
    if mode is LeadMode.FIRST and not has_lead(found) and listed and listed[0]["name"] not in groups:
        listed[0]["role"] = DutyRole.LEAD.value
    return found


def has_lead(duties: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a lead is named among the duties of an item."""
    return any(duty["role"] == DutyRole.LEAD for duty in duties)


def lead_proposal(lists_without_lead: Sequence[str], has_rule: bool) -> Proposal:
    """Gives who should lead where no lead is printed. Takes the text of every item whose list has none."""
    if has_rule:
        return Proposal(LeadMode.FIRST, "文件载明排在首位的为牵头单位。")
    shared = sum(bool(_EACH.search(text)) for text in lists_without_lead)
    if shared * 2 > len(lists_without_lead):
        return Proposal(LeadMode.EACH, f"其中 {shared} 项写有“按职责分工负责”一类的表述。")
    return Proposal(LeadMode.FIRST, "文件没有说明；公文惯例以排在首位的责任单位为牵头单位。")


def due_proposal(period_end: int | None, has_period: bool) -> Proposal:
    """Gives when items without a printed date should be due. A target's year is never asked."""
    if period_end:
        last = date(period_end, 12, 31)
        return Proposal(DueMode.PLAN_END, f"方案的期限到 {period_end} 年，末日为 12 月 31 日。", last)
    if has_period:
        return Proposal(DueMode.PLAN_END, "方案写有期限，但没有认出截止年份，请填写末日。")
    return Proposal(DueMode.PLAN_END, "方案没有载明起止年份，请填写一个统一的日期，或改选其他答案。")


def basis_proposal(issuer: str, issued_on: date | None) -> str:
    """Gives who issued a plan and when, as the basis (立项依据) of one without a number; empty where unknown."""
    return f"{issuer}{issued_on.year}年{issued_on.month}月{issued_on.day}日印发" if issuer and issued_on else ""


def is_doc_no(words: str) -> bool:
    """Whether words are the number of a document (发文字号) and nothing else."""
    return _DOC_NO.fullmatch(words) is not None


def everyone_words(printed: str) -> str:
    """Gives the list of names in a rule such as 各项任务均涉及各县区政府,不再逐一列出; empty where none is found."""
    match = _EVERYONE.search(printed)
    return match["names"].strip() if match else ""
