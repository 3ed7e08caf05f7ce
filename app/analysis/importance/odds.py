"""Ordered models of the overall rating in a study: by the items of a list, or by segments."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import Cells
from app.analysis.data.dataset import Column, Dataset, Role
from app.analysis.data.rows import answers_of
from app.analysis.importance.ordinal import (
    ONE_CATEGORY,
    OrdinalError,
    OrdinalFit,
    fit_ordinal,
)
from app.analysis.importance.parallel import ParallelTest, parallel_lines
from app.analysis.results.asymmetry import OrdinalResult, OrdinalTerm, ParallelLines
from app.analysis.results.estimate import Estimate
from app.analysis.uncertainty.intervals import make_limits, nothing, number, t_interval
from app.analysis.uncertainty.multiple import holm_adjusted
from app.analysis.uncertainty.replicate import Replicates, groups_for

ITEMS = "items"
SEGMENTS = "segments"

ORDINAL_FROM = 100
PER_PARAMETER = 10
LEAST_CATEGORY = 10
LEAST_LEVEL = 10

FEW_ROWS = "few_rows"
FEW_IN_LEVEL = "few_in_level"
NO_TERMS = "no_terms"

# Beyond this an odds ratio is a number without meaning, and exp would overflow.
_FARTHEST = 50.0


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Counts of an ordered answer by group and pattern.

    Attributes:
        about: items or segments.
        counts: Shape (groups, patterns, points), worst point first; replicate groups of the study.
        x: Terms of every pattern, shape (patterns, terms).
        names: Term and level of every column of `x`.
        answers: Answers of every column's level, shape (terms,).
        base: Variable and base level.
        points: Points of the answer.
    """

    about: str
    counts: NDArray[np.float64]
    x: NDArray[np.float64]
    names: tuple[tuple[str, str], ...]
    answers: NDArray[np.float64]
    base: tuple[tuple[str, str], ...]
    points: tuple[int, ...]

    @property
    def terms(self) -> dict[str, list[int]]:
        """Return the columns of every term."""
        found: dict[str, list[int]] = {}
        for place, (term, _) in enumerate(self.names):
            found.setdefault(term, []).append(place)
        return found


def items_odds(
    rows: Dataset, outcome: Column, keys: tuple[tuple[Role, str], ...], *, level: float
) -> OrdinalResult:
    """Return the model of the overall rating by the ratings of a list, a point each.

    Households that answered all of it count; they are not weighted.

    Args:
        rows: The study's households.
        outcome: The overall rating.
        keys: Role and item of the list's ratings.
        level: Level of the intervals.

    Source: McCullagh 1980, J. R. Stat. Soc. B 42(2); see docs/methods/asymmetry.md.
    """
    given = answers_of(rows, (outcome.key, *keys))
    complete = np.isfinite(given).all(axis=1)
    given, groups = given[complete], rows.group[complete]
    if not keys or not given.size:
        return OrdinalResult(ITEMS, len(given), NO_TERMS if not keys else FEW_ROWS)
    modulus = None if rows.own_groups else groups_for(len(given))
    folded = groups if modulus is None else groups % modulus
    present, place = np.unique(folded, return_inverse=True)
    patterns, which = np.unique(given[:, 1:], axis=0, return_inverse=True)
    counts = np.zeros((present.size, len(patterns), len(outcome.points)))
    point = np.searchsorted(np.array(outcome.points), given[:, 0])
    np.add.at(counts, (place, which.ravel(), point), 1.0)
    table = Table(
        about=ITEMS,
        counts=counts,
        x=patterns,
        names=tuple((item, "") for _, item in keys),
        answers=np.full(len(keys), float(len(given))),
        base=(),
        points=outcome.points,
    )
    return judged(table, level=level)


def segments_odds(
    cells: Cells, outcome: Column, variables: tuple[str, ...], *, level: float
) -> OrdinalResult:
    """Return the model of the overall rating by segments, each held against the others fixed.

    Args:
        cells: The study's own.
        outcome: The overall rating.
        variables: Variables of the cells.
        level: Level of the intervals.

    Source: McCullagh 1980, J. R. Stat. Soc. B 42(2); see docs/methods/asymmetry.md.
    """
    start = cells.layout.starts[cells.layout.index[outcome.key]]
    points = slice(start, start + len(outcome.points))
    answers = int(cells.total()[points].sum())
    modulus = None if cells.own_groups else groups_for(cells.households)
    _, names, sums = cells.by_group_and_cell(modulus)
    counts = sums[:, :, points].astype(np.float64)
    held = counts.sum(axis=(0, 2))
    columns: list[NDArray[np.float64]] = []
    named: list[tuple[str, str]] = []
    sizes: list[float] = []
    base: list[tuple[str, str]] = []
    for variable in variables:
        at = cells.cell_variables.index(variable)
        of_level = _levels([name[at] for name in names], held)
        if len(of_level) < 2:
            continue
        if min(of_level.values()) < LEAST_LEVEL:
            return OrdinalResult(SEGMENTS, answers, FEW_IN_LEVEL)
        first = max(of_level, key=lambda one: of_level[one])
        base.append((variable, first))
        others = [one for one in of_level if one != first]
        columns += [np.array([float(name[at] == one) for name in names]) for one in others]
        named += [(variable, one) for one in others]
        sizes += [of_level[one] for one in others]
    if not columns:
        return OrdinalResult(SEGMENTS, answers, NO_TERMS)
    table = Table(
        about=SEGMENTS,
        counts=counts,
        x=np.column_stack(columns),
        names=tuple(named),
        answers=np.array(sizes),
        base=tuple(base),
        points=outcome.points,
    )
    return judged(table, level=level)


def _levels(values: Sequence[str], answers: NDArray[np.float64]) -> dict[str, float]:
    """Return the answers of every value of a variable that has any, values sorted."""
    found: dict[str, float] = {}
    for value, size in sorted(zip(values, answers.tolist(), strict=True)):
        found[value] = found.get(value, 0.0) + size
    return {value: size for value, size in found.items() if size > 0}


def joined(counts: NDArray[np.float64], least: float = LEAST_CATEGORY) -> tuple[int, ...]:
    """Return which category every point falls into, few answers joined with their neighbours.

    From the worst point up a category takes points until it holds `least` answers; what is left
    over at the best end joins the last one.

    Args:
        counts: Answers of every point, shape (points,).
        least: Least answers of a category.

    Source: ours, see docs/methods/asymmetry.md.
    """
    places: list[int] = []
    category, held = 0, 0.0
    for number_of in counts:
        if held >= least:
            category, held = category + 1, 0.0
        places.append(category)
        held += float(number_of)
    if held < least and category > 0:
        places = [min(place, category - 1) for place in places]
    return tuple(places)


def judged(table: Table, *, level: float) -> OrdinalResult:
    """Fit the model with jackknife errors, and test the parallel lines.

    Args:
        table: Counts by group and pattern.
        level: Level of the intervals.

    Source: McCullagh 1980, J. R. Stat. Soc. B 42(2); Kott 2001, J. Official Stat. 17(4); Peterson
        and Harrell 1990, Appl. Stat. 39(2).
    """
    total = table.counts.sum(axis=0)
    n = int(total.sum())
    places = joined(total.sum(axis=0))
    categories = max(places) + 1
    parameters = categories - 1 + len(table.names)
    if n < ORDINAL_FROM or n < PER_PARAMETER * parameters:
        return OrdinalResult(table.about, n, FEW_ROWS)
    if categories < 2:
        return OrdinalResult(table.about, n, ONE_CATEGORY)
    fold = np.eye(categories)[list(places)]
    counts = table.counts @ fold
    whole = counts.sum(axis=0)
    try:
        fit = fit_ordinal(whole, table.x)
        tests = _tests(parallel_lines(whole, table.x, table.terms, fit=fit))
    except OrdinalError as error:
        return OrdinalResult(table.about, n, error.reason)
    adjusted = [one.p_adjusted for one in tests if one.p_adjusted is not None]
    return OrdinalResult(
        about=table.about,
        n=n,
        refusal=None,
        categories=tuple(
            tuple(point for point, place in zip(table.points, places, strict=True) if place == one)
            for one in range(categories)
        ),
        base=table.base,
        terms=_terms(table, fit, _errors(counts, table.x, fit), level),
        thresholds=tuple(float(one) for one in fit.thresholds),
        log_likelihood=fit.log_likelihood,
        parallel=tests,
        parallel_fails=min(adjusted) < 1 - level if adjusted else None,
    )


def _errors(
    counts: NDArray[np.float64], x: NDArray[np.float64], fit: OrdinalFit
) -> tuple[NDArray[np.float64], int]:
    """Return jackknife errors of the coefficients and their degrees of freedom."""
    whole = counts.sum(axis=0)
    held = counts.sum(axis=(1, 2)) > 0
    groups = int(held.sum())
    if groups < 2:
        return np.full(fit.coefficients.shape, np.nan), 0
    start = np.concatenate([fit.thresholds, fit.coefficients])
    found = [fit.coefficients]
    for group in counts[held]:
        try:
            found.append(fit_ordinal(whole - group, x, start=start).coefficients)
        except OrdinalError:
            found.append(np.full(fit.coefficients.shape, np.nan))
    replicates = Replicates(np.zeros((groups + 1, 1), dtype=np.int64), groups)
    return replicates.stderr(np.array(found)), replicates.df


def _terms(
    table: Table, fit: OrdinalFit, errors: tuple[NDArray[np.float64], int], level: float
) -> tuple[OrdinalTerm, ...]:
    limits = make_limits(errors[1], level)
    results = []
    for k, (term, name) in enumerate(table.names):
        n = int(table.answers[k])
        coefficient = t_interval(fit.coefficients[k], errors[0][k], limits, n=n)
        results.append(OrdinalTerm(term, name, n, coefficient, _ratio(coefficient)))
    return tuple(results)


def _ratio(coefficient: Estimate) -> Estimate:
    """Return the odds ratio with the image of the coefficient's interval."""
    if coefficient.value is None:
        return nothing(coefficient.n)
    low, high = (
        None if one is None else float(np.exp(np.clip(one, -_FARTHEST, _FARTHEST)))
        for one in (coefficient.low, coefficient.high)
    )
    value = float(np.exp(np.clip(coefficient.value, -_FARTHEST, _FARTHEST)))
    return Estimate(value, None, low, high, coefficient.n, coefficient.df)


def _tests(found: Sequence[ParallelTest]) -> tuple[ParallelLines, ...]:
    """Return the tests with Holm's p values over the terms."""
    single = np.array([one.p for one in found if one.term], dtype=np.float64)
    adjusted = iter(holm_adjusted(single) if single.size else single)
    return tuple(
        ParallelLines(
            term=one.term,
            statistic=number(one.statistic),
            df=one.df,
            p=number(one.p),
            p_adjusted=number(next(adjusted)) if one.term else None,
        )
        for one in found
    )
