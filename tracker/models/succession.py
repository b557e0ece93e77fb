"""A running plan that is taken over with its ledger (存量建账), and the new edition of a plan's document (修订稿)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from tracker.core.terms import ProposalStatus
from tracker.db import Base, UTCDateTime
from tracker.models.columns import Versioned, instant, json_value, key, long_text, name_text, one_of
from tracker.models.imports import ImportDraft
from tracker.models.plans import Plan


class Proposed:
    """What an officer prepares on a plan and the office's head approves; `is_one_person`: one person did both."""

    status: Mapped[ProposalStatus] = mapped_column(one_of(ProposalStatus, "status"))
    created_at: Mapped[instant]
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_one_person: Mapped[bool] = mapped_column(default=False)
    # What the head said when it went back to the officer.
    returned_words: Mapped[long_text] = mapped_column(default="")

    @declared_attr
    @classmethod
    def created_by_id(cls) -> Mapped[int]:
        """Who began it."""
        return mapped_column(ForeignKey("user.id"), index=True)

    @declared_attr
    @classmethod
    def submitted_by_id(cls) -> Mapped[int | None]:
        """Who submitted it."""
        return mapped_column(ForeignKey("user.id"), index=True)

    @declared_attr
    @classmethod
    def decided_by_id(cls) -> Mapped[int | None]:
        """Who approved it."""
        return mapped_column(ForeignKey("user.id"), index=True)


class Takeover(Versioned, Proposed, Base):
    """An existing ledger (.xlsx) read for a plan as of a day, until it is approved; one a plan.

    `lines` is a list of {"row", "cells", "wrong"}, the last two by column letter; `headings` and `meanings` are by
    column letter too; `matches` maps a row to the task it tells of, 0 where somebody decided that there is none.
    """

    __tablename__ = "takeover"

    id: Mapped[key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), unique=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    as_of_on: Mapped[date]
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    filename: Mapped[name_text]
    headings: Mapped[json_value]
    meanings: Mapped[json_value]
    lines: Mapped[json_value]
    matches: Mapped[json_value]

    plan: Mapped[Plan] = relationship()


class Revision(Versioned, Proposed, Base):
    """A new edition (修订稿) of an issued plan's document, read as a draft and compared with the plan item by item.

    `decisions` maps the key of a difference to "new" or "old".
    """

    __tablename__ = "revision"

    id: Mapped[key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("import_draft.id"), unique=True)
    decisions: Mapped[json_value]

    plan: Mapped[Plan] = relationship()
    draft: Mapped[ImportDraft] = relationship()
