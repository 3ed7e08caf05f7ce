"""An instrument under construction: its texts, the place of everything, and what was wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.surveys.instrument.model import Text
from app.surveys.instrument.problems import Position, Problem, nearest_mark
from app.surveys.instrument.spec import InstrumentSpec


@dataclass(slots=True)
class Draft:
    """What the builders share while they make an instrument from a read file.

    Attributes:
        spec: The read file.
        marks: Positions by path.
        problems: What was wrong.
        texts: Every text by its path.
        sources: Path of every item code.
    """

    spec: InstrumentSpec
    marks: Mapping[str, Position]
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, Text] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def refuse(self, path: str, code: str, **data: str | int) -> None:
        """Note a problem at a path of the file."""
        self.problems.append(Problem(path, *nearest_mark(self.marks, path), code, data))

    def text(self, words: Mapping[str, str] | None, path: str, default: str = "") -> Text:
        """Make a text, source language first; without words the default serves every language."""
        if words is None:
            return Text(dict.fromkeys(self.spec.languages, default))
        text = Text(_in_order(words, self.spec.languages))
        self.texts[path] = text
        return text

    def optional(self, words: Mapping[str, str] | None, path: str) -> Text | None:
        """Make a text that may be absent."""
        return None if words is None else self.text(words, path)


def _in_order(words: Mapping[str, str], languages: list[str]) -> dict[str, str]:
    known = {language: words[language] for language in languages if language in words}
    return known | dict(words)
