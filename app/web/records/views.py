"""All documents of the handbooks on one page, and the prints and lists that stand nowhere else."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, current_app, render_template, url_for
from werkzeug.wrappers import Response

from app.followup.papers.models import PaperKind
from app.followup.visits.models import VisitState
from app.followup.visits.queries import find_visit, list_visits
from app.i18n import gettext as _
from app.reports.standards.correction_lists import correction_tables
from app.reports.standards.record_lists import (
    answer_table,
    defect_table,
    delivery_table,
    minutes_table,
)
from app.reports.standards.since.queries import first_days
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.register.queries import list_communities
from app.web.access import access_campaign, access_community
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, opened_campaigns
from app.web.forms import Form
from app.web.records.documents import Document, Place, documents
from app.web.services import services as outside
from app.web.standards.ordering import (
    checked_token,
    chosen_place,
    order_paper,
    take_file,
    today,
)
from app.web.transaction import reading

bp = Blueprint("records", __name__, url_prefix="/records")
_READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)
_DESK = (Role.HEAD_OFFICE, Role.OFFICE)


@dataclass(frozen=True, slots=True)
class Row:
    """A document as the index shows it to somebody; an address is empty where he has none."""

    document: Document
    page: str
    printing: str
    export: str
    since: date | None


@bp.get("/")
@require_role(*_READERS)
def index() -> str:
    """Show every document, where it stands, and since when there is one."""
    since = first_days(reading(), current_scope())
    rows = [
        Row(one, _to(one.page), _to(one.printing), _to(one.export), since.get(one.key))
        for one in documents()
    ]
    return render_template("records/index.html", rows=rows)


@bp.get("/delivery")
@require_role(*_DESK)
def delivery() -> str:
    """Show for which community the register of letters and answers is printed or taken."""
    campaigns = opened_campaigns()
    return render_template(
        "records/delivery.html",
        campaigns=campaigns,
        campaign=chosen_campaign(campaigns),
        communities=list_communities(reading(), current_scope()),
        plain=Form(formdata=None),
    )


@bp.post("/delivery/<code>/<int:community_id>")
@require_role(*_DESK)
def order_delivery(code: str, community_id: int) -> Response:
    """Order the register of letters and answers of a community as PDF."""
    checked_token()
    campaign, community = _opened(code), access_community(community_id)
    return order_paper(
        PaperKind.DELIVERY,
        {"campaign": campaign.id, "community": community.id},
        name=f"{_('Letters delivered and answers returned')} {community.name}",
        subject=f"campaign:{campaign.code}",
        community_id=community.id,
    )


@bp.get("/delivery/<code>/<int:community_id>.<form>")
@require_role(*_DESK)
def take_delivery(code: str, community_id: int, form: str) -> Response:
    """Hand the register of letters and answers of a community out as a list."""
    campaign, community = _opened(code), access_community(community_id)
    return take_file(
        form,
        [delivery_table(reading(), current_scope(), campaign.id, community.id)],
        title=f"{_('Letters delivered and answers returned')} {community.name}",
        name=f"delivery-{campaign.code}-{community.code}",
        subject=f"campaign:{campaign.code}",
        community_id=community.id,
    )


@bp.get("/visits")
@require_role(*_DESK)
def visits() -> str:
    """Show the visits of a campaign that were made, for printing their records."""
    campaigns = opened_campaigns()
    campaign, place = chosen_campaign(campaigns), chosen_place()
    communities = list_communities(reading(), current_scope())
    if place is None and communities:
        place = communities[0]
    rows = []
    if campaign is not None and place is not None:
        rows = list_visits(
            reading(),
            current_scope(),
            campaign.id,
            community_id=place.id,
            states=(VisitState.VISITED, VisitState.PHONE_INSTEAD, VisitState.DECLINED),
        )
    return render_template(
        "records/visits.html",
        campaigns=campaigns,
        campaign=campaign,
        place=place,
        places=[(str(one.id), one.name) for one in communities],
        rows=rows,
        plain=Form(formdata=None),
    )


@bp.post("/visits/<int:visit_id>")
@require_role(*_DESK)
def order_visit(visit_id: int) -> Response:
    """Order the record of a visit as PDF."""
    checked_token()
    row = find_visit(reading(), current_scope(), visit_id)
    if row is None:
        abort(404)
    return order_paper(
        PaperKind.VISIT_DONE,
        {"visit": visit_id},
        name=f"{_('Record of a home visit')} {row.reference}",
        subject=row.household_uid,
        community_id=row.community_id,
    )


@bp.get("/answers.<form>")
@require_role(*_READERS)
def take_answers(form: str) -> Response:
    """Hand the published answers out as a list."""
    return take_file(
        form,
        [answer_table(reading(), current_scope())],
        title=_("Public answers"),
        name="public-answers",
        subject="answers",
    )


@bp.get("/defects.<form>")
@require_role(*_DESK)
def take_defects(form: str) -> Response:
    """Hand the major defects under watch, and those that were, out as a list."""
    return take_file(
        form,
        [defect_table(reading(), current_scope())],
        title=_("Special record of major defects"),
        name="major-defects",
        subject="defects",
    )


@bp.get("/corrections.<form>")
@require_role(*_DESK)
def take_corrections(form: str) -> Response:
    """Hand the actions of the correction plans and the corrective-action reports out as lists."""
    tables = correction_tables(reading(), outside().vault, current_scope(), today=today())
    return take_file(
        form,
        tables,
        title=_("Correction plans and corrective-action reports"),
        name="corrections",
        subject="corrections",
    )


@bp.get("/minutes.<form>")
@require_role(*_READERS)
def take_minutes(form: str) -> Response:
    """Hand review meetings and their decisions out as lists."""
    tables = minutes_table(reading(), outside().vault, current_scope())
    return take_file(
        form, tables, title=_("Minutes of review meetings"), name="minutes", subject="reviews"
    )


def _opened(code: str) -> Campaign:
    campaign = access_campaign(code)
    if campaign.id not in {one.id for one in opened_campaigns()}:
        abort(404)
    return campaign


def _to(place: Place) -> str:
    """Return the address of a page this person may open, else nothing."""
    is_there = place.endpoint in current_app.view_functions
    return url_for(place.endpoint) if is_there and current_scope().role in place.roles else ""
