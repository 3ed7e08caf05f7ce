"""Gaps between two answers of one household, the orders they give, and how sensitive those are."""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate


@dataclass(frozen=True, slots=True)
class GapResult:
    """Hill's satisfaction gap of one item, with the competitor beside it; scale points.

    Importance and satisfaction are asked in different words, so the gap gives an order and is
    never tested against 0; it therefore has a standard error and no interval.

    Attributes:
        code: Item code.
        importance, perceived: Available-case means.
        gap: Mean of importance - perceived over households that gave both; positive = importance
            exceeds satisfaction. See `unpaired`.
        available: Difference of the available-case means, where the paired answers are more than
            5 % fewer than those of either column; else None.
        rank, rank_low, rank_high, tied: Place by gap, largest first, as in `ItemResult`.
        competitor: Mean of perceived - competitor over paired answers.
        behind: Behind the competitor, after Holm over the list; None when nothing can be tested.
        unpaired: Those of `gap`, `competitor` that are differences of available-case means,
            because pairing drops fewer than 10 answers, which would follow.
    """

    code: str
    importance: Estimate
    perceived: Estimate
    gap: Estimate
    available: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    tied: tuple[str, ...] = ()
    competitor: Estimate | None = None
    behind: bool | None = None
    unpaired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListOrder:
    """One order of the items, first to be improved first.

    Attributes:
        name: pfi, zone_pfi, hill_gap or is_rating.
        codes: Item codes.
    """

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrderAgreement:
    """How far two orders agree.

    Attributes:
        first, second: Their names.
        tau: Kendall's tau_b of the numbers behind them, over the items both have; None below two
            such items.
        items: How many items both have.
    """

    first: str
    second: str
    tau: float | None
    items: int


@dataclass(frozen=True, slots=True)
class GapsResult:
    """The gap list of a study and all orders side by side.

    Attributes:
        items: Items with importance and perceived ratings, in instrument order.
        profile_tau: Kendall's tau_b between mean importance and mean performance: 1 means that
            the community is served best where it matters most.
        orders: The orders that may be said.
        agreements: Every pair of them.
        order_said: The gap order may be stated.
    """

    items: tuple[GapResult, ...]
    profile_tau: float | None
    orders: tuple[ListOrder, ...] = ()
    agreements: tuple[OrderAgreement, ...] = ()
    order_said: bool = False


@dataclass(frozen=True, slots=True)
class AsAnswered:
    """A zone item with the inverted answers left in; None where few answers make the difference.

    Attributes:
        code: Item code.
        adequacy, superiority: Paired gaps in scale points.
        below, above: Shares of households below their minimum and above their desired level, coded
            as those of `ZoneResult`.
        status: As in `ZoneResult`, from these gaps.
        is_changed: The status differs from the one without inverted answers.
    """

    code: str
    adequacy: float | None
    superiority: float | None
    below: float | None
    above: float | None
    status: str | None
    is_changed: bool | None


@dataclass(frozen=True, slots=True)
class OtherOrder:
    """The PFI order under another choice.

    Attributes:
        name: What was chosen instead: lambda_0, lambda_2, weights_equal, weights_ratings ...
        codes: Item codes in that order.
        tau: Kendall's tau_b of its PFI with the list's own.
        is_first_same: The first item is the same.
    """

    name: str
    codes: tuple[str, ...]
    tau: float | None
    is_first_same: bool


@dataclass(frozen=True, slots=True)
class SensitivityResult:
    """How far the results of a study rest on choices of method.

    Attributes:
        as_answered: Zone items with inverted answers left in.
        headline: Headline order under other weights; empty when no order is said.
        zones: Zone order under other weights and other lambda.
    """

    as_answered: tuple[AsAnswered, ...]
    headline: tuple[OtherOrder, ...]
    zones: tuple[OtherOrder, ...]
