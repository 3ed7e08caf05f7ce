"""One table of differences between the two sides of a pair: levels, shares, the overall item."""

from dataclasses import dataclass

from app.analysis.comparison.pairs import Pair, Series
from app.analysis.comparison.series import OVERALL, level_series, promoter_series, share_series
from app.analysis.comparison.verdicts import make_contrasts
from app.analysis.data.dataset import Role
from app.analysis.data.moments import Moments
from app.analysis.disclosure.floors import Floors
from app.analysis.levels.nps import POINTS
from app.analysis.results.comparison import Contrast


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """How the sides of a pair are held against each other: the second against the first.

    Attributes:
        pair: The two sides.
        level: Confidence level; the error of each list is 1 - level.
        smallest: Smallest difference of interest, points of 100.
        floors: Suppression table in force.
        least: Fewest answers, on both sides, from which a difference is said.
    """

    pair: Pair
    level: float
    smallest: float
    floors: Floors
    least: int

    def alike(self, role: Role, items: tuple[str, ...]) -> tuple[str, ...]:
        """Return the items that both sides were asked on the same points."""
        first, second = self.pair.first, self.pair.second
        return tuple(
            item
            for item in items
            if first.has(role, item)
            and second.has(role, item)
            and first.column(role, item).points == second.column(role, item).points
        )

    def alike_satisfied(self, role: Role, items: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of `alike` whose satisfied points are the same, and not none."""
        first, second = self.pair.first, self.pair.second
        return tuple(
            item
            for item in self.alike(role, items)
            if first.column(role, item).satisfied
            and first.column(role, item).satisfied == second.column(role, item).satisfied
        )

    def attributes(self) -> tuple[str, ...]:
        """Return the attributes that both sides were asked alike."""
        columns = self.pair.first.layout.columns
        codes = tuple(column.code for column in columns if column.role is Role.ATTRIBUTE)
        return self.alike(Role.ATTRIBUTE, codes)

    def levels(self, role: Role, items: tuple[str, ...]) -> tuple[Contrast, ...]:
        """Compare means on 0-100; items that are not alike are left out."""
        items = self.alike(role, items)
        if not items:
            return ()
        first, second = (level_series(side, role, items) for side in self._sides)
        return self.contrasts(first, second, items)

    def shares(self, role: Role, items: tuple[str, ...]) -> tuple[Contrast, ...]:
        """Compare satisfied shares, 0..1; items that are not alike are left out."""
        items = self.alike_satisfied(role, items)
        if not items:
            return ()
        first, second = (share_series(side, role, items) for side in self._sides)
        return self.contrasts(first, second, items, smallest=self.smallest / 100)

    def overall(self) -> Contrast | None:
        """Compare the overall item; None where it was not asked alike."""
        found = self.levels(Role.OVERALL, OVERALL)
        return found[0] if found else None

    def overall_satisfied(self) -> Contrast | None:
        """Compare the satisfied share of the overall item."""
        found = self.shares(Role.OVERALL, OVERALL)
        return found[0] if found else None

    def net_promoters(self, item: str) -> Contrast | None:
        """Compare the Net Promoter Score of an item on 0..10; None where it was not asked alike.

        The score spans 200 points, so the smallest difference of interest counts twice.
        """
        role = next(
            (
                column.role
                for column in self.pair.first.layout.columns
                if column.item == item and column.points == POINTS
            ),
            None,
        )
        if role is None or not self.alike(role, (item,)):
            return None
        first, second = (promoter_series(side, role, item) for side in self._sides)
        return self.contrasts(first, second, (item,), smallest=2 * self.smallest)[0]

    def contrasts(
        self,
        first: Series,
        second: Series,
        codes: tuple[str, ...],
        *,
        smallest: float | None = None,
        least: int | None = None,
    ) -> tuple[Contrast, ...]:
        """Compare any statistic of the sides: one list, one family of tests."""
        return make_contrasts(
            self.pair,
            first,
            second,
            codes,
            smallest=self.smallest if smallest is None else smallest,
            level=self.level,
            least=self.least if least is None else least,
        )

    @property
    def _sides(self) -> tuple[Moments, Moments]:
        return self.pair.first, self.pair.second
