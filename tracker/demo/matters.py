"""What the office pressed in the sample city: slips of each level, instructions of each sort, entries, a delegation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.actions import Action
from tracker.core.permissions import Actor
from tracker.core.terms import (
    AssignmentState,
    BehalfSource,
    DutyRole,
    InstructionSort,
    ReplyStatus,
    Role,
    TaskState,
    UnitKind,
)
from tracker.models import Assignment, Instruction, Slip, Task, Unit
from tracker.services import behalf, delegations, instructions, slips

Deed = Callable[[Session, datetime], None]
_DEMAND = "该事项已超过完成时限，请查明原因，提出措施，在回复期限前书面回复办理情况和预计完成时间。"


@dataclass(slots=True)
class Story:
    """Who presses whom, and what has been issued on the way, by name."""

    officer: Actor
    office_head: Actor
    leader: Actor
    liaisons: Mapping[int, Actor]
    heads: Mapping[int, Actor]
    plan_id: int
    today: date
    slips: dict[str, int] = field(default_factory=dict)
    instructions: dict[str, int] = field(default_factory=dict)


def deeds(story: Story) -> list[tuple[int, Deed]]:
    """Gives what is done, each with how many days before today."""
    return [
        (20, _issuing(story, ("first", "second", "letter"), reply_days=15)),
        (17, _answering(story, "first", "受汛期影响停工12天，已调整工序，下月中旬完成。")),
        (16, _passing(story, "first")),
        (13, _entering(story, "letter")),
        (12, _raising(story, "second", reply_days=9)),
        (10, _instructing(story, "task", "此项工作逾期时间较长，请牵头单位说明原因，拿出倒排工期的方案，月底前见效。")),
        (9, _sorting(story, "task", InstructionSort.HANDLE)),
        (8, _instructing(story, "plan", "各牵头单位要对照方案再梳理一遍，确保年度目标不落空。")),
        (7, _sorting(story, "plan", InstructionSort.READ)),
        (6, _raising(story, "second", reply_days=-3)),
        (5, _instructing(story, "unit", "请研究提出加快推进的具体意见。")),
        (4, _sorting(story, "unit", InstructionSort.STUDY)),
        (3, _replying(story)),
        (3, _delegating(story)),
        (2, _from_meeting(story)),
    ]


def _pressed(session: Session, story: Story, day: date) -> dict[str, Assignment]:
    """The duties to be pressed: two late leads, and one of a unit outside the city's command."""
    running = (
        select(Assignment)
        .join(Task, Task.id == Assignment.task_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(
            Assignment.plan_id == story.plan_id,
            Task.state == TaskState.IN_PROGRESS,
            Assignment.state == AssignmentState.IN_PROGRESS,
        )
        .order_by(Assignment.late_on, Assignment.id)
    )
    late = session.scalars(running.where(Assignment.late_on <= day, Assignment.is_first_lead).limit(2)).all()
    outside = running.where(Unit.kind == UnitKind.VERTICAL, Assignment.role != DutyRole.COOPERATING)
    letter = session.scalars(outside.limit(1)).first()
    found = dict(zip(("first", "second"), late, strict=False))
    return found | ({"letter": letter} if letter is not None else {})


def _issuing(story: Story, names: tuple[str, ...], *, reply_days: int) -> Deed:
    def deed(session: Session, now: datetime) -> None:
        duties = _pressed(session, story, now.date())
        words = slips.SlipWords(_DEMAND, story.today - timedelta(days=reply_days))
        for name in names:
            if name in duties:
                story.slips[name] = slips.issue_slips(session, story.officer, [duties[name].id], words, now=now)[0].id

    return deed


def _raising(story: Story, name: str, *, reply_days: int) -> Deed:
    def deed(session: Session, now: datetime) -> None:
        if name in story.slips:
            duty_id = session.get_one(Slip, story.slips[name]).assignment_id
            words = slips.SlipWords(
                f"上一张督办单逾期未回复。{_DEMAND}", story.today - timedelta(days=reply_days), tells_leader=False
            )
            story.slips[name] = slips.issue_slips(session, story.office_head, [duty_id], words, now=now)[0].id

    return deed


def _answering(story: Story, name: str, reply: str) -> Deed:
    def deed(session: Session, now: datetime) -> None:
        if name in story.slips:
            slip = session.get_one(Slip, story.slips[name])
            unit = story.liaisons[slip.assignment.unit_id]
            slips.answer_slip(session, unit, slip.id, version=slip.version, reply=reply, now=now)

    return deed


def _passing(story: Story, name: str) -> Deed:
    def deed(session: Session, now: datetime) -> None:
        if name in story.slips:
            slip = session.get_one(Slip, story.slips[name])
            version, words = slip.version, "情况属实，按调整后的工期督办。"
            slips.pass_slip(
                session, story.officer, slip.id, version=version, has_good_reason=True, words=words, now=now
            )

    return deed


def _entering(story: Story, name: str) -> Deed:
    def deed(session: Session, now: datetime) -> None:
        if name not in story.slips:
            return
        slip = session.get_one(Slip, story.slips[name])

        def answer(stand_in: Actor) -> Slip:
            reply = "已安排专人对接，所需数据每月五日前提供。"
            return slips.answer_slip(session, stand_in, slip.id, version=slip.version, reply=reply, now=now)

        received = behalf.Received(BehalfSource.STAMPED, story.today - timedelta(days=14), "复函")
        whose = behalf.Whose(slip.assignment.unit_id)
        behalf.enter(session, story.officer, whose, received, Action.ANSWER_SLIP, answer, now=now)

    return deed


def _target(session: Session, story: Story, name: str) -> instructions.Target:
    if name == "plan":
        return instructions.Target(plan_id=story.plan_id)
    duty = next(iter(reversed(_pressed(session, story, story.today).values())))
    task_id = session.get_one(Slip, story.slips["second"]).task_id if "second" in story.slips else duty.task_id
    return instructions.Target(task_id=task_id) if name == "task" else instructions.Target(unit_id=duty.unit_id)


def _instructing(story: Story, name: str, words: str) -> Deed:
    def deed(session: Session, now: datetime) -> None:
        target = _target(session, story, name)
        story.instructions[name] = instructions.instruct(session, story.leader, target, words, now=now).id

    return deed


def _sorting(story: Story, name: str, sort: InstructionSort) -> Deed:
    def deed(session: Session, now: datetime) -> None:
        instruction = session.get_one(Instruction, story.instructions[name])
        leads = select(Assignment.unit_id).where(Assignment.plan_id == story.plan_id, Assignment.is_first_lead)
        if instruction.task_id is not None:
            leads = leads.where(Assignment.task_id == instruction.task_id)
        units = tuple(sorted(set(session.scalars(leads)))) if instruction.unit_id is None else (instruction.unit_id,)
        by = story.today + timedelta(days=3) if sort is InstructionSort.HANDLE else None
        sorting = instructions.Sorting(sort, units, by)
        version = instruction.version
        instructions.sort_instruction(session, story.officer, instruction.id, sorting, version=version, now=now)

    return deed


def _replying(story: Story) -> Deed:
    def deed(session: Session, now: datetime) -> None:
        instruction = session.get_one(Instruction, story.instructions["task"])
        for reply in instruction.replies:
            if reply.status is ReplyStatus.OWED and reply.unit_id in story.liaisons:
                words = "已制定倒排工期方案，明确每周完成节点和责任人，随文附后。"
                unit, version = story.liaisons[reply.unit_id], reply.version
                instructions.answer_instruction(session, unit, reply.id, version=version, words=words, now=now)

    return deed


def _delegating(story: Story) -> Deed:
    def deed(session: Session, now: datetime) -> None:
        for unit_id, head in story.heads.items():
            liaison = story.liaisons.get(unit_id)
            if liaison is not None and liaison.user_id != head.user_id:
                since_on = story.today - timedelta(days=3)
                until_on = story.today + timedelta(days=11)
                wanted = delegations.Wanted((Role.UNIT_HEAD,), liaison.user_id, since_on, until_on)
                delegations.delegate(session, head, wanted, now=now)
                return

    return deed


def _from_meeting(story: Story) -> Deed:
    def deed(session: Session, now: datetime) -> None:
        target = instructions.Target(plan_id=story.plan_id)
        leader_id = story.leader.user_id
        words = "专题会议要求：对滞后事项逐项约谈，下次会议听取汇报。"

        def give(stand_in: Actor) -> Instruction:
            return instructions.instruct(session, stand_in, target, words, leader_id=leader_id, now=now)

        received = behalf.Received(BehalfSource.MEETING, story.today - timedelta(days=3), "领导小组专题会议")
        whose = behalf.Whose(leader_id=leader_id)
        behalf.enter(session, story.officer, whose, received, Action.INSTRUCT, give, now=now)

    return deed
