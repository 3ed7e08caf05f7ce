"""What stands on a briefing sheet: one household, what was said and promised. Never a score."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.models import CaseState, FollowUp, Outcome
from app.followup.rows import CaseView
from app.followup.services import open_case
from app.followup.visits import queries
from app.followup.visits.reading import open_records, open_visit
from app.followup.visits.rows import VisitRow, VisitView
from app.i18n import gettext as _
from app.reports.glyphs import printable
from app.staff.scope import Scope
from app.surveys.register.models import CareNeedKind
from app.vault import Vault

LOOK_BACK = timedelta(days=400)  # a year and the campaign before
MOST_LINES = 6
MOST_WORDS = 3
_LONGEST = 90
_LONGEST_WORDS = 150


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what happened between a household and us."""

    day: date
    kind: str
    matter: str
    result: str


@dataclass(frozen=True, slots=True)
class Briefing:
    """One household before a visit.

    Attributes:
        view: The visit with people, promises and care notes.
        words: What the household wrote this time, as far as the reader may know it.
        history: Contacts and visits of the last year, the latest first.
        open_cases: Cases that are not closed, in words.
    """

    view: VisitView
    words: tuple[str, ...]
    history: tuple[Line, ...]
    open_cases: tuple[str, ...]


def make_briefing(
    session: Session, vault: Vault, scope: Scope, visit_id: int, *, now: datetime
) -> Briefing:
    """Collect what somebody should know before going there; audited like opening the pages.

    Raises:
        VisitNotFoundError: The visit does not exist for this person.
    """
    view = open_visit(session, vault, scope, visit_id, now=now)
    row = view.row
    since = beijing_date(now) - LOOK_BACK
    words: list[str] = []
    history: list[Line] = []
    waiting: list[str] = []
    for case in queries.list_cases_of_household(session, scope, row.household_id):
        if beijing_date(case.created_at) < since:
            continue
        opened = open_case(session, vault, scope, case.id, now)
        if case.campaign_id == row.campaign_id:
            words += _words_of(opened)
        history += _contacts_of(opened)
        if case.state is CaseState.OPEN:
            waiting.append(_waiting(case))
    history += _visits_of(session, vault, scope, row, since)
    return Briefing(
        view=view,
        words=tuple(_short(text, _LONGEST_WORDS) for text in words[:MOST_WORDS]),
        history=tuple(sorted(history, key=lambda line: line.day, reverse=True)[:MOST_LINES]),
        open_cases=tuple(waiting),
    )


def _words_of(case: CaseView) -> list[str]:
    return [printable(text) for comment in case.comments for _code, text in comment.texts]


def _contacts_of(case: CaseView) -> list[Line]:
    return [
        Line(
            beijing_date(contact.at),
            way_words(contact.way),
            _short(contact.result),
            outcome_words(contact.outcome),
        )
        for contact in case.contacts
        if not contact.is_undone
    ]


def _visits_of(
    session: Session, vault: Vault, scope: Scope, row: VisitRow, since: date
) -> list[Line]:
    found = []
    for visit in queries.list_visits_of_household(session, scope, row.household_id):
        for record in open_records(session, vault, visit.id):
            day = beijing_date(record.at)
            if day >= since:
                matter = record.matter or record.reason
                found.append(Line(day, _("Home visit"), _short(matter), _short(record.outcome, 40)))
    return found


def _waiting(case: FollowUp) -> str:
    since = _("since {date}").format(date=beijing_date(case.created_at).isoformat())
    return f"{source_words(case)} {since}"


def source_words(case: FollowUp) -> str:
    """Return where a case comes from."""
    return {
        "survey": _("Survey comment"),
        "complaint": _("Complaint"),
        "repair": _("Repair"),
        "forum": _("Owners' forum"),
        "talk": _("Talk with owners"),
    }.get(case.source.value, case.source.value)


def way_words(way: str) -> str:
    """Return the word for the way of a contact."""
    return {
        "visit": _("Home visit"),
        "phone": _("Phone"),
        "wechat": _("WeChat"),
        "reception": _("At the desk"),
    }.get(way, way)


def outcome_words(outcome: Outcome) -> str:
    """Return the word for the result of a contact."""
    return {
        "solved": _("Solved"),
        "explained": _("Explained"),
        "dated": _("To be done by a date"),
        "praise_passed": _("Praise passed on"),
        "to_complaint": _("Made a complaint"),
        "to_repair": _("Made a repair order"),
        "unreachable": _("Not reached"),
        "declined": _("Wishes no reply"),
    }.get(outcome.value, outcome.value)


def care_words(need: CareNeedKind) -> str:
    """Return what a home needs, as somebody going there should know it."""
    return {
        CareNeedKind.HOME_VISIT: _("wishes a visit at home"),
        CareNeedKind.LARGE_PRINT: _("bring large print"),
        CareNeedKind.PHONE_CALL: _("call before you come"),
    }[need]


def _short(text: str, most: int = _LONGEST) -> str:
    """Return a text on one line, cut where the sheet has no more room."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
