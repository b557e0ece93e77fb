"""A new edition of an issued plan's document (修订稿): read and reviewed as a draft, then decided item by item.

Three things are set side by side: what the document in force prints, how the task stands now, what the new edition
prints. Only what the document itself changed is a difference; what was adjusted since stays unless it is overruled.
What approval writes is services/workflow_revising.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tracker.core.permissions import Actor, Permission
from tracker.core.revising import Difference, DifferenceKind, Item, Share, differences
from tracker.core.terms import (
    AssignmentState,
    DraftStatus,
    DutyRole,
    NameDecision,
    PlanStatus,
    ProposalStatus,
    TaskState,
)
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Assignment, DraftItem, DraftName, ImportDraft, Plan, Revision, Task, Unit, UnitGroup
from tracker.services import audit, proposals
from tracker.services.access import find_plan
from tracker.services.draft_facts import effective_due, effective_duties, everyone_names, group_names
from tracker.services.imports import ReadDocument, Upload, find_known, start_draft

NEW, OLD = "new", "old"
# A task that was replaced by an earlier edition is compared no more.
_GONE = frozenset({TaskState.SUPERSEDED})
_REGISTERED = ("unit", "group")


@dataclass(frozen=True, slots=True)
class Compared:
    """An edition against the plan: every item with what was decided, the tasks and the items by their keys."""

    differences: tuple[Difference, ...]
    tasks: Mapping[int, Task]
    items: Mapping[int, DraftItem]
    now: Mapping[int, Item]
    names: Mapping[str, str]

    @property
    def open(self) -> tuple[Difference, ...]:
        """What is to be decided: all but what was kept."""
        return tuple(each for each in self.differences if each.kind is not DifferenceKind.KEPT)


def key_of(difference: Difference) -> str:
    """Gives the key under which a difference is decided."""
    return f"t{difference.old.key}" if difference.old is not None else f"i{difference.new.key if difference.new else 0}"


def start_revision(
    session: Session, actor: Actor, plan_id: int, upload: Upload, reading: ReadDocument, *, now: datetime
) -> Revision:
    """Keeps a new edition of a plan's document as a draft to be reviewed like any import.

    Raises Conflict for a plan that is not issued, one with an edition in hand, or bytes that were imported before.
    """
    plan = find_plan(session, actor, plan_id)
    if not actor.may(Permission.PLANS_IMPORT):
        raise NotAllowed("只有办公室人员可以导入修订稿。")
    if plan.status is PlanStatus.PREPARING:
        raise Conflict("方案还没有交办，请直接撤销入库后导入新文件。")
    if any(each.status is not ProposalStatus.DONE for each in revisions_of(session, actor, plan_id)):
        raise Conflict("这份方案已有正在办理的修订稿，请先办完或放弃。")
    if find_known(session, actor, upload) is not None:
        raise Conflict("这份文件已经导入过，与原文件完全相同，没有可比对的内容。")
    draft = start_draft(session, actor, upload, reading, now=now)
    revision = Revision(
        plan=plan,
        draft=draft,
        jurisdiction_id=plan.jurisdiction_id,
        status=ProposalStatus.DRAFT,
        decisions={},
        created_by_id=actor.user_id,
        created_at=now,
    )
    session.add(revision)
    session.flush()
    summary = f"导入修订稿《{draft.title[:80]}》"
    audit.record(session, actor, "revision.start", plan, summary=summary, now=now, revision=revision.id)
    return revision


def revisions_of(session: Session, actor: Actor, plan_id: int) -> list[Revision]:
    """Gives the editions of a plan the office sees, the newest first; those given up are left out."""
    find_plan(session, actor, plan_id)
    if not actor.sees_jurisdiction:
        raise NotFound("没有找到这份方案的修订稿，或者您没有查看它的权限。")
    query = (
        select(Revision)
        .join(ImportDraft, ImportDraft.id == Revision.draft_id)
        .where(Revision.plan_id == plan_id, ImportDraft.status != DraftStatus.DISCARDED)
        .order_by(Revision.id.desc())
    )
    return list(session.scalars(query))


def find_revision(session: Session, actor: Actor, plan_id: int, revision_id: int) -> Revision:
    """Gives an edition of a plan. Raises NotFound for any other."""
    found = next((each for each in revisions_of(session, actor, plan_id) if each.id == revision_id), None)
    if found is None:
        raise NotFound("没有找到这份修订稿，可能已经放弃。")
    return found


def revision_of_draft(session: Session, draft_id: int) -> Revision | None:
    """Gives the edition a draft is of, None for the import of a plan of its own."""
    return session.scalar(select(Revision).where(Revision.draft_id == draft_id))


def decide(
    session: Session, actor: Actor, revision: Revision, *, version: int, choices: Mapping[str, str], now: datetime
) -> None:
    """Keeps what was decided: by the key of a difference whether the new edition holds or the plan stays."""
    proposals.refuse_other(actor, revision, version, ProposalStatus.DRAFT)
    known = {key_of(each) for each in compared(session, revision).open}
    if set(choices) - known or set(choices.values()) - {NEW, OLD}:
        raise Invalid({"": "比对的内容已有变动，请刷新后重新决定。"})
    revision.decisions = {key: choice for key, choice in {**revision.decisions, **choices}.items() if key in known}
    session.flush()
    taken = sum(choice == NEW for choice in revision.decisions.values())
    words = f"比对修订稿：采纳 {taken} 处，保留原样 {len(revision.decisions) - taken} 处"
    audit.record(session, actor, "revision.decide", revision.plan, summary=words, now=now, revision=revision.id)


def return_revision(
    session: Session, actor: Actor, revision: Revision, *, version: int, words: str, now: datetime
) -> None:
    """Sends an edition that waits for approval back, or takes one's own back, with the reason."""
    proposals.send_back(session, actor, revision, version=version, words=words, now=now)


def discard_revision(session: Session, actor: Actor, revision: Revision, *, version: int, now: datetime) -> None:
    """Gives an edition up that has not been submitted; the plan stays as it is, the document can be imported again."""
    proposals.refuse_other(actor, revision, version, ProposalStatus.DRAFT)
    revision.draft.status = DraftStatus.DISCARDED
    revision.draft.updated_by_id, revision.draft.updated_at = actor.user_id, now
    session.flush()
    summary = f"放弃修订稿《{revision.draft.title[:80]}》"
    audit.record(session, actor, "revision.discard", revision.plan, summary=summary, now=now, revision=revision.id)


def compared(session: Session, revision: Revision) -> Compared:
    """Gives a new edition against the one in force and against the tasks as they stand."""
    tasks = {task.id: task for task in _tasks(session, revision.plan)}
    printed = _Printed(session, revision)
    old = [printed.item_behind(task) for task in tasks.values()]
    items = {item.id: item for item in revision.draft.items if item.is_included}
    new = [_item(revision.draft, item, item.id) for item in items.values()]
    current = {task.id: _standing(task) for task in tasks.values()}
    names = _names(session, revision, [*old, *new, *current.values()])
    return Compared(tuple(differences(old, new)), tasks, items, current, names)


def _tasks(session: Session, plan: Plan) -> Sequence[Task]:
    """The tasks that stand in the plan's documents: no sub-tasks, none added by hand, none replaced before."""
    query = (
        select(Task)
        .where(Task.plan_id == plan.id, Task.parent_id.is_(None), Task.start.is_not(None), Task.state.not_in(_GONE))
        .options(selectinload(Task.assignments).joinedload(Assignment.unit), selectinload(Task.group_duties))
        .order_by(Task.position, Task.id)
    )
    return session.scalars(query).all()


class _Printed:
    """What the documents in force print of each task: the first import, and each edition taken up since."""

    def __init__(self, session: Session, revision: Revision) -> None:
        plan = revision.plan
        earlier = select(Revision.draft_id).where(Revision.plan_id == plan.id, Revision.status == ProposalStatus.DONE)
        query = select(ImportDraft).where((ImportDraft.id == plan.draft_id) | ImportDraft.id.in_(earlier))
        self._first = plan.source_document_id
        self._items = {
            (draft.source_document_id, item.start, item.end, item.part): (draft, item)
            for draft in session.scalars(query.options(selectinload(ImportDraft.items)))
            for item in draft.items
            if item.is_included
        }

    def item_behind(self, task: Task) -> Item:
        """Gives the task as its document prints it; without an import behind it, as it stands."""
        place = (task.source_document_id or self._first, task.start, task.end, task.part)
        found = self._items.get(place)  # type: ignore[arg-type]
        return _item(*found, task.id) if found is not None else _standing(task)


def _item(draft: ImportDraft, item: DraftItem, key: int) -> Item:
    due = effective_due(draft, item)
    return Item(
        key=key,
        number=item.number,
        title=item.title,
        text=item.text,
        part=item.part,
        shares=frozenset(printed_shares(draft, item)),
        due_on=due.on,
        is_standing=due.is_standing,
        targets=frozenset(target["printed"] for target in item.targets),
    )


def printed_shares(draft: ImportDraft, item: DraftItem) -> list[Share]:
    """Gives who does what by an item of a draft, in printed order; the stronger of two roles wins."""
    rows = {row.name: row for row in draft.names}
    printed = [(duty["name"], DutyRole(duty["role"])) for duty in effective_duties(draft, item, group_names(draft))]
    found: dict[str, DutyRole] = {}
    for name, role in [*printed, *((name, DutyRole.RESPONSIBLE) for name in everyone_names(draft))]:
        meant = _meant(rows[name]) if name in rows else ""
        if meant and (meant not in found or role.strength > found[meant].strength):
            found[meant] = role
    first = next((of for of, role in found.items() if role is DutyRole.LEAD and not _is_group(of)), None)
    return [Share(of, role, of == first) for of, role in found.items()]


def _meant(row: DraftName) -> str:
    if row.decision is NameDecision.IGNORED:
        return ""
    if row.unit_id is not None:
        return f"unit:{row.unit_id}"
    if row.group_id is not None:
        return f"group:{row.group_id}"
    is_group = row.decision is NameDecision.NEW_GROUP or not row.new_kind
    return f"{'new-group' if is_group else 'new-unit'}:{row.new_name or row.name}"


def _is_group(of: str) -> bool:
    return of.partition(":")[0] in ("group", "new-group")


def _standing(task: Task) -> Item:
    shares = [
        Share(f"group:{duty.group_id}" if duty.group_id else f"unit:{duty.unit_id}", duty.role, duty.is_first_lead)
        for duty in task.assignments
        if duty.state is not AssignmentState.WAIVED
    ]
    shares += [Share(f"group:{duty.group_id}", duty.role) for duty in task.group_duties]
    return Item(
        key=task.id,
        number=task.number,
        title=task.title,
        text=task.text,
        part=task.part,
        shares=frozenset(shares),
        due_on=task.due_on,
        is_standing=task.is_standing or task.state is TaskState.STANDING,
    )


def _names(session: Session, revision: Revision, items: Iterable[Item]) -> dict[str, str]:
    """The names of everything that shares stand for."""
    keys = {share.of for item in items for share in item.shares}
    found = {key: key.partition(":")[2] for key in keys if key.startswith("new-")}
    wanted = {kind: [int(key.partition(":")[2]) for key in keys if key.startswith(f"{kind}:")] for kind in _REGISTERED}
    units = select(Unit.id, Unit.name).where(Unit.id.in_(wanted["unit"]))
    groups = select(UnitGroup.id, UnitGroup.name).where(UnitGroup.id.in_(wanted["group"]))
    found |= {f"unit:{key}": name for key, name in session.execute(units).tuples()}
    return found | {f"group:{key}": name for key, name in session.execute(groups).tuples()}


def document_of(revision: Revision) -> str:
    """Gives the edition as the basis of what it changes: its number and title."""
    draft = revision.draft
    return f"{draft.doc_no}《{draft.title}》（修订稿）"[:200]


def effective_on(revision: Revision, today: date) -> date:
    """Gives the day from which it holds: that of its issue where it is printed and not to come."""
    issued_on = revision.draft.issued_on
    return issued_on if issued_on is not None and issued_on <= today else today
