"""Worker side of results: what snapshots tell a study besides answers, and the waves of a trend."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from app.analysis.data.cells import Cells, add_cells, cells_of_batches
from app.analysis.data.dataset import Column, Dataset, Role
from app.analysis.design.weights import make_margin
from app.analysis.importance.stated import EMPHASIS, RATINGS
from app.analysis.known import Known, joined_labels, margins_of
from app.analysis.nonresponse.propensity import FrameTable, make_counted_table
from app.analysis.plan import Scheme, StudyPlan
from app.surveys.instrument.model import Attribute, Instrument
from app.surveys.snapshot.homes import (
    BUILDING,
    CHANNEL,
    DAY,
    FRAME_VARIABLES,
    PROPERTY,
    TENURE,
    FrameCounts,
)
from app.surveys.snapshot.load import LoadedSnapshot

REGION = "region"
ESTATE_AGE = "age_of_estate"
PLACES = (REGION, ESTATE_AGE)  # what communities of a company differ by
CALIBRATED = (BUILDING, PROPERTY, TENURE)
COMPANY_WAVE = frozenset({Role.OVERALL, Role.PRIORITY, Role.IMPORTANCE, Role.PERFORMANCE})
COMMUNITY_WAVE = COMPANY_WAVE | {Role.ATTRIBUTE, Role.LOYALTY}

_ONLY_ROWS = (CHANNEL, DAY)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One community of a study: the answers to the headline lists and what its homes are.

    Attributes:
        dataset: Answers to the overall item, the picks and the areas.
        labels: What tells its households apart, by variable.
        frame: All its homes by kind; None in old snapshots.
        place: Region and age of the estate.
    """

    dataset: Dataset
    labels: Mapping[str, tuple[str, ...]]
    frame: FrameCounts | None
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """One earlier wave: its name, the digest of its snapshot and the sums of its answers."""

    name: str
    digest: str
    cells: Cells


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """The waves that lead up to a study.

    Attributes:
        plan: The plan that names them.
        cells: Sums of all of them, the study's own among them; None without any, or where the
            one before was asked otherwise.
        asked_otherwise: Digest of that one.
    """

    plan: StudyPlan
    cells: Cells | None = None
    asked_otherwise: str | None = None


def schemes_of(instrument: Instrument, columns: Sequence[Column]) -> tuple[Scheme, ...]:
    """Return how the attributes of an instrument are put together, by the columns that exist.

    Args:
        instrument: Says which factor, element and departments an attribute belongs to.
        columns: Columns of the data.
    """
    known = {column.code for column in columns if column.role is Role.ATTRIBUTE}
    stated = {(area.code, one.code): one for area in instrument.areas for one in area.attributes}
    found: list[tuple[str, Attribute]] = [
        (item.code, stated[item.area or "", item.attribute])
        for item in instrument.items
        if item.attribute is not None and item.code in known
    ]
    schemes = (
        ("factor", [(one.factor, code) for code, one in found]),
        ("element", [(one.element, code) for code, one in found]),
        ("department", [(name, code) for code, one in found for name in one.departments]),
    )
    return tuple((name, _grouped(pairs)) for name, pairs in schemes if pairs)


def _grouped(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups: dict[str, list[str]] = {}
    for name, code in pairs:
        groups.setdefault(name, []).append(code)
    return tuple((name, tuple(groups[name])) for name in sorted(groups))


def part_of(loaded: LoadedSnapshot) -> Part:
    """Return what a study needs of a community besides the sums of all its answers."""
    place = (loaded.manifest.region, loaded.manifest.estate_age)
    return Part(slimmed(loaded.dataset, COMPANY_WAVE), loaded.homes, loaded.frame, place)


def segments_of(parts: Sequence[Part]) -> tuple[str, ...]:
    """Return the variables that tell the households of these communities apart."""
    common = [name for name in parts[0].labels if all(name in one.labels for one in parts)]
    if len(parts) > 1:
        common = [*PLACES, *(name for name in common if name != BUILDING)]
    return tuple(
        name
        for name in common
        if name not in _ONLY_ROWS and len({v for one in parts for v in set(_labels(one, name))}) > 1
    )


def _labels(part: Part, name: str) -> tuple[str, ...]:
    if name in PLACES:
        return (part.place[PLACES.index(name)],) * part.dataset.households
    return part.labels[name]


def known_of(parts: Sequence[Part], waves: Cells | None, *, base: Mapping[str, int]) -> Known:
    """Return what is known besides the sums.

    Args:
        parts: The communities of the study.
        waves: Sums of the waves of the trend.
        base: Homes in the base of every community.
    """
    frame = frame_of(parts)
    known = Known(split=partial(_split, parts), waves=waves, frame=frame, rows=rows_of(parts))
    if frame is None:
        return known
    margins = margins_of(frame, [name for name in CALIBRATED if name in parts[0].labels])
    if not margins:
        return known
    names = tuple(one.variables[0] for one in margins)
    # A margin of the region or of the estate's age would only say the same as the communities.
    if len(base) > 1:
        own: dict[str | tuple[str, ...], float] = {k: float(v) for k, v in base.items()}
        margins = (make_margin("community", own), *margins)
    kinds = cells_of_batches((_joined(one, frame, names) for one in parts), {})
    return replace(known, kinds=kinds, margins=margins)


def _split(parts: Sequence[Part], name: str) -> Cells:
    return cells_of_batches(
        (split_by(one.dataset, {name: _labels(one, name)}) for one in parts), {}
    )


def _joined(part: Part, frame: FrameTable, names: tuple[str, ...]) -> Dataset:
    labels = joined_labels(frame, {name: part.labels[name] for name in names})
    return split_by(part.dataset, {name: labels[name] for name in names})


def split_by(dataset: Dataset, labels: Mapping[str, Sequence[str]]) -> Dataset:
    """Return a dataset whose households are told apart by these labels.

    Args:
        dataset: The answers.
        labels: Value of every household, by variable.
    """
    rows = list(zip(*labels.values(), strict=True))
    names = tuple(sorted(set(rows)))
    place = {name: k for k, name in enumerate(names)}
    return replace(
        dataset,
        cell_variables=tuple(labels),
        cell_names=names or (("",) * len(labels),),
        cell=np.array([place[row] for row in rows], dtype=np.int64),
    )


def frame_variables(parts: Sequence[Part]) -> tuple[str, ...]:
    """Return what is known of every home of these communities."""
    return FRAME_VARIABLES if len(parts) == 1 else (*PLACES, *FRAME_VARIABLES[1:])


def frame_of(parts: Sequence[Part]) -> FrameTable | None:
    """Return all homes by kind; None where one community's snapshot does not hold them.

    Of several communities buildings are not told apart, but regions and ages of estates are.
    """
    counts: Counter[tuple[str, ...]] = Counter()
    returned: Counter[tuple[str, ...]] = Counter()
    is_one, names = len(parts) == 1, frame_variables(parts)
    for part in parts:
        if part.frame is None:
            return None
        rows = zip(
            part.frame.kinds,
            part.frame.groups,
            part.frame.members,
            part.frame.returned,
            strict=True,
        )
        for kind, group, members, back in rows:
            key = (str(group), *(kind if is_one else (*part.place, *kind[1:])))
            counts[key] += members
            returned[key] += back
    keys = sorted(counts)
    return make_counted_table(
        {name: [key[k] for key in keys] for k, name in enumerate(names, start=1)},
        [int(key[0]) for key in keys],
        [counts[key] for key in keys],
        [returned[key] for key in keys],
    )


def rows_of(parts: Sequence[Part]) -> Dataset | None:
    """Return the overall ratings with their time and way, row by row; None in old snapshots."""
    if not all(DAY in one.labels for one in parts):
        return None
    pieces = []
    for part in parts:
        slim = slimmed(part.dataset, {Role.OVERALL})
        pieces.append(split_by(slim, {name: part.labels[name] for name in _ONLY_ROWS}))
    return _concatenated(pieces)


def _concatenated(pieces: Sequence[Dataset]) -> Dataset:
    """Return the households of several communities of one wave in one dataset."""
    names = sorted({name for one in pieces for name in one.cell_names})
    place = {name: k for k, name in enumerate(names)}
    cells = [
        np.array([place[name] for name in one.cell_names], dtype=np.int64)[one.cell]
        for one in pieces
    ]
    sizes = [one.households for one in pieces]
    return replace(
        pieces[0],
        values=np.concatenate([one.values for one in pieces]),
        wave=np.zeros(sum(sizes), dtype=np.int64),
        community=np.repeat(np.arange(len(pieces)), sizes),
        group=np.concatenate([one.group for one in pieces]),
        communities=tuple(one.communities[0] for one in pieces),
        cell_names=tuple(names),
        cell=np.concatenate(cells),
    )


def slimmed(dataset: Dataset, roles: Collection[Role]) -> Dataset:
    """Return a dataset with the columns of some roles only."""
    kept = [k for k, one in enumerate(dataset.columns) if one.role in roles]
    return replace(
        dataset,
        columns=tuple(dataset.columns[k] for k in kept),
        values=np.ascontiguousarray(dataset.values[:, kept]),
    )


def lead_up(plan: StudyPlan, own: Cells, past: Sequence[Past]) -> Waves:
    """Return the waves that lead up to a study: those asked alike without a gap, up to the last.

    Where the one before was asked otherwise, it alone is compared, in what both asked alike.

    Args:
        plan: The plan so far.
        own: Sums of the study's own wave, over the columns that the trend needs.
        past: The earlier waves, oldest first.
    """
    wave = own.keys[0].wave if own.keys else ""
    chain: list[Past] = []
    for one in reversed(past):
        if not is_comparable(own, one.cells, plan):
            break
        if one.cells.layout != own.layout:
            if not chain:
                plan = replace(plan, wave=wave, before=(one.name,), inputs=(one.digest,))
                return Waves(plan, asked_otherwise=one.digest)
            break
        chain.insert(0, one)
    if not chain:
        return Waves(plan)
    plan = replace(
        plan,
        wave=wave,
        before=tuple(one.name for one in chain),
        inputs=tuple(one.digest for one in chain),
    )
    return Waves(plan, cells=add_cells([*(one.cells for one in chain), own]))


def is_comparable(cells: Cells, earlier: Cells, plan: StudyPlan) -> bool:
    """Say whether two waves can be compared: common communities, both weighed by one rule."""
    communities = [{key.community for key in one.keys} for one in (cells, earlier)]
    needed = {EMPHASIS: Role.PRIORITY, RATINGS: Role.IMPORTANCE}.get(plan.weights)
    known = earlier.layout.index
    has_weights = needed is None or all((needed, item) in known for item in plan.headline)
    return bool(communities[0] & communities[1]) and has_weights
