"""Rights of owners at head office: demands, erasure by two people, copy, withdrawal."""

import json
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from app.i18n import gettext as _
from app.rights import queries, services
from app.rights.erasure.services import Erased, read_erased
from app.rights.errors import (
    AlreadyAskedError,
    NoAnswerError,
    SamePersonError,
    UnknownRequestError,
    WrongAddressError,
)
from app.rights.models import RequestKind, RequestState
from app.rights.queries import RequestRow
from app.rights.services import Demand
from app.staff.models import Role
from app.surveys.register.homes import queries as homes
from app.surveys.register.homes.queries import FoundHome
from app.surveys.response.voids.errors import AlreadyVoidedError
from app.web.auth import current_scope, require_role
from app.web.forms import Form
from app.web.hq.forms import ActForm
from app.web.hq.rights_forms import CarryOutForm, DemandForm, WithdrawForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import beijing_time, home_name

bp = Blueprint("hq_rights", __name__, url_prefix="/hq/rights")

_PAGE = 50


@dataclass(frozen=True, slots=True)
class RequestView:
    """A demand in words."""

    id: int
    kind: str
    state: str
    chip: str
    home: str
    community: str
    asked: str
    ended: str


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """List what owners demanded, newest first."""
    rows = queries.list_requests(reading(), limit=_PAGE)
    return render_template("hq/rights.html", requests=[_view(row) for row in rows])


@bp.get("/home/<int:household_id>")
@require_role(Role.HEAD_OFFICE)
def home(household_id: int) -> str:
    """Show what can be done for the owner of a home."""
    return home_page(_access_home(household_id))


@bp.post("/home/<int:household_id>/erase")
@require_role(Role.HEAD_OFFICE)
def ask(household_id: int) -> str | tuple[str, int] | Answer:
    """Write down that a home is to be erased."""
    found, form = _access_home(household_id), DemandForm()
    if not form.validate():
        return home_page(found, ("erase", form)), 422
    try:
        with transaction() as session:
            request = services.ask_erasure(
                session,
                outside().vault,
                found,
                _demand(form),
                actor=current_scope(),
                now=outside().now(),
            )
            request_id = request.id
    except AlreadyAskedError as error:
        request_id = int(error.args[0])
    return redirect(url_for(".show", request_id=request_id))


@bp.post("/home/<int:household_id>/withdraw")
@require_role(Role.HEAD_OFFICE)
def withdraw(household_id: int) -> str | tuple[str, int] | Answer:
    """Take the answer of one campaign back."""
    found, form = _access_home(household_id), WithdrawForm()
    if not form.validate():
        return home_page(found, ("withdraw", form)), 422
    try:
        with transaction() as session:
            services.withdraw(
                session,
                outside().vault,
                found,
                _demand(form),
                campaign_code=form.campaign.data,
                actor=current_scope(),
                now=outside().now(),
            )
    except (NoAnswerError, AlreadyVoidedError):
        flash(_("This home has no answer that counts in that campaign."), "error")
    else:
        flash(_("Taken back: it counts no more. Frozen results get a new revision."), "success")
    return redirect(url_for(".home", household_id=household_id))


@bp.get("/<int:request_id>")
@require_role(Role.HEAD_OFFICE)
def show(request_id: int) -> str:
    """Show one demand."""
    return _request_page(request_id)


@bp.post("/<int:request_id>/carry-out")
@require_role(Role.HEAD_OFFICE)
def carry_out(request_id: int) -> str | tuple[str, int] | Answer:
    """Erase the home of a demand."""
    _access_request(request_id)
    form = CarryOutForm()
    if not form.validate():
        return _request_page(request_id, form), 422
    try:
        with transaction() as session:
            services.carry_out(
                session,
                outside().vault,
                outside().config.instance,
                request_id=request_id,
                typed=form.typed.data,
                actor=current_scope(),
                now=outside().now(),
            )
    except WrongAddressError:
        form.typed.errors = [_("This is not the address of the home. Nothing was erased.")]
        return _request_page(request_id, form), 422
    except SamePersonError:
        form.typed.errors = [_("Somebody else at head office must carry it out.")]
        return _request_page(request_id, form), 422
    except UnknownRequestError:
        flash(_("This demand is settled already."), "error")
    else:
        flash(_("Erased. Please see to the copies listed here."), "success")
    return redirect(url_for(".show", request_id=request_id))


@bp.post("/<int:request_id>/leave")
@require_role(Role.HEAD_OFFICE)
def leave(request_id: int) -> Answer:
    """Note that a demand is not carried out."""
    _access_request(request_id)
    if not ActForm().validate():
        abort(400)
    try:
        with transaction() as session:
            services.leave(
                session, request_id=request_id, actor=current_scope(), now=outside().now()
            )
    except UnknownRequestError:
        flash(_("This demand is settled already."), "error")
    return redirect(url_for(".index"))


def _access_home(household_id: int) -> FoundHome:
    found = homes.find_home(reading(), current_scope(), household_id)
    if found is None:
        abort(404)
    return found


def _access_request(request_id: int) -> RequestRow:
    row = queries.find_request(reading(), request_id)
    if row is None:
        abort(404)
    return row


def _demand(form: DemandForm) -> Demand:
    return Demand(form.reason.data or "", form.proof.data or "")


def home_page(found: FoundHome, wrong: tuple[str, Form] | None = None) -> str:
    """Return the page of a home's rights, with the act whose form has errors, if any."""
    forms: dict[str, Form] = {
        "erase": DemandForm(formdata=None),
        "copy": DemandForm(formdata=None),
        "withdraw": WithdrawForm(formdata=None),
    }
    if wrong is not None:
        forms[wrong[0]] = wrong[1]
    session = reading()
    asked = queries.find_open_erasure(session, found.household_id)
    return render_template(
        "hq/rights_home.html",
        home=found,
        name=home_name(found.building, found.room),
        forms=forms,
        wrong=wrong[0] if wrong else "",
        counted=queries.list_counted(session, found.household_id),
        asked_id=asked.id if asked else None,
    )


def _request_page(request_id: int, form: CarryOutForm | None = None) -> str:
    row = _access_request(request_id)
    is_open = row.request.state is RequestState.OPEN
    is_mine = row.request.asked_by == current_scope().staff_id
    erased: Erased | None = None
    if row.request.kind is RequestKind.ERASE and row.request.outcome:
        erased = read_erased(row.request.outcome)
    demand = services.open_demand(outside().vault, row.request)
    return render_template(
        "hq/rights_request.html",
        one=_view(row),
        request_id=request_id,
        uid=row.request.uid,
        demand=demand,
        address=row.number or f"{row.building} {row.room}",
        is_complaint=bool(row.number),
        is_open=is_open,
        waits_for_other=is_open
        and is_mine
        and queries.count_others(reading(), row.request.asked_by) > 0,
        erased=erased,
        campaign=_campaign_of(row),
        form=form or CarryOutForm(formdata=None),
        plain=ActForm(formdata=None),
    )


def _campaign_of(row: RequestRow) -> str:
    if row.request.kind is not RequestKind.WITHDRAW or not row.request.outcome:
        return ""
    return str(json.loads(row.request.outcome).get("campaign", ""))


def _view(row: RequestRow) -> RequestView:
    request = row.request
    ended = f"{row.ended_by} · {beijing_time(request.ended_at)}" if request.ended_at else ""
    return RequestView(
        id=request.id,
        kind=_kinds()[request.kind],
        state=_states()[request.state],
        chip={RequestState.OPEN: "clock", RequestState.DONE: "met", RequestState.LEFT: "not_open"}[
            request.state
        ],
        home=_name_of(row),
        community=row.community,
        asked=f"{row.asked_by} · {beijing_time(request.asked_at)}",
        ended=ended,
    )


def _name_of(row: RequestRow) -> str:
    if row.number:
        return _("Complaint {number}").format(number=row.number)
    return home_name(row.building, row.room) if row.room else _("(erased)")


def _kinds() -> dict[RequestKind, str]:
    return {
        RequestKind.ERASE: _("Erase everything"),
        RequestKind.ACCESS: _("Copy of everything"),
        RequestKind.WITHDRAW: _("Take an answer back"),
    }


def _states() -> dict[RequestState, str]:
    return {
        RequestState.OPEN: _("To be carried out"),
        RequestState.DONE: _("Done"),
        RequestState.LEFT: _("Not carried out"),
    }
