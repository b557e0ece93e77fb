"""From an accepted draft to a plan with its tasks and duties, in one act; and back in one act until it is issued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.core.answers import Due, is_doc_no
from tracker.core.headings import headings_above
from tracker.core.permissions import Actor, Permission
from tracker.core.terms import (
    AssignmentState,
    DraftStatus,
    DutyRole,
    FilingMode,
    LeadMode,
    NameDecision,
    PlanStatus,
    TaskState,
)
from tracker.db import office_date
from tracker.errors import Conflict, Invalid
from tracker.models import (
    Assignment,
    DraftItem,
    GroupDuty,
    ImportDraft,
    Indicator,
    OutlineNode,
    Plan,
    Revision,
    Takeover,
    Target,
    Task,
)
from tracker.services import audit
from tracker.services.draft_facts import (
    effective_due,
    effective_duties,
    everyone_names,
    group_names,
    needs_lead_answer,
    uses_of,
)
from tracker.services.drafts import find_draft, open_draft
from tracker.services.made_units import Meaning, make_meanings, unmake

LONGEST_BASIS = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands in the way of accepting, and the step of the review where it is put right."""

    step: str
    message: str
    item_ids: tuple[int, ...] = ()


def problems(session: Session, actor: Actor, draft_id: int) -> list[Problem]:
    """Gives what must be decided before a draft can be accepted, in the order of the steps."""
    draft = open_draft(session, actor, draft_id)
    included = [item for item in draft.items if item.is_included]
    found = [] if included else [Problem("review", "没有纳入任何任务。")]
    found += _item_problems(draft, included)
    found += _name_problems(draft)
    errors = sum(finding.level == "error" and not finding.is_settled for finding in draft.findings)
    if errors:
        found.append(Problem("review", f"有 {errors} 处错误级存疑没有核对。"))
    return found


def _item_problems(draft: ImportDraft, included: Sequence[DraftItem]) -> list[Problem]:
    found = []
    bare = tuple(item.id for item in included if not item.duties)
    if bare:
        found.append(Problem("review", f"有 {len(bare)} 条没有责任单位，请补上或不纳入。", bare))
    leaderless = tuple(item.id for item in included if needs_lead_answer(draft, item))
    if leaderless and draft.lead_mode is None:
        found.append(Problem("questions", f"有 {len(leaderless)} 条没有写明牵头单位，请确定由谁牵头。", leaderless))
    undated = tuple(item.id for item in included if effective_due(draft, item).is_missing)
    if undated:
        found.append(Problem("questions", f"有 {len(undated)} 条没有完成时限，请确定时限或定为长期坚持。", undated))
    return found


def _name_problems(draft: ImportDraft) -> list[Problem]:
    uses = uses_of(draft)
    used = [row for row in draft.names if uses.get(row.name)]
    pending = [row.name for row in used if row.decision is NameDecision.PENDING]
    found = []
    if pending:
        shown = "、".join(pending[:5]) + ("等" if len(pending) > 5 else "")
        found.append(Problem("names", f"有 {len(pending)} 个单位名称待确认：{shown}。"))
    ignored = {row.name for row in used if row.decision is NameDecision.IGNORED}
    empty = tuple(
        item.id
        for item in draft.items
        if item.is_included and item.duties and all(duty["name"] in ignored for duty in item.duties)
    )
    if empty:
        found.append(Problem("names", f"有 {len(empty)} 条的责任单位都被定为“不作为单位”。", empty))
    return found


def accept_draft(
    session: Session, actor: Actor, draft_id: int, *, now: datetime, version: int | None = None, basis: str = ""
) -> Plan:
    """Makes the plan of a draft: units and groups decided as new, outline, tasks, duties, targets, indicators.

    Takes the basis (立项依据) of a plan on which no number is printed: the number after all, or words.
    Raises Invalid with every problem when something is unresolved, Conflict when the draft has moved on.
    """
    draft = open_draft(session, actor, draft_id)
    if version is not None and draft.version != version:
        raise Conflict("就在您确认的时候，他人修改了方案信息或答案。请核对后再入库。")
    if session.scalar(select(Revision.id).where(Revision.draft_id == draft.id)) is not None:
        raise Conflict("这是修订稿，请在“比对修订稿”页逐项决定，不另行入库。")
    standing = problems(session, actor, draft_id)
    if standing:
        raise Invalid({f"problem-{n}": problem.message for n, problem in enumerate(standing)})
    basis = _checked_basis(draft, basis.strip())
    meanings = make_meanings(session, actor, draft, set(uses_of(draft)), today=office_date(now))
    plan = _plan(session, actor, draft, now)
    nodes = _outline(session, plan, draft)
    maker = TaskMaker(session, plan, draft, meanings, basis)
    tasks = [maker.make(item, nodes.get(item.id)) for item in draft.items if item.is_included]
    _keep_figures(session, plan, draft)
    draft.status = DraftStatus.ACCEPTED
    draft.updated_by_id, draft.updated_at = actor.user_id, now
    session.flush()
    summary = f"《{plan.title[:80]}》入库：{len(tasks)} 项任务"
    shared = everyone_names(draft)
    audit.record(session, actor, "import.accept", plan, summary=summary, now=now, draft=draft.id, everyone=shared)
    return plan


def _checked_basis(draft: ImportDraft, basis: str) -> str:
    # Without one the head could not approve, and by then the plan's own data can no longer be edited.
    if draft.doc_no or draft.is_solicitation:
        return ""
    if not basis:
        raise Invalid({"basis": "请填写发文字号；没有文号的，写明由哪个机关、何时印发或哪次会议通过。"})
    if len(basis) > LONGEST_BASIS:
        raise Invalid({"basis": f"立项依据不能超过 {LONGEST_BASIS} 个字。"})
    if is_doc_no(basis):
        draft.doc_no = basis
        return ""
    return basis


def _plan(session: Session, actor: Actor, draft: ImportDraft, now: datetime) -> Plan:
    plan = Plan(
        jurisdiction_id=draft.jurisdiction_id,
        source_document_id=draft.source_document_id,
        draft_id=draft.id,
        title=draft.title,
        doc_no=draft.doc_no,
        issuer=draft.issuer,
        issued_on=draft.issued_on,
        is_solicitation=draft.is_solicitation,
        period_start=draft.period_start,
        period_end=draft.period_end,
        status=PlanStatus.PREPARING,
        lead_mode=draft.lead_mode or LeadMode.FIRST,
        filing_mode=FilingMode.LEAD,
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(plan)
    session.flush()
    return plan


def _outline(session: Session, plan: Plan, draft: ImportDraft) -> dict[int, int]:
    included = sorted((item for item in draft.items if item.is_included), key=lambda item: item.start)
    headings, homes = headings_above(draft.source.content, [(item.path, item.start) for item in included])
    nodes: list[OutlineNode] = []
    for position, heading in enumerate(headings, start=1):
        node = OutlineNode(
            plan_id=plan.id,
            parent_id=nodes[heading.parent].id if heading.parent is not None else None,
            position=position,
            number=heading.number[:80],
            title=heading.title,
            start=heading.start,
            end=heading.end,
        )
        session.add(node)
        session.flush()
        nodes.append(node)
    return {item.id: nodes[home].id for item, home in zip(included, homes, strict=True) if home is not None}


class TaskMaker:
    """Makes the tasks of one plan; the draft's answers and meanings are the same for all of them."""

    def __init__(
        self, session: Session, plan: Plan, draft: ImportDraft, meanings: Mapping[str, Meaning], basis: str
    ) -> None:
        self._session = session
        self._plan = plan
        self._draft = draft
        self._meanings = meanings
        self._basis = basis
        self._groups = group_names(draft)
        self._shared = everyone_names(draft)
        self._position = 0

    def make(self, item: DraftItem, node_id: int | None) -> Task:
        """Gives the task of an item with its duties, group duties and targets."""
        self._position += 1
        due = effective_due(self._draft, item)
        task = Task(
            plan_id=self._plan.id,
            jurisdiction_id=self._plan.jurisdiction_id,
            outline_node_id=node_id,
            position=self._position,
            number=item.number,
            part=item.part,
            kind=item.kind,
            title=item.title,
            text=item.text,
            basis=self._basis,
            leader=item.leader,
            state=TaskState.DRAFT,
            start=item.start,
            end=item.end,
            deadline_printed=item.deadline_printed,
            original_due_on=due.on,
            due_on=due.on,
            due_basis=due.basis,
            is_standing=due.is_standing,
            milestones=item.milestones,
        )
        self._session.add(task)
        self._session.flush()
        self.add_duties(task, item)
        self._session.add_all(targets_of(self._plan.id, task.id, item.targets))
        return task

    def due_of(self, item: DraftItem) -> Due:
        """Gives when an item is due."""
        return effective_due(self._draft, item)

    def add_duties(self, task: Task, item: DraftItem) -> None:
        """Adds the duties of an item to its task: of units, and of groups until it is issued."""
        # The document's own rule comes last: a unit the item names itself keeps its printed duty.
        printed = effective_duties(self._draft, item, self._groups)
        shared = [{"role": DutyRole.RESPONSIBLE, "printed": name, "name": name} for name in self._shared]
        units: dict[int, tuple[DutyRole, str]] = {}
        groups: dict[int, tuple[DutyRole, str]] = {}
        for duty in [*printed, *shared]:
            meaning = self._meanings[duty["name"]]
            role, words = DutyRole(duty["role"]), duty["printed"][:200]
            if meaning.unit_id is not None:
                _keep_stronger(units, meaning.unit_id, role, words)
            elif meaning.group_id is not None:
                _keep_stronger(groups, meaning.group_id, role, words)
        self._session.add_all(self._assignments(task, units))
        self._session.add_all(
            GroupDuty(task_id=task.id, group_id=group_id, role=role, printed=words, position=position)
            for position, (group_id, (role, words)) in enumerate(groups.items(), start=1)
        )

    def _assignments(self, task: Task, units: Mapping[int, tuple[DutyRole, str]]) -> Iterable[Assignment]:
        first = next((unit_id for unit_id, (role, _) in units.items() if role is DutyRole.LEAD), None)
        for position, (unit_id, (role, words)) in enumerate(units.items(), start=1):
            yield Assignment(
                task_id=task.id,
                plan_id=task.plan_id,
                jurisdiction_id=task.jurisdiction_id,
                unit_id=unit_id,
                role=role,
                is_first_lead=unit_id == first,
                position=position,
                printed=words,
                state=AssignmentState.PLANNED,
                original_due_on=task.due_on,
            )


def _keep_stronger(found: dict[int, tuple[DutyRole, str]], key: int, role: DutyRole, words: str) -> None:
    if key not in found or role.strength > found[key][0].strength:
        found[key] = (role, words)


def targets_of(plan_id: int, task_id: int | None, targets: Iterable[Mapping[str, Any]]) -> Iterable[Target]:
    """Gives the targets of a task, or with no task of the plan, as records."""
    for target in targets:
        yield Target(
            plan_id=plan_id,
            task_id=task_id,
            name=target["name"],
            comparator=target["op"],
            value=Decimal(str(target["value"])),
            unit_of_measure=(target["unit"] or "")[:80],
            by=(target["by"] or "")[:80],
            printed=target["printed"],
            start=target["start"],
            end=target["end"],
        )


def _keep_figures(session: Session, plan: Plan, draft: ImportDraft) -> None:
    session.add_all(targets_of(plan.id, None, draft.reading["targets"]))
    for position, row in enumerate(draft.reading["indicators"], start=1):
        roles, notes = row.get("roles", {}), row.get("notes", {})
        session.add(
            Indicator(
                plan_id=plan.id,
                position=position,
                number=(row.get("no") or "")[:80],
                printed=row["printed"],
                name=row["name"],
                unit_of_measure=(row.get("unit") or "")[:80],
                values={
                    year: {"value": value, "role": roles.get(year, "target"), "note": notes.get(year, "")}
                    for year, value in row["values"].items()
                },
                units=row.get("units", []),
            )
        )


def undo_acceptance(session: Session, actor: Actor, draft_id: int, *, now: datetime) -> ImportDraft:
    """Takes an accepted draft back into review: its plan goes with all its rows, and the units only it needed.

    Raises Conflict once anything of it has been issued, or when tasks were added to it by hand.
    """
    draft = find_draft(session, actor, draft_id)
    plan = session.scalar(select(Plan).where(Plan.draft_id == draft.id))
    if plan is None or not actor.may(Permission.PLANS_IMPORT):
        raise Conflict("这份导入没有入库，不需要撤销。")
    _refuse_unless_unissued(session, plan)
    plan_id, title = plan.id, plan.title
    for record in (Target, Indicator, Assignment, Takeover):
        session.execute(delete(record).where(record.plan_id == plan_id))
    ids = select(Task.id).where(Task.plan_id == plan_id)
    session.execute(delete(GroupDuty).where(GroupDuty.task_id.in_(ids)))
    session.execute(delete(Task).where(Task.plan_id == plan_id))
    session.execute(delete(OutlineNode).where(OutlineNode.plan_id == plan_id, OutlineNode.parent_id.is_not(None)))
    session.execute(delete(OutlineNode).where(OutlineNode.plan_id == plan_id))
    session.execute(delete(Plan).where(Plan.id == plan_id))
    session.expire_all()
    unmake(session, draft)
    draft.status = DraftStatus.REVIEWING
    draft.updated_by_id, draft.updated_at = actor.user_id, now
    session.flush()
    audit.record(session, actor, "import.undo", draft, summary=f"撤销《{title[:80]}》入库", now=now, plan=plan_id)
    return draft


def _refuse_unless_unissued(session: Session, plan: Plan) -> None:
    unissued = (TaskState.DRAFT, TaskState.PENDING_APPROVAL)
    issued = session.scalar(select(Task.id).where(Task.plan_id == plan.id, Task.state.not_in(unissued)).limit(1))
    if plan.status is not PlanStatus.PREPARING or issued is not None:
        raise Conflict("方案已有任务交办，不能撤销入库。")
    by_hand = session.scalar(select(Task.id).where(Task.plan_id == plan.id, Task.basis != "").limit(1))
    if by_hand is not None:
        raise Conflict("方案中有手工添加的任务，撤销入库会丢失它们。请先删除手工添加的任务。")
