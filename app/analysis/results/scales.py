"""Quality of a scale of several items: alpha and omega.

Imports no numpy, so that pages may read stored results. `None` stands for "cannot be said" and is
never replaced by zero.
"""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate


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
