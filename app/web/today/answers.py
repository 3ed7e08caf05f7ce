"""Public answers that wait: to be checked, approved or published, late ones, progress, actions."""

from collections.abc import Iterator
from datetime import date, datetime

from flask import url_for

from app.clock import beijing_date
from app.followup.problems import queries
from app.followup.problems.handling.queries import count_late_answers, count_silent_answers
from app.followup.problems.models import ProblemState
from app.followup.problems.promises.queries import count_overdue
from app.followup.problems.rules import POSTING_DAYS, answer_by
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.web.auth import current_scope
from app.web.today.tasks import Task, title_of
from app.web.transaction import reading
from app.web.words import short_date


def tasks(campaign: Campaign, now: datetime) -> Iterator[Task]:
    """Yield what waits for this person, counted, never one line for each problem."""
    today = beijing_date(now)
    if current_scope().role is Role.HEAD_OFFICE:
        yield from _decisions(campaign)
    yield from _drafts(campaign, today)
    yield from _published(campaign, now)
    yield from _actions(campaign, today)


def _decisions(campaign: Campaign) -> Iterator[Task]:
    counts = queries.count_states(reading(), current_scope(), campaign.id)
    titles = {
        ProblemState.DRAFTED: _("Public answers with facts to check: {count}"),
        ProblemState.CHECKED: _("Public answers to approve: {count}"),
        ProblemState.APPROVED: _("Public answers to publish: {count}"),
    }
    for state, title in titles.items():
        if counts.get(state):
            yield Task(
                "today",
                _("today"),
                title.format(count=counts[state]),
                title_of(campaign),
                _("Open list"),
                url_for("hq_problems.index", campaign=campaign.code, state=state.value),
            )


def _drafts(campaign: Campaign, today: date) -> Iterator[Task]:
    groups: dict[str, tuple[int, date]] = {}
    for t0, count in count_late_answers(reading(), current_scope(), campaign.id):
        by = answer_by(t0)
        if by is None:
            continue
        group = "late" if today > by else "week"
        known, first = groups.get(group, (0, by))
        groups[group] = (known + count, min(first, by))
    for group, (count, by) in sorted(groups.items()):
        yield Task(
            group,
            short_date(by),
            _("Shared problems without a published answer: {count}").format(count=count),
            _("{campaign}. Answers hang ten days after the clock started.").format(
                campaign=title_of(campaign)
            ),
            _("Open list"),
            url_for("hq_problems.index", campaign=campaign.code),
        )


def _published(campaign: Campaign, now: datetime) -> Iterator[Task]:
    silent = count_silent_answers(reading(), current_scope(), campaign.id, now=now)
    lines = (
        (
            silent.progress,
            _("Public answers without a word on progress: {count}"),
            _("Owners read how far it has come after 30 and after 60 days."),
        ),
        (
            silent.posting,
            _("Public answers without evidence of posting: {count}"),
            _("A photo or the place within {days} days.").format(days=POSTING_DAYS),
        ),
    )
    for count, title, detail in lines:
        if count:
            yield Task(
                "late",
                _("overdue"),
                title.format(count=count),
                detail,
                _("Open list"),
                url_for("hq_problems.index", campaign=campaign.code, state="published"),
            )


def _actions(campaign: Campaign, today: date) -> Iterator[Task]:
    rows = count_overdue(reading(), current_scope(), campaign.id, today=today)
    if rows:
        yield Task(
            "late",
            short_date(min(since for _name, _count, since in rows)),
            _("Corrective actions overdue: {count}").format(
                count=sum(count for _name, count, _since in rows)
            ),
            title_of(campaign),
            _("Open list"),
            url_for("hq_actions.index", campaign=campaign.code),
        )
