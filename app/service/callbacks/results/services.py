"""The results of a month: each office, and the company weighted by orders. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.service.callbacks.figures import Share, Stratum, company_share, office_share
from app.service.callbacks.models import CallKind, Way
from app.service.callbacks.results.queries import count_effects, list_month
from app.service.callbacks.rows import MonthRow
from app.staff.scope import Scope


@dataclass(frozen=True, slots=True)
class OfficeResult:
    """One office in a month: what was done, and the share of each way apart."""

    row: MonthRow
    phone: Share
    link: Share


@dataclass(frozen=True, slots=True)
class MonthResult:
    """A month.

    Attributes:
        month: Its first day.
        offices: By name.
        phone: The company by telephone, weighted by orders.
        link: The company by link, weighted by orders.
        orders: Of all offices.
        covered: Orders of the offices the share by telephone rests on.
        calls, tried, reached: Of all offices.
        effects: What was set going, and how often.
    """

    month: date
    offices: Sequence[OfficeResult]
    phone: Share
    link: Share
    orders: int
    covered: int
    calls: int
    tried: int
    reached: int
    effects: dict[str, int]


def month_result(session: Session, scope: Scope, kind: CallKind, month: date) -> MonthResult:
    """Return the results of a month as far as this person sees them."""
    rows = list_month(session, scope, kind, month)
    weights = {row.community_id: _weight(kind, row) for row in rows}
    return MonthResult(
        month=month,
        offices=[
            OfficeResult(row, _office(row, Way.PHONE), _office(row, Way.LINK)) for row in rows
        ],
        phone=company_share(_stratum(row, Way.PHONE, weights) for row in rows),
        link=company_share(_stratum(row, Way.LINK, weights) for row in rows),
        orders=sum(row.orders for row in rows),
        covered=sum(row.orders for row in rows if row.answered.get(Way.PHONE)),
        calls=sum(row.calls for row in rows),
        tried=sum(row.tried for row in rows),
        reached=sum(row.reached for row in rows),
        effects=count_effects(session, scope, kind, month),
    )


def _weight(kind: CallKind, row: MonthRow) -> int:
    """Return what an office's answers stand for: its orders, or its answered complaints."""
    return row.orders if kind is CallKind.REPAIR else row.calls


def _office(row: MonthRow, way: Way) -> Share:
    return office_share(row.satisfied.get(way, 0), row.answered.get(way, 0))


def _stratum(row: MonthRow, way: Way, weights: dict[int, int]) -> Stratum:
    n, good = row.answered.get(way, 0), row.satisfied.get(way, 0)
    return Stratum(weights[row.community_id], n, good)
