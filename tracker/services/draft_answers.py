"""What is said once for a whole draft: the plan's own data, the two questions, and changes over many items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.script import simplified
from tracker.core.terms import DraftStatus, DueBasis, DueMode, DutyRole, LeadMode
from tracker.errors import Conflict, Invalid
from tracker.models import DraftItem, ImportDraft
from tracker.services import audit
from tracker.services.drafts import ItemKey, note_duties, open_draft, open_item, touch, typed_duty


@dataclass(frozen=True, slots=True)
class PlanData:
    """What is printed on the plan as a whole."""

    title: str
    doc_no: str
    issuer: str
    issued_on: date | None
    period_start: int | None
    period_end: int | None
    is_solicitation: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to the two questions, and whether the rule of who answers for everything is applied."""

    lead_mode: LeadMode | None
    due_mode: DueMode | None
    default_due_on: date | None
    is_everyone_applied: bool


class Bulk(StrEnum):
    """One change over many ticked items."""

    DUE = "due"
    STANDING = "standing"
    FOLLOW_DUE = "follow_due"
    FIRST = "first"
    EACH = "each"
    FOLLOW_LEAD = "follow_lead"
    UNITS = "units"
    INCLUDE = "include"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class BulkValues:
    """What a change over many items takes: a date, the reason for leaving out, or the units to be added."""

    due_on: date | None = None
    reason: str = ""
    names: tuple[str, ...] = ()


def update_plan_data(
    session: Session, actor: Actor, draft_id: int, data: PlanData, *, version: int, now: datetime
) -> ImportDraft:
    """Writes the plan's own data. Raises Invalid, or Conflict when somebody else changed it first."""
    draft = _current(session, actor, draft_id, version)
    wrong = {}
    if not data.title.strip():
        wrong["title"] = "请填写方案名称。"
    if len(data.title) > 200 or len(data.issuer) > 200 or len(data.doc_no) > 80:
        wrong[""] = "方案名称、发文机关不能超过 200 个字，发文字号不能超过 80 个字。"
    if data.period_start and data.period_end and data.period_end < data.period_start:
        wrong["period_end"] = "截止年份不能早于起始年份。"
    if wrong:
        raise Invalid(wrong)
    for field in ("title", "doc_no", "issuer"):
        setattr(draft, field, getattr(data, field).strip())
    draft.issued_on, draft.is_solicitation = data.issued_on, data.is_solicitation
    draft.period_start, draft.period_end = data.period_start, data.period_end
    return _kept(session, actor, draft, "修改方案信息", now)


def answer_questions(
    session: Session, actor: Actor, draft_id: int, answers: Answers, *, version: int, now: datetime
) -> ImportDraft:
    """Writes the answers for the whole plan; items with a word of their own keep it."""
    draft = _current(session, actor, draft_id, version)
    if answers.due_mode is DueMode.PLAN_END and answers.default_due_on is None:
        raise Invalid({"default_due_on": "请填写方案的末日。"})
    draft.lead_mode, draft.due_mode = answers.lead_mode, answers.due_mode
    draft.default_due_on = answers.default_due_on if answers.due_mode is DueMode.PLAN_END else None
    everyone = draft.reading["everyone"]
    if everyone["is_applied"] != answers.is_everyone_applied:
        draft.reading = {**draft.reading, "everyone": {**everyone, "is_applied": answers.is_everyone_applied}}
    lead = answers.lead_mode.label if answers.lead_mode else "未定"
    due = answers.due_mode.label if answers.due_mode else "未定"
    return _kept(session, actor, draft, f"确定牵头方式：{lead}；时限：{due}", now)


def change_items(
    session: Session, actor: Actor, keys: Sequence[ItemKey], bulk: Bulk, given: BulkValues, *, now: datetime
) -> int:
    """Makes one change to every ticked item, all or none. Gives how many.

    Raises Invalid when what the change takes is missing, Conflict when one of the items was changed since.
    """
    _check(keys, bulk, given)
    items = [open_item(session, actor, key) for key in keys]
    for item in items:
        _change(item, bulk, given)
        note_duties(session, actor, item.draft, item, now=now)
    draft = items[0].draft
    session.flush()
    touch(session, actor, draft, now)
    summary = f"批量修改 {len(items)} 条：{_words(bulk, given)}"
    audit.record(session, actor, "import.bulk", draft, summary=summary, now=now, items=[item.id for item in items])
    return len(items)


def _check(keys: Sequence[ItemKey], bulk: Bulk, given: BulkValues) -> None:
    if not keys:
        raise Invalid({"": "请先勾选要批量修改的条目。"})
    if bulk is Bulk.DUE and given.due_on is None:
        raise Invalid({"due_on": "请填写日期。"})
    if bulk is Bulk.DROP and not given.reason.strip():
        raise Invalid({"reason": "请填写不纳入的理由。"})
    if bulk is Bulk.UNITS and not given.names:
        raise Invalid({"names": "请填写要补充的责任单位。"})


def _change(item: DraftItem, bulk: Bulk, given: BulkValues) -> None:
    if bulk in (Bulk.DUE, Bulk.STANDING, Bulk.FOLLOW_DUE):
        item.due_on = given.due_on if bulk is Bulk.DUE else None
        item.due_basis = DueBasis.BY_HAND if bulk is Bulk.DUE else None
        item.is_standing = bulk is Bulk.STANDING
    elif bulk in (Bulk.FIRST, Bulk.EACH, Bulk.FOLLOW_LEAD):
        item.lead_mode = {Bulk.FIRST: LeadMode.FIRST, Bulk.EACH: LeadMode.EACH}.get(bulk)
    elif bulk is Bulk.UNITS:
        known = {duty["name"] for duty in item.duties}
        fresh = [name for name in given.names if name not in known]
        item.duties = [*item.duties, *(typed_duty(name, DutyRole.RESPONSIBLE) for name in fresh)]
    else:
        item.is_included = bulk is Bulk.INCLUDE
        item.dropped_reason = "" if item.is_included else given.reason.strip()[:200]


def _words(bulk: Bulk, given: BulkValues) -> str:
    return {
        Bulk.DUE: f"时限定为 {given.due_on}",
        Bulk.STANDING: "时限定为长期坚持",
        Bulk.FOLLOW_DUE: "时限按全方案的答案",
        Bulk.FIRST: "首位单位牵头",
        Bulk.EACH: "各负其责",
        Bulk.FOLLOW_LEAD: "牵头方式按全方案的答案",
        Bulk.UNITS: f"补充责任单位{'、'.join(given.names)[:60]}",
        Bulk.INCLUDE: "纳入",
        Bulk.DROP: f"不纳入，{given.reason.strip()[:60]}",
    }[bulk]


def simplify(session: Session, actor: Actor, draft_id: int, *, now: datetime) -> int:
    """Turns the words of a draft into Simplified characters; the document stays as printed. Gives how many items."""
    draft = open_draft(session, actor, draft_id)
    draft.title, draft.issuer = simplified(draft.title), simplified(draft.issuer)
    draft.reading = {**draft.reading, **{key: _simplified(draft.reading[key]) for key in ("targets", "indicators")}}
    for item in draft.items:
        item.title, item.text, item.leader = simplified(item.title), simplified(item.text), simplified(item.leader)
        item.targets = _simplified(item.targets)
    _kept(session, actor, draft, "任务名称和内容转为简体", now)
    return len(draft.items)


def _simplified(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # The printed form stays printed; only what pages call the target is turned.
    return [{**row, "name": simplified(row["name"])} for row in rows]


def discard_draft(session: Session, actor: Actor, draft_id: int, *, now: datetime) -> ImportDraft:
    """Gives an import up; the document stays, and importing the same file again starts afresh."""
    draft = open_draft(session, actor, draft_id)
    draft.status = DraftStatus.DISCARDED
    return _kept(session, actor, draft, f"放弃导入《{draft.title}》", now)


def _current(session: Session, actor: Actor, draft_id: int, version: int) -> ImportDraft:
    draft = open_draft(session, actor, draft_id)
    if draft.version != version:
        raise Conflict("就在您填写的时候，他人已经修改了同一内容。下面列出现在的内容，请核对后重新提交。")
    return draft


def _kept(session: Session, actor: Actor, draft: ImportDraft, summary: str, now: datetime) -> ImportDraft:
    draft.updated_by_id, draft.updated_at = actor.user_id, now
    session.flush()
    audit.record(session, actor, "import.edit_plan", draft, summary=summary, now=now)
    return draft
