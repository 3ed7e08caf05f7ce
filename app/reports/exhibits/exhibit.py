"""What an exhibit is, and what the functions that make one are given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.analysis.results.study import StudyResult
from app.reports.charts import Chart
from app.reports.exhibits.codes import CodeNames
from app.reports.exhibits.table import Table
from app.reports.wording import Names


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened around a campaign and may explain a change."""

    starts_on: date
    ends_on: date
    words: str


@dataclass(frozen=True, slots=True)
class Source:
    """One stored result and the words for its codes.

    Attributes:
        result: The numbers.
        names: Names of areas and attributes in the language of the moment.
        codes: Names of everything else.
        returned, base: Homes that answered, and homes asked, where the figures rest on them.
        left_out: Homes of communities that are not in the figures, of a result of many.
        by: What the address asks to see: a variable of the segments, a system of roll-ups.
        closed: Campaign code to the last day of its survey, for the axis of the trend.
        events: What happened around these campaigns, the earliest first.
    """

    result: StudyResult
    names: Names
    codes: CodeNames
    returned: int
    base: int
    by: str = ""
    closed: Mapping[str, date] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A chart and the table of the same numbers.

    Attributes:
        name: In addresses and names of files.
        number: Number of the figure.
        title: What it shows; where it can be said, the finding.
        sub: How to read the marks.
        note: What it rests on: answers, base, intervals.
        anchor: Its explanation on the method page.
        table: The numbers.
        draw: Draws the chart for a width in pixels; None where only the table makes sense.
    """

    name: str
    number: str
    title: str
    sub: str
    note: str
    anchor: str
    table: Table
    draw: Callable[[float], Chart] | None = None


Builder = Callable[[Source], Exhibit | None]


def sentences(*parts: str) -> str:
    """Return sentences one after the other; Chinese ones follow each other without a blank."""
    said = [part for part in parts if part]
    return "".join(one if one.endswith("。") else f"{one} " for one in said).strip()
