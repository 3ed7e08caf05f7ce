"""What stands in the way of a campaign's dates: found by rule, seen by a person with a reason.

Pure: the facts are handed in. A clash has a key that stays the same as long as its facts do, so
that one seen once is not shown as new, and one that changed is.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from app.surveys.campaign.planning.models import EventKind
from app.surveys.campaign.planning.workdays import Calendar, holidays_between, is_working_day

FOLLOW_UP_DAYS = 14  # after the deadline people are visited and called
NEW_MONTHS_DAYS = 183  # a community handed over later is still settling in
EVENT_DAYS = 60  # a fee raised two months before is still talked about
_SPRING_FESTIVAL = "春节"
_FESTIVAL_DAYS = 14  # before and after it people are away from home


class ClashKind(StrEnum):
    """Why a day or a community is a bad one to ask."""

    UNKNOWN_YEAR = "unknown_year"
    DAY_OFF = "day_off"  # the first day is no working day
    HOLIDAY = "holiday"
    SPRING_FESTIVAL = "spring_festival"
    GAOKAO = "gaokao"
    HANDOVER = "handover"
    FEE_CHANGE = "fee_change"
    INCIDENT = "incident"
    WORKS = "works"
    OTHER_CAMPAIGN = "other_campaign"
    NO_PHONE = "no_phone"


@dataclass(frozen=True, slots=True)
class Clash:
    """One thing to look at before the plan is approved.

    Attributes:
        key: Names it in `clash_note`; the same as long as nothing about it changes.
        kind: Why it is one.
        first: First day of what is in the way, if it has days.
        last: Last day.
        names: What or whom it is about: a holiday, communities, another campaign.
    """

    key: str
    kind: ClashKind
    first: date | None = None
    last: date | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """An event around the campaign, as the check needs it."""

    id: int
    kind: EventKind
    first: date
    last: date
    name: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the check looks at.

    Attributes:
        opens_on: First day of collection.
        closes_on: Last day of collection.
        calendar: Holidays.
        new: Communities handed over lately: id, name, day.
        events: Events around the campaign.
        others: Other campaigns in the same days: code, first and last day.
        silent: Communities whose office has no telephone: id and name.
    """

    opens_on: date
    closes_on: date
    calendar: Calendar = field(default_factory=Calendar)
    new: tuple[tuple[int, str, date], ...] = ()
    events: tuple[Around, ...] = ()
    others: tuple[tuple[str, date, date], ...] = ()
    silent: tuple[tuple[int, str], ...] = ()

    @property
    def busy_until(self) -> date:
        """The last day on which people are called and visited."""
        return self.closes_on + timedelta(days=FOLLOW_UP_DAYS)


def find_clashes(facts: Facts) -> list[Clash]:
    """Return everything in the way of a campaign, by kind and day."""
    return [*_of_calendar(facts), *_of_communities(facts), *_of_events(facts), *_of_others(facts)]


def _of_calendar(facts: Facts) -> Iterator[Clash]:
    for year in range(facts.opens_on.year, facts.busy_until.year + 1):
        if not facts.calendar.knows(year):
            yield Clash(
                f"unknown_year:{year}", ClashKind.UNKNOWN_YEAR, date(year, 1, 1), date(year, 12, 31)
            )
    if not is_working_day(facts.opens_on, facts.calendar):
        yield Clash(f"day_off:{facts.opens_on}", ClashKind.DAY_OFF, facts.opens_on, facts.opens_on)
    near = timedelta(days=_FESTIVAL_DAYS)
    for span in holidays_between(facts.opens_on - near, facts.busy_until + near, facts.calendar):
        is_festival = _SPRING_FESTIVAL in span.name
        touches = span.first <= facts.busy_until and span.last >= facts.opens_on
        if is_festival or touches:
            kind = ClashKind.SPRING_FESTIVAL if is_festival else ClashKind.HOLIDAY
            key = f"{kind}:{span.first}:{span.last}"
            yield Clash(key, kind, span.first, span.last, (span.name,))
    for year in range(facts.opens_on.year, facts.closes_on.year + 1):
        first, last = date(year, 6, 7), date(year, 6, 10)
        if first <= facts.closes_on and last >= facts.opens_on:
            yield Clash(f"gaokao:{year}", ClashKind.GAOKAO, first, last)


def _of_communities(facts: Facts) -> Iterator[Clash]:
    since = facts.opens_on - timedelta(days=NEW_MONTHS_DAYS)
    for community_id, name, day in facts.new:
        if day > since:
            yield Clash(f"handover:{community_id}:{day}", ClashKind.HANDOVER, day, day, (name,))
    if facts.silent:
        listed = _digest(community_id for community_id, _ in facts.silent)
        names = tuple(name for _, name in facts.silent)
        yield Clash(f"no_phone:{listed}", ClashKind.NO_PHONE, names=names)


def _of_events(facts: Facts) -> Iterator[Clash]:
    since = facts.opens_on - timedelta(days=EVENT_DAYS)
    kinds = {
        EventKind.HANDOVER: ClashKind.HANDOVER,
        EventKind.FEE_CHANGE: ClashKind.FEE_CHANGE,
        EventKind.INCIDENT: ClashKind.INCIDENT,
        EventKind.HOLIDAY: ClashKind.HOLIDAY,
        EventKind.WORKS: ClashKind.WORKS,
    }
    for event in facts.events:
        if event.first <= facts.closes_on and event.last >= since:
            key = f"event:{event.id}:{event.first}:{event.last}"
            yield Clash(key, kinds[event.kind], event.first, event.last, (event.name,))


def _of_others(facts: Facts) -> Iterator[Clash]:
    for code, first, last in facts.others:
        key = f"campaign:{code}:{first}:{last}"
        yield Clash(key, ClashKind.OTHER_CAMPAIGN, first, last, (code,))


def _digest(numbers: Iterable[int]) -> str:
    text = ",".join(str(number) for number in sorted(numbers))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
