"""The pilot of a campaign: where it is asked, its letters, and what it showed."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign.errors import WrongStateError
from app.surveys.campaign.models import Campaign, CampaignState
from app.surveys.campaign.planning import queries
from app.surveys.campaign.planning.errors import BadPilotError, PilotExistsError
from app.surveys.campaign.planning.pilot import HOMES, start_pilot
from app.surveys.campaign.planning.services import PILOT_ANSWERS
from app.surveys.campaign.queries import get_instrument, list_gates
from app.surveys.instrument.model import Instrument
from app.surveys.response.pilots import queries as pilot_queries
from app.surveys.response.pilots.results import pilot_result
from app.web.auth import current_scope, require_role
from app.web.hq.plan_doors import planned
from app.web.hq.plan_forms import PilotForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_pilot", __name__, url_prefix="/hq/campaigns/<code>/pilot")

_STARTING = frozenset({CampaignState.DRAFT, CampaignState.APPROVED})


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def show(code: str) -> str:
    """Show the door for a pilot, or what it showed."""
    return _page(planned(code), None)


@bp.post("/")
@require_role(Role.HEAD_OFFICE)
def start(code: str) -> tuple[str, int] | Response:
    """Draw the homes and open the pilot."""
    campaign, form = planned(code), _form()
    if not form.validate():
        return _page(campaign, form), 422
    try:
        with transaction() as session:
            start_pilot(
                session,
                outside().vault,
                campaign,
                [int(one) for one in form.communities.data],
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except (PilotExistsError, WrongStateError):
        flash(_("A pilot cannot be started now: there is one, or the lock is on."), "error")
    except BadPilotError:
        form.communities.errors = [_("Nobody lives there according to the register.")]
        return _page(planned(code), form), 422
    else:
        flash(_("The pilot is open. Print its letters and hand them out."), "success")
    return redirect(url_for(".show", code=code))


@bp.post("/comments")
@require_role(Role.HEAD_OFFICE)
def comments(code: str) -> str:
    """Show what homes of the pilot wrote; head office reads it, and the look is written down."""
    campaign = planned(code)
    pilot = queries.find_pilot(reading(), campaign.id)
    if pilot is None:
        abort(404)
    with transaction() as session:
        audit.record(
            session,
            actor=current_scope(),
            action="pilot.comments",
            subject=f"campaign:{pilot.code}",
            now=outside().now(),
        )
    vault = outside().vault
    found = pilot_queries.list_comments(reading(), pilot.id)
    texts = [vault.open(one.texts_sealed, "comment") for one in found]
    return render_template("hq/pilot_comments.html", campaign=planned(code), texts=texts)


def _form() -> PilotForm:
    form = PilotForm()
    day = beijing_date(outside().now())
    form.communities.choices = [
        (str(one.id), one.name) for one in queries.list_served(reading(), day)
    ]
    return form


def _page(campaign: Campaign, form: PilotForm | None) -> str:
    session = reading()
    pilot = queries.find_pilot(session, campaign.id)
    if pilot is None:
        return render_template(
            "hq/pilot.html",
            campaign=campaign,
            pilot=None,
            form=form or _form(),
            may_start=campaign.state in _STARTING,
            homes=HOMES,
            wanted=PILOT_ANSWERS,
        )
    instrument = get_instrument(session, pilot.instrument_digest)
    result = pilot_result(session, pilot)
    return render_template(
        "hq/pilot.html",
        campaign=campaign,
        pilot=pilot,
        result=result,
        wanted=PILOT_ANSWERS,
        texts=_texts(instrument),
        pages=_page_names(instrument),
        gates=list_gates(session, pilot.id, current_scope()),
        comments=len(pilot_queries.list_comments(session, pilot.id)),
        is_older=pilot.instrument_digest != campaign.instrument_digest,
    )


def _texts(instrument: Instrument) -> dict[str, str]:
    language = current_language()
    return {one.code: one.text.plain(language) for one in instrument.items}


def _page_names(instrument: Instrument) -> dict[str, str]:
    language = current_language()
    return {one.id: one.title.plain(language) for one in instrument.sections}
