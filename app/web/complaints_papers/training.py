"""Training cases: written without names, released, taken along, retired."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, StringField, TextAreaField

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.rules import LONGEST_TEXT
from app.i18n import gettext as _
from app.reports.complaints.words import class_name
from app.reports.standards.tables import MIMETYPES, Table, to_file
from app.reports.workbook import Column
from app.service.complaints.models import ComplaintClass
from app.service.complaints.papers import queries
from app.service.complaints.papers import training as services
from app.service.complaints.papers.errors import (
    PaperClosedError,
    PaperNotFoundError,
    TracesError,
)
from app.service.complaints.papers.models import TrainingCase
from app.service.complaints.papers.training import LONGEST_TITLE, TrainingInput
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.complaints_papers.traced import closed_words, say_traces
from app.web.downloads import attachment
from app.web.fields import at_most, field_problem, filled, offered
from app.web.forms import Form
from app.web.services import services as outside
from app.web.taken import noted
from app.web.transaction import reading, transaction

bp = Blueprint("complaint_training", __name__, url_prefix="/complaint-papers/training")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE, Role.STEWARD)
_MOST = 500


class TrainingForm(Form):
    """A training case; every text without names."""

    complaint = HiddenField()
    title = StringField(validators=[filled, at_most(LONGEST_TITLE)])
    class_code = SelectField(validators=[offered], validate_choice=False)
    situation = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    handling = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    cause = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    lesson = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    questions = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])

    def offer(self) -> "TrainingForm":
        """Offer the classes."""
        self.class_code.choices = [(one.value, class_name(one.value)) for one in ComplaintClass]
        return self

    def words(self) -> TrainingInput:
        """Return what was written."""
        texts = (self.title, self.class_code, self.situation, self.handling)
        more = (self.cause, self.lesson, self.questions)
        return TrainingInput(*(one.data.strip() for one in (*texts, *more)))


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """Show the training cases, the newest first."""
    rows = queries.list_training(reading(), current_scope(), most=_MOST)
    return render_template(
        "complaints_papers/training_list.html", rows=rows, is_head=_is_head(), class_name=class_name
    )


@bp.get("/all.<any(xlsx, csv, json):form>")
@require_role(*READERS)
def files(form: str) -> Response:
    """Hand out the released cases as a list."""
    found = queries.list_training(reading(), current_scope(), most=_MOST)
    rows = [one for one in found if one.released_at is not None and one.retired_at is None]
    if form == "json":
        answer = attachment(services.cases_json(rows), "application/json", "training-cases.json")
    else:
        content = to_file(
            form,
            [_list(rows)],
            title=_("Training cases"),
            company=outside().config.company,
            day=beijing_date(outside().now()),
        )
        answer = attachment(content, MIMETYPES[form], f"training-cases.{form}")
    return noted(answer, "training_cases", f"training.{form}", place="company")


@bp.get("/new")
@require_role(Role.HEAD_OFFICE)
def new() -> str:
    """Show the form of a new training case, of a complaint where the address names one."""
    return _form_page(TrainingForm(formdata=None, complaint=request.args.get("complaint", "")))


@bp.post("/new")
@require_role(Role.HEAD_OFFICE)
def make() -> tuple[str, int] | Response:
    """Keep a new training case."""
    form = TrainingForm().offer()
    if not form.validate():
        return _form_page(form), 422
    source = form.complaint.data or ""
    if source and not (source.isascii() and source.isdigit() and len(source) < 10):
        abort(404)
    try:
        with transaction() as session:
            key = services.write(
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
    flash(_("Kept. Read it once more, then release it."), "success")
    return redirect(url_for(".show", case_number=key))


@bp.get("/<int:case_number>")
@require_role(*READERS)
def show(case_number: int) -> str:
    """Show one training case."""
    found = _find(case_number)
    source = queries.find_training_source(reading(), found.id) if _is_head() else None
    return render_template(
        "complaints_papers/training.html",
        found=found,
        questions=services.questions_of(found),
        is_head=_is_head(),
        source=source,
        class_name=class_name,
    )


@bp.get("/<int:case_number>/edit")
@require_role(Role.HEAD_OFFICE)
def edit(case_number: int) -> str:
    """Show the words of a case that is not released yet."""
    found = _find(case_number)
    if found.released_at is not None:
        abort(404)
    return _form_page(TrainingForm(formdata=None, obj=found), found)


@bp.post("/<int:case_number>/edit")
@require_role(Role.HEAD_OFFICE)
def change(case_number: int) -> tuple[str, int] | Response:
    """Change the words of a case that is not released yet."""
    form, found = TrainingForm().offer(), _find(case_number)
    if not form.validate():
        return _form_page(form, found), 422
    try:
        with transaction() as session:
            services.rewrite(
                session,
                outside().vault,
                current_scope(),
                case_number,
                form.words(),
                now=outside().now(),
            )
    except (FieldError, TracesError) as error:
        return _refused(form, error, found)
    except PaperClosedError as error:
        flash(closed_words(error), "error")
    return redirect(url_for(".show", case_number=case_number))


@bp.post("/<int:case_number>/release")
@require_role(Role.HEAD_OFFICE)
def release(case_number: int) -> tuple[str, int] | Response:
    """Let offices read and take it."""
    found = _find(case_number)
    if not Form().validate():
        abort(400)
    try:
        with transaction() as session:
            number = services.release(
                session, outside().vault, current_scope(), case_number, now=outside().now()
            )
    except TracesError as error:
        return _refused(TrainingForm(formdata=None, obj=found), error, found)
    except PaperClosedError as error:
        flash(closed_words(error), "error")
    else:
        flash(_("Released as {number}.").format(number=number), "success")
    return redirect(url_for(".show", case_number=case_number))


@bp.post("/<int:case_number>/retire")
@require_role(Role.HEAD_OFFICE)
def retire(case_number: int) -> Response:
    """Take it out of the list."""
    _find(case_number)
    if not Form().validate():
        abort(400)
    try:
        with transaction() as session:
            services.retire(session, current_scope(), case_number, now=outside().now())
    except PaperClosedError as error:
        flash(closed_words(error), "error")
    else:
        flash(_("Retired. Only head office still sees it."), "success")
    return redirect(url_for(".index"))


def _find(case_number: int) -> TrainingCase:
    found = queries.find_training(reading(), current_scope(), case_number)
    if found is None:
        abort(404)
    return found


def _list(rows: list[TrainingCase]) -> Table:
    """Return the cases as a list."""
    heads = (
        ("number", Column(_("No."), 14)),
        ("class", Column(_("Class of complaint"), 14)),
        ("title", Column(_("Title"), 30)),
        ("situation", Column(_("Course of events"), 40)),
        ("handling", Column(_("How it was handled"), 40)),
        ("cause", Column(_("Why it happened"), 40)),
        ("lesson", Column(_("What is to be learnt"), 40)),
        ("questions", Column(_("To talk about"), 40)),
        ("released_on", Column(_("Released on"), 12)),
    )
    lines = [
        (
            *(one.number, class_name(one.class_code), one.title, one.situation, one.handling),
            *(one.cause, one.lesson, one.questions),
            None if one.released_at is None else beijing_date(one.released_at),
        )
        for one in rows
    ]
    return Table(_("Training cases"), heads, lines)


def _form_page(form: TrainingForm, found: TrainingCase | None = None) -> str:
    return render_template(
        "complaints_papers/training_form.html",
        form=form.offer(),
        found=found,
        longest=LONGEST_TEXT,
        longest_title=LONGEST_TITLE,
    )


def _refused(
    form: TrainingForm, error: FieldError | TracesError, found: TrainingCase | None = None
) -> tuple[str, int]:
    if isinstance(error, TracesError):
        say_traces(form, error)
    else:
        form[error.field].errors = [field_problem(error.problem)]
    return _form_page(form, found), 422


def _is_head() -> bool:
    return current_scope().role is Role.HEAD_OFFICE
