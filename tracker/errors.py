"""The words for refusal. Messages are Simplified Chinese sentences for the person who is refused."""

from __future__ import annotations


class Refusal(Exception):
    """An act that will not be done; `message` says what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAllowed(Refusal):
    """The actor may not do this."""


class NotFound(Refusal):
    """There is no such thing within the actor's sight; never says whether it exists elsewhere."""


class Invalid(Refusal):
    """Fields are wrong: `fields` maps a field's name to a sentence; the key "" stands for the whole form."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


class Conflict(Refusal):
    """Somebody else changed it first, or its state has moved on."""


class Repeated(Refusal):
    """The very same form was sent before; its effect stands and is not had again."""

    def __init__(self) -> None:
        super().__init__("这张表单已经提交过，没有重复办理。")


class Unreadable(Refusal):
    """A document that cannot be read; `code` names the cause (scan, encrypted, too-large, ...)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
