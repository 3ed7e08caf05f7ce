"""The page that works without a network: today's visits and cases, and records made on the way.

The phone keeps the list sealed with a key that lies in a cookie; signing out, or a day, takes the
key away. A record is sealed for the server and sent with its key until the server says that it is
stored: at least once, and stored once.
"""

from datetime import datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup import services as case_services
from app.followup.cases.lists.queries import Filters, Whose
from app.followup.models import CaseState, Stage, Urgency
from app.followup.rows import CaseView, PersonView
from app.followup.rules import needs_call_back
from app.followup.visits import queries, reading, services
from app.followup.visits.rows import VisitRow, VisitView
from app.reports.lists import reach_of
from app.staff.models import Role
from app.surveys.campaign import queries as campaign_queries
from app.surveys.instrument.model import Instrument
from app.surveys.response.interviews.sealing import public_key
from app.web import visit_words, words
from app.web.auth import current_scope, require_role
from app.web.choosing import opened_campaigns
from app.web.desk import offline_upload
from app.web.desk.offline_words import script_words
from app.web.offline_worker import worker_script
from app.web.services import services as outside
from app.web.transaction import transaction

bp = Blueprint("desk_offline", __name__, url_prefix="/desk")

DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
TAKE_COOKIE = "ls_take"  # holds the key of the list; made by the page, taken away at sign-out
TAKE_PATH = "/desk/"
KEPT_HOURS = 24
MOST_VISITS = 40
MOST_CASES = 60
_AHEAD = timedelta(days=1)
_CAMPAIGNS = 2
_STATIC = ("staff.css", "visits.css", "offline-record.js", "favicon.svg")
Data = dict[str, Any]


@bp.after_app_request
def take_key_away(response: Response) -> Response:
    """Let nobody read the list on this phone after signing out."""
    if request.endpoint == "auth.sign_out":
        response.delete_cookie(TAKE_COOKIE, path=TAKE_PATH)
    return response


@bp.get("/offline/")
@require_role(*DESK)
def show() -> str:
    """Show the page; it names nobody and no home, so that the phone may keep it."""
    return _page()


@bp.get("/sw.js")
@require_role(*DESK)
def worker() -> Response:
    """Give the script that answers for the server while there is no network."""
    return worker_script(
        "desk", page=url_for(".show"), markup=_page(), files=_STATIC, stands_in=True
    )


@bp.get("/offline/list")
@require_role(*DESK)
def take_along() -> Response:
    """Give the homes this person goes to, with names and phones; every home is written down."""
    now = outside().now()
    with transaction() as session:
        package = {
            "staff": current_scope().staff_id,
            "name": current_scope().name,
            "day": beijing_date(now).isoformat(),
            "key": public_key(outside().vault),
            "visits": _visits(session, now),
            "cases": _cases(session, now),
        }
    return jsonify(package)


@bp.get("/offline/me")
@require_role(*DESK)
def me() -> Response:
    """Say who is signed in, with a fresh token for sending."""
    return jsonify(staff=current_scope().staff_id, token=generate_csrf())


@bp.post("/offline/records")
@require_role(*DESK)
def send() -> Response:
    """Take one record; the answer says what became of it."""
    body = request.get_json(silent=True)
    sealed = body.get("sealed") if isinstance(body, dict) else None
    if not isinstance(sealed, str):
        abort(400)
    return jsonify(offline_upload.take(sealed, current_scope()).as_data())


def _page() -> str:
    return render_template(
        "desk/offline.html",
        words_of_script=script_words(),
        cookie=TAKE_COOKIE,
        path=TAKE_PATH,
        hours=KEPT_HOURS,
    )


def _visits(session: Session, now: datetime) -> list[Data]:
    until = beijing_date(now) + _AHEAD
    scope = current_scope()
    rows = queries.list_open_visits(session, scope, until=until, most=MOST_VISITS * 4)
    own = [row for row in rows if row.visitor_id in (None, scope.staff_id)][:MOST_VISITS]
    vault = outside().vault
    views = services.view_visits(session, vault, scope, own, now=now)
    return [_visit(session, view, now) for view in views]


def _visit(session: Session, view: VisitView, now: datetime) -> Data:
    row = view.row
    promises = reading.open_actions(
        session,
        outside().vault,
        current_scope(),
        household_id=row.household_id,
        only_open=True,
    )
    facts = [
        words.important_reason(row.important),
        *(visit_words.care_need(need) for need in reading.care_of(session, row, now=now)),
    ]
    return {
        **_home(row.community, row.building, row.room, view.people),
        "id": row.id,
        "when": _when(row),
        "facts": [fact for fact in facts if fact],
        "said": [f"{one.what} ({words.short_date(one.due_on)})" for one in promises],
        "is_late": row.is_overdue(beijing_date(now)),
    }


def _when(row: VisitRow) -> str:
    if row.appointed_at is not None:
        return words.beijing_time(row.appointed_at)
    return words.short_date(row.planned_on)


def _cases(session: Session, now: datetime) -> list[Data]:
    found: list[Data] = []
    today = beijing_date(now)
    for campaign in opened_campaigns()[:_CAMPAIGNS]:
        page = case_services.view_page(
            session,
            outside().vault,
            current_scope(),
            campaign.id,
            Filters(state=CaseState.OPEN, whose=Whose.MINE),
            number=1,
            today=today,
            now=now,
        )
        instrument = campaign_queries.get_instrument(session, campaign.instrument_digest)
        keys = [view.row.household_id for view in page.views]
        people = services.people_of(session, outside().vault, keys)
        found += [
            _case(
                view, people[view.row.household_id], instrument, is_late=view.row.is_overdue(today)
            )
            for view in page.views
        ]
    return sorted(found, key=lambda one: (not one["is_danger"], not one["is_late"]))[:MOST_CASES]


def _case(
    view: CaseView, people: tuple[PersonView, ...], instrument: Instrument, *, is_late: bool
) -> Data:
    row = view.row
    is_careful = needs_call_back(row.source, row.urgency)
    return {
        **_home(row.community, row.building, row.room, people),
        "id": row.id,
        "when": words.short_date(row.due.close_by) if row.due else "",
        "facts": reach_of(view, instrument),
        "said": [text for comment in view.comments for _code, text in comment.texts],
        "is_late": is_late,
        "is_danger": row.urgency is Urgency.SAFETY,
        # A danger or a complaint: declining needs words, and whoever calls back asks for the view.
        "is_careful": is_careful,
        "asks_view": is_careful
        and row.stage is Stage.ANSWERED
        and row.answered_by != current_scope().staff_id,
    }


def _home(community: str, building: str, room: str, people: tuple[PersonView, ...]) -> Data:
    return {
        "community": community,
        "home": words.home_name(building, room),
        "people": [{"name": person.name, "phone": person.phone} for person in people],
    }
