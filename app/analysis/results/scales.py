"""Quality of scales: alpha, omega, factors, and a path model with its index.

Imports no numpy, so that pages may read stored results. `None` stands for "cannot be said" and is
never replaced by zero.
"""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Sphericity:
    """A chi-square test: Bartlett's of sphericity, or that so many factors suffice.

    Attributes:
        chi_square, df, p: The test.
    """

    chi_square: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class ScaleItem:
    """One item of a scale.

    Attributes:
        code: Item code.
        item_rest: Correlation with the sum of the other items.
        if_dropped: Alpha without it; None in a scale of two.
    """

    code: str
    item_rest: float | None
    if_dropped: float | None


@dataclass(frozen=True, slots=True)
class ScaleResult:
    """Do the attributes of an area measure one thing.

    Attributes:
        area: Area code.
        n: Fewest households behind any pair of its items.
        refusal: few_pairs (fewer than 100), not_finite, no_variance or no_pairs; None when said.
        alpha: Cronbach's alpha with jackknife interval, pairwise; may be negative.
        feldt_low, feldt_high: Feldt's interval, which assumes complete and parallel items.
        standardised: Alpha of standardised items.
        average_r: Mean correlation.
        omega: McDonald's omega of one factor, over the variance the model implies; None with two
            items or without a solution.
        omega_observed: The same over the observed variance.
        on_border: The factor explains one item entirely: do not trust omega.
        check_reversed: Alpha is negative: an item may be coded the other way round.
        items: In the order of the columns.
        kmo: Sampling adequacy; None with two items (one half, whatever they are) or no inverse.
        bartlett: Test that the items have nothing in common; None likewise.
        first_component: Share of the items' variance on their first principal component.
        ordinal_alpha: Alpha of the polychoric correlations; None without rows.
        indefinite: The pairwise correlations are no correlation matrix; omega and KMO are refused.
    """

    area: str
    n: int
    refusal: str | None
    alpha: Estimate | None = None
    feldt_low: float | None = None
    feldt_high: float | None = None
    standardised: float | None = None
    average_r: float | None = None
    omega: float | None = None
    omega_observed: float | None = None
    on_border: bool | None = None
    check_reversed: bool | None = None
    items: tuple[ScaleItem, ...] = ()
    kmo: float | None = None
    bartlett: Sphericity | None = None
    first_component: float | None = None
    ordinal_alpha: float | None = None
    indefinite: bool | None = None


@dataclass(frozen=True, slots=True)
class FactorItem:
    """One item of a factor model.

    Attributes:
        code: Item code.
        kmo: Its sampling adequacy.
        uniqueness: Share of its variance that no factor explains.
        loadings: On every factor, turned by varimax; compare uniquenesses, for loadings may be
            turned in other ways as well.
    """

    code: str
    kmo: float | None
    uniqueness: float
    loadings: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FactorsResult:
    """What the items of a list have in common.

    Attributes:
        n: Fewest households behind any correlation.
        refusal: few_pairs (below 100), few_per_item (below 5 an item), no_pairs, not_finite,
            indefinite, items (fewer than three) or no_convergence; None when said.
        kmo: Sampling adequacy of the list.
        unsuitable: It is below .5: there is hardly anything to factor.
        bartlett: Test that the items have nothing in common.
        eigenvalues: Of the correlations, largest first.
        factors: Factors fitted: eigenvalues above 1, as far as there are degrees of freedom.
        first_component: Share of the items' variance on their first principal component.
        halo: That share is at least one half: everything is rated alike.
        fit: Test that so many factors suffice; None without degrees of freedom.
        on_border: An item is explained nearly entirely: do not trust the model.
        items: In the order of the list; empty when refused.
    """

    n: int
    refusal: str | None
    kmo: float | None = None
    unsuitable: bool | None = None
    bartlett: Sphericity | None = None
    eigenvalues: tuple[float, ...] = ()
    factors: int = 0
    first_component: float | None = None
    halo: bool | None = None
    fit: Sphericity | None = None
    on_border: bool | None = None
    items: tuple[FactorItem, ...] = ()


@dataclass(frozen=True, slots=True)
class LatentItem:
    """One item of a latent variable.

    Attributes:
        code: Column code.
        weight: Of the standardised item.
        loading: Correlation with the latent variable.
    """

    code: str
    weight: float
    loading: float


@dataclass(frozen=True, slots=True)
class LatentResult:
    """One latent variable of a path model.

    Attributes:
        name: Its name in the plan.
        index: Mean on 0-100 with the weights of the unstandardised items; None with `wrong_sign`.
        wrong_sign: An item has a weight of 0 or less, so the index would fall when its answers
            rise.
        r_squared: Explained share; None for one that nothing leads to.
        items: Its items.
    """

    name: str
    index: Estimate | None
    wrong_sign: bool
    r_squared: float | None
    items: tuple[LatentItem, ...]


@dataclass(frozen=True, slots=True)
class PathResult:
    """One path: coefficient of `source` in the regression of `target`."""

    source: str
    target: str
    coefficient: Estimate


@dataclass(frozen=True, slots=True)
class ModelResult:
    """Path model by partial least squares (mode A) with indices in the style of the American one.

    No conformity with a national standard is claimed.

    Attributes:
        scheme: centroid, factorial or path.
        n: Fewest households behind any correlation.
        refusal: few_pairs (below 200), no_pairs, not_finite, indefinite, model or no_convergence;
            None when said.
        latent: The latent variables; empty when refused.
        paths: The paths.
    """

    scheme: str
    n: int
    refusal: str | None
    latent: tuple[LatentResult, ...] = ()
    paths: tuple[PathResult, ...] = ()
