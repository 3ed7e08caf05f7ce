"""Letters and slips of a building, to be printed from the browser; made anew at every look.

They hold the way into a home's questionnaire, so each printing leaves an audit entry for each home,
and nothing of them is stored.
"""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.context import date_text
from app.reports.gate_words import required_words
from app.reports.letters import LetterHead, make_slips, sheets_of
from app.staff.audit import record_many
from app.staff.models import Role
from app.surveys.campaign import queries
from app.surveys.campaign.gates.queries import list_required_changes
from app.surveys.campaign.lookup import give_codes
from app.surveys.register.queries import list_uids
from app.surveys.response.tracker import gate_standing
from app.web.access import access_campaign, access_community, access_gate
from app.web.auth import current_scope, require_role
from app.web.services import services
from app.web.transaction import reading, transaction

bp = Blueprint("hq_letters", __name__, url_prefix="/hq/campaigns")


@bp.get("/<code>/letters/<int:community_id>/<building>/<any(letters, slips):form>")
@require_role(Role.HEAD_OFFICE)
def show(code: str, community_id: int, building: str, form: str) -> str | Response:
    """Show the letters (one a page) or slips (eight a page) of a building, ready for printing."""
    campaign = access_campaign(code)
    gate = access_gate(campaign, community_id)
    now = services().now()
    status = gate_standing(reading(), campaign, gate, now=now).status
    if gate.frozen_at is not None or status.is_released:
        flash(_("This community takes no more answers; its letters cannot be printed."), "error")
        return redirect(url_for("hq_tracker.community", code=code, community_id=community_id))
    members = queries.list_members_of_building(reading(), campaign.id, community_id, building)
    if not members:
        abort(404)
    community = access_community(community_id)
    instrument = queries.get_instrument(reading(), campaign.instrument_digest)
    config = services().config
    slips = make_slips(services().vault, members, config.public_url)
    head = LetterHead(
        company=config.company,
        community=community.name,
        office_phone=community.office_phone,
        campaign=campaign.title if current_language() != "en" else campaign.title_en,
        closes_on=campaign.closes_on,
        minutes=instrument.minutes.get(gate.areas_offered, max(instrument.minutes.values())),
        is_demo=config.demo,
        phone=config.phone,
        rate=required_words(
            campaign.required_permille, list_required_changes(reading(), campaign.id)
        ),
    )
    keys = [member.household_id for member in members]
    with transaction() as session:
        give_codes(services().vault, members)
        record_many(
            session,
            actor=current_scope(),
            action="print_letters",
            subjects=list_uids(session, keys),
            detail=f"{form} {code}",
            now=now,
        )
    return render_template(
        f"report/{form}.html",
        slips=slips,
        sheets=sheets_of(slips),
        head=head,
        date=date_text,
        language=current_language(),
        stylesheet=url_for("static", filename="letters.css"),
    )
