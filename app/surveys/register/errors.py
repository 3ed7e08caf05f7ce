"""What can be wrong with a register file. Carries data; the sentences are in wording.py."""

from dataclasses import dataclass
from enum import StrEnum


class ProblemCode(StrEnum):
    """Kinds of problems of a register file."""

    NOT_CSV = "not_csv"
    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    UNDECODABLE = "undecodable"
    BROKEN_QUOTES = "broken_quotes"
    TOO_MANY_CELLS = "too_many_cells"
    MISSING_COLUMN = "missing_column"
    DOUBLE_COLUMN = "double_column"
    EMPTY_CELL = "empty_cell"
    TOO_LONG = "too_long"
    DUPLICATE_HOME = "duplicate_home"
    CONTRADICTION = "contradiction"
    BAD_REASON = "bad_reason"
    BAD_LIFT = "bad_lift"
    BAD_PHONE = "bad_phone"
    BAD_DATE = "bad_date"
    LOCKED_SHEET = "locked_sheet"
    DAMAGED_SHEET = "damaged_sheet"
    BUSY = "busy"
    MERGED_HOME = "merged_home"
    NAME_TAKEN = "name_taken"
    NO_LINES = "no_lines"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a file from being imported.

    Attributes:
        code: What is wrong.
        line: Line of the file, counted from 1; None when it is about the whole file.
        column: Header of the column as the file writes it.
        value: The cell, where it is no personal data.
        other_line: The line this one collides with.
    """

    code: ProblemCode
    line: int | None = None
    column: str = ""
    value: str = ""
    other_line: int | None = None


class UnreadableTableError(ValueError):
    """The file cannot be read as a table; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class ImportRefusedError(ValueError):
    """The plan has problems, so nothing was written; carries them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(len(problems))
        self.problems = problems


class RegisterChangedError(Exception):
    """The register is no longer what the report was made from; nothing was written."""
