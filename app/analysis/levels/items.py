"""Level of single items: means, satisfied shares and distributions, for every list."""

from dataclasses import dataclass

from app.analysis.data.dataset import Role
from app.analysis.disclosure.floors import Floors, shown_distribution
from app.analysis.results.estimate import Estimate
from app.analysis.results.items import AttributeResult
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import (
    nothing,
    wilson_interval,
)


def shown_share(share: Estimate, floors: Floors, level: float) -> Estimate:
    """Top-code a share that rests on few answers, as `shown_distribution` does.

    Nobody and one household read the same, "at most 1/n" with a lower limit of 0; everybody and
    all but one read "at least 1 - 1/n" with an upper limit of 1.

    Args:
        share: A share 0..1 with its number of answers.
        floors: Suppression table in force.
        level: Confidence level.

    Source: ours, see docs/methods/levels.md.
    """
    n = share.n
    if share.value is None or not floors.is_limit(count := round(share.value * n), n):
        return share
    is_few = count <= 1
    coded = 1 if is_few else n - 1
    low, high = wilson_interval(coded, n, level=level)
    ends = (0.0, float(high)) if is_few else (float(low), 1.0)
    return Estimate(coded / n, None, *ends, n)


@dataclass(frozen=True, slots=True)
class Level:
    """How one item was rated.

    Attributes:
        n: Answers.
        missing: Asked, no point.
        mean: In scale points.
        performance: On 0-100.
        satisfied: Satisfied share, top-coded like the rows of `distribution`.
        distribution: Share of each point; None when suppressed.
        is_coded: Rows of `distribution` of at most one answer, or of all but at most one, are
            limits ("at most", "at least").
    """

    n: int
    missing: int
    mean: Estimate
    performance: Estimate
    satisfied: Estimate
    distribution: tuple[float, ...] | None
    is_coded: bool


def make_levels(frame: Frame, role: Role, items: tuple[str, ...]) -> tuple[Level, ...]:
    """Return the levels of a list of items that share a role.

    Args:
        frame: The study's frame.
        role: Role of the columns.
        items: Their items; what was not answered by a point is no answer.

    Returns:
        One level per item, in order; suppressed by the items' own numbers of answers.

    Raises:
        KeyError: An item has no such column.

    Source: ours, see docs/methods/levels.md.
    """
    if not items:
        return ()
    moments = frame.moments
    n = moments.n(role, items)
    holding = frame.replicates.holding(n)
    percents = frame.estimates(
        moments.percent(role, items), n[0], bounds=(0.0, 100.0), holding=holding
    )
    means = frame.estimates(moments.mean(role, items), n[0], holding=holding)
    shares = frame.shares(moments.satisfied(role, items), n)
    levels: list[Level] = []
    for k, item in enumerate(items):
        column = moments.column(role, item)
        counts, missing = moments.histogram(role, item)
        distribution, is_coded = shown_distribution(counts.tolist(), frame.floors)
        satisfied = nothing(int(n[0, k]))
        if column.satisfied:
            satisfied = shown_share(shares[k], frame.floors, frame.limits.level)
        levels.append(
            Level(
                n=int(n[0, k]),
                missing=missing,
                mean=_within(means[k], column.points),
                performance=percents[k],
                satisfied=satisfied,
                distribution=distribution,
                is_coded=is_coded,
            )
        )
    return tuple(levels)


def _within(mean: Estimate, points: tuple[int, ...]) -> Estimate:
    """Cut the limits of a mean at the ends of its scale."""
    if mean.low is None or mean.high is None:
        return mean
    low, high = max(float(points[0]), mean.low), min(float(points[-1]), mean.high)
    return Estimate(mean.value, mean.stderr, low, high, mean.n, mean.df)


def make_overall(frame: Frame) -> tuple[Estimate | None, Estimate | None]:
    """Return the overall item on 0-100 and its satisfied share; None without such an item.

    Args:
        frame: The study's frame.

    Source: ours, see docs/methods/levels.md.
    """
    items = ("overall",)
    moments = frame.moments
    if not moments.has(Role.OVERALL, items[0]):
        return None, None
    n = moments.n(Role.OVERALL, items)
    mean = frame.estimates(
        moments.percent(Role.OVERALL, items),
        n[0],
        bounds=(0.0, 100.0),
        least=frame.floors.overall,
        holding=frame.replicates.holding(n),
    )[0]
    if n[0, 0] < frame.floors.item:
        mean = Estimate(mean.value, None, None, None, mean.n)
    if not moments.column(Role.OVERALL, items[0]).satisfied:
        return mean, None
    share = frame.shares(moments.satisfied(Role.OVERALL, items), n)[0]
    return mean, shown_share(share, frame.floors, frame.limits.level)


def make_attributes(frame: Frame) -> tuple[AttributeResult, ...]:
    """Return the levels of all attributes, in the order of the columns.

    Args:
        frame: The study's frame.

    Source: ours, see docs/methods/levels.md.
    """
    columns = [c for c in frame.moments.layout.columns if c.role is Role.ATTRIBUTE]
    levels = make_levels(frame, Role.ATTRIBUTE, tuple(column.code for column in columns))
    return tuple(
        AttributeResult(
            code=column.item,
            area=column.area,
            n=level.n,
            missing=level.missing,
            mean=level.mean.value,
            stderr=level.mean.stderr,
            low=level.mean.low,
            high=level.mean.high,
            performance=level.performance,
            satisfied=level.satisfied,
            distribution=level.distribution,
            top_coded=level.is_coded,
        )
        for column, level in zip(columns, levels, strict=True)
    )
