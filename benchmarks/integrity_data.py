"""A simulated company whose made-up answers are known: honest variety first, then three frauds.

Honest owners tick one point all the way down (2 to 14 % of a community), share a phone with family
or a neighbour, sit behind one address with the whole estate, are helped by interviewers, and live
in better and worse communities. Fraud replaces a share of the returns:

bulk       staff fill in many homes on a few phones, in the order of the rooms
copies     one clerk keys in copies of a few paper forms with small changes
agreeable  kind, plausible answers, each from a phone of its own, at the office
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from app.surveys.instrument.model import Instrument, Item, ItemKind, ItemRole
from app.surveys.integrity.facts import Answered, Surroundings
from app.surveys.response.models import Channel, Entrance

BULK, COPIES, AGREEABLE = "bulk", "copies", "agreeable"
FRAUDS = (BULK, COPIES, AGREEABLE)
OPENS = datetime(2026, 11, 1, 16, tzinfo=UTC)  # midnight in Beijing
DAYS = 20
DEADLINE = OPENS + timedelta(days=DAYS)

_AREAS = (72, 68, 71, 70, 56, 64, 50, 54, 62)  # what owners feel, 0-100, in the order of the areas
_HALO, _NOISE, _MOOD, _BUILDING = 12.0, 18.0, 5.0, 4.0
_CITY_NETWORKS = 400  # addresses of a provider's gateways
_BLOCKS = 3
_NA = 51
_MOST_NA = 0.06
_SECOND_HOMES = 0.015


@dataclass(frozen=True, slots=True)
class Community:
    """One simulated community.

    Attributes:
        answers: Its counted answers.
        around: What is known besides.
        is_made_up: Which answers are made up.
        fraud: Its kind of fraud; empty for an honest one.
    """

    answers: list[Answered]
    around: Surroundings
    is_made_up: list[bool]
    fraud: str


@dataclass(frozen=True, slots=True, eq=False)
class _Form:
    """Where the questionnaire keeps things, as arrays over the stored items."""

    items: tuple[Item, ...]
    points: NDArray[np.int64]
    area: NDArray[np.int64]  # which area an item is about, -1 for none
    block: NDArray[np.int64]  # the block it is asked in, -1 for everybody

    @property
    def is_rated(self) -> NDArray[np.bool_]:
        return self.points > 1

    def role(self, *roles: ItemRole) -> NDArray[np.bool_]:
        return np.array([item.role in roles for item in self.items])

    @property
    def is_area(self) -> NDArray[np.bool_]:
        plain = np.array([item.attribute is None for item in self.items])
        return self.role(ItemRole.PERFORMANCE) & plain


def read_form(instrument: Instrument) -> _Form:
    """Return what the simulation needs of a questionnaire."""
    items = tuple(item for item in instrument.items if item.in_vector)
    names = [area.code for area in instrument.areas]
    area = np.array([names.index(item.area) if item.area else -1 for item in items])
    points = [
        len(instrument.scales[str(item.scale)].points)
        if item.kind is ItemKind.RATE
        else len(item.options)
        if item.kind is ItemKind.CHOICE
        else 1
        for item in items
    ]
    places = np.arange(len(items))
    block = np.where(area >= 0, area % _BLOCKS, places % _BLOCKS)
    in_block = np.array([item.in_block for item in items])
    return _Form(items, np.array(points), area, np.where(in_block, block, -1))


def make_company(
    seed: int,
    instrument: Instrument,
    *,
    communities: int = 200,
    crooked: int = 20,
    share: float = 0.25,
) -> list[Community]:
    """Return a company; the first `crooked` communities have made-up answers, kinds in turn."""
    form = read_form(instrument)
    streams = np.random.SeedSequence(seed).spawn(communities)
    return [
        _community(
            np.random.default_rng(stream),
            form,
            number,
            fraud=FRAUDS[number % len(FRAUDS)] if number < crooked else "",
            share=share,
        )
        for number, stream in enumerate(streams)
    ]


def _community(
    rng: np.random.Generator, form: _Form, number: int, *, fraud: str, share: float
) -> Community:
    count = int(rng.integers(150, 401))
    homes = _homes(count, rng)
    vectors, mood = _honest(rng, form, [home[0] for home in homes])
    answers = _collected(rng, number, vectors, homes, mood)
    made_up = [False] * count
    if fraud:
        chosen = _chosen(rng, answers, fraud, round(share * count))
        for at, one in zip(chosen, _false(rng, form, answers, chosen, fraud, number), strict=True):
            answers[at], made_up[at] = one, True
    members = round(count / 0.64)
    around = Surroundings(
        members=members,
        excluded=int(rng.binomial(members, 0.04)),
        excluded_before=float(np.clip(rng.normal(0.04, 0.01), 0, 1)),
        deadline=DEADLINE,
        phones=members,
        shared_phones=int(rng.binomial(members, 0.01)),
        is_delivery_kept=bool(rng.random() < 0.8),
        level_before=None,
    )
    return Community(answers, around, made_up, fraud)


def _homes(count: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Return buildings and rooms of the homes that answered: some of each building's."""
    size = int(rng.integers(60, 130))
    homes = [
        (f"{1 + at // size}栋", f"1-{(at % size) // 4 + 1}{(at % size) % 4 + 1:02}")
        for at in range(round(count / 0.64))
    ]
    return [homes[at] for at in sorted(rng.choice(len(homes), count, replace=False))]


def _honest(
    rng: np.random.Generator, form: _Form, buildings: list[str]
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Draw honest answers and moods: community, building and household effects, then noise."""
    count = len(buildings)
    names = sorted(set(buildings))
    effect = dict(zip(names, rng.normal(0, _BUILDING, len(names)), strict=True))
    level = rng.normal(0, _MOOD) + np.array([effect[name] for name in buildings])
    mood = level + rng.normal(0, _HALO, count)
    vectors = _draw(rng, form, mood, rng.uniform(0.02, 0.14))
    twice = np.flatnonzero(rng.random(count) < _SECOND_HOMES)
    vectors[twice] = vectors[rng.integers(0, count, twice.size)]  # one owner of two homes
    return vectors, mood


def _draw(
    rng: np.random.Generator,
    form: _Form,
    mood: NDArray[np.float64],
    straight: float,
    *,
    noise: float = _NOISE,
    contradictions: float = 0.01,
) -> NDArray[np.uint8]:
    """Draw the vectors of homes with these moods; `straight` of them tick one point."""
    count, width = mood.size, len(form.items)
    base = np.array(_AREAS, dtype=float)[np.maximum(form.area, 0)]
    base = np.where(form.area < 0, np.mean(_AREAS), base)
    latent = base + mood[:, None] + rng.normal(0, noise, (count, width))
    strict = rng.normal(0, 8, (count, 1))
    for roles, centre in (
        ((ItemRole.ADEQUATE,), 56),
        ((ItemRole.DESIRED,), 84),
        ((ItemRole.IMPORTANCE,), 80),
    ):
        columns = form.role(*roles)
        drawn = centre + strict + rng.normal(0, 9, (count, int(columns.sum())))
        latent[:, columns] = drawn
    codes = 1 + np.clip(latent / 100, 0, 0.999) * form.points
    values = codes.astype(np.uint8)
    blanks = (rng.random((count, width)) < _MOST_NA * rng.random((count, 1))) & form.is_rated
    values = np.where(blanks & ~form.role(ItemRole.OVERALL), _NA, values).astype(np.uint8)
    values = _one_point(rng, form, values, mood, straight)
    values = _picks(rng, form, values)
    asked = (form.block < 0) | (form.block == rng.integers(0, _BLOCKS, (count, 1)))
    values = np.where(asked, values, 0).astype(np.uint8)
    strange = np.flatnonzero(rng.random(count) < contradictions)
    shown = np.flatnonzero([item.show_if is not None for item in form.items])
    values[strange, rng.choice(shown, strange.size)] = 128 + 5
    return values


def _one_point(
    rng: np.random.Generator,
    form: _Form,
    values: NDArray[np.uint8],
    mood: NDArray[np.float64],
    share: float,
) -> NDArray[np.uint8]:
    """Let the happier of the homes tick one point all the way down."""
    chance = np.exp(mood / 12)
    who = np.flatnonzero(rng.random(mood.size) < np.clip(share * chance / chance.mean(), 0, 0.9))
    same = rng.choice((4, 5), who.size, p=(0.25, 0.75))
    rated = np.flatnonzero(form.role(ItemRole.PERFORMANCE, ItemRole.RELATIONSHIP))
    values[np.ix_(who, rated)] = same[:, None]
    (overall,) = np.flatnonzero(form.role(ItemRole.OVERALL))
    values[who, overall] = np.where(same == 5, rng.integers(9, 11, who.size), 8)
    return values


def _picks(rng: np.random.Generator, form: _Form, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Tick three areas that matter and some experience."""
    priority = np.flatnonzero(form.role(ItemRole.PRIORITY))
    order = rng.random((len(values), priority.size)).argsort(axis=1)
    values[:, priority] = np.where(order < 3, 1, 2)
    experience = form.role(ItemRole.EXPERIENCE)
    values[:, experience] = rng.choice((1, 2), (len(values), int(experience.sum())), p=(0.3, 0.7))
    return values


def _collected(
    rng: np.random.Generator,
    number: int,
    vectors: NDArray[np.uint8],
    homes: list[tuple[str, str]],
    mood: NDArray[np.float64],
) -> list[Answered]:
    """Say how honest answers came in: the happy are quicker and write less."""
    count = len(homes)
    happy = np.clip(mood / 12, -2, 2)
    paper, visit = rng.uniform(0.10, 0.35), rng.uniform(0.01, 0.06)
    channels = rng.choice(("phone", "paper", "visit"), count, p=(1 - paper - visit, paper, visit))
    times = _times(rng, count)
    words, delivered = rng.uniform(0.15, 0.35), rng.uniform(0.85, 0.98)
    nat = rng.random() < 0.1
    devices = _devices(rng, number, count)
    keyed = _keying_times(rng, count)
    answers = []
    for at in range(count):
        channel = Channel(channels[at])
        is_phone = channel is Channel.PHONE
        pace = rng.lognormal(np.log(6) - 0.2 * happy[at], 0.5) * (vectors[at] > 0).sum()
        answers.append(
            Answered(
                vector=vectors[at].tobytes(),
                channel=channel,
                building=homes[at][0],
                room=homes[at][1],
                received_at=keyed[at] if channel is Channel.PAPER else times[at],
                device=devices[at] if is_phone else None,
                network=_network(rng, number, at, is_estate=nat) if is_phone else None,
                entrance=Entrance.LINK if is_phone else None,
                seconds=round(pace) if is_phone else None,
                has_comment=bool(rng.random() < words * (1 - 0.3 * happy[at])),
                is_delivered=bool(rng.random() < delivered),
                entered_by=None if is_phone else 1 + int(rng.integers(0, 2)),
            )
        )
    return answers


def _times(rng: np.random.Generator, count: int) -> list[datetime]:
    """Draw when owners answer: at first and after reminders, mostly in the evening."""
    weights = np.exp(-np.arange(DAYS) / 6)
    weights[[7, 8, 14, 15]] += (0.45, 0.2, 0.45, 0.2)
    day = rng.choice(DAYS, count, p=weights / weights.sum())
    late, usual = rng.uniform(22, 30, count), rng.normal(18, 3.2, count)
    hour = np.where(rng.random(count) < 0.03, late, usual)
    hour = np.clip(hour, 6.5, 29)
    return [OPENS + timedelta(days=int(d), hours=float(h)) for d, h in zip(day, hour, strict=True)]


def _keying_times(rng: np.random.Generator, count: int) -> list[datetime]:
    """Draw when paper is keyed in: in working hours of a few days."""
    day = rng.choice((5, 9, 12, 16, 18), count)
    return [
        OPENS + timedelta(days=int(d), hours=float(h))
        for d, h in zip(day, rng.uniform(9, 17, count), strict=True)
    ]


def _devices(rng: np.random.Generator, number: int, count: int) -> list[bytes]:
    """Give each home a phone; some share one with family, a few helpers serve four homes."""
    names = [f"d{number}:{at}".encode() for at in range(count)]
    for at in np.flatnonzero(rng.random(count) < 0.06):
        names[at] = names[int(rng.integers(0, count))]
    if rng.random() < 0.3:
        helped = rng.choice(count, 4, replace=False)
        for at in helped:
            names[at] = names[helped[0]]
    return names


def _network(rng: np.random.Generator, number: int, at: int, *, is_estate: bool) -> bytes:
    """Return the network of a home: its own line, a provider's gateway, or the whole estate's."""
    if is_estate and rng.random() < 0.7:
        return f"n{number}".encode()
    if rng.random() < 0.5:
        return f"c{int(rng.zipf(1.4)) % _CITY_NETWORKS}".encode()
    return f"h{number}:{at}".encode()


def _chosen(rng: np.random.Generator, answers: list[Answered], fraud: str, count: int) -> list[int]:
    """Return which returns are made up: whole stairs for bulk, any home otherwise."""
    if fraud == BULK:
        start = int(rng.integers(0, len(answers) - count + 1))
        return list(range(start, start + count))
    return sorted(int(at) for at in rng.choice(len(answers), count, replace=False))


def _false(
    rng: np.random.Generator,
    form: _Form,
    answers: list[Answered],
    chosen: list[int],
    fraud: str,
    number: int,
) -> list[Answered]:
    """Return the made-up answers that take the place of the chosen ones."""
    made = {BULK: _bulk, COPIES: _copies, AGREEABLE: _agreeable}[fraud]
    return made(rng, form, [answers[at] for at in chosen], number)


def _bulk(
    rng: np.random.Generator, form: _Form, homes: list[Answered], number: int
) -> list[Answered]:
    vectors = _draw(rng, form, rng.normal(22, 5, len(homes)), 0.4, noise=10)
    phones = int(rng.integers(2, 5))
    made, now = [], OPENS + timedelta(days=int(rng.integers(10, 18)), hours=18)
    for at, home in enumerate(homes):
        if at % 30 == 29:
            now += timedelta(hours=22)
        seconds = int(rng.integers(45, 110))
        now += timedelta(seconds=seconds + int(rng.integers(5, 60)))
        made.append(
            Answered(
                vector=vectors[at].tobytes(),
                channel=Channel.PHONE,
                building=home.building,
                room=home.room,
                received_at=now,
                device=f"staff{number}:{at % phones}".encode(),
                network=f"office{number}".encode(),
                entrance=Entrance.LINK,
                seconds=seconds,
                has_comment=False,
                is_delivered=home.is_delivered,
            )
        )
    return made


def _copies(
    rng: np.random.Generator, form: _Form, homes: list[Answered], _number: int
) -> list[Answered]:
    masters = _draw(rng, form, rng.normal(14, 6, int(rng.integers(4, 8))), 0.0)
    day = OPENS + timedelta(days=17, hours=9)
    made = []
    for at, home in enumerate(homes):
        vector = masters[int(rng.integers(0, len(masters)))].copy()
        changed = (rng.random(vector.size) < 0.04) & form.is_rated & (vector > 0) & (vector < _NA)
        vector[changed] = np.clip(vector[changed] + rng.choice((-1, 1), int(changed.sum())), 1, 5)
        made.append(
            Answered(
                vector=vector.tobytes(),
                channel=Channel.PAPER,
                building=home.building,
                room=home.room,
                received_at=day + timedelta(minutes=float(2.5 * at)),
                has_comment=bool(rng.random() < 0.03),
                is_delivered=home.is_delivered,
                entered_by=1,
            )
        )
    return made


def _agreeable(
    rng: np.random.Generator, form: _Form, homes: list[Answered], number: int
) -> list[Answered]:
    vectors = _draw(rng, form, rng.normal(20, 6, len(homes)), 0.05, noise=11)
    day = rng.integers(8, 19, len(homes))
    made = []
    for at, home in enumerate(homes):
        asked = int((vectors[at] > 0).sum())
        made.append(
            Answered(
                vector=vectors[at].tobytes(),
                channel=Channel.PHONE,
                building=home.building,
                room=home.room,
                received_at=OPENS + timedelta(days=int(day[at]), hours=float(rng.uniform(9, 17.5))),
                device=f"own{number}:{at}".encode(),
                network=_office_or_mobile(rng, number),
                entrance=Entrance.LINK,
                seconds=round(asked * rng.lognormal(np.log(3), 0.35)),
                has_comment=bool(rng.random() < 0.04),
                is_delivered=home.is_delivered,
            )
        )
    return made


def _office_or_mobile(rng: np.random.Generator, number: int) -> bytes:
    if rng.random() < 0.6:
        return f"office{number}".encode()
    return f"c{int(rng.zipf(1.4)) % _CITY_NETWORKS}".encode()
