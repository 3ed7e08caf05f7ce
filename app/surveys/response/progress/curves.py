"""Curves of this and of earlier campaigns on the same day since the opening, and forecasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import BEIJING, beijing_date
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import Viewer
from app.surveys.response.progress import queries
from app.surveys.response.progress.forecast import Forecast, Progress, forecast
from app.surveys.response.progress.shapes import Calendar, Earlier, weekday_factors

EARLIER_CAMPAIGNS = 3
_HOURS = 24


@dataclass(frozen=True, slots=True)
class PastCurve:
    """An earlier campaign of a community or of the company, ready to be drawn and learnt from."""

    campaign: Campaign
    curve: Earlier

    def percent_on(self, day: int) -> float:
        """Return the share in percent that had come back by the end of a day since the opening."""
        return 100 * sum(self.curve.daily[: day + 1]) / self.curve.base


@dataclass(frozen=True, slots=True)
class History:
    """What earlier campaigns and the plan say about the days of this one.

    Attributes:
        calendar: Deadline, reminders and weekdays of this campaign.
        company: Earlier campaigns of the whole company, the latest first.
        communities: Those of each community asked for.
    """

    calendar: Calendar
    company: tuple[PastCurve, ...]
    communities: Mapping[int, tuple[PastCurve, ...]]

    def of(self, community_id: int | None) -> tuple[Earlier, ...]:
        """Return what a forecast learns from: own earlier campaigns, and the company's latest."""
        if community_id is None:
            return tuple(replace(one.curve, is_own=True) for one in self.company)
        own = tuple(one.curve for one in self.communities.get(community_id, ()))
        return (*own, *(one.curve for one in self.company[:1]))


def read_history(
    session: Session, campaign: Campaign, scope: Viewer, community_ids: Sequence[int]
) -> History:
    """Return the earlier curves of the company and of some communities, in six statements."""
    earlier = queries.list_earlier(session, campaign, EARLIER_CAMPAIGNS)
    keys = [one.id for one in earlier]
    company_days = queries.company_days(session, [*keys, campaign.id])
    bases = queries.company_bases(session, keys)
    own_days = queries.community_days(session, keys, community_ids, scope)
    own_bases = queries.community_bases(session, keys, community_ids, scope)
    company = tuple(
        PastCurve(one, _earlier(one, company_days[one.id], bases[one.id], is_own=False))
        for one in earlier
        if bases.get(one.id) and company_days[one.id]
    )
    communities = {
        community_id: tuple(
            PastCurve(one, _earlier(one, days, own_bases[one.id, community_id], is_own=True))
            for one in earlier
            if (days := own_days.get((one.id, community_id)))
            and own_bases.get((one.id, community_id))
        )
        for community_id in community_ids
    }
    reminders = queries.list_reminder_days(session, campaign.id)
    this = _daily(campaign, company_days[campaign.id])
    series = [(this, campaign.opens_on.weekday())]
    series += [(one.curve.daily, one.curve.weekday) for one in company]
    calendar = Calendar(
        days=(campaign.closes_on - campaign.opens_on).days + 1,
        reminders=tuple(sorted({(day - campaign.opens_on).days for day in reminders})),
        weekday=campaign.opens_on.weekday(),
        factors=weekday_factors(series),
    )
    return History(calendar, company, communities)


def foretell(
    cumulative: Sequence[int],
    *,
    base: int,
    needed: int,
    history: History,
    community_id: int | None,
    now: datetime,
    opens_on: date,
    with_fan: bool = False,
) -> Forecast:
    """Foretell the day on which a community, or with None the company, reaches the rate.

    Args:
        cumulative: Returns up to the end of each Beijing day, from the opening to today.
        base: Homes asked.
        needed: Returns that meet the rate.
        history: What is known of the days.
        community_id: Key of the community; None for the company.
        now: Aware instant.
        opens_on: First day of collection.
        with_fan: Also return what a picture needs.
    """
    today = (beijing_date(now) - opens_on).days
    daily = [after - before for before, after in zip((0, *cumulative), cumulative, strict=False)]
    # A row that ends before today had no return since: those days are complete, too.
    daily += [0] * (today + 1 - len(daily))
    hour = now.astimezone(BEIJING).hour
    progress = Progress(
        done=tuple(daily[: max(today, 0)]),
        today=sum(daily[max(today, 0) :]),
        left=1 - hour / _HOURS,
        base=base,
        needed=needed,
    )
    earlier = history.of(community_id)
    return forecast(progress, history.calendar, earlier, with_fan=with_fan)


def _earlier(campaign: Campaign, days: Mapping[date, int], base: int, *, is_own: bool) -> Earlier:
    return Earlier(_daily(campaign, days), base, is_own, campaign.opens_on.weekday())


def _daily(campaign: Campaign, days: Mapping[date, int]) -> tuple[int, ...]:
    """Return the returns of each day from the opening to the deadline, or to the last return."""
    last = max((*days, campaign.closes_on))
    count = (last - campaign.opens_on).days + 1
    return tuple(days.get(campaign.opens_on + timedelta(days=day), 0) for day in range(count))
