"""Net Promoter Score (净推荐值) of the one question it is defined for, on 0..10."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from app.analysis.data.dataset import Column
from app.analysis.data.moments import Counts, ratio
from app.analysis.levels.counts import point_counts
from app.analysis.levels.items import shown_share
from app.analysis.results.estimate import Estimate
from app.analysis.results.levels import NpsResult
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import nothing, number

POINTS = tuple(range(11))
PROMOTERS = (9, 10)
PASSIVES = (7, 8)
DETRACTORS = (0, 1, 2, 3, 4, 5, 6)

# What the adjusted Wald interval adds: three answers, three quarters of one on either side.
_ADDED = 3.0
_ADDED_SIDE = 0.75


class NpsScaleError(ValueError):
    """The score is defined for the recommendation question on 0 to 10 and nothing else.

    Attributes:
        item: Code of the item asked for.
        points: Its scale; empty when there is no such item.
    """

    def __init__(self, item: str, points: tuple[int, ...]) -> None:
        super().__init__(f"item {item!r}, points {points}")
        self.item = item
        self.points = points


@dataclass(frozen=True, slots=True)
class NetScore:
    """A Net Promoter Score with its interval; all four between -100 and 100.

    Attributes:
        value: Promoters less detractors per 100 answers.
        stderr: Simple standard error, 100 sqrt(v / n).
        low, high: Adjusted Wald interval AW(3/4, 3).
    """

    value: float
    stderr: float
    low: float
    high: float


def net_promoter_score(
    promoters: float, detractors: float, n: float, *, level: float = 0.95
) -> NetScore:
    """Return the score with the adjusted Wald interval AW(3/4, 3).

    Three answers are added to n, three quarters of one to the promoters and to the detractors;
    the interval is the plain one of these numbers.

    Args:
        promoters: Answers 9 and 10; need not be whole when n is an effective number.
        detractors: Answers 0 to 6.
        n: Answers, above 0; those who gave no answer do not count.
        level: Confidence level.

    Raises:
        ValueError: n is 0, a count is negative, or promoters and detractors exceed n.

    Source: Rocks 2016, Am. Stat. 70(4); Reichheld 2003, Harv. Bus. Rev. 81(12).
    """
    if n <= 0 or min(promoters, detractors) < 0 or promoters + detractors > n * (1 + 1e-9):
        raise ValueError(f"{promoters} promoters, {detractors} detractors of {n}")
    score = (promoters - detractors) / n
    variance = max(0.0, (promoters + detractors) / n - score**2)
    size = n + _ADDED
    centre = (promoters - detractors) / size
    spread = (promoters + detractors + 2 * _ADDED_SIDE) / size - centre**2
    half = float(stats.norm.ppf(0.5 + level / 2)) * np.sqrt(spread / size)
    return NetScore(
        value=100 * score,
        stderr=100 * float(np.sqrt(variance / n)),
        low=100 * max(-1.0, float(centre - half)),
        high=100 * min(1.0, float(centre + half)),
    )


def promoter_scores(answers: ArrayLike) -> NDArray[np.float64]:
    """Return each answer as +100 (promoter), 0 (passive) or -100 (detractor).

    The mean of these is the score, and their paired differences between two waves are what a
    change of the score of the same respondents is tested with.

    Args:
        answers: Points 0..10, any shape; NaN is missing and stays so.

    Raises:
        ValueError: A value is not a whole number from 0 to 10.

    Source: Reichheld 2003, Harv. Bus. Rev. 81(12).
    """
    given = np.asarray(answers, dtype=np.float64)
    seen = given[~np.isnan(given)]
    if not np.isin(seen, POINTS).all():
        raise ValueError("answers must be whole numbers from 0 to 10")
    scores = 100.0 * ((given >= min(PROMOTERS)) * 1.0 - (given <= max(DETRACTORS)))
    return np.where(np.isnan(given), np.nan, scores)


def make_nps(frame: Frame, item: str) -> NpsResult:
    """Return the score of an item, suppressed as the mean of an item is.

    Where the groups came with the data, or households are weighted, n is replaced by
    n* = v / SE^2 with the jackknife standard error, as for shares.

    Args:
        frame: The study's frame.
        item: Code or item of the recommendation question.

    Raises:
        NpsScaleError: There is no such item, or its scale is not 0..10.

    Source: Rocks 2016, Am. Stat. 70(4), with the design adjustment of docs/methods/levels.md.
    """
    column = _column(frame, item)
    promoters, passives, detractors = (
        point_counts(frame.moments, column.role, (column.key[1],), points)
        for points in (PROMOTERS, PASSIVES, DETRACTORS)
    )
    counted = frame.moments.n(column.role, (column.key[1],))
    n = int(counted[0, 0])
    if n < max(1, frame.floors.item):
        return NpsResult(item, n, *(nothing(n),) * 4)
    exact = [frame.shares(count, counted)[0] for count in (promoters, passives, detractors)]
    shares = [shown_share(one, frame.floors, frame.limits.level) for one in exact]
    return NpsResult(
        code=item,
        n=n,
        score=_score(frame, *_coded(frame, promoters, detractors, counted), counted),
        promoters=shares[0],
        passives=shares[1],
        detractors=shares[2],
        top_coded=shares != exact,
    )


def _column(frame: Frame, item: str) -> Column:
    for column in frame.moments.layout.columns:
        if item in (column.code, column.item) and column.points == POINTS:
            return column
    for column in frame.moments.layout.columns:
        if item in (column.code, column.item):
            raise NpsScaleError(item, column.points)
    raise NpsScaleError(item, ())


def _coded(
    frame: Frame, promoters: Counts, detractors: Counts, counted: Counts
) -> tuple[Counts, Counts]:
    """Return the counts behind the score: few answers top-coded as the shares beside it are."""
    if not frame.floors.is_coded(int(counted[0, 0])):
        return promoters, detractors
    most = np.maximum(1, counted - 1)
    return np.clip(promoters, 1, most), np.clip(detractors, 1, most)


def _score(
    frame: Frame,
    promoters: Counts,
    detractors: Counts,
    counted: Counts,
) -> Estimate:
    """Return the score as an estimate, with an effective n where there is a design."""
    n = float(counted[0, 0])
    size = n
    if (frame.has_design or frame.is_weighted) and frame.replicates.df > 0:
        scores = ratio(promoters - detractors, counted)
        stderr = float(frame.replicates.stderr(scores, frame.replicates.holding(counted))[0])
        spread = (promoters[0, 0] + detractors[0, 0]) / n - scores[0, 0] ** 2
        if np.isfinite(stderr) and stderr > 0 and spread > 0:
            size = float(spread / stderr**2)
    share = size / n
    found = net_promoter_score(
        float(promoters[0, 0]) * share,
        float(detractors[0, 0]) * share,
        size,
        level=frame.limits.level,
    )
    stderr_said = number(found.stderr) if found.stderr > 0 else None
    return Estimate(found.value, stderr_said, found.low, found.high, int(counted[0, 0]))
