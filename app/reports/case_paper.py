"""Follow-up on paper: the list by building (A4 landscape) and the record sheet of one case.

No score ever stands on them. What a sheet leaves room for are the six fields of the handbook and
the owner's own view, so that somebody without a phone keeps the same record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from app.clock import BEIJING
from app.followup.models import Outcome, Urgency
from app.followup.rows import CaseView
from app.followup.rules import DueDates
from app.i18n import gettext as _
from app.reports.context import date_text
from app.reports.glyphs import printable
from app.reports.lists import reach_of, wish_words
from app.reports.paper import in_language, print_pdf
from app.surveys.instrument.model import Instrument

BLANK_TRIES = 3
_RESULTS = (
    Outcome.SOLVED,
    Outcome.EXPLAINED,
    Outcome.TO_REPAIR,
    Outcome.TO_COMPLAINT,
    Outcome.UNREACHABLE,
    Outcome.DECLINED,
)


@dataclass(frozen=True, slots=True)
class PaperHead:
    """What stands above every page.

    Attributes:
        company, campaign: Names.
        asked_by: Who takes the paper along.
        made_at: When it was printed.
        hidden: Homes of these communities that are for head office alone or wish no reply; a
            count, for head office only.
    """

    company: str
    campaign: str
    asked_by: str
    made_at: datetime
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class PaperHome:
    """One home of a list."""

    view: CaseView
    texts: tuple[str, ...]
    reach: tuple[str, ...]
    wish: str


@dataclass(frozen=True, slots=True)
class PaperHouse:
    """One building with its homes; it begins a page of its own.

    Its dates are those of the community's clock; a home with a clock of its own says so itself.
    """

    community: str
    building: str
    due: DueDates | None
    homes: tuple[PaperHome, ...]


def list_pdf(
    views: Sequence[CaseView], instrument: Instrument, head: PaperHead, *, language: str
) -> bytes:
    """Return a follow-up list by building; the caller has audited every home on it."""
    with in_language(language):
        ordered = sorted(views, key=_place)
        houses = [
            PaperHouse(
                community,
                building,
                next((one.row.due for one in some if not one.row.has_own_clock), None),
                tuple(_home(one, instrument) for one in some),
            )
            for (community, building), some in (
                (place, tuple(group)) for place, group in groupby(ordered, key=_house)
            )
        ]
        return print_pdf("report/follow_up_list.html", houses=houses, **_words(head))


def sheet_pdf(view: CaseView, instrument: Instrument, head: PaperHead, *, language: str) -> bytes:
    """Return the record sheet of one case, with what was recorded so far."""
    with in_language(language):
        home = _home(view, instrument)
        return print_pdf("report/follow_up_sheet.html", home=home, **_words(head))


def result_name(outcome: Outcome) -> str:
    """Return the word for a result, as it is ticked on paper."""
    return {
        Outcome.SOLVED: _("Solved"),
        Outcome.EXPLAINED: _("Explained"),
        Outcome.DATED: _("To be done by a date"),
        Outcome.PRAISE_PASSED: _("Praise passed on"),
        Outcome.TO_COMPLAINT: _("Became a complaint"),
        Outcome.TO_REPAIR: _("Became a repair"),
        Outcome.UNREACHABLE: _("Not reached"),
        Outcome.DECLINED: _("Wishes no reply"),
    }[outcome]


def _words(head: PaperHead) -> dict[str, Any]:
    return {
        "head": head,
        "results": [result_name(one) for one in _RESULTS],
        "result_name": result_name,
        "tries": range(1, BLANK_TRIES + 1),
        "day": date_text,
        "short": _short,
        "at": _at,
        "agreed": _agreed,
        "danger": Urgency.SAFETY,
        "praise": Urgency.PRAISE_ONLY,
    }


def _home(view: CaseView, instrument: Instrument) -> PaperHome:
    texts = tuple(printable(text) for comment in view.comments for _code, text in comment.texts)
    return PaperHome(view, texts, tuple(reach_of(view, instrument)), wish_words(view.row.wish))


def _house(view: CaseView) -> tuple[str, str]:
    return view.row.community, view.row.building


def _place(view: CaseView) -> tuple[str, int, str, bool, int, str]:
    row = view.row
    is_later = row.urgency is not Urgency.SAFETY
    return (*(row.community, len(row.building), row.building, is_later, len(row.room), row.room),)


def _short(day: date) -> str:
    return _("{month}/{day}").format(month=day.month, day=day.day)


def _agreed(instant: datetime) -> str:
    """Return what was agreed: a day without an hour is kept as its midnight."""
    local = instant.astimezone(BEIJING)
    return _at(instant) if (local.hour, local.minute) != (0, 0) else _short(local.date())


def _at(instant: datetime) -> str:
    local = instant.astimezone(BEIJING)
    return f"{_short(local.date())} {local:%H:%M}"
