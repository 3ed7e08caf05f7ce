"""Printed questionnaires: order them, watch them being made, fetch them within a day."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectField, StringField

from app.i18n import OWN_NAMES
from app.i18n import gettext as _
from app.jobs.models import JobState
from app.jobs.queries import find_job_by_dedup_key
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign.contact.queries import count_communities
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import list_buildings, list_gates
from app.surveys.paper.printing import orders, queries
from app.surveys.paper.printing.errors import NobodyError, NotOpenedError
from app.surveys.paper.printing.models import (
    FormFile,
    FormOrder,
    ForWhom,
    OrderState,
    SheetForm,
)
from app.surveys.register.models import Community
from app.surveys.response.tracker import gate_standing
from app.web.access import access_campaign, access_community, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import opened_campaigns
from app.web.downloads import attachment
from app.web.fields import at_most, between, chosen, filled
from app.web.forms import Form
from app.web.hq import forms_words
from app.web.services import services
from app.web.transaction import reading, transaction
from app.web.words import building_name

bp = Blueprint("hq_forms", __name__, url_prefix="/hq/forms")

_SHOWN = 12
_PDF = "application/pdf"


class OrderForm(Form):
    """Forms to be printed."""

    form = SelectField(validators=[chosen], validate_choice=False)
    whom = SelectField(validators=[chosen], validate_choice=False)
    language = SelectField(validators=[chosen], validate_choice=False)
    copies = IntegerField(validators=[filled, between(1, orders.MOST_AT_ONCE)], default=1)
    building = SelectField(validate_choice=False)
    room = StringField(validators=[at_most(24)])

    def offer(self, buildings: Sequence[str]) -> None:
        """Fill the lists in the language of the page."""
        self.form.choices = [(one.value, forms_words.form_name(one)) for one in SheetForm]
        self.whom.choices = [(one.value, forms_words.whom_name(one)) for one in ForWhom]
        self.language.choices = list(OWN_NAMES.items())
        self.building.choices = [("", "–"), *((one, building_name(one)) for one in buildings)]


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order, its files, and whether somebody still works on it."""

    order: FormOrder
    files: Sequence[FormFile]
    is_waiting: bool

    @property
    def is_failed(self) -> bool:
        """Say whether nothing works on it any more although it is not ready."""
        return self.order.state is OrderState.WAITING and not self.is_waiting

    @property
    def pages(self) -> int:
        """Pages of all its files, covers included."""
        return sum(file.pages for file in self.files)


@dataclass(frozen=True, slots=True)
class Line:
    """One community on the list."""

    community_id: int
    name: str
    homes: int
    printed: int


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str | Response:
    """Go to the latest opened campaign, or say that there is none."""
    campaigns = opened_campaigns()
    if campaigns:
        return redirect(url_for(".show", code=campaigns[0].code))
    return render_template("hq/forms_book_none.html")


@bp.get("/<code>")
@require_role(Role.HEAD_OFFICE)
def show(code: str) -> str:
    """Show how many forms were printed for each community."""
    campaign = access_campaign(code)
    session = reading()
    printed = queries.count_sheets(session, campaign.id)
    counts = count_communities(session, campaign.id, current_scope())
    lines = [
        Line(
            gate.community_id,
            gate.community,
            counts[gate.community_id].base if gate.community_id in counts else 0,
            printed.get(gate.community_id, 0),
        )
        for gate in list_gates(session, campaign.id, current_scope())
    ]
    return render_template(
        "hq/forms_book.html", campaign=campaign, campaigns=opened_campaigns(), lines=lines
    )


@bp.get("/<code>/<int:community_id>")
@require_role(Role.HEAD_OFFICE)
def community(code: str, community_id: int) -> str:
    """Show the orders of a community, and what can be ordered."""
    campaign, place = access_campaign(code), access_community(community_id)
    access_gate(campaign, community_id)
    return _page(campaign, place, _order_form(campaign, community_id))


@bp.post("/<code>/<int:community_id>/order")
@require_role(Role.HEAD_OFFICE)
def order(code: str, community_id: int) -> tuple[str, int] | Response:
    """Order forms."""
    campaign, place = access_campaign(code), access_community(community_id)
    gate = access_gate(campaign, community_id)
    form = _order_form(campaign, community_id)
    if not form.validate():
        return _page(campaign, place, form), 422
    whom, now = ForWhom(form.whom.data), services().now()
    status = gate_standing(reading(), campaign, gate, now=now).status
    if gate.frozen_at is not None or status.is_released:
        flash(_("This community takes no more answers; its forms cannot be printed."), "error")
        return redirect(url_for(".community", code=code, community_id=community_id))
    member_id = None
    if whom is ForWhom.ONE:
        found = queries.find_home(
            reading(), campaign.id, community_id, form.building.data, form.room.data.strip()
        )
        if found is None:
            form.room.errors = [_("There is no such home in this campaign.")]
            return _page(campaign, place, form), 422
        member_id = found.id
    try:
        with transaction() as session:
            orders.ask_for_forms(
                session,
                campaign,
                community_id,
                form=SheetForm(form.form.data),
                whom=whom,
                language=form.language.data,
                copies=form.copies.data,
                staff_id=current_scope().staff_id,
                now=now,
                member_id=member_id,
            )
    except NotOpenedError:
        flash(_("The campaign is not opened yet."), "error")
    except NobodyError:
        flash(_("No home gets a form of this order."), "error")
    return redirect(url_for(".community", code=code, community_id=community_id))


@bp.get("/<code>/<int:community_id>/<int:order_id>.zip")
@require_role(Role.HEAD_OFFICE)
def fetch_all(code: str, community_id: int, order_id: int) -> Response:
    """Hand out all files of an order in one archive."""
    found, files = _access_order(code, community_id, order_id)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(_name(found, file), (2026, 1, 1, 0, 0, 0))
            archive.writestr(entry, _open(file))
    _log_fetch(found, "all")
    return attachment(target.getvalue(), "application/zip", f"forms-{found.id}.zip")


@bp.get("/<code>/<int:community_id>/<int:order_id>/<int:file_id>.pdf")
@require_role(Role.HEAD_OFFICE)
def fetch(code: str, community_id: int, order_id: int, file_id: int) -> Response:
    """Hand out the file of one building."""
    found, files = _access_order(code, community_id, order_id)
    wanted = [file for file in files if file.id == file_id]
    if not wanted:
        abort(404)
    content = _open(wanted[0])
    _log_fetch(found, wanted[0].building)
    return attachment(content, _PDF, _name(found, wanted[0]))


def _access_order(code: str, community_id: int, order_id: int) -> tuple[FormOrder, list[FormFile]]:
    campaign = access_campaign(code)
    access_community(community_id)
    found = queries.find_order(reading(), order_id)
    if found is None or (found.campaign_id, found.community_id) != (campaign.id, community_id):
        abort(404)
    files = queries.list_files(reading(), [found.id])
    if found.state is OrderState.GONE or not files:
        abort(404)
    return found, files


def _open(file: FormFile) -> bytes:
    config = services().config
    content = orders.open_file(orders.form_storage(config.instance), services().vault, file)
    if content is None:
        abort(404)
    return content


def _name(found: FormOrder, file: FormFile) -> str:
    return f"forms-{found.id}-{found.form.value}-{file.building}.pdf"


def _log_fetch(found: FormOrder, what: str) -> None:
    with transaction() as session:
        audit.record(
            session,
            actor=current_scope(),
            action="forms.fetch",
            subject=f"form_order:{found.id}",
            community_id=found.community_id,
            detail=what,
            now=services().now(),
        )


def _order_form(campaign: Campaign, community_id: int) -> OrderForm:
    form = OrderForm()
    form.offer(list_buildings(reading(), campaign.id, community_id))
    return form


def _page(campaign: Campaign, place: Community, form: OrderForm) -> str:
    session = reading()
    found = queries.list_orders(session, campaign.id, place.id, _SHOWN)
    files = queries.list_files(session, [one.id for one in found])
    views = [
        OrderView(
            one,
            [file for file in files if file.order_id == one.id],
            is_waiting=_is_waiting(one),
        )
        for one in found
    ]
    return render_template(
        "hq/forms_book_community.html",
        campaign=campaign,
        community=place,
        views=views,
        is_working=any(view.is_waiting for view in views),
        form=form,
        say=forms_words,
    )


def _is_waiting(found: FormOrder) -> bool:
    """Say whether somebody still works on an order, or will."""
    if found.state is not OrderState.WAITING:
        return False
    job = find_job_by_dedup_key(reading(), f"{orders.KIND}:{found.id}")
    return job is not None and job.state in {JobState.QUEUED, JobState.RUNNING}
