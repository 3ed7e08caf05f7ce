"""The copy of everything stored about a home, for its owner."""

from flask import Blueprint, abort
from werkzeug.wrappers import Response as Answer

from app.rights import services
from app.rights.copy.services import make_copy
from app.rights.services import Demand
from app.staff.models import Role
from app.surveys.register.homes.queries import find_home
from app.web.auth import current_scope, require_role
from app.web.downloads import attachment
from app.web.hq.rights import home_page
from app.web.hq.rights_forms import DemandForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_rights_copy", __name__, url_prefix="/hq/rights/home")


@bp.post("/<int:household_id>/copy")
@require_role(Role.HEAD_OFFICE)
def make(household_id: int) -> str | tuple[str, int] | Answer:
    """Write the demand down, then give the archive."""
    found = find_home(reading(), current_scope(), household_id)
    if found is None:
        abort(404)
    form = DemandForm()
    if not form.validate():
        return home_page(found, ("copy", form)), 422
    now, vault = outside().now(), outside().vault
    with transaction() as session:
        demand = Demand(form.reason.data or "", form.proof.data or "")
        services.note_copy(session, vault, found, demand, actor=current_scope(), now=now)
    content = make_copy(reading(), vault, found, now=now)
    return attachment(content, "application/zip", f"{now:%Y-%m-%d}-copy.zip")
