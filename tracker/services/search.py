"""Search by words over the plans, tasks, filings and documents a person may see; every word must occur."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, false, or_, select
from sqlalchemy.orm import Session

from tracker.core.filing import UNSIGNED
from tracker.core.grams import is_told_by_grams, wanted
from tracker.core.lights import Light
from tracker.core.paging import MOST_COUNTED, PAGE_SIZE, Page, offset
from tracker.core.permissions import Actor
from tracker.core.snippets import Piece, around, marked, snippet
from tracker.core.terms import PlanStatus, ReportStatus, TaskState
from tracker.models import SEARCHED, Assignment, Plan, ProgressReport, SourceDocument, Task, Unit
from tracker.services.access import duty_scope, plan_scope, task_scope
from tracker.services.shown import light_shown, shown_of

MOST_WORDS = 6
# So many of each kind beside the tasks are listed, the newest; more words narrow them.
MOST_BESIDE = 20
MOST_DOCUMENTS = 10
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
class FilingHit:
    """A report (进展报送) that holds every word, with the sentence that holds most of them."""

    task_id: int
    task: str
    unit: str
    period: str
    status: ReportStatus
    sentence: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """The document of a plan (来源文件) that holds every word, with the sentence that holds most of them."""

    plan_id: int
    plan: str
    filename: tuple[Piece, ...]
    sentence: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found for the words; all but the tasks are listed on the first page alone, the newest of each kind.

    The lists of filings and documents hold one more than is shown where there are more.
    """

    words: tuple[str, ...]
    plans: tuple[PlanHit, ...]
    tasks: Page[TaskHit]
    filings: tuple[FilingHit, ...] = ()
    documents: tuple[DocumentHit, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.plans or self.tasks.rows or self.filings or self.documents)


def words_of(asked: str) -> tuple[str, ...]:
    """Gives the words of a line, blanks of either width between them; more or longer ones than sense are dropped."""
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in asked.split()))[:MOST_WORDS]


def search(session: Session, actor: Actor, asked: str, *, today: date, number: int = 1) -> Hits:
    """Gives the plans, filings and documents and a page of the tasks that hold every word, as the actor may see."""
    words = words_of(asked)
    if not words:
        return Hits((), (), Page([], 1, 0))
    # The newest tasks first, so that the search for a common word can stop early.
    query = _found(session, actor, Task, words).add_columns(Task.plan_id, Task.position).where(task_scope(actor))
    found = session.execute(query.limit(MOST_COUNTED + 1)).all()
    shown = sorted(found[:MOST_COUNTED], key=lambda row: (-row.plan_id, row.position, row.id))
    tasks = _tasks(session, [row.id for row in shown[offset(number) :][:PAGE_SIZE]], words, today)
    page = Page(tasks, number, len(found), is_cut=len(found) > MOST_COUNTED)
    if number > 1:
        return Hits(words, (), page)
    return Hits(
        words,
        _plans(session, actor, words),
        page,
        _filings(session, actor, words),
        _documents(session, actor, words),
    )


def _found(session: Session, actor: Actor, model: Any, words: Sequence[str]) -> Select[Any]:
    """The query of the ids of the records of a kind that hold every word, newest first, whoever may see them."""
    searched = SEARCHED[model]
    grams = wanted(words)
    if not grams:
        return select(model.id).where(false())
    matching = searched.matching(grams, actor.jurisdiction_id, session.get_bind().dialect.name).subquery()
    query = select(model.id).join(matching, matching.c.id == model.id).order_by(matching.c.id.desc())
    # The long text first: most words stand there, and the other columns are then not looked at.
    columns = [getattr(model, name) for name in searched.columns]
    return query.where(*_hold([word for word in words if not is_told_by_grams(word)], *columns))


def _tasks(session: Session, ids: list[int], words: tuple[str, ...], today: date) -> list[TaskHit]:
    query = select(Task, Plan.title).join(Plan, Plan.id == Task.plan_id).where(Task.id.in_(ids))
    found = {task.id: _task(task, plan, words, today) for task, plan in session.execute(query)} if ids else {}
    return [found[key] for key in ids]


def _plans(session: Session, actor: Actor, words: tuple[str, ...]) -> tuple[PlanHit, ...]:
    conditions = [plan_scope(actor), *_hold(words, Plan.title, Plan.doc_no, Plan.issuer)]
    found = session.scalars(select(Plan).where(*conditions).order_by(Plan.id.desc()).limit(MOST_BESIDE))
    return tuple(PlanHit(p.id, marked(p.title, words), p.doc_no, p.issuer, p.status) for p in found)


def _filings(session: Session, actor: Actor, words: tuple[str, ...]) -> tuple[FilingHit, ...]:
    """What was filed, by the units of any task the actor may see, as the trail of the task shows it; no drafts."""
    query = (
        _found(session, actor, ProgressReport, words)
        .join(Assignment, Assignment.id == ProgressReport.assignment_id)
        .join(Task, Task.id == Assignment.task_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(task_scope(actor), duty_scope(actor), ProgressReport.status.not_in(UNSIGNED))
        .add_columns(Task.id.label("task_id"), Task.number, Task.title, Unit.name.label("unit"))
        .add_columns(*(getattr(ProgressReport, name) for name in ("period", "status", *_WORDS)))
    )
    return tuple(
        FilingHit(
            *(row.task_id, f"{row.number}{row.title}", row.unit, row.period, row.status),
            snippet("\n".join(filter(None, (getattr(row, name) for name in _WORDS))), words),
        )
        for row in session.execute(query.limit(MOST_BESIDE + 1))
    )


_WORDS = SEARCHED[ProgressReport].columns


def _documents(session: Session, actor: Actor, words: tuple[str, ...]) -> tuple[DocumentHit, ...]:
    query = (
        _found(session, actor, SourceDocument, words)
        .join(Plan, Plan.source_document_id == SourceDocument.id)
        .where(plan_scope(actor))
        .add_columns(Plan.id.label("plan_id"), Plan.title, SourceDocument.filename, SourceDocument.content)
    )
    return tuple(
        DocumentHit(row.plan_id, row.title, marked(row.filename, words), snippet(around(row.content, words), words))
        for row in session.execute(query.limit(MOST_DOCUMENTS + 1))
    )


def _hold(words: Iterable[str], *columns: SQLColumnExpression[str]) -> list[ColumnElement[bool]]:
    return [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words]


def _task(task: Task, plan: str, words: tuple[str, ...], today: date) -> TaskHit:
    # The first sentence is the title: a hit in it alone is shown there.
    rest = task.text.removeprefix(task.title)
    shown = shown_of(task, task, today)
    return TaskHit(
        task.id, task.number, task.part, marked(task.title, words), snippet(rest, words), plan, task.state, shown
    )
