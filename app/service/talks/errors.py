"""What can go wrong with talks, forum words, activities and reports. They carry data."""

from app.followup.errors import FollowUpError


class TalksError(FollowUpError):
    """Base of everything that can go wrong here."""


class NotFoundError(TalksError):
    """No such row for this person.

    Attributes:
        kind: Name of the table.
        key: What was asked for.
    """

    def __init__(self, kind: str, key: int) -> None:
        super().__init__(kind, key)
        self.kind = kind
        self.key = key


class StepError(TalksError):
    """The row does not stand where this step begins: somebody was quicker, or it is too early.

    Attributes:
        kind: Name of the table.
        state: Where it stands.
    """

    def __init__(self, kind: str, state: str) -> None:
        super().__init__(kind, state)
        self.kind = kind
        self.state = state


class LinesError(TalksError):
    """A pasted text or file of opinions cannot be read; nothing was stored.

    Attributes:
        line: The line, 0 for the whole file.
        problem: ``unreadable``, ``no_text``, ``too_many``, ``too_long``, ``day``, ``in_future``.
    """

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(line, problem)
        self.line = line
        self.problem = problem
