"""What can be wrong with a file of an earlier campaign. Carries codes, never sentences."""

from dataclasses import dataclass
from enum import StrEnum


class FileProblem(StrEnum):
    """Why a whole file is refused."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    LOCKED = "locked"
    DAMAGED = "damaged"
    OLD_WORKBOOK = "old_workbook"
    UNDECODABLE = "undecodable"
    QUOTES = "quotes"
    GONE = "gone"
    BUSY = "busy"


class UnreadableFileError(ValueError):
    """The file is none we can read.

    Attributes:
        problem: Why.
        line: Where, when a line can be named.
    """

    def __init__(self, problem: FileProblem, line: int = 0) -> None:
        super().__init__(problem, line)
        self.problem = problem
        self.line = line


@dataclass(frozen=True, slots=True)
class MapProblem:
    """Something a column map says that cannot be done.

    Attributes:
        code: unknown_target, unknown_column, nothing_mapped, bad_scale, too_many_values,
            bad_value, unknown_community, not_yaml, bad_key.
        where: Target, column or line it is about.
        value: What stands there.
    """

    code: str
    where: str = ""
    value: str = ""


class MapError(ValueError):
    """A column map cannot be used; carries every problem."""

    def __init__(self, problems: tuple[MapProblem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems


class WaveRefusedError(ValueError):
    """A wave cannot be entered; carries a code: code_taken, in_future, entered_already, changed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
