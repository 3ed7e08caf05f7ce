"""What can go wrong with an answer. The errors carry data; pages find the words."""

from datetime import datetime


class ResponseError(Exception):
    """Any refusal of an answer or a draft. Nothing was stored."""


class NotOpenError(ResponseError):
    """The campaign does not take answers yet."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(opens_at)
        self.opens_at = opens_at


class KeyConflictError(ResponseError):
    """The key of this submit was used before, for other answers."""


class BadKeyError(ResponseError):
    """The key of a submit is not 1 to 64 letters, digits, hyphens and underscores."""


class WrongInstrumentError(ResponseError):
    """The answers were given to another questionnaire than the campaign's."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


class DraftTooLargeError(ResponseError):
    """A draft is larger than any honest form."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(size, limit)
        self.size = size
        self.limit = limit
