"""A forecast in words: when the rate will be reached, or plainly that it will not at this pace."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign
from app.surveys.response.progress.forecast import Forecast, Verdict
from app.web.words import percent_of, short_date


@dataclass(frozen=True, slots=True)
class ForecastView:
    """A forecast as pages show it.

    Attributes:
        short: The day or days, for the cell of a table.
        sentence: The finding, with its interval.
        is_bad: The rate is not expected by the last day.
    """

    short: str
    sentence: str
    is_bad: bool


def forecast_view(found: Forecast, campaign: Campaign) -> ForecastView:
    """Return a forecast in words; "80%" is said wherever an interval stands."""
    return ForecastView(
        short=_short(found, campaign),
        sentence=_sentence(found, campaign),
        is_bad=found.verdict in {Verdict.LATE, Verdict.NOT_AT_THIS_PACE},
    )


def _short(found: Forecast, campaign: Campaign) -> str:
    if found.verdict is Verdict.REACHED:
        return _("reached")
    if found.verdict is Verdict.TOO_EARLY:
        return _("too early to say")
    if found.early is None:
        return _("not at this pace")
    return _days(campaign, found.early, found.late)


def _days(campaign: Campaign, early: int, late: int | None) -> str:
    first = short_date(_date(campaign, early))
    if late is None:
        return _("{date} at the earliest").format(date=first)
    if early == late:
        return first
    return _("{first} – {last}").format(first=first, last=short_date(_date(campaign, late)))


def _sentence(found: Forecast, campaign: Campaign) -> str:
    rate = percent_of(campaign.required_permille)
    if found.verdict is Verdict.REACHED:
        return _("The {rate}% are reached.").format(rate=rate)
    if found.verdict is Verdict.TOO_EARLY:
        return _("It is too early to say when {rate}% will be reached.").format(rate=rate)
    if found.early is None:
        return _(
            "{rate}% will not be reached at this pace, not even in the weeks after the last day."
        ).format(rate=rate)
    days = _days(campaign, found.early, found.late)
    words = {
        Verdict.IN_TIME: _("{rate}% expected on: {days}, in time (80% interval)."),
        Verdict.OPEN: _("{rate}% expected on: {days} (80% interval). In time: {chance}."),
        Verdict.LATE: _("{rate}% will not be reached before the deadline. Expected: {days} (80%)."),
    }[found.verdict]
    return words.format(rate=rate, days=days, chance=_chance(found.in_time or 0.0))


def _chance(share: float) -> str:
    """Return a chance in tenths: nobody knows it better."""
    tenths = round(share * 10)
    if tenths <= 0:
        return _("hardly")
    if tenths >= 10:
        return _("almost surely")
    return _("about {count} in 10").format(count=tenths)


def _date(campaign: Campaign, day: int) -> date:
    return campaign.opens_on + timedelta(days=day)
