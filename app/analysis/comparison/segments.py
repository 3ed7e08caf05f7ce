"""Parts of the households against the rest: buildings, phases, owners and tenants.

A part is held against the rest, never against the total it is part of. Both are domains of one
sample: every replicate leaves one group out of the part and of the rest, so that the random size
of the part is in the error. Statements are Holm's over a whole table; the list that says where to
look first goes by Benjamini-Hochberg.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.comparison.pairs import make_parts
from app.analysis.comparison.series import OVERALL, Rated
from app.analysis.comparison.table import Table
from app.analysis.comparison.verdicts import judged
from app.analysis.data.cells import Cells
from app.analysis.data.dataset import Role
from app.analysis.data.moments import Moments
from app.analysis.disclosure.floors import OWN_ROWS, PUBLISHED
from app.analysis.disclosure.tables import hidden_parts
from app.analysis.plan import StudyPlan
from app.analysis.results.comparison import Contrast, SegmentEntry, SegmentsResult
from app.analysis.results.disclosure import SMALL
from app.analysis.uncertainty.intervals import nothing
from app.analysis.uncertainty.multiple import bh_adjusted, holm_adjusted

INDEX = "index"
COMMUNITY = "community"
SCREENING_RATE = 0.10


class NoSuchVariableError(ValueError):
    """The cells are not told apart by this variable.

    Attributes:
        variable: Its name.
    """

    def __init__(self, variable: str) -> None:
        super().__init__(variable)
        self.variable = variable


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """One value of the variable.

    Attributes:
        value: The value.
        table: The rest against the part.
        contrasts: By measure: ``index``, ``overall``, items; filled step by step.
        hidden: Measures withheld and why.
    """

    value: str
    table: Table
    contrasts: dict[str, Contrast]
    hidden: dict[str, str]

    @property
    def moments(self) -> Moments:
        """Return the sums of the part."""
        return self.table.pair.second

    @property
    def n(self) -> int:
        """Return the households of the part."""
        return int(self.moments.households[0])


def compare_segments(
    cells: Cells, plan: StudyPlan, variable: str, *, rate: float = SCREENING_RATE
) -> SegmentsResult:
    """Compare the values of a variable of the cells, each with the rest of the households.

    Three tables, each a family of its own for Holm: the index, the overall item, and all items of
    the headline list together. Withheld values leave the families.

    Args:
        cells: Sums of one wave; one community or several.
        plan: Lists, weights, level, smallest difference of interest; part and rest have the
            weights that `plan.weighting` gives to all households together.
        variable: Name of the variable, one of `cells.cell_variables`, or ``community``.
        rate: Expected share of false entries of the screening list.

    Returns:
        The values in order. A variable with one value has no rest to compare with, so no entry
        has contrasts.

    Raises:
        NoSuchVariableError: The cells are not told apart by it.
        WeightsRuleError: The columns lack what the rule of weights needs.
        CategoryError, TotalsError, ConvergenceError: The weighting does not fit these cells.

    Source: domains of one sample by delete-a-group jackknife, Kott 2001, Journal of Official
    Statistics 17(4), 521-526; the rest is ours, see docs/methods/comparisons.md.
    """
    pieces = split_segments(cells, variable)
    parts = [_part(value, piece, rest, plan) for value, piece, rest in pieces]
    _withhold(parts, plan)
    families = ((INDEX,), OVERALL, plan.headline)
    for family in families:
        _judge(parts, family, plan)
    screened, n = _screened(parts, rate), _told(parts, plan)
    return SegmentsResult(
        variable=variable,
        level=plan.level,
        screening_rate=rate,
        smallest=plan.smallest_change,
        groups=max((part.table.pair.groups for part in parts), default=0),
        entries=tuple(
            SegmentEntry(
                value=part.value,
                n=n[k],
                contrasts=tuple(part.contrasts.values()),
                screened=screened[k],
                hidden=tuple(part.hidden.items()),
            )
            for k, part in enumerate(parts)
        ),
    )


def split_segments(cells: Cells, variable: str) -> list[tuple[str, Cells, Cells]]:
    """Return every value of a variable with the cells of its households and of all others.

    Args:
        cells: Any cells.
        variable: One of `cells.cell_variables`, or ``community``.

    Raises:
        NoSuchVariableError: The cells are not told apart by it.

    Source: ours, see docs/methods/comparisons.md.
    """
    if variable != COMMUNITY and variable not in cells.cell_variables:
        raise NoSuchVariableError(variable)
    if variable == COMMUNITY:
        values = [key.community for key in cells.keys]
    else:
        place = cells.cell_variables.index(variable)
        values = [key.cell[place] for key in cells.keys]
    return [
        (
            value,
            _rows(cells, [row for row, one in enumerate(values) if one == value]),
            _rows(cells, [row for row, one in enumerate(values) if one != value]),
        )
        for value in sorted(set(values))
    ]


def _rows(cells: Cells, rows: list[int]) -> Cells:
    keys = tuple(cells.keys[row] for row in rows)
    return replace(cells, keys=keys, sums=cells.sums[rows])


def _part(value: str, piece: Cells, rest: Cells, plan: StudyPlan) -> _Part:
    """Hold one value against the rest in every measure."""
    floors = PUBLISHED if plan.suppress else OWN_ROWS
    pair = make_parts(rest, piece, weighting=plan.weighting)
    table = Table(pair, plan.level, plan.smallest_change, floors, floors.item)
    found: dict[str, Contrast] = {}
    index = _index(table, plan)
    overall = table.overall()
    for contrast in (index, overall, *table.levels(plan.headline_role, plan.headline)):
        if contrast is not None:
            found[contrast.code] = contrast
    return _Part(value, table, found, {})


def _index(table: Table, plan: StudyPlan) -> Contrast:
    """Compare the index with the weights of all households together in both.

    Part and rest then differ by what they rate, not by what they pick.
    """
    role = plan.headline_role
    sides = table.pair.first, table.pair.second
    least = max(1, table.floors.item)
    items = plan.headline
    for side in sides:
        items = tuple(item for item in items if side.n(role, (item,))[0, 0] >= least)
    if not items:
        return Contrast(INDEX, None, None, nothing(int(sides[1].households[0])))
    together = _together(*sides)
    shares = Rated(together, role, items).shares(plan.weights, plan.shares)
    rest, part = (Rated(side, role, items).index(shares) for side in sides)
    return table.contrasts(rest, part, (INDEX,), least=table.floors.listed)[0]


def _together(rest: Moments, part: Moments) -> Moments:
    """Return the sums of all households, weighted where those of the two parts are."""
    weighted = None
    if rest.weighted is not None and part.weighted is not None:
        weighted = rest.weighted + part.weighted
    return Moments(rest.layout, rest.sums + part.sums, weighted)


def _withhold(parts: list[_Part], plan: StudyPlan) -> None:
    """Take out what is small, and what would give it away with the total known."""
    floors = PUBLISHED if plan.suppress else OWN_ROWS
    plain = [Moments(part.moments.layout, part.moments.sums) for part in parts]
    for code in dict.fromkeys(code for part in parts for code in part.contrasts):
        reasons: tuple[str | None, ...] = (None,) * len(parts)
        if not floors.is_open:
            reasons = hidden_parts(*_answers(plain, code, plan), threshold=floors.item)
        for part, reason in zip(parts, reasons, strict=True):
            known = part.contrasts.get(code)
            why = reason or (SMALL if known is None or known.change.value is None else None)
            if why is not None:
                part.hidden[code] = why
                n = 0 if reason is not None else _n(known, part)
                part.contrasts[code] = Contrast(code, None, None, nothing(n))


def _n(contrast: Contrast | None, part: _Part) -> int:
    return part.n if contrast is None else contrast.change.n


def _told(parts: list[_Part], plan: StudyPlan) -> list[int | None]:
    """Return the households of every part, none where small numbers could be worked out."""
    floors = PUBLISHED if plan.suppress else OWN_ROWS
    if floors.is_open:
        return [part.n for part in parts]
    reasons = hidden_parts([part.n for part in parts], threshold=floors.item)
    return [part.n if reason is None else None for part, reason in zip(parts, reasons, strict=True)]


def _answers(
    plain: list[Moments], code: str, plan: StudyPlan
) -> tuple[NDArray[np.int64], NDArray[np.float64] | None]:
    """Return number and sum of the answers of every part, never weighted; the index has no sum."""
    if code == INDEX:
        return np.array([int(one.households[0]) for one in plain]), None
    role = Role.OVERALL if code in OVERALL else plan.headline_role
    n = np.array([one.n(role, (code,))[0, 0] for one in plain])
    share = [one.percent(role, (code,))[0, 0] / 100 for one in plain]
    return n, n * np.nan_to_num(np.array(share))


def _judge(parts: list[_Part], family: tuple[str, ...], plan: StudyPlan) -> None:
    """Correct a table for all its tests; two parts of one whole are tested once."""
    tested = parts[:1] if len(parts) == 2 else parts
    codes = [code for code in family if any(code in part.contrasts for part in parts)]
    raw = _p_values(tested, codes)
    adjusted = holm_adjusted(raw.ravel()).reshape(raw.shape)
    for k, part in enumerate(parts):
        row = 0 if len(parts) == 2 else k
        for j, code in enumerate(codes):
            if code in part.contrasts:
                part.contrasts[code] = judged(
                    part.contrasts[code],
                    (raw[row, j], adjusted[row, j]),
                    smallest=plan.smallest_change,
                    alpha=round(1 - plan.level, 12),
                )


def _screened(parts: list[_Part], rate: float) -> list[tuple[str, ...]]:
    """Return what the screening list keeps of every part."""
    codes = list(dict.fromkeys(code for part in parts for code in part.contrasts))
    tested = parts[:1] if len(parts) == 2 else parts
    raw = _p_values(tested, codes)
    kept = bh_adjusted(raw.ravel()).reshape(raw.shape) <= rate
    return [
        tuple(code for j, code in enumerate(codes) if kept[0 if len(parts) == 2 else k, j])
        for k in range(len(parts))
    ]


def _p_values(parts: list[_Part], codes: list[str]) -> NDArray[np.float64]:
    """Return the p values of every difference alone, NaN where there is no test."""
    found = np.full((len(parts), len(codes)), np.nan)
    for k, part in enumerate(parts):
        for j, code in enumerate(codes):
            contrast = part.contrasts.get(code)
            if contrast is not None and contrast.p is not None:
                found[k, j] = contrast.p
    return found
