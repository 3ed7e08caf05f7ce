"""What the items of a study's list have in common: suitability, eigenvalues, factors, halo."""

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Role
from app.analysis.importance.correlations import (
    CorrelationError,
    check,
    correlations,
    first_component,
)
from app.analysis.importance.evidence import FEW_PAIRS, NO_PAIRS, block_of, keys_of, pair_sums
from app.analysis.results.scales import FactorItem, FactorsResult, Sphericity
from app.analysis.scales.alpha import ScaleError
from app.analysis.scales.factor import Factors, factor_df, fit_factors, varimax
from app.analysis.scales.suitability import LEAST_KMO, Adequacy, adequacy, sphericity
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import number

FACTORS_FROM = 100
PER_ITEM = 5
HALO_FROM = 0.5
LEAST_ITEMS = 3  # the KMO of two items is one half, whatever they are
FEW_PER_ITEM = "few_per_item"
FEW_ITEMS = "items"


def make_factors(frame: Frame, role: Role, items: tuple[str, ...]) -> FactorsResult:
    """Return suitability, eigenvalues and maximum-likelihood factors of a list.

    As many factors as eigenvalues above 1 (Kaiser's rule), as far as the items leave degrees of
    freedom; the test beside says whether so many suffice.

    Args:
        frame: The study's frame.
        role: Column role of the ratings.
        items: Item codes, in order.

    Source: Lawley and Maxwell 1971, Factor Analysis as a Statistical Method; Kaiser 1960, Educ.
        Psychol. Meas. 20.
    """
    keys = tuple((role, item) for item in items)
    layout = frame.moments.layout
    name = block_of(layout, keys)
    if len(keys) < LEAST_ITEMS:
        return FactorsResult(0, FEW_ITEMS)
    if name is None:
        return FactorsResult(0, NO_PAIRS)
    known = keys_of(layout.blocks[name])
    places = [known.index(key) for key in keys]
    n = int(pair_sums(layout, frame.moments.sums, name).take(places).n[0].min())
    if n < FACTORS_FROM:
        return FactorsResult(n, FEW_PAIRS)
    if n < PER_ITEM * len(items):
        return FactorsResult(n, FEW_PER_ITEM)
    linear = pair_sums(layout, frame.moments.linear, name).take(places)
    matrix = correlations(linear)[0]
    try:
        check(matrix)
    except CorrelationError as error:
        return FactorsResult(n, error.reason)
    return _described(matrix, items, n)


def _described(matrix: NDArray[np.float64], items: tuple[str, ...], n: int) -> FactorsResult:
    values = np.linalg.eigvalsh(matrix)[::-1]
    wanted = max(1, int((values > 1).sum()))
    while wanted > 1 and factor_df(len(items), wanted) < 0:
        wanted -= 1
    sampled = adequacy(matrix)
    test = sphericity(matrix, n)
    component = float(first_component(matrix))
    fitted: Factors | None = None
    refusal = None
    try:
        fitted = fit_factors(matrix, wanted, n)
    except ScaleError as error:
        refusal = error.reason
    has_test = fitted is not None and fitted.df > 0
    return FactorsResult(
        n=n,
        refusal=refusal,
        kmo=number(sampled.overall),
        unsuitable=sampled.overall < LEAST_KMO,
        bartlett=Sphericity(test.chi_square, test.df, test.p),
        eigenvalues=tuple(float(one) for one in values),
        factors=wanted if fitted is not None else 0,
        first_component=component,
        halo=component >= HALO_FROM,
        fit=Sphericity(fitted.chi_square, fitted.df, fitted.p) if fitted and has_test else None,
        on_border=fitted.on_border if fitted else None,
        items=_items(items, fitted, sampled),
    )


def _items(
    items: tuple[str, ...], fitted: Factors | None, sampled: Adequacy
) -> tuple[FactorItem, ...]:
    if fitted is None:
        return ()
    turned = varimax(fitted.loadings)
    return tuple(
        FactorItem(
            code=item,
            kmo=number(sampled.items[k]),
            uniqueness=float(fitted.uniqueness[k]),
            loadings=tuple(float(one) for one in turned[k]),
        )
        for k, item in enumerate(items)
    )
