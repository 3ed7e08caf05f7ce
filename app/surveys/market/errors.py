"""What can go wrong with a market survey: facts, no sentences."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class MarketProblem(StrEnum):
    """What is wrong with a cell, a line or a file."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    NO_ROWS = "no_rows"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    DOUBLE_COLUMN = "double_column"
    TOO_MANY_CELLS = "too_many_cells"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_NUMBER = "no_number"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_CODE = "unknown_code"
    UNKNOWN_PROVIDER = "unknown_provider"
    UNKNOWN_PLACE = "unknown_place"
    TOO_MANY = "too_many"
    NO_TIME = "no_time"
    TIMES_REVERSED = "times_reversed"
    IN_FUTURE = "in_future"
    OUTSIDE_DAYS = "outside_days"
    FEW_ANSWERS = "few_answers"
    NO_PHONE = "no_phone"
    REPEATED = "repeated"
    DELIVERED_OTHERWISE = "delivered_otherwise"
    HAS_INTERVIEWS = "has_interviews"
    OTHER_PROVIDER_ASKED = "other_provider_asked"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend.

    Attributes:
        code: What is wrong.
        line: Line of the file; None on a form.
        column: Column of the file, or field of the form.
        word: What stands there.
    """

    code: MarketProblem
    line: int | None = None
    column: str = ""
    word: str = ""


class MarketFileFaultError(ValueError):
    """A file cannot be read at all; carries the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code.value)
        self.fault = fault


class MarketRefusedError(ValueError):
    """Something cannot be stored; nothing was. Carries every fault."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(fault.code.value for fault in faults))
        self.faults = faults


class MissingStep(StrEnum):
    """What a survey lacks before it may be opened, or before it may be frozen."""

    NO_AGENCY = "no_agency"
    OWN_AGENCY = "own_agency"  # the agency is our own company
    NO_ACCOUNT = "no_account"
    NO_SUPERVISOR = "no_supervisor"
    NOT_AN_AGENCY = "not_an_agency"  # an account of our own staff
    NOT_CONFIRMED = "not_confirmed"
    NO_OWN = "no_own"
    NO_RIVAL = "no_rival"
    NO_PLACES = "no_places"
    FEW_PLACES = "few_places"  # of the own company or a rival
    NO_INTERVIEWS = "no_interviews"
    DAYS_PAST = "days_past"  # the last day is over


class MarketNotReadyError(ValueError):
    """A survey may not be opened or frozen yet; carries what is missing."""

    def __init__(self, missing: tuple[MissingStep, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class MarketStateError(ValueError):
    """A survey is in a state in which this cannot be done; carries the state."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class DayPastError(ValueError):
    """The last day of an open survey would lie in the past; carries it."""

    def __init__(self, day: date) -> None:
        super().__init__(day.isoformat())
        self.day = day


class CodeTakenError(ValueError):
    """Another survey has this code; carries it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ProviderInUseError(ValueError):
    """A company that has communities cannot be taken off the list; carries its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CheckDoneError(ValueError):
    """This call was recorded before, or was never drawn; carries the interview."""

    def __init__(self, interview_id: int) -> None:
        super().__init__(str(interview_id))
        self.interview_id = interview_id
