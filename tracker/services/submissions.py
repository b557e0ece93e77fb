"""Forms that were sent (12.3): the same one sent twice, or ten times at once, has one effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.errors import Conflict, Repeated
from tracker.models import Submission

KEPT_FOR = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came in: its id, who sent it where, and a digest of what it held."""

    id: str
    user_id: int
    endpoint: str
    digest: str


def claim_submission(session: Session, sent: Sent, *, now: datetime) -> None:
    """Takes a form for the act of this transaction; if it fails, the claim goes with it.

    Raises Repeated when it has been taken before, Conflict when something else was sent under its id.
    """
    if (earlier := session.get(Submission, sent.id)) is None:
        session.add(
            Submission(id=sent.id, user_id=sent.user_id, endpoint=sent.endpoint, body_digest=sent.digest, sent_at=now)
        )
        try:
            session.flush()
        except IntegrityError as error:
            # Sent at the same moment by the same click; the other one has been committed meanwhile.
            raise Repeated from error
        return
    if (earlier.user_id, earlier.endpoint, earlier.body_digest) != (sent.user_id, sent.endpoint, sent.digest):
        raise Conflict("这张表单已经提交过，内容与上次不同。如需再办一项，请刷新页面后重新填写，已填内容会保留。")
    raise Repeated


def forget_submissions(session: Session, *, now: datetime) -> int:
    """Removes the forms sent more than 72 hours ago. Gives how many."""
    gone = session.execute(delete(Submission).where(Submission.sent_at < now - KEPT_FOR))
    assert isinstance(gone, CursorResult)  # noqa: S101 - for the type checker alone
    return gone.rowcount
