"""Praise: who was praised, how often, and thanks with one tap."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.followup.cases.errors import PraiseNotFoundError
from app.followup.models import CaseState
from app.followup.praise import queries, services
from app.i18n import gettext as _
from app.staff.models import Role
from app.web import case_words
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, opened_campaigns
from app.web.desk.forms import StepForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("desk_praise", __name__, url_prefix="/desk/praise")

_DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)


@bp.get("/")
@require_role(*_DESK)
def index() -> str:
    """Show the praise this person may see, those not yet thanked for first."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    if campaign is None:
        return render_template("desk/praise.html", campaign=None, campaigns=[])
    scope = current_scope()
    rows = queries.list_praise(reading(), scope, campaign.id)
    counts = queries.count_praise(reading(), scope, campaign.id)
    return render_template(
        "desk/praise.html",
        campaign=campaign,
        campaigns=campaigns,
        rows=services.view_praise(outside().vault, rows),
        counts=counts,
        own={row.praise.id for row in rows if row.praise.staff_id == scope.staff_id},
        is_head=scope.role is Role.HEAD_OFFICE,
        cw=case_words,
    )


@bp.post("/<int:praise_id>/thank")
@require_role(*_DESK)
def thank(praise_id: int) -> Response:
    """Note that the praise was passed on and the owner thanked."""
    if not StepForm().validate():
        abort(400)
    try:
        with transaction() as session:
            state = services.thank(session, current_scope(), praise_id, now=outside().now())
    except PraiseNotFoundError:
        abort(404)
    closed = state is CaseState.CLOSED
    flash(_("Thanked. The case is closed.") if closed else _("Thanked."), "success")
    return redirect(url_for(".index"))
