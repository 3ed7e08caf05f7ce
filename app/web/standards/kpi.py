"""Key figures that may judge people: only the rankable leave, the others by name and reason."""

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.reports.standards.kpi_lists import ranked_tables, read_ranked
from app.reports.standards.tables import FORMS
from app.staff.models import Role
from app.web.access import access_campaign
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, opened_campaigns
from app.web.services import services as outside
from app.web.standards.ordering import take_file
from app.web.transaction import reading

bp = Blueprint("standard_kpi", __name__, url_prefix="/standards/kpi")
_ROLES = (Role.HEAD_OFFICE, Role.LEADER)


@bp.get("/")
@require_role(*_ROLES)
def index() -> str:
    """Show what of a campaign may be exported, and what may not and why."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    found = None
    if campaign is not None:
        found = read_ranked(reading(), campaign.id, current_scope(), now=outside().now())
    return render_template(
        "standards/kpi.html", campaigns=campaigns, campaign=campaign, found=found, forms=FORMS
    )


@bp.get("/<code>/kpi.<form>")
@require_role(*_ROLES)
def take(code: str, form: str) -> Response:
    """Hand the key figures of a campaign out as a file."""
    campaign = access_campaign(code)
    if campaign.id not in {one.id for one in opened_campaigns()}:
        abort(404)
    found = read_ranked(reading(), campaign.id, current_scope(), now=outside().now())
    return take_file(
        form,
        ranked_tables(found),
        title=f"{_('Key figures')} {campaign.code}",
        name=f"kpi-{campaign.code}",
        subject=f"campaign:{campaign.code}",
    )
