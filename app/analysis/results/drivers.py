"""Derived importance (推导重要度): what moves overall satisfaction, beside what people say matters.

Imports no numpy, so that pages may read stored results. `None` stands for "cannot be said" and is
never replaced by zero.
"""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Driver:
    """What one item has to do with the outcome.

    Attributes:
        code: Item code.
        n: Households that rated both the item and the outcome.
        share: Derived share: relative weight over R^2, 0..1; its interval is approximate and,
            since a relative weight is never negative, says nothing about "no influence at all".
        relative_weight: Johnson's relative weight; adds up to R^2 over the list.
        lmg_share: LMG over R^2, to confirm `share`; None with more than 12 items.
        correlation: With the outcome.
        partial: The same with the other items held fixed.
        beta: Standardised coefficient; may be negative where the correlation is positive, so it
            is no importance.
        vif: Variance inflation factor of `beta`.
        pratt: Correlation times beta; adds up to R^2, may be negative.
        car: Squared CAR score; adds up to R^2.
        first: R^2 of the item alone.
        last: Gain in R^2 when it joins all others.
        stated: Stated share, where the caller gave one.
        quadrant: key_driver, basic, hidden_driver or low: `stated` and `share` against 1/p; a
            hypothesis, not a finding.
        on_the_line: The interval of `share` covers 1/p.
    """

    code: str
    n: int
    share: Estimate
    relative_weight: float
    lmg_share: float | None
    correlation: float
    partial: float
    beta: float
    vif: float
    pratt: float
    car: float
    first: float
    last: float
    stated: float | None
    quadrant: str | None
    on_the_line: bool | None


@dataclass(frozen=True, slots=True)
class DriversResult:
    """Derived importance of a list of items.

    Attributes:
        outcome: Code of the outcome, the overall item.
        area: Area whose attributes these are; empty for a list of areas and for all attributes.
        source: own, company (correlations within all communities, pooled) or None: refused.
        refusals: Why the community's own answers were not used, and, when `source` is None, why
            the company's were not either: few_pairs (fewer than 150), few_per_item (fewer than
            10 per item), not_finite, indefinite, no_pairs (no outcome, or pairs were not
            counted), no_company. A refused matrix cannot be replaced by complete rows: the sums
            of cells do not hold them.
        n: Fewest households behind any correlation used; of the own ones when refused.
        weakest: The two item codes of that correlation; empty when there is none.
        communities: Communities pooled; 1 for own.
        r_squared: Share of the outcome's variance that the list explains.
        adjusted_r_squared: The same corrected for the number of items.
        explains_little: R^2 below .2: the list says little about what moves the outcome.
        first_component: Share of the items' variance on their first principal component.
        halo: That share is at least one half: everything is rated alike, shares lie close.
        items: In the order of the list; empty when refused.
        agreement: Correlation of stated and derived shares.
        agreement_tau: Kendall's tau-b of the two.
        approximate: Intervals of the shares cover .88 to .92 instead of .95.
    """

    outcome: str
    area: str
    source: str | None
    refusals: tuple[str, ...]
    n: int
    weakest: tuple[str, ...] = ()
    communities: int = 0
    r_squared: Estimate | None = None
    adjusted_r_squared: float | None = None
    explains_little: bool | None = None
    first_component: float | None = None
    halo: bool | None = None
    items: tuple[Driver, ...] = ()
    agreement: float | None = None
    agreement_tau: float | None = None
    approximate: bool = True
