"""Collects what the checks find in a loaded instrument, with its place in the file."""

from dataclasses import dataclass, field

from app.surveys.instrument.load import LoadedInstrument
from app.surveys.instrument.model import Instrument, Item
from app.surveys.instrument.problems import ERROR, WARNING, Problem, nearest_mark

PERCEPTION = "customer-perception"
EXTERNAL = "external"
CALL_BACK = "call-back"


@dataclass(slots=True)
class Findings:
    """The problems found so far in one instrument."""

    loaded: LoadedInstrument
    problems: list[Problem] = field(default_factory=list)

    @property
    def instrument(self) -> Instrument:
        """The instrument under check."""
        return self.loaded.instrument

    @property
    def is_external(self) -> bool:
        """Say whether the data were collected by others, so that wording is not ours."""
        return self.instrument.kind == EXTERNAL

    @property
    def is_call_back(self) -> bool:
        """Say whether a few questions about one thing are asked back, without any importance."""
        return self.instrument.kind == CALL_BACK

    def error(self, path: str, code: str, **data: str | int) -> None:
        """Note something that forbids publishing."""
        self._add(path, code, data, ERROR)

    def warn(self, path: str, code: str, **data: str | int) -> None:
        """Note something that deserves a second look."""
        self._add(path, code, data, WARNING)

    def _add(self, path: str, code: str, data: dict[str, str | int], level: str) -> None:
        line, column = nearest_mark(self.loaded.marks, path)
        problem = Problem(path, line, column, code, data, level)
        if problem not in self.problems:
            self.problems.append(problem)

    def source(self, item: Item) -> str:
        """Return the path of the entry that makes an item."""
        return self.loaded.sources[item.code]

    def section_path(self, section_id: str) -> str:
        """Return the path of a section."""
        ids = [section.id for section in self.instrument.sections]
        return f"sections[{ids.index(section_id)}]"
