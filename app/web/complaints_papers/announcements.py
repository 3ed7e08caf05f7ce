"""Announcements to the whole company: written without names, published, read, withdrawn."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField, TextAreaField

from app.followup.errors import FieldError
from app.followup.rules import LONGEST_TEXT
from app.i18n import gettext as _
from app.service.complaints.papers import announcements as services
from app.service.complaints.papers import queries
from app.service.complaints.papers.announcements import (
    LONGEST_REASON,
    LONGEST_TITLE,
    READERS,
    AnnouncementInput,
)
from app.service.complaints.papers.errors import (
    PaperClosedError,
    PaperNotFoundError,
    TracesError,
)
from app.service.complaints.papers.models import Announcement
from app.staff.models import Role
from app.staff.queries import list_named
from app.web.auth import current_scope, require_role
from app.web.complaints_papers.traced import closed_words, say_traces
from app.web.fields import at_most, field_problem, filled
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("complaint_announcements", __name__, url_prefix="/announcements")

_MOST = 200
_OFFICES = (Role.OFFICE,)


class AnnouncementForm(Form):
    """An announcement; every text without names."""

    complaint = HiddenField()
    title = StringField(validators=[filled, at_most(LONGEST_TITLE)])
    happened = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    cause = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    measures = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    demand = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])

    def words(self) -> AnnouncementInput:
        """Return what was written."""
        return AnnouncementInput(
            *(
                one.data.strip()
                for one in (self.title, self.happened, self.cause, self.measures, self.demand)
            )
        )


class WithdrawForm(Form):
    """Why a published announcement is taken back."""

    reason = StringField(validators=[filled, at_most(LONGEST_REASON)])


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """Show the announcements, the newest first, and which of them are not read yet."""
    rows = queries.list_announcements(reading(), current_scope(), most=_MOST)
    return render_template("complaints_papers/announcements.html", rows=rows, is_head=_is_head())


@bp.get("/new")
@require_role(Role.HEAD_OFFICE)
def new() -> str:
    """Show the form of a new announcement, of a complaint where the address names one."""
    form = AnnouncementForm(formdata=None, complaint=request.args.get("complaint", ""))
    return _form_page(form)


@bp.post("/new")
@require_role(Role.HEAD_OFFICE)
def make() -> tuple[str, int] | Response:
    """Keep a new announcement."""
    form = AnnouncementForm()
    if not form.validate():
        return _form_page(form), 422
    source = form.complaint.data or ""
    if source and not (source.isascii() and source.isdigit() and len(source) < 10):
        abort(404)
    try:
        with transaction() as session:
            announcement_id = services.write(
                session,
                outside().vault,
                current_scope(),
                form.words(),
                complaint_id=int(source) if source else None,
                now=outside().now(),
            )
    except PaperNotFoundError:
        abort(404)
    except (FieldError, TracesError) as error:
        return _refused(form, error)
    flash(_("Kept. Read it once more, then publish it."), "success")
    return redirect(url_for(".show", announcement_id=announcement_id))


@bp.get("/<int:announcement_id>")
@require_role(*READERS)
def show(announcement_id: int) -> str:
    """Show one announcement."""
    return _page(_find(announcement_id), WithdrawForm(formdata=None))


@bp.get("/<int:announcement_id>/edit")
@require_role(Role.HEAD_OFFICE)
def edit(announcement_id: int) -> str:
    """Show the words of an announcement that is not published yet."""
    found = _find(announcement_id)
    if found.published_at is not None:
        abort(404)
    return _form_page(AnnouncementForm(formdata=None, obj=found), found)


@bp.post("/<int:announcement_id>/edit")
@require_role(Role.HEAD_OFFICE)
def change(announcement_id: int) -> tuple[str, int] | Response:
    """Change the words of an announcement that is not published yet."""
    form, found = AnnouncementForm(), _find(announcement_id)
    if not form.validate():
        return _form_page(form, found), 422
    try:
        with transaction() as session:
            services.rewrite(
                session,
                outside().vault,
                current_scope(),
                announcement_id,
                form.words(),
                now=outside().now(),
            )
    except (FieldError, TracesError) as error:
        return _refused(form, error, found)
    except PaperClosedError as error:
        flash(closed_words(error), "error")
    return redirect(url_for(".show", announcement_id=announcement_id))


@bp.post("/<int:announcement_id>/publish")
@require_role(Role.HEAD_OFFICE)
def publish(announcement_id: int) -> tuple[str, int] | Response:
    """Approve an announcement: the whole company may read it from now on."""
    found = _find(announcement_id)
    if not Form().validate():
        abort(400)
    try:
        with transaction() as session:
            number = services.publish(
                session, outside().vault, current_scope(), announcement_id, now=outside().now()
            )
    except TracesError as error:
        return _refused(AnnouncementForm(formdata=None, obj=found), error, found)
    except PaperClosedError as error:
        flash(closed_words(error), "error")
    else:
        flash(_("Published as No. {number}.").format(number=number), "success")
    return redirect(url_for(".show", announcement_id=announcement_id))


@bp.post("/<int:announcement_id>/withdraw")
@require_role(Role.HEAD_OFFICE)
def withdraw(announcement_id: int) -> tuple[str, int] | Response:
    """Take a published announcement back."""
    form, found = WithdrawForm(), _find(announcement_id)
    if not form.validate():
        return _page(found, form), 422
    try:
        with transaction() as session:
            services.withdraw(
                session,
                current_scope(),
                announcement_id,
                reason=form.reason.data,
                now=outside().now(),
            )
    except PaperClosedError as error:
        flash(closed_words(error), "error")
    else:
        flash(_("Withdrawn. Only head office still sees it."), "success")
    return redirect(url_for(".show", announcement_id=announcement_id))


@bp.post("/<int:announcement_id>/read")
@require_role(*READERS)
def read(announcement_id: int) -> Response:
    """Keep that this person read it."""
    if not Form().validate():
        abort(400)
    try:
        with transaction() as session:
            services.mark_read(session, current_scope(), announcement_id, now=outside().now())
    except PaperNotFoundError:
        abort(404)
    flash(_("Noted that you read it."), "success")
    return redirect(url_for(".index"))


def _find(announcement_id: int) -> Announcement:
    found = queries.find_announcement(reading(), current_scope(), announcement_id)
    if found is None:
        abort(404)
    return found


def _page(found: Announcement, form: WithdrawForm) -> str:
    session, scope = reading(), current_scope()
    names = list_named(session, {found.written_by, found.approved_by or found.written_by})
    is_head = _is_head()
    return render_template(
        "complaints_papers/announcement.html",
        found=found,
        form=form,
        names=names if is_head else {},
        is_head=is_head,
        is_read=queries.find_read(session, found.id, scope.staff_id) is not None,
        offices=queries.count_reads(session, found.id, _OFFICES) if is_head else (0, 0),
        everybody=queries.count_reads(session, found.id, READERS) if is_head else (0, 0),
        source=queries.find_announcement_source(session, found.id) if is_head else None,
    )


def _form_page(form: AnnouncementForm, found: Announcement | None = None) -> str:
    return render_template(
        "complaints_papers/announcement_form.html",
        form=form,
        found=found,
        longest=LONGEST_TEXT,
        longest_title=LONGEST_TITLE,
    )


def _refused(
    form: AnnouncementForm, error: FieldError | TracesError, found: Announcement | None = None
) -> tuple[str, int]:
    if isinstance(error, TracesError):
        say_traces(form, error)
    else:
        form[error.field].errors = [field_problem(error.problem)]
    return _form_page(form, found), 422


def _is_head() -> bool:
    return current_scope().role is Role.HEAD_OFFICE
