"""The leader's page: what the company's result says, what is late, what is on hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from app.analysis.disclosure.floors import FULL, SUPPRESSED
from app.analysis.results.comparison import Contrast
from app.followup.coverage.queries import list_coverage
from app.i18n import gettext as _
from app.reports import company_exhibits as many
from app.reports.company.holds.queries import list_held
from app.reports.company.queries import Summary
from app.reports.exhibits.time import last_step
from app.reports.exhibits.verdicts import change_text, change_word, since_last
from app.reports.wording import interval, joined, number, said_share, share_interval
from app.surveys.integrity.models import Verdict
from app.surveys.integrity.queries import list_summaries as list_integrity
from app.web.auth import current_scope
from app.web.hq.company_shown import Shown
from app.web.hq.results_overview import Line, Step, what_first
from app.web.services import services
from app.web.transaction import reading

MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Work:
    """Work after the answers, added up over the communities.

    Attributes:
        overdue: Households whose reply is late.
        visits, visited, visits_overdue: Important customers to visit, visited, and late.
        answers_due, answers_published: Shared problems without and with a public answer.
    """

    overdue: int
    visits: int
    visited: int
    visits_overdue: int
    answers_due: int
    answers_published: int


def first_screen(shown: Shown) -> list[Line]:
    """Return what has to be read first: rate, index, change, what to fix, and how sure that is."""
    result, stored = shown.result, shown.stored
    rate = _(
        "{rate} ({returned} of {base} homes)",
        rate=shown.rate,
        returned=f"{stored.returned:,}",
        base=f"{stored.base:,}",
    )
    index = result.index
    ends = interval(index.low, index.high)
    words = number(index.value)
    if ends:
        words = _("{value}, 95% interval {ends}", value=words, ends=ends)
    lines = [Line(_("Return rate"), rate, "rate"), Line(_("Satisfaction index"), words, "index")]
    happy = result.overall_satisfied
    if happy is not None and happy.value is not None:
        ends = share_interval(happy)
        said = said_share(happy)
        words = _("{value} ({ends})", value=said, ends=ends) if ends else said
        lines.append(Line(_("Satisfied share"), words, "satisfied"))
    return [*lines, *what_first(result, shown.names), _change(shown)]


def _change(shown: Shown) -> Line:
    step = last_step(shown.source)
    contrast: Contrast | None = None if step is None else step.index
    if step is None or contrast is None or contrast.change.value is None:
        return Line(_("Since last time"), since_last(step), "change")
    words = _(
        "{change}: {verdict}", change=change_text(contrast), verdict=change_word(contrast.verdict)
    )
    return Line(_("Since last time, same weights"), words, "change")


def below_words(shown: Shown, standing: str = many.BELOW) -> str:
    """Name the communities that are established below (or above) the mean; empty without any."""
    found = many.find_measure(shown.result, "index")
    if found is None:
        return ""
    codes = many.standing_codes(found, standing)
    if standing == many.BELOW:
        codes.reverse()
    said = joined(shown.communities.get(code, code) for code in codes[:MOST_NAMED])
    more = len(codes) - MOST_NAMED
    return _("{names} and {count} more", names=said, count=more) if more > 0 else said


def work_of(shown: Shown) -> Work:
    """Return the work after the answers in the communities this result is about."""
    members = {one.community_id for one in shown.summaries}
    rows = [
        one
        for one in list_coverage(
            reading(), current_scope(), shown.campaign.id, now=services().now()
        )
        if not shown.region or one.community_id in members
    ]
    return Work(
        overdue=sum(one.overdue for one in rows),
        visits=sum(one.visits for one in rows),
        visited=sum(one.visited for one in rows),
        visits_overdue=sum(one.visits_overdue for one in rows),
        answers_due=sum(one.answers_due for one in rows),
        answers_published=sum(one.answers_published for one in rows),
    )


def steps(shown: Shown, work: Work) -> list[Step]:
    """Return what somebody has to look at: communities below, late work, holds."""
    campaign = shown.campaign
    found = []
    below = below_words(shown)
    found.append(
        Step(
            _("Clearly below the mean: {names}", names=below)
            if below
            else _("No community is established below the mean"),
            _("Only differences beyond error count, corrected for all communities."),
            url_for("hq_company.page", code=campaign.code, page="communities",
                    region=shown.region or None),
            _("Communities beside their mean"),
            is_late=bool(below),
        )
    )  # fmt: skip
    found.append(
        Step(
            _("{count} replies to owners are overdue", count=work.overdue)
            if work.overdue
            else _("No reply to an owner is overdue"),
            _("Public answers: {made} published, {due} still to come.",
              made=work.answers_published, due=work.answers_due),
            "",
            "",
            is_late=work.overdue > 0,
        )
    )  # fmt: skip
    found.append(
        Step(
            _("Important customers: {visited} of {visits} visited",
              visited=work.visited, visits=work.visits),
            _("{count} visits are late.", count=work.visits_overdue)
            if work.visits_overdue
            else _("No visit is late."),
            "",
            "",
            is_late=work.visits_overdue > 0,
        )
    )  # fmt: skip
    return [*found, *_integrity(shown)]


def _integrity(shown: Shown) -> list[Step]:
    """Say which communities are held, and which verdicts are not a plain yes."""
    held = list_held(reading(), shown.campaign.id, shown.region)
    members = {one.community_id for one in shown.summaries}
    judged = [
        one
        for one in list_integrity(reading(), current_scope(), shown.campaign.id)
        if not shown.region or one.community_id in members
    ]
    doubtful = sum(one.verdict not in (None, Verdict.ACCEPT) for one in judged)
    words = (
        _("{count} communities are held", count=len(held)) if held else _("No community is held")
    )
    why = _("{count} audits did not end with “accepted”.", count=doubtful) if doubtful else ""
    return [Step(words, why, "", "", is_late=bool(held or doubtful))]


def rate_rows(shown: Shown, most: int) -> list[Summary]:
    """Return the communities for the table of the overview, by code; none where they are many."""
    return list(shown.summaries) if len(shown.summaries) <= most else []


def mark_words(shown: Shown, rows: Sequence[Summary]) -> dict[str, str]:
    """Return what has to stand beside a community's name: released by waiver, few answers."""
    waived = {one.community for one in shown.stored.frozen if one.waived}
    return {
        one.code: _("released by waiver: indicative, not ranked")
        if one.code in waived
        else _standing_mark(one.head.standing)
        for one in rows
    }


def _standing_mark(standing: str) -> str:
    if standing == FULL:
        return ""
    return _("too few answers") if standing == SUPPRESSED else _("indicative")
