"""Image: what people think of companies they know, and a map of who is like whom."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.competitors.portions import clustered_shares
from app.analysis.competitors.survey import LEAST_SHOWN, MarketError, MarketSurvey
from app.analysis.results.market import ImageProfile, ImageResult, MapPoint

LEAST_TICKS = 30
SHOWN_ENOUGH = 0.7

FEW_POINTS = "few_points"
NO_DIFFERENCES = "no_differences"
LITTLE_SHOWN = "little_shown"

_ROUNDING = 1e-12

Floats = NDArray[np.float64]


class TicksError(ValueError):
    """A table has no correspondence analysis: an empty row or column, or fewer than two of one."""


@dataclass(frozen=True, slots=True, eq=False)
class Correspondence:
    """A correspondence analysis.

    Attributes:
        inertia: Principal inertias, descending, shape (axes,).
        rows, columns: Principal coordinates, shapes (rows, axes) and (columns, axes).
        row_mass, column_mass: Shares of the total.
    """

    inertia: Floats
    rows: Floats
    columns: Floats
    row_mass: Floats
    column_mass: Floats

    @property
    def total(self) -> float:
        """Return the total inertia, chi-square over the total of the table."""
        return float(self.inertia.sum())

    def place_rows(self, counts: ArrayLike) -> Floats:
        """Return principal coordinates of supplementary rows: means of the columns' vertices.

        Args:
            counts: Shape (rows, columns), no empty row.

        Source: Greenacre (2017), Correspondence Analysis in Practice, 3rd ed., ch. 12.
        """
        table = np.asarray(counts, dtype=np.float64)
        profiles = table / table.sum(axis=1, keepdims=True)
        root = np.sqrt(np.where(self.inertia > 0, self.inertia, 1.0))
        placed: Floats = profiles @ (self.columns / root)
        return placed


def correspondence(counts: ArrayLike) -> Correspondence:
    """Return the correspondence analysis of a table of counts.

    Singular values of the standardised residuals (p - r c)/sqrt(r c). The largest column
    coordinate of every axis is above 0, so that the same table gives the same picture.

    Args:
        counts: Shape (rows, columns).

    Raises:
        TicksError: Fewer than two rows or columns, or one of them is empty.

    Source: Greenacre (2017), Correspondence Analysis in Practice, 3rd ed., appendix A.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2:
        raise TicksError
    row, column = table.sum(axis=1), table.sum(axis=0)
    if not ((row > 0).all() and (column > 0).all()):
        raise TicksError
    total = table.sum()
    row, column = row / total, column / total
    expected = row[:, None] * column[None, :]
    left, values, right = np.linalg.svd(
        (table / total - expected) / np.sqrt(expected), full_matrices=False
    )
    axes = min(table.shape) - 1
    values = np.where(values[:axes] < _ROUNDING, 0.0, values[:axes])
    turned = right[:axes].T / np.sqrt(column)[:, None]
    largest = np.abs(right[:axes].T).argmax(axis=0)
    sign = np.where(turned[largest, np.arange(axes)] < 0, -1.0, 1.0)
    return Correspondence(
        values**2,
        left[:, :axes] / np.sqrt(row)[:, None] * values * sign,
        turned * values * sign,
        row,
        column,
    )


def make_image(survey: MarketSurvey, *, level: float = 0.95) -> ImageResult | None:
    """Return image profiles and the map; None where no statement was asked.

    A profile is a share of those who know the company (the funnel's first step; everybody where
    there is no funnel). Companies with fewer than 30 ticks shape no axis; with none they have no
    place either.

    Args:
        survey: Market and interviews.
        level: Confidence level.

    Source: Greenacre (2017), Correspondence Analysis in Practice, 3rd ed.; Wilson (1927) JASA
    22:209-212.
    """
    ticks = survey.ticks
    if ticks is None or not survey.statements:
        return None
    known = np.ones(ticks.shape[:2], dtype=bool)
    if survey.reached is not None and survey.steps:
        known = survey.reached[:, :, 0]
    profiles = []
    for k, code in enumerate(survey.providers):
        base = np.repeat(known[:, k, None], ticks.shape[2], axis=1)
        shares = clustered_shares(ticks[:, k], base, survey.place, least=LEAST_SHOWN, level=level)
        profiles.append(ImageProfile(code, int(known[:, k].sum()), shares))
    counts = (ticks & known[:, :, None]).sum(axis=0)
    return _mapped(ImageResult(survey.statements, tuple(profiles)), survey.providers, counts)


def make_map(
    providers: tuple[str, ...], statements: tuple[str, ...], counts: ArrayLike
) -> ImageResult:
    """Return the map of a table of ticks alone, without profiles.

    Args:
        providers: Rows.
        statements: Columns.
        counts: Ticks, whole numbers, shape (providers, statements).

    Raises:
        MarketError: The table has another shape.

    Source: Greenacre (2017), Correspondence Analysis in Practice, 3rd ed.
    """
    table = np.asarray(counts, dtype=np.int64)
    if table.shape != (len(providers), len(statements)):
        raise MarketError("ticks")
    return _mapped(ImageResult(statements, ()), providers, table)


def _mapped(
    result: ImageResult, providers: tuple[str, ...], counts: NDArray[np.int64]
) -> ImageResult:
    """Add the map, or why there is none."""
    ticks = counts.sum(axis=1)
    active = ticks >= LEAST_TICKS
    columns = counts[active].sum(axis=0) > 0
    if active.sum() < 3 or columns.sum() < 3:
        return _with(result, reason=FEW_POINTS)
    found = correspondence(counts[np.ix_(active, columns)])
    if found.total < _ROUNDING:
        return _with(result, reason=NO_DIFFERENCES)
    inertia = tuple(float(one) for one in found.inertia[:2] / found.total)
    named = [name for name, is_active in zip(providers, active, strict=True) if is_active]
    rows = _points(named, ticks[active], found.row_mass, found.rows, found)
    others = []
    for k in np.flatnonzero(~active):
        own = counts[k, columns]
        if own.sum() == 0:
            others.append(_nowhere(providers[k], int(ticks[k])))
            continue
        at = found.place_rows(own[None, :])[0]
        distance = float((at**2).sum())
        quality = float((at[:2] ** 2).sum()) / distance if distance > 0 else None
        others.append(
            MapPoint(
                providers[k], int(ticks[k]), 0.0, float(at[0]), float(at[1]), None, None,
                quality, is_supplementary=True,
            )
        )  # fmt: skip
    said = [name for name, is_used in zip(result.statements, columns, strict=True) if is_used]
    points = _points(said, counts[active].sum(axis=0)[columns], found.column_mass,
                     found.columns, found)  # fmt: skip
    points += [
        _nowhere(name, int(counts[:, k].sum()))
        for k, name in enumerate(result.statements)
        if not columns[k]
    ]
    return ImageResult(
        result.statements,
        result.profiles,
        warnings=() if sum(inertia) >= SHOWN_ENOUGH else (LITTLE_SHOWN,),
        inertia=inertia,
        total_inertia=found.total,
        providers=(*rows, *others),
        points=tuple(points),
    )


def _with(result: ImageResult, *, reason: str) -> ImageResult:
    return ImageResult(result.statements, result.profiles, reason=reason)


def _nowhere(code: str, ticks: int) -> MapPoint:
    return MapPoint(code, ticks, 0.0, None, None, None, None, None, is_supplementary=True)


def _points(
    names: list[str],
    ticks: NDArray[np.int64],
    mass: Floats,
    coordinates: Floats,
    found: Correspondence,
) -> list[MapPoint]:
    """Return active points with their contributions to both axes and how well they are shown."""
    points = []
    for k, name in enumerate(names):
        at = coordinates[k]
        distance = float((at**2).sum())
        share = [
            float(mass[k] * at[axis] ** 2 / found.inertia[axis]) if found.inertia[axis] > 0 else 0.0
            for axis in (0, 1)
        ]
        points.append(
            MapPoint(
                name, int(ticks[k]), float(mass[k]), float(at[0]), float(at[1]), share[0],
                share[1], float((at[:2] ** 2).sum()) / distance if distance > 0 else None,
                is_supplementary=False,
            )
        )  # fmt: skip
    return points
