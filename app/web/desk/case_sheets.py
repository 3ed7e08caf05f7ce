"""Follow-up on paper: ask for a list or a record sheet, and fetch it within a day."""

from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.followup.cases.errors import SheetNotFoundError
from app.followup.cases.filters import read_filters
from app.followup.models import CaseList
from app.followup.sheets.services import ask_for_sheet, open_sheet, sheet_storage
from app.i18n import current_language
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.queries import get_member
from app.web.access import access_campaign
from app.web.auth import current_scope, require_role
from app.web.desk.casework import open_case
from app.web.desk.forms import StepForm
from app.web.downloads import attachment
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("desk_sheets", __name__, url_prefix="/desk/follow-ups/sheets")

_DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
_LONGEST_QUERY = 500


@bp.post("/ask")
@require_role(Role.HEAD_OFFICE, Role.OFFICE)
def ask() -> Response:
    """Order the list of an address as PDF."""
    text = request.form.get("query", "")
    if not StepForm().validate() or len(text) > _LONGEST_QUERY:
        abort(400)
    arguments: dict[str, Any] = dict(parse_qsl(text))
    campaign = access_campaign(arguments.get("campaign", ""))
    scope = current_scope()
    is_head = scope.role is Role.HEAD_OFFICE
    filters = read_filters(arguments, is_head=is_head, is_caller=False)
    if filters is None:
        abort(404)
    if is_head and filters.on_list is not CaseList.HEAD_OFFICE and filters.community_id is None:
        abort(404)
    with transaction() as session:
        ask_for_sheet(
            session,
            scope,
            campaign.id,
            community_id=filters.community_id,
            case_id=None,
            filters=text,
            language=current_language(),
            now=outside().now(),
        )
    flash(_("The list is being made. It can be fetched here in a moment, for one day."), "success")
    return redirect(url_for("desk_followups.index", **arguments))


@bp.post("/case/<int:case_id>")
@require_role(*_DESK)
def ask_one(case_id: int) -> Response:
    """Order the record sheet of one case as PDF."""
    if not StepForm().validate():
        abort(400)
    row = open_case(case_id).row
    member = get_member(reading(), row.frame_member_id)
    with transaction() as session:
        ask_for_sheet(
            session,
            current_scope(),
            member.campaign_id,
            community_id=row.community_id,
            case_id=case_id,
            filters="",
            language=current_language(),
            now=outside().now(),
        )
    flash(_("The sheet is being made. Fetch it above the follow-up list in a moment."), "success")
    return redirect(url_for("desk_followups.case", case_id=case_id))


@bp.get("/<int:sheet_id>.pdf")
@require_role(*_DESK)
def show(sheet_id: int) -> Response:
    """Hand a printed list to the person who asked for it, to nobody else."""
    storage = sheet_storage(outside().config.instance)
    try:
        content = open_sheet(reading(), storage, outside().vault, current_scope(), sheet_id)
    except SheetNotFoundError:
        abort(404)
    return attachment(content, "application/pdf", f"follow-up-{sheet_id}.pdf")
