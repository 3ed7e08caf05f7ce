"""Documents that leave as lists here: deliveries and returns, public answers, review meetings."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import BEIJING, beijing_date
from app.followup.review.queries import list_meetings
from app.followup.review.services import open_meeting
from app.i18n import gettext as _
from app.reports.repairs.words import thing_name
from app.reports.standards import queries
from app.reports.standards.tables import Table
from app.reports.timeline_words import household_outcome
from app.reports.workbook import Column, Value
from app.service.repairs.watch.queries import list_watches
from app.staff.scope import Scope
from app.vault import Vault

MOST_MEETINGS = 200
MOST_DEFECTS = 5_000


def delivery_table(session: Session, scope: Scope, campaign_id: int, community_id: int) -> Table:
    """Return the homes of a community in a campaign: letter, answer, and what came of it."""
    rows = queries.list_delivery(session, scope, campaign_id, community_id)
    return Table(
        _("Letters and answers"),
        (
            ("building", Column(_("Building"), 12)),
            ("room", Column(_("Room"), 14)),
            ("delivered", Column(_("Letter delivered"), 18)),
            ("returned", Column(_("Answer returned"), 18)),
            ("state", Column(_("State"), 24)),
        ),
        [
            (
                row.building,
                row.room,
                _when(row.delivered_at),
                _when(row.returned_at),
                household_outcome(row.outcome),
            )
            for row in rows
        ],
    )


def answer_table(session: Session, scope: Scope) -> Table:
    """Return every published version of every public answer of a scope."""
    return Table(
        _("Public answers"),
        (
            ("survey", Column(_("Survey"), 18)),
            ("community", Column(_("Community"), 18)),
            ("version", Column(_("Version"), 8, "0")),
            ("title", Column(_("Problem"), 30)),
            ("cause", Column(_("Cause"), 40)),
            ("action", Column(_("What is done"), 40)),
            ("responsible", Column(_("Person responsible"), 20)),
            ("due_on", Column(_("By"), 12)),
            ("why_not", Column(_("Why not"), 30)),
            ("published_on", Column(_("Published"), 12)),
        ),
        [
            (
                campaign,
                community,
                one.version,
                one.title,
                one.cause,
                one.action,
                one.responsible,
                one.due_on,
                one.why_not,
                beijing_date(one.published_at),
            )
            for one, campaign, community in queries.list_published(session, scope)
        ],
    )


def defect_table(session: Session, scope: Scope) -> Table:
    """Return the major defects, those under watch first, with how many looks were made."""
    rows = [
        row
        for is_open in (True, False)
        for row in list_watches(session, scope, is_open=is_open, limit=MOST_DEFECTS)
    ]
    return Table(
        _("Special record of major defects"),
        (
            ("community", Column(_("Community"), 18)),
            ("building", Column(_("Building"), 12)),
            ("room", Column(_("Room"), 14)),
            ("order", Column(_("Repair order"), 16)),
            ("thing", Column(_("What is broken"), 18)),
            ("responsible", Column(_("Responsible"), 14)),
            ("since", Column(_("Under watch since"), 14)),
            ("days", Column(_("Days of inspection"), 14)),
            ("seen", Column(_("Inspections made"), 10, "0")),
            ("bad", Column(_("Of these not good"), 10, "0")),
            ("next_on", Column(_("Next inspection"), 14)),
            ("closed_on", Column(_("Closed on"), 14)),
        ),
        [
            (
                *(row.community, row.building, row.room, row.number, thing_name(row.thing)),
                *(row.responsible, row.watch.started_on, row.watch.days, row.seen, row.bad),
                *(row.next_on, row.watch.closed_on),
            )
            for row in rows
        ],
    )


def minutes_table(session: Session, vault: Vault, scope: Scope) -> list[Table]:
    """Return the latest review meetings, and below them their decisions."""
    meetings: list[tuple[Value, ...]] = []
    decisions: list[tuple[Value, ...]] = []
    for row, campaign, *_rest in list_meetings(session, scope, most=MOST_MEETINGS):
        one = open_meeting(session, vault, scope, row.id)
        place = one.community or _("All communities")
        meetings.append(
            (one.held_on, campaign.code, place, one.place, one.people, one.minutes, one.noted_by)
        )
        decisions += [
            (
                one.held_on,
                place,
                each.number,
                each.what,
                each.responsible,
                each.due_on,
                each.done_on,
                each.done_note,
            )
            for each in one.decisions
        ]
    place_column = ("community", Column(_("Community"), 18))
    return [
        Table(
            _("Meetings"),
            (
                ("held_on", Column(_("Day"), 12)),
                ("survey", Column(_("Survey"), 12)),
                place_column,
                ("place", Column(_("Place of the meeting"), 18)),
                ("people", Column(_("Present"), 30)),
                ("minutes", Column(_("What was reviewed"), 50)),
                ("noted_by", Column(_("Noted by"), 14)),
            ),
            meetings,
        ),
        Table(
            _("Decisions"),
            (
                ("held_on", Column(_("Day"), 12)),
                place_column,
                ("number", Column(_("No."), 6, "0")),
                ("what", Column(_("What was decided"), 44)),
                ("responsible", Column(_("Responsible"), 16)),
                ("due_on", Column(_("By"), 12)),
                ("done_on", Column(_("Done"), 12)),
                ("note", Column(_("Remark"), 30)),
            ),
            decisions,
        ),
    ]


def _when(instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant.astimezone(BEIJING):%Y-%m-%d %H:%M}"
