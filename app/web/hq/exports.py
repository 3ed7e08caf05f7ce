"""Exports: ordered here with a reason, made by the worker, fetched within a day by who ordered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import BEIJING
from app.i18n import current_language
from app.i18n import gettext as _
from app.jobs.models import JobState
from app.jobs.queries import find_last
from app.reports.exports import queries, services
from app.reports.exports.errors import ExportError
from app.reports.exports.models import ExportKind, ExportOrder, ExportState
from app.reports.exports.queries import Place, Taken
from app.reports.queries import READERS
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.web import exports_words as words
from app.web.access import access_campaign
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, number_in_address, opened_campaigns
from app.web.downloads import attachment
from app.web.forms import Form
from app.web.hq.exports_forms import ExportForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import role_name

bp = Blueprint("hq_exports", __name__, url_prefix="/hq/exports")
_ON_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One order, as the list shows it."""

    order: ExportOrder
    what: str
    where: str
    forms: str
    person: str
    asked: str
    state: str
    chip: str
    reason: str
    size: str


@bp.get("")
@require_role(*READERS)
def index() -> str:
    """Show what may be ordered, and what was taken out."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    if campaign is None:
        return render_template("hq/exports_none.html")
    return _page(campaign, campaigns)


@bp.post("/answers/<code>")
@require_role(*services.ROLES[ExportKind.ANSWERS])
def order_answers(code: str) -> Response | tuple[str, int]:
    """Order answers, a row for each home: head office only."""
    return _order(ExportKind.ANSWERS, code)


@bp.post("/tables/<code>")
@require_role(*services.ROLES[ExportKind.TABLES])
def order_tables(code: str) -> Response | tuple[str, int]:
    """Order the tables of results."""
    return _order(ExportKind.TABLES, code)


@bp.post("/kpi/<code>")
@require_role(*services.ROLES[ExportKind.KPI])
def order_kpi(code: str) -> Response | tuple[str, int]:
    """Order key figures: rankable ones only."""
    return _order(ExportKind.KPI, code)


@bp.get("/<int:order_id>")
@require_role(*READERS)
def show(order_id: int) -> str:
    """Show where an order stands; to who gave it, and to head office."""
    taken = queries.find_taken(reading(), current_scope(), order_id)
    if taken is None:
        abort(404)
    order, now = taken.order, outside().now()
    is_own = order.staff_id == current_scope().staff_id
    is_waiting = order.state is ExportState.WAITING and not _is_given_up(order)
    problem = order.problem
    if order.state is ExportState.WAITING and not is_waiting:
        problem = "broken"
    return render_template(
        "hq/export.html",
        row=_row(taken),
        order=order,
        campaign=taken.campaign,
        is_waiting=is_waiting,
        is_own=is_own,
        is_ready=is_own and services.is_ready(order, now=now),
        is_lost=not services.is_within(current_scope(), order),
        is_shut=queries.is_shut(reading(), order),
        problem=words.problem_words(problem),
        form=Form(),
    )


@bp.post("/<int:order_id>/fetch")
@require_role(*READERS)
def fetch(order_id: int) -> Response:
    """Hand an export out to who ordered it, and write it down."""
    if not Form().validate():
        abort(400)
    with transaction() as session:
        order = services.fetch(session, current_scope(), order_id, now=outside().now())
        if order is None:
            abort(404)
        digests = queries.list_parts(session, order.id)
        size, name = order.size, f"{order.kind.value}-{order.number}.zip"
    answer = attachment(b"", "application/zip", name)
    answer.response = services.pieces_of(
        services.folder_of(outside().config), outside().vault, digests
    )
    answer.content_length = size
    return answer


def _order(kind: ExportKind, code: str) -> Response | tuple[str, int]:
    campaign = access_campaign(code)
    scope, now = current_scope(), outside().now()
    places = queries.list_places(reading(), campaign.id, scope, now=now)
    form = ExportForm()
    form.offer(kind, places)
    if not form.validate():
        return _page(campaign, opened_campaigns(), wrong={kind: form}), 422
    wish = services.Wish(
        kind=kind,
        campaign=campaign,
        community_id=form.community_id,
        forms=tuple(form.forms.data or ()),
        language=form.language.data,
        reason=(form.reason.data or "").strip(),
    )
    try:
        with transaction() as session:
            order_id = services.order(session, outside().vault, scope, wish, now=now)
    except ExportError as error:
        form.reason.errors = [words.problem_words(error.problem)]
        return _page(campaign, opened_campaigns(), wrong={kind: form}), 409
    return redirect(url_for(".show", order_id=order_id), 303)


def _page(
    campaign: Campaign,
    campaigns: Sequence[Campaign],
    wrong: Mapping[ExportKind, ExportForm] | None = None,
) -> str:
    scope, now = current_scope(), outside().now()
    places = queries.list_places(reading(), campaign.id, scope, now=now)
    found = queries.list_taken(
        reading(), scope, before=number_in_address("before"), most=_ON_A_PAGE + 1
    )
    return render_template(
        "hq/exports.html",
        campaigns=campaigns,
        campaign=campaign,
        offers=[
            (kind, words.kind_name(kind), _hint(kind), _form(kind, places, wrong or {}))
            for kind in services.kinds_of(scope.role)
        ],
        wrong=set(wrong or {}),
        places=places,
        rows=[_row(one) for one in found[:_ON_A_PAGE]],
        older=found[_ON_A_PAGE - 1].order.id if len(found) > _ON_A_PAGE else None,
        is_newest="before" not in request.args,
        is_head=scope.role is Role.HEAD_OFFICE,
    )


def _form(
    kind: ExportKind, places: Sequence[Place], wrong: Mapping[ExportKind, ExportForm]
) -> ExportForm:
    if kind in wrong:
        return wrong[kind]
    form = ExportForm(formdata=None)
    form.offer(kind, places)
    form.preset(kind, current_language())
    return form


def _hint(kind: ExportKind) -> str:
    return {
        ExportKind.ANSWERS: _(
            "The frozen answers with codes and words, codebook, DDI and examples for R and pandas. "
            "No names, rooms, telephone numbers, comments or exact times."
        ),
        ExportKind.TABLES: _(
            "What the pages of results show, one value a line, with the same digits. Small numbers "
            "stay withheld, and others with them, so that none can be worked out."
        ),
        ExportKind.KPI: _(
            "Only what can be ranked: rate reached, no waiver, nothing held, 100 answers or more, "
            "differences that are reliable. The others are listed with the reason."
        ),
    }[kind]


def _row(taken: Taken) -> Row:
    order = taken.order
    return Row(
        order=order,
        what=words.kind_name(order.kind),
        where=f"{taken.campaign.code} {taken.community or _('All communities')}",
        forms=_(", ").join(words.form_name(form) for form in order.forms.split(" ")),
        person=_("{name}, {role}", name=taken.person, role=role_name(Role(order.role)))
        if taken.person
        else _("command line"),
        asked=f"{order.asked_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
        state=words.state_name(order),
        chip=words.state_chip(order),
        reason=services.open_reason(outside().vault, order),
        size=_size(order.size),
    )


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{count / 1000:.1f} KB"


def _is_given_up(order: ExportOrder) -> bool:
    """Say whether the worker gave an order up, so that the page waits no longer."""
    job = find_last(reading(), services.KIND, services.payload_text(order.id))
    return job is not None and job.state is JobState.FAILED
