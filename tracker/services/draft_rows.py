"""What the review of a draft shows: its items, names and doubts, and how many of each still wait."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.answers import due_proposal, has_lead, lead_proposal
from tracker.core.permissions import Actor
from tracker.core.script import is_traditional
from tracker.core.terms import DutyRole, NameDecision, TaskKind
from tracker.models import DraftFinding, DraftItem, DraftName, ImportDraft, Plan, Revision, Unit, UnitGroup, User
from tracker.services.draft_facts import (
    ASKED_ANYWAY,
    effective_due,
    effective_duties,
    group_names,
    needs_lead_answer,
    uses_of,
)
from tracker.services.draft_shown import Counts, Doubt, DraftHead, DutyRow, ItemRow, NameRow, Questions, Review
from tracker.services.drafts import find_draft
from tracker.services.naming import is_new_group, proposed


def review(session: Session, actor: Actor, draft_id: int) -> Review:
    """Gives everything the review of a draft shows. Raises NotFound."""
    draft = find_draft(session, actor, draft_id)
    uses = uses_of(draft)
    rows = _name_rows(session, draft, uses)
    by_name = {row.name: row for row in rows}
    groups = group_names(draft)
    items = [_item_row(draft, item, by_name, groups) for item in draft.items]
    findings = tuple(_finding_doubt(finding) for finding in draft.findings)
    # Until the question on dates is answered for the plan, it is one thing to decide and not sixty.
    items, loose = _with_doubts(items, findings, asks_dates=draft.due_mode is not None)
    questions = _questions(draft, by_name)
    used = tuple(row for row in rows if row.uses)
    return Review(
        head=_head(session, draft),
        items=tuple(items),
        loose=loose,
        findings=findings,
        names=used,
        counts=_counts(draft, items, used, questions),
        questions=questions,
        is_traditional=is_traditional("".join(item.title for item in items)),
    )


def _name_rows(session: Session, draft: ImportDraft, uses: Mapping[str, int]) -> list[NameRow]:
    unit_ids = {row.unit_id for row in draft.names} | {
        member["unit_id"] for row in draft.names for member in row.members if "unit_id" in member
    }
    units = dict(session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(unit_ids - {None}))).tuples().all())
    group_ids = {row.group_id for row in draft.names if row.group_id}
    groups = dict(
        session.execute(select(UnitGroup.id, UnitGroup.name).where(UnitGroup.id.in_(group_ids))).tuples().all()
    )
    return [_name_row(row, units, groups, uses.get(row.name, 0)) for row in draft.names]


def _name_row(row: DraftName, units: Mapping[int, str], groups: Mapping[int, str], uses: int) -> NameRow:
    member_ids = [member["unit_id"] for member in row.members if "unit_id" in member]
    born = tuple(member["name"] for member in row.members if "name" in member)
    if row.decision is NameDecision.IGNORED:
        meaning = "不作为单位"
    elif row.unit_id:
        meaning = units.get(row.unit_id, "（单位已不存在）")
    elif row.group_id:
        meaning = groups.get(row.group_id, "（单位组已不存在）")
    elif is_new_group(row):
        meaning = f"新建单位组“{row.new_name or row.name}”（{len(row.members)} 个成员）"
    else:
        meaning = f"新建“{row.new_name}”（{row.new_kind.label if row.new_kind else '未定类型'}）"
    return NameRow(
        id=row.id,
        version=row.version,
        name=row.name,
        decision=row.decision,
        proposed=proposed(row),
        meaning=meaning,
        reason=row.reason,
        unit_id=row.unit_id,
        group_id=row.group_id,
        new_kind=row.new_kind,
        new_name=row.new_name,
        member_ids=frozenset(member_ids),
        member_names=born,
        members=(*(units.get(unit_id, "") for unit_id in member_ids), *born),
        uses=uses,
    )


def _item_row(draft: ImportDraft, item: DraftItem, names: Mapping[str, NameRow], groups: frozenset[str]) -> ItemRow:
    led = has_lead(item.duties)
    duties = tuple(
        DutyRow(
            role=DutyRole(duty["role"]),
            name=duty["name"],
            printed=duty["printed"],
            state=names.get(duty["name"]),
            is_derived_lead=not led and duty["role"] == DutyRole.LEAD,
        )
        for duty in effective_duties(draft, item, groups)
    )
    return ItemRow(
        id=item.id,
        version=item.version,
        number=item.number,
        part=item.part,
        path="".join(item.path),
        kind=item.kind,
        is_included=item.is_included,
        dropped_reason=item.dropped_reason,
        title=item.title,
        text=item.text,
        leader=item.leader,
        duties=duties,
        due=effective_due(draft, item),
        is_own_due=item.due_on is not None or item.is_standing,
        own_due_on=item.due_on,
        own_is_standing=item.is_standing,
        deadline_printed=item.deadline_printed,
        lead_mode=item.lead_mode,
        targets=tuple(item.targets),
        milestones=tuple(item.milestones),
        start=item.start,
        end=item.end,
    )


def _finding_doubt(finding: DraftFinding) -> Doubt:
    return Doubt(
        kind="finding",
        id=finding.id,
        level=finding.level,
        message=finding.message,
        start=finding.start,
        end=finding.end,
        is_settled=finding.is_settled,
        code=finding.code,
    )


def _with_doubts(
    items: Sequence[ItemRow], findings: Iterable[Doubt], *, asks_dates: bool
) -> tuple[list[ItemRow], tuple[Doubt, ...]]:
    homes: dict[int, list[Doubt]] = defaultdict(list)
    loose: list[Doubt] = []
    ordered = sorted(items, key=lambda item: (item.start, -item.end))
    for finding in findings:
        home = _home(ordered, finding.start or 0)
        if home is None:
            loose.append(finding)
        else:
            homes[home.id].append(finding)
    asked: set[int] = set()
    found = []
    for item in items:
        doubts = [
            *_missing(item, homes[item.id], asks_dates),
            *_name_doubts(item, asked),
            *(f for f in homes[item.id] if f.code not in ASKED_ANYWAY),
        ]
        found.append(replace(item, doubts=tuple(doubts)))
    return found, tuple(loose)


def _home(ordered: Sequence[ItemRow], start: int) -> ItemRow | None:
    # The innermost item: the last one that begins before the place and ends after it.
    return next((item for item in reversed(ordered) if item.start <= start < item.end), None)


def _missing(item: ItemRow, findings: Sequence[Doubt], asks_dates: bool) -> list[Doubt]:
    if not item.is_included:
        return []
    found = []
    if not item.duties:
        subject = _suggested_unit(findings)
        words = f"没有责任单位；句中主语是“{subject}”。" if subject else "没有责任单位。请补上责任单位，或者不纳入。"
        found.append(Doubt("unit", item.id, "error", words, suggestion=subject))
    if asks_dates and item.due.is_missing:
        printed = f"文件写的是“{item.deadline_printed}”，没有确切日期。" if item.deadline_printed else "没有完成时限。"
        found.append(Doubt("due", item.id, "error", printed + "请填写，或在“牵头与时限”中统一确定。"))
    return found


def _suggested_unit(findings: Sequence[Doubt]) -> str:
    # The reader says the subject of the sentence in the last quotation of its finding.
    said = next((finding.message for finding in findings if finding.code == "task.suggested"), "")
    quoted = re.findall(r"“([^“”]+)”", said)
    return quoted[-1] if quoted else ""


def _name_doubts(item: ItemRow, asked: set[int]) -> list[Doubt]:
    if not item.is_included:
        return []
    found = []
    for duty in item.duties:
        row = duty.state
        if row is not None and row.is_pending and row.id not in asked:
            asked.add(row.id)
            message = f"单位“{row.name}”待确认：{row.reason}，建议{row.meaning}。"
            found.append(Doubt("name", row.id, "check", message, name=row))
    return found


def _questions(draft: ImportDraft, names: Mapping[str, NameRow]) -> Questions:
    bare = [item for item in draft.items if needs_lead_answer(draft, item)]
    undated = [item for item in draft.items if item.is_included and item.due_on is None and not item.is_standing]
    rules = draft.reading.get("rules", [])
    everyone = draft.reading.get("everyone", {"names": [], "is_applied": False})
    return Questions(
        lead=lead_proposal(
            [draft.source.content[item.start : item.end] for item in bare],
            any(rule["kind"] == "lead" for rule in rules),
        ),
        without_lead=len(bare),
        due=due_proposal(draft.period_end, draft.period_start is not None),
        without_date=len(undated),
        everyone_names=tuple(names[name] for name in everyone["names"] if name in names),
        everyone_printed=next((rule["printed"] for rule in rules if rule["kind"] == "everyone"), ""),
        is_everyone_applied=everyone["is_applied"],
    )


def _counts(draft: ImportDraft, items: Sequence[ItemRow], names: Sequence[NameRow], questions: Questions) -> Counts:
    included = [item for item in items if item.is_included]
    asked = bool(questions.without_lead and draft.lead_mode is None) + bool(
        questions.without_date and draft.due_mode is None
    )
    return Counts(
        items=len(items),
        included=len(included),
        measures=sum(item.kind is TaskKind.MEASURE and not item.is_included for item in items),
        pending_names=sum(row.is_pending for row in names),
        missing_dates=sum(item.due.is_missing for item in included) if draft.due_mode else 0,
        without_units=sum(not item.duties for item in included),
        open_findings=sum(not finding.is_settled for finding in draft.findings),
        questions=asked,
    )


def _head(session: Session, draft: ImportDraft) -> DraftHead:
    editor = session.scalar(select(User.name).where(User.id == draft.updated_by_id))
    plan_id = session.scalar(select(Plan.id).where(Plan.draft_id == draft.id))
    revised_id = session.scalar(select(Revision.plan_id).where(Revision.draft_id == draft.id))
    return DraftHead(
        id=draft.id,
        version=draft.version,
        status=draft.status,
        title=draft.title,
        doc_no=draft.doc_no,
        issuer=draft.issuer,
        issued_on=draft.issued_on,
        is_solicitation=draft.is_solicitation,
        period_start=draft.period_start,
        period_end=draft.period_end,
        filename=draft.source.filename,
        lead_mode=draft.lead_mode,
        due_mode=draft.due_mode,
        default_due_on=draft.default_due_on,
        updated_by=editor or "",
        updated_at=draft.updated_at,
        plan_id=plan_id or revised_id,
        is_revision=revised_id is not None,
    )
