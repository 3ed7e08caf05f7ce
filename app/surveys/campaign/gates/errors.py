"""What can go wrong with a decision about a gate. The errors carry data; pages find the words."""

from datetime import date, datetime

from app.surveys.campaign.errors import CampaignError


class GateError(CampaignError):
    """Any refusal of a decision about a gate."""


class NoReasonError(GateError):
    """A decision about a gate needs a reason in words."""


class AlreadyHeldError(GateError):
    """A hold is in place."""

    def __init__(self, held_at: datetime) -> None:
        super().__init__(held_at)
        self.held_at = held_at


class NotHeldError(GateError):
    """No hold is in place."""


class NotExtendedError(GateError):
    """Only a gate below the rate, after the deadline, goes on collecting."""


class HeldByCheckError(GateError):
    """The hold follows from a decision about the answers; only another such decision lifts it."""


class BadDayError(GateError):
    """The day lies before today, or too far ahead."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.day = day


class BadRateError(GateError):
    """A rate is asked for in thousandths from 600 to 1000, and a change is to another one."""

    def __init__(self, permille: int) -> None:
        super().__init__(permille)
        self.permille = permille


class DeadlinePassedError(GateError):
    """The rate stands once the deadline has passed."""

    def __init__(self, deadline: datetime) -> None:
        super().__init__(deadline)
        self.deadline = deadline


class NotFrozenError(GateError):
    """The work after T0 begins when the answers are frozen."""


class NotStartedError(GateError):
    """This work has not begun."""


class OpenCasesError(GateError):
    """Follow-up is finished when every case was followed up or has a date."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count
