"""All homes, from those who answered and a sample of the silent who were called (two phases)."""

import numpy as np
from numpy.typing import ArrayLike

from app.analysis.results.estimate import Estimate
from app.analysis.results.nonresponse import SilentResult
from app.analysis.uncertainty.intervals import make_limits, t_interval

LEAST_CALLED = 10
SMALL_CALLED = 30
LOW_ANSWER = 0.5

NOBODY_SILENT = "nobody_silent"
FEW_ANSWERS = "few_answers"
SMALL = "small"
FEW_CALLS_ANSWERED = "few_calls_answered"


class CallsError(ValueError):
    """Counts of calls that cannot be.

    Attributes:
        name: The argument at fault.
        count: What it was.
    """

    def __init__(self, name: str, count: int) -> None:
        super().__init__(name, count)
        self.name = name
        self.count = count


def silent_estimate(
    returned: ArrayLike, silent: ArrayLike, *, base: int, calls: int, level: float = 0.95
) -> SilentResult:
    """Return what all homes think, the silent as those who were called.

    estimate = rate x mean of the returned + (1 - rate) x mean of the called; variance rate^2 v1 +
    (1 - rate)^2 v2, degrees of freedom by Satterthwaite. Who was called and refused stays in the
    bounds: between 0 and 100.

    Args:
        returned: Scores on 0-100 of those who answered by themselves, no NaN.
        silent: Scores of the silent who answered a call.
        base: Homes in the base.
        calls: Silent homes drawn at random, whether or not they answered.
        level: Confidence level.

    Raises:
        CallsError: More answers than calls, more calls than silent homes, no answer at all.

    Source: Hansen and Hurwitz 1946, JASA 41:517-529; Satterthwaite 1946, Biometrics Bulletin 2(6);
    Manski (1989) J. Human Resources 24:343-360 (bounds).
    """
    own, called = np.asarray(returned, dtype=np.float64), np.asarray(silent, dtype=np.float64)
    _check(own.size, called.size, base, calls)
    rate, some = own.size / base, int(called.size)
    if own.size == base:
        return SilentResult(rate, calls, some, NOBODY_SILENT)
    if some < LEAST_CALLED or own.size < LEAST_CALLED:
        return SilentResult(rate, calls, some, FEW_ANSWERS)
    mean = np.array([own.mean(), called.mean()])
    variance = np.array([own.var(ddof=1) / own.size, called.var(ddof=1) / some])
    df = np.array([own.size - 1, some - 1])

    def combined(first: float, second: float, *, n: int, scale: bool = True) -> Estimate:
        """Return a combination of both means with its interval."""
        factor = np.array([first, second])
        part = factor**2 * variance
        total = float(part.sum())
        freedom = total**2 / float((part**2 / df).sum()) if total > 0 else 0.0
        limits = make_limits(int(freedom * (1 + 1e-12)), level)
        bounds = (0.0, 100.0) if scale else (-100.0, 100.0)
        return t_interval(float(factor @ mean), np.sqrt(total), limits, n=n, bounds=bounds)

    answered = some / calls
    low = rate * float(mean[0]) + (1 - rate) * answered * float(mean[1])
    warnings = [SMALL] if some < SMALL_CALLED else []
    if answered < LOW_ANSWER:
        warnings.append(FEW_CALLS_ANSWERED)
    return SilentResult(
        rate,
        calls,
        some,
        warnings=tuple(warnings),
        returned=combined(1.0, 0.0, n=own.size),
        silent=combined(0.0, 1.0, n=some),
        difference=combined(-1.0, 1.0, n=own.size + some, scale=False),
        everybody=combined(rate, 1 - rate, n=own.size + some),
        bounds=(low, low + 100 * (1 - rate) * (1 - answered)),
        weight=(base - own.size) / some,
    )


def _check(returned: int, called: int, base: int, calls: int) -> None:
    if not 0 < returned <= base:
        raise CallsError("returned", returned)
    if not called <= calls <= base - returned:
        raise CallsError("calls", calls)
