"""Boxes, distributions, Net Promoter Score and the parts of an index's change.

Imports no numpy, so that pages may read stored results. `None` stands for "cannot be said" and is
never replaced by zero.
"""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate


@dataclass(frozen=True, slots=True)
class BoxShare:
    """Share of the answers that fall in one box.

    Attributes:
        name: satisfied, top, top_two, bottom, bottom_two, or a name of the plan.
        points: Scale points in the box, ascending.
        share: 0..1 with Wilson interval.
        top_coded: A share of nobody or everybody is given as a limit.
    """

    name: str
    points: tuple[int, ...]
    share: Estimate
    top_coded: bool = False


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Households without a counted point, by why. Counts.

    Attributes:
        asked: Were asked and gave no counted point: the next four together.
        blank: Left it blank.
        no_experience: Said that they do not know or have no experience.
        unreadable: Marked it so that it cannot be read.
        unusable: Gave levels that the inversion rules took away.
        triggered: Were asked because of a low rating; kept out whatever they answered.
        extra: Answered outside their planned questions; kept out.
        not_asked: Were not asked (planned missingness, a filter).
    """

    asked: int
    blank: int
    no_experience: int
    unreadable: int
    unusable: int
    triggered: int
    extra: int
    not_asked: int


@dataclass(frozen=True, slots=True)
class BoxResult:
    """How the answers to one item are spread.

    Attributes:
        code: Item code.
        role: What the column measures.
        n: Answers with a counted point.
        points: Scale points, worst first.
        distribution: Share of each point; None when suppressed.
        top_coded: Rows of `distribution` that were 0 or 1 are limits.
        boxes: The boxes of its scale.
        unanswered: Who gave no counted point; None when suppressed.
    """

    code: str
    role: str
    n: int
    points: tuple[int, ...]
    distribution: tuple[float, ...] | None
    top_coded: bool
    boxes: tuple[BoxShare, ...]
    unanswered: Unanswered | None


@dataclass(frozen=True, slots=True)
class NpsResult:
    """Net Promoter Score of the recommendation question on 0..10.

    Attributes:
        code: Item code.
        n: Answers.
        score: Promoters less detractors, -100..100; simple standard error, adjusted Wald
            interval, so that the interval is not centred on the score.
        promoters: Share of 9 and 10.
        passives: Share of 7 and 8.
        detractors: Share of 0 to 6.
        top_coded: Below 30 answers: a share reads "at most" or "at least", and the score is that
            of the coded shares.
    """

    code: str
    n: int
    score: Estimate
    promoters: Estimate
    passives: Estimate
    detractors: Estimate
    top_coded: bool = False


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """Change of the index between two waves, taken apart; points of 0-100.

    Attributes:
        total: Change of the index with each wave's own weights.
        by_performance: What changed because ratings did, at the weights of the first wave: the
            trend.
        by_weights: What changed because weights did, at the ratings of the second wave.
    """

    total: Estimate
    by_performance: Estimate
    by_weights: Estimate
