"""A study result with everything a page shows: two waves, parts, roll-ups, silence, loyalty."""

from dataclasses import replace
from functools import cache

import numpy as np

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Column, Dataset, Role
from app.analysis.nonresponse.indicator import representativeness
from app.analysis.nonresponse.propensity import FrameTable
from app.analysis.plan import make_plan
from app.analysis.results.study import StudyResult
from app.analysis.study import run_study
from tests.factories import perception_instrument
from tests.unit.reports_charts.build import AREAS, ATTRIBUTES, _points

WAVES = ("2026-06", "2026-11")
BUILDINGS = ("1", "2", "3")
YEARS = ("under3", "over3")
DAYS = ("1", "4", "8", "15")
WAYS = ("phone", "paper")


@cache
def make_rich_result(seed: int = 3, households: int = 480) -> StudyResult:
    """Simulate two campaigns of a community and run everything on the later one.

    Building 3 is served worse, late answers are worse, and the level of the first area rises
    between the campaigns: so there is something established on every page.
    """
    rng = np.random.default_rng(seed)
    dataset = _dataset(rng, households)
    area_of = {
        f"{area.code}.{one.code}": one
        for area in perception_instrument().areas
        for one in area.attributes
    }
    plan = make_plan(
        dataset.columns,
        instrument="test",
        population=int(households / 0.64),
        performance_target=65.0,
    )
    codes = [code for code, _area in ATTRIBUTES]
    by_code = {one.code: one for one in area_of.values()}
    schemes = tuple(
        (
            scheme,
            tuple(
                (name, tuple(c for c in codes if name in _of(by_code[c], scheme)))
                for name in sorted({n for c in codes for n in _of(by_code[c], scheme)})
            ),
        )
        for scheme in ("factor", "element", "department")
    )
    plan = replace(
        plan,
        wave=WAVES[1],
        before=WAVES[:1],
        gaps=True,
        boxes=True,
        scales=True,
        drivers=True,
        attribute_drivers=True,
        nps="recommend",
        segments=("building", "years"),
        rollups=schemes,
        modes="way",
        arrival="day",
    )
    is_now = dataset.wave == 1
    rows = replace(
        dataset,
        values=dataset.values[is_now],
        wave=dataset.wave[is_now],
        community=dataset.community[is_now],
        group=dataset.group[is_now],
        cell=dataset.cell[is_now],
    )
    result = run_study(make_cells(dataset), plan, rows=rows)
    return replace(result, representativeness=representativeness(_frame(rng), level=0.95))


def _of(attribute, scheme):
    return attribute.departments if scheme == "department" else (getattr(attribute, scheme),)


def _frame(rng):
    patterns = np.array([[b, t] for b in range(3) for t in range(2)])
    members = rng.integers(4, 9, (30, len(patterns)))
    rate = np.array([0.75, 0.5, 0.7, 0.5, 0.62, 0.42])
    return FrameTable(
        variables=("building", "tenure"),
        categories=(BUILDINGS, ("owner", "let")),
        patterns=patterns,
        members=members,
        returned=(members * rate).astype(np.int64),
        joined=((), ()),
    )


def _dataset(rng, households):
    count = 2 * households
    wave = np.repeat([0, 1], households)
    level = rng.uniform(0.4, 0.8, len(AREAS))
    appeal = rng.dirichlet(np.full(len(AREAS), 2.5))
    building = rng.integers(0, 3, count)
    day = rng.integers(0, 4, count)
    way = (rng.random(count) < 0.3).astype(int)
    years = rng.integers(0, 2, count)
    halo = rng.normal(0, 0.6, count) - 0.8 * (building == 2) - 0.15 * day
    columns = [Column("overall", Role.OVERALL, "overall", tuple(range(1, 11)), (8, 9, 10))]
    values = [_points(rng, level.mean(), halo, 10)]
    picks = np.stack([rng.choice(len(AREAS), 3, replace=False, p=appeal) for _ in range(count)])
    for k, area in enumerate(AREAS):
        columns.append(
            Column(f"area.{area}", Role.PERFORMANCE, area, (1, 2, 3, 4, 5), (4, 5), area)
        )
        lift = halo + (0.9 * wave if k == 0 else 0)
        ratings = _points(rng, level[k], lift, 5)
        values.append(np.where(rng.random(count) < 0.06, 51, ratings))
    for k, area in enumerate(AREAS):
        columns.append(Column(f"pick.{area}", Role.PRIORITY, area, (1, 0), (), area))
        values.append(np.where((picks == k).any(axis=1), 1, 2))
    for k, area in enumerate(AREAS):
        now = _points(rng, level[k], halo, 10)
        least = np.clip(rng.normal(5.8, 1.1, count).round(), 1, 10)
        ideal = np.clip(np.maximum(least, rng.normal(8.8, 0.9, count).round()), 1, 10)
        weight = np.clip(rng.normal(6 + 3 * appeal[k] / appeal.max(), 1.2, count).round(), 1, 10)
        for role, answers in (
            (Role.IMPORTANCE, weight),
            (Role.ADEQUATE, least),
            (Role.DESIRED, ideal),
            (Role.PERCEIVED, now),
        ):
            columns.append(Column(f"{role}.{area}", role, area, tuple(range(1, 11)), (), area))
            values.append(answers)
    for code, area in ATTRIBUTES:
        columns.append(Column(code, Role.ATTRIBUTE, code, (1, 2, 3, 4, 5), (4, 5), area))
        values.append(_points(rng, level[AREAS.index(area)] + rng.normal(0, 0.05), halo, 5))
    columns.append(Column("recommend", Role.LOYALTY, "recommend", tuple(range(11)), (9, 10)))
    values.append(_points(rng, 0.6, halo, 11))
    columns.append(Column("renew", Role.LOYALTY, "renew", (1, 2, 3, 4, 5), (4, 5)))
    values.append(_points(rng, 0.65, halo, 5))
    names = [(b, y, d, w) for b in BUILDINGS for y in YEARS for d in DAYS for w in WAYS]
    cell = ((building * 2 + years) * 4 + day) * 2 + way
    return Dataset(
        columns=tuple(columns),
        values=np.stack(values, axis=1).astype(np.uint8),
        wave=wave,
        community=np.zeros(count, dtype=np.int64),
        group=rng.integers(0, 30, count),
        waves=WAVES,
        communities=("C01",),
        cell_variables=("building", "years", "day", "way"),
        cell_names=tuple(names),
        cell=cell,
    )
