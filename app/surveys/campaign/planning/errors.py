"""What a plan refuses. The errors carry data; pages find the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.surveys.campaign.errors import CampaignError


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing an approval waits for, with the number of things it is about."""

    code: str
    count: int = 1


class PlanNotReadyError(CampaignError):
    """The plan cannot be approved; carries everything that is missing."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__(*(one.code for one in missing))
        self.missing = tuple(missing)


class ReasonNeededError(CampaignError):
    """Somebody acts in place of another, or skips a step, without saying why."""


class NotReviewedError(CampaignError):
    """The results were not reviewed yet, so that the campaign cannot be closed."""


class OpenGatesError(CampaignError):
    """So many communities have no result yet, so that the campaign cannot be closed."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class FixedTaskError(CampaignError):
    """The day of a task cannot be set by hand: it follows T0, or the campaign's own dates.

    Attributes:
        after_t0: Whether it is T0 it follows.
    """

    def __init__(self, *, after_t0: bool) -> None:
        super().__init__(after_t0)
        self.after_t0 = after_t0


class UndatedTaskError(CampaignError):
    """A task that has a day is to have none."""


class EarlyTickError(CampaignError):
    """A task of after T0 is said to be done before T0."""


class ReservedCodeError(CampaignError):
    """A campaign code belongs to pilots or to our addresses."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadEvidenceError(CampaignError):
    """A talk or a change of an item is not described; carries the field."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class TalkInUseError(CampaignError):
    """Notes on items name this talk; carries how many."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class FutureTalkError(CampaignError):
    """A talk is said to have been held on a day still to come."""

    def __init__(self, held_on: date) -> None:
        super().__init__(held_on)
        self.held_on = held_on


class PilotExistsError(CampaignError):
    """The campaign has a pilot already."""


class BadPilotError(CampaignError):
    """A pilot is asked in one or two communities, with homes in them."""


class NoTemplateError(CampaignError):
    """No questionnaire is published that a campaign could be prepared with."""
