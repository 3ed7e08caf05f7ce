"""Job of the worker: sheets for home visits and minutes of review meetings, as PDF.

The sheet holds what the person who ordered it may read when it is printed; whoever lost the
right meanwhile gets none.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import BEIJING, beijing_date
from app.db import write_session
from app.followup.errors import FollowUpError
from app.followup.papers import services as papers
from app.followup.papers.models import PaperKind
from app.followup.papers.queries import get_paper
from app.followup.review.services import open_meeting
from app.followup.visits import queries as visit_queries
from app.followup.visits import services as visit_services
from app.followup.visits.reading import care_of, open_visit
from app.followup.visits.rules import OPEN_STATES
from app.followup.visits.wording import visit_state
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.callbacks.record import record_values
from app.reports.paper import in_language, print_pdf
from app.reports.standards import printing
from app.reports.visit_briefing import Briefing, care_words, make_briefing
from app.reports.visit_lists import reason_words
from app.reports.work import Workshop
from app.staff.queries import find_staff
from app.staff.scope import Scope
from app.staff.services import scope_of
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import get_campaign

log = logging.getLogger("linsheng.papers")
Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class Order:
    """One sheet to print: for whom, about what, and when."""

    session: Session
    workshop: Workshop
    scope: Scope
    about: dict[str, int | str]
    now: datetime
    kind: PaperKind

    def key(self, name: str) -> int:
        """Return a key the sheet is about."""
        return int(self.about[name])


def make_paper(workshop: Workshop, payload: dict[str, object]) -> None:
    """Print one sheet; nothing happens when it was printed or dropped before.

    Args:
        workshop: What to work with.
        payload: ``paper_id``.
    """
    paper_id = int(str(payload["paper_id"]))
    with write_session(workshop.engine) as session:
        paper = get_paper(session, paper_id)
        if paper is None or paper.content_sealed is not None:
            return
        staff = find_staff(session, paper.staff_id)
        if staff is None or staff.disabled_at is not None:
            return
        order = Order(
            session,
            workshop,
            scope_of(session, staff),
            papers.about_of(paper),
            workshop.clock(),
            paper.kind,
        )
        with in_language(paper.language):
            try:
                template, values = _COLLECT[paper.kind](order)
            except FollowUpError:
                log.warning("paper %s: what it is about does not exist for its reader", paper_id)
                return
        language = paper.language
        session.expunge_all()  # printing reads no more from the database
    with in_language(language):
        content = print_pdf(template, attached={}, **values)
    with write_session(workshop.engine) as session:
        papers.store(session, workshop.vault, paper_id, content)


def drop_old_papers(workshop: Workshop) -> None:
    """Delete the sheets that are a day old."""
    with write_session(workshop.engine) as session:
        papers.drop_old(session, now=workshop.clock())


def _briefing(order: Order) -> tuple[str, Values]:
    briefing = make_briefing(
        order.session, order.workshop.vault, order.scope, order.key("visit"), now=order.now
    )
    campaign = get_campaign(order.session, briefing.view.row.campaign_id)
    values = _common(order) | _of_visit(briefing, campaign)
    return "report/visit.html", values


def _record(order: Order) -> tuple[str, Values]:
    view = open_visit(
        order.session, order.workshop.vault, order.scope, order.key("visit"), now=order.now
    )
    campaign = get_campaign(order.session, view.row.campaign_id)
    blank = Briefing(view, (), (), ())
    values = _common(order) | _of_visit(blank, campaign) | {"is_briefing": False}
    return "report/visit.html", values


def _route(order: Order) -> tuple[str, Values]:
    day = date.fromisoformat(str(order.about["day"]))
    community_id = order.key("community")
    campaign = get_campaign(order.session, order.key("campaign"))
    rows = visit_queries.list_visits(
        order.session,
        order.scope,
        campaign.id,
        community_id=community_id,
        states=OPEN_STATES,
        days=(day, day),
    )
    views = visit_services.view_visits(
        order.session, order.workshop.vault, order.scope, rows, now=order.now
    )
    ordered = sorted(
        views,
        key=lambda view: (_time(view.row.appointed_at) or "~", view.row.route),
    )
    care = {row.id: care_of(order.session, row, now=order.now) for row in rows}
    promised = {
        view.row.id: visit_queries.list_actions(
            order.session, order.scope, household_id=view.row.household_id, only_open=True
        )
        for view in views
    }
    return "report/visit_route.html", _common(order) | {
        "day": day_words(day),
        "campaign": _title(campaign),
        "community": rows[0].community if rows else "",
        "views": ordered,
        "care": {key: [care_words(one) for one in needs] for key, needs in care.items()},
        "promised": {
            key: [
                (order.workshop.vault.open(one.what_sealed, "action"), one.due_on.isoformat())
                for one, *_place in found
            ]
            for key, found in promised.items()
        },
        "time": _time,
    }


def _minutes(order: Order) -> tuple[str, Values]:
    meeting = open_meeting(order.session, order.workshop.vault, order.scope, order.key("meeting"))
    return "report/minutes.html", _common(order) | {
        "meeting": meeting,
        "campaign": _title(meeting.campaign),
        "held_on": day_words(meeting.held_on),
        "today": beijing_date(order.now),
    }


def _call_backs(order: Order) -> tuple[str, Values]:
    template, values = record_values(
        order.session, order.workshop.vault, order.scope, order.key("draw"), now=order.now
    )
    return template, _common(order) | values


def _of_standards(order: Order) -> tuple[str, Values]:
    asked = printing.Asked(order.session, order.workshop.vault, order.scope, order.about, order.now)
    template, values = printing.collect(asked, order.kind)
    return template, _common(order) | values


_COLLECT: dict[PaperKind, Callable[[Order], tuple[str, Values]]] = {
    PaperKind.BRIEFING: _briefing,
    PaperKind.RECORD: _record,
    PaperKind.ROUTE: _route,
    PaperKind.MINUTES: _minutes,
    PaperKind.CALL_BACKS: _call_backs,
    **dict.fromkeys(printing.KINDS, _of_standards),
}


def _of_visit(briefing: Briefing, campaign: Campaign) -> Values:
    row = briefing.view.row
    planned = day_words(row.planned_on)
    if row.appointed_at is not None:
        planned = f"{planned} {_time(row.appointed_at)}"
    return {
        "is_briefing": True,
        "briefing": briefing,
        "view": briefing.view,
        "row": row,
        "campaign": _title(campaign),
        "planned": planned,
        "reason": reason_words(row.important),
        "state": visit_state(row.state),
        "care": [care_words(need) for need in briefing.view.care],
        "promises": [action for action in briefing.view.actions if action.done_on is None],
        "kept": sum(action.done_on is not None for action in briefing.view.actions),
    }


def _common(order: Order) -> Values:
    return {
        "language": current_language(),
        "company": order.workshop.config.company,
        "is_demo": order.workshop.config.demo,
        "reader": order.scope.name,
        "printed_on": beijing_date(order.now).isoformat(),
    }


def _title(campaign: Campaign) -> str:
    return campaign.title_en if current_language() == "en" else campaign.title


def _time(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant.astimezone(BEIJING):%H:%M}"


def day_words(day: date) -> str:
    """Return a day with its weekday."""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return _("{date}, {weekday}").format(date=day.isoformat(), weekday=names[day.weekday()])
