"""What can go wrong with the papers of complaints. Errors carry data, never sentences."""

from collections.abc import Sequence

from app.service.complaints.papers.traces import Trace


class PaperError(RuntimeError):
    """Base of everything that can go wrong with a paper."""


class PaperNotFoundError(PaperError):
    """No such paper for this person: it does not exist, or may not be known to exist.

    Attributes:
        key: What was asked for.
    """

    def __init__(self, key: int) -> None:
        super().__init__(key)
        self.key = key


class TracesError(PaperError):
    """A text could tell who or which home it is about.

    Attributes:
        traces: The spots.
    """

    def __init__(self, traces: Sequence[Trace]) -> None:
        super().__init__(len(traces))
        self.traces = tuple(traces)


class PaperClosedError(PaperError):
    """The paper can no longer be changed in this way.

    Attributes:
        reason: ``signed``, ``verified``, ``published``, ``withdrawn``, ``released``, ``done``,
            ``unsigned``, ``too_early``, ``unchanged`` or ``exists``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WrongPersonError(PaperError):
    """Somebody else has to do this.

    Attributes:
        reason: ``own_work``, ``own_unit`` or ``role``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
