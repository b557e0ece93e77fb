"""Search by words over the tasks and plans a person may see; every word must occur."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from tracker.core.lights import Light
from tracker.core.paging import MOST_COUNTED, PAGE_SIZE, Page, offset
from tracker.core.permissions import Actor
from tracker.core.snippets import Piece, marked, snippet
from tracker.core.terms import PlanStatus, TaskState
from tracker.models import Plan, Task
from tracker.services.access import plan_scope, task_scope
from tracker.services.shown import light_shown, shown_of

MOST_WORDS = 6
MOST_PLANS = 20
LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class TaskHit:
    """A task that holds every word: its title marked, and the sentence of its text that holds most of them."""

    id: int
    number: str
    part: int | None
    title: tuple[Piece, ...]
    sentence: tuple[Piece, ...]
    plan: str
    state: TaskState
    shown: str

    @property
    def light(self) -> Light | None:
        """Gives the light, None where none applies."""
        return light_shown(self.shown)


@dataclass(frozen=True, slots=True)
class PlanHit:
    """A plan that holds every word in its title, number or issuer."""

    id: int
    title: tuple[Piece, ...]
    doc_no: str
    issuer: str
    status: PlanStatus


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found for the words; plans are listed on the first page alone."""

    words: tuple[str, ...]
    plans: tuple[PlanHit, ...]
    tasks: Page[TaskHit]


def words_of(asked: str) -> tuple[str, ...]:
    """Gives the words of a line, blanks of either width between them; more or longer ones than sense are dropped."""
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in asked.split()))[:MOST_WORDS]


def search(session: Session, actor: Actor, asked: str, *, today: date, number: int = 1) -> Hits:
    """Gives the plans and a page of the tasks that hold every word, within what the actor may see."""
    words = words_of(asked)
    if not words:
        return Hits((), (), Page([], 1, 0))
    conditions = [task_scope(actor), *_hold(words, Task.number, Task.title, Task.text)]
    # The newest tasks first, so that the search for a common word can stop early.
    newest = select(Task.id, Task.plan_id, Task.position).where(*conditions).order_by(Task.id.desc())
    found = session.execute(newest.limit(MOST_COUNTED + 1)).all()
    shown = sorted(found[:MOST_COUNTED], key=lambda row: (-row.plan_id, row.position, row.id))
    tasks = _tasks(session, [row.id for row in shown[offset(number) :][:PAGE_SIZE]], words, today)
    plans = _plans(session, actor, words) if number == 1 else ()
    return Hits(words, plans, Page(tasks, number, len(found), is_cut=len(found) > MOST_COUNTED))


def _tasks(session: Session, ids: list[int], words: tuple[str, ...], today: date) -> list[TaskHit]:
    query = select(Task, Plan.title).join(Plan, Plan.id == Task.plan_id).where(Task.id.in_(ids))
    found = {task.id: _task(task, plan, words, today) for task, plan in session.execute(query)} if ids else {}
    return [found[key] for key in ids]


def _plans(session: Session, actor: Actor, words: tuple[str, ...]) -> tuple[PlanHit, ...]:
    conditions = [plan_scope(actor), *_hold(words, Plan.title, Plan.doc_no, Plan.issuer)]
    found = session.scalars(select(Plan).where(*conditions).order_by(Plan.id.desc()).limit(MOST_PLANS))
    return tuple(PlanHit(p.id, marked(p.title, words), p.doc_no, p.issuer, p.status) for p in found)


def _hold(words: tuple[str, ...], *columns: ColumnElement[str]) -> list[ColumnElement[bool]]:
    return [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words]


def _task(task: Task, plan: str, words: tuple[str, ...], today: date) -> TaskHit:
    # The first sentence is the title: a hit in it alone is shown there.
    rest = task.text.removeprefix(task.title)
    shown = shown_of(task, task, today)
    return TaskHit(
        task.id, task.number, task.part, marked(task.title, words), snippet(rest, words), plan, task.state, shown
    )
