"""The figures of a report to the authority in words and in the order of the report.

Versions of before stay as they are: what a version does not hold is left out, never shown as zero.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.complaints.words import class_name
from app.reports.standards.tables import Table
from app.reports.talks.words import opinion_state, standing_name
from app.reports.workbook import Column
from app.service.talks.models import OpinionState
from app.service.talks.rules import Standing


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a report: its name, and its figures by name.

    Attributes:
        values: A figure nobody may show is None.
    """

    name: str
    values: tuple[tuple[str, str | int | float | None], ...]


def parts_of(content: str) -> list[Part]:
    """Return the figures of a version as people read them."""
    figures = json.loads(content)
    return [Part(name, tuple(values)) for name, values in _parts(figures)]


def figure_table(content: str) -> Table:
    """Return the figures of a version as a list that leaves."""
    return Table(
        _("Figures of this version"),
        (
            ("section", Column(_("Section"), 34)),
            ("figure", Column(_("Figure"), 34)),
            ("value", Column(_("Value"), 16)),
        ),
        [(part.name, name, value) for part in parts_of(content) for name, value in part.values],
    )


def _parts(figures: dict[str, Any]) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    is_english = current_language() == "en"
    for one in figures.get("results", ()):
        yield one["title_en"] if is_english else one["title"], _of_survey(one)
    named = (
        ("complaints", _("Complaints"), _of_complaints),
        ("forum", _("Forums and WeChat groups"), _of_forum),
        ("talks", _("Talks with the committee"), _of_talks),
        ("opinions", _("Opinions of talks"), _of_opinions),
        ("activities", _("Activities and open days"), _of_activities),
    )
    for key, name, read in named:
        if key in figures:
            yield name, read(figures[key])


def _of_forum(counts: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (_("Opinions taken up"), counts["total"]),
        (_("Replied to"), counts["replied"]),
        (_("Replied to in time"), counts["replied_in_time"]),
        (_("Not replied to"), counts["open"]),
        (_("Of these overdue"), counts["late"]),
    ]


def _of_talks(counts: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (_("Number of communities"), counts["communities"]),
        (_("Months due"), counts["months"]),
        *((standing_name(one), counts[one.value]) for one in Standing),
    ]


def _of_opinions(counts: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(opinion_state(one), counts[one.value]) for one in OpinionState]


def _of_activities(counts: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (_("Took place"), counts["held"]),
        (_("People who came"), counts["people"]),
        (_("Called off"), counts["cancelled"]),
    ]


def _of_survey(one: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (_("Homes asked"), one["base"]),
        (_("Homes answered"), one["returned"]),
        (_("Index (0–100)"), one["index_value"]),
        (_("Index, 95% interval"), _interval(one, "index")),
        (_("Satisfied or better, %"), one["satisfied_value"]),
        (_("Satisfied or better, 95% interval"), _interval(one, "satisfied")),
        (_("Homes with comments"), one["cases"]),
        (_("Comments dealt with"), one["cases_closed"]),
        (_("Comments under way"), one["cases_open"]),
        (_("Homes that wished no reply"), one["cases_declined"]),
    ]


def _interval(one: dict[str, Any], name: str) -> str | None:
    low, high = one[f"{name}_low"], one[f"{name}_high"]
    return None if low is None or high is None else f"{low}–{high}"


def _of_complaints(counts: dict[str, Any]) -> list[tuple[str, Any]]:
    names = (
        ("received", _("Complaints received")),
        ("valid", _("Valid complaints")),
        ("communicative", _("Asked, consulted or vented")),
        ("unclassified", _("Not sorted yet")),
        ("answered", _("Complaints answered")),
        ("in_time", _("Answered by their day")),
        ("late", _("Answered late, or overdue")),
        ("major", _("Major complaints")),
        ("repeats", _("Complained of again")),
        ("reopened", _("Opened again after the answer")),
        ("closed", _("Complaints closed")),
    )
    classes = [(class_name(code), count) for code, count in counts["by_class"].items()]
    return [*((name, counts[key]) for key, name in names), *classes]
