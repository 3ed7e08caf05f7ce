"""What plans wait for: an approval, a lock, the opening, and tasks of the calendar."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from flask import url_for

from app.clock import beijing_date
from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign, CampaignState
from app.surveys.campaign.planning import queries
from app.surveys.campaign.planning.models import TaskOwner
from app.surveys.campaign.planning.queries import TaskRow
from app.surveys.campaign.planning.readiness import find_missing
from app.web.hq import plan_words
from app.web.today.tasks import Task, title_of
from app.web.transaction import reading
from app.web.words import short_date

_LISTED = 5  # more tasks of one kind become one line
_WEEK = timedelta(days=7)
_AHEAD = timedelta(days=45)  # a campaign further away does not press yet


def tasks(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield the next step of a campaign in preparation, and its tasks due by next week."""
    today = beijing_date(now)
    page = url_for("hq_plan.show", code=campaign.code)
    yield from _next_step(campaign, today, page, now)
    waiting = [
        row
        for row in queries.list_task_rows(reading(), campaign.id)
        if row.task.done_at is None and row.task.due_on and row.task.due_on <= today + _WEEK
    ]
    own = [row for row in waiting if row.task.owner is TaskOwner.HEAD_OFFICE]
    for group in ("late", "today", "week"):
        listed = [row for row in own if _group(row, today) == group]
        yield from _lines(campaign, listed, group, page)
    others = [
        row
        for row in waiting
        if row.task.owner is not TaskOwner.HEAD_OFFICE and _group(row, today) == "late"
    ]
    if others:
        yield Task(
            "late",
            short_date(min(row.task.due_on for row in others if row.task.due_on)),
            _("{campaign}: {count} tasks of others are not ticked").format(
                campaign=title_of(campaign), count=len(others)
            ),
            _("Ask, and tick what is done."),
            _("Open plan"),
            f"{page}#tasks",
        )


def _next_step(campaign: Campaign, today: date, page: str, now: datetime) -> Iterator[Task]:
    if campaign.opens_on > today + _AHEAD:
        return
    group = "late" if campaign.opens_on <= today else "week"
    when = short_date(campaign.opens_on)
    if campaign.state is CampaignState.DRAFT:
        count = len(find_missing(reading(), campaign, now=now))
        yield Task(
            group,
            when,
            _("{campaign}: the plan is not approved").format(campaign=title_of(campaign)),
            _("{count} things are missing.").format(count=count)
            if count
            else _("Nothing is missing: a leader can approve it."),
            _("Open plan"),
            page,
        )
    elif campaign.state is CampaignState.APPROVED:
        yield Task(
            group,
            when,
            _("{campaign}: pilot, then lock the questionnaire").format(campaign=title_of(campaign)),
            _("Letters can be printed only after that."),
            _("Open plan"),
            page,
        )
    elif campaign.state is CampaignState.LOCKED:
        yield Task(
            group,
            when,
            _("{campaign}: open it").format(campaign=title_of(campaign)),
            _("Opening copies the register into the frame; then letters are printed."),
            _("Open campaign"),
            url_for("hq_campaigns.show", code=campaign.code),
        )


def _group(row: TaskRow, today: date) -> str:
    due_on = row.task.due_on or today
    return "late" if due_on < today else "today" if due_on == today else "week"


def _lines(campaign: Campaign, rows: list[TaskRow], group: str, page: str) -> Iterator[Task]:
    """Yield one line for each task, or one for all when there are too many."""
    if len(rows) > _LISTED:
        days = [row.task.due_on for row in rows if row.task.due_on]
        yield Task(
            group,
            short_date(min(days)),
            _("{campaign}: {count} tasks of the plan").format(
                campaign=title_of(campaign), count=len(rows)
            ),
            _("Tick what is done, move what is not."),
            _("Open plan"),
            f"{page}#tasks",
        )
        return
    for row in rows:
        yield Task(
            group,
            short_date(row.task.due_on) if row.task.due_on else "",
            plan_words.task_name(row.task.key),
            row.person or title_of(campaign),
            _("Open plan"),
            f"{page}#task-{row.task.key}",
        )
