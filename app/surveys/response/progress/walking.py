"""Which doors next: the homes worth a walk now, and the order in which one walks them. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.surveys.campaign.contact.outcomes import Outcome

DAY_HOURS = range(9, 18)  # people who need care are at home, working people are not
EVENING_HOURS = range(18, 21)
_NUMBERS = re.compile(r"\d+")

# Assumed chances that a knock wins an answer, before this campaign has taught any better.
_CHANCE = 0.3
_CHANCE_BEGUN = 0.6
_AGAIN = 0.7  # what a further attempt is worth over the one before
_MET_BUILDING = 0.6  # worth of a home in a building that has reached the rate
_TRUST = 20  # homes tried before the campaign's own share counts as much as the assumption
_REACHABLE = frozenset({Outcome.NO_CONTACT, Outcome.NOT_AT_HOME})


class PartOfDay(StrEnum):
    """When somebody walks."""

    DAY = "day"
    EVENING = "evening"


@dataclass(frozen=True, slots=True)
class Door:
    """One silent home.

    Attributes:
        member_id: Key of the frame member.
        household_id: Key of the household.
        building: Its building.
        room: Its unit and door as the register writes them.
        has_lift: The building has a lift.
        is_delivered: The letter is known to have arrived.
        has_begun: Somebody began to answer.
        outcome: What was last heard.
        attempts: How often somebody tried.
        is_tried_today: Somebody tried today.
        care: What the home needs from us.
    """

    member_id: int
    household_id: int
    building: str
    room: str
    has_lift: bool
    is_delivered: bool
    has_begun: bool
    outcome: Outcome
    attempts: int
    is_tried_today: bool
    care: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[int, int, int]:
        """Unit, floor and door as numbers; 0 where the register says nothing."""
        numbers = [int(part) for part in _NUMBERS.findall(self.room)]
        if not numbers:
            return 0, 0, 0
        floor, door = divmod(numbers[-1], 100)
        return (numbers[0] if len(numbers) > 1 else 0), floor, door


@dataclass(frozen=True, slots=True)
class Stop:
    """One building of a walk with its doors in walking order."""

    building: str
    doors: tuple[Door, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """The doors of one walk.

    Attributes:
        stops: Buildings, the most worthwhile first.
        expected: Answers these doors may bring.
        reachable: Silent homes that may be tried now, of all buildings.
        tried_today: Silent homes left out because somebody tried them today.
        unreachable: Silent homes left out because they said no or cannot answer.
        another_time: Homes that need care, left out in the evening.
    """

    stops: tuple[Stop, ...]
    expected: float
    reachable: int
    tried_today: int
    unreachable: int
    another_time: int

    @property
    def doors(self) -> list[Door]:
        """All doors in the order they are walked."""
        return [door for stop in self.stops for door in stop.doors]


def part_of(hour: int) -> PartOfDay:
    """Return the part of the day an hour of Beijing belongs to."""
    return PartOfDay.EVENING if hour in EVENING_HOURS else PartOfDay.DAY


def chance_of(tried: int, won: int) -> float:
    """Return the chance that a knock wins an answer, learnt from the homes tried so far."""
    return (won + _TRUST * _CHANCE) / (tried + _TRUST)


def gain_of(door: Door, chance: float) -> float:
    """Return the chance that this door brings an answer if somebody knocks."""
    first = max(_CHANCE_BEGUN, chance) if door.has_begun else chance
    return min(0.95, first * _AGAIN**door.attempts)


def plan_walk(
    doors: Iterable[Door],
    *,
    below: Mapping[str, bool],
    part: PartOfDay,
    most: int,
    chance: float,
    only: Collection[str] = (),
) -> Walk:
    """Choose the doors of one walk.

    A walk stays in few buildings: they are taken whole, the one with the most to gain first,
    until `most` doors are reached. In daytime homes that need care come first; in the evening
    they are left in peace.

    Args:
        doors: Silent homes.
        below: Whether each building is below the required rate.
        part: When somebody walks.
        most: Doors of the walk at most.
        chance: Chance of a first knock, see `chance_of`.
        only: Buildings to stay in; empty means all.
    """
    silent = list(doors)
    open_doors = [door for door in silent if door.outcome in _REACHABLE]
    fresh = [door for door in open_doors if not door.is_tried_today]
    now = [door for door in fresh if part is PartOfDay.DAY or not door.care]
    groups: dict[str, list[Door]] = {}
    for door in now:
        if not only or door.building in only:
            groups.setdefault(door.building, []).append(door)

    def worth(door: Door) -> float:
        return gain_of(door, chance) * (1 if below.get(door.building, True) else _MET_BUILDING)

    def rank(door: Door) -> tuple[bool, float, tuple[int, int, int]]:
        return not door.care, -worth(door), door.place

    def sum_of(building: str) -> float:
        # A home that needs care is at home now and not this evening: it draws the walk to it.
        worths = sorted((worth(door) + bool(door.care) for door in groups[building]), reverse=True)
        return sum(worths[:most])

    stops: list[Stop] = []
    room = most
    for building in sorted(groups, key=lambda one: (-sum_of(one), one)):
        chosen = sorted(groups[building], key=rank)[:room]
        if chosen:
            stops.append(Stop(building, walking_order(chosen)))
            room -= len(chosen)
    return Walk(
        stops=tuple(stops),
        expected=sum(gain_of(door, chance) for stop in stops for door in stop.doors),
        reachable=len(now),
        tried_today=len(open_doors) - len(fresh),
        unreachable=len(silent) - len(open_doors),
        another_time=len(fresh) - len(now),
    )


def walking_order(doors: Sequence[Door]) -> tuple[Door, ...]:
    """Order the doors of a building as one walks them.

    Homes that need care come first. With a lift one rides up and walks down; without, one walks
    up.
    """

    def key(door: Door) -> tuple[bool, int, int, int]:
        unit, floor, number = door.place
        return not door.care, unit, -floor if door.has_lift else floor, number

    return tuple(sorted(doors, key=key))
