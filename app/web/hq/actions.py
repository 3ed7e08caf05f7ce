"""Gaps and corrective actions (差距与纠正措施): which gap, who, by when, and did it help."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.analysis.results.items import ItemResult
from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.problems.errors import UnknownProblemError
from app.followup.problems.models import Remedy
from app.followup.problems.promises import queries, services
from app.followup.problems.promises.services import ActionInput, Change, GapInput, check_effect
from app.followup.problems.wording import gap_words, remedy_words
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.queries import find_latest_result
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import list_gates
from app.surveys.register.queries import get_community
from app.web.access import access_campaign, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, number_in_address, opened_campaigns
from app.web.fields import field_problem
from app.web.hq.changes import campaign_after, find_changes, names_of
from app.web.hq.problem_forms import ActionForm, DoneForm, GapForm
from app.web.problem_words import change_words
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_actions", __name__, url_prefix="/hq/actions")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)
WRITERS = (Role.HEAD_OFFICE, Role.OFFICE)
GAPS = range(1, 6)


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """List the actions of a campaign by their day, with the gaps they close and their effect."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    return _page(campaigns, campaign, number_in_address("community"))


@bp.get("/<code>/new")
@require_role(*WRITERS)
def new(code: str) -> str:
    """Show the form for an action."""
    campaign = access_campaign(code)
    return _form_page(campaign, _choices(campaign, ActionForm(formdata=None)))


@bp.post("/<code>/new")
@require_role(*WRITERS)
def add(code: str) -> tuple[str, int] | Response:
    """Write an action down."""
    campaign = access_campaign(code)
    form = _choices(campaign, ActionForm())
    if not form.validate():
        return _form_page(campaign, form), 422
    community_id = int(form.community.data) if form.community.data else None
    campaign_id = campaign.id
    given = ActionInput(
        title=form.title.data or "",
        item=form.item.data,
        gap=int(form.gap.data),
        remedy=Remedy(form.remedy.data),
        responsible=form.responsible.data or "",
        due_on=form.due_on.data,
        promise_id=int(form.promise.data) if form.promise.data else None,
    )
    try:
        with transaction() as session:
            services.add_action(
                session,
                current_scope(),
                given,
                campaign_id=campaign_id,
                community_id=community_id,
                now=outside().now(),
            )
    except UnknownProblemError:
        abort(404)
    except FieldError as error:
        past = _("This day has passed.")
        words = past if error.problem == "in_past" else field_problem(error.problem)
        form[error.field].errors = [words]
        return _form_page(access_campaign(code), form), 422
    flash(_("Kept."), "success")
    return redirect(url_for(".index", campaign=code, community=community_id))


@bp.post("/<int:key>/done")
@require_role(*WRITERS)
def done(key: int) -> Response:
    """Say that an action is done."""
    action = queries.find_action(reading(), current_scope(), key)
    if action is None:
        abort(404)
    address = redirect(url_for(".index", community=action.community_id))
    form = DoneForm()
    if not form.validate():
        flash(_("Please say what was done, and when."), "error")
        return address
    note, done_on = form.note.data or "", form.done_on.data
    try:
        with transaction() as session:
            services.finish_action(
                session, current_scope(), key, note, done_on=done_on, now=outside().now()
            )
    except UnknownProblemError:
        abort(404)
    except FieldError:
        flash(_("This lies in the future."), "error")
        return address
    flash(_("Kept. The next campaign shows whether it helped."), "success")
    return address


@bp.get("/<code>/<int:community_id>/gaps")
@require_role(*READERS)
def gaps(code: str, community_id: int) -> str:
    """Show the PFI list of a community with the gap behind each item."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    session, scope = reading(), current_scope()
    stored = find_latest_result(session, campaign.id, community_id, scope)
    items = [] if stored is None else _in_order(stored.result.items)
    return render_template(
        "hq/gaps.html",
        campaign=campaign,
        community=get_community(session, scope, community_id),
        items=items,
        name=_namer(campaign),
        tags=queries.list_item_gaps(session, scope, campaign.id, community_id),
        gap_words=gap_words,
        remedy_words=remedy_words,
        gaps=GAPS,
        remedies=list(Remedy),
        form=GapForm(formdata=None),
        can_write=scope.role in WRITERS,
    )


@bp.post("/<code>/<int:community_id>/gaps")
@require_role(*WRITERS)
def tag(code: str, community_id: int) -> Response:
    """Keep the gap behind an item."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    form = GapForm()
    form.gap.choices = [(str(gap), gap_words(gap)) for gap in GAPS]
    form.remedy.choices = [(one.value, remedy_words(one)) for one in Remedy]
    if not form.validate() or form.item.data not in names_of(campaign):
        abort(400)
    campaign_id = campaign.id
    given = GapInput(
        form.item.data, int(form.gap.data), Remedy(form.remedy.data), form.note.data or ""
    )
    with transaction() as session:
        services.tag_item(
            session,
            current_scope(),
            given,
            campaign_id=campaign_id,
            community_id=community_id,
            now=outside().now(),
        )
    flash(_("Kept."), "success")
    return redirect(url_for(".gaps", code=code, community_id=community_id))


def _page(campaigns: list[Campaign], campaign: Campaign | None, community_id: int | None) -> str:
    session, scope = reading(), current_scope()
    rows = (
        queries.list_actions(session, scope, campaign.id, community_id)
        if campaign is not None
        else ()
    )
    after = None if campaign is None else campaign_after(campaign)
    effects = {} if after is None else _effects(rows, after)
    today = beijing_date(outside().now())
    return render_template(
        "hq/actions.html",
        campaigns=campaigns,
        campaign=campaign,
        community_id=community_id,
        rows=rows,
        counts=queries.count_gaps(rows),
        effects={key: change_words(one) for key, one in effects.items()},
        after=after,
        name=_namer(campaign) if campaign else None,
        gap_words=gap_words,
        remedy_words=remedy_words,
        today=today,
        form=DoneForm(formdata=None, done_on=today),
        can_write=scope.role in WRITERS,
        whole=scope.role is Role.HEAD_OFFICE,
    )


def _effects(rows: tuple[queries.ActionRow, ...], after: Campaign) -> dict[int, Change]:
    """Return how the item of each action changed in the campaign after it, where it is known."""
    found: dict[int, Change] = {}
    by_community: dict[int, dict[str, Change]] = {}
    for row in rows:
        community_id = row.action.community_id
        if community_id is None:
            continue
        if community_id not in by_community:
            by_community[community_id] = find_changes(after.id, community_id, current_scope())
        change = check_effect(row.action, by_community[community_id])
        if change is not None:
            found[row.action.id] = change
    return found


def _in_order(items: tuple[ItemResult, ...]) -> list[ItemResult]:
    """Return the items by their PFI, the highest first; those without one at the end."""
    return sorted(items, key=lambda one: -(one.pfi if one.pfi is not None else -1.0))


def _namer(campaign: Campaign) -> Callable[[str], str]:
    """Return what names an item in the reader's language."""
    names = names_of(campaign)
    place = 1 if current_language() == "en" else 0
    return lambda item: names.get(item, (item, item))[place]


def _choices(campaign: Campaign, form: ActionForm) -> ActionForm:
    session, scope = reading(), current_scope()
    gates = list_gates(session, campaign.id, scope)
    places = [(str(row.community_id), row.community) for row in gates]
    whole = [("", _("Whole company"))] if scope.role is Role.HEAD_OFFICE else []
    name = _namer(campaign)
    form.community.choices = [*places, *whole]
    form.item.choices = [(item, name(item)) for item in names_of(campaign)]
    form.gap.choices = [(str(gap), gap_words(gap)) for gap in GAPS]
    form.remedy.choices = [(one.value, remedy_words(one)) for one in Remedy]
    promises = queries.list_promises(session, scope)
    form.promise.choices = [("", _("none")), *((str(one.id), one.text) for one, _name in promises)]
    return form


def _form_page(campaign: Campaign, form: ActionForm) -> str:
    return render_template("hq/action_new.html", campaign=campaign, form=form)
