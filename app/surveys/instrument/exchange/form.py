"""A questionnaire as any tool describes it: pages of questions, before it is one of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.surveys.instrument.exchange.losses import NOWHERE, Loss, Place

Words = Mapping[str, str]


class Kind(StrEnum):
    """How a question is answered."""

    ONE = "one"
    MANY = "many"
    TEXT = "text"
    NOTE = "note"  # words without a question


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing to choose; `marks` are columns of our own."""

    code: str
    words: Words
    marks: Mapping[str, str] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        name: What the file calls it.
        kind: How it is answered.
        words: The question by language.
        hint: A line of help by language.
        answers: Name of its list of answers; empty for text.
        condition: Name of a question and the answer it must have.
        at_most: How many may be ticked.
        is_required: It must be answered.
        marks: Columns of our own, without ``x_``.
        place: Its row.
    """

    name: str
    kind: Kind
    words: Words
    hint: Words = field(default_factory=dict)
    answers: str = ""
    condition: tuple[str, str] | None = None
    at_most: int | None = None
    is_required: bool = False
    marks: Mapping[str, str] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(slots=True)
class Page:
    """Questions that stand together."""

    name: str
    words: Words = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    marks: Mapping[str, str] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area, or a detail of one that no question asks, from our own sheet."""

    area: str
    attribute: str
    words: Words
    hint: Words
    marks: Mapping[str, str]
    place: Place


@dataclass(frozen=True, slots=True)
class Around:
    """Something around the questions: a value or a text."""

    value: str
    words: Words
    place: Place


@dataclass(slots=True)
class Form:
    """A whole questionnaire as read from a file of another tool.

    Attributes:
        code: Its name there.
        version: Its version there.
        kind: Our kind of survey, when the file says it.
        languages: The first is the source.
        title: Its title by language.
        pages: In the order they are asked.
        lists: Answers by the name of their list, in order.
        areas: From our own sheet.
        around: From our own sheet, by path.
        losses: What could not be kept while reading.
    """

    code: str
    version: str = ""
    kind: str = ""
    languages: tuple[str, ...] = ()
    title: Words = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    lists: dict[str, tuple[Answer, ...]] = field(default_factory=dict)
    areas: list[AreaLine] = field(default_factory=list)
    around: dict[str, Around] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
