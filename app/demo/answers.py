"""How the invented owners answer: from a known truth to the fields of a form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np

from app.analysis.simulation.simulate import SimulatedHousehold
from app.analysis.simulation.truth import AreaTruth, CommunityTruth
from app.clock import start_of
from app.demo.company import DemoCommunity
from app.demo.words import OTHERS, PRAISES, WISHES
from app.surveys.instrument.flow import Offer, field_name, field_value, offered_items
from app.surveys.instrument.model import Instrument, Item, ItemKind, ItemRole

# What owners of this company really feel: performance 0-100 and relative importance.
COMPANY_TRUTH = {
    "service": (72.0, 0.9),
    "security": (68.0, 2.6),
    "cleaning": (71.0, 1.8),
    "greenery": (70.0, 0.6),
    "facilities": (56.0, 2.3),
    "repairs": (64.0, 1.2),
    "parking": (50.0, 1.7),
    "fees": (54.0, 1.9),
    "community_life": (62.0, 0.5),
}
WEAKER_BY = 9.0
TICK_CHANCE = 0.35
COMMENT_CHANCE = 0.30
PRAISE_CHANCE = 0.10
OTHER_CHANCE = 0.04
WISH_WEIGHTS = {"office_or_hq": 0.72, "hq_only": 0.18, "no_reply": 0.10}


def truth_of(
    community: DemoCommunity, instrument: Instrument, change: Mapping[str, float]
) -> CommunityTruth:
    """Return the truth of one community; `change` moves areas since the last campaign."""
    areas = []
    for number, area in enumerate(instrument.areas):
        level, importance = COMPANY_TRUTH[area.code]
        level += community.mood + change.get(area.code, 0.0)
        level -= WEAKER_BY if area.code in community.weak else 0.0
        adequate = 52.0 + 4.0 * (number % 3)
        areas.append(
            AreaTruth(
                code=area.code,
                performance=level,
                importance=importance,
                adequate=adequate,
                desired=adequate + 28.0,
                no_experience=0.08 if area.code in ("repairs", "community_life") else 0.02,
                attributes={a.code: 5.0 * (i - 1) for i, a in enumerate(area.attributes)},
            )
        )
    return replace(CommunityTruth(tuple(areas)), response_rate=community.first_rate)


def raw_answers(
    rng: np.random.Generator,
    instrument: Instrument,
    offer: Offer,
    household: SimulatedHousehold,
    *,
    weak: str,
) -> dict[str, list[str]]:
    """Return the form fields one household posts.

    Args:
        rng: Decides what the truth does not say: experience, profile, words.
        instrument: The questionnaire.
        offer: What this household is offered.
        household: Its simulated answers.
        weak: Area its wish is about.
    """
    raw: dict[str, list[str]] = {}
    points: dict[str, int] = dict(household.answers)
    for item in instrument.items_with_role(ItemRole.EXPERIENCE):
        if field_value(item) != "none" and rng.random() < TICK_CHANCE:
            points[item.code] = 1
    for item in offered_items(instrument, offer, points):
        if item.in_vector:
            _answer_item(rng, instrument, item, points=points, household=household, raw=raw)
    _write(rng, raw, weak)
    return raw


def _answer_item(
    rng: np.random.Generator,
    instrument: Instrument,
    item: Item,
    *,
    points: Mapping[str, int],
    household: SimulatedHousehold,
    raw: dict[str, list[str]],
) -> None:
    if item.kind is ItemKind.TICK:
        if points.get(item.code):
            raw.setdefault(field_name(item), []).append(field_value(item))
    elif item.kind is ItemKind.CHOICE:
        raw[item.code] = [item.options[int(rng.integers(len(item.options)))].code]
    elif item.code in household.no_experience:
        missing = instrument.scales[item.scale or ""].missing
        if missing:
            raw[item.code] = [next(iter(missing))]
    elif item.code in points:
        raw[item.code] = [str(points[item.code])]
    elif item.scale is not None:
        raw[item.code] = [str(_from_mood(rng, instrument, item, household))]


def _from_mood(
    rng: np.random.Generator, instrument: Instrument, item: Item, household: SimulatedHousehold
) -> int:
    """Draw an item the truth does not name (loyalty, statements) from the overall answer."""
    scale = instrument.scales[item.scale or ""].points
    mood = (household.answers.get("overall", 6) - 1) / 9 + rng.normal(0, 0.15)
    if item.reverse:
        mood = 1 - mood
    return scale[int(np.clip(mood, 0, 0.999) * len(scale))]


def _write(rng: np.random.Generator, raw: dict[str, list[str]], weak: str) -> None:
    """Add wish, praise and the contact wish for those who write."""
    if rng.random() < COMMENT_CHANCE:
        raw["comment.wish"] = [_one(rng, WISHES[weak])]
    if rng.random() < PRAISE_CHANCE:
        raw["comment.praise"] = [_one(rng, PRAISES)]
    if rng.random() < OTHER_CHANCE:
        raw["comment.other"] = [_one(rng, OTHERS)]
    if any(name.startswith("comment.") for name in raw):
        wishes = list(WISH_WEIGHTS)
        raw["contact"] = [wishes[int(rng.choice(len(wishes), p=list(WISH_WEIGHTS.values())))]]


def _one(rng: np.random.Generator, texts: tuple[str, ...]) -> str:
    return texts[int(rng.integers(len(texts)))]


def area_of_wish(rng: np.random.Generator, household: SimulatedHousehold) -> str:
    """Choose what a household writes about: mostly what it rates worst."""
    rated = {
        code.removeprefix("area."): point
        for code, point in household.answers.items()
        if code.startswith("area.")
    }
    worst = sorted(rated, key=lambda area: (rated[area], area))
    return worst[min(int(rng.geometric(0.5)) - 1, len(worst) - 1)] if worst else "service"


def who_answers(
    rng: np.random.Generator, households: list[SimulatedHousehold], rate: float
) -> list[int]:
    """Choose an exact share of the households, by their propensity to answer."""
    propensity = np.array([household.propensity for household in households])
    return [
        int(place)
        for place in rng.choice(
            len(households),
            size=round(rate * len(households)),
            replace=False,
            p=propensity / propensity.sum(),
        )
    ]


def answer_times(rng: np.random.Generator, opens_on: date, count: int, days: int) -> list[datetime]:
    """Draw times of answers: many at first and after reminders, mostly in the evening."""
    weights = np.array([np.exp(-day / 6) for day in range(days)])
    for reminder in (7, 14):
        for after in range(3):
            if reminder + after < days:
                weights[reminder + after] += 0.45 * np.exp(-after)
    day = rng.choice(days, size=count, p=weights / weights.sum())
    minute = np.clip(rng.normal(19.5 * 60, 150, size=count), 7 * 60, 23 * 60)
    start = start_of(opens_on)
    return sorted(
        start + timedelta(days=int(d), minutes=float(m)) for d, m in zip(day, minute, strict=True)
    )
