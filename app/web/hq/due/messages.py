"""Runs that wait for approval, steps of the ladder that are due, runs that are held up."""

from collections.abc import Iterator
from datetime import datetime

from flask import url_for

from app.clock import beijing_date
from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign
from app.surveys.distribution.models import MessageState, RunState
from app.surveys.distribution.queries import list_runs, sum_runs
from app.surveys.distribution.rules import REMINDERS, ladder
from app.web.hq.due import Task
from app.web.hq.messages_words import channel_name, kind_name
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
    today = beijing_date(now)
    if today > campaign.closes_on:
        return
    for step in ladder(campaign.opens_on, campaign.closes_on):
        if step.kind not in REMINDERS or step.day is None or step.day > today:
            continue
        if any(run.kind is step.kind for run in runs):
            continue
        yield Task(
            "today" if step.day == today else "late",
            short_date(step.day),
            _("{name} to silent homes").format(name=kind_name(step.kind)),
            _("Nobody who answered gets it; you see exactly who before it leaves."),
            _("Prepare"),
            url_for("hq_messages.show", code=campaign.code),
        )
