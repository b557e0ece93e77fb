"""One message out; the only network calls of the product. Time is an argument, records are unknown here."""

from __future__ import annotations


class DeliveryFailed(Exception):
    """A message was not taken; `is_final` tells a refusal for good from trouble that passes."""

    def __init__(self, cause: str, *, is_final: bool) -> None:
        super().__init__(cause)
        self.cause = cause
        self.is_final = is_final
