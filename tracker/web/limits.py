"""The coarse brake of one process on guessing; what locks an account is in the database."""

from __future__ import annotations

from flask import current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

# A whole building may stand behind one address when the day begins.
SIGN_IN = "120 per minute"


def sign_in_limit() -> str:
    """Gives how often one address may try to sign in."""
    limit: str = current_app.config.get("SIGN_IN_LIMIT", SIGN_IN)
    return limit


limiter = Limiter(get_remote_address, storage_uri="memory://")
