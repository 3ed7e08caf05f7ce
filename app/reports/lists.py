"""Follow-up lists as XLSX. No score ever stands on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.clock import beijing_date
from app.followup.models import CaseState, Urgency
from app.followup.rows import CaseView
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.workbook import Column, Sheet, make_workbook
from app.surveys.instrument.model import Instrument
from app.surveys.response.models import ContactWish


@dataclass(frozen=True, slots=True)
class ListHead:
    """What the properties of a list's file say.

    Attributes:
        title: Name of the list.
        company: Name of the company.
        community: Community, or what the list covers.
        campaign: The survey.
        made_on: Day of making.
    """

    title: str
    company: str
    community: str
    campaign: str
    made_on: date


def follow_up_workbook(cases: Sequence[CaseView], instrument: Instrument, head: ListHead) -> bytes:
    """Return a follow-up list as XLSX; the caller has audited every home on it.

    Args:
        cases: Cases with the comments this person may read, in the order they shall stand.
        instrument: The questionnaire that was answered.
        head: Names for the file's properties.
    """
    columns = (
        Column(_("Community"), 18),
        Column(_("Building"), 10),
        Column(_("Room"), 12),
        Column(_("What the owner wrote"), 60),
        Column(_("How and when to reach"), 24),
        Column(_("Who may reply"), 18),
        Column(_("State"), 12),
        Column(_("How urgent"), 10),
        Column(_("Who answers"), 14),
        Column(_("Received"), 12),
        Column(_("Start by"), 12),
        Column(_("Close by"), 12),
        Column(_("Contacts so far"), 10, "0"),
    )
    rows = [
        (
            case.row.community,
            case.row.building,
            case.row.room,
            _words(case),
            _(", ").join(reach_of(case, instrument)),
            wish_words(case.row.wish),
            _case_state(case.row.state),
            urgency_words(case.row.urgency),
            case.row.responsible,
            beijing_date(case.row.received_at),
            case.row.due.start_by if case.row.due else None,
            case.row.due.close_by if case.row.due else None,
            case.row.contacts,
        )
        for case in cases
    ]
    return _workbook(Sheet(_("Follow-up list"), columns, rows), head)


def reach_of(case: CaseView, instrument: Instrument) -> list[str]:
    """Return how and when an owner wants to be reached, in words, as far as he said.

    Way and time are said as the questionnaire says them; page and file show the same.
    """
    found = []
    for comment in case.comments:
        for code, value in (("contact.way", comment.way), ("contact.when", comment.when)):
            if value:
                options = {option.code: option.text for option in instrument.item(code).options}
                found.append(options[value].plain(current_language()))
        if comment.number:
            found.append(comment.number)
    return list(dict.fromkeys(found))


def _workbook(sheet: Sheet, head: ListHead) -> bytes:
    title = f"{head.title} {head.community} {head.campaign}"
    return make_workbook([sheet], title=title, company=head.company, day=head.made_on)


def _words(case: CaseView) -> str:
    """Return what the owner wrote, one text per answer, or why it is not here."""
    if not case.comments:
        return _("No reply wished; the words are for head office alone.")
    return "\n".join(text for comment in case.comments for _code, text in comment.texts)


def wish_words(wish: ContactWish) -> str:
    """Say who may reply."""
    return {
        ContactWish.OFFICE_OR_HQ: _("Office or head office may reply"),
        ContactWish.HQ_ONLY: _("Head office only"),
        ContactWish.NO_REPLY: _("No reply wished"),
    }[wish]


def urgency_words(urgency: Urgency) -> str:
    """Say how urgent a case is."""
    return {
        Urgency.SAFETY: _("Danger"),
        Urgency.ORDINARY: _("Ordinary"),
        Urgency.PRAISE_ONLY: _("Praise only"),
    }[urgency]


def _case_state(state: CaseState) -> str:
    return {
        CaseState.OPEN: _("To do"),
        CaseState.CLOSED: _("Closed"),
        CaseState.DECLINED: _("No reply wished"),
    }[state]
