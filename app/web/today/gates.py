"""Gates that wait: past their deadline, held, near it, released and not yet read, or behind."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from flask import url_for

from app.clock import beijing_date, last_day_before
from app.i18n import gettext as _
from app.surveys.campaign.gates.rules import WorkState
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.rules import GateState
from app.surveys.integrity.deciding.queries import list_annulled
from app.web.auth import current_scope
from app.web.hq.gate_history import work_name
from app.web.hq.gate_waiting import Waiting, list_waiting
from app.web.progress import RowView, days_until
from app.web.today.standing import standing_of
from app.web.today.tasks import Task, few
from app.web.transaction import reading
from app.web.words import beijing_day, short_date

_LAST_DAYS = 3


def tasks(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield the communities whose gate needs a decision, a push or a reader."""
    scope = current_scope()
    views = standing_of(campaign, now=now)
    waiting = list_waiting(reading(), campaign, views, scope=scope, now=now)
    below = [one for one in waiting if one.view.row.status.state is GateState.EXTENDED]
    # An annulled result stays shut: there is nothing to finish (`integrity.again`).
    annulled = list_annulled(reading(), campaign.id)
    held = [
        one
        for one in waiting
        if one.view.row.gate.held_at is not None and one.view.row.community_id not in annulled
    ]
    behind = [one for one in waiting if one.late]
    yield from few(
        [partial(_below, campaign, one, now=now) for one in below],
        campaign,
        _("{count} communities are below the required rate").format(count=len(below)),
        endpoint="hq_gates.index",
    )
    yield from few(
        [partial(_held, campaign, one) for one in held],
        campaign,
        _("{count} communities are held").format(count=len(held)),
        endpoint="hq_gates.index",
    )
    yield from few(
        [partial(_behind, campaign, one) for one in behind],
        campaign,
        _("{count} communities are behind with the work after the release").format(
            count=len(behind)
        ),
        endpoint="hq_gates.index",
        group="late",
    )
    yield from few(
        [partial(_last_homes, campaign, view) for view in views if _is_near(view)],
        campaign,
        _("Bring in the last homes"),
        endpoint="hq_tracker.index",
        group="today",
    )
    yield from few(
        [partial(_to_read, campaign, view, now=now) for view in views if _is_fresh(view, now=now)],
        campaign,
        _("Read the results, start follow-up"),
        endpoint="hq_tracker.index",
        group="week",
    )


def _below(campaign: Campaign, one: Waiting, *, now: datetime) -> Task:
    row = one.view.row
    rate = _rate(one.view)
    page = url_for("hq_gates.show", code=campaign.code, community_id=row.community_id)
    if one.extension is not None and one.extension.until >= beijing_date(now):
        is_today = one.extension.until == beijing_date(now)
        return Task(
            "today" if is_today else "week",
            _("until {date}").format(date=short_date(one.extension.until)),
            _("{community}: goes on collecting").format(community=row.name),
            rate,
            _("Decide") if is_today else _("See the gate"),
            page,
        )
    title = _("{community}: extend, or release below the gate").format(community=row.name)
    since = campaign.closes_on if one.extension is None else one.extension.until
    return Task("late", short_date(since), title, rate, _("Decide"), page)


def _held(campaign: Campaign, one: Waiting) -> Task:
    row = one.view.row
    since = "" if row.gate.held_at is None else beijing_day(row.gate.held_at)
    return Task(
        "late" if row.status.state is GateState.HELD else "today",
        _("since {date}").format(date=since),
        _("{community}: finish the check, lift the hold").format(community=row.name),
        _("Results are shut for everybody until then."),
        _("See the gate"),
        url_for("hq_gates.show", code=campaign.code, community_id=row.community_id),
    )


def _behind(campaign: Campaign, one: Waiting) -> Task:
    row = one.view.row
    first = one.late[0]
    due = first.start_due_at if first.state is WorkState.START_LATE else first.end_due_at
    return Task(
        "late",
        short_date(last_day_before(due)) if due else _("overdue"),
        _("{community}: {work} is overdue").format(
            community=row.name, work=_(", ").join(work_name(late.kind) for late in one.late)
        ),
        _("Begun within seven days after the release, finished within fourteen."),
        _("See the gate"),
        url_for("hq_gates.show", code=campaign.code, community_id=row.community_id),
    )


def _is_near(view: RowView) -> bool:
    status = view.row.status
    is_short = status.state is GateState.COLLECTING and bool(view.row.still_needed)
    return is_short and (status.days_left or 0) <= _LAST_DAYS


def _last_homes(campaign: Campaign, view: RowView) -> Task:
    row = view.row
    return Task(
        "today",
        _("{days} days left").format(days=row.status.days_left),
        _("{community}: bring in the last homes").format(community=row.name),
        _rate(view),
        _("See buildings"),
        url_for("hq_tracker.community", code=campaign.code, community_id=row.community_id),
    )


def _is_fresh(view: RowView, *, now: datetime) -> bool:
    status = view.row.status
    is_in_week = status.due_at is not None and now < status.due_at
    return status.is_released and is_in_week and view.row.gate.frozen_at is not None


def _to_read(campaign: Campaign, view: RowView, *, now: datetime) -> Task:
    row, due_at = view.row, view.row.status.due_at
    detail = until = ""
    if due_at is not None:
        detail = _("Day {day} of the seven days.").format(
            day=8 - max(1, days_until(due_at, now=now))
        )
        until = short_date(last_day_before(due_at))
    return Task(
        "week",
        _("until {date}").format(date=until),
        _("{community}: read the results, start follow-up").format(community=row.name),
        detail,
        _("See results"),
        url_for("hq_results.overview", code=campaign.code, community_id=row.community_id),
    )


def _rate(view: RowView) -> str:
    return _("{percent}% returned, {count} homes missing.").format(
        percent=view.rate.percent, count=view.row.still_needed
    )
