"""What leaders and regions look at: late work by community, plans to approve; no household."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import url_for

from app.clock import beijing_date
from app.followup.coverage.rows import Coverage
from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning.queries import count_unapproved
from app.surveys.campaign.rules import GateState
from app.web.progress import RowView
from app.web.today.standing import coverage_of, standing_of
from app.web.today.tasks import Task, title_of
from app.web.transaction import reading
from app.web.words import short_date

_SOON = timedelta(days=45)
_LISTED = 6
_LAST_DAYS = 3


def plans(now: datetime) -> Iterator[Task]:
    """Yield that plans wait for the approval of a leader."""
    count = count_unapproved(reading(), beijing_date(now) + _SOON)
    if count:
        yield Task(
            "today",
            _("today"),
            _("{count} campaign plans wait for your approval").format(count=count),
            _("Letters can be printed only after that."),
            _("Open plans"),
            url_for("hq_plan.index"),
        )


def late_work(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield the communities with late cases or visits, the worst first."""
    late = [row for row in coverage_of(campaign, now=now) if row.overdue or row.visits_overdue]
    for row in sorted(late, key=lambda one: one.need)[:_LISTED]:
        yield Task(
            "late",
            short_date(row.close_by) if row.close_by else _("overdue"),
            _title(row),
            _words(row),
            _("See coverage"),
            url_for("coverage.index", campaign=campaign.code, _anchor=f"c{row.community_id}"),
        )
    if len(late) > _LISTED:
        yield Task(
            "late",
            title_of(campaign),
            _("{count} more communities are behind").format(count=len(late) - _LISTED),
            _("Sorted by need."),
            _("See coverage"),
            url_for("coverage.index", campaign=campaign.code),
        )


def last_days(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield the communities that are short of homes in the last days."""
    short = [view for view in standing_of(campaign, now=now) if _is_short(view)]
    if short:
        days = min(view.row.status.days_left or 0 for view in short)
        yield Task(
            "today",
            _("{days} days left").format(days=days),
            _("Bring in the last homes"),
            _("In {count} communities.").format(count=len(short)),
            _("See communities"),
            url_for("hq_tracker.index", campaign=campaign.code),
        )


def _is_short(view: RowView) -> bool:
    status = view.row.status
    is_short = status.state is GateState.COLLECTING and bool(view.row.still_needed)
    return is_short and (status.days_left or 0) <= _LAST_DAYS


def _title(row: Coverage) -> str:
    """Say what is late in a community, and leave out what is not."""
    text = _("{community}: {cases} cases and {visits} visits are overdue")
    if not row.visits_overdue:
        text = _("{community}: {cases} follow-up cases are overdue")
    elif not row.overdue:
        text = _("{community}: {visits} home visits are overdue")
    return text.format(community=row.community, cases=row.overdue, visits=row.visits_overdue)


def _words(row: Coverage) -> str:
    return _("{closed} of {cases} cases closed, {visited} of {visits} visits made.").format(
        closed=row.closed + row.declined, cases=row.cases, visited=row.visited, visits=row.visits
    )
