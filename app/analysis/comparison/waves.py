"""Two waves (campaigns) against each other: what changed, how sure it is, whether it matters.

Households that answered both times are linked through their replicate group, which never changes:
the replicate difference leaves the same households out of both waves, so that the error of the
change knows of the overlap. Waves without a link, anonymous ones, are taken as independent; their
intervals are then too wide where households overlap and are marked conservative.
"""

from dataclasses import dataclass

from app.analysis.comparison.pairs import Pair, make_pair
from app.analysis.comparison.series import Rated, Shares
from app.analysis.comparison.table import Table
from app.analysis.data.cells import Cells
from app.analysis.data.dataset import Role
from app.analysis.data.layout import Layout
from app.analysis.design.weights import Weighting
from app.analysis.disclosure.floors import OWN_ROWS, PUBLISHED
from app.analysis.importance.stated import WeightsRuleError
from app.analysis.plan import StudyPlan
from app.analysis.results.comparison import Contrast, WaveComparison
from app.analysis.results.estimate import Estimate

INDEX = ("index",)


class NoSuchWaveError(ValueError):
    """The cells hold no household of this wave, or none in a community of the other one.

    Attributes:
        wave: Its name.
    """

    def __init__(self, wave: str) -> None:
        super().__init__(wave)
        self.wave = wave


def compare_waves(
    cells: Cells, plan: StudyPlan, before: str, after: str, *, linked: bool | None = None
) -> WaveComparison:
    """Compare two waves of the same cells.

    Only communities that both waves hold are compared, so that a change is never one of the mix.

    Args:
        cells: Sums of both waves; one community or several.
        plan: Lists, weights, level, smallest change of interest; `plan.weighting` holds for each
            wave by itself.
        before: Name of the earlier wave; its weights are the frozen ones.
        after: Name of the later wave.
        linked: The waves share households through their replicate groups; None means yes unless
            the data brought its own groups, which need not be those of households.

    Raises:
        NoSuchWaveError: A wave has no household.
        WeightsRuleError: The columns lack what the rule of weights needs.

    Source: Derrick and others 2017 name the case; the replicate difference is ours, see
    docs/methods/change.md.
    """
    sides = []
    for wave in (before, after):
        side = cells.select(waves=[wave])
        if not side.households:
            raise NoSuchWaveError(wave)
        sides.append(side)
    return compare_surveys(sides[0], sides[1], plan, before, after, linked=linked)


def compare_surveys(
    first: Cells,
    second: Cells,
    plan: StudyPlan,
    before: str,
    after: str,
    *,
    linked: bool | None = None,
) -> WaveComparison:
    """Compare two waves whose instruments may differ: only what both asked alike is compared.

    Two columns are alike when role, item and points are the same; satisfied shares are compared
    where the satisfied points are the same, too. Communities that only one wave holds, or whose
    size the weighting does not know, are left out and named.

    Args:
        first: Sums of the earlier wave.
        second: Sums of the later wave.
        plan: Lists, weights, level, smallest change of interest.
        before: Name of the earlier wave.
        after: Name of the later wave.
        linked: As in `compare_waves`.

    Raises:
        NoSuchWaveError: The waves have no community in common.
        WeightsRuleError: The earlier wave lacks what the rule of weights needs.

    Source: ours, see docs/methods/change.md.
    """
    first, second, left_out = _common(first, second, after, plan.weighting)
    is_linked = not (first.own_groups or second.own_groups) if linked is None else linked
    pair = make_pair(first, second, linked=is_linked, weighting=plan.weighting)
    table = wave_table(pair, plan)
    lists = _headline(table, plan)
    known = _keys(first.layout), _keys(second.layout)
    return WaveComparison(
        before=before,
        after=after,
        n_before=first.households,
        n_after=second.households,
        groups=table.pair.groups,
        linked=is_linked,
        conservative=not is_linked,
        indicative=min(first.households, second.households) < table.floors.order,
        smallest=plan.smallest_change,
        index=lists.index,
        index_own=lists.index_own,
        by_performance=lists.by_performance,
        by_weights=lists.by_weights,
        overall=table.overall(),
        overall_satisfied=table.overall_satisfied(),
        performance=table.levels(plan.headline_role, plan.headline),
        satisfied=table.shares(plan.headline_role, plan.headline),
        pfi=lists.pfi,
        attributes=table.levels(Role.ATTRIBUTE, table.attributes()),
        nps=table.net_promoters(plan.nps) if plan.nps else None,
        only_before=tuple(sorted(known[0] - known[1])),
        only_after=tuple(sorted(known[1] - known[0])),
        left_out=left_out,
    )


def wave_table(pair: Pair, plan: StudyPlan) -> Table:
    """Return how the waves of a pair are compared: nothing is said of a change below 30 answers.

    Args:
        pair: The earlier and the later wave.
        plan: Level, smallest change of interest, suppression.

    Source: ours, see docs/methods/change.md.
    """
    floors = PUBLISHED if plan.suppress else OWN_ROWS
    return Table(pair, plan.level, plan.smallest_change, floors, floors.listed)


def rated_sides(table: Table, plan: StudyPlan) -> tuple[Rated, Rated]:
    """Return the headline list of both waves: what both asked alike and may show.

    Args:
        table: Of the waves.
        plan: The list.

    Source: ours, see docs/methods/change.md.
    """
    role = plan.headline_role
    items = table.alike(role, plan.headline)
    sides = table.pair.first, table.pair.second
    least = max(1, table.floors.item)
    for side in sides:
        items = tuple(item for item in items if side.n(role, (item,))[0, 0] >= least)
    return Rated(sides[0], role, items), Rated(sides[1], role, items)


def base_shares(rated: Rated, plan: StudyPlan) -> Shares:
    """Return the shares that a trend is frozen at: those of a wave, or those the plan gives.

    Args:
        rated: The headline list in the base wave.
        plan: Rule of weights, or shares of an earlier base wave.

    Raises:
        WeightsRuleError: The wave lacks what the rule of weights needs.

    Source: ours, see docs/methods/change.md.
    """
    return rated.shares(plan.weights, plan.shares)


@dataclass(frozen=True, slots=True)
class _Headline:
    """What a comparison says about the headline list as a whole."""

    index: Contrast | None = None
    index_own: Contrast | None = None
    by_performance: Estimate | None = None
    by_weights: Estimate | None = None
    pfi: tuple[Contrast, ...] = ()


def _headline(table: Table, plan: StudyPlan) -> _Headline:
    """Compare index and PFI, and split the change of the index."""
    first, second = rated_sides(table, plan)
    if not first.items:
        return _Headline()
    base = base_shares(first, plan)
    before, trend = first.index(base), second.index(base)
    index = table.contrasts(before, trend, INDEX)[0]
    try:
        own = base_shares(second, plan)
    except WeightsRuleError:
        return _Headline(index=index)
    now = second.index(own)
    return _Headline(
        index=index,
        index_own=table.contrasts(before, now, INDEX)[0],
        by_performance=index.change,
        by_weights=table.contrasts(trend, now, INDEX)[0].change,
        pfi=table.contrasts(
            first.pfi(base),
            second.pfi(own),
            first.items,
            smallest=table.smallest / len(first.items),
        ),
    )


def of_known(cells: Cells, weighting: Weighting | None) -> Cells:
    """Return the cells of the communities whose size a weighting knows, all without one.

    Args:
        cells: Of one wave.
        weighting: Of the plan; one that is not by communities knows them all.

    Source: ours, see docs/methods/change.md.
    """
    known = None if weighting is None else weighting.communities
    return cells if known is None else cells.select(communities=known)


def _common(
    first: Cells, second: Cells, after: str, weighting: Weighting | None
) -> tuple[Cells, Cells, tuple[str, ...]]:
    """Return both waves in the communities that both hold, and the names of the others."""
    held = [{key.community for key in side.keys} for side in (first, second)]
    known = [{key.community for key in of_known(side, weighting).keys} for side in (first, second)]
    common = known[0] & known[1]
    if not common:
        raise NoSuchWaveError(after)
    return (
        first.select(communities=common),
        second.select(communities=common),
        tuple(sorted((held[0] | held[1]) - common)),
    )


def _keys(layout: Layout) -> set[str]:
    """Return what is asked on which points, as text."""
    return {f"{column.role}.{column.key[1]}" for column in layout.columns}
