"""What the first page of a result says in words: what to fix first, how sure, what is open."""

from dataclasses import dataclass
from itertools import combinations

from flask import url_for

from app.analysis.results.items import ItemResult
from app.analysis.results.study import StudyResult
from app.followup.coverage.queries import list_coverage
from app.followup.coverage.rows import Coverage
from app.i18n import gettext as _
from app.reports.exhibits.exhibit import Source
from app.reports.exhibits.parts import parts_below
from app.reports.exhibits.time import last_step
from app.reports.exhibits.verdicts import change_text, change_word, since_last
from app.reports.wording import (
    Names,
    below_text,
    established_below,
    in_order,
    interval,
    joined,
    no_order_reason,
    number,
    percent,
    said_share,
    share_interval,
)
from app.staff.models import Role
from app.web.auth import current_scope
from app.web.hq.results_shown import Shown
from app.web.services import services
from app.web.transaction import reading

_FOLLOWERS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the first screen: what it is about, what is said, and what explains it."""

    name: str
    words: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do or to look at next."""

    words: str
    why: str
    href: str
    link: str
    is_late: bool = False


def first_screen(shown: Shown) -> list[Line]:
    """Return what has to be read first: rate, index, change, what to fix, and how sure that is."""
    result, manifest = shown.result, shown.stored.manifest
    rate = _(
        "{rate} ({returned} of {base} homes)",
        rate=shown.rate,
        returned=f"{manifest.returned:,}",
        base=f"{manifest.base:,}",
    )
    lines = [Line(_("Return rate"), rate, "rate")]
    lines.append(Line(_("Satisfaction index"), _index(result), "index"))
    happy = result.overall_satisfied
    if happy is not None and happy.value is not None:
        ends = share_interval(happy)
        words = _("{value} ({ends})", value=said_share(happy), ends=ends)
        lines.append(Line(_("Satisfied share"), words if ends else said_share(happy), "satisfied"))
    return [*lines, *what_first(result, shown.names), _change(shown)]


def _index(result: StudyResult) -> str:
    index = result.index
    ends = interval(index.low, index.high)
    if index.value is None:
        return _("cannot be told from so few answers")
    if not ends:
        return _("{value}; no interval can be given", value=number(index.value))
    return _("{value}, 95% interval {ends}", value=number(index.value), ends=ends)


def _change(shown: Shown) -> Line:
    step = last_step(shown.source())
    contrast = step.index if step is not None else None
    if step is None or contrast is None or contrast.change.value is None:
        return Line(_("Since last time"), since_last(step), "change")
    words = _(
        "{change}: {verdict}", change=change_text(contrast), verdict=change_word(contrast.verdict)
    )
    return Line(_("Since last time, same weights"), words, "change")


def what_first(result: StudyResult, names: Names) -> list[Line]:
    """Say which areas come first by band, and which of them nobody can put in order.

    Args:
        result: The numbers.
        names: Names of the areas.

    Returns:
        Lines for bands A and B and for the pairs that the tests cannot tell apart, or why no
        order is said.
    """
    if not result.order_said:
        return [Line(_("What to fix first"), no_order_reason(result), "ranks")]
    items = in_order(result)
    sure = [item for item in items if item.band == "A"]
    maybe = [item for item in items if item.band == "B"]
    lines = []
    if sure:
        words = joined(names.short(item.code) for item in sure)
        lines.append(Line(_("Fix first, surely among the first three"), words, "ranks"))
    if maybe:
        words = joined(names.short(item.code) for item in maybe)
        lines.append(Line(_("May be among the first three"), words, "ranks"))
    if not sure and not maybe:
        lead = [names.short(item.code) for item in items if item.rank_low == 1]
        words = joined(lead) if lead else _("No order of improvement can be told.")
        lines.append(Line(_("What to fix first"), words, "ranks"))
    lines.append(Line(_("Cannot be told apart"), _ties(sure + maybe, names), "ranks"))
    return lines


def _ties(items: list[ItemResult], names: Names) -> str:
    """Name the pairs among these that the tests cannot tell apart."""
    pairs = [(a, b) for a, b in combinations(items, 2) if b.code in a.tied]
    if not pairs:
        return _("none of these: all of them are told apart")
    if len(items) > 2 and len(pairs) == len(items) * (len(items) - 1) // 2:
        return _("any two of these")
    words = []
    for first in dict.fromkeys(a.code for a, _b in pairs):
        others = joined(names.brief(b.code) for a, b in pairs if a.code == first)
        words.append(_("{area} and {others}", area=names.brief(first), others=others))
    return _("; ").join(words)


def coverage_of(shown: Shown) -> Coverage | None:
    """Return how far the work after the answers has come here; None for whom it does not exist."""
    scope = current_scope()
    if scope.role not in _FOLLOWERS:
        return None
    rows = list_coverage(
        reading(), scope.only(shown.community.id), shown.campaign.id, now=services().now()
    )
    return next((row for row in rows if row.community_id == shown.community.id), None)


def next_steps(shown: Shown, source: Source, coverage: Coverage | None) -> list[Step]:
    """Return what follows from the numbers, the most pressing first."""
    result = shown.result
    steps = [*_late(coverage, shown)]
    below = established_below(result)
    if below:
        words = below_text(result, shown.names)
        steps.append(
            Step(
                words,
                _("A broken promise comes before an order."),
                _href(shown, "zones"),
                _("Zones of tolerance"),
            )
        )
    sure = [item for item in in_order(result) if item.band == "A"] if result.order_said else []
    for item in sure:
        department = shown.names.department(item.code)
        steps.append(
            Step(
                _(
                    "{area}: {points} index points can be regained",
                    area=shown.names.short(item.code),
                    points=number(item.pfi),
                ),
                _(
                    "Responsible: {department}. Read what owners wrote about it first.",
                    department=department,
                )
                if department
                else _("Read what owners wrote about it first."),
                _href(shown, "comments"),
                _("What owners wrote about"),
            )
        )
    parts = parts_below(source)
    if parts:
        steps.append(
            Step(
                joined(parts[:3]),
                _("Told apart beyond error after Holm."),
                _href(shown, "segments"),
                _("Parts of the community"),
            )
        )
    return [*steps, _silence(shown)]


def _late(coverage: Coverage | None, shown: Shown) -> list[Step]:
    if coverage is None or coverage.is_quiet:
        return []
    steps = []
    if coverage.overdue:
        words = _("{count} follow-ups are overdue", count=coverage.overdue)
    elif coverage.open:
        words = _("{count} follow-ups are still open, none is overdue", count=coverage.open)
    else:
        words = _("No follow-up is open")
    steps.append(
        Step(
            words,
            _(
                "{closed} of {all} closed, {declined} wished no reply.",
                closed=coverage.closed,
                all=coverage.cases,
                declined=coverage.declined,
            ),
            "",
            "",
            is_late=coverage.overdue > 0,
        )
    )
    if coverage.visits_overdue:
        words = _(
            "{count} visits to important customers are overdue", count=coverage.visits_overdue
        )
        steps.append(Step(words, "", "", "", is_late=True))
    if coverage.answers_due:
        words = _("{count} shared problems wait for a public answer", count=coverage.answers_due)
        steps.append(Step(words, "", _href(shown, "comments"), _("What owners wrote about")))
    return steps


def _silence(shown: Shown) -> Step:
    bounds = shown.result.satisfied_bounds
    manifest = shown.stored.manifest
    silent = manifest.base - manifest.returned
    words = _("{count} homes did not answer", count=f"{silent:,}")
    why = ""
    if bounds is not None:
        why = _(
            "Of all homes between {low} and {high} are satisfied, whatever the silent ones think.",
            low=percent(bounds[0]),
            high=percent(bounds[1]),
        )
    return Step(words, why, _href(shown, "silent"), _("Homes that did not answer"))


def _href(shown: Shown, page: str) -> str:
    return url_for(
        "hq_results.page", code=shown.campaign.code, community_id=shown.community.id, page=page
    )
