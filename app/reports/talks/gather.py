"""The figures of a report to the authority: results, follow-up, complaints, talks, activities.

They come from stored released results and from counts. Not one of them names a home, and a result
that may not be shown is left out with the reason.
"""

import json
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.queries import count_cases
from app.reports.company.queries import SeriesPoint, list_series
from app.service.complaints.counting.queries import month_figures
from app.service.complaints.models import ComplaintClass
from app.service.talks.events.queries import count_activities
from app.service.talks.forum.queries import Filters, count_opinions
from app.service.talks.models import OpinionState
from app.service.talks.queries import count_months, list_board
from app.service.talks.queries import count_opinions as count_talk_opinions
from app.service.talks.rules import Period, Standing, standing_of
from app.staff.scope import Scope
from app.surveys.campaign.queries import get_campaign

SCHEMA = 2  # 1 knew no complaints
SUPPRESSED = "suppressed"
_DIGITS = 1
COMPLAINT_FIGURES = (
    "received",
    "valid",
    "communicative",
    "unclassified",
    "answered",
    "in_time",
    "late",
    "major",
    "repeats",
    "reopened",
    "closed",
)


def gather(
    session: Session, scope: Scope, community_id: int | None, period: Period, *, now: datetime
) -> str:
    """Return the figures of a time as canonical JSON.

    Args:
        session: Database session.
        scope: Head office: who asks for the report.
        community_id: The community; None for the company.
        period: The months.
        now: The present instant; a time that is not over is counted up to now.
    """
    today = beijing_date(now)
    opinions = dict(
        count_talk_opinions(
            session, scope, first=period.first, last=period.end, community_id=community_id
        )
    )
    forum = count_opinions(
        session,
        scope,
        Filters(community_id),
        today=today,
        said=(period.first, period.end),
    )
    held, people, cancelled = count_activities(
        session, scope, first=period.first, last=period.end, community_id=community_id
    )
    content = {
        "schema": SCHEMA,
        "first": period.first.isoformat(),
        "last": period.end.isoformat(),
        "counted_on": today.isoformat(),
        "is_over": today > period.end,
        "results": _results(session, scope, community_id, period),
        "complaints": _complaints(session, scope, community_id, period, now),
        "talks": _talks(session, scope, community_id, period, now),
        "opinions": {state.value: opinions.get(state, 0) for state in OpinionState},
        "forum": asdict(forum),
        "activities": {"held": held, "people": people, "cancelled": cancelled},
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _results(
    session: Session, scope: Scope, community_id: int | None, period: Period
) -> list[dict[str, Any]]:
    """Return the surveys that closed in the time, with what may be said of each."""
    return [
        _result(session, scope, community_id, point)
        for point in list_series(session, community_id, scope)
        if period.first <= point.closes_on <= period.end
    ]


def _result(
    session: Session, scope: Scope, community_id: int | None, point: SeriesPoint
) -> dict[str, Any]:
    head, campaign = point.head, get_campaign(session, point.campaign_id)
    is_shown = head.standing != SUPPRESSED
    cases = [
        one
        for one in count_cases(session, scope, point.campaign_id)
        if community_id in (None, one.community_id)
    ]
    shown: dict[str, Any] = {
        "campaign": campaign.code,
        "title": campaign.title,
        "title_en": campaign.title_en,
        "base": head.base,
        "returned": head.returned,
        "n": head.n,
        "standing": head.standing,
        "cases": sum(one.total for one in cases),
        "cases_closed": sum(one.closed for one in cases),
        "cases_declined": sum(one.declined for one in cases),
        "cases_open": sum(one.open for one in cases),
    }
    for name, estimate, times in (
        ("index", head.index, 1),
        ("satisfied", head.satisfied, 100),
    ):
        for limit in ("value", "low", "high"):
            number = getattr(estimate, limit)
            is_said = is_shown and number is not None
            shown[f"{name}_{limit}"] = round(number * times, _DIGITS) if is_said else None
    return shown


def _complaints(
    session: Session, scope: Scope, community_id: int | None, period: Period, now: datetime
) -> dict[str, Any]:
    """Return the months' figures of complaints added up; a month to come has none."""
    months = [
        month_figures(session, scope, community_id, month, now=now)
        for month in period.months
        if month <= beijing_date(now)
    ]
    classes: Counter[str] = Counter()
    for one in months:
        classes.update(one.by_class)
    sums: dict[str, Any] = {
        name: sum(getattr(one, name) for one in months) for name in COMPLAINT_FIGURES
    }
    return sums | {"by_class": {one.value: classes[one.value] for one in ComplaintClass}}


def _talks(
    session: Session, scope: Scope, community_id: int | None, period: Period, now: datetime
) -> dict[str, int]:
    today = beijing_date(now)
    months = [month for month in period.months if month <= today]
    rows = count_months(session, scope, months=months, community_id=community_id)
    counted = Counter(
        standing_of(state, month, held_on=held_on, now=now) for state, month, held_on in rows
    )
    places = 1
    if community_id is None:
        places = len(list_board(session, scope, months=(), limit=10_000))
    return {
        "communities": places,
        "months": len(rows),
        **{standing.value: counted.get(standing, 0) for standing in Standing},
    }
