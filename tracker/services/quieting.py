"""What a person has asked for about the times of messages."""

from __future__ import annotations

from tracker.core.quiet import Quiet
from tracker.core.terms import NoticeKind
from tracker.models import User

# These cannot wait for the next working day.
URGENT = frozenset({NoticeKind.SLIP, NoticeKind.INSTRUCTION, NoticeKind.SENT_BACK, NoticeKind.TEST})


def quiet_of(user: User, *, is_urgent: bool) -> Quiet:
    """Gives a person's quiet hours; what is urgent waits for their end, but not for a working day."""
    return Quiet(user.quiet_from, user.quiet_until, user.has_workday_mail_only and not is_urgent)
