"""What can go wrong with problems, promises and actions. Errors carry data, never sentences."""

from app.followup.errors import FollowUpError


class UnknownProblemError(FollowUpError):
    """No such problem for this person.

    Attributes:
        key: What was asked for.
    """

    def __init__(self, key: int) -> None:
        super().__init__(key)
        self.key = key


class StepRefusedError(FollowUpError):
    """A problem cannot take this step now, or not by this person.

    Attributes:
        step: The step.
        why: ``state``, ``author`` (the author never approves his own answer), ``role``,
            ``progress`` (nothing was said on progress) or ``changed`` (somebody was quicker).
    """

    def __init__(self, step: str, why: str) -> None:
        super().__init__(step, why)
        self.step = step
        self.why = why


class UnknownCodeError(FollowUpError):
    """The codebook has no such code.

    Attributes:
        code: What was given.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CommentNotFoundError(FollowUpError):
    """No such comment waits to be coded, or its answer was taken out of the count.

    Attributes:
        key: What was asked for.
    """

    def __init__(self, key: int) -> None:
        super().__init__(key)
        self.key = key
