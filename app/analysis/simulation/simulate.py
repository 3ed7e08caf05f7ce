"""Synthetic answers of a community with known truth (see `truth`), for tests, demos and coverage.

Every function takes a numpy Generator, so the same seed gives the same answers. Item codes are
those of the owners' survey: ``overall``, ``area.<area>``, ``priority.<area>``,
``tolerance.<area>.<importance|adequate|desired|perceived>`` and ``attribute.<area>.<attribute>``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import BLANK, GROUPS, Column, Dataset, Role
from app.analysis.simulation.truth import (
    FIVE,
    SATISFIED,
    TEN,
    AreaTruth,
    CommunityTruth,
    answer_probability,
    cuts,
    importance_level,
    overall_performance,
)

NO_EXPERIENCE = 0


@dataclass(frozen=True, slots=True)
class SimulatedHousehold:
    """One household of a simulated community.

    Attributes:
        propensity: Its probability of answering.
        responds: Whether it answers.
        answers: What it answers, or would: item code to scale point; picks are present with
            point 1; areas without experience are in `no_experience` instead.
        no_experience: Item codes it would answer with "no experience".
    """

    propensity: float
    responds: bool
    answers: dict[str, int]
    no_experience: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Draw:
    """Answers of n households as arrays: item code to points, 0 = no point."""

    propensity: NDArray[np.float64]
    responds: NDArray[np.bool_]
    points: dict[str, NDArray[np.int64]]


def make_truth(
    rng: np.random.Generator,
    areas: dict[str, Sequence[str]],
    *,
    level: float = 68.0,
    spread: float = 10.0,
) -> CommunityTruth:
    """Return a plausible community.

    Args:
        rng: Source of randomness.
        areas: Area code to its attribute codes, in order.
        level: Mean performance of the areas, 0-100.
        spread: Standard deviation of the areas around it.

    Source: ours, see docs/methods/coverage.md.
    """
    made: list[AreaTruth] = []
    for code, attributes in areas.items():
        performance = float(np.clip(rng.normal(level, spread), 30, 95))
        adequate = float(np.clip(rng.normal(58, 5), 40, 75))
        made.append(
            AreaTruth(
                code=code,
                performance=performance,
                importance=float(rng.gamma(1.6) + 0.15),
                adequate=adequate,
                desired=float(np.clip(adequate + rng.normal(27, 4), adequate + 10, 97)),
                no_experience=float(rng.uniform(0, 0.12)),
                attributes={attribute: float(rng.normal(0, 6)) for attribute in attributes},
            )
        )
    return CommunityTruth(tuple(made))


def simulate_households(
    rng: np.random.Generator, truth: CommunityTruth, households: int
) -> list[SimulatedHousehold]:
    """Draw all households of a community, those that stay silent too.

    Args:
        rng: Source of randomness.
        truth: The community.
        households: How many.

    Source: ours, see docs/methods/coverage.md.
    """
    draw = _draw(rng, truth, households)
    made: list[SimulatedHousehold] = []
    for row in range(households):
        answers = {code: int(points[row]) for code, points in draw.points.items()}
        made.append(
            SimulatedHousehold(
                propensity=float(draw.propensity[row]),
                responds=bool(draw.responds[row]),
                answers={code: point for code, point in answers.items() if point},
                no_experience=tuple(
                    code
                    for code, point in answers.items()
                    if not point and not code.startswith("priority.")
                ),
            )
        )
    return made


def simulate_answers(
    rng: np.random.Generator, truth: CommunityTruth, households: int
) -> list[dict[str, int]]:
    """Draw the answers of a community: one mapping per household, empty when it stays silent.

    Source: ours, see docs/methods/coverage.md.
    """
    return [
        one.answers if one.responds else {} for one in simulate_households(rng, truth, households)
    ]


def simulate_dataset(rng: np.random.Generator, truth: CommunityTruth, returns: int) -> Dataset:
    """Draw so many returned answers as a dataset with random replicate groups.

    Args:
        rng: Source of randomness.
        truth: The community.
        returns: Households that answered.

    Source: ours, see docs/methods/coverage.md.
    """
    rows: list[_Draw] = []
    found = 0
    while found < returns:
        draw = _draw(rng, truth, int(returns / truth.response_rate * 1.2) + 20)
        rows.append(draw)
        found += int(draw.responds.sum())
    columns = columns_of_truth(truth)
    values = np.empty((returns, len(columns)), dtype=np.uint8)
    for j, column in enumerate(columns):
        points = np.concatenate([draw.points[column.code][draw.responds] for draw in rows])
        points = points[:returns]
        if column.role is Role.PRIORITY:
            values[:, j] = np.where(points == 1, 1, 2)
        else:
            values[:, j] = np.where(points == 0, BLANK, points)
    zeros = np.zeros(returns, dtype=np.int64)
    group = rng.integers(0, GROUPS, returns)
    return Dataset(columns, values, zeros, zeros, group, ("wave",), ("community",))


def columns_of_truth(truth: CommunityTruth) -> tuple[Column, ...]:
    """Return the columns of a simulated dataset.

    Source: ours, see docs/methods/coverage.md.
    """
    columns = [Column("overall", Role.OVERALL, "overall", TEN, (8, 9, 10))]
    for area in truth.areas:
        code = area.code
        columns.append(Column(f"priority.{code}", Role.PRIORITY, code, (1, 0), (), code))
        five = FIVE[SATISFIED - 1 :]
        columns.append(Column(f"area.{code}", Role.PERFORMANCE, code, FIVE, five, code))
        columns.extend(
            Column(f"tolerance.{code}.{role}", role, code, TEN, (), code)
            for role in (Role.IMPORTANCE, Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED)
        )
        columns.extend(
            Column(f"attribute.{code}.{name}", Role.ATTRIBUTE, f"{code}.{name}", FIVE, five, code)
            for name in area.attributes
        )
    return tuple(columns)


def _draw(rng: np.random.Generator, truth: CommunityTruth, n: int) -> _Draw:
    standard = rng.normal(size=n)
    halo = standard * truth.halo
    propensity = answer_probability(truth, standard)
    responds = rng.random(n) < propensity
    overall = overall_performance(truth) + halo + rng.normal(0, truth.noise, n)
    points = {"overall": _cut(overall, TEN)}
    strict = rng.normal(0, truth.strictness, n)
    picked = _picks(rng, truth, n)
    for k, area in enumerate(truth.areas):
        own = rng.normal(0, truth.noise, n)
        known = rng.random(n) >= area.no_experience
        latent = area.performance + halo + own
        points[f"priority.{area.code}"] = picked[:, k].astype(np.int64)
        points[f"area.{area.code}"] = np.where(known, _cut(latent, FIVE), NO_EXPERIENCE)
        points.update(_zone_points(rng, truth, area, latent=latent, strict=strict))
        for name, offset in area.attributes.items():
            # Correlated .7 with the area's own rating, with the same spread.
            mixed = 0.7 * own + np.sqrt(1 - 0.7**2) * rng.normal(0, truth.noise, n)
            rating = _cut(area.performance + offset + halo + mixed, FIVE)
            points[f"attribute.{area.code}.{name}"] = np.where(known, rating, NO_EXPERIENCE)
    return _Draw(propensity, responds, points)


def _zone_points(
    rng: np.random.Generator,
    truth: CommunityTruth,
    area: AreaTruth,
    *,
    latent: NDArray[np.float64],
    strict: NDArray[np.float64],
) -> dict[str, NDArray[np.int64]]:
    """Draw importance and the three levels; adequate never exceeds desired."""
    n = latent.size
    adequate = area.adequate + strict + rng.normal(0, truth.noise / 2, n)
    desired = area.desired + strict + rng.normal(0, truth.noise / 2, n)
    importance = importance_level(truth, area) + rng.normal(0, truth.noise / 2, n)
    start = f"tolerance.{area.code}"
    return {
        f"{start}.importance": _cut(importance, TEN),
        f"{start}.adequate": _cut(adequate, TEN),
        f"{start}.desired": _cut(np.maximum(adequate, desired), TEN),
        f"{start}.perceived": _cut(latent, TEN),
    }


def _picks(rng: np.random.Generator, truth: CommunityTruth, n: int) -> NDArray[np.bool_]:
    """Draw up to three areas per household one after another in proportion to importance.

    Adding Gumbel noise to log importance and taking the largest is the same as drawing in turn.
    """
    importance = np.array([area.importance for area in truth.areas])
    score = np.log(importance) + rng.gumbel(size=(n, importance.size))
    place = np.argsort(np.argsort(-score, axis=1), axis=1)
    counts = rng.choice(len(truth.pick_counts), size=n, p=truth.pick_counts)
    return place < counts[:, None]


def _cut(latent: NDArray[np.float64], points: tuple[int, ...]) -> NDArray[np.int64]:
    """Turn latent scores into points."""
    chosen: NDArray[np.int64] = np.array(points)[
        np.searchsorted(cuts(points), latent, side="right")
    ]
    return chosen
