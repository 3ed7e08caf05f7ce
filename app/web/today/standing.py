"""What several subjects of the start page read, once a request: each would ask for it anew."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from flask import g

from app.followup import queries as followup_queries
from app.followup.coverage.queries import list_coverage
from app.followup.coverage.rows import Coverage
from app.followup.rows import CaseCounts
from app.surveys.campaign.models import Campaign
from app.surveys.response.tracker import standings
from app.web.auth import current_scope
from app.web.progress import RowView, row_views
from app.web.transaction import reading

T = TypeVar("T")


def standing_of(campaign: Campaign, *, now: datetime) -> list[RowView]:
    """Return where the communities of a campaign stand, those first that need a person first."""
    return _once(
        ("standing", campaign.id),
        lambda: row_views(standings(reading(), campaign, current_scope(), now=now), now=now),
    )


def cases_of(campaign: Campaign, today: date) -> list[CaseCounts]:
    """Return how far the follow-up of a campaign has come, per community and list."""
    return _once(
        ("cases", campaign.id),
        lambda: followup_queries.count_cases(reading(), current_scope(), campaign.id, today=today),
    )


def coverage_of(campaign: Campaign, *, now: datetime) -> tuple[Coverage, ...]:
    """Return how far the communities of a campaign have come after the answers."""
    return _once(
        ("coverage", campaign.id),
        lambda: list_coverage(reading(), current_scope(), campaign.id, now=now),
    )


def _once(key: tuple[str, int], read: Callable[[], T]) -> T:
    kept: dict[tuple[str, int], Any] = g.setdefault("start_page", {})
    if key not in kept:
        kept[key] = read()
    found: T = kept[key]
    return found
