"""Entered waves to figures of communities, regions and the company, by the usual engine."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Column, Dataset, Role
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.plan import StudyPlan, lists_of, make_plan
from app.analysis.results.canonical import to_json
from app.analysis.results.estimate import Estimate
from app.analysis.results.items import IndexResult
from app.analysis.results.study import StudyResult
from app.analysis.study import run_study
from app.surveys.history.change import Reach
from app.surveys.history.frozen import WEIGHT
from app.surveys.history.mapping.targets import OVERALL
from app.surveys.history.mapping.totals import LEAST_SHOWN, TotalsRow
from app.surveys.history.models import HistoryFigure
from app.surveys.history.queries import PlaceRow
from app.surveys.snapshot.version import code_version

INDEX, SATISFIED = "index", "satisfied"
_SEED = 0
_NO_LIMIT = 1e9  # weights of a file that somebody else made are used as they are
_NOTHING = Reach(None, None, None, 0)


@dataclass(frozen=True, slots=True)
class How:
    """How figures were asked, for who compares them.

    Attributes:
        rule: Rule of the weights of the index; empty where nobody knows.
        items: Share and performance of every item of the index.
        alike: Measures that were asked like here.
        left_out: Communities with fewer than 10 answers, and their answers: in none of the figures.
        left_out_of: Code of a question to the communities left out of it alone.
    """

    rule: str
    items: Mapping[str, tuple[float, float]]
    alike: frozenset[str]
    left_out: tuple[int, int] = (0, 0)
    left_out_of: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return it as it is stored."""
        data = {
            "rule": self.rule,
            "items": self.items,
            "alike": sorted(self.alike),
            "left_out": self.left_out,
            "left_out_of": dict(self.left_out_of),
        }
        return json.dumps(data, sort_keys=True)


def how_from_json(text: str) -> How:
    """Return how stored figures were asked."""
    data = json.loads(text)
    items = {code: (share, level) for code, (share, level) in data["items"].items()}
    communities, answers = data.get("left_out", (0, 0))
    return How(
        data["rule"],
        items,
        frozenset(data["alike"]),
        (communities, answers),
        data.get("left_out_of", {}),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Entered:
    """The answers of a wave, and what is known of them.

    Attributes:
        dataset: The answers.
        codes: Code of the community of every row; empty counts for the company only.
        alike: Codes of columns that were asked like here.
        areas: Areas of the instrument.
        instrument: Its digest.
        bases: Homes asked by code of the community, where known.
    """

    dataset: Dataset
    codes: tuple[str, ...]
    alike: frozenset[str]
    areas: tuple[str, ...]
    instrument: str
    bases: Mapping[str, int]


def figures_of_answers(
    entered: Entered, places: Sequence[PlaceRow], *, company_only: bool = False
) -> list[HistoryFigure]:
    """Return the figures of the company, of every region and of every community in a wave.

    Args:
        entered: The answers.
        places: The register.
        company_only: Leave regions and communities out.
    """
    codes = np.array(entered.codes, dtype=np.object_)
    everything = np.ones(codes.size, dtype=bool)
    found = [_figure(entered, everything, sorted(set(entered.codes)))]
    if company_only:
        return found
    known = {one.code: one for one in places}
    regions: dict[str, list[str]] = {}
    for code in sorted({*entered.codes} & known.keys()):
        regions.setdefault(known[code].region, []).append(code)
        figure = _figure(entered, codes == code, [code])
        figure.community_id = known[code].community_id
        found.append(figure)
    for region, members in sorted(regions.items()):
        if region:
            figure = _figure(entered, np.isin(codes, members), members)
            figure.region = region
            found.append(figure)
    return found


def _figure(entered: Entered, mask: NDArray[np.bool_], codes: Sequence[str]) -> HistoryFigure:
    dataset = _part(entered.dataset, mask)
    is_whole = all(entered.bases.get(code) for code in codes)
    base = sum(entered.bases.get(code, 0) for code in codes) if is_whole else 0
    plan, dataset, has_index = _planned(entered, dataset, base)
    homes = {code: entered.bases[code] for code in codes} if is_whole and len(codes) > 1 else {}
    plan = replace(plan, weighting=_weighting(dataset, homes))
    result = run_study(make_cells(dataset), plan, _SEED)
    index, overall, satisfied = (
        _reach(one, result.n)
        for one in (
            result.index if has_index else None,
            result.overall,
            result.overall_satisfied,
        )
    )
    figure = empty_figure(result.n, base, standing=result.standing)
    put(figure, INDEX, index)
    put(figure, OVERALL, overall)
    put(figure, SATISFIED, satisfied)
    how = _how(entered, result, has_index=has_index)
    gone = result.communities_left_out
    left_out = gone, dataset.households - result.n if gone else 0
    figure.how = replace(
        how, left_out=left_out, left_out_of=dict(result.columns_left_out)
    ).to_json()
    figure.result = to_json(result) if has_index else ""
    return figure


def _part(dataset: Dataset, mask: NDArray[np.bool_]) -> Dataset:
    kept = np.unique(dataset.community[mask])
    place = {old: new for new, old in enumerate(kept.tolist())}
    return replace(
        dataset,
        values=dataset.values[mask],
        wave=dataset.wave[mask],
        community=np.array([place[one] for one in dataset.community[mask].tolist()], np.int64),
        group=dataset.group[mask],
        communities=tuple(dataset.communities[one] for one in kept.tolist()),
        cell=None if dataset.cell is None else dataset.cell[mask],
    )


def _planned(entered: Entered, dataset: Dataset, base: int) -> tuple[StudyPlan, Dataset, bool]:
    """Return the plan; without any area the overall item stands in, and no index is said."""
    has_index = bool(lists_of(dataset.columns)[0])
    if not has_index:
        dataset = _with_stand_in(dataset)
    plan = make_plan(dataset.columns, instrument=entered.instrument, population=base or None)
    return replace(plan, engine=code_version()), dataset, has_index


def _with_stand_in(dataset: Dataset) -> Dataset:
    at = next(k for k, one in enumerate(dataset.columns) if one.role is Role.OVERALL)
    own = dataset.columns[at]
    column = Column("performance.overall", Role.PERFORMANCE, "overall_", own.points, own.satisfied)
    return replace(
        dataset,
        columns=(*dataset.columns, column),
        values=np.concatenate([dataset.values, dataset.values[:, at : at + 1]], axis=1),
    )


def _weighting(dataset: Dataset, homes: Mapping[str, int]) -> Weighting | None:
    """Return the weights of the file, within communities that count by their homes.

    Weights that have few different values are the same as known sizes of their classes.
    """
    names = (*(("community",) if homes else ()), *(dataset.cell_variables or ()))
    if not names:
        return None
    cell = dataset.cell if dataset.cell is not None else np.zeros(dataset.households, np.int64)
    sizes: dict[str | tuple[str, ...], float] = {}
    whole: dict[str, float] = {}
    for at, k in zip(dataset.community.tolist(), cell.tolist(), strict=True):
        code = dataset.communities[at]
        weight = float(dataset.cell_names[k][0]) if WEIGHT in names else 1.0
        key = (*((code,) if homes else ()), *(dataset.cell_names[k] if WEIGHT in names else ()))
        sizes[key] = sizes.get(key, 0.0) + weight
        whole[code] = whole.get(code, 0.0) + weight
    if homes:
        sizes = {key: homes[key[0]] * size / whole[key[0]] for key, size in sizes.items()}
    margin = make_margin(names, sizes)
    return Weighting((margin,), trim=None, most_deff=_NO_LIMIT)


def _how(entered: Entered, result: StudyResult, *, has_index: bool) -> How:
    alike = {OVERALL, SATISFIED} if OVERALL in entered.alike else set[str]()
    levels = {one.code: (one.weight.value, one.performance.value) for one in result.items}
    items = {
        code: (share, level)
        for code, (share, level) in levels.items()
        if share is not None and level is not None
    }
    rated = {
        column.item
        for column in entered.dataset.columns
        if column.role in (Role.PERFORMANCE, Role.PERCEIVED) and column.code in entered.alike
    }
    if has_index and set(entered.areas) == set(levels) <= rated:
        alike.add(INDEX)
    return How(str(result.plan.get("weights", "")), items if has_index else {}, frozenset(alike))


def _reach(found: Estimate | IndexResult | None, n: int) -> Reach:
    return _NOTHING if found is None else Reach(found.value, found.low, found.high, n)


def empty_figure(n: int, base: int, *, standing: str) -> HistoryFigure:
    """Return a row of figures without any figure yet."""
    return HistoryFigure(
        n=n,
        base=base,
        standing=standing,
        region="",
        how=How("", {}, frozenset()).to_json(),
        result="",
    )


def put(figure: HistoryFigure, measure: str, reach: Reach) -> None:
    """Write one measure into a row of figures."""
    for end in ("value", "low", "high"):
        setattr(figure, f"{measure}_{end}", getattr(reach, end))


def figures_of_totals(
    rows: Sequence[TotalsRow],
    found_code: Callable[[str], str],
    places: Sequence[PlaceRow],
    *,
    is_otherwise: bool,
) -> list[HistoryFigure]:
    """Return the figures of printed totals; company and regions are put together by homes.

    Args:
        rows: Printed figures by place.
        found_code: Code of the community a word means, empty without one.
        places: The register.
        is_otherwise: The wave was asked otherwise: nothing is compared with it.
    """
    known = {one.code: one for one in places}
    alike = frozenset() if is_otherwise else frozenset({OVERALL, SATISFIED, INDEX})
    found: list[HistoryFigure] = []
    regions: dict[str, list[TotalsRow]] = {}
    parts = [row for row in rows if row.place]
    own = next((row for row in rows if not row.place), None)
    company = own or together(parts)
    if company is not None:
        found.append(_of_totals(company, alike, () if own else small_of(parts)))
    for row in parts:
        place = known.get(found_code(row.place))
        if place is None:
            continue
        figure = _of_totals(row, alike)
        figure.community_id = place.community_id
        found.append(figure)
        if place.region:
            regions.setdefault(place.region, []).append(row)
    for region, members in sorted(regions.items()):
        joined = together(members)
        if joined is not None:
            figure = _of_totals(joined, alike, small_of(members))
            figure.region = region
            found.append(figure)
    return found


def small_of(rows: Sequence[TotalsRow]) -> tuple[TotalsRow, ...]:
    """Return communities with fewer than 10 answers where others of them have more.

    What all say less what the others say would be what a small one says, so it is in no figure of
    all together; where all are small none is shown that they could be compared with.
    """
    small = tuple(row for row in rows if row.n < LEAST_SHOWN)
    return small if len(small) < len(rows) else ()


def _of_totals(
    row: TotalsRow, alike: frozenset[str], small: Sequence[TotalsRow] = ()
) -> HistoryFigure:
    standing = "suppressed" if row.n < LEAST_SHOWN else "indicative" if row.n < 100 else "full"
    figure = empty_figure(row.n, row.base, standing=standing)
    for measure, reach in ((INDEX, row.index), (SATISFIED, row.satisfied), (OVERALL, row.overall)):
        put(figure, measure, reach)
    left_out = len(small), sum(one.n for one in small)
    figure.how = How("", {}, alike, left_out).to_json()
    return figure


def together(rows: Sequence[TotalsRow]) -> TotalsRow | None:
    """Return the figures of several communities as one: each counts by its homes.

    None where the homes of one of them are not known. One with fewer than 10 answers is in none of
    the figures, see `small_of`. A measure that one of the others lacks is left out; half the width
    of an interval is the root of the weighted squares.
    """
    small = small_of(rows)
    rows = [row for row in rows if row not in small]
    if not rows or not all(row.base for row in rows):
        return None
    if len(rows) == 1:
        return rows[0]
    base, n = sum(row.base for row in rows), sum(row.n for row in rows)

    def joined(read: Callable[[TotalsRow], Reach]) -> Reach:
        parts = [(row.base / base, read(row)) for row in rows]
        values = [share * one.value for share, one in parts if one.value is not None]
        if len(values) < len(rows):
            return Reach(None, None, None, n)
        value = sum(values)
        if any(one.low is None or one.high is None for _share, one in parts):
            return Reach(value, None, None, n)
        below = math.hypot(*(s * ((o.value or 0.0) - (o.low or 0.0)) for s, o in parts))
        above = math.hypot(*(s * ((o.high or 0.0) - (o.value or 0.0)) for s, o in parts))
        return Reach(value, value - below, value + above, n)

    return TotalsRow(
        "",
        n,
        base,
        joined(lambda row: row.index),
        joined(lambda row: row.satisfied),
        joined(lambda row: row.overall),
        0,
    )
