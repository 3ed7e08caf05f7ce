"""Homes by type of customer, and the file of a home on paper and as a list (客户档案)."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.followup.papers import services as papers
from app.followup.papers.models import PaperKind
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.standards.customer_file import customer_file, file_table, type_name
from app.reports.standards.queries import CustomerType, count_types, list_typed
from app.reports.standards.tables import FORMS, MIMETYPES, to_file
from app.staff import audit
from app.staff.models import Role
from app.surveys.register.queries import list_communities
from app.web import words
from app.web.access import access_community
from app.web.auth import current_scope, require_role
from app.web.choosing import number_in_address
from app.web.downloads import attachment
from app.web.forms import Form
from app.web.hq.households import access_home
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_household_types", __name__, url_prefix="/hq/households")

_DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
_ON_A_PAGE = 100
_MOST = 1_000_000


@bp.get("/types")
@require_role(*_DESK)
def index() -> str:
    """Show the homes of a community of one type, a page of them; nobody is named."""
    communities = list_communities(reading(), current_scope())
    key = number_in_address("community")
    community = None
    if key is not None:
        community = access_community(key)
    elif communities:
        community = communities[0]
    kind = _kind()
    first = number_in_address("from") or 0
    if first > _MOST:
        abort(404)
    today = beijing_date(outside().now())
    homes, counts = [], {}
    if community is not None:
        scope = current_scope()
        counts = count_types(reading(), scope, community.id, day=today)
        homes = list_typed(
            reading(), scope, community.id, kind, day=today, first=first, limit=_ON_A_PAGE
        )
    return render_template(
        "hq/household_types.html",
        communities=communities,
        community=community,
        kind=kind,
        types=[(one, type_name(one), counts.get(one, 0)) for one in CustomerType],
        homes=homes,
        first=first,
        total=counts.get(kind, 0),
        page=_ON_A_PAGE,
    )


@bp.post("/<int:household_id>/file/print")
@require_role(*_DESK)
def order(household_id: int) -> Response:
    """Order the file of a home as PDF; written down."""
    if not Form().validate():
        abort(400)
    home, now = access_home(household_id), outside().now()
    name = f"{_('Customer file')} {home.community} {words.home_name(home.building, home.room)}"
    with transaction() as session:
        paper_id = papers.order(
            session,
            current_scope(),
            PaperKind.CUSTOMER_FILE,
            {"household": household_id},
            name=name[:120],
            language=current_language(),
            now=now,
        )
        audit.record(
            session,
            actor=current_scope(),
            action="print_paper",
            subject=home.uid,
            community_id=home.community_id,
            detail=PaperKind.CUSTOMER_FILE.value,
            now=now,
        )
    return redirect(url_for("papers.show", paper_id=paper_id), 303)


@bp.get("/<int:household_id>/file.<form>")
@require_role(*_DESK)
def take(household_id: int, form: str) -> Response:
    """Hand the file of a home out as a list; written down before it leaves."""
    if form not in FORMS:
        abort(404)
    home, scope, now = access_home(household_id), current_scope(), outside().now()
    lines = customer_file(reading(), outside().vault, scope, home)
    content = to_file(
        form,
        [file_table(lines)],
        title=f"{_('Customer file')} {home.community} {home.building} {home.room}",
        company=outside().config.company,
        day=beijing_date(now),
    )
    with transaction() as session:
        audit.record(
            session,
            actor=scope,
            action="household.file",
            subject=home.uid,
            community_id=home.community_id,
            detail=form,
            now=now,
        )
    return attachment(content, MIMETYPES[form], f"customer-file-{household_id}.{form}")


def _kind() -> CustomerType:
    text = request.args.get("type", CustomerType.IMPORTANT.value)
    try:
        return CustomerType(text)
    except ValueError:
        abort(404)
