"""The steps of a shared problem after its draft: from the check of its facts to its end."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.problems.errors import StepRefusedError, UnknownProblemError
from app.followup.problems.handling import queries, services
from app.followup.problems.handling.services import Posting
from app.followup.problems.rules import progress_counts_from
from app.followup.published.models import ProgressKind
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.response.photos.reader import PhotoError, read_photo
from app.web import words
from app.web.auth import current_scope, require_role
from app.web.fields import field_problem
from app.web.hq.problem_forms import ActForm, PostingForm, ProgressForm, RemarkForm
from app.web.hq.problems import READERS, WRITERS, find_row, problem_page, progress_choices, refused
from app.web.problem_words import progress_kind
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_problem_steps", __name__, url_prefix="/hq/problems")

_HEAD = (Role.HEAD_OFFICE,)
Answer = tuple[str, int] | Response


@bp.post("/<int:key>/<any(check, send_back, set_aside):step>")
@require_role(*_HEAD)
def say(key: int, step: str) -> Answer:
    """Take a step that asks for a word between staff."""
    form = RemarkForm()
    if not form.validate():
        return problem_page(key, {"remark": form}), 422
    act = {
        "check": services.check_facts,
        "send_back": services.send_back,
        "set_aside": services.set_aside,
    }[step]
    done = {
        "check": _("Checked. Somebody else than the author approves it next."),
        "send_back": _("Sent back to its author."),
        "set_aside": _("Kept. Owners who wrote about it are replied to one by one."),
    }[step]
    text = form.text.data or ""
    return _act(
        key,
        lambda session: act(session, current_scope(), key, text, now=outside().now()),
        done,
    )


@bp.post("/<int:key>/approve")
@require_role(*_HEAD)
def approve(key: int) -> Answer:
    """Approve a checked draft."""
    if not ActForm().validate():
        abort(400)
    return _act(
        key,
        lambda session: services.approve(session, current_scope(), key, now=outside().now()),
        _("Approved. It can be published now."),
    )


@bp.post("/<int:key>/publish")
@require_role(*_HEAD)
def publish(key: int) -> Answer:
    """Publish an approved draft."""
    if not ActForm().validate():
        abort(400)
    return _act(
        key,
        lambda session: services.publish(session, current_scope(), key, now=outside().now()),
        _("Published. Print the poster and hang it on the board."),
    )


@bp.post("/<int:key>/progress")
@require_role(*WRITERS)
def progress(key: int) -> Answer:
    """Tell owners how far an answer has come."""
    form = progress_choices(ProgressForm())
    if not form.validate():
        return problem_page(key, {"progress": form}), 422
    kind, text = ProgressKind(form.kind.data), form.text.data or ""
    return _act(
        key,
        lambda session: services.add_progress(
            session, current_scope(), key, kind, text, now=outside().now()
        ),
        _said_of_progress(key, kind),
    )


def _said_of_progress(key: int, kind: ProgressKind) -> str:
    """Say that owners read a word, and when it is too early for its day that it is still due."""
    since = find_row(key).problem.published_at
    first = None if since is None else progress_counts_from(since, kind)
    if first is None or first <= beijing_date(outside().now()):
        return _("Owners read it now.")
    return _(
        "Owners read it now, as a word in between. The word “{kind}” counts from {day} on."
    ).format(kind=progress_kind(kind), day=words.date_words(first))


@bp.post("/<int:key>/posting")
@require_role(*WRITERS)
def posting(key: int) -> Answer:
    """Keep where an answer hangs, with a photo if there is one."""
    form = PostingForm()
    if not form.validate():
        return problem_page(key, {"posting": form}), 422
    find_row(key)
    photo = None
    sent = request.files.get("photo")
    if sent is not None and sent.filename:
        try:
            photo = read_photo(sent.read())
        except PhotoError:
            form.photo.errors = [_("This is no photo we can read (JPEG, PNG or WebP, please).")]
            return problem_page(key, {"posting": form}), 422
    given = Posting(form.place.data or "", form.posted_on.data, photo)
    try:
        return _act(
            key,
            lambda session: services.record_posting(
                session, outside().vault, current_scope(), key, given, now=outside().now()
            ),
            _("Kept."),
        )
    except FieldError as error:
        form[error.field].errors = [
            _("The answer was published later than this day.")
            if error.problem == "unpublished"
            else field_problem(error.problem)
        ]
        return problem_page(key, {"posting": form}), 422


@bp.get("/<int:key>/postings/<int:posting_id>.jpg")
@require_role(*READERS)
def photo(key: int, posting_id: int) -> Response:
    """Show the photo of a piece of evidence."""
    find_row(key)
    found = queries.find_posting(reading(), current_scope(), posting_id)
    content = None if found is None else services.open_posting(outside().vault, found)
    if content is None:
        abort(404)
    made = Response(content, mimetype="image/jpeg")
    made.headers["Cache-Control"] = "private, max-age=300"
    return made


@bp.post("/<int:key>/close")
@require_role(*_HEAD)
def close(key: int) -> Answer:
    """Close a problem with a last word to owners."""
    form = RemarkForm(prefix="closing-")
    if not form.validate():
        return problem_page(key, {"closing": form}), 422
    text = form.text.data or ""
    return _act(
        key,
        lambda session: services.close(session, current_scope(), key, text, now=outside().now()),
        _("Closed."),
    )


def _act(key: int, act: Callable[[Session], object], done: str) -> Response:
    try:
        with transaction() as session:
            act(session)
    except UnknownProblemError:
        abort(404)
    except StepRefusedError as error:
        return refused(key, error)
    except FieldError as error:
        if error.field in {"place", "posted_on"}:
            raise
        flash(_draft_is_old(error), "error")
        return redirect(url_for("hq_problems.show", key=key))
    flash(done, "success")
    return redirect(url_for("hq_problems.show", key=key))


def _draft_is_old(error: FieldError) -> str:
    if error.field == "due_on":
        return _("The promised day has passed. Send it back and give another one.")
    return field_problem(error.problem)
