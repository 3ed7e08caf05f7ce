"""What stands beside the numbers in a report: words and counts of the day it was printed.

Nothing here follows from the answers alone: comments, promises, actions, follow-up and checks are
read from the registers on that day, put into words, and kept inside the printed file.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Theme:
    """What several households wrote about.

    Attributes:
        name, area: What it is about.
        households: How many homes, in words: fewer than five are not told apart.
        is_concentrated: So many that a public answer is owed.
        answer: State of that answer, in words; empty where none is owed.
    """

    name: str
    area: str
    households: str
    is_concentrated: bool
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A comment head office has released, reworded where it had to be."""

    theme: str
    text: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised after the survey before: done, and noticed?

    Attributes:
        text: The promise.
        state: Whether it is done and since when, in words.
        area: Area it should move; empty when none is named.
        noticed: How many noticed it, in words.
        judgement: What follows, in words.
    """

    text: str
    state: str
    area: str = ""
    noticed: str = ""
    judgement: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """What is going to be done: problem, root gap, measure, who, until when, how it is proved.

    Attributes:
        title: The measure in the words owners read, without its kind.
    """

    problem: str
    gap: str
    measure: str
    responsible: str
    due: str
    proof: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A fact of the day: what, how much, and a remark; all in words."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rival:
    """Another company owners compare with: name, its index and ours, in words."""

    name: str
    theirs: str
    ours: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Extras:
    """Everything of the day of printing, for one community, in the language of the report.

    Attributes:
        as_of: That day; None where nothing was collected.
        delivered: Homes an invitation reached, None where it is not recorded.
        themes, quotes: What owners wrote.
        promises: What was promised before.
        actions: What is planned now.
        follow_up: Coverage of cases, visits and public answers.
        integrity: Checks against cheating.
        quality: Quality of the data.
        value: What the customers of this community are worth: homes, floor space, fees.
        facts: Operational records beside what owners perceive.
        rivals: Competitors, where a market study names them.
    """

    as_of: date | None = None
    delivered: int | None = None
    themes: tuple[Theme, ...] = ()
    quotes: tuple[Quote, ...] = ()
    promises: tuple[Promise, ...] = ()
    actions: tuple[Action, ...] = ()
    follow_up: tuple[Line, ...] = ()
    integrity: tuple[Line, ...] = ()
    quality: tuple[Line, ...] = ()
    value: tuple[Line, ...] = ()
    facts: tuple[Line, ...] = ()
    rivals: tuple[Rival, ...] = ()
