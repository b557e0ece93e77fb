"""The coarse brake of one process on guessing; what locks an account is in the database."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

# A whole building may stand behind one address when the day begins.
SIGN_IN = "120 per minute"

limiter = Limiter(get_remote_address, storage_uri="memory://")
