"""What can go wrong with runs, batches and providers."""

from datetime import date, datetime

from app.surveys.distribution.models import RunState


class RunStateError(Exception):
    """The run has moved on, perhaps a moment ago by somebody else; carries its state."""

    def __init__(self, state: RunState) -> None:
        super().__init__(state)
        self.state = state


class CampaignNotOpenError(Exception):
    """Only an opened campaign speaks to owners; carries its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RunExistsError(Exception):
    """A run of the same step and channel for the same homes is not over yet; carries its key."""

    def __init__(self, run_id: int) -> None:
        super().__init__(run_id)
        self.run_id = run_id


class TooLateError(Exception):
    """The planned day lies behind the last one on which this may be said; carries that day."""

    def __init__(self, last_day: date) -> None:
        super().__init__(last_day)
        self.last_day = last_day


class OddCountError(Exception):
    """More pieces than there can be, unless somebody is sure; carries how many are left."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


class BeforeOpeningError(Exception):
    """Nothing was printed on that day yet; carries the first day on which it could be."""

    def __init__(self, first_day: date) -> None:
        super().__init__(first_day)
        self.first_day = first_day


class QuietHoursError(Exception):
    """The planned instant lies in the quiet hours; carries the next one that does not."""

    def __init__(self, next_loud: datetime) -> None:
        super().__init__(next_loud)
        self.next_loud = next_loud


class PastInstantError(Exception):
    """The planned instant has passed; carries it."""

    def __init__(self, instant: datetime) -> None:
        super().__init__(instant)
        self.instant = instant


class NoHomesError(Exception):
    """There is nobody to print for or to send to."""


class AlreadyOptedOutError(Exception):
    """The home asked for no more reminders before; carries its key."""

    def __init__(self, household_id: int) -> None:
        super().__init__(household_id)
        self.household_id = household_id


class SettingsError(ValueError):
    """A line of the settings of distribution cannot be used; carries its name and the problem."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem


class NotSentError(Exception):
    """The message certainly did not leave, for a reason that is not the home's; carries a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code[:64]


class RejectedError(Exception):
    """The provider refused this address; carries its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code[:64]


class UnsureError(Exception):
    """Nobody knows whether the message left: the answer got lost; carries what happened."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code[:64]
