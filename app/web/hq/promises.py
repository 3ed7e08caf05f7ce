"""The register of service promises (服务承诺): what owners were told, and what they judge by."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.problems.errors import UnknownProblemError
from app.followup.problems.promises import queries, services
from app.followup.problems.promises.services import PromiseInput
from app.i18n import current_language
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.queries import get_instrument
from app.surveys.register.queries import list_communities
from app.web.auth import current_scope, require_role
from app.web.choosing import opened_campaigns
from app.web.fields import field_problem
from app.web.hq.changes import item_names
from app.web.hq.problem_forms import ActForm, JudgeForm, PromiseForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_promises", __name__, url_prefix="/hq/promises")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """List the promises by item, those published no more at the end."""
    return _page(_choices(PromiseForm(formdata=None)))


@bp.post("/")
@require_role(Role.HEAD_OFFICE)
def add() -> tuple[str, int] | Response:
    """Write a promise down."""
    form = _choices(PromiseForm())
    if not form.validate():
        return _page(form), 422
    given = PromiseInput(
        text=form.text.data or "",
        item=form.item.data,
        source=form.source.data or "",
        made_on=form.made_on.data,
        is_over_promise=bool(form.over.data),
        note=form.note.data or "",
    )
    community_id = int(form.community.data) if form.community.data else None
    try:
        with transaction() as session:
            services.add_promise(
                session, current_scope(), given, community_id=community_id, now=outside().now()
            )
    except FieldError as error:
        form[error.field].errors = [field_problem(error.problem)]
        return _page(form), 422
    flash(_("Kept."), "success")
    return redirect(url_for(".index"))


@bp.post("/<int:key>/judge")
@require_role(Role.HEAD_OFFICE)
def judge(key: int) -> Response:
    """Say whether a promise is more than is kept."""
    form = JudgeForm()
    if not form.validate():
        abort(400)
    is_over, note = bool(form.over.data), form.note.data or ""
    try:
        with transaction() as session:
            services.judge_promise(
                session,
                current_scope(),
                key,
                is_over_promise=is_over,
                note=note,
                now=outside().now(),
            )
    except UnknownProblemError:
        abort(404)
    flash(_("Kept."), "success")
    return redirect(url_for(".index"))


@bp.post("/<int:key>/end")
@require_role(Role.HEAD_OFFICE)
def end(key: int) -> Response:
    """Say that a promise is published no more from today."""
    if not ActForm().validate():
        abort(400)
    try:
        with transaction() as session:
            now = outside().now()
            services.end_promise(session, current_scope(), key, ended_on=beijing_date(now), now=now)
    except UnknownProblemError:
        abort(404)
    flash(_("Kept."), "success")
    return redirect(url_for(".index"))


def _names() -> dict[str, tuple[str, str]]:
    campaigns = opened_campaigns()
    if not campaigns:
        return {}
    return item_names(get_instrument(reading(), campaigns[0].instrument_digest))


def _choices(form: PromiseForm) -> PromiseForm:
    place = 1 if current_language() == "en" else 0
    form.item.choices = [(item, names[place]) for item, names in _names().items()]
    communities = list_communities(reading(), current_scope())
    form.community.choices = [
        ("", _("Whole company")),
        *((str(one.id), one.name) for one in communities),
    ]
    return form


def _page(form: PromiseForm) -> str:
    scope = current_scope()
    place = 1 if current_language() == "en" else 0
    names = _names()
    return render_template(
        "hq/promises.html",
        rows=queries.list_promises(reading(), scope, with_ended=True),
        name=lambda item: names.get(item, (item, item))[place],
        form=form,
        act=ActForm(formdata=None),
        can_write=scope.role is Role.HEAD_OFFICE,
    )
