"""The act that takes a new edition of a plan's document up (修订稿), with the document as the basis of every change.

Kept tasks keep state and history; of changed ones the words, duties, dates and targets follow the edition; new ones
are drafts to be submitted as any; those left out are superseded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.core.adjusting import Change
from tracker.core.headings import headings_above
from tracker.core.permissions import Actor
from tracker.core.revising import Difference, DifferenceKind, Part, Share, in_order
from tracker.core.terms import (
    AssignmentState,
    DraftStatus,
    DueBasis,
    NoticeKind,
    PlanStatus,
    ProposalStatus,
    TaskState,
)
from tracker.db import office_date
from tracker.errors import Conflict, Invalid, NotAllowed
from tracker.models import Assignment, DraftItem, GroupDuty, OutlineNode, Revision, Target, Task, TaskDecision, User
from tracker.services import audit, proposals
from tracker.services.acceptance import TaskMaker, problems, targets_of
from tracker.services.announcements import name_of
from tracker.services.audiences import audience
from tracker.services.deadlines import shift_due
from tracker.services.draft_facts import uses_of
from tracker.services.groups import members_on
from tracker.services.lights import refresh_lights
from tracker.services.made_units import Meaning, make_meanings
from tracker.services.notices import Notice, tell
from tracker.services.revision import NEW, Compared, compared, document_of, effective_on, key_of, printed_shares
from tracker.services.workflow_adjusting import Proposal, adjust_by_document

ACTIVE = frozenset({TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW, TaskState.STANDING})
UNISSUED = frozenset({TaskState.DRAFT, TaskState.PENDING_APPROVAL})
_OVER = frozenset({TaskState.CLOSED, TaskState.ARCHIVED, TaskState.TERMINATED, TaskState.SUPERSEDED})
_LISTED = 30


def submit_revision(session: Session, actor: Actor, revision: Revision, *, version: int, now: datetime) -> None:
    """Submits a decided edition for approval; where one person does both steps it holds at once (一人经办).

    Raises Invalid while the reading is not reviewed or an item is not decided.
    """
    proposals.refuse_other(actor, revision, version, ProposalStatus.DRAFT)
    found = _checked(session, actor, revision)
    words = f"修订稿《{revision.draft.title[:60]}》：{len(_taken(revision, found))} 处采纳"
    proposals.submit(session, actor, revision, words=words, now=now)
    if proposals.is_alone(session, actor):
        _Taking(session, actor, revision, found, now).take()


def approve_revision(session: Session, actor: Actor, revision: Revision, *, version: int, now: datetime) -> None:
    """Approves an edition: everything decided for it holds, in one act."""
    proposals.refuse_other(actor, revision, version, ProposalStatus.SUBMITTED)
    if not proposals.may_approve(session, actor, revision):
        raise NotAllowed("修订稿由办公室负责人审批，提交人不能审批自己的提交。")
    _Taking(session, actor, revision, _checked(session, actor, revision), now).take()


def _checked(session: Session, actor: Actor, revision: Revision) -> Compared:
    draft = revision.draft
    if draft.status is not DraftStatus.REVIEWING:
        raise Conflict("修订稿已经执行或放弃。")
    if draft.is_solicitation:
        raise Invalid({"": "这是征求意见稿，不能据以修订；请待正式印发后导入正式稿。"})
    standing = problems(session, actor, draft.id)
    if standing:
        raise Invalid({"": " ".join(problem.message for problem in standing)})
    found = compared(session, revision)
    undecided = [each for each in found.open if key_of(each) not in revision.decisions]
    if undecided:
        raise Invalid({"": f"还有 {len(undecided)} 处没有决定，请逐项选择，或一并采纳修订稿。"})
    if not found.open:
        raise Invalid({"": "修订稿与现行方案没有差异，不需要执行。"})
    return found


def _taken(revision: Revision, found: Compared) -> list[Difference]:
    return [each for each in found.open if revision.decisions.get(key_of(each)) == NEW]


class _Taking:
    """One edition being taken up."""

    def __init__(self, session: Session, actor: Actor, revision: Revision, found: Compared, now: datetime) -> None:
        self._session, self._actor, self._revision, self._found, self._now = session, actor, revision, found, now
        self._plan, self._draft = revision.plan, revision.draft
        self._basis, self._today = document_of(revision), office_date(now)
        self._meanings: Mapping[str, Meaning] = {}
        self._made: dict[int, Task] = {}
        self._superseded: list[Task] = []

    def take(self) -> None:
        """Writes everything that was decided for the edition."""
        taken = _taken(self._revision, self._found)
        self._meanings = make_meanings(
            self._session, self._actor, self._draft, set(uses_of(self._draft)), today=self._today
        )
        self._make([self._found.items[each.new.key] for each in taken if each.old is None and each.new is not None])
        for each in taken:
            self._follow(each)
        self._place()
        self._draft.status = DraftStatus.ACCEPTED
        self._draft.updated_by_id, self._draft.updated_at = self._actor.user_id, self._now
        self._tell_units()
        self._close_plan()
        words = f"执行修订稿{self._basis}：采纳 {len(taken)} 处"
        proposals.settle(self._session, self._actor, self._revision, words=words, now=self._now)
        refresh_lights(self._session, self._found.tasks.values(), now=self._now)

    def _follow(self, each: Difference) -> None:
        if each.old is None:
            return
        task = self._found.tasks[each.old.key]
        if each.new is None:
            self._supersede(task)
            return
        item = self._found.items[each.new.key]
        if task.state in UNISSUED:
            self._rebuild(task, item)
        elif task.state in ACTIVE:
            self._adjust(each, task, item)
            self._date(each, task)
        if Part.TARGETS in each.parts:
            self._aim(task, item)
        self._reword(task, item)
        task.number, task.part = item.number, item.part
        what = "、".join(part.label for part in Part if part in each.parts)
        self._note(task, "revise", f"修订{what}", each.kind)

    def _note(self, task: Task, act: str, what: str, kind: DifferenceKind) -> None:
        summary, words = f"{what}：{name_of(task)}", f"依据：{self._basis}"
        audit.record(
            self._session, self._actor, f"task.{act}", task, summary=summary, now=self._now, words=words, kind=kind
        )

    def _reword(self, task: Task, item: DraftItem) -> None:
        task.title, task.text, task.leader = item.title, item.text, item.leader
        task.start, task.end, task.deadline_printed = item.start, item.end, item.deadline_printed
        task.source_document_id = self._draft.source_document_id

    # Duties

    def _adjust(self, each: Difference, task: Task, item: DraftItem) -> None:
        if Part.UNITS not in each.parts or each.old is None:
            return
        # After the meanings were made, so that units which are new to the registry have their keys.
        new = printed_shares(self._draft, item)
        changes = self._changes(task, self._units(set(each.old.shares) - set(new), task), new)
        if changes:
            on = max(effective_on(self._revision, self._today), task.issued_on or self._today)
            proposal = Proposal(on, self._basis, changes)
            asked_by = self._revision.submitted_by_id or self._actor.user_id
            adjust_by_document(self._session, self._actor, task, proposal, asked_by_id=asked_by, now=self._now)

    def _units(self, shares: set[Share] | Sequence[Share], task: Task) -> dict[int, Share]:
        """The units behind shares, a group's being its members now and those that came to the task as such."""
        found: dict[int, Share] = {}
        for share in sorted(shares, key=lambda each: (each.of.startswith("group"), -each.role.strength)):
            kind, _, key = share.of.partition(":")
            if kind == "unit":
                found.setdefault(int(key), share)
            elif kind == "group":
                members = members_on(self._session, [int(key)], self._today).get(int(key), [])
                bound = [duty.unit_id for duty in task.assignments if duty.group_id == int(key)]
                for unit_id in dict.fromkeys([*(unit.id for unit in members), *bound]):
                    found.setdefault(unit_id, share)
        return found

    def _changes(self, task: Task, gone: Mapping[int, Share], new: Sequence[Share]) -> list[Change]:
        wanted = self._units(new, task)
        held = {duty.unit_id: duty for duty in task.assignments if duty.state is not AssignmentState.WAIVED}
        leaving = [held[unit_id] for unit_id in gone if unit_id in held and unit_id not in wanted]
        coming = [unit_id for unit_id in wanted if unit_id not in held]
        changes = []
        for duty in leaving:
            # Who comes in the same role takes over what is owed and what was filed.
            taker = next((unit_id for unit_id in coming if wanted[unit_id].role is duty.role), None)
            if taker is not None:
                coming.remove(taker)
            share = wanted.get(taker or 0)
            is_first = share is not None and share.is_first_lead
            changes.append(Change(duty.id, taker, share.role if share else None, leaves=True, is_first=is_first))
        changes += [Change(None, key, wanted[key].role, is_first=wanted[key].is_first_lead) for key in coming]
        for unit_id, share in wanted.items():
            own = held.get(unit_id)
            is_named = own is not None and share.is_first_lead and not own.is_first_lead
            if own is not None and (own.role is not share.role or is_named):
                changes.append(Change(own.id, unit_id, share.role, is_first=is_named))
        return changes

    def _rebuild(self, task: Task, item: DraftItem) -> None:
        """A task that was never issued is written anew as the edition has it."""
        for record in (Assignment, GroupDuty):
            self._session.execute(delete(record).where(record.task_id == task.id))
        self._session.expire(task, ["assignments", "group_duties"])
        maker = TaskMaker(self._session, self._plan, self._draft, self._meanings, "")
        maker.add_duties(task, item)
        due = maker.due_of(item)
        task.original_due_on, task.due_on, task.due_basis, task.is_standing = due.on, due.on, due.basis, due.is_standing

    # Dates

    def _date(self, each: Difference, task: Task) -> None:
        if Part.DUE not in each.parts or each.new is None:
            return
        task.is_standing = each.new.is_standing
        to_on: date | None = each.new.due_on
        if task.is_standing or to_on is None or to_on == task.due_on:
            return
        if task.due_on is None:
            task.due_on = to_on
            task.original_due_on = task.original_due_on or to_on
        else:
            shift_due(self._session, self._actor, task, to_on, basis=self._basis, now=self._now)
        task.due_basis = DueBasis.PRINTED

    def _aim(self, task: Task, item: DraftItem) -> None:
        """Targets that are printed as before stay the records they are, with the series they take values from."""
        known = {
            target.printed: target for target in self._session.scalars(select(Target).where(Target.task_id == task.id))
        }
        wanted = {target["printed"]: target for target in item.targets}
        for printed in known.keys() - wanted.keys():
            self._session.delete(known[printed])
        fresh = [target for printed, target in wanted.items() if printed not in known]
        self._session.add_all(targets_of(self._plan.id, task.id, fresh))

    # New and gone

    def _make(self, items: Sequence[DraftItem]) -> None:
        maker = TaskMaker(self._session, self._plan, self._draft, self._meanings, "")
        homes = self._homes(items)
        for item in items:
            task = maker.make(item, homes.get(item.id))
            task.source_document_id = self._draft.source_document_id
            self._made[item.id] = task
            self._note(task, "add_by_revision", "修订新增", DifferenceKind.NEW)

    def _homes(self, items: Sequence[DraftItem]) -> dict[int, int]:
        """The chapters the new items stand under: those of the plan with the same heading, else new ones."""
        query = select(OutlineNode).where(OutlineNode.plan_id == self._plan.id).order_by(OutlineNode.position)
        nodes = {(node.number, node.title): node.id for node in self._session.scalars(query)}
        places = sorted(items, key=lambda item: item.start)
        headings, homes = headings_above(self._draft.source.content, [(item.path, item.start) for item in places])
        keys: list[int] = []
        for heading in headings:
            known = nodes.get((heading.number[:80], heading.title))
            if known is None:
                node = OutlineNode(plan_id=self._plan.id, position=len(nodes) + len(keys) + 1, title=heading.title)
                node.parent_id = keys[heading.parent] if heading.parent is not None else None
                node.number, node.start, node.end = heading.number[:80], heading.start, heading.end
                self._session.add(node)
                self._session.flush()
                known = node.id
            keys.append(known)
        return {item.id: keys[home] for item, home in zip(places, homes, strict=True) if home is not None}

    def _supersede(self, task: Task) -> None:
        for each in [task, *task.subtasks]:
            if each.state in _OVER and each is not task:
                continue
            each.state = TaskState.SUPERSEDED
            decision = TaskDecision(task_id=each.id, action="supersede", reason="修订稿未再列入")
            decision.basis, decision.decided_on = self._basis, self._today
            decision.decided_by_id, decision.decided_at = self._actor.user_id, self._now
            self._session.add(decision)
            self._note(each, "supersede", "修订删去", DifferenceKind.DROPPED)
            self._superseded.append(each)
        refresh_lights(self._session, task.subtasks, now=self._now)

    def _place(self) -> None:
        """Brings the tasks into the order of the new edition; what it does not name stays after its predecessor."""
        behind = {
            each.new.key: self._found.tasks[each.old.key] for each in self._found.differences if each.old and each.new
        }
        new = [behind.get(key) or self._made.get(key) for key in self._found.items]
        query = select(Task).where(Task.plan_id == self._plan.id).order_by(Task.position, Task.id)
        made = set(self._made.values())
        old = [task for task in self._session.scalars(query) if task not in made]
        for position, task in enumerate(in_order(old, [task for task in new if task is not None]), start=1):
            if task.position != position:
                task.position = position

    def _tell_units(self) -> None:
        """Everybody with a duty in a task that was left out is told once."""
        hearers = audience(self._session, self._actor.user_id, today=self._today)
        told: dict[int, tuple[User, list[str]]] = {}
        for task in self._superseded:
            if task.issued_on is not None:
                for user in {
                    user.id: user for duty in task.assignments for user in hearers.of_unit(duty.unit_id)
                }.values():
                    told.setdefault(user.id, (user, []))[1].append(f"· {name_of(task)}")
        for user, lines in told.values():
            body = "\n".join([f"依据：{self._basis}", *lines[:_LISTED]])
            subject = f"方案已修订，{len(lines)} 项任务不再办理：《{self._plan.title}》"
            topic = f"revision:{self._revision.id}"
            notice = Notice(NoticeKind.DECISION, topic, subject, body, f"/plans/{self._plan.id}")
            tell(self._session, [user], notice, now=self._now)

    def _close_plan(self) -> None:
        self._session.flush()
        left = select(Task.id).where(Task.plan_id == self._plan.id, Task.state.not_in(_OVER)).limit(1)
        is_over = self._session.scalar(left) is None
        self._plan.status = PlanStatus.CLOSED if is_over else PlanStatus.ISSUED
