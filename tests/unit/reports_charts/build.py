"""A realistic study result for tests: answers of simulated households through the real engine."""

from functools import cache

import numpy as np

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Column, Dataset, Role
from app.analysis.plan import make_plan
from app.analysis.results.study import StudyResult
from app.analysis.study import run_study
from app.reports.wording import names_of
from tests.factories import perception_instrument

_INSTRUMENT = perception_instrument()
NAMES = names_of(_INSTRUMENT, "zh-Hans")
ENGLISH_NAMES = names_of(_INSTRUMENT, "en")
AREAS = tuple(area.code for area in _INSTRUMENT.areas)
ATTRIBUTES = tuple(
    (attribute.code, area.code) for area in _INSTRUMENT.areas for attribute in area.attributes
)


@cache
def make_result(
    seed: int, households: int = 480, *, target: float | None = 65.0, reasons: tuple[str, ...] = ()
) -> StudyResult:
    """Simulate a community with its own strengths and run the study on it."""
    rng = np.random.default_rng(seed)
    areas = AREAS
    level = rng.uniform(0.35, 0.85, len(areas))
    appeal = rng.dirichlet(np.full(len(areas), 2.5))
    halo = rng.normal(0, 0.6, households)
    columns: list[Column] = [
        Column("overall", Role.OVERALL, "overall", tuple(range(1, 11)), (8, 9, 10))
    ]
    values = [_points(rng, level.mean(), halo, 10)]
    asked = np.stack([rng.permutation(len(areas))[:3] for _ in range(households)])
    picks = np.stack(
        [rng.choice(len(areas), 3, replace=False, p=appeal) for _ in range(households)]
    )
    for k, area in enumerate(areas):
        columns.append(
            Column(f"area.{area}", Role.PERFORMANCE, area, (1, 2, 3, 4, 5), (4, 5), area)
        )
        ratings = _points(rng, level[k], halo, 5)
        values.append(np.where(rng.random(households) < 0.06, 50, ratings))
    for k, area in enumerate(areas):
        columns.append(Column(f"pick.{area}", Role.PRIORITY, area, (1, 0), (), area))
        values.append(np.where((picks == k).any(axis=1), 1, 2))
    for k, area in enumerate(areas):
        is_asked = (asked == k).any(axis=1)
        now = _points(rng, level[k], halo, 10)
        least = np.clip(rng.normal(5.8, 1.1, households).round(), 1, 10)
        ideal = np.clip(np.maximum(least, rng.normal(8.8, 0.9, households).round()), 1, 10)
        for role, answers in ((Role.ADEQUATE, least), (Role.DESIRED, ideal), (Role.PERCEIVED, now)):
            columns.append(Column(f"{role}.{area}", role, area, tuple(range(1, 11)), (), area))
            values.append(np.where(is_asked, answers, 0))
    for code, area in ATTRIBUTES:
        columns.append(Column(code, Role.ATTRIBUTE, code, (1, 2, 3, 4, 5), (4, 5), area))
        values.append(_points(rng, level[areas.index(area)] + rng.normal(0, 0.05), halo, 5))
    dataset = Dataset(
        columns=tuple(columns),
        values=np.stack(values, axis=1).astype(np.uint8),
        wave=np.zeros(households, dtype=np.int64),
        community=np.zeros(households, dtype=np.int64),
        group=rng.integers(0, 30, households),
        waves=("2026-11",),
        communities=("C01",),
    )
    plan = make_plan(
        dataset.columns,
        instrument="test",
        population=int(households / 0.64),
        performance_target=target,
        reasons=reasons,
    )
    return run_study(make_cells(dataset), plan)


def _points(rng: np.random.Generator, level: float, halo: np.ndarray, count: int) -> np.ndarray:
    raw = 1 + (count - 1) * (level + 0.12 * halo + rng.normal(0, 0.2, halo.size))
    return np.clip(raw.round(), 1, count)
