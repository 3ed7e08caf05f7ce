"""Who is silent, and what that could do to the figures: plain numbers."""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate
from app.analysis.results.weighting import WeightingResult


@dataclass(frozen=True, slots=True)
class CategoryRate:
    """One category of a variable of the frame.

    Attributes:
        category: Its name; ``other`` holds the joined ones.
        members: Homes.
        rate: Share that answered.
        contribution: Root of the category's share of homes times its rate less that of all; above
            0 answers more often than the whole.
    """

    category: str
    members: int
    rate: float
    contribution: float


@dataclass(frozen=True, slots=True)
class PartialIndicator:
    """What one variable adds to unequal response.

    Attributes:
        variable: Its name.
        unconditional: Spread of the propensities between its categories, 0 to .5.
        conditional: Spread that remains within categories of all other variables.
        categories: In order of their names.
        joined: Categories that were put together as ``other``.
    """

    variable: str
    unconditional: Estimate
    conditional: Estimate
    categories: tuple[CategoryRate, ...]
    joined: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepresentativenessResult:
    """How alike those who answered are to the whole frame.

    Attributes:
        members: Homes in the frame.
        returned: Homes whose answer counts.
        reason: Why nothing is computed: few_members, few_returned, few_silent, no_variable; None
            when it is.
        indicator: R with bias adjustment, 1 = representative as far as these variables tell.
        plain: R without the adjustment.
        bias_bound: Largest bias of a mean, in its standard deviations, that these propensities
            allow: (1 - R) / (2 rate).
        partials: By variable, largest unconditional one first.
    """

    members: int
    returned: int
    reason: str | None = None
    indicator: Estimate | None = None
    plain: float | None = None
    bias_bound: float | None = None
    partials: tuple[PartialIndicator, ...] = ()


@dataclass(frozen=True, slots=True)
class ArrivalPart:
    """Answers of one part of the collection.

    Attributes:
        name: first, middle or last; before_reminder, after_reminder or last.
        position: Share of the base that had answered at the part's middle.
        mean: Mean on 0-100.
    """

    name: str
    position: float
    mean: Estimate


@dataclass(frozen=True, slots=True)
class ArrivalResult:
    """Early against late answers.

    Attributes:
        n: Answers.
        rate: Answers over the base.
        reason: Why nothing is computed: few_answers, few_in_part, nobody_silent, no_time; None
            when it is.
        parts: In order of time.
        slope: Change of the mean for every further 10 % of the base.
        silent: Mean of the silent if the trend held.
        everybody: Mean of all homes if the trend held.
        is_established: The slope differs from 0.
    """

    n: int
    rate: float
    reason: str | None = None
    parts: tuple[ArrivalPart, ...] = ()
    slope: Estimate | None = None
    silent: Estimate | None = None
    everybody: Estimate | None = None
    is_established: bool = False


@dataclass(frozen=True, slots=True)
class SilentResult:
    """What a sample of the silent homes says about all homes.

    Attributes:
        rate: Answers over the base, before the calls.
        calls: Silent homes drawn.
        answered: Calls that brought an answer.
        reason: Why nothing is computed: nobody_silent, few_answers; None when it is.
        warnings: few_calls_answered (below half of the calls), small (below 30 answers).
        returned: Mean of those who answered by themselves.
        silent: Mean of the called.
        difference: Silent less returned.
        everybody: rate x returned + (1 - rate) x silent.
        bounds: Where the mean of all homes lies, whatever those think who refused the call.
        weight: Homes that one answered call stands for; one answer by itself stands for 1.
    """

    rate: float
    calls: int
    answered: int
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    returned: Estimate | None = None
    silent: Estimate | None = None
    difference: Estimate | None = None
    everybody: Estimate | None = None
    bounds: tuple[float, float] | None = None
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class ModeEffect:
    """One way of answering against the commonest one.

    Attributes:
        mode: paper, phone, visit and so on.
        n: Answers.
        plain: Plain difference of the means, points of 100.
        effect: The same after controls.
        p_adjusted: Holm over all modes.
        is_established: The effect differs from 0.
        is_warned: Established and above 5 points: figures of this mode are no like for like.
    """

    mode: str
    n: int
    plain: Estimate
    effect: Estimate
    p_adjusted: float | None
    is_established: bool
    is_warned: bool


@dataclass(frozen=True, slots=True)
class ModesResult:
    """Effects of the way of answering. Nothing is ever adjusted by them.

    Attributes:
        reference: The commonest mode, against which the others are held.
        n: Answers in the regression.
        controls: What was held alike.
        reason: Why nothing is computed: one_mode, few_answers, confounded, few_clusters; None when
            it is.
        effects: By mode.
        left_out: Modes with fewer than 30 answers.
    """

    reference: str
    n: int
    controls: tuple[str, ...] = ()
    reason: str | None = None
    effects: tuple[ModeEffect, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CalibratedResult:
    """The headline figures weighted to the known kinds of homes, beside the plain ones.

    Attributes:
        variables: What the kinds go by.
        reason: Why nothing is computed: no_variable, not_converged, or refused where the weights
            would cost too much; None when it is.
        weighting: The weights and what they cost; None when there are none.
        index: Headline index.
        overall: Overall item, mean on 0-100.
        satisfied: Satisfied share of the overall item, 0..1.
    """

    variables: tuple[str, ...]
    reason: str | None = None
    weighting: WeightingResult | None = None
    index: Estimate | None = None
    overall: Estimate | None = None
    satisfied: Estimate | None = None
