"""Follow-up and visit lists as XLSX, and their lines for paper. No score ever stands on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.clock import beijing_date
from app.followup.models import CaseState, VisitState
from app.followup.rows import CaseView, VisitView
from app.i18n import gettext as _
from app.reports.wording import address_of
from app.reports.workbook import Column, Sheet, make_workbook
from app.surveys.register.models import ImportantReason
from app.surveys.response.models import ContactWish


@dataclass(frozen=True, slots=True)
class ListHead:
    """What stands above a list.

    Attributes:
        title: Name of the list.
        company: Name of the company.
        community: Community, or what the list covers.
        campaign: The survey.
        printed_on: Day of printing.
        is_demo: All data is invented.
    """

    title: str
    company: str
    community: str
    campaign: str
    printed_on: date
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One home of a follow-up list, in words.

    Attributes:
        texts: What the owner wrote, in full, as one text per answer.
        reach: How and when the owner wants to be reached; empty when not said.
    """

    community: str
    building: str
    room: str
    address: str
    texts: tuple[str, ...]
    reach: str
    wish: str
    state: str
    received_on: date
    start_by: date | None
    close_by: date | None
    contacts: int


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One home of a visit list, in words."""

    community: str
    building: str
    room: str
    address: str
    people: tuple[tuple[str, str], ...]
    reason: str
    planned_on: date
    state: str
    visited_on: date | None
    visited_by: str


def case_lines(cases: Sequence[CaseView]) -> list[CaseLine]:
    """Put opened cases into words, in the order given."""
    return [_case_line(case) for case in cases]


def _case_line(case: CaseView) -> CaseLine:
    row = case.row
    reach = {
        " ".join(part for part in (comment.way, comment.when, comment.number) if part)
        for comment in case.comments
    }
    return CaseLine(
        community=row.community,
        building=row.building,
        room=row.room,
        address=address_of(row.building, row.room),
        texts=tuple(text for comment in case.comments for _code, text in comment.texts),
        reach=_("; ").join(sorted(reach - {""})),
        wish=_wish(row.wish),
        state=_case_state(row.state),
        received_on=beijing_date(row.received_at),
        start_by=row.due.start_by if row.due else None,
        close_by=row.due.close_by if row.due else None,
        contacts=row.contacts,
    )


def visit_lines(visits: Sequence[VisitView]) -> list[VisitLine]:
    """Put opened visits into words, in the order given."""
    return [
        VisitLine(
            community=visit.row.community,
            building=visit.row.building,
            room=visit.row.room,
            address=address_of(visit.row.building, visit.row.room),
            people=tuple((person.name, person.phone) for person in visit.people),
            reason=_reason(visit.row.important),
            planned_on=visit.row.planned_on,
            state=_("visited") if visit.row.state is VisitState.VISITED else _("planned"),
            visited_on=visit.row.visited_on,
            visited_by=visit.row.visited_by or "",
        )
        for visit in visits
    ]


def follow_up_workbook(cases: Sequence[CaseView], head: ListHead) -> bytes:
    """Return a follow-up list as XLSX; the caller has audited every home on it."""
    columns = (
        Column(_("Community"), 18),
        Column(_("Building"), 10),
        Column(_("Room"), 12),
        Column(_("What the owner wrote"), 60),
        Column(_("How and when to reach"), 24),
        Column(_("Who may reply"), 18),
        Column(_("State"), 12),
        Column(_("Received"), 12),
        Column(_("Start by"), 12),
        Column(_("Close by"), 12),
        Column(_("Contacts so far"), 10, "0"),
    )
    rows = [
        (
            line.community,
            line.building,
            line.room,
            "\n".join(line.texts),
            line.reach,
            line.wish,
            line.state,
            line.received_on,
            line.start_by,
            line.close_by,
            line.contacts,
        )
        for line in case_lines(cases)
    ]
    return _workbook(Sheet(_("Follow-up list"), columns, rows), head)


def visit_workbook(visits: Sequence[VisitView], head: ListHead) -> bytes:
    """Return a visit list as XLSX; the caller has audited every home on it."""
    columns = (
        Column(_("Community"), 18),
        Column(_("Building"), 10),
        Column(_("Room"), 12),
        Column(_("Names"), 24),
        Column(_("Phones"), 24),
        Column(_("Why important"), 26),
        Column(_("Visit on"), 12),
        Column(_("State"), 12),
        Column(_("Visited on"), 12),
        Column(_("Visited by"), 16),
    )
    rows = [
        (
            line.community,
            line.building,
            line.room,
            "\n".join(name for name, _phone in line.people),
            "\n".join(phone for _name, phone in line.people),
            line.reason,
            line.planned_on,
            line.state,
            line.visited_on,
            line.visited_by,
        )
        for line in visit_lines(visits)
    ]
    return _workbook(Sheet(_("Visit list"), columns, rows), head)


def _workbook(sheet: Sheet, head: ListHead) -> bytes:
    title = f"{head.title} {head.community} {head.campaign}"
    return make_workbook([sheet], title=title, company=head.company, day=head.printed_on)


def _wish(wish: ContactWish) -> str:
    return {
        ContactWish.OFFICE_OR_HQ: _("Office or head office may reply"),
        ContactWish.HQ_ONLY: _("Head office only"),
        ContactWish.NO_REPLY: _("No reply wished"),
    }[wish]


def _case_state(state: CaseState) -> str:
    return {
        CaseState.OPEN: _("To do"),
        CaseState.CLOSED: _("Closed"),
        CaseState.DECLINED: _("No reply wished"),
    }[state]


def _reason(reason: ImportantReason | None) -> str:
    if reason is None:
        return ""
    return {
        ImportantReason.COMMITTEE: _("Owners' committee, member or candidate"),
        ImportantReason.REPRESENTATIVE: _("Owners' representative"),
        ImportantReason.OPINION_LEADER: _("Speaks for many in the community"),
        ImportantReason.SEVERAL_UNITS: _("Owns several homes"),
        ImportantReason.CORPORATE: _("Corporate owner"),
        ImportantReason.REPEAT_COMPLAINANT: _("Repeated complaints"),
        ImportantReason.GROUP_COMPLAINT: _("Took part in a group complaint"),
        ImportantReason.LOSS_CASE: _("Open case of loss or damage"),
    }[reason]
