"""What a row shows: its light, or, where no light applies, the word of its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, bindparam, case, func, literal, literal_column, or_

from tracker.core.lights import DAY_OF, DatedLights, Light, light
from tracker.core.terms import TaskState
from tracker.models import Task

# States in which a task has a light; the others show their own word.
LIT = frozenset({TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW, TaskState.CLOSED, TaskState.ARCHIVED})
UNDER_WAY = frozenset({TaskState.IN_PROGRESS, TaskState.UNDER_REVIEW})
PREPARED = frozenset({TaskState.DRAFT, TaskState.PENDING_APPROVAL})
# Stored value for what is counted on its own (常态化), for what is not issued, and for everything else without a light.
STANDING, NOT_ISSUED, ASIDE = "standing", "not_issued", "aside"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many tasks show each light, and how many show none: standing, not issued yet, suspended or ended."""

    lights: Mapping[Light, int]
    standing: int = 0
    not_issued: int = 0
    aside: int = 0

    @property
    def lit(self) -> int:
        """Gives how many have a light."""
        return sum(self.lights.values())

    @property
    def total(self) -> int:
        """Gives how many there are in all."""
        return self.lit + self.standing + self.not_issued + self.aside


def tally(counts: Mapping[str, int]) -> Tally:
    """Gives the tally of counts by the value of `shown_key`."""
    lights = {member: counts.get(member.value, 0) for member in Light}
    return Tally(lights, counts.get(STANDING, 0), counts.get(NOT_ISSUED, 0), counts.get(ASIDE, 0))


# Many more tasks than a plan has, and three such numbers fit into one of the database's.
_BITS = 20
_PACKED = ((Light.DONE, Light.LATE, Light.UNKNOWN), (Light.BEHIND, Light.NEAR))


def packed_counts(model: Any, today: date) -> list[ColumnElement[int]]:
    """Gives the columns that count the lights of the rows of a group, three counts in one number; see `unpacked`.

    Grouping by the light itself would have the database sort every row, which costs four times as much.
    """
    columns: list[ColumnElement[int]] = []
    # Written into the statement: SQLite fetches a parameter anew for every row.
    day = bindparam(None, today, Date, literal_execute=True)
    for packed in _PACKED:
        weights = {light: 1 << (_BITS * place) for place, light in enumerate(packed)}
        came = [
            (getattr(model, attribute) <= day, literal_column(str(weights.get(light, 0)), BigInteger))
            for light, attribute in DAY_OF.items()
        ]
        columns.append(func.sum(case(*came, else_=literal_column("0", BigInteger))))
    return columns


def unpacked(state: TaskState, is_standing: bool, count: int, packed: Sequence[int]) -> dict[str, int]:
    """Gives the counts by shown value of `count` tasks of one state from what `packed_counts` gave for them."""
    if state in PREPARED:
        return {NOT_ISSUED: count}
    if state not in LIT and state is not TaskState.STANDING:
        return {ASIDE: count}
    if state is TaskState.STANDING or (is_standing and state in UNDER_WAY):
        return {STANDING: count}
    found = {
        light.value: int(number) >> (_BITS * place) & ((1 << _BITS) - 1)
        for number, lights in zip(packed, _PACKED, strict=True)
        for place, light in enumerate(lights)
    }
    return {**found, Light.ON_TIME.value: count - sum(found.values())}


def shown_key(model: Any, today: date) -> ColumnElement[str]:
    """Gives the column that says what a row of Task, or of Assignment joined with Task, shows on a day."""
    return case(
        (Task.state.in_(PREPARED), literal(NOT_ISSUED)),
        (Task.state.not_in([*LIT, TaskState.STANDING]), literal(ASIDE)),
        (is_standing(), literal(STANDING)),
        else_=light_key(model, today),
    )


def light_key(model: Any, today: date) -> ColumnElement[str]:
    """Gives the column of the light of a row of Task or Assignment on a day, whatever its state."""
    days = [(getattr(model, attribute) <= today, literal(member.value)) for member, attribute in DAY_OF.items()]
    return case(*days, else_=literal(Light.ON_TIME.value))


def light_place(model: Any, today: date) -> ColumnElement[int]:
    """Gives the column of the place of a row's light among the lights, the strongest first."""
    days = [(getattr(model, attribute) <= today, place) for place, attribute in enumerate(DAY_OF.values())]
    return case(*days, else_=len(days))


def is_standing() -> ColumnElement[bool]:
    """Gives the condition that a task is counted on its own as 常态化."""
    return or_(Task.state == TaskState.STANDING, (Task.is_standing.is_(True)) & Task.state.in_(UNDER_WAY))


def is_counted() -> ColumnElement[bool]:
    """Gives the condition on Task that it is an item of its plan: sub-tasks stand under it and are counted nowhere."""
    return Task.parent_id.is_(None)


def shown_of(task: Task, dates: DatedLights, today: date) -> str:
    """Gives the same as `shown_key` for a loaded task and the dates of it or of one of its duties."""
    if task.state in PREPARED:
        return NOT_ISSUED
    if task.state not in LIT and task.state is not TaskState.STANDING:
        return ASIDE
    if task.state is TaskState.STANDING or (task.is_standing and task.state in UNDER_WAY):
        return STANDING
    return light(dates, today).value


def light_shown(key: str) -> Light | None:
    """Gives the light of a shown value, None where it is no light."""
    return Light(key) if key in Light._value2member_map_ else None
