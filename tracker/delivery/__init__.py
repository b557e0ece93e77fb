"""One message out; the only network calls of the product. Time is an argument, records are unknown here."""

from __future__ import annotations

from datetime import timedelta


class DeliveryFailed(Exception):
    """A message was not taken.

    `is_final` tells a refusal of this very message for good from trouble that passes or that somebody can mend;
    `is_shared` says that the trouble is the channel's, so that the next message would meet it too; `wait` is the time
    the other side asked for.
    """

    def __init__(
        self, cause: str, *, is_final: bool = False, is_shared: bool = False, wait: timedelta | None = None
    ) -> None:
        super().__init__(cause)
        self.cause = cause
        self.is_final = is_final
        self.is_shared = is_shared
        self.wait = wait
