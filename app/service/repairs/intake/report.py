"""What the reading of a file of orders found: each line and field that was refused. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MOST_PROBLEMS = 20_000
_MOST_WORDS = 200


class LineProblem(StrEnum):
    """What is wrong with a cell of a line."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    BAD_STATE = "bad_state"
    BAD_TIME = "bad_time"
    IN_FUTURE = "in_future"
    BEFORE_ISSUE = "before_issue"
    NO_DONE_TIME = "no_done_time"
    BAD_FEE = "bad_fee"
    BAD_YES_NO = "bad_yes_no"
    UNREADABLE = "unreadable"  # the file breaks here; what follows was not read
    MISSING_COLUMN = "missing_column"
    DOUBLE_COLUMN = "double_column"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One cell that could not be taken.

    Attributes:
        problem: What is wrong.
        line: Line of the file.
        column: Its heading, as the file writes it.
        value: The cell, where it holds nothing of a person.
        is_whole: The whole line was left out; else only this field.
    """

    problem: LineProblem
    line: int
    column: str = ""
    value: str = ""
    is_whole: bool = True


@dataclass(slots=True)
class FileReport:
    """What the reading of a file found.

    Attributes:
        encoding: How it was read.
        columns: Field to heading.
        ignored: Headings nobody asked for.
        troubles: Cells that were refused, the first thousands.
        trouble_count: How many there are.
        refused_lines: How many lines were left out.
        unknown_things: Words for things nobody knows, with counts; they stand as "other".
        broken: Word of the register's problem when the file as a whole, or its rest, is none.
    """

    encoding: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    trouble_count: int = 0
    refused_lines: int = 0
    unknown_things: Counter[str] = field(default_factory=Counter)
    broken: str = ""

    def add(self, trouble: Trouble) -> None:
        """Count a trouble, and keep it while there are not too many to read."""
        self.trouble_count += 1
        if len(self.troubles) < MOST_PROBLEMS:
            self.troubles.append(trouble)

    def count_thing(self, word: str) -> None:
        """Count a word for a thing nobody knows."""
        if word in self.unknown_things or len(self.unknown_things) < _MOST_WORDS:
            self.unknown_things[word[:40]] += 1

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "encoding": self.encoding,
            "columns": self.columns,
            "ignored": self.ignored,
            "troubles": [
                [one.problem.value, one.line, one.column, one.value, one.is_whole]
                for one in self.troubles
            ],
            "trouble_count": self.trouble_count,
            "refused_lines": self.refused_lines,
            "unknown_things": dict(self.unknown_things),
            "broken": self.broken,
        }


def report_of(found: dict[str, Any]) -> FileReport:
    """Return a report from plain data."""
    return FileReport(
        encoding=found["encoding"],
        columns=found["columns"],
        ignored=found["ignored"],
        troubles=[
            Trouble(LineProblem(problem), line, column, value, is_whole=is_whole)
            for problem, line, column, value, is_whole in found["troubles"]
        ],
        trouble_count=found["trouble_count"],
        refused_lines=found["refused_lines"],
        unknown_things=Counter(found["unknown_things"]),
        broken=found["broken"],
    )
