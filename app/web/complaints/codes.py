"""Head office edits the matters of complaints, their departments, and the numbers of the rules."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.followup.errors import FieldError
from app.followup.problems.codebook import load_codebook
from app.i18n import gettext as _
from app.reports.departments import department_name
from app.service.complaints.codes import services
from app.service.complaints.codes.queries import find_code
from app.service.complaints.models import ComplaintClass, ComplaintCode
from app.service.complaints.rules import HIGHEST_SETTING, SETTINGS
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.complaints import words
from app.web.complaints.forms import CodeForm, PlainForm
from app.web.fields import field_problem
from app.web.keys import key_in
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("complaint_codes", __name__, url_prefix="/complaints/codes")


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A matter."""

    code: str
    label: str
    department: str
    department_name: str
    is_retired: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """A number of the rules."""

    name: str
    label: str
    value: str
    error: str = ""
    low: int = 1
    high: int = HIGHEST_SETTING


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """Show all matters, and the numbers."""
    return _page(_form(formdata=None))


@bp.post("/")
@require_role(Role.HEAD_OFFICE)
def add() -> tuple[str, int] | Response:
    """Add a matter."""
    form = _form()
    if not form.validate():
        return _page(form), 422
    code = form.code.data.strip()
    if find_code(reading(), code) is not None:
        form.code.errors = [_("There is a matter with this code already.")]
        return _page(form), 422
    try:
        with transaction() as session:
            services.save_code(
                session,
                current_scope(),
                class_=ComplaintClass(form.class_.data),
                code=code,
                label_zh=form.label_zh.data,
                label_en=form.label_en.data,
                department=form.department.data,
                now=outside().now(),
            )
    except FieldError as error:
        told = field_problem(error.problem)
        if error.field == "code":
            told = _("Small letters, digits and _, with one dot: facilities.lift")
        form[error.field].errors = [told]
        return _page(form), 422
    flash(_("Added."), "success")
    return redirect(url_for(".index"))


@bp.post("/<code>/department")
@require_role(Role.HEAD_OFFICE)
def change(code: str) -> Response:
    """Let another department answer for a matter."""
    found = _access(code)
    try:
        with transaction() as session:
            services.save_code(
                session,
                current_scope(),
                class_=found.class_,
                code=code,
                label_zh=found.label_zh,
                label_en=found.label_en,
                department=request.form.get("department", ""),
                now=outside().now(),
            )
    except FieldError:
        flash(_("There is no such department. Nothing was changed."), "error")
    else:
        flash(_("Kept."), "success")
    return redirect(url_for(".index"))


@bp.post("/<code>/retire")
@require_role(Role.HEAD_OFFICE)
def retire(code: str) -> Response:
    """Let nobody choose a matter any more."""
    _access(code)
    with transaction() as session:
        services.retire_code(session, current_scope(), code, now=outside().now())
    flash(_("Retired. Complaints that have it keep it."), "success")
    return redirect(url_for(".index"))


@bp.post("/settings")
@require_role(Role.HEAD_OFFICE)
def settings() -> tuple[str, int] | Response:
    """Keep the numbers of the rules."""
    given = {name: request.form.get(name, "") for name in SETTINGS}
    wrong = [
        name for name, text in given.items() if not 1 <= (key_in(text) or 0) <= HIGHEST_SETTING
    ]
    if wrong:
        return _page(_form(formdata=None), given, wrong), 422
    with transaction() as session:
        before = services.read_settings(session)
        for name, text in given.items():
            if before[name] != int(text):
                services.set_setting(session, current_scope(), name, int(text), now=outside().now())
    flash(_("Kept. Complaints already compared stay as they are."), "success")
    return redirect(url_for(".index"))


def _access(code: str) -> ComplaintCode:
    """Return a matter that may be chosen, or answer 404."""
    if not PlainForm().validate():
        abort(400)
    found = find_code(reading(), code)
    if found is None or found.retired_at is not None:
        abort(404)
    return found


def _form(**given: object) -> CodeForm:
    form = CodeForm(**given)
    form.department.choices = _departments()
    return form


def _departments() -> list[tuple[str, str]]:
    return [(one.code, department_name(one.code)) for one in load_codebook().departments]


def _page(
    form: CodeForm, given: dict[str, str] | None = None, wrong: list[str] | None = None
) -> str:
    codes = services.list_codes(reading(), is_retired_shown=True)
    groups = [
        (words.class_name(one), [_line(code) for code in codes if code.class_ is one])
        for one in ComplaintClass
    ]
    return render_template(
        "complaints/codes.html",
        form=form,
        groups=groups,
        departments=_departments(),
        settings=_settings(given, wrong or []),
        plain=PlainForm(formdata=None),
    )


def _line(code: ComplaintCode) -> CodeLine:
    return CodeLine(
        code=code.code,
        label=words.code_label(code),
        department=code.department,
        department_name=department_name(code.department),
        is_retired=code.retired_at is not None,
    )


def _settings(given: dict[str, str] | None, wrong: list[str]) -> list[Setting]:
    labels = {
        "repeat_days": _("The same home, the same matter within so many days: a repeat"),
        "group_days": _("Group complaint: within so many days"),
        "group_building": _("Group complaint: homes of one building"),
        "group_community": _("Group complaint: homes of one community"),
    }
    values = given or {
        name: str(value) for name, value in services.read_settings(reading()).items()
    }
    told = _("A number from {low} to {high}, please.").format(low=1, high=HIGHEST_SETTING)
    return [
        Setting(name, label, values[name], told if name in wrong else "")
        for name, label in labels.items()
    ]
