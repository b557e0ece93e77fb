"""The outbox, what has been told already, and which scheduled occurrences have been done."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.core.terms import AttemptOutcome, Channel, DeliveryStatus, NoticeKind
from tracker.db import Base, UTCDateTime
from tracker.models.columns import Versioned, instant, json_value, key, long_text, name_text, one_of, short_text
from tracker.models.people import User


class Notification(Base):
    """One message to one person through one channel (通知).

    `topic` tells apart several messages of one kind on one day ("task:12"); a digest's topic is empty, so that
    there is one a day.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("user_id", "channel", "day_on", "kind", "topic"),
        Index("ix_notification_status_due_at", "status", "due_at"),
        Index("ix_notification_user_channel_read_at", "user_id", "channel", "read_at", "created_at"),
        Index("ix_notification_user_channel_created_at", "user_id", "channel", "created_at"),
    )

    id: Mapped[key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "channel"))
    day_on: Mapped[date]
    kind: Mapped[NoticeKind] = mapped_column(one_of(NoticeKind, "kind"))
    topic: Mapped[short_text] = mapped_column(default="")
    subject: Mapped[name_text]
    body: Mapped[long_text]
    # Path within the product that the message is about.
    link: Mapped[name_text] = mapped_column(default="")
    status: Mapped[DeliveryStatus] = mapped_column(one_of(DeliveryStatus, "status"))
    due_at: Mapped[instant]
    lease_until_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[name_text] = mapped_column(default="")
    last_error: Mapped[long_text] = mapped_column(default="")
    created_at: Mapped[instant]
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()


class ReminderMark(Base):
    """That a person was told of one rung about one duty; the unique key alone makes a second telling impossible.

    About an instruction (批示) it is the unit's reply that is owed, and stands in the place of the duty. `rung` is the
    rung's working days after the anchor; a rung that was reached together with a higher one `was_skipped`.
    """

    __tablename__ = "reminder_mark"
    __table_args__ = (
        UniqueConstraint("assignment_id", "kind", "anchor_on", "rung", "user_id"),
        UniqueConstraint("reply_id", "kind", "anchor_on", "rung", "user_id"),
        CheckConstraint("(assignment_id IS NULL) <> (reply_id IS NULL)", name="one_subject"),
    )

    id: Mapped[key]
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("instruction_reply.id"))
    kind: Mapped[short_text]
    anchor_on: Mapped[date]
    rung: Mapped[int]
    was_skipped: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"), index=True)
    marked_at: Mapped[instant]


class ScheduleRun(Base):
    """One occurrence of a schedule that has been done; any number of schedulers may try."""

    __tablename__ = "schedule_run"
    __table_args__ = (UniqueConstraint("schedule", "occurrence_on"),)

    id: Mapped[key]
    schedule: Mapped[short_text]
    occurrence_on: Mapped[date]
    done_at: Mapped[instant]
    outcome: Mapped[long_text] = mapped_column(default="")


class PlanLadder(Base):
    """A ladder of reminders as one plan has it; without a row the product's own holds. `rungs`: core.reminding."""

    __tablename__ = "plan_ladder"
    __table_args__ = (UniqueConstraint("plan_id", "owed"),)

    id: Mapped[key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    owed: Mapped[short_text]
    rungs: Mapped[json_value]


class DeliveryAttempt(Base):
    """One attempt to hand a notification over; begun before it is made, so that none is forgotten."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (Index("ix_delivery_attempt_at", "at"),)

    id: Mapped[key]
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"), index=True)
    at: Mapped[instant]
    outcome: Mapped[AttemptOutcome] = mapped_column(one_of(AttemptOutcome, "outcome"))
    detail: Mapped[long_text] = mapped_column(default="")


class ChannelSetting(Versioned, Base):
    """How one channel of a jurisdiction is reached."""

    __tablename__ = "channel_setting"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "channel"),)

    id: Mapped[key]
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"))
    channel: Mapped[Channel] = mapped_column(one_of(Channel, "channel"))
    address: Mapped[long_text] = mapped_column(default="")
    secret: Mapped[long_text] = mapped_column(default="")
    is_on: Mapped[bool] = mapped_column(default=False)
    max_a_minute: Mapped[int] = mapped_column(default=20)


class WorkerLease(Base):
    """Which worker leads, until when, and when it was last heard of."""

    __tablename__ = "worker_lease"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[short_text]
    lease_until_at: Mapped[instant]
    heartbeat_at: Mapped[instant]
