"""The page of a building: head office takes it out of the register or gives it away."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.register import queries
from app.surveys.register.homes.buildings import move_building, retire_building
from app.surveys.register.homes.errors import (
    BuildingTakenError,
    HomeError,
    NoHomesError,
    OtherBuildingError,
)
from app.surveys.register.homes.services import Act
from app.surveys.register.models import Building
from app.web.access import access_community
from app.web.auth import current_scope, require_role
from app.web.hq.register_forms import ActForm, MoveBuildingForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_register_buildings", __name__, url_prefix="/hq/register/buildings")


@bp.get("/<int:building_id>")
@require_role(Role.HEAD_OFFICE)
def show(building_id: int) -> str:
    """Show what can be done to a building."""
    today = beijing_date(outside().now())
    retire_form = ActForm(formdata=None, on=today)
    return _page(_building(building_id), retire_form, MoveBuildingForm(formdata=None, on=today))


@bp.post("/<int:building_id>/retire")
@require_role(Role.HEAD_OFFICE)
def retire(building_id: int) -> tuple[str, int] | Response:
    """Take all homes of a building out of the register."""
    form = ActForm()
    if form.validate():
        try:
            with transaction() as session:
                retire_building(session, outside().vault, _building(building_id), _act(form))
        except HomeError as error:
            form.on.errors = [_problem(error)]
        else:
            return _done(building_id)
    today = beijing_date(outside().now())
    other = MoveBuildingForm(formdata=None, on=today)
    return _page(_building(building_id), form, other), 422


@bp.post("/<int:building_id>/move")
@require_role(Role.HEAD_OFFICE)
def move(building_id: int) -> tuple[str, int] | Response:
    """Give a building to another community."""
    form = MoveBuildingForm()
    form.community_id.choices = _communities(_building(building_id))
    if form.validate():
        target = int(form.community_id.data)
        try:
            with transaction() as session:
                building = _building(building_id)
                move_building(session, outside().vault, building, target, _act(form))
        except HomeError as error:
            form.community_id.errors = [_problem(error)]
        else:
            return _done(building_id)
    other = ActForm(formdata=None, on=beijing_date(outside().now()))
    return _page(_building(building_id), other, form), 422


def _act(form: ActForm) -> Act:
    return Act(current_scope(), form.on.data, form.reason.data, outside().now())


def _problem(error: HomeError) -> str:
    if isinstance(error, NoHomesError):
        return _("No home of this building is left in the register.")
    if isinstance(error, BuildingTakenError):
        return _("That community has a building of this name already.")
    if isinstance(error, OtherBuildingError):
        return _("Please choose another community.")
    return _("This day lies in the future, or before the one it has to follow.")


def _done(building_id: int) -> Response:
    flash(_("Kept, with its date and your name."), "success")
    community_id = _building(building_id).community_id
    return redirect(url_for("hq_register_places.community", community_id=community_id))


def _building(building_id: int) -> Building:
    found = queries.find_building(reading(), building_id)
    if found is None:
        abort(404)
    return found


def _communities(building: Building) -> list[tuple[str, str]]:
    every = queries.list_communities(reading(), current_scope())
    return [(str(c.id), f"{c.name} {c.code}") for c in every if c.id != building.community_id]


def _page(building: Building, retire_form: ActForm, move_form: MoveBuildingForm) -> str:
    move_form.community_id.choices = [("", ""), *_communities(building)]
    return render_template(
        "hq/register_building.html",
        building=building,
        community=access_community(building.community_id),
        retire_form=retire_form,
        move_form=move_form,
    )
