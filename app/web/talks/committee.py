"""The committee's own page: shared minutes, what came of its opinions, words for the next talk."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.service.talks import queries
from app.service.talks.errors import NotFoundError
from app.service.talks.months import open_talk
from app.service.talks.opinions import opinion_views, write_for_next_talk
from app.staff.models import Role
from app.web.access import access_community
from app.web.auth import current_scope, require_role
from app.web.services import services as outside
from app.web.talks.acting import attempt, own_communities
from app.web.talks.forms import OpinionForm, PlainForm
from app.web.transaction import reading

bp = Blueprint("talks_committee", __name__, url_prefix="/talks/committee")
_MOST = 24


@bp.get("/")
@require_role(Role.COMMITTEE)
def index() -> str:
    """Show the shared talks of the committee's communities and what came of the opinions."""
    return _page()


@bp.get("/<int:committee_talk_id>")
@require_role(Role.COMMITTEE)
def show(committee_talk_id: int) -> str:
    """Show a shared talk."""
    now = outside().now()
    try:
        talk = open_talk(reading(), outside().vault, current_scope(), committee_talk_id, now=now)
    except NotFoundError:
        abort(404)
    return render_template(
        "talks/committee_talk.html",
        talk=talk,
        plain=PlainForm(formdata=None),
        today=beijing_date(now),
    )


@bp.post("/communities/<int:community_id>/opinions")
@require_role(Role.COMMITTEE)
def write(community_id: int) -> tuple[str, int] | Response:
    """Write an opinion for the next talk."""
    place = access_community(community_id)
    form = OpinionForm()
    form.offer()

    def act(session: Any) -> None:
        write_for_next_talk(
            session,
            outside().vault,
            current_scope(),
            place.id,
            department=form.department.data,
            text=form.text.data,
            now=outside().now(),
        )

    if not attempt(form, act, _("Written down; it is taken up in the next talk.")):
        return _page(form, place.id), 422
    return redirect(url_for(".index", _anchor="opinions"))


def _page(form: OpinionForm | None = None, community_id: int = 0) -> str:
    session, scope = reading(), current_scope()
    if form is None:
        form = OpinionForm(formdata=None)
        form.offer()
    return render_template(
        "talks/committee.html",
        talks=queries.list_talks(session, scope, None, limit=_MOST),
        opinions=opinion_views(session, outside().vault, scope),
        communities=[(int(key), name) for key, name in own_communities()],
        form=form,
        failed=community_id,
        today=beijing_date(outside().now()),
    )
