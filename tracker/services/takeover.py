"""Taking over a running plan (存量建账): its earlier ledger is read, mapped and matched until somebody approves it.

Nothing of the plan changes before that, and until then it can be discarded. What approval writes is
services/workflow_takeover.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tracker.core import names
from tracker.core import takeover as ledger
from tracker.core.permissions import Actor, Permission
from tracker.core.takeover import Line, Meaning, Named, RawLine, Wrong
from tracker.core.terms import PlanStatus, ProposalStatus, TaskState
from tracker.db import office_date
from tracker.documents.sheets import read_grid
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.models import Assignment, Plan, Takeover, Task, Unit
from tracker.services import audit, proposals
from tracker.services.access import find_plan
from tracker.services.attachments import Upload, clean_name, keep_file
from tracker.services.groups import groups_of, members_on
from tracker.services.naming import register_of

_LIMIT = 4 * 1024 * 1024
NOT_TAKEN = 0
_UNISSUED = frozenset({TaskState.DRAFT})


@dataclass(frozen=True, slots=True)
class Taken:
    """A row of the ledger that tells of a task: of all of it, or of the duty of one unit where it names one."""

    line: Line
    task: Task
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class Understood:
    """What a ledger says as it is mapped and matched now, and what stands in the way of taking it over."""

    lines: tuple[Line, ...]
    chosen: Mapping[int, int]
    likeness: Mapping[int, int]
    taken: tuple[Taken, ...]
    wrong: tuple[Wrong, ...]
    tasks: tuple[Task, ...]

    @property
    def untold(self) -> tuple[Task, ...]:
        """The tasks of which no row tells; they stay as they are and are issued as any others."""
        told = {each.task.id for each in self.taken}
        return tuple(task for task in self.tasks if task.id not in told)


def find_takeover(session: Session, actor: Actor, plan_id: int) -> Takeover | None:
    """Gives the takeover of a plan the office sees, None where none was begun. Raises NotFound to others."""
    find_plan(session, actor, plan_id)
    if not actor.sees_jurisdiction:
        raise NotFound("没有找到这份方案的存量建账，或者您没有查看它的权限。")
    return session.scalar(select(Takeover).where(Takeover.plan_id == plan_id))


def begun(session: Session, actor: Actor, plan_id: int) -> Takeover:
    """Gives the takeover of a plan. Raises NotFound where none was begun."""
    takeover = find_takeover(session, actor, plan_id)
    if takeover is None:
        raise NotFound("这份方案没有正在办理的存量建账，请先上传原有台账。")
    return takeover


def start_takeover(
    session: Session, actor: Actor, plan_id: int, upload: Upload, *, as_of: date | None, now: datetime
) -> Takeover:
    """Reads a ledger for a plan that is not issued yet, as of a day; it replaces one that was read before.

    Raises Invalid for the day or a ledger without headings, Unreadable for what is no sheet, Conflict once issued.
    """
    plan = find_plan(session, actor, plan_id)
    _refuse_issued(actor, plan)
    day = _checked_day(plan, as_of, office_date(now))
    grid = read_grid(upload.data)
    head = ledger.heading_row({row: {at: cell.text for at, cell in cells.items()} for row, cells in grid.items()})
    if head is None:
        raise Invalid({"file": "没有找到表头。列名（如“序号”“工作任务”“完成时限”）应写在前几行的同一行里。"})
    lines = [
        {
            "row": row,
            "cells": {at: cell.text for at, cell in cells.items() if cell.text},
            "wrong": {at: cell.problem for at, cell in cells.items() if cell.problem},
        }
        for row, cells in grid.items()
        if row > head
    ]
    if not lines:
        raise Invalid({"file": "表头下面没有任何内容。"})
    headings = {at: cell.text for at, cell in grid[head].items() if cell.text}
    takeover = _replaced(session, actor, plan, now)
    takeover.sha256, takeover.filename = (
        keep_file(session, upload, _LIMIT, field="file").sha256,
        clean_name(upload.filename),
    )
    takeover.as_of_on, takeover.headings, takeover.lines, takeover.matches = day, headings, lines, {}
    takeover.meanings = {at: meaning.value for at, meaning in ledger.guess_meanings(headings).items()}
    session.add(takeover)
    session.flush()
    summary = f"上传原有台账：{takeover.filename}，截至{day.isoformat()}，{len(lines)} 行"
    audit.record(session, actor, "takeover.start", plan, summary=summary, now=now, takeover=takeover.id)
    return takeover


def set_meanings(
    session: Session, actor: Actor, plan_id: int, *, version: int, meanings: Mapping[str, Meaning], now: datetime
) -> None:
    """Corrects what the columns mean. Raises Invalid where two mean the same or none names the task."""
    takeover = begun(session, actor, plan_id)
    proposals.refuse_other(actor, takeover, version, ProposalStatus.DRAFT)
    wrong = _wrong_meanings(meanings)
    if wrong:
        raise Invalid({"": wrong})
    takeover.meanings = {at: meaning.value for at, meaning in meanings.items() if at in takeover.headings}
    session.flush()
    _note(session, actor, takeover, "map", "确认原有台账各列的含义", now)


def set_matches(
    session: Session, actor: Actor, plan_id: int, *, version: int, matches: Mapping[int, int], now: datetime
) -> None:
    """Confirms which task each row tells of; 0: none. Raises Invalid for a task of another plan."""
    takeover = begun(session, actor, plan_id)
    proposals.refuse_other(actor, takeover, version, ProposalStatus.DRAFT)
    known = {task.id for task in _tasks(session, takeover)} | {NOT_TAKEN}
    rows = {line["row"] for line in takeover.lines}
    if set(matches.values()) - known or set(matches) - rows:
        raise Invalid({"": "所选任务不在这份方案里，请重新选择。"})
    takeover.matches = {**takeover.matches, **{str(row): key for row, key in matches.items()}}
    session.flush()
    _note(session, actor, takeover, "match", "确认原有台账与任务的对应关系", now)


def return_takeover(session: Session, actor: Actor, plan_id: int, *, version: int, words: str, now: datetime) -> None:
    """Sends a takeover that waits for approval back, or takes one's own back, with the reason."""
    proposals.send_back(session, actor, begun(session, actor, plan_id), version=version, words=words, now=now)


def discard_takeover(session: Session, actor: Actor, plan_id: int, *, version: int, now: datetime) -> None:
    """Gives a takeover up that has not been submitted; the plan stays as it is."""
    takeover = begun(session, actor, plan_id)
    proposals.refuse_other(actor, takeover, version, ProposalStatus.DRAFT)
    _note(session, actor, takeover, "discard", "放弃存量建账", now)
    session.delete(takeover)
    session.flush()


def meanings_of(takeover: Takeover) -> dict[str, Meaning]:
    """Gives what the columns mean as decided now, by their letters."""
    return {at: meaning for at, value in takeover.meanings.items() for meaning in Meaning if meaning.value == value}


def understood(session: Session, takeover: Takeover, *, today: date) -> Understood:
    """Gives what the ledger says: what was decided by hand, and what is proposed for the rest."""
    raw = [RawLine(line["row"], line["cells"], line["wrong"]) for line in takeover.lines]
    meanings = meanings_of(takeover)
    lines, wrong = ledger.read_lines(raw, takeover.headings, meanings, as_of=takeover.as_of_on)
    tasks = _tasks(session, takeover)
    named = [Named(task.id, task.number, task.title, task.text) for task in tasks]
    proposed = ledger.match_lines(lines, named)
    chosen = {line.row: proposed[line.row].key if line.row in proposed else NOT_TAKEN for line in lines}
    chosen |= {int(row): key for row, key in takeover.matches.items() if int(row) in chosen}
    weighing = _Weighing(session, takeover, tasks, today)
    taken = weighing.taken(lines, chosen)
    kept = {line.row for line in lines if chosen[line.row]}
    wrong = [each for each in wrong if each.row in kept] + weighing.wrong
    likeness = {row: each.likeness for row, each in proposed.items() if each.key == chosen[row]}
    order = sorted(wrong, key=lambda each: (each.row, each.place))
    return Understood(tuple(lines), chosen, likeness, tuple(taken), tuple(order), tuple(tasks))


class _Weighing:
    """Sets rows against tasks: of several rows on one task each must name another of its units."""

    def __init__(self, session: Session, takeover: Takeover, tasks: list[Task], today: date) -> None:
        self._register = register_of(session, takeover.jurisdiction_id, on=today)
        self._tasks = {task.id: task for task in tasks}
        self._members = members_on(session, groups_of(tasks), today)
        self._headings = {meaning: (at, takeover.headings[at]) for at, meaning in takeover.meanings.items()}
        self.wrong: list[Wrong] = []

    def taken(self, lines: list[Line], chosen: Mapping[int, int]) -> list[Taken]:
        found: dict[int, list[Taken]] = {}
        for line in lines:
            task = self._tasks.get(chosen[line.row])
            if task is not None:
                found.setdefault(task.id, []).append(Taken(line, task, self._unit_id(line, task)))
        for rows in found.values():
            self._check(rows)
        return [each for rows in found.values() for each in rows]

    def _unit_id(self, line: Line, task: Task) -> int | None:
        """The unit of the task that the row names: as the registry knows it, else the one most alike."""
        units = self._units_of(task)
        for name in names.split_names(line.unit)[:1]:
            unit_id = self._register.match(name).unit_id
            if unit_id in units:
                return unit_id
            alike = names.most_alike(name, units.values(), self._register.seat)
            return next((key for key, own in units.items() if alike and own == alike[0]), None)
        return None

    def _units_of(self, task: Task) -> dict[int, str]:
        grouped: list[Unit] = [unit for duty in task.group_duties for unit in self._members.get(duty.group_id, [])]
        return {unit.id: unit.name for unit in [*(duty.unit for duty in task.assignments), *grouped]}

    def _check(self, rows: list[Taken]) -> None:
        seen: dict[int | None, int] = {}
        for each in rows:
            line, task = each.line, each.task
            other = seen.setdefault(each.unit_id, line.row)
            if len(rows) > 1 and each.unit_id is None:
                self._refuse(
                    line, Meaning.UNIT, f"“{line.unit[:20]}”不是该任务的责任单位；该任务对应多行，须能分清单位"
                )
            elif other != line.row:
                self._refuse(line, Meaning.TITLE, f"与第 {other} 行对应同一任务的同一单位，请保留一行")
            if line.state is TaskState.IN_PROGRESS and not (line.due_on or task.due_on or task.is_standing):
                self._refuse(line, Meaning.DUE_ON, "方案和台账都没有完成时限，请填写")
            if line.state is not rows[0].line.state:
                self._refuse(line, Meaning.STATE, f"与第 {rows[0].line.row} 行同一任务的状态不一致")

    def _refuse(self, line: Line, meaning: Meaning, problem: str) -> None:
        at, heading = self._headings.get(meaning.value, ("", meaning.label))
        self.wrong.append(Wrong(line.row, f"{at}{line.row}" if at else "", heading, problem))


def _tasks(session: Session, takeover: Takeover) -> list[Task]:
    query = (
        select(Task)
        .where(Task.plan_id == takeover.plan_id)
        .options(selectinload(Task.assignments).joinedload(Assignment.unit), selectinload(Task.group_duties))
        .order_by(Task.position, Task.id)
    )
    return list(session.scalars(query))


def _replaced(session: Session, actor: Actor, plan: Plan, now: datetime) -> Takeover:
    known = session.scalar(select(Takeover).where(Takeover.plan_id == plan.id))
    if known is not None and known.status is not ProposalStatus.DRAFT:
        raise Conflict(f"存量建账现为“{known.status.label}”，不能另传台账。")
    if known is not None:
        return known
    return Takeover(
        plan=plan,
        jurisdiction_id=plan.jurisdiction_id,
        status=ProposalStatus.DRAFT,
        created_by_id=actor.user_id,
        created_at=now,
    )


def _refuse_issued(actor: Actor, plan: Plan) -> None:
    if not actor.may(Permission.PLANS_IMPORT):
        raise NotAllowed("只有办公室人员可以办理存量建账。")
    if plan.is_solicitation:
        raise Conflict("征求意见稿不能建账，请导入正式印发的文件。")
    if plan.status is not PlanStatus.PREPARING:
        raise Conflict("方案已经交办，不能再做存量建账。")


def _checked_day(plan: Plan, as_of: date | None, today: date) -> date:
    if as_of is None:
        raise Invalid({"as_of": "请填写台账截至哪一天。"})
    if as_of > today:
        raise Invalid({"as_of": "不能晚于今天。"})
    if plan.issued_on is not None and as_of < plan.issued_on:
        raise Invalid({"as_of": f"不能早于方案印发日期 {plan.issued_on.isoformat()}。"})
    return as_of


def _wrong_meanings(meanings: Mapping[str, Meaning]) -> str:
    given = list(meanings.values())
    twice = list(dict.fromkeys(meaning.label for meaning in given if given.count(meaning) > 1))
    if twice:
        return f"有不止一列被定为：{'、'.join(twice)}。每种含义只能对应一列。"
    if not {Meaning.NUMBER, Meaning.TITLE} & set(given):
        return "请至少指定“任务编号”或“工作任务”所在的列，否则无法与任务对应。"
    return ""


def _note(session: Session, actor: Actor, takeover: Takeover, act: str, words: str, now: datetime) -> None:
    audit.record(session, actor, f"takeover.{act}", takeover.plan, summary=words, now=now, takeover=takeover.id)
