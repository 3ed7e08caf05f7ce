"""What exhibits of a market survey are made from: the result and the words for its codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.analysis.results.market import CompetitiveItem, LeagueResult, ProviderStanding
from app.analysis.results.study import StudyResult
from app.reports.market.stored import MarketCompany, StoredMarket
from app.surveys.market.questionnaire import Questionnaire

OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class PerceptionItem:
    """What the owners' survey says of an area.

    Attributes:
        pfi, low, high: Its own priority, index points.
        rank: Place in that list; None where no order is said.
    """

    pfi: float
    low: float | None
    high: float | None
    rank: int | None


@dataclass(frozen=True)
class MarketSource:
    """A result and its words in one language.

    Attributes:
        stored: The result.
        questionnaire: Words of areas, statements, needs.
        language: Of the page or report.
        beside: The owners' survey's priorities by area; empty without one.
        beside_from: Code of that campaign.
    """

    stored: StoredMarket
    questionnaire: Questionnaire
    language: str
    beside: Mapping[str, PerceptionItem] = field(default_factory=dict)
    beside_from: str = ""

    @property
    def own(self) -> str:
        """Return the code of our own company."""
        return self.stored.main.own

    def company(self, code: str) -> str:
        """Return the name of a company."""
        found = self.companies.get(code)
        if found is None:
            return code
        return (found.name_en or found.name) if self.language == "en" else found.name

    @property
    def companies(self) -> Mapping[str, MarketCompany]:
        """Return the companies by code."""
        return {one.code: one for one in self.stored.companies}

    def item(self, code: str) -> str:
        """Return the name of an area."""
        for area in self.questionnaire.instrument.areas:
            if area.code == code:
                return area.name.plain(self.language)
        return code

    def listed(self, name: str, code: str) -> str:
        """Return the words of a line of a list of the cards."""
        for one in self.questionnaire.cards.lists[name]:
            if one.code == code:
                return one.plain(self.language)
        return code

    def option(self, column: str, code: str) -> str:
        """Return the words of an option about the person."""
        for item in self.questionnaire.instrument.items:
            if item.code == f"profile.{column}":
                for one in item.options:
                    if one.code == code:
                        return one.text.plain(self.language)
        return code

    @property
    def league(self) -> LeagueResult:
        """Return overall satisfaction side by side."""
        return self.stored.main.leagues[0]

    def standing(self, code: str) -> ProviderStanding | None:
        """Return a company's place in the overall league."""
        return next((one for one in self.league.entries if one.code == code), None)

    @property
    def priorities(self) -> tuple[CompetitiveItem, ...]:
        """Return the competitive priorities, first to improve first."""
        return tuple(sorted(self.stored.main.competitive.items, key=lambda one: one.place))


def perception_priorities(result: StudyResult | None) -> dict[str, PerceptionItem]:
    """Return the priorities of the owners' survey by area."""
    if result is None:
        return {}
    return {
        one.code: PerceptionItem(
            one.pfi, one.pfi_low, one.pfi_high, one.rank if result.order_said else None
        )
        for one in result.items
        if one.pfi is not None
    }
