"""The tree of jurisdictions (辖区) as far as somebody sees it: the own one and all beneath it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.models import Jurisdiction


@dataclass(frozen=True, slots=True)
class Place:
    """One jurisdiction; `depth` is 0 for the own one."""

    id: int
    name: str
    depth: int


def places(session: Session, actor: Actor) -> list[Place]:
    """Gives the actor's jurisdiction and those beneath it, each before its own ones."""
    below: dict[int | None, list[Jurisdiction]] = defaultdict(list)
    own = session.get_one(Jurisdiction, actor.jurisdiction_id)
    for place in session.scalars(select(Jurisdiction).order_by(Jurisdiction.id)):
        below[place.parent_id].append(place)
    found: list[Place] = []
    waiting = [(own, 0)]
    while waiting:
        place, depth = waiting.pop()
        found.append(Place(place.id, place.name, depth))
        waiting += [(each, depth + 1) for each in reversed(below.pop(place.id, []))]
    return found
