"""Reliability of the areas that are asked by several attributes. Information, never a gate."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Dataset, Role
from app.analysis.data.rows import answers_of
from app.analysis.importance.correlations import first_component, usable
from app.analysis.importance.evidence import FEW_PAIRS, NO_PAIRS, block_of, keys_of, pair_sums
from app.analysis.results.scales import ScaleItem, ScaleResult, Sphericity
from app.analysis.scales.alpha import ScaleError, alpha_of, feldt_interval, raw_alpha
from app.analysis.scales.covariance import Covariance, covariance_of_sums
from app.analysis.scales.omega import Omega, omega_of
from app.analysis.scales.polychoric import ordinal_alpha, polychoric_matrix
from app.analysis.scales.suitability import adequacy, sphericity
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import number, t_interval

SCALES_FROM = 100


def make_scales(frame: Frame, rows: Dataset | None = None) -> tuple[ScaleResult, ...]:
    """Return alpha and omega of every area with two attributes or more, from 100 households.

    Covariances are pairwise, each over the households that rated both attributes.

    Args:
        frame: The study's frame.
        rows: The same households row by row, for polychoric correlations; None leaves them out.

    Returns:
        One result per such area, in the order of the columns.

    Source: Cronbach 1951, Psychometrika 16; McDonald 1999, Test Theory; see
        docs/methods/scales.md.
    """
    areas: dict[str, list[str]] = {}
    for column in frame.moments.layout.columns:
        if column.role is Role.ATTRIBUTE and column.area:
            areas.setdefault(column.area, []).append(column.code)
    return tuple(
        _scale(frame, area, tuple(codes), rows) for area, codes in areas.items() if len(codes) > 1
    )


def _scale(frame: Frame, area: str, codes: tuple[str, ...], rows: Dataset | None) -> ScaleResult:
    moments = frame.moments
    keys = tuple((Role.ATTRIBUTE, code) for code in codes)
    name = block_of(moments.layout, keys)
    if name is None:
        return ScaleResult(area, 0, NO_PAIRS)
    known = keys_of(moments.layout.blocks[name])
    places = [known.index(key) for key in keys]
    counted = pair_sums(moments.layout, moments.sums, name).take(places)
    covariance = covariance_of_sums(
        pair_sums(moments.layout, moments.linear, name).take(places), frame.households
    )
    n = int(counted.n[0].min())
    if n < SCALES_FROM:
        return ScaleResult(area, n, FEW_PAIRS)
    try:
        found = _judged(frame, area, codes, covariance, np.asarray(counted.n, np.int64))
    except ScaleError as error:
        return ScaleResult(area, n, error.reason)
    return replace(found, ordinal_alpha=_of_opinions(rows, keys))


def _of_opinions(rows: Dataset | None, keys: tuple[tuple[Role, str], ...]) -> float | None:
    """Return alpha of the polychoric correlations, None where they make no matrix."""
    if rows is None:
        return None
    matrix = polychoric_matrix(answers_of(rows, keys))
    return number(ordinal_alpha(matrix)) if bool(usable(matrix)) else None


def _judged(
    frame: Frame,
    area: str,
    codes: tuple[str, ...],
    covariance: Covariance,
    counted: NDArray[np.int64],
) -> ScaleResult:
    found = alpha_of(covariance.matrix[0])
    n = int(counted[0].min())
    holding = (counted[1:] != counted[0]).any(axis=(1, 2))
    stderr = float(frame.replicates.stderr(raw_alpha(covariance.matrix), holding))
    limits = frame.limits.at(int(frame.replicates.dfs(holding)))
    low, high = feldt_interval(found.raw, n, len(codes), level=frame.limits.level)
    omega = _omega(covariance)
    deviation = np.sqrt(np.diagonal(covariance.matrix[0]))
    correlation = covariance.matrix[0] / np.outer(deviation, deviation)
    is_definite = bool(usable(correlation))
    test = sphericity(correlation, n) if is_definite else None
    return ScaleResult(
        area=area,
        n=n,
        refusal=None,
        alpha=t_interval(found.raw, stderr, limits, n=n, bounds=(-np.inf, 1.0)),
        feldt_low=number(low),
        feldt_high=number(high),
        standardised=number(found.standardised),
        average_r=number(found.average_r),
        omega=omega.model if omega else None,
        omega_observed=omega.observed if omega else None,
        on_border=omega.on_border if omega else None,
        check_reversed=found.check_reversed,
        items=tuple(
            ScaleItem(code, number(rest), number(dropped))
            for code, rest, dropped in zip(codes, found.item_rest, found.if_dropped, strict=True)
        ),
        kmo=number(adequacy(correlation).overall) if is_definite and len(codes) > 2 else None,
        bartlett=Sphericity(test.chi_square, test.df, test.p) if test else None,
        first_component=float(first_component(correlation)),
        indefinite=not is_definite,
    )


def _omega(covariance: Covariance) -> Omega | None:
    """Return omega, or None where one factor has no solution."""
    try:
        return omega_of(covariance.matrix[0])
    except ScaleError:
        return None
