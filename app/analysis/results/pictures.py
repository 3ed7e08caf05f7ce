"""Pictures as data besides the matrix: Slack's zones, IPGA, IPCA, the diagonal, equal priority.

Imports no numpy, so that pages may read stored results. `None` stands for "cannot be said" and is
never replaced by zero. When each picture misleads stands in docs/methods/pictures.md.
"""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate


@dataclass(frozen=True, slots=True)
class SlackPlace:
    """One item in Slack's matrix.

    Attributes:
        code: Item code.
        importance: 1 (best) to 9, by the rank of its weight.
        performance: 1 (much better than the competitor) to 9, or 5 where no difference is
            established.
        z: Difference to the competitor's rating over its standard error.
        zone: urgent, improve, appropriate or excess.
        meaning: order_winner, qualifier or less_important.
        coarse: Better and worse stand at 2 and 8, because the direct question was not asked.
    """

    code: str
    importance: float
    performance: float
    z: float
    zone: str
    meaning: str
    coarse: bool = True


@dataclass(frozen=True, slots=True)
class IpgaPlace:
    """One item of the importance-performance gap analysis; cuts RP 0 and RI 1.

    Attributes:
        code: Item code.
        importance: RI, mean importance over the mean of all.
        performance: RP; 0 where the gap is not established (paired t, Holm over the list).
        quadrant: As in the matrix; None where RP is 0.
    """

    code: str
    importance: float
    performance: float
    quadrant: str | None


@dataclass(frozen=True, slots=True)
class IpcaPlace:
    """One item of the importance-performance competitor analysis; cuts 0 and 0.

    Attributes:
        code: Item code.
        gap: Performance less importance, scale points; no interval, for a gap between different
            words is not tested.
        difference: Performance less the competitor's, with its interval.
        quadrant: solid_advantage, head_to_head, null_advantage or urgent_action.
        on_the_line: The interval of `difference` covers 0, or `gap` lies within two standard
            errors of it.
    """

    code: str
    gap: Estimate
    difference: Estimate
    quadrant: str | None
    on_the_line: bool | None


@dataclass(frozen=True, slots=True)
class DiagonalPlace:
    """One item against the diagonal, both axes rescaled to 0-1 over the list.

    Attributes:
        code: Item code.
        performance, importance: The rescaled axes.
        discrepancy: Importance less performance; positive is above the diagonal.
        place: concentrate above it; below it keep_up, low_priority or possible_overkill.
    """

    code: str
    performance: float
    importance: float
    discrepancy: float
    place: str


@dataclass(frozen=True, slots=True)
class PriorityCurve:
    """A curve of equal priority in the headline matrix.

    Attributes:
        level: PFI on it, points of the index.
        points: Performance on 0-100 and importance share, from left to right.
    """

    level: float
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class StatedDerived:
    """One item by what people say and by what moves the overall rating, both cut at 1/p.

    Attributes:
        code: Item code.
        stated, derived: Shares of the list.
        quadrant: key_driver, basic, hidden_driver or low.
        on_the_line: The interval of the derived share covers the cut.
    """

    code: str
    stated: float
    derived: float
    quadrant: str
    on_the_line: bool | None


@dataclass(frozen=True, slots=True)
class PicturesResult:
    """Further pictures of the lists; what cannot be drawn is empty.

    Attributes:
        slack: Slack's zones, of the headline items whose competitor was rated.
        ipga: Gap analysis, of the items with importance and perceived ratings.
        ipca: Competitor analysis, of those whose competitor was rated, too.
        diagonal: The headline list against the diagonal.
        curves: Curves of equal PFI through the headline's matrix, at 1, 2, 4 and 8 points.
        stated_derived: Stated against derived importance of the headline list.
    """

    slack: tuple[SlackPlace, ...] = ()
    ipga: tuple[IpgaPlace, ...] = ()
    ipca: tuple[IpcaPlace, ...] = ()
    diagonal: tuple[DiagonalPlace, ...] = ()
    curves: tuple[PriorityCurve, ...] = ()
    stated_derived: tuple[StatedDerived, ...] = ()
