"""Opinions of forums and WeChat groups: the list, one or many taken in, the reply."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.i18n import gettext as _
from app.reports.talks.lists import forum_table
from app.service.talks.errors import LinesError, NotFoundError
from app.service.talks.forum import services
from app.service.talks.forum.lines import Line, read_file, read_pasted
from app.service.talks.forum.queries import Filters, count_opinions
from app.service.talks.forum.services import ReplyInput, Taken
from app.service.talks.models import ForumPlace
from app.service.talks.rows import ForumInput, ForumView
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.services import services as outside
from app.web.standards.ordering import take_file
from app.web.talks import words
from app.web.talks.acting import attempt, own_communities
from app.web.talks.forms import (
    ForumForm,
    ForumManyForm,
    ForumOneForm,
    ReplyForm,
)
from app.web.transaction import transaction

bp = Blueprint("talks_forum", __name__, url_prefix="/talks/forum")

DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
PAGE = 40
_STATES = ("", "open", "late", "replied")
_MOST_IN_FILE = 5_000
_LARGEST_FILE = 2_000_000


@bp.get("/")
@require_role(*DESK)
def index() -> str:
    """Show opinions, the latest first, by place and state."""
    filters, now = _filters(), outside().now()
    with transaction() as session:
        views = services.view_list(
            session,
            outside().vault,
            current_scope(),
            filters,
            now=now,
            before=_before(),
            limit=PAGE + 1,
        )
        counts = count_opinions(session, current_scope(), filters, today=beijing_date(now))
    shown = views[:PAGE]
    return render_template(
        "talks/forum.html",
        views=shown,
        counts=counts,
        filters=filters,
        states=_STATES,
        places=list(ForumPlace),
        communities=own_communities(),
        more=f"{shown[-1].said_on.isoformat()}.{shown[-1].id}" if len(views) > PAGE else "",
        today=beijing_date(now),
    )


@bp.get("/opinions.<form>")
@require_role(*DESK)
def table(form: str) -> Response:
    """Hand out the list as a file without authors and homes."""
    now = outside().now()
    with transaction() as session:
        views = services.view_list(
            session, outside().vault, current_scope(), _filters(), now=now, limit=_MOST_IN_FILE
        )
    return take_file(
        form,
        [forum_table(views)],
        title=_("Forums and WeChat groups"),
        name="forum-opinions",
        subject="talks:forum",
    )


@bp.get("/new")
@require_role(*DESK)
def new() -> str:
    """Show the forms: one opinion, or many at once."""
    return _new_page()


@bp.post("/new")
@require_role(*DESK)
def enter() -> tuple[str, int] | Response:
    """Take one opinion in."""
    form = ForumOneForm()
    form.offer(own_communities())
    result: list[tuple[int, bool]] = []

    def act(session: Any) -> None:
        one = _common(form)
        home = None
        if (form.home.data or "").strip():
            home = services.find_home_of(
                session,
                outside().vault,
                current_scope(),
                one.community_id,
                form.home.data,
                now=outside().now(),
            )
            if home is None:
                raise FieldError("home", "unknown_home")
        opinion = _with(one, text=form.text.data, author=form.author.data or "", home=home)
        result.append(
            services.take_in(
                session, outside().vault, current_scope(), opinion, now=outside().now()
            )
        )

    if not attempt(form, act, _("Taken in.")):
        return _new_page(one=form), 422
    key, is_new = result[0]
    if not is_new:
        flash(_("This opinion was there already; here it is."), "success")
    return redirect(url_for(".show", case_id=key))


@bp.post("/many")
@require_role(*DESK)
def enter_many() -> tuple[str, int] | Response:
    """Take many opinions in, pasted or as a file; all or nothing."""
    form = ForumManyForm()
    form.offer(own_communities())
    result: list[Taken] = []

    def act(session: Any) -> None:
        result.append(
            services.take_lines(
                session,
                outside().vault,
                current_scope(),
                _lines(form),
                _common(form),
                now=outside().now(),
            )
        )

    try:
        is_done = attempt(form, act, _("Taken in."))
    except LinesError as error:
        is_done = False
        form.pasted.errors = [words.line_problem(error)]
    if not is_done:
        return _new_page(many=form), 422
    _tell_taken(result[0])
    return redirect(url_for(".index", community=form.community.data))


@bp.get("/<int:case_id>")
@require_role(*DESK)
def show(case_id: int) -> str:
    """Show one opinion."""
    return _page(case_id)


@bp.post("/<int:case_id>/reply")
@require_role(*DESK)
def reply(case_id: int) -> tuple[str, int] | Response:
    """Keep the reply that was given."""
    form = ReplyForm()
    form.offer()

    def act(session: Any) -> None:
        given = ReplyInput(form.on.data, form.way.data, form.text.data)
        services.reply(
            session, outside().vault, current_scope(), case_id, given, now=outside().now()
        )

    if not attempt(form, act, _("The reply is kept.")):
        return _page(case_id, reply_form=form), 422
    return redirect(url_for(".show", case_id=case_id))


def _page(case_id: int, *, reply_form: ReplyForm | None = None) -> str:
    now = outside().now()
    try:
        with transaction() as session:
            view: ForumView = services.open_opinion(
                session, outside().vault, current_scope(), case_id, now=now
            )
    except NotFoundError:
        abort(404)
    form = reply_form
    if form is None:
        form = ReplyForm(formdata=None, on=beijing_date(now))
        form.offer()
    return render_template(
        "talks/forum_one.html",
        view=view,
        form=form,
        today=beijing_date(now),
    )


def _new_page(*, one: ForumOneForm | None = None, many: ForumManyForm | None = None) -> str:
    today = beijing_date(outside().now())
    communities = own_communities()
    if one is None:
        one = ForumOneForm(formdata=None, said_on=today)
        one.offer(communities)
    is_many = many is not None
    if many is None:
        many = ForumManyForm(formdata=None, said_on=today)
        many.offer(communities)
    is_head = current_scope().role is Role.HEAD_OFFICE
    return render_template(
        "talks/forum_new.html", one=one, many=many, is_many=is_many, is_head=is_head
    )


def _common(form: ForumForm) -> ForumInput:
    return ForumInput(
        community_id=int(form.community.data),
        place=ForumPlace(form.place.data),
        said_on=form.said_on.data,
        text="",
        place_name=form.place_name.data or "",
        link=form.link.data or "",
        department=form.department.data,
        head_only=bool(form.head_only.data) and current_scope().role is Role.HEAD_OFFICE,
    )


def _with(common: ForumInput, *, text: str, author: str, home: int | None) -> ForumInput:
    return ForumInput(
        community_id=common.community_id,
        place=common.place,
        said_on=common.said_on,
        text=text,
        place_name=common.place_name,
        author=author,
        link=common.link,
        department=common.department,
        household_id=home,
        head_only=common.head_only,
    )


def _lines(form: ForumManyForm) -> tuple[Line, ...]:
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        content = sent.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            raise LinesError(0, "too_many")
        return read_file(content, sent.filename)
    return read_pasted(form.pasted.data or "")


def _tell_taken(taken: Taken) -> None:
    flash(_("New opinions: {count}").format(count=len(taken.added)), "success")
    if taken.known:
        flash(_("There already: {count}").format(count=taken.known), "success")
    if taken.without_home:
        lines = ", ".join(str(line) for line in taken.without_home)
        flash(_("No home was found for the address in line {lines}.").format(lines=lines), "error")


def _filters() -> Filters:
    community, place, state = (
        request.args.get(name, "") for name in ("community", "place", "state")
    )
    known = {one.value: one for one in ForumPlace}
    is_number = community.isascii() and community.isdigit() and len(community) < 10
    return Filters(
        community_id=int(community) if is_number else None,
        place=known.get(place),
        state=state if state in _STATES else "",
    )


def _before() -> tuple[date, int] | None:
    day, _dot, key = request.args.get("before", "").partition(".")
    try:
        return date.fromisoformat(day), int(key)
    except ValueError:
        return None
