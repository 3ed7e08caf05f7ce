"""Whether a standard was kept, what was lost in a year, how numbers are read. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.service.standards.models import CUSTOMERS, LossKind, LossReason, Operator

MONTHS_OF_A_YEAR = 12
_NUMBER = re.compile(r"(\d{1,9})(?:\.(\d{1,3}))?")


class Verdict(StrEnum):
    """What can be said of a standard in a month."""

    KEPT = "kept"
    MISSED = "missed"
    UNKNOWN = "unknown"  # nothing was measured: neither kept nor missed


def judge(operator: Operator, target_milli: int, value_milli: int | None) -> Verdict:
    """Return whether a measured value keeps its target; both in thousandths, so exact."""
    if value_milli is None:
        return Verdict.UNKNOWN
    if operator is Operator.AT_LEAST:
        is_kept = value_milli >= target_milli
    else:
        is_kept = value_milli <= target_milli
    return Verdict.KEPT if is_kept else Verdict.MISSED


def share_milli(good: int, n: int) -> int | None:
    """Return a share in thousandths of a percent, None of nothing.

    It is cut off, never rounded up: 59 of 60 is below 98.334 % and never "kept" by rounding.
    """
    return None if n == 0 else good * 100_000 // n


def read_milli(text: str, *, most: int | None = None) -> int | None:
    """Return a number with up to three digits behind the point in thousandths; None when unread.

    Args:
        text: As somebody typed it; full-width digits and point are read as well.
        most: The largest whole number allowed.
    """
    found = _NUMBER.fullmatch(text.strip().translate(_NARROW).removesuffix("%"))
    if found is None:
        return None
    milli = int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0"))
    return None if most is not None and milli > most * 1000 else milli


def milli_text(milli: int) -> str:
    """Return thousandths as a number without needless zeros: 98500 is "98.5"."""
    whole, rest = divmod(milli, 1000)
    digits = f"{rest:03d}".rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)


def read_fen(text: str) -> int | None:
    """Return an amount of yuan, such as 12,500 or 380.5, in fen; None when it cannot be read."""
    milli = read_milli(text.replace(",", "").replace("，", ""))
    return None if milli is None or milli % 10 else milli // 10


def fen_text(fen: int) -> str:
    """Return an amount in yuan, with thousands apart and fen only where there are any."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02d}" if rest else f"{whole:,}"


def month_start(day: date) -> date:
    """Return the first day of a month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_before(month: date) -> date:
    """Return the first day of the month before."""
    return date(month.year - (month.month == 1), (month.month + 10) % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class LossFact:
    """What is counted of one loss; nobody is named.

    Attributes:
        units: Homes concerned.
        monthly_fen: Income a month that is gone, None where nobody knows.
        damage_fen: Damage of goods or of an injury, None where nobody knows.
    """

    kind: LossKind
    reason: LossReason
    community_id: int
    happened_on: date
    units: int
    monthly_fen: int | None
    damage_fen: int | None
    won_back_on: date | None


@dataclass(slots=True)
class LossSum:
    """Losses added up.

    Attributes:
        count: How many.
        units: Homes concerned.
        yearly_fen: Twelve times the monthly income lost.
        unknown: Customers lost whose income nobody knows: they are in no sum of money.
        won_back: How many of them were won back by the end of the year.
        won_back_fen: Twelve times their monthly income.
        damage_fen: Damage of goods and injuries.
    """

    count: int = 0
    units: int = 0
    yearly_fen: int = 0
    unknown: int = 0
    won_back: int = 0
    won_back_fen: int = 0
    damage_fen: int = 0

    def add(self, fact: LossFact, *, until: date) -> None:
        """Add one loss; what was won back after `until` is still lost."""
        self.count += 1
        self.units += fact.units
        self.damage_fen += fact.damage_fen or 0
        if fact.kind not in CUSTOMERS:
            return
        yearly = (fact.monthly_fen or 0) * MONTHS_OF_A_YEAR
        self.yearly_fen += yearly
        self.unknown += fact.monthly_fen is None
        if fact.won_back_on is not None and fact.won_back_on <= until:
            self.won_back += 1
            self.won_back_fen += yearly


@dataclass(frozen=True, slots=True)
class YearLosses:
    """The losses of one calendar year.

    Attributes:
        customers: Contracts, corporate customers and homes together.
        incidents: Losses of goods and injuries together.
        by_kind, by_reason: The same apart; reasons of customers only.
    """

    year: int
    customers: LossSum
    incidents: LossSum
    by_kind: dict[LossKind, LossSum] = field(default_factory=dict)
    by_reason: dict[LossReason, LossSum] = field(default_factory=dict)

    @property
    def net_fen(self) -> int:
        """Return the income a year that stayed lost at the end of the year."""
        return self.customers.yearly_fen - self.customers.won_back_fen


def year_losses(facts: Iterable[LossFact], year: int) -> YearLosses:
    """Add up the losses that happened in a year (谁、何时、为什么、损失多少)."""
    found = YearLosses(year, LossSum(), LossSum())
    end = date(year, 12, 31)
    for fact in facts:
        if fact.happened_on.year != year:
            continue
        is_customer = fact.kind in CUSTOMERS
        (found.customers if is_customer else found.incidents).add(fact, until=end)
        found.by_kind.setdefault(fact.kind, LossSum()).add(fact, until=end)
        if is_customer:
            found.by_reason.setdefault(fact.reason, LossSum()).add(fact, until=end)
    return found


@dataclass(frozen=True, slots=True)
class Retention:
    """Contracts kept over a year.

    Attributes:
        held: Communities served on its first day.
        lost: Of them, those whose contract was lost in the year and not won back.
    """

    held: int
    lost: int

    @property
    def kept_milli(self) -> int | None:
        """Return the share kept in thousandths of a percent, None when nothing was held."""
        return share_milli(self.held - self.lost, self.held)


_NARROW = str.maketrans("０１２３４５６７８９．，％", "0123456789.,%")
