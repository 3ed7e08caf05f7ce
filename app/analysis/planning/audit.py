"""What audit calls can find: chance to meet a made-up answer, and calls it takes. No numpy."""

import math

from app.analysis.planning.sample import SampleSizeError

# From this share of the returns on, calls without replacement find noticeably more.
LARGE_SHARE = 0.1


def detection_chance(calls: int, fabricated: float, returns: int | None = None) -> float:
    """Return the chance that random calls meet at least one made-up answer.

    1 - (1-f)^m; with m above a tenth of the returns, drawn without replacement, the hypergeometric
    chance 1 - C(N-F, m)/C(N, m). Where f N is no whole number the chance lies between those of the
    two whole numbers F beside it, in proportion: more calls never find less.

    Args:
        calls: Homes drawn at random, reached, and asked whether they answered.
        fabricated: Share of made-up answers.
        returns: Answers they are drawn from; None for very many.

    Raises:
        SampleSizeError: An argument is out of range; carries its name.

    Source: Cochran (1977), Sampling Techniques, 3.5 (hypergeometric); Arkin (1984), Handbook of
    Sampling for Auditing and Accounting (discovery sampling).
    """
    if not 0 <= fabricated <= 1:
        raise SampleSizeError("fabricated", fabricated)
    if calls < 0:
        raise SampleSizeError("calls", calls)
    if returns is None:
        return 1 - (1 - fabricated) ** calls
    if returns < 1 or calls > returns:
        raise SampleSizeError("returns", returns)
    if calls <= LARGE_SHARE * returns:
        return 1 - (1 - fabricated) ** calls
    made_up = fabricated * returns
    fewer = math.floor(made_up)
    above = made_up - fewer
    every = math.comb(returns, calls)
    missed = (1 - above) * (math.comb(returns - fewer, calls) / every)
    if above:
        missed += above * (math.comb(returns - fewer - 1, calls) / every)
    return 1 - missed


def calls_needed(chance: float, fabricated: float, returns: int | None = None) -> int | None:
    """Return the least number of random calls that meets a made-up answer with this chance.

    Args:
        chance: Wanted chance, below 1.
        fabricated: Share of made-up answers.
        returns: Answers they are drawn from; None for very many.

    Returns:
        None where no number of calls is enough: nothing is made up.

    Raises:
        SampleSizeError: An argument is out of range; carries its name.

    Source: Arkin (1984), Handbook of Sampling for Auditing and Accounting (discovery sampling).
    """
    if not 0 < chance < 1:
        raise SampleSizeError("chance", chance)
    most = fabricated if returns is None else detection_chance(returns, fabricated, returns)
    if most == 0 or (returns is not None and most < chance):
        return None
    low, high = 0, 1
    while detection_chance(_within(high, returns), fabricated, returns) < chance:
        low, high = high, 2 * high
    high = _within(high, returns)
    while high - low > 1:
        middle = (low + high) // 2
        if detection_chance(middle, fabricated, returns) < chance:
            low = middle
        else:
            high = middle
    return high


def largest_unseen(calls: int, *, level: float = 0.95) -> float:
    """Return the largest share of made-up answers that fits with calls that found none.

    1 - (1-level)^(1/m), Clopper and Pearson's one-sided limit at nothing found.

    Args:
        calls: Calls, all of them confirmed.
        level: Confidence level.

    Raises:
        SampleSizeError: An argument is out of range; carries its name.

    Source: Clopper and Pearson (1934) Biometrika 26:404-413.
    """
    if not 0 < level < 1:
        raise SampleSizeError("level", level)
    if calls < 0:
        raise SampleSizeError("calls", calls)
    return 1.0 if calls == 0 else 1 - (1 - level) ** (1 / calls)


def _within(calls: int, returns: int | None) -> int:
    return calls if returns is None else min(calls, returns)
