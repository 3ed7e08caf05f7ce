"""Further pictures of a study's lists, as data."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from app.analysis.data.dataset import Role
from app.analysis.priorities.competition import competed
from app.analysis.priorities.curves import iso_pfi_curve
from app.analysis.priorities.diagonal import diagonal_places
from app.analysis.priorities.grids import ipca_quadrant, ipga
from app.analysis.priorities.paired import Gaps, shown_gaps
from app.analysis.priorities.slack import (
    slack_class,
    slack_importance,
    slack_performance,
    slack_zone,
)
from app.analysis.results.drivers import DriversResult
from app.analysis.results.estimate import Estimate
from app.analysis.results.items import ItemResult
from app.analysis.results.pictures import (
    DiagonalPlace,
    IpcaPlace,
    IpgaPlace,
    PicturesResult,
    PriorityCurve,
    SlackPlace,
    StatedDerived,
)
from app.analysis.uncertainty.frame import Frame

LEVELS = (1.0, 2.0, 4.0, 8.0)
_LINE = 2.0  # standard errors
_MARGIN = 1.1  # room above the weightiest item


def make_pictures(
    frame: Frame,
    headline: Sequence[ItemResult],
    items: tuple[str, ...],
    drivers: DriversResult | None,
) -> PicturesResult:
    """Return Slack's zones, IPGA, IPCA, the diagonal, curves, and stated against derived.

    An item is placed from 30 answers on, in Slack's matrix, which rests on ranks, from 100.

    Args:
        frame: The study's frame.
        headline: The headline list as computed.
        items: Items that may have importance, perceived and competitor's ratings.
        drivers: Derived importance of the headline; None without.

    Source: Slack 1994, Int. J. Oper. Prod. Manag. 14(5); Lin, Chan and Tsai 2009, The TQM Journal
        20(8); Albayrak 2015, Int. J. Hosp. Manag. 48; see docs/methods/pictures.md.
    """
    shares = np.array([np.nan if one.importance is None else one.importance for one in headline])
    values = np.array(
        [np.nan if one.performance.value is None else one.performance.value for one in headline]
    )
    # Where no PFI may be said, neither may the place of an item by its weight.
    shares[[one.pfi is None for one in headline]] = np.nan
    codes = [one.code for one in headline]
    return PicturesResult(
        slack=_slack(frame, codes, shares),
        ipga=_ipga(frame, items),
        ipca=_ipca(frame, items),
        diagonal=_diagonal(codes, values, shares),
        curves=_curves(shares),
        stated_derived=_stated_derived(drivers),
    )


def _placed(gaps: Gaps, floor: int) -> NDArray[np.bool_]:
    kept: NDArray[np.bool_] = (gaps.n >= max(1, floor)) & np.isfinite(gaps.values[0])
    return kept


def _ratio(frame: Frame, gaps: Gaps) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return gap over standard error with its degrees of freedom; NaN without an error."""
    errors = frame.replicates.stderr(gaps.values, gaps.holding)
    found = np.full(errors.shape, np.nan)
    np.divide(gaps.values[0], errors, out=found, where=errors > 0)
    return found, frame.replicates.dfs(gaps.holding)


def _slack(frame: Frame, codes: list[str], shares: NDArray[np.float64]) -> tuple[SlackPlace, ...]:
    rated = competed(frame, tuple(codes))
    if not rated or not frame.is_ranked:
        return ()
    gaps = shown_gaps(frame, Role.COMPETITOR, Role.PERCEIVED, rated)
    z = _ratio(frame, gaps)[0]
    importance = slack_importance(shares)
    performance = slack_performance(z)
    kept = _placed(gaps, frame.floors.ranked)
    found = []
    for k, item in enumerate(rated):
        up = float(importance[codes.index(item)])
        across = float(performance[k])
        if kept[k] and np.isfinite(up) and np.isfinite(across):
            zone = slack_zone(up, across)
            found.append(SlackPlace(item, up, across, float(z[k]), zone, slack_class(up)))
    return tuple(found)


def _asked(frame: Frame, items: tuple[str, ...]) -> tuple[str, ...]:
    both = (Role.IMPORTANCE, Role.PERCEIVED)
    return tuple(item for item in items if all(frame.moments.has(role, item) for role in both))


def _ipga(frame: Frame, items: tuple[str, ...]) -> tuple[IpgaPlace, ...]:
    rated = _asked(frame, items)
    if not rated:
        return ()
    gaps = shown_gaps(frame, Role.IMPORTANCE, Role.PERCEIVED, rated)
    kept = _placed(gaps, frame.floors.listed)
    rated = tuple(item for item, is_kept in zip(rated, kept, strict=True) if is_kept)
    if not rated:
        return ()
    ratio, freedom = _ratio(frame, gaps)
    tested = np.isfinite(ratio) & (freedom > 0)
    p_values = np.full(ratio.shape, np.nan)
    p_values[tested] = 2 * stats.t.sf(np.abs(ratio[tested]), freedom[tested])
    means = [frame.moments.mean(role, rated)[0] for role in (Role.IMPORTANCE, Role.PERCEIVED)]
    found = ipga(
        means[0],
        means[1],
        p_values[kept],
        gaps=gaps.values[0, kept],
        alpha=frame.limits.alpha,
    )
    return tuple(
        IpgaPlace(item, float(found.importance[k]), float(found.performance[k]), found.quadrants[k])
        for k, item in enumerate(rated)
    )


def _ipca(frame: Frame, items: tuple[str, ...]) -> tuple[IpcaPlace, ...]:
    rated = competed(frame, _asked(frame, items))
    if not rated:
        return ()
    gaps = shown_gaps(frame, Role.IMPORTANCE, Role.PERCEIVED, rated)
    lead = shown_gaps(frame, Role.COMPETITOR, Role.PERCEIVED, rated)
    floor = frame.floors.listed
    kept = _placed(gaps, floor) & _placed(lead, floor)
    first = frame.estimates(gaps.values, gaps.n, holding=gaps.holding)
    second = frame.estimates(lead.values, lead.n, holding=lead.holding)
    return tuple(
        IpcaPlace(
            code=item,
            gap=_without_interval(first[k]),
            difference=second[k],
            quadrant=ipca_quadrant(float(gaps.values[0, k]), float(lead.values[0, k])),
            on_the_line=_touches(first[k], second[k]),
        )
        for k, item in enumerate(rated)
        if kept[k]
    )


def _without_interval(estimate: Estimate) -> Estimate:
    return Estimate(estimate.value, estimate.stderr, None, None, estimate.n, estimate.df)


def _touches(gap: Estimate, difference: Estimate) -> bool | None:
    if gap.value is None or gap.stderr is None:
        return None
    if difference.low is None or difference.high is None:
        return None
    return abs(gap.value) < _LINE * gap.stderr or difference.low <= 0 <= difference.high


def _diagonal(
    codes: list[str], performance: NDArray[np.float64], importance: NDArray[np.float64]
) -> tuple[DiagonalPlace, ...]:
    found = diagonal_places(performance, importance)
    return tuple(
        DiagonalPlace(
            code=code,
            performance=float(found.performance[k]),
            importance=float(found.importance[k]),
            discrepancy=float(found.discrepancy[k]),
            place=place,
        )
        for k, (code, place) in enumerate(zip(codes, found.places, strict=True))
        if place is not None
    )


def _curves(shares: NDArray[np.float64]) -> tuple[PriorityCurve, ...]:
    """Return the curves that run through a picture as high as the weightiest item."""
    known = shares[np.isfinite(shares)]
    if not known.size or known.max() <= 0:
        return ()
    top = min(1.0, float(known.max()) * _MARGIN)
    curves = (PriorityCurve(one, iso_pfi_curve(one, importance=(0.0, top))) for one in LEVELS)
    return tuple(curve for curve in curves if curve.points)


def _stated_derived(drivers: DriversResult | None) -> tuple[StatedDerived, ...]:
    if drivers is None:
        return ()
    return tuple(
        StatedDerived(one.code, one.stated, one.share.value, one.quadrant, one.on_the_line)
        for one in drivers.items
        if one.stated is not None and one.share.value is not None and one.quadrant is not None
    )
