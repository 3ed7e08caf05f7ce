"""The plan of home visits as XLSX and as iCalendar. No score ever stands on them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from app.clock import BEIJING
from app.followup.visits.rows import VisitRow, VisitView
from app.followup.visits.wording import visit_state
from app.i18n import gettext as _
from app.reports.lists import ListHead
from app.reports.workbook import Column, Sheet, make_workbook
from app.surveys.register.models import ImportantReason

VISIT_TAKES = timedelta(minutes=40)
_LONGEST_LINE = 120


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
        Column(_("Agreed time"), 10),
        Column(_("Who goes"), 16),
        Column(_("State"), 14),
        Column(_("Visited on"), 12),
        Column(_("Visited by"), 16),
        Column(_("Reference"), 12),
    )
    rows = [
        (
            visit.row.community,
            visit.row.building,
            visit.row.room,
            "\n".join(person.name for person in visit.people),
            "\n".join(person.phone for person in visit.people),
            reason_words(visit.row.important),
            visit.row.planned_on,
            _time(visit.row.appointed_at),
            visit.row.visitor or "",
            visit_state(visit.row.state),
            visit.row.visited_on,
            visit.row.visited_by or "",
            visit.row.reference,
        )
        for visit in visits
    ]
    title = f"{head.title} {head.community} {head.campaign}"
    sheet = Sheet(_("Visit list"), columns, rows)
    return make_workbook([sheet], title=title, company=head.company, day=head.made_on)


def visit_calendar(visits: Sequence[VisitRow], *, now: datetime) -> bytes:
    """Return visits as iCalendar (RFC 5545).

    Calendars lie on phones and in clouds: an entry holds the address and the reference of the
    visit, and neither a name nor a phone number nor why the household is important.

    Args:
        visits: Visits still to be made.
        now: The present instant, aware.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Linsheng//visits//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Home visits"))
    for row in visits:
        calendar.add_component(_event(row, now))
    return bytes(calendar.to_ical())


def _event(row: VisitRow, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"visit-{row.id}@linsheng")
    event.add("dtstamp", now)
    event.add("summary", f"{_('Home visit')} {row.reference}")
    event.add("location", f"{row.community} {row.building} {row.room}"[:_LONGEST_LINE])
    if row.appointed_at is None:
        event.add("dtstart", row.planned_on)
        event.add("dtend", row.planned_on + timedelta(days=1))
        event.add("description", _("The time is still to be agreed."))
    else:
        event.add("dtstart", row.appointed_at)
        event.add("dtend", row.appointed_at + VISIT_TAKES)
    return event


def _time(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant.astimezone(BEIJING):%H:%M}"


def reason_words(reason: ImportantReason | None) -> str:
    """Return why a household is important, or nothing."""
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
