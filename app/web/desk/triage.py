"""The triage board of head office: danger first, praise to whom it is due, then all the rest."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.followup.cases.lists.queries import Filters, list_page
from app.followup.cases.queries import count_triage
from app.followup.errors import CaseNotFoundError
from app.followup.models import CaseState, Urgency
from app.followup.problems.codebook import load_codebook
from app.followup.rows import CaseRow
from app.followup.services import view_triage
from app.i18n import current_language
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.web import case_words
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, opened_campaigns
from app.web.desk.case_acts import decide
from app.web.desk.casework import instrument_of, words_of
from app.web.desk.forms import TriageForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("desk_triage", __name__, url_prefix="/desk/triage")


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """Show cases nobody has looked at, those whose words tell of danger first."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    if campaign is None:
        return render_template("desk/triage.html", campaign=None, campaigns=[])
    counts = count_triage(reading(), campaign.id)
    shown = _shown(counts.safety, counts.other)
    with transaction() as session:
        views = view_triage(
            session,
            outside().vault,
            current_scope(),
            campaign.id,
            hint=shown,
            now=outside().now(),
        )
    instrument = instrument_of(campaign)
    return render_template(
        "desk/triage.html",
        campaign=campaign,
        campaigns=campaigns,
        counts=counts,
        shown=shown,
        cards=[(view, words_of(view, instrument)) for view in views],
        dangers=_dangers(campaign),
        today=beijing_date(outside().now()),
        urgencies=Urgency,
        codes=_codes(),
        cw=case_words,
        form=TriageForm(formdata=None),
    )


@bp.post("/<int:case_id>")
@require_role(Role.HEAD_OFFICE)
def decide_one(case_id: int) -> Response:
    """Keep with one tap what a case is about."""
    form = TriageForm()
    if not form.validate():
        flash(_("Choose how urgent this case is."), "error")
    else:
        try:
            with transaction() as session:
                decide(session, case_id, form)
        except CaseNotFoundError:
            abort(404)
        flash(case_words.urgency_name(Urgency(form.urgency.data)), "success")
    back: dict[str, Any] = {
        key: request.form[key] for key in ("campaign", "hint") if request.form.get(key)
    }
    return redirect(url_for(".index", **back))


def _shown(safety: int, other: int) -> Urgency:
    wanted = request.args.get("hint", "")
    if wanted not in [*Urgency, ""]:
        abort(404)
    if wanted:
        return Urgency(wanted)
    if safety:
        return Urgency.SAFETY
    return Urgency.ORDINARY if other else Urgency.PRAISE_ONLY


def _dangers(campaign: Campaign) -> list[CaseRow]:
    """Return the open dangers, the first page of them."""
    today = beijing_date(outside().now())
    filters = Filters(state=CaseState.OPEN, urgency=Urgency.SAFETY)
    return list_page(reading(), current_scope(), campaign.id, filters, today=today).rows


def _codes() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the codes under their groups, for a choice."""
    book, is_english = load_codebook(), current_language() == "en"
    return [
        (
            group.en if is_english else group.zh,
            [
                (one.code, one.en if is_english else one.zh)
                for one in book.codes
                if one.group == group.code
            ],
        )
        for group in book.groups
    ]
