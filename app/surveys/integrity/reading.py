"""Vectors of a community as numbers: what the signals of answers look at. Worker side: numpy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.surveys.instrument.model import Instrument, Item, ItemKind, ItemRole
from app.surveys.response.vector import EXTRA, FIRST_MISSING, NOT_ASKED

LAST_POINT = 40
_KIND = 63
_LEVELS = (ItemRole.ADEQUATE, ItemRole.DESIRED)


@dataclass(frozen=True, slots=True)
class Places:
    """Where in a vector an instrument keeps what the signals need.

    Attributes:
        overall: The overall answer; None without one.
        overall_points: How many points its scale has.
        areas: Ratings of the areas.
        area_points: How many points their scale has.
        ratings: Every item rated on a scale.
        levels: Pairs of the lowest acceptable and the desired level.
        age: The age group; None without one.
    """

    overall: int | None
    overall_points: int
    areas: tuple[int, ...]
    area_points: int
    ratings: tuple[int, ...]
    levels: tuple[tuple[int, int], ...]
    age: int | None


def places_of(instrument: Instrument) -> Places:
    """Return where an instrument keeps what the signals need."""
    stored = [item for item in instrument.items if item.in_vector]
    at = {item.code: place for place, item in enumerate(stored)}
    overall = next((item for item in stored if item.role is ItemRole.OVERALL), None)
    areas = [one for one in stored if one.role is ItemRole.PERFORMANCE and one.attribute is None]
    levels: dict[str, dict[ItemRole, int]] = {}
    for item in stored:
        if item.role in _LEVELS and item.area is not None:
            levels.setdefault(item.area, {})[item.role] = at[item.code]
    return Places(
        overall=None if overall is None else at[overall.code],
        overall_points=_points(instrument, overall),
        areas=tuple(at[item.code] for item in areas),
        area_points=_points(instrument, areas[0] if areas else None),
        ratings=tuple(at[item.code] for item in stored if item.kind is ItemKind.RATE),
        levels=tuple(
            (pair[ItemRole.ADEQUATE], pair[ItemRole.DESIRED])
            for pair in levels.values()
            if len(pair) == len(_LEVELS)
        ),
        age=at.get("profile.age"),
    )


def _points(instrument: Instrument, item: Item | None) -> int:
    return 0 if item is None or item.scale is None else len(instrument.scales[item.scale].points)


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """The answers of a community, one row each.

    Attributes:
        codes: Bytes as they are stored, shape (answers, items).
        points: Place on the scale from 1 on, 0 where there is none; same shape.
        places: Where to look.
    """

    codes: NDArray[np.uint8]
    points: NDArray[np.int16]
    places: Places

    @property
    def answered(self) -> NDArray[np.int64]:
        """Items each answer says anything about, "no experience" too."""
        kind = self.codes & _KIND
        said = ((kind >= 1) & (kind <= LAST_POINT)) | (kind >= FIRST_MISSING)
        count: NDArray[np.int64] = said.sum(axis=1)
        return count

    @property
    def extras(self) -> NDArray[np.bool_]:
        """Answers that say something about what does not concern their home."""
        return np.asarray(((self.codes & EXTRA) > 0).any(axis=1))

    @property
    def area_means(self) -> NDArray[np.float64]:
        """Mean of the areas rated, as points of their scale; NaN without any."""
        return _mean(self.points[:, list(self.places.areas)])

    @property
    def overall_percent(self) -> NDArray[np.float64]:
        """The overall answer on 0-100; NaN without one."""
        place, points = self.places.overall, self.places.overall_points
        if place is None:
            return np.full(len(self.codes), np.nan)
        said = self.points[:, place].astype(np.float64)
        return np.where(said > 0, 100 * (said - 1) / (points - 1), np.nan)

    @property
    def area_percent(self) -> NDArray[np.float64]:
        """Mean of the areas rated on 0-100; NaN without any."""
        return 100 * (self.area_means - 1) / max(1, self.places.area_points - 1)


def read_matrix(vectors: Sequence[bytes], places: Places) -> Matrix:
    """Read the vectors of a community; all have the width of one instrument."""
    width = len(vectors[0]) if vectors else 0
    codes = np.frombuffer(b"".join(vectors), dtype=np.uint8).reshape(len(vectors), width)
    kind = codes & _KIND
    points = np.where((kind > NOT_ASKED) & (kind <= LAST_POINT), kind, 0).astype(np.int16)
    return Matrix(codes, points, places)


def _mean(points: NDArray[np.int16]) -> NDArray[np.float64]:
    count = (points > 0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: NDArray[np.float64] = points.sum(axis=1) / count
    return mean
