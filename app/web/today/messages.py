"""Runs that wait for approval, steps of the ladder that are due, runs that are held up."""

from collections.abc import Iterator
from datetime import datetime

from flask import url_for

from app.clock import beijing_date
from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning.models import PlanTask, TaskOwner
from app.surveys.campaign.planning.queries import list_task_rows
from app.surveys.distribution.errors import SettingsError
from app.surveys.distribution.models import MessageRun, MessageState, RunState
from app.surveys.distribution.queries import list_runs, sum_runs
from app.surveys.distribution.rules import REMINDERS, ladder
from app.surveys.distribution.settings import read_settings
from app.web.hq.messages_words import channel_name, kind_name
from app.web.services import services
from app.web.today.tasks import Task
from app.web.transaction import reading
from app.web.words import beijing_time, short_date


def tasks(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield what head office has to do about messages."""
    runs = list_runs(reading(), campaign.id)
    counts = sum_runs(reading(), [run.id for run in runs])
    for run in runs:
        page = url_for("hq_messages.run", code=campaign.code, run_id=run.id)
        name = f"{kind_name(run.kind)} · {channel_name(run.channel)}"
        if run.state is RunState.PREVIEWED:
            yield Task(
                "today",
                _("today"),
                _("{name}: approve or stop").format(name=name),
                _("{count} homes would get it.").format(
                    count=counts[run.id].get(MessageState.PLANNED.value, 0)
                ),
                _("Look and decide"),
                f"{page}#approve",
            )
        elif run.state is RunState.SENDING and run.paused_until and run.paused_until > now:
            yield Task(
                "late",
                beijing_time(run.paused_until),
                _("{name}: held up").format(name=name),
                _("The provider says {code}.").format(code=run.problem or "–"),
                _("Look into it"),
                page,
            )
    yield from _broken(campaign, runs)
    yield from _steps(campaign, runs, now)


def _broken(campaign: Campaign, runs: list[MessageRun]) -> Iterator[Task]:
    """Yield that the settings hold up what was approved."""
    try:
        read_settings(services().config.instance)
    except SettingsError as error:
        if any(run.state in {RunState.APPROVED, RunState.SENDING} for run in runs):
            yield Task(
                "late",
                _("today"),
                _("Messages are held up"),
                _(
                    "The file distribution.toml cannot be used; until it is mended nothing is "
                    "sent: {problem}"
                ).format(problem=error),
                _("Look into it"),
                url_for("hq_messages.show", code=campaign.code),
            )


def _steps(campaign: Campaign, runs: list[MessageRun], now: datetime) -> Iterator[Task]:
    """Yield the reminders whose day has come and that nobody has prepared."""
    today = beijing_date(now)
    if today > campaign.closes_on:
        return
    planned = {row.task.key: row.task for row in list_task_rows(reading(), campaign.id)}
    for step in ladder(campaign.opens_on, campaign.closes_on):
        if step.kind not in REMINDERS or step.day is None or step.day > today:
            continue
        if any(run.kind is step.kind for run in runs):
            continue
        if _is_named_in_plan(planned.get(step.kind.value)):
            continue
        yield Task(
            "today" if step.day == today else "late",
            short_date(step.day),
            _("{name} to silent homes").format(name=kind_name(step.kind)),
            _("Nobody who answered gets it; you see exactly who before it leaves."),
            _("Prepare"),
            url_for("hq_messages.show", code=campaign.code),
        )


def _is_named_in_plan(task: PlanTask | None) -> bool:
    """Say whether the plan names a step to head office on its day, or holds it for done."""
    if task is None:
        return False
    is_ours = task.owner is TaskOwner.HEAD_OFFICE and task.due_on is not None
    return is_ours or task.done_at is not None
