"""Snapshots, the reports made of them, and the registers that papers take their numbers from."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.terms import RegisterKind
from tracker.db import Base
from tracker.models.columns import key, one_of


class RegisterNumber(Base):
    """One number of a register that a paper has taken (编号登记); never removed, so that none is used twice."""

    __tablename__ = "number_register"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "kind", "year", "number"),
        CheckConstraint("number >= 1", name="number_counts_from_one"),
    )

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    kind: Mapped[RegisterKind] = mapped_column(one_of(RegisterKind, "kind"))
    year: Mapped[int]
    number: Mapped[int]
