"""Figures of a month of complaints: whole counts, and rates as exact integers. Pure.

A month holds the complaints that came in during it, as they stand when they are counted. A rate is
said only from `LEAST` complaints on; below, the counts stand alone.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime

from app.service.complaints.papers.months import month_text, read_month

LEAST = 10  # complaints, below which no rate is said
MOST_RINGS = 3
MOST_MINUTES = 3
UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, slots=True)
class Fact:
    """What one complaint adds to the figures; names no home.

    Attributes:
        class_code: Its class; None until it was classified.
        sub_code: Its sub-code.
        channel: How it came in.
        kind: Valid, or what sort of talk it is.
        was_converted: It began as a talk and became a valid complaint.
        due_at: The first instant at which an answer is late.
        answered_at: When it was answered in substance, for the first time.
        extensions: How many times its day was moved with the customer's knowledge.
        is_repeat: The same home complained of the same before.
        is_grouped: It belongs to a complaint of many.
        reopened: How many times it was opened again.
        view: What the customer said when called back: satisfied, neutral or dissatisfied.
        is_called_back: Somebody of another unit asked the customer.
        rings: How often the telephone rang.
        minutes: How many minutes it took to be on site, begun ones counted whole.
        is_major: It is a major one.
    """

    class_code: str | None
    sub_code: str | None
    channel: str
    kind: str | None
    was_converted: bool = False
    due_at: datetime | None = None
    answered_at: datetime | None = None
    extensions: int = 0
    is_repeat: bool = False
    is_grouped: bool = False
    reopened: int = 0
    view: str | None = None
    is_called_back: bool = False
    rings: int | None = None
    minutes: int | None = None
    is_major: bool = False


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """The counts of one month in one place.

    Attributes:
        month: Its first day.
        received: Complaints that came in.
        by_class, by_code, by_channel, by_kind: How many of each; what is zero is left out.
        converted: Talks that became valid complaints.
        major: Major ones.
        answered: Answered in substance.
        kept: Answered in time.
        missed: Answered late, or not yet and the time is over.
        running: Not answered, and the time is not over.
        extended: Complaints whose day was moved.
        extensions: How many times altogether.
        repeats: Complaints of a home about the same once more.
        grouped: Complaints that belong to one of many.
        reopened: Complaints that were opened again.
        called_back: Complaints whose customer was asked.
        satisfied, neutral, dissatisfied: What the customers said.
        rings_known, rings_kept: Calls whose rings are known; at most three of them.
        arrivals_known, arrivals_kept: Ways to the site that are known; at most three minutes.
    """

    month: date
    received: int = 0
    by_class: Mapping[str, int] = field(default_factory=dict)
    by_code: Mapping[str, int] = field(default_factory=dict)
    by_channel: Mapping[str, int] = field(default_factory=dict)
    by_kind: Mapping[str, int] = field(default_factory=dict)
    converted: int = 0
    major: int = 0
    answered: int = 0
    kept: int = 0
    missed: int = 0
    running: int = 0
    extended: int = 0
    extensions: int = 0
    repeats: int = 0
    grouped: int = 0
    reopened: int = 0
    called_back: int = 0
    satisfied: int = 0
    neutral: int = 0
    dissatisfied: int = 0
    rings_known: int = 0
    rings_kept: int = 0
    arrivals_known: int = 0
    arrivals_kept: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """A month beside the month before and the same month a year ago."""

    now: MonthFigures
    before: MonthFigures
    year_ago: MonthFigures


def count_month(month: date, facts: Iterable[Fact], *, now: datetime) -> MonthFigures:
    """Return the figures of a month.

    Args:
        month: Its first day.
        facts: Every complaint that came in during it.
        now: The instant at which they are counted: what is due later still runs.
    """
    rows = list(facts)
    views = Counter(row.view for row in rows if row.view)
    in_time = [_in_time(row, now) for row in rows]
    rings = [row.rings for row in rows if row.rings is not None]
    minutes = [row.minutes for row in rows if row.minutes is not None]
    return MonthFigures(
        month=month,
        received=len(rows),
        by_class=_tally(row.class_code or UNCLASSIFIED for row in rows),
        by_code=_tally(row.sub_code for row in rows if row.sub_code),
        by_channel=_tally(row.channel for row in rows),
        by_kind=_tally(row.kind or UNCLASSIFIED for row in rows),
        converted=sum(row.was_converted for row in rows),
        major=sum(row.is_major for row in rows),
        answered=sum(row.answered_at is not None for row in rows),
        kept=in_time.count(True),
        missed=in_time.count(False),
        running=in_time.count(None),
        extended=sum(row.extensions > 0 for row in rows),
        extensions=sum(row.extensions for row in rows),
        repeats=sum(row.is_repeat for row in rows),
        grouped=sum(row.is_grouped for row in rows),
        reopened=sum(row.reopened > 0 for row in rows),
        called_back=sum(row.is_called_back for row in rows),
        satisfied=views["satisfied"],
        neutral=views["neutral"],
        dissatisfied=views["dissatisfied"],
        rings_known=len(rings),
        rings_kept=sum(one <= MOST_RINGS for one in rings),
        arrivals_known=len(minutes),
        arrivals_kept=sum(one <= MOST_MINUTES for one in minutes),
    )


def _in_time(row: Fact, now: datetime) -> bool | None:
    """Say whether a complaint was answered in time; None while that is open."""
    if row.answered_at is not None:
        return row.due_at is None or row.answered_at < row.due_at
    return None if row.due_at is None or now < row.due_at else False


def _tally(words: Iterable[str]) -> dict[str, int]:
    """Return how many of each word, the most first, then by word."""
    counts = Counter(words)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def permille(part: int, whole: int) -> int | None:
    """Return a share in thousandths, half of one rounded up; None of nothing."""
    return None if whole == 0 else (2000 * part + whole) // (2 * whole)


def rate(part: int, whole: int) -> int | None:
    """Return a share in thousandths that may be said: None of fewer than `LEAST`."""
    return permille(part, whole) if whole >= LEAST else None


def decided(figures: MonthFigures) -> int:
    """Return how many complaints are either in time or late."""
    return figures.kept + figures.missed


def heard(figures: MonthFigures) -> int:
    """Return how many customers said what they think of it."""
    return figures.satisfied + figures.neutral + figures.dissatisfied


def pareto(counts: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """Return words with count and running total, the most first; the order is a stable one."""
    total, rows = 0, []
    for word, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        total += count
        rows.append((word, count, total))
    return rows


def to_json(compared: Compared) -> str:
    """Return a month with what it stands beside, as canonical JSON."""
    parts = {name: _plain(getattr(compared, name)) for name in ("now", "before", "year_ago")}
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> Compared:
    """Return what `to_json` wrote; counts that did not exist then are zero."""
    parts = json.loads(text)
    return Compared(*(_read(parts[name]) for name in ("now", "before", "year_ago")))


def digest_of(figures: str, *words: str) -> str:
    """Return the SHA-256 of what a report says, by which a print is known for what was issued."""
    content = json.dumps([figures, *words], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _plain(figures: MonthFigures) -> dict[str, object]:
    return asdict(figures) | {"month": month_text(figures.month)}


def _read(part: dict[str, object]) -> MonthFigures:
    known = {one.name for one in fields(MonthFigures)}
    values = {name: value for name, value in part.items() if name in known}
    month = read_month(str(part["month"]))
    if month is None:
        raise ValueError(part["month"])
    return MonthFigures(**values | {"month": month})  # type: ignore[arg-type]
