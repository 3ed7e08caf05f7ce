"""Public answers as owners read them: the list, one with its versions, the board they hang on.

An answer is drafted, checked and approved on the page of its shared problem (`problems`).
"""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from app.followup.answering import queries
from app.followup.errors import FieldError
from app.followup.problems.bulletins import queries as boards
from app.followup.problems.bulletins import services
from app.followup.problems.handling import queries as shared
from app.followup.published.models import PosterKind
from app.followup.published.queries import find_bulletin
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.queries import get_campaign
from app.surveys.register.queries import get_community
from app.web.access import access_campaign, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, opened_campaigns
from app.web.hq.problem_forms import ActForm
from app.web.problem_words import progress_kind
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_answers", __name__, url_prefix="/hq/answers")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE, Role.COMMITTEE)
PRINTERS = (Role.HEAD_OFFICE, Role.OFFICE)


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """List the published answers of a campaign with what owners say: solved, or not yet."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    scope = current_scope()
    rows = queries.list_problems(reading(), campaign.id, scope) if campaign else []
    return render_template(
        "hq/answers.html",
        campaigns=campaigns,
        campaign=campaign,
        rows=rows,
        is_head=scope.role is Role.HEAD_OFFICE,
        most=queries.MOST,
    )


@bp.get("/<int:problem_id>")
@require_role(*READERS)
def show(problem_id: int) -> str:
    """Show an answer with its versions, its progress and where it hangs."""
    session, scope = reading(), current_scope()
    problem = queries.find_visible(session, scope, problem_id)
    if problem is None:
        abort(404)
    is_committee = scope.role is Role.COMMITTEE  # it reads answers, not how they come about
    behind = None if is_committee else shared.find_shared_of(session, scope, problem_id)
    is_head = scope.role is Role.HEAD_OFFICE
    return render_template(
        "hq/answer.html",
        campaign=get_campaign(session, problem.campaign_id),
        problem=problem,
        behind=behind,
        versions=queries.list_versions(session, problem_id),
        progress=shared.list_progress(session, [problem_id]),
        progress_kind=progress_kind,
        cases=queries.list_cases_of_problem(session, problem_id) if is_head else [],
        is_head=is_head,
    )


@bp.get("/board/<code>/<int:community_id>")
@require_role(*READERS)
def board(code: str, community_id: int) -> str:
    """Show what hangs on the board of a community: its address, its sheets, its bulletin."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    session = reading()
    address = boards.find_board_code(session, community_id)
    posters = boards.list_posters(session, campaign.id, community_id)
    return render_template(
        "hq/board.html",
        campaign=campaign,
        community=get_community(session, current_scope(), community_id),
        address=address and f"{outside().config.public_url}/p/{address.code}",
        posters={(one.kind, one.size): one for one in posters},
        kinds=_kinds(campaign.id, community_id),
        sizes=services.SIZES,
        answers=boards.list_answered(session, campaign.id, community_id),
        can_print=current_scope().role in PRINTERS,
        is_head=current_scope().role is Role.HEAD_OFFICE,
        form=ActForm(formdata=None),
    )


@bp.post("/board/<code>/<int:community_id>/posters")
@require_role(*PRINTERS)
def order(code: str, community_id: int) -> Redirect:
    """Let the worker print a sheet for the board."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    campaign_id = campaign.id
    kind, size = request.form.get("kind"), request.form.get("size", "")
    if not ActForm().validate() or kind not in _kinds(campaign_id, community_id):
        abort(400)
    try:
        with transaction() as session:
            community = get_community(session, current_scope(), community_id)
            if community is None:
                abort(404)
            services.board_code(session, community)
            services.order_poster(
                session,
                campaign_id=campaign_id,
                community_id=community_id,
                kind=PosterKind(kind),
                size=size,
                now=outside().now(),
            )
    except FieldError:
        abort(400)
    flash(_("The sheet is being printed. This takes about a minute."), "success")
    return redirect(url_for(".board", code=code, community_id=community_id))


@bp.get("/board/<code>/<int:community_id>/<any(answers, bulletin):kind>-<any(a3, a4):size>.pdf")
@require_role(*READERS)
def poster(code: str, community_id: int, kind: str, size: str) -> Response:
    """Hand out a printed sheet."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    found = boards.find_poster(reading(), campaign.id, community_id, PosterKind(kind), size)
    if found is None or found.digest is None:
        abort(404)
    made = Response(outside().storage.get(found.digest), mimetype="application/pdf")
    name = f"{kind}-{campaign.code}-{community_id}-{size}.pdf"
    made.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return made


def _kinds(campaign_id: int, community_id: int) -> dict[str, str]:
    """Return which sheets there is something to print on, with their names."""
    session = reading()
    kinds = {}
    if boards.list_answered(session, campaign_id, community_id):
        kinds[PosterKind.ANSWERS.value] = _("Public answers")
    if find_bulletin(session, campaign_id, community_id) is not None:
        kinds[PosterKind.BULLETIN.value] = _("You said, we did")
    return kinds
