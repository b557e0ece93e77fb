"""Numbers of papers (编号), one series per jurisdiction, kind and year: no gaps, none twice."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.core.terms import RegisterKind
from tracker.models import Jurisdiction, RegisterNumber


def next_number(session: Session, jurisdiction_id: int, kind: RegisterKind, year: int) -> int:
    """Gives the next number of a register and takes it in this transaction; if that fails, the number is free again.

    A taken number is never removed, so whatever becomes of its paper, no other paper bears it.
    Source: DESIGN 5.5.
    """
    # One taker at a time: the row of the jurisdiction is the lock. SQLite has one writer anyway.
    session.execute(select(Jurisdiction.id).where(Jurisdiction.id == jurisdiction_id).with_for_update(key_share=True))
    series = (RegisterNumber.jurisdiction_id == jurisdiction_id, RegisterNumber.kind == kind)
    last = session.scalar(select(func.max(RegisterNumber.number)).where(*series, RegisterNumber.year == year))
    number = (last or 0) + 1
    session.add(RegisterNumber(jurisdiction_id=jurisdiction_id, kind=kind, year=year, number=number))
    session.flush()
    return number
