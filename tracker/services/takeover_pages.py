"""What the pages of a takeover (存量建账) show: its columns with their samples, its rows and their tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.core.takeover import Column, Line, RawLine, Wrong, is_caption
from tracker.core.terms import ProposalStatus
from tracker.models import Takeover, User
from tracker.services import proposals
from tracker.services.announcements import name_of
from tracker.services.takeover import Understood, begun, find_takeover, meanings_of, understood

_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class TakeoverHead:
    """Where a takeover stands, who did what, and what this person may do with it."""

    plan_id: int
    version: int
    status: ProposalStatus
    as_of_on: date
    filename: str
    lines: int
    created_by: str
    submitted_by: str
    submitted_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    is_one_person: bool
    returned_words: str
    may_approve: bool
    is_alone: bool


@dataclass(frozen=True, slots=True)
class TaskChoice:
    """A task of the plan by its place in it, as a row is set against it."""

    place: int
    key: int
    name: str


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row of the ledger, the task it tells of, how alike they are, and what is wrong in it."""

    line: Line
    choice: TaskChoice | None
    likeness: int | None
    unit: str
    wrong: tuple[Wrong, ...]


@dataclass(frozen=True, slots=True)
class RowsPage:
    """The rows as they would be taken over."""

    head: TakeoverHead
    rows: tuple[RowShown, ...]
    choices: tuple[TaskChoice, ...]
    untold: tuple[TaskChoice, ...]
    wrong: tuple[Wrong, ...]
    told: int

    @property
    def unmatched(self) -> int:
        """How many rows tell of no task."""
        return sum(row.choice is None for row in self.rows)


def takeover_head(session: Session, actor: Actor, plan_id: int) -> TakeoverHead | None:
    """Gives where the takeover of a plan stands, None where none was begun."""
    takeover = find_takeover(session, actor, plan_id)
    return _head(session, actor, takeover) if takeover is not None else None


def takeover_columns(session: Session, actor: Actor, plan_id: int) -> tuple[TakeoverHead, tuple[Column, ...]]:
    """Gives the columns of a ledger with what they are taken to mean and the first things that stand in them."""
    takeover = begun(session, actor, plan_id)
    meanings = meanings_of(takeover)
    columns = tuple(
        Column(at, heading, meanings.get(at), _samples(takeover, at))
        for at, heading in sorted(takeover.headings.items(), key=lambda each: (len(each[0]), each[0]))
    )
    return _head(session, actor, takeover), columns


def takeover_rows(session: Session, actor: Actor, plan_id: int, *, today: date) -> RowsPage:
    """Gives every row of a ledger as it would be taken over, and the tasks of which none tells."""
    takeover = begun(session, actor, plan_id)
    found = understood(session, takeover, today=today)
    choices = {task.id: TaskChoice(n, task.id, name_of(task)) for n, task in enumerate(found.tasks, start=1)}
    return RowsPage(
        _head(session, actor, takeover),
        tuple(_rows(found, choices)),
        tuple(choices.values()),
        tuple(choices[task.id] for task in found.untold),
        found.wrong,
        len({each.task.id for each in found.taken}),
    )


def _rows(found: Understood, choices: dict[int, TaskChoice]) -> Sequence[RowShown]:
    units = {
        each.line.row: duty.unit.name
        for each in found.taken
        for duty in each.task.assignments
        if duty.unit_id == each.unit_id
    }
    return [
        RowShown(
            line,
            choices.get(found.chosen[line.row]),
            found.likeness.get(line.row),
            units.get(line.row, ""),
            tuple(each for each in found.wrong if each.row == line.row),
        )
        for line in found.lines
    ]


def _samples(takeover: Takeover, at: str) -> tuple[str, ...]:
    lines = [RawLine(line["row"], line["cells"], line["wrong"]) for line in takeover.lines]
    texts = dict.fromkeys(line.cells.get(at, "")[:40] for line in lines if not is_caption(line))
    return tuple(text for text in texts if text)[:_SAMPLES]


def _head(session: Session, actor: Actor, takeover: Takeover) -> TakeoverHead:
    def name(user_id: int | None) -> str:
        user = session.get(User, user_id) if user_id is not None else None
        return user.name if user is not None else ""

    return TakeoverHead(
        plan_id=takeover.plan_id,
        version=takeover.version,
        status=takeover.status,
        as_of_on=takeover.as_of_on,
        filename=takeover.filename,
        lines=len(takeover.lines),
        created_by=name(takeover.created_by_id),
        submitted_by=name(takeover.submitted_by_id),
        submitted_at=takeover.submitted_at,
        decided_by=name(takeover.decided_by_id),
        decided_at=takeover.decided_at,
        is_one_person=takeover.is_one_person,
        returned_words=takeover.returned_words,
        may_approve=proposals.may_approve(session, actor, takeover),
        is_alone=proposals.is_alone(session, actor),
    )
