"""Asymmetric drivers: penalties and rewards, and ordered models of the overall rating.

Imports no numpy, so that pages may read stored results. `None` stands for "cannot be said" and is
never replaced by zero.
"""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate


@dataclass(frozen=True, slots=True)
class PenaltyReward:
    """Penalty and reward of one item, in scale points of the overall rating.

    Attributes:
        code: Item code.
        penalty: Coefficient of a rating in the bottom box; negative as it should be.
        reward: Coefficient of a rating in the top box; positive as it should be.
        riocs: Range of impact, |penalty| + |reward|.
        sgp: Satisfaction-generating potential, |reward| / riocs.
        dgp: Dissatisfaction-generating potential, |penalty| / riocs.
        asymmetry: sgp - dgp, -1..1; above 0 shining moves more than failing.
        low_share: Share of the households whose rating lies in the bottom box.
        high_share: Share in the top box.
        kind: delighter, satisfier, hybrid, dissatisfier or frustrator; None where the evidence
            does not allow a class.
        reason: Why not: few_rows (below 300), few_low or few_high (a box below 10 %), wrong_sign
            (not penalty < 0 < reward) or weak (riocs not above 2 standard errors).
        possible: Classes that the interval of `asymmetry` touches; one alone makes the class sure.
            Empty without a class.
    """

    code: str
    penalty: Estimate
    reward: Estimate
    riocs: Estimate
    sgp: float | None
    dgp: float | None
    asymmetry: Estimate
    low_share: float
    high_share: float
    kind: str | None
    reason: str | None
    possible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContrastResult:
    """Penalty-reward contrast of the headline list.

    Attributes:
        outcome: Code of the overall item.
        n: Households that rated it and every item of the list.
        refusal: no_rows (answers row by row were not handed in), withheld (a community's answers
            are left out of an item), no_outcome, few_rows (below 100) or singular; None when said.
        low, high: Points of the bottom and of the top box.
        intercept: Mean outcome of those who are in no box, scale points.
        r_squared: Share of the outcome's variance that the boxes explain.
        items: In the order of the list; empty when refused.
    """

    outcome: str
    n: int
    refusal: str | None
    low: tuple[int, ...] = ()
    high: tuple[int, ...] = ()
    intercept: float | None = None
    r_squared: Estimate | None = None
    items: tuple[PenaltyReward, ...] = ()


@dataclass(frozen=True, slots=True)
class OrdinalTerm:
    """One column of an ordered model.

    Attributes:
        term: Item, or variable.
        level: Value of the variable; empty for an item, whose unit is one scale point.
        n: Answers of that value, or of the model.
        coefficient: In log odds; positive makes better answers more likely.
        odds_ratio: exp of it, with the image of its interval and no standard error.
    """

    term: str
    level: str
    n: int
    coefficient: Estimate
    odds_ratio: Estimate


@dataclass(frozen=True, slots=True)
class ParallelLines:
    """Likelihood-ratio test that a term moves all thresholds alike.

    Attributes:
        term: Item or variable; empty for all together.
        statistic, df, p: The test; None where the wider model has no maximum.
        p_adjusted: Holm over the terms; None for all together.
    """

    term: str
    statistic: float | None
    df: int
    p: float | None
    p_adjusted: float | None


@dataclass(frozen=True, slots=True)
class OrdinalResult:
    """Proportional odds of the overall rating; unweighted also in a weighted study.

    Attributes:
        about: items (the headline list) or segments (the plan's variables).
        n: Households in the model.
        refusal: no_rows, withheld, no_outcome, no_terms, few_rows (below 100 or below 10 a
            parameter), few_in_level (a value of a variable has fewer than 10), one_category,
            singular or separated; None when said.
        categories: Points of the overall rating of every category, worst first; neighbours with
            fewer than 10 answers are joined.
        base: Variable and the value the others are compared with, the most frequent one.
        terms: The coefficients.
        thresholds: Log odds of staying at or below a category, all terms 0.
        log_likelihood: At the maximum.
        parallel: Tests of the parallel lines.
        parallel_fails: A term's test fails after Holm: its one odds ratio hides that it acts
            differently at the bottom and at the top.
    """

    about: str
    n: int
    refusal: str | None
    categories: tuple[tuple[int, ...], ...] = ()
    base: tuple[tuple[str, str], ...] = ()
    terms: tuple[OrdinalTerm, ...] = ()
    thresholds: tuple[float, ...] = ()
    log_likelihood: float | None = None
    parallel: tuple[ParallelLines, ...] = ()
    parallel_fails: bool | None = None
