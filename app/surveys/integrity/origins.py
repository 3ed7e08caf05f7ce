"""Signals of how answers came about: phones, networks, pace, clock, order. Pure, no numpy.

Each function takes answers that came in one way and returns for each whether it shows the sign,
None where that cannot be known. Honest families share phones and a whole estate may share a
network: what is usual among peers counts for nothing (`score`).
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import log

from app.clock import BEIJING
from app.surveys.integrity import thresholds as limits
from app.surveys.integrity.facts import Answered, Measured

Marks = list[bool | None]
_NUMBERS = re.compile(r"\d+")


def shares_device(answers: Sequence[Answered]) -> Marks:
    """Mark answers from a phone that more homes used than a family and a neighbour (check 1)."""
    homes = Counter(one.device for one in answers if one.device is not None)
    return [
        None if one.device is None else homes[one.device] > limits.HOMES_PER_DEVICE
        for one in answers
    ]


def shares_network(answers: Sequence[Answered]) -> Marks:
    """Mark answers that came with others from one network within minutes (check 1).

    An estate may sit behind one address, so sharing it says nothing; being there at once does.
    """
    by_network: defaultdict[bytes, list[datetime]] = defaultdict(list)
    for one in answers:
        if one.network is not None:
            by_network[one.network].append(one.received_at)
    for times in by_network.values():
        times.sort()
    return [
        None
        if one.network is None
        else _near(by_network[one.network], one.received_at, limits.NETWORK_WINDOW)
        > limits.NETWORK_HOMES
        for one in answers
    ]


def is_in_crowd(answers: Sequence[Answered]) -> list[bool]:
    """Tell which answers came from a network that several homes used: a weak sign only."""
    homes = Counter(one.network for one in answers if one.network is not None)
    buildings = defaultdict(set)
    for one in answers:
        buildings[one.network].add(one.building)
    return [
        one.network is not None
        and homes[one.network] >= limits.CROWD_HOMES
        and len(buildings[one.network]) > 1
        for one in answers
    ]


def is_hasty(
    answers: Sequence[Answered],
    items: Sequence[int],
    *,
    per_item: float = limits.SECONDS_PER_ITEM,
) -> Marks:
    """Mark answers filled in faster than anybody reads (check 2).

    Args:
        answers: The answers.
        items: How many items each says something about.
        per_item: Fewest seconds an item takes.
    """
    return [
        None if one.seconds is None or not count else one.seconds < per_item * count
        for one, count in zip(answers, items, strict=True)
    ]


def is_at_night(answers: Sequence[Answered]) -> Marks:
    """Mark answers sent between 22:00 and 6:00 in Beijing (check 3)."""
    late, early = limits.NIGHT
    hours = [one.received_at.astimezone(BEIJING).hour for one in answers]
    return [hour >= late or hour < early for hour in hours]


def is_in_burst(answers: Sequence[Answered]) -> Marks:
    """Mark answers that came with many others of the community within minutes (check 3)."""
    times = sorted(one.received_at for one in answers)
    return [
        _near(times, one.received_at, limits.BURST_WINDOW) > limits.BURST_HOMES for one in answers
    ]


def follows_rooms(answers: Sequence[Answered]) -> Marks:
    """Mark answers sent next to those of a neighbouring room within minutes (check 3)."""
    rank = _print_order(answers)
    order = sorted(range(len(answers)), key=lambda at: answers[at].received_at)
    marks: Marks = [False] * len(answers)
    for first, second in pairwise(order):
        here, there = answers[first], answers[second]
        is_soon = there.received_at - here.received_at <= limits.ROOM_WINDOW
        is_beside = here.building == there.building and abs(rank[first] - rank[second]) == 1
        if is_soon and is_beside:
            marks[first] = marks[second] = True
    return marks


def print_order_kept(answers: Sequence[Answered]) -> Measured | None:
    """Measure how far answers came in the order their letters were printed (check 4).

    Spearman's correlation of the time with the order of buildings and rooms, forwards or
    backwards; near 0 where letters went to owners, who answer when they like. Its error is
    1/sqrt(n-1).
    """
    count = len(answers)
    if count < limits.KINDS["order"].least:
        return None
    rank = _print_order(answers)
    order = sorted(range(count), key=lambda at: answers[at].received_at)
    squares = sum((place - rank[at]) ** 2 for place, at in enumerate(order))
    value = abs(1 - 6 * squares / (count * (count * count - 1)))
    return Measured("order", base=count, value=value, stderr=(count - 1) ** -0.5)


def pace_alike(answers: Sequence[Answered]) -> Measured | None:
    """Measure how alike the times of filling in are: less spread is more unusual (check 2).

    Minus the logarithm of the ratio of the quartiles; its error is that of a log-normal pace.
    """
    times = sorted(one.seconds for one in answers if one.seconds)
    count = len(times)
    if count < limits.KINDS["equal_pace"].least:
        return None
    low, high = times[count // 4], times[(3 * count) // 4]
    ratio = log(max(high, 1) / max(low, 1))
    return Measured("equal_pace", base=count, value=-ratio, stderr=1.57 * ratio / count**0.5 + 0.01)


def is_in_office_hours(answers: Sequence[Answered]) -> list[bool]:
    """Tell which answers came on working days in working hours: a weak sign only."""
    first, last = limits.OFFICE_HOURS
    local = [one.received_at.astimezone(BEIJING) for one in answers]
    return [one.weekday() < 5 and first <= one.hour < last for one in local]


def is_late(answers: Sequence[Answered], deadline: datetime) -> list[bool]:
    """Tell which answers came in the last two days (check 13)."""
    return [deadline - limits.LAST_HOURS <= one.received_at <= deadline for one in answers]


def _near(times: Sequence[datetime], at: datetime, window: timedelta) -> int:
    """Count the times within half a window around an instant, itself included."""
    return bisect_right(times, at + window / 2) - bisect_left(times, at - window / 2)


def _print_order(answers: Sequence[Answered]) -> list[int]:
    """Return the place of each answer's home among these homes as letters are printed."""
    order = sorted(
        range(len(answers)),
        key=lambda at: _address(answers[at]),
    )
    rank = [0] * len(answers)
    for place, at in enumerate(order):
        rank[at] = place
    return rank


def _address(one: Answered) -> tuple[list[int], str, list[int], str]:
    """Return what sorts homes as people count them: 9 before 10."""
    return _numbers(one.building), one.building, _numbers(one.room), one.room


def _numbers(text: str) -> list[int]:
    return [int(number) for number in _NUMBERS.findall(text)]
