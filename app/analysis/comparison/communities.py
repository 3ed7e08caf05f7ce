"""Communities side by side: shrunken values, whether they differ at all, who may be ranked.

No league table by default. Figures of communities differ by chance alone; how far, says the share
of their variance that is not error (reliability). Ranks are said only where its median is at least
.7, and only of communities whose gate is met, that are not on hold and have 100 answers.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from app.analysis.comparison.independent import FromMean, from_mean, independent_ranks
from app.analysis.comparison.series import OVERALL, Rated, level_series
from app.analysis.comparison.shrinkage import Shrinkage, heterogeneity, shrink
from app.analysis.comparison.verdicts import difference_p, judged
from app.analysis.comparison.waves import of_known
from app.analysis.data.cells import Cells
from app.analysis.data.dataset import Role
from app.analysis.disclosure.floors import OWN_ROWS, PUBLISHED, WAIVER, Floors
from app.analysis.disclosure.tables import hidden_parts
from app.analysis.importance.stated import FROZEN
from app.analysis.plan import StudyPlan
from app.analysis.results.comparison import CommunitiesResult, CommunityEntry, Contrast
from app.analysis.results.disclosure import SMALL
from app.analysis.results.estimate import Estimate
from app.analysis.uncertainty.frame import Frame, make_frame
from app.analysis.uncertainty.intervals import make_limits, nothing, number, t_interval
from app.analysis.uncertainty.multiple import holm_adjusted

INDEX = "index"
INDEX_COMMON = "index_common"
LEAGUE_RELIABILITY = 0.7
LEAST_RANKED = 2

ABOVE = "above"
BELOW = "below"
AVERAGE = "average"


class CommunityWeightsError(ValueError):
    """Communities cannot be compared under a weighting that differs inside a community.

    Attributes:
        variable: What it goes by besides communities and waves.
    """

    def __init__(self, variable: str) -> None:
        super().__init__(variable)
        self.variable = variable


@dataclass(frozen=True, slots=True)
class _Figure:
    """What one community says about the measure.

    Attributes:
        code: Its name.
        value: Figure with interval, suppressed by its own number of answers.
        n: Answers.
        mean: The figure itself, also where it may not be said.
    """

    code: str
    value: Estimate
    n: int
    mean: float


def compare_communities(
    cells: Cells,
    plan: StudyPlan,
    *,
    measure: str = INDEX,
    unranked: Collection[str] = (),
) -> CommunitiesResult:
    """Compare the communities of these cells by one measure.

    Args:
        cells: Sums of one wave, any number of communities.
        plan: Lists, weights, level, smallest difference of interest; `plan.unranked` counts, too.
            A weighting by communities changes no figure of one; it counts in the common weights
            of ``index_common``.
        measure: ``index``, ``index_common``, ``overall`` or an item of the headline list. The
            index has every community's own weights, as on its own page; the common one those of
            all communities together, so that it differs by what is rated and not by what is
            picked.
        unranked: Communities that may not be ranked: below the gate, or on hold.

    Returns:
        Entries by name. One community alone has neither a mean nor a standing.

    Raises:
        KeyError: No column measures this.
        CommunityWeightsError: The plan weights by something else than communities.
        WeightsRuleError: The columns lack what the rule of weights needs.

    Source: Fay and Herriot 1979, Journal of the American Statistical Association 74, 269-277; the
    rules about what is said are ours, see docs/methods/communities.md.
    """
    inside = plan.weighting.inside if plan.weighting else ()
    if inside:
        raise CommunityWeightsError(inside[0])
    floors = PUBLISHED if plan.suppress else OWN_ROWS
    if measure == INDEX_COMMON:
        plan = _with_common_weights(cells, plan)
    figures = [
        _figure(code, part, plan, measure, floors) for code, part in split_communities(cells)
    ]
    hidden = _hidden(figures, floors)
    outside = {*unranked, *plan.unranked}
    entries = [
        _entry(figure, why, figure.n >= floors.order and figure.code not in outside)
        for figure, why in zip(figures, hidden, strict=True)
    ]
    return _compared(entries, measure, plan)


def split_communities(cells: Cells) -> list[tuple[str, Cells]]:
    """Return the cells of every community, by name.

    Args:
        cells: Sums of any number of communities.

    Source: ours, see docs/methods/communities.md.
    """
    rows: dict[str, list[int]] = {}
    for row, key in enumerate(cells.keys):
        rows.setdefault(key.community, []).append(row)
    return [
        (
            code,
            Cells(
                cells.layout,
                tuple(cells.keys[row] for row in rows[code]),
                cells.sums[rows[code]],
                cells.own_groups,
                cells.cell_variables,
            ),
        )
        for code in sorted(rows)
    ]


def _with(
    entries: list[CommunityEntry], places: list[int], changed: list[CommunityEntry]
) -> list[CommunityEntry]:
    """Return the entries with some of them changed."""
    found = list(entries)
    for place, entry in zip(places, changed, strict=True):
        found[place] = entry
    return found


def _compared(entries: list[CommunityEntry], measure: str, plan: StudyPlan) -> CommunitiesResult:
    """Compare the entries that have a figure and an error, and put the result together."""
    kept = [k for k, entry in enumerate(entries) if entry.value.stderr is not None]
    if len(kept) < 2:
        return _alone(measure, plan, entries, len(kept))
    theta = np.array([entries[k].value.value for k in kept], dtype=np.float64)
    error = np.array([entries[k].value.stderr for k in kept], dtype=np.float64)
    df = np.array([entries[k].value.df for k in kept], dtype=np.float64)
    shrunken = shrink(theta, error, level=plan.level)
    reliability = float(np.median(shrunken.reliability))
    entries = _with(entries, kept, _placed([entries[k] for k in kept], shrunken))
    apart = from_mean(theta, error, df)
    entries = _with(entries, kept, _judged([entries[k] for k in kept], apart, plan))
    can_rank = [k for k in kept if entries[k].is_rankable]
    is_league = (
        reliability >= LEAGUE_RELIABILITY
        and len(can_rank) >= LEAST_RANKED
        and WAIVER not in plan.reasons
    )
    if is_league:
        entries = _with(entries, can_rank, _ranked([entries[k] for k in can_rank], plan))
    test = heterogeneity(theta, error)
    order = np.argsort(shrunken.values, kind="stable")
    return CommunitiesResult(
        measure=measure,
        level=plan.level,
        compared=len(kept),
        mean=number(shrunken.mean),
        spread=number(shrunken.variance),
        heterogeneity=number(test.statistic),
        p=number(test.p),
        median_reliability=number(reliability),
        league_said=is_league,
        entries=tuple(entries),
        caterpillar=tuple(entries[kept[place]].code for place in order),
    )


def _alone(
    measure: str, plan: StudyPlan, entries: list[CommunityEntry], compared: int
) -> CommunitiesResult:
    """Return figures that cannot be compared because fewer than two have an error."""
    return CommunitiesResult(
        measure=measure,
        level=plan.level,
        compared=compared,
        mean=None,
        spread=None,
        heterogeneity=None,
        p=None,
        median_reliability=None,
        league_said=False,
        entries=tuple(entries),
    )


def _figure(code: str, cells: Cells, plan: StudyPlan, measure: str, floors: Floors) -> _Figure:
    """Return the figure of one community, as on its own page."""
    frame = make_frame(cells, level=plan.level, floors=floors)
    if measure in (INDEX, INDEX_COMMON):
        return _index(code, frame, plan)
    role, items = (
        (Role.OVERALL, OVERALL) if measure in OVERALL else (plan.headline_role, (measure,))
    )
    series = level_series(frame.moments, role, items)
    value = frame.estimates(series.values, series.n, bounds=(0.0, 100.0), holding=series.holding)[0]
    return _Figure(code, value, int(series.n[0]), float(series.values[0, 0]))


def _with_common_weights(cells: Cells, plan: StudyPlan) -> StudyPlan:
    """Return the plan with the shares of all communities together, taken as known."""
    if plan.weights == FROZEN:
        return plan
    known, weighting = of_known(cells, plan.weighting), plan.weighting
    if weighting is not None:
        weighting = weighting.among({key.community for key in known.keys})
    frame = make_frame(known, level=plan.level, floors=OWN_ROWS, weighting=weighting)
    rated = Rated(frame.moments, plan.headline_role, plan.headline)
    shares = rated.shares(plan.weights).values[0].tolist()
    return replace(plan, weights=FROZEN, shares=tuple(zip(plan.headline, shares, strict=True)))


def _index(code: str, frame: Frame, plan: StudyPlan) -> _Figure:
    n = frame.moments.n(plan.headline_role, plan.headline)[0]
    items = tuple(
        item
        for item, count in zip(plan.headline, n, strict=True)
        if count >= max(1, frame.floors.item)
    )
    if not items:
        return _Figure(code, nothing(frame.households), frame.households, float("nan"))
    rated = Rated(frame.moments, plan.headline_role, items)
    series = rated.index(rated.shares(plan.weights, plan.shares))
    value = frame.estimates(
        series.values,
        series.n,
        bounds=(0.0, 100.0),
        least=frame.floors.listed,
        holding=series.holding,
    )[0]
    return _Figure(code, value, frame.households, float(series.values[0, 0]))


def _hidden(figures: list[_Figure], floors: Floors) -> list[str | None]:
    """Say which communities to withhold, so that none follows from the company's own figure."""
    if floors.is_open:
        return [None] * len(figures)
    n = np.array([figure.n for figure in figures])
    sums = np.array([figure.n * np.nan_to_num(figure.mean) for figure in figures])
    found = hidden_parts(n, sums, points=(0.0, 100.0), threshold=floors.item)
    return [
        why or (SMALL if figure.value.value is None else None)
        for why, figure in zip(found, figures, strict=True)
    ]


def _entry(figure: _Figure, hidden: str | None, can_rank: bool) -> CommunityEntry:
    none = nothing(figure.n)
    value = none if hidden else figure.value
    return CommunityEntry(
        code=figure.code,
        n=figure.n,
        value=value,
        shrunken=none,
        reliability=None,
        from_mean=Contrast(figure.code, None, None, none),
        standing=None,
        is_rankable=can_rank and value.stderr is not None,
        hidden=hidden,
    )


def _placed(entries: list[CommunityEntry], shrunken: Shrinkage) -> list[CommunityEntry]:
    """Give the entries their shrunken values, cut at 0 and 100."""
    return [
        replace(
            entry,
            shrunken=Estimate(
                float(shrunken.values[k]),
                float(shrunken.stderr[k]),
                max(0.0, float(shrunken.low[k])),
                min(100.0, float(shrunken.high[k])),
                entry.n,
            ),
            reliability=float(shrunken.reliability[k]),
        )
        for k, entry in enumerate(entries)
    ]


def _judged(
    entries: list[CommunityEntry], apart: FromMean, plan: StudyPlan
) -> list[CommunityEntry]:
    """Hold the entries against the plain mean, Holm over all of them."""
    p = difference_p(apart.values, apart.stderr, apart.df)
    # Two communities are one comparison, seen from either side.
    adjusted = p if len(entries) == 2 else holm_adjusted(p)
    alpha = round(1 - plan.level, 12)
    found = []
    for k, entry in enumerate(entries):
        change = t_interval(
            apart.values[k],
            apart.stderr[k],
            make_limits(int(apart.df[k]), plan.level),
            n=entry.n,
        )
        contrast = judged(
            Contrast(entry.code, entry.value.value, apart.mean, change),
            (p[k], adjusted[k]),
            smallest=plan.smallest_change,
            alpha=alpha,
        )
        standing = AVERAGE
        if contrast.established:
            standing = ABOVE if apart.values[k] > 0 else BELOW
        found.append(replace(entry, from_mean=contrast, standing=standing))
    return found


def _ranked(entries: list[CommunityEntry], plan: StudyPlan) -> list[CommunityEntry]:
    """Rank the entries by their own figures, with simultaneous intervals."""
    ranks = independent_ranks(
        np.array([entry.value.value for entry in entries], dtype=np.float64),
        np.array([entry.value.stderr for entry in entries], dtype=np.float64),
        np.array([entry.value.df for entry in entries], dtype=np.float64),
        alpha=round(1 - plan.level, 12),
    )
    return [
        replace(
            entry,
            rank=ranks.rank[k],
            rank_low=ranks.low[k],
            rank_high=ranks.high[k],
        )
        for k, entry in enumerate(entries)
    ]
