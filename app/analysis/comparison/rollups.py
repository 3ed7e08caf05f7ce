"""Roll-ups of attributes by factor, element and department."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.comparison.verdicts import difference_p
from app.analysis.data.dataset import Role
from app.analysis.data.moments import ratio
from app.analysis.plan import Scheme
from app.analysis.results.estimate import Estimate
from app.analysis.results.rollups import RollupEntry, RollupResult
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import nothing
from app.analysis.uncertainty.multiple import holm_adjusted

ABOVE, BELOW, AVERAGE = "above", "below", "average"


@dataclass(frozen=True, slots=True, eq=False)
class _Levels:
    """All attributes of the scheme that may be said, over the replicates.

    Attributes:
        codes: Their columns.
        n: Answers, shape (replicates, attributes).
        percent: Performance on 0-100, same shape.
        satisfied: Satisfied share on 0..1, same shape.
        holding: Groups that count, shape (replicates - 1, attributes).
    """

    codes: tuple[str, ...]
    n: NDArray[np.float64]
    percent: NDArray[np.float64]
    satisfied: NDArray[np.float64]
    holding: NDArray[np.bool_]


def make_rollups(frame: Frame, schemes: tuple[Scheme, ...]) -> tuple[RollupResult, ...]:
    """Return every way of putting the attributes together that the plan names.

    Within a group every attribute counts alike, however many households were asked it. A group is
    said when every attribute of it has enough answers, and held against all other attributes.

    Args:
        frame: The study's frame.
        schemes: Name of a scheme, and its groups as code and columns of attributes.

    Source: ours, see docs/methods/rollups.md.
    """
    return tuple(_rollup(frame, name, groups) for name, groups in schemes)


def _rollup(
    frame: Frame, scheme: str, groups: tuple[tuple[str, tuple[str, ...]], ...]
) -> RollupResult:
    codes = tuple(dict.fromkeys(code for _, members in groups for code in members))
    levels = _levels(frame, codes)
    entries = [_entry(frame, levels, code, members) for code, members in groups]
    return RollupResult(scheme, frame.limits.level, tuple(_judged(entries, frame.limits.level)))


def _levels(frame: Frame, codes: tuple[str, ...]) -> _Levels:
    moments = frame.moments
    n = moments.n(Role.ATTRIBUTE, codes)
    return _Levels(
        codes,
        np.asarray(n, dtype=np.float64),
        moments.percent(Role.ATTRIBUTE, codes),
        ratio(moments.satisfied(Role.ATTRIBUTE, codes), n),
        frame.replicates.holding(n),
    )


def _entry(frame: Frame, levels: _Levels, code: str, members: tuple[str, ...]) -> RollupEntry:
    """Return one group; the others are the attributes that may be said and are not in it."""
    own = [levels.codes.index(one) for one in members]
    n = levels.n[0, own].astype(np.int64)
    least = int(n.min())
    floor = max(1, frame.floors.item)
    entry = RollupEntry(
        code, members, least, int(n.sum()), nothing(least), nothing(least), nothing(least)
    )
    if least < floor:
        return entry
    rest = [k for k in range(len(levels.codes)) if k not in own and levels.n[0, k] >= floor]
    performance = _mean(frame, levels, levels.percent, own, n=least, most=100.0)
    satisfied = _mean(frame, levels, levels.satisfied, own, n=least, most=1.0)
    difference = nothing(least)
    if rest:
        series = levels.percent[:, own].mean(axis=1) - levels.percent[:, rest].mean(axis=1)
        holding = _any(levels.holding, own + rest)
        difference = frame.estimates(series[:, None], np.array([least]), holding=holding)[0]
    return replace(entry, performance=performance, satisfied=satisfied, from_rest=difference)


def _mean(
    frame: Frame,
    levels: _Levels,
    values: NDArray[np.float64],
    places: list[int],
    *,
    n: int,
    most: float,
) -> Estimate:
    """Return the plain mean of some attributes with its interval."""
    return frame.estimates(
        values[:, places].mean(axis=1)[:, None],
        np.array([n]),
        bounds=(0.0, most),
        holding=_any(levels.holding, places),
    )[0]


def _any(holding: NDArray[np.bool_], places: list[int]) -> NDArray[np.bool_]:
    """Return the groups that count for any of these attributes, shape (groups, 1)."""
    return np.asarray(holding[:, places].any(axis=1), dtype=np.bool_)[:, None]


def _judged(entries: list[RollupEntry], level: float) -> list[RollupEntry]:
    """Hold every group against the rest, Holm over the scheme."""
    tested = [k for k, one in enumerate(entries) if one.from_rest.stderr]
    if not tested:
        return entries
    found = [entries[k].from_rest for k in tested]
    values = np.array([one.value for one in found], dtype=np.float64)
    p = difference_p(
        values,
        np.array([one.stderr for one in found], dtype=np.float64),
        np.array([one.df for one in found], dtype=np.int64),
    )
    adjusted = holm_adjusted(p)
    for k, place in enumerate(tested):
        standing = AVERAGE
        if adjusted[k] < round(1 - level, 12):
            standing = ABOVE if values[k] > 0 else BELOW
        entries[place] = replace(entries[place], p_holm=float(adjusted[k]), standing=standing)
    return entries
