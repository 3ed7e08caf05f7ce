"""What can be wrong with an instrument file, and where: data for messages, no sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

ERROR = "error"
WARNING = "warning"

Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an instrument file.

    Attributes:
        path: Where in the file, e.g. ``areas[2].attributes[0].factor``.
        line: Line in the file, from 1.
        column: Column in the line, from 1.
        code: What is wrong; a key of the messages.
        data: Words and numbers the message needs.
        level: ``error`` forbids publishing, ``warning`` does not.
    """

    path: str
    line: int
    column: int
    code: str
    data: Mapping[str, str | int] = field(default_factory=dict)
    level: str = ERROR


class InstrumentError(Exception):
    """An instrument file cannot be read; carries every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        places = (f"line {p.line}, column {p.column}: {p.path} {p.code}" for p in self.problems)
        super().__init__("\n".join(places))


def path_text(parts: Sequence[str | int]) -> str:
    """Write a path in a file as people read it: ``areas[2].code``."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def nearest_mark(marks: Mapping[str, Position], path: str) -> Position:
    """Return the position of `path`, or of the nearest thing around it that has one."""
    while path not in marks and path:
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""
    return marks.get(path, (1, 1))
