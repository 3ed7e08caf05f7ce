"""How wide intervals will be, before a campaign starts: by community and by block. No numpy.

A household answers some of the questions only (planned missingness), so an attribute of one area
rests on fewer answers than the overall item. What the suppression table will withhold follows.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from app.analysis.disclosure.floors import ITEM_FROM, LIST_FROM, ORDER_FROM, OVERALL_FROM
from app.analysis.planning.sample import SampleSizeError

OVERALL = "overall"

NOTHING = "nothing"
OVERALL_ONLY = "overall_only"
INDICATIVE_MEANS = "means"
INDICATIVE = "indicative"
FULL = "full"

# 97.5 % points of t with G - 1 degrees of freedom, by the least answers that carry G groups.
_T = ((60, 2.0452296421327034), (30, 2.1447866879169273), (20, 2.2621571627409915))
_POWER = 0.8416212335729143
_TWO_SIDED = 1.959963984540054
_ALL_OF_IT = 100.0


@dataclass(frozen=True, slots=True)
class ItemPrecision:
    """What one item of one community will say.

    Attributes:
        item: Its code.
        answers: Expected answers.
        share_half_width: Expected half width of a share's interval where half of them count,
            points of 100; None where there will be no interval.
        mean_half_width: The same of a mean on 0-100.
        detectable: Change of the mean against an equally large independent wave that will be
            established with 80 % power; None where there will be no interval.
        said: What the suppression table will let be said: nothing, overall_only, means,
            indicative or full.
    """

    item: str
    answers: float
    share_half_width: float | None
    mean_half_width: float | None
    detectable: float | None
    said: str


@dataclass(frozen=True, slots=True)
class CommunityPrecision:
    """What one community will say.

    Attributes:
        code: Its name.
        households: Households in the base.
        answers: Expected answers.
        worst_case: Width of the bounds without any assumption about the silent, points of 100: no
            number of answers makes it smaller, only the rate does.
        items: By item, in the order of the profile.
    """

    code: str
    households: int
    answers: float
    worst_case: float
    items: tuple[ItemPrecision, ...]


def expected_half_width(answers: float, sd: float, *, deff: float = 1.0) -> float | None:
    """Return the expected half width of a 95 % interval; None below 20 answers.

    The t quantile is that of the replicate groups so many answers carry: 30 from 60, 15 from 30,
    10 from 20.

    Args:
        answers: Expected answers.
        sd: Standard deviation of an answer, in the unit wanted.
        deff: Design effect.

    Raises:
        SampleSizeError: An argument is out of range.

    Source: Cochran (1977), Sampling Techniques, ch. 2; groups as in docs/methods/design.md.
    """
    for name, value in (("answers", answers), ("sd", sd)):
        if not value >= 0:
            raise SampleSizeError(name, value)
    if not deff > 0:
        raise SampleSizeError("deff", deff)
    for least, t in _T:
        if answers >= least:
            return t * sd * math.sqrt(deff / answers)
    return None


def plan_precision(
    code: str,
    households: int,
    rate: float,
    profile: Mapping[str, float],
    *,
    sd: float = 25.0,
    deff: float = 1.0,
) -> CommunityPrecision:
    """Return what a community will be able to say at this rate.

    Args:
        code: Its name.
        households: Households in the base.
        rate: Expected rate of return.
        profile: Item -> share of the households whose block asks it and who will have an answer;
            the overall item is `OVERALL`, asked of everybody unless the profile says otherwise.
        sd: Standard deviation of a rating on 0-100, from an earlier campaign if there is one.
        deff: Design effect.

    Raises:
        SampleSizeError: An argument is out of range.

    Source: ours, see docs/methods/planning.md.
    """
    if households < 0:
        raise SampleSizeError("households", households)
    if not 0 <= rate <= 1:
        raise SampleSizeError("rate", rate)
    answers = households * rate
    items = []
    for item, share in {OVERALL: 1.0, **profile}.items():
        if not 0 <= share <= 1:
            raise SampleSizeError(item, share)
        items.append(_item(item, answers * share, sd=sd, deff=deff))
    return CommunityPrecision(code, households, answers, _ALL_OF_IT * (1 - rate), tuple(items))


def _item(item: str, answers: float, *, sd: float, deff: float) -> ItemPrecision:
    mean = expected_half_width(answers, sd, deff=deff)
    detectable = None
    if mean is not None:
        detectable = (_TWO_SIDED + _POWER) * sd * math.sqrt(2 * deff / answers)
    return ItemPrecision(
        item=item,
        answers=answers,
        share_half_width=expected_half_width(answers, _ALL_OF_IT / 2, deff=deff),
        mean_half_width=mean,
        detectable=detectable,
        said=_said(item, answers),
    )


def _said(item: str, answers: float) -> str:
    for least, word in ((ORDER_FROM, FULL), (LIST_FROM, INDICATIVE), (ITEM_FROM, INDICATIVE_MEANS)):
        if answers >= least:
            return word
    return OVERALL_ONLY if item == OVERALL and answers >= OVERALL_FROM else NOTHING
