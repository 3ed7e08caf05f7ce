"""All signals of one community: from its answers to counts. Pure; worker side: numpy.

Only counts leave: which answer shows what stays here, but for the calls that risk draws
(`weigh_answers`), and those no office ever sees.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from app.surveys.integrity import contents, origins
from app.surveys.integrity import thresholds as limits
from app.surveys.integrity.facts import RATE, Answered, Measured, Surroundings
from app.surveys.integrity.origins import Marks
from app.surveys.integrity.reading import Matrix, Places, read_matrix
from app.surveys.response.models import Channel

_SMALL = 1e-9
_STRONG = ("devices", "pace", "rooms", "duplicates")

Rows = NDArray[np.int64]


def measure(
    answers: Sequence[Answered], around: Surroundings, places: Places
) -> tuple[Measured, ...]:
    """Return every signal that can be computed of a community; the others are left out."""
    matrix = read_matrix([one.vector for one in answers], places)
    found: list[Measured] = []
    for channel in Channel:
        rows = _rows_of(answers, channel)
        if rows.size:
            found += _by_mode(answers, matrix, rows, channel)
    found += _of_all(answers, matrix)
    found += _around(answers, matrix, around)
    return tuple(found)


def weigh_answers(answers: Sequence[Answered], places: Places) -> list[int]:
    """Return how many signs each answer shows: the risk that draws part of the calls.

    A strong sign counts like several weak ones, so that it stands out alone.
    """
    matrix = read_matrix([one.vector for one in answers], places)
    weights = np.zeros(len(answers), dtype=np.int64)
    for channel in Channel:
        rows = _rows_of(answers, channel)
        if rows.size:
            marks = _marks(answers, matrix, rows, channel)
            weights[rows] += _signs(answers, matrix, rows, marks).sum(axis=1)
            for name in _STRONG:
                if name in marks:
                    weights[rows] += limits.JOINT_SIGNS * _numbers(marks[name])
    return [int(weight) for weight in weights]


def _rows_of(answers: Sequence[Answered], channel: Channel) -> Rows:
    return np.array([at for at, one in enumerate(answers) if one.channel is channel], dtype=int)


def _marks(
    answers: Sequence[Answered], matrix: Matrix, rows: Rows, channel: Channel
) -> dict[str, Marks]:
    """Return the signs each answer of one way shows, by signal."""
    own = [answers[row] for row in rows]
    nonsense, could_levels = contents.is_nonsense(matrix)
    incoherent, could_gap = contents.is_incoherent(matrix)
    marks: dict[str, Marks] = {
        "straight": _flags(contents.is_straight(matrix)[rows]),
        "duplicates": _flags(contents.has_twin(matrix, rows)),
        "tolerance": _flags(nonsense[rows], could_levels[rows]),
        "incoherent": _flags(incoherent[rows], could_gap[rows]),
        "contradictions": _flags(matrix.extras[rows]),
        "no_words": [not one.has_comment for one in own],
    }
    if channel is Channel.PHONE:
        items = [int(count) for count in matrix.answered[rows]]
        marks |= {
            "devices": origins.shares_device(own),
            "networks": origins.shares_network(own),
            "pace": origins.is_hasty(own, items),
            "night": origins.is_at_night(own),
            "bursts": origins.is_in_burst(own),
            "rooms": origins.follows_rooms(own),
        }
    return marks


def _by_mode(
    answers: Sequence[Answered], matrix: Matrix, rows: Rows, channel: Channel
) -> Iterator[Measured]:
    marks = _marks(answers, matrix, rows, channel)
    for code, own in marks.items():
        known = [mark for mark in own if mark is not None]
        if known:
            yield Measured(code, channel.value, count=int(sum(known)), base=len(known))
    if channel is Channel.PHONE and rows.size >= limits.KINDS["joint"].least:
        yield _togetherness(_signs(answers, matrix, rows, marks))


def _signs(
    answers: Sequence[Answered], matrix: Matrix, rows: Rows, marks: dict[str, Marks]
) -> NDArray[np.int64]:
    """Return the weak signs on each answer, shape (rows, signs): each alone is nothing."""
    own = [answers[row] for row in rows]
    items = [int(count) for count in matrix.answered[rows]]
    weak: list[Sequence[bool | None]] = [
        _flags(contents.is_agreeable(matrix)[rows]),
        marks["no_words"],
        marks["duplicates"],
        marks["tolerance"],
    ]
    if own[0].channel is Channel.PHONE:
        weak += [
            origins.is_hasty(own, items, per_item=limits.QUICK_PER_ITEM),
            origins.is_in_office_hours(own),
            origins.is_in_crowd(own),
            marks["devices"],
            marks["bursts"],
            marks["rooms"],
        ]
    return np.stack([_numbers(one) for one in weak], axis=1)


def _togetherness(signs: NDArray[np.int64]) -> Measured:
    """Measure how far weak signs come together on the same answers (check 6).

    The sum of the covariances of all pairs of signs: 0 where they are independent, however
    frequent each is in this community; made-up answers show most of them at once. Its error is
    that of independent signs with these shares, sqrt(2 (sum of all pairs v v') / n), v = p(1-p).
    """
    count, away = len(signs), signs - signs.mean(axis=0)
    pairs = away.sum(axis=1) ** 2 - (away**2).sum(axis=1)
    own = (away**2).mean(axis=0)
    error = float(np.sqrt(2 * (own.sum() ** 2 - (own**2).sum()) / count))
    return Measured("joint", base=count, value=float(pairs.mean()), stderr=error + _SMALL)


def _of_all(answers: Sequence[Answered], matrix: Matrix) -> Iterator[Measured]:
    phone = [one for one in answers if one.channel is Channel.PHONE]
    is_paper = np.array([one.channel is Channel.PAPER for one in answers], dtype=np.bool_)
    either = np.array([one.channel is not Channel.VISIT for one in answers], dtype=np.bool_)
    ages = _ages(matrix)
    strata = [f"{one.building}:{age}" for one, age in zip(answers, ages, strict=True)]
    told = Matrix(matrix.codes[either], matrix.points[either], matrix.places)
    made: tuple[Callable[[], Measured | None], ...] = (
        lambda: origins.print_order_kept(phone),
        lambda: origins.pace_alike(phone),
        lambda: contents.spread_of_homes(matrix),
        lambda: contents.building_effect(matrix, [one.building for one in answers]),
        lambda: contents.mode_gap(told, is_paper[either], list(compress(strata, either))),
        lambda: contents.clerk_bias(matrix, [_clerk(one) for one in answers]),
    )
    for make in made:
        one = make()
        if one is not None:
            yield one


def _clerk(one: Answered) -> int | None:
    return one.entered_by if one.channel is Channel.PAPER else None


def _ages(matrix: Matrix) -> list[int]:
    place = matrix.places.age
    if place is None:
        return [0] * len(matrix.codes)
    return [int(age) for age in matrix.points[:, place]]


def _around(
    answers: Sequence[Answered], matrix: Matrix, around: Surroundings
) -> Iterator[Measured]:
    """Measure what surrounds the answers."""
    count = len(answers)
    visits = sum(one.channel is Channel.VISIT for one in answers)
    yield Measured("proxies", count=visits, base=count)
    late = sum(origins.is_late(answers, around.deadline))
    yield Measured("last_hours", count=late, base=count)
    if around.is_delivery_kept:
        for channel in (Channel.PHONE, Channel.PAPER):
            own = [one for one in answers if one.channel is channel]
            without = sum(not one.is_delivered for one in own)
            if own:
                yield Measured("undelivered", channel.value, count=without, base=len(own))
    if around.phones:
        yield Measured("phones", count=around.shared_phones, base=around.phones)
    for code, pair in (
        ("clones", around.clones),
        ("quick_closing", around.closings),
        ("same_closing", around.same_closings),
    ):
        if pair is not None:
            yield Measured(code, count=pair[0], base=pair[1])
    change = contents.change_of_level(matrix, around.level_before)
    for one in (around.one_hand, _exclusion_jump(around), change):
        if one is not None:
            yield one
    level = contents.level_of(matrix)
    if level is not None:
        # No signal: kept so that the next campaign can be compared with this one.
        yield Measured("level", base=count, value=level[0], stderr=level[1])
    # No signal of one community either: see `bunching`.
    in_time = sum(one.received_at <= around.deadline for one in answers)
    yield Measured(RATE, count=in_time, base=around.members - around.excluded)


def _exclusion_jump(around: Surroundings) -> Measured | None:
    """Measure how the share of homes left out moved since the campaign before (check 14)."""
    if around.excluded_before is None or not around.members:
        return None
    share = around.excluded / around.members
    error = (max(share * (1 - share), 0.25 / around.members) / around.members) ** 0.5
    value = share - around.excluded_before
    return Measured("exclusions", base=around.members, value=value, stderr=error)


def _flags(flags: NDArray[np.bool_], could: NDArray[np.bool_] | None = None) -> Marks:
    known = np.ones_like(flags) if could is None else could
    return [bool(flag) if seen else None for flag, seen in zip(flags, known, strict=True)]


def _numbers(marks: Sequence[bool | None]) -> NDArray[np.int64]:
    return np.array([bool(mark) for mark in marks], dtype=np.int64)
