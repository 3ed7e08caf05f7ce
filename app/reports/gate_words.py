"""Decisions about gates in words, as pages, reports and letters print them alike."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from app.clock import BEIJING, beijing_date
from app.i18n import gettext as _
from app.surveys.campaign.gates.models import RequiredChange
from app.surveys.campaign.models import ExclusionCode
from app.surveys.response.voids.models import VoidReason

LEAST_NAMED = 5  # as many as any group needs before something is told of it


def void_name(reason: VoidReason) -> str:
    """Return why an answer does not count, as head office chooses it."""
    return {
        VoidReason.NOT_OWNER: _("nobody of the home answered"),
        VoidReason.STAFF: _("filled in or steered by staff"),
        VoidReason.COPIED: _("one person answered for several homes"),
        VoidReason.WRONG_HOME: _("keyed in for the wrong home"),
        VoidReason.TRIAL: _("sent to try the form"),
        VoidReason.WITHDRAWN: _("withdrawn by the owner"),
    }[reason]


def exclusion_name(code: ExclusionCode) -> str:
    """Return why a home is not asked."""
    return {
        ExclusionCode.VACANT: _("Vacant, nobody lives there"),
        ExclusionCode.DEVELOPER_HELD: _("Still held by the developer"),
        ExclusionCode.COMMERCIAL: _("Commercial, no home"),
        ExclusionCode.DEMOLISHED: _("No longer exists"),
    }[code]


def exclusion_words(counts: Mapping[ExclusionCode, int]) -> tuple[tuple[str, int], ...]:
    """Return excluded homes by reason in words, in the order of the reasons."""
    return tuple((exclusion_name(code), counts[code]) for code in ExclusionCode if code in counts)


def rate_text(permille: int) -> str:
    """Return a required rate with its sign, without a decimal where there is none."""
    whole, tenths = divmod(permille, 10)
    return f"{whole}.{tenths}%" if tenths else f"{whole}%"


def required_words(permille: int, changes: Iterable[RequiredChange]) -> str:
    """Say which rate is asked for and what it was before: printed wherever the rate is."""
    known = list(changes)
    days = Counter(beijing_date(change.changed_at) for change in known)
    told = [
        _("{before} until {date}").format(
            before=rate_text(change.before_permille),
            date=_day(change.changed_at)
            if days[beijing_date(change.changed_at)] == 1
            else f"{_day(change.changed_at)} {change.changed_at.astimezone(BEIJING):%H:%M}",
        )
        for change in known
    ]
    if not told:
        return _("required rate {rate}").format(rate=rate_text(permille))
    return _("required rate {rate}; changed: {changes}").format(
        rate=rate_text(permille), changes=_("; ").join(told)
    )


def change_words(change: RequiredChange, reason: str) -> str:
    """Say one change of the required rate with its reason, for a report."""
    return _(
        "The required rate was changed from {before} to {after} on {date}. Reason: {reason}"
    ).format(
        before=rate_text(change.before_permille),
        after=rate_text(change.after_permille),
        date=_day(change.changed_at),
        reason=reason,
    )


def revision_words(
    revision: int, *, since: date, voids: Mapping[VoidReason, int], least: int | None = 1
) -> str:
    """Say since when a corrected result stands, and which answers left it; empty for the first.

    Args:
        revision: Its number.
        since: Its day.
        voids: Answers that left by reason.
        least: Reasons are named where each has at least so many answers; None for never. A single
            answer with its reason would tell an office which home spoke about its staff.
    """
    if revision <= 1:
        return ""
    if not voids:
        return _("Revision {number}, since {date}.").format(number=revision, date=_date(since))
    if least is None or min(voids.values()) < least:
        return _("Revision {number}, since {date}: {count} answers left the count.").format(
            number=revision, date=_date(since), count=sum(voids.values())
        )
    return _("Revision {number}, since {date}: {count} answers left the count ({reasons}).").format(
        number=revision,
        date=_date(since),
        count=sum(voids.values()),
        reasons=_(", ").join(
            _("{reason}: {count}").format(reason=void_name(reason), count=count)
            for reason, count in voids.items()
        ),
    )


def _day(instant: datetime) -> str:
    return _date(beijing_date(instant))


def _date(day: date) -> str:
    return _("{year}-{month:02d}-{day:02d}", year=day.year, month=day.month, day=day.day)
