"""Two waves of the same households with known truth: for tests and coverage of changes.

A household keeps its halo, part of what is its own in every rating, its taste in picking and its
replicate group over both waves; it decides anew whether to answer, with a probability that grows
with its halo. Each wave by itself is a community of `truth`, so `true_values` of either is exact,
and so is their difference.
"""

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import BLANK, GROUPS, Column, Dataset, Role
from app.analysis.simulation.truth import (
    FIVE,
    SATISFIED,
    TEN,
    CommunityTruth,
    answer_probability,
    cuts,
    overall_performance,
)

WAVES = ("before", "after")


def simulate_panel(
    rng: np.random.Generator,
    before: CommunityTruth,
    after: CommunityTruth,
    households: int,
    *,
    persistence: float = 0.5,
) -> Dataset:
    """Draw the answers of all households of a community in two waves, silent ones left out.

    Args:
        rng: Source of randomness.
        before: The community in the first wave.
        after: The same areas in the second wave.
        households: Households there are in both waves.
        persistence: Share of what is a household's own in a rating that stays, 0..1; also the
            chance that it picks by the same taste again.

    Returns:
        Overall rating, area ratings and picks of the waves ``before`` and ``after``, one community.

    Source: ours, see docs/methods/change.md.
    """
    standard = rng.normal(size=households)
    group = rng.integers(0, GROUPS, households)
    areas = len(before.areas)
    lasting = rng.normal(size=(households, areas + 1))
    taste = rng.gumbel(size=(households, areas))
    columns = _columns(before)
    values: list[NDArray[np.uint8]] = []
    groups: list[NDArray[np.int64]] = []
    for truth in (before, after):
        responds = rng.random(households) < answer_probability(truth, standard)
        fresh = rng.normal(size=lasting.shape)
        own = truth.noise * (np.sqrt(persistence) * lasting + np.sqrt(1 - persistence) * fresh)
        changed = rng.random(households) >= persistence
        liking = np.where(changed[:, None], rng.gumbel(size=taste.shape), taste)
        drawn = _wave(rng, truth, standard * truth.halo, own=own, liking=liking)
        values.append(drawn[responds])
        groups.append(group[responds])
    sizes = [len(part) for part in values]
    return Dataset(
        columns=columns,
        values=np.concatenate(values),
        wave=np.repeat(np.arange(2), sizes),
        community=np.zeros(sum(sizes), dtype=np.int64),
        group=np.concatenate(groups),
        waves=WAVES,
        communities=("community",),
    )


def _columns(truth: CommunityTruth) -> tuple[Column, ...]:
    columns = [Column("overall", Role.OVERALL, "overall", TEN, (8, 9, 10))]
    for area in truth.areas:
        code, satisfied = area.code, FIVE[SATISFIED - 1 :]
        columns.append(Column(f"priority.{code}", Role.PRIORITY, code, (1, 0), (), code))
        columns.append(Column(f"area.{code}", Role.PERFORMANCE, code, FIVE, satisfied, code))
    return tuple(columns)


def _wave(
    rng: np.random.Generator,
    truth: CommunityTruth,
    halo: NDArray[np.float64],
    *,
    own: NDArray[np.float64],
    liking: NDArray[np.float64],
) -> NDArray[np.uint8]:
    """Return position codes of one wave, shape (households, columns)."""
    households = halo.size
    importance = np.log([area.importance for area in truth.areas])
    place = np.argsort(np.argsort(-(importance + liking), axis=1), axis=1)
    counts = rng.choice(len(truth.pick_counts), size=households, p=truth.pick_counts)
    picked = place < counts[:, None]
    found = [_position(overall_performance(truth) + halo + own[:, -1], TEN)]
    for k, area in enumerate(truth.areas):
        known = rng.random(households) >= area.no_experience
        rating = _position(area.performance + halo + own[:, k], FIVE)
        found.extend((np.where(picked[:, k], 1, 2), np.where(known, rating, BLANK)))
    return np.stack(found, axis=1).astype(np.uint8)


def _position(latent: NDArray[np.float64], points: tuple[int, ...]) -> NDArray[np.int64]:
    """Return the position of the point that a latent score falls on."""
    return 1 + np.searchsorted(cuts(points), latent, side="right").astype(np.int64)
