"""Service standards with their numbers, and whether they were kept in a month (服务质量标准)."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.followup.papers.models import PaperKind
from app.followup.problems.promises.queries import list_promises
from app.i18n import gettext as _
from app.reports.standards import words
from app.reports.standards.kept import kept_table, standards_kept
from app.reports.standards.measures import MEASURES, measure_name
from app.reports.standards.printing import count_verdicts
from app.service.standards import services
from app.service.standards.errors import FieldRefusedError, GoneError
from app.service.standards.models import Operator, Origin, Unit
from app.service.standards.queries import READERS, WRITERS, find_standard
from app.service.standards.rules import month_before, next_month, read_milli
from app.service.standards.services import StandardInput, ValueInput
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.forms import Form
from app.web.services import services as outside
from app.web.standards.forms import StandardForm, ValueForm
from app.web.standards.ordering import (
    checked_token,
    chosen_month,
    chosen_place,
    everywhere,
    last_months,
    order_paper,
    place_choices,
    take_file,
    today,
)
from app.web.standards.problems import problem_words
from app.web.transaction import reading, transaction

bp = Blueprint("standards", __name__, url_prefix="/standards")
_MOST = 999_999_999


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """Show the standards of a place and month, with what was measured."""
    return _page()


@bp.post("/")
@require_role(Role.HEAD_OFFICE)
def add() -> tuple[str, int] | Response:
    """Write a standard down."""
    form = _choices(StandardForm())
    if not form.validate():
        return _page(form), 422
    target = read_milli(form.target.data or "", most=_MOST)
    if target is None:
        form.target.errors = [problem_words("number")]
        return _page(form), 422
    given = StandardInput(
        text=form.text.data or "",
        text_en=form.text_en.data or "",
        measure=form.measure.data,
        operator=Operator(form.operator.data),
        target_milli=target,
        unit=MEASURES[form.measure.data].unit if form.measure.data else Unit(form.unit.data),
        origin=Origin(form.origin.data),
        origin_words=form.origin_words.data or "",
        valid_from=form.valid_from.data,
        community_id=int(form.community.data) if form.community.data else None,
    )
    try:
        with transaction() as session:
            services.add_standard(session, current_scope(), given, now=outside().now())
    except FieldRefusedError as error:
        form[error.field].errors = [problem_words(error.problem)]
        return _page(form), 422
    flash(_("Kept."), "success")
    return redirect(url_for(".index", **_where()))


@bp.post("/<int:standard_id>/end")
@require_role(Role.HEAD_OFFICE)
def end(standard_id: int) -> Response:
    """Say that a standard holds no more after today."""
    checked_token()
    try:
        with transaction() as session:
            services.end_standard(session, current_scope(), standard_id, now=outside().now())
    except GoneError:
        abort(404)
    flash(_("Kept."), "success")
    return redirect(url_for(".index", **_where()))


@bp.post("/<int:standard_id>/value")
@require_role(*WRITERS)
def enter(standard_id: int) -> tuple[str, int] | Response:
    """Write down what was measured in a month."""
    with transaction() as session:
        if find_standard(session, current_scope(), standard_id) is None:
            abort(404)
    form, place = ValueForm(), chosen_place()
    milli = read_milli(form.value.data or "", most=_MOST)
    if not form.validate() or milli is None:
        form.value.errors = form.value.errors or [problem_words("number")]
        return _page(wrong=(standard_id, form)), 422
    given = ValueInput(
        community_id=None if place is None else place.id,
        month=chosen_month(),
        value_milli=milli,
        n=form.n.data,
        note=form.note.data or "",
    )
    try:
        with transaction() as session:
            now = outside().now()
            services.enter_value(session, current_scope(), standard_id, given, now=now)
    except GoneError:
        abort(404)
    except FieldRefusedError as error:
        field = error.field if error.field in form else "value"
        form[field].errors = [problem_words(error.problem)]
        return _page(wrong=(standard_id, form)), 422
    flash(_("Kept."), "success")
    return redirect(url_for(".index", **_where()))


@bp.get("/standards.<form>")
@require_role(*READERS)
def take(form: str) -> Response:
    """Hand the standards of a place and month out as a file."""
    place, month = chosen_place(), chosen_month()
    rows = standards_kept(
        reading(),
        current_scope(),
        community_id=None if place is None else place.id,
        month=month,
        now=outside().now(),
    )
    return take_file(
        form,
        [kept_table(rows)],
        title=f"{_('Service standards')} {month:%Y-%m}",
        name=f"standards-{month:%Y-%m}",
        subject="standards",
        community_id=None if place is None else place.id,
    )


@bp.post("/print")
@require_role(*READERS)
def order() -> Response:
    """Order the standards of a place and month as PDF."""
    checked_token()
    place, month = chosen_place(), chosen_month()
    about: dict[str, int | str] = {"month": month.isoformat()}
    if place is not None:
        about["community"] = place.id
    where = place.name if place else everywhere()
    return order_paper(
        PaperKind.STANDARDS,
        about,
        name=f"{_('Service standards')} {where} {month:%Y-%m}",
        subject="standards",
        community_id=None if place is None else place.id,
    )


def _where() -> dict[str, Any]:
    """Return the place and month of the address, to stay there."""
    return {key: request.args[key] for key in ("community", "month") if request.args.get(key)}


def _choices(form: StandardForm) -> StandardForm:
    form.community.choices = place_choices(everywhere())
    form.measure.choices = [
        ("", _("entered by hand every month")),
        *((code, measure_name(code)) for code in MEASURES),
    ]
    form.operator.choices = [
        (Operator.AT_LEAST.value, _("at least")),
        (Operator.AT_MOST.value, _("at most")),
    ]
    form.unit.choices = [(one.value, words.unit_name(one)) for one in Unit]
    form.origin.choices = [(one.value, words.origin_name(one)) for one in Origin]
    return form


def _page(form: StandardForm | None = None, *, wrong: tuple[int, ValueForm] | None = None) -> str:
    scope, place, month = current_scope(), chosen_place(), chosen_month()
    rows = standards_kept(
        reading(),
        scope,
        community_id=None if place is None else place.id,
        month=month,
        now=outside().now(),
    )
    after = next_month(month)
    return render_template(
        "standards/board.html",
        rows=rows,
        counts=count_verdicts(rows),
        place=place,
        month=month,
        before=month_before(month),
        after=after if after <= today() else None,
        places=place_choices(everywhere()),
        months=last_months(month),
        where=_where(),
        promises=list_promises(reading(), scope),
        form=form or _choices(StandardForm(formdata=None, valid_from=today())),
        value=ValueForm(formdata=None),
        wrong=wrong,
        plain=Form(formdata=None),
        said=words,
        can_write=scope.role is Role.HEAD_OFFICE,
        # A value is that of a place: an office enters for a community, never for the company.
        can_enter=scope.role in WRITERS and (place is not None or scope.role is Role.HEAD_OFFICE),
    )
