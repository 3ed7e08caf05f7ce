"""What can go wrong with a void. The errors carry data; pages find the words."""

from datetime import datetime

from app.surveys.response.errors import ResponseError


class NoNoteError(ResponseError):
    """A void needs words beside its code: what was found, and how."""


class AlreadyVoidedError(ResponseError):
    """The answer was voided before."""

    def __init__(self, voided_at: datetime) -> None:
        super().__init__(voided_at)
        self.voided_at = voided_at
