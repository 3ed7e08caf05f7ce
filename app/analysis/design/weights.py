"""Weights of the households behind cells, from known sizes of the categories they belong to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.analysis.design.calibration import (
    TRIM,
    CategoryError,
    check_totals,
    kish_effect,
    rake_cells,
    trimmed,
)
from app.analysis.design.sample import Floats, Ints
from app.analysis.results.weighting import WeightedCategory, WeightingResult

POST_STRATIFICATION = "post-stratification"
RAKING = "raking"
MOST_DEFF = 2.0
LEAST_ANSWERS = 10
LEAST_DIFFERENCE = 0.10

COMMUNITY = "community"
WAVE = "wave"

Category = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Margin:
    """Known numbers of households by one variable, or by a combination of variables.

    Attributes:
        variables: Cell variables, or ``community`` or ``wave``.
        totals: Households there are, by the values of the variables.
    """

    variables: tuple[str, ...]
    totals: tuple[tuple[Category, float], ...]

    @property
    def communities(self) -> frozenset[str] | None:
        """Return the communities it knows; None when it does not tell them apart."""
        if COMMUNITY not in self.variables:
            return None
        place = self.variables.index(COMMUNITY)
        return frozenset(category[place] for category, _ in self.totals)

    @property
    def size(self) -> float:
        """Return the households of all categories together."""
        return sum(total for _, total in self.totals)


def make_margin(variables: str | Category, totals: Mapping[str | Category, float]) -> Margin:
    """Return a margin; a single variable and its values may be given as plain strings.

    Source: ours, see docs/methods/weights.md.
    """
    names = (variables,) if isinstance(variables, str) else variables
    known = {(key,) if isinstance(key, str) else key: float(n) for key, n in totals.items()}
    return Margin(names, tuple(sorted(known.items())))


@dataclass(frozen=True, slots=True)
class Weighting:
    """How households are to be weighted.

    One margin is post-stratification, several are raked. To let every community count by its
    households give one margin of the variable ``community``.

    Attributes:
        margins: What is known; all of the same sum.
        trim: Weights are cut at this multiple of their median, then raked once more; None leaves
            them. After post-stratification only the sum is restored, because raking it again
            would undo the cut.
        most_deff: Weights that cost more than this are refused.
    """

    margins: tuple[Margin, ...]
    trim: float | None = TRIM
    most_deff: float = MOST_DEFF

    @property
    def variables(self) -> tuple[str, ...]:
        """Return all variables, each once."""
        return tuple(dict.fromkeys(name for one in self.margins for name in one.variables))

    @property
    def inside(self) -> tuple[str, ...]:
        """Return the variables by which households of one community and wave differ in weight."""
        return tuple(name for name in self.variables if name not in (COMMUNITY, WAVE))

    @property
    def communities(self) -> frozenset[str] | None:
        """Return the communities that every margin about them knows; None without one."""
        known = [one.communities for one in self.margins if one.communities is not None]
        return frozenset.intersection(*known) if known else None

    def among(self, communities: Collection[str]) -> "Weighting":
        """Return the weighting of some communities alone, as where waves hold different ones.

        Margins that do not tell communities apart keep their proportions and are brought to the
        households that remain: nothing else is known of them. Margins that speak of different
        sums before do so after.

        Args:
            communities: Those that remain.

        Source: ours, see docs/methods/weights.md.
        """
        known = [one for one in self.margins if COMMUNITY in one.variables]
        kept = [_of(one, communities) for one in known]
        if kept == known:
            return self
        share, rest = kept[0].size / known[0].size, iter(kept)
        return replace(
            self,
            margins=tuple(
                next(rest) if COMMUNITY in one.variables else _scaled(one, share)
                for one in self.margins
            ),
        )


def _of(margin: Margin, communities: Collection[str]) -> Margin:
    """Return a margin without the totals of other communities."""
    place = margin.variables.index(COMMUNITY)
    totals = tuple(one for one in margin.totals if one[0][place] in communities)
    return replace(margin, totals=totals)


def _scaled(margin: Margin, share: float) -> Margin:
    """Return a margin with a share of every total."""
    totals = tuple((category, share * total) for category, total in margin.totals)
    return replace(margin, totals=totals)


@dataclass(frozen=True, slots=True, eq=False)
class CellWeights:
    """Weights of tables of cells.

    Attributes:
        weights: Shape (tables, cells); in every table the households' mean is 1.
        result: What was done, of the first table.
    """

    weights: Floats
    result: WeightingResult


def cell_weights(weighting: Weighting, cells: tuple[Category, ...], counts: Ints) -> CellWeights:
    """Return the weight of every cell, in the full sample and again in every replicate.

    Args:
        weighting: What is known.
        cells: Values of `weighting.variables` of every cell.
        counts: Households, shape (tables, cells); the first table is the full sample.

    Raises:
        CategoryError: A category has answers and no total, or a total and no answers; join it with
            another one.
        TotalsError: The margins have different sums.
        ConvergenceError: Raking did not converge.

    Source: Deming and Stephan (1940) Ann. Math. Stat. 11:427-444; trimming and the refusal are
        ours, see docs/methods/weights.md.
    """
    places, known = _places(weighting, cells, counts[0])
    check_totals(known)
    table = counts.astype(np.float64)
    raked = rake_cells(table, places, known)
    weights, cut = _centred(raked.factors, table), 0
    if weighting.trim is not None:
        limited = np.stack(
            [
                trimmed(row, counts=n, times=weighting.trim)
                for row, n in zip(weights, table, strict=True)
            ]
        )
        cut = int(counts[0][limited[0] < weights[0]].sum())
        if (limited < weights).any():
            weights = limited
            if len(known) > 1:
                weights = limited * rake_cells(table * limited, places, known).factors
            weights = _centred(weights, table)
    deff = kish_effect(weights[0], counts=table[0])
    result = WeightingResult(
        method=POST_STRATIFICATION if len(known) == 1 else RAKING,
        applied=deff <= weighting.most_deff,
        deff=deff,
        n_effective=float(table[0].sum()) / deff,
        trimmed=cut,
        iterations=raked.iterations,
        emptied=raked.emptied,
        categories=_categories(weighting, places, table[0], weights[0]),
    )
    return CellWeights(weights, result)


def _centred(weights: Floats, counts: Floats) -> Floats:
    """Scale weights so that the mean over the households of every table is 1."""
    sums = (weights * counts).sum(axis=1, keepdims=True)
    centred: Floats = weights * counts.sum(axis=1, keepdims=True) / sums
    return centred


def _places(
    weighting: Weighting, cells: tuple[Category, ...], counts: Ints
) -> tuple[list[Ints], list[Floats]]:
    """Return the category of every cell and the totals of all categories, per margin."""
    names = weighting.variables
    places: list[Ints] = []
    known: list[Floats] = []
    for number, margin in enumerate(weighting.margins):
        columns = [names.index(name) for name in margin.variables]
        place_of = {category: k for k, (category, _) in enumerate(margin.totals)}
        own = [tuple(cell[column] for column in columns) for cell in cells]
        totals = np.array([size for _, size in margin.totals])
        for category in own:
            if category not in place_of or not totals[place_of[category]] > 0:
                raise CategoryError(number, category, is_empty=False)
        place = np.array([place_of[category] for category in own], dtype=np.int64)
        answered = np.bincount(place, weights=counts, minlength=totals.size)
        for (category, _), n in zip(margin.totals, answered, strict=True):
            if n == 0:
                raise CategoryError(number, category, is_empty=True)
        places.append(place)
        known.append(totals)
    return places, known


def _categories(
    weighting: Weighting, places: list[Ints], counts: Floats, weights: Floats
) -> tuple[WeightedCategory, ...]:
    found: list[WeightedCategory] = []
    for margin, place in zip(weighting.margins, places, strict=True):
        size = len(margin.totals)
        answered = np.bincount(place, weights=counts, minlength=size)
        weight = np.bincount(place, weights=counts * weights, minlength=size)
        found.extend(
            WeightedCategory(
                margin.variables, category, int(answered[k]), total, float(weight[k] / answered[k])
            )
            for k, (category, total) in enumerate(margin.totals)
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class WeightingAdvice:
    """Whether to weight inside a community by one known variable.

    Attributes:
        is_advised: Response differs enough and every category has enough answers.
        difference: Largest less smallest response rate; None without two categories.
        rates: Response rate by category.
        small: Categories with too few answers; join them with others before weighting.
    """

    is_advised: bool
    difference: float | None
    rates: tuple[tuple[str, float], ...]
    small: tuple[str, ...]


def advise_weighting(
    answered: Mapping[str, int],
    population: Mapping[str, int],
    *,
    least_answers: int = LEAST_ANSWERS,
    least_difference: float = LEAST_DIFFERENCE,
) -> WeightingAdvice:
    """Say whether weighting by a known variable (building, phase, tenure) is worth it.

    It is where response rates differ by more than 10 points and every category has 10 answers.

    Args:
        answered: Households that answered, by category; an absent category has none.
        population: Households there are, by category, above 0.
        least_answers: Answers that every category needs.
        least_difference: Difference of rates that must be exceeded, as a fraction.

    Source: ours, see docs/methods/weights.md.
    """
    counts = {category: answered.get(category, 0) for category in sorted(population)}
    rates = tuple((category, n / population[category]) for category, n in counts.items())
    small = tuple(category for category, n in counts.items() if n < least_answers)
    if len(rates) < 2:
        return WeightingAdvice(False, None, rates, small)
    values = [rate for _, rate in rates]
    difference = max(values) - min(values)
    # Rates are quotients: exactly 10 points must not count as more because of a rounding.
    is_more = difference > least_difference + 1e-12
    return WeightingAdvice(is_more and not small, difference, rates, small)
