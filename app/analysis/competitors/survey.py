"""Interviews of a market-standing survey and the communities of the market. Pure numpy."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LEAST_SHOWN = 30
LEAST_INTERVIEWS = 150
LEAST_COMMUNITIES = 10


class MarketError(ValueError):
    """A market or its interviews do not fit together.

    Attributes:
        name: The array, measure or community at fault.
        row: First row at fault; None when the whole is meant.
    """

    def __init__(self, name: str, row: int | None = None) -> None:
        super().__init__(f"{name}, row {row}")
        self.name = name
        self.row = row


@dataclass(frozen=True, slots=True)
class Place:
    """A community of the market, whether or not anybody was interviewed there.

    Attributes:
        code: Its name.
        provider: Who manages it.
        city: Where it lies.
        fee: Fee per square metre and month; None when unknown.
        age: Years since it was built; None when unknown.
        area: Floor area; None when unknown.
    """

    code: str
    provider: str
    city: str = ""
    fee: float | None = None
    age: float | None = None
    area: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """Ratings of one item.

    Attributes:
        item: Its code, the same as in the perception survey.
        values: Scale points, shape (interviews,); NaN = no answer.
        least, most: Ends of the scale.
    """

    item: str
    values: Floats
    least: float = 1.0
    most: float = 10.0

    @property
    def rescaled(self) -> Floats:
        """Return the ratings on 0-100."""
        result: Floats = 100 * (self.values - self.least) / (self.most - self.least)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Elsewhere:
    """Comparisons with another company the same person knows.

    Attributes:
        source: ``previous`` or ``second`` home.
        provider: Index of the other company by interview, -1 for none.
        ratings: -2 to 2, shape (interviews, items); NaN = no answer.
        items: Codes of the items.
    """

    source: str
    provider: Ints
    ratings: Floats
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MarketSurvey:
    """A market and interviews in it. What was not asked is None or empty.

    Attributes:
        own: The company that had the survey made.
        providers: All companies, each once.
        places: All communities of the market.
        place: Community of every interview, as an index into `places`.
        overall: Overall satisfaction with the present company.
        performance: What the present company reaches, by item.
        importance: How much each item matters when choosing.
        adequate, desired: The lowest acceptable and the ideal level, by item.
        statements: Codes of the image statements.
        ticks: Who was said to fit them, shape (interviews, providers, statements).
        steps: Names of the funnel's steps, in order; the first is knowing the company.
        reached: Shape (interviews, providers, steps).
        needs: Codes of the special needs.
        has_need: Shape (interviews, needs).
        fit: How well the needs are met.
        elsewhere: Previous and second homes.

    Raises:
        MarketError: Something does not fit; says what.
    """

    own: str
    providers: tuple[str, ...]
    places: tuple[Place, ...]
    place: Ints
    overall: Measure
    performance: tuple[Measure, ...] = ()
    importance: tuple[Measure, ...] = ()
    statements: tuple[str, ...] = ()
    ticks: Bools | None = None
    steps: tuple[str, ...] = ()
    reached: Bools | None = None
    needs: tuple[str, ...] = ()
    has_need: Bools | None = None
    fit: Measure | None = None
    elsewhere: tuple[Elsewhere, ...] = ()
    adequate: tuple[Measure, ...] = ()
    desired: tuple[Measure, ...] = ()

    def __post_init__(self) -> None:
        if self.own not in self.providers or len(set(self.providers)) != len(self.providers):
            raise MarketError("providers")
        self._check_places()
        rows = self.interviews
        wrong = np.flatnonzero((self.place < 0) | (self.place >= len(self.places)))
        if self.place.ndim != 1 or wrong.size:
            raise MarketError("place", int(wrong[0]) if wrong.size else None)
        for measure in self.measures:
            _check_range(measure.item, measure.values, rows, (measure.least, measure.most))
        self._check_tables(rows, len(self.providers))

    def _check_tables(self, rows: int, width: int) -> None:
        for name, array, shape in (
            ("ticks", self.ticks, (rows, width, len(self.statements))),
            ("reached", self.reached, (rows, width, len(self.steps))),
            ("has_need", self.has_need, (rows, len(self.needs))),
        ):
            if array is not None and array.shape != shape:
                raise MarketError(name)
        for one in self.elsewhere:
            if one.ratings.shape != (rows, len(one.items)) or one.provider.shape != (rows,):
                raise MarketError(one.source)
            wrong = np.flatnonzero((one.provider < -1) | (one.provider >= width))
            if wrong.size:
                raise MarketError(one.source, int(wrong[0]))
            for k, item in enumerate(one.items):
                _check_range(item, one.ratings[:, k], rows, (-2.0, 2.0))

    def _check_places(self) -> None:
        if len({place.code for place in self.places}) != len(self.places):
            raise MarketError("places")
        for row, place in enumerate(self.places):
            is_wrong = (
                place.provider not in self.providers
                or (place.fee is not None and not place.fee > 0)
                or (place.age is not None and not place.age >= 0)
                or (place.area is not None and not place.area >= 0)
            )
            if is_wrong:
                raise MarketError(place.code, row)

    def part(self, rows: Bools) -> "MarketSurvey":
        """Return the survey with these interviews only: a segment. The market stays whole.

        Args:
            rows: Which interviews, shape (interviews,).

        Source: ours, see docs/methods/competitors.md.
        """

        def cut(one: Measure) -> Measure:
            return replace(one, values=one.values[rows])

        return replace(
            self,
            place=self.place[rows],
            overall=cut(self.overall),
            performance=tuple(cut(one) for one in self.performance),
            importance=tuple(cut(one) for one in self.importance),
            adequate=tuple(cut(one) for one in self.adequate),
            desired=tuple(cut(one) for one in self.desired),
            ticks=None if self.ticks is None else self.ticks[rows],
            reached=None if self.reached is None else self.reached[rows],
            has_need=None if self.has_need is None else self.has_need[rows],
            fit=None if self.fit is None else cut(self.fit),
            elsewhere=tuple(
                replace(one, provider=one.provider[rows], ratings=one.ratings[rows])
                for one in self.elsewhere
            ),
        )

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Return all ratings."""
        fit = () if self.fit is None else (self.fit,)
        levels = (*self.performance, *self.importance, *self.adequate, *self.desired)
        return (self.overall, *levels, *fit)

    @property
    def interviews(self) -> int:
        """Return the number of interviews."""
        return int(self.place.size)

    @property
    def provider(self) -> Ints:
        """Return the company of the present home, by interview."""
        index = {name: k for k, name in enumerate(self.providers)}
        of_place = np.array([index[place.provider] for place in self.places], dtype=np.int64)
        found: Ints = of_place[self.place]
        return found


def _check_range(name: str, values: Floats, rows: int, ends: tuple[float, float]) -> None:
    if values.shape != (rows,) or not ends[0] < ends[1]:
        raise MarketError(name)
    wrong = np.flatnonzero((values < ends[0]) | (values > ends[1]))
    if wrong.size:
        raise MarketError(name, int(wrong[0]))
