"""Setting a market survey up: companies, communities by file, accounts; opening and closing it."""

from contextlib import closing

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.reports.market.orders import order_study
from app.staff.models import Role
from app.surveys.market import queries
from app.surveys.market.backchecks import close_survey
from app.surveys.market.errors import (
    Fault,
    MarketFileFaultError,
    MarketNotReadyError,
    MarketRefusedError,
    MarketStateError,
    ProviderInUseError,
)
from app.surveys.market.frame import FramePlan, apply_frame, plan_frame
from app.surveys.market.models import MarketProvider, MarketSurveyRow, ProviderKind
from app.surveys.market.services import (
    CompanyLine,
    give_account,
    open_survey,
    set_providers,
    take_account,
)
from app.web import market_words, uploads
from app.web.auth import current_scope, require_role
from app.web.hq.forms import ActForm, StoredFileForm, UploadForm
from app.web.hq.market import render_survey
from app.web.hq.market_forms import AccountForm, OpenForm
from app.web.market_access import A_PAGE, access_survey, page_in_address
from app.web.services import services
from app.web.transaction import reading, transaction

bp = Blueprint("hq_market_setup", __name__, url_prefix="/hq/market/<code>")

_KIND = "market-places"
_LINES = 12
_LONGEST_NAME, _LONGEST_CODE = 60, 24
_MOST_FAULTS = 200


@bp.get("/companies")
@require_role(Role.HEAD_OFFICE)
def companies(code: str) -> str:
    """Show the list of companies."""
    survey = access_survey(code)
    lines = [_line_of(one) for one in queries.list_providers(reading(), survey.id)]
    return _companies(survey, lines or _first_lines())


@bp.post("/companies")
@require_role(Role.HEAD_OFFICE)
def set_companies(code: str) -> tuple[str, int] | Response:
    """Store the list of companies."""
    survey = access_survey(code)
    if not ActForm().validate():
        abort(400)
    lines = _sent_lines()
    problem = _problem(lines)
    if not problem:
        try:
            with transaction() as session:
                set_providers(session, survey, lines, actor=current_scope(), now=services().now())
            return redirect(url_for("hq_market.show", code=code), 303)
        except ProviderInUseError as error:
            problem = _("{code} has communities: take those off its list first.", code=error.code)
        except MarketStateError:
            problem = _("The list is fixed once the survey is open.")
    return _companies(access_survey(code), lines, problem), 422


@bp.get("/communities")
@require_role(Role.HEAD_OFFICE)
def places(code: str) -> str:
    """Show the communities of the market, and the door for their file."""
    return _places(access_survey(code))


@bp.post("/communities/check")
@require_role(Role.HEAD_OFFICE)
def check_places(code: str) -> str | tuple[str, int] | Response:
    """Read a file of communities and say what it would change; changes nothing."""
    survey = access_survey(code)
    form = UploadForm()
    if not form.validate():
        flash(_("Please choose a file."), "error")
        return redirect(url_for(".places", code=code), 303)
    name = form.file.data.filename[:200]
    with closing(form.file.data.stream) as stream:
        content = stream.read()
    try:
        plan = plan_frame(reading(), survey, content)
    except MarketFileFaultError as error:
        return _report(survey, name, faults=(error.fault,)), 422
    except MarketStateError:
        return _closed(code)
    if plan.faults:
        return _report(survey, name, plan=plan, faults=plan.faults), 422
    confirm = None
    if plan.changes_anything:
        digest = uploads.keep(content, f"{_KIND}-{survey.id}")
        confirm = StoredFileForm(formdata=None, digest=digest, filename=name)
    return _report(survey, name, plan=plan, confirm=confirm)


@bp.post("/communities/apply")
@require_role(Role.HEAD_OFFICE)
def apply_places(code: str) -> str | tuple[str, int] | Response:
    """Make the market what the file says that was reported on."""
    survey = access_survey(code)
    form = StoredFileForm()
    if not form.validate():
        abort(400)
    try:
        content = uploads.read(form.digest.data, f"{_KIND}-{survey.id}")
        with transaction() as session:
            apply_frame(session, survey, content, actor=current_scope(), now=services().now())
    except uploads.UploadGoneError:
        flash(
            _("This upload is gone: used already, or older than an hour. Choose the file again."),
            "error",
        )
        return redirect(url_for(".places", code=code), 303)
    except MarketRefusedError as error:
        return _report(access_survey(code), form.filename.data, faults=error.faults), 422
    except MarketStateError:
        return _closed(code)
    uploads.forget(form.digest.data)
    flash(_("The communities are stored."), "success")
    return redirect(url_for("hq_market.show", code=code), 303)


@bp.post("/accounts")
@require_role(Role.HEAD_OFFICE)
def give(code: str) -> Response:
    """Give the survey to an account of the agency."""
    survey = access_survey(code)
    form = AccountForm()
    accounts = queries.list_agency_accounts(reading())
    form.staff_id.choices = [(str(one.id), one.name) for one in accounts]
    if not form.validate():
        flash(_("Please choose one."), "error")
        return redirect(url_for("hq_market.show", code=code), 303)
    with transaction() as session:
        give_account(
            session,
            survey,
            int(form.staff_id.data),
            is_supervisor=form.is_supervisor.data,
            actor=current_scope(),
            now=services().now(),
        )
    return redirect(url_for("hq_market.show", code=code), 303)


@bp.post("/accounts/<int:staff_id>/take")
@require_role(Role.HEAD_OFFICE)
def take(code: str, staff_id: int) -> Response:
    """Take the survey away from an account."""
    survey = access_survey(code)
    if not ActForm().validate():
        abort(400)
    with transaction() as session:
        take_account(session, survey, staff_id, actor=current_scope(), now=services().now())
    return redirect(url_for("hq_market.show", code=code), 303)


@bp.post("/open")
@require_role(Role.HEAD_OFFICE)
def open_now(code: str) -> tuple[str, int] | Response:
    """Open the survey to its agency, if the field work is external and nothing is missing."""
    survey = access_survey(code)
    form = OpenForm()
    if not form.validate():
        abort(400)
    try:
        with transaction() as session:
            open_survey(
                session,
                survey,
                company=services().config.company,
                is_external=form.is_external.data,
                actor=current_scope(),
                now=services().now(),
            )
    except MarketNotReadyError as error:
        problem = "".join(market_words.missing_step(one) for one in error.missing)
        return render_survey(access_survey(code), problem), 422
    except MarketStateError:
        return _closed(code)
    return redirect(url_for("hq_market.show", code=code), 303)


@bp.post("/close")
@require_role(Role.HEAD_OFFICE)
def close_now(code: str) -> Response:
    """End the interviews before their last day."""
    survey = access_survey(code)
    if not ActForm().validate():
        abort(400)
    with transaction() as session:
        close_survey(session, survey, actor=current_scope(), now=services().now())
    return redirect(url_for("hq_market.show", code=code), 303)


@bp.post("/study")
@require_role(Role.HEAD_OFFICE)
def study(code: str) -> tuple[str, int] | Response:
    """Order freeze, study and reports from the worker."""
    survey = access_survey(code)
    if not ActForm().validate():
        abort(400)
    try:
        with transaction() as session:
            order_study(session, survey, actor=current_scope(), now=services().now())
    except MarketStateError:
        return render_survey(access_survey(code), _("End the interviews first.")), 409
    except MarketNotReadyError as error:
        problem = "".join(market_words.missing_step(one) for one in error.missing)
        return render_survey(access_survey(code), problem), 409
    return redirect(url_for("hq_market.show", code=code), 303)


def _companies(survey: MarketSurveyRow, lines: list[CompanyLine], problem: str = "") -> str:
    empty = [CompanyLine("", "", "", ProviderKind.NAMED)] * max(2, _LINES - len(lines))
    return render_template(
        "hq/market/companies.html",
        survey=survey,
        lines=[*lines, *empty],
        kinds=[(one.value, market_words.provider_kind(one)) for one in ProviderKind],
        problem=problem,
        form=ActForm(),
    )


def _first_lines() -> list[CompanyLine]:
    company = services().config.company
    return [
        CompanyLine("own", company, "", ProviderKind.OWN),
        CompanyLine("other", "其他公司", "Others", ProviderKind.OTHER),
    ]


def _line_of(one: MarketProvider) -> CompanyLine:
    return CompanyLine(one.code, one.name, one.name_en, one.kind)


def _sent_lines() -> list[CompanyLine]:
    columns = [
        [text.strip() for text in request.form.getlist(name)]
        for name in ("code", "name", "name_en", "kind")
    ]
    kinds = {one.value for one in ProviderKind}
    return [
        CompanyLine(code, name, name_en, ProviderKind(kind if kind in kinds else "named"))
        for code, name, name_en, kind in zip(*columns, strict=False)
        if code or name
    ]


def _problem(lines: list[CompanyLine]) -> str:
    """Say what is wrong with a list of companies."""
    codes = [line.code for line in lines]
    if any(not line.code or not line.name for line in lines):
        return _("Every company needs a code and a name.")
    if any(
        not (code.isascii() and code.replace("_", "").isalnum() and len(code) <= _LONGEST_CODE)
        for code in codes
    ):
        return _("A code has letters and digits only, at most 24.")
    if any(max(len(line.name), len(line.name_en)) > _LONGEST_NAME for line in lines):
        return _("A name has at most 60 letters.")
    return _problem_of_all(lines)


def _problem_of_all(lines: list[CompanyLine]) -> str:
    # A line may say the same word twice; only two lines may not share one.
    named = [
        {word.casefold() for word in (line.code, line.name, line.name_en) if word} for line in lines
    ]
    if len(set().union(*named)) != sum(map(len, named)):
        return _("Two companies have the same code or name.")
    if sum(line.kind is ProviderKind.OWN for line in lines) != 1:
        return _("Exactly one company is our own.")
    if sum(line.kind is ProviderKind.OTHER for line in lines) > 1:
        return _("All others together are one line.")
    return ""


def _places(survey: MarketSurveyRow) -> str:
    at = page_in_address()
    session = reading()
    rows = queries.page_of_places(session, survey.id, first=(at - 1) * A_PAGE, count=A_PAGE + 1)
    return render_template(
        "hq/market/places.html",
        survey=survey,
        rows=rows[:A_PAGE],
        total=queries.count_places(session, survey.id),
        page=at,
        has_more=len(rows) > A_PAGE,
        form=UploadForm(),
        market_words=market_words,
    )


def _report(
    survey: MarketSurveyRow,
    name: str,
    *,
    plan: FramePlan | None = None,
    faults: tuple[Fault, ...] = (),
    confirm: StoredFileForm | None = None,
) -> str:
    return render_template(
        "hq/market/places_report.html",
        survey=survey,
        name=name,
        plan=plan,
        faults=[(one, market_words.fault_words(one)) for one in faults[:_MOST_FAULTS]],
        total=len(faults),
        confirm=confirm,
    )


def _closed(code: str) -> Response:
    flash(_("The survey is closed; nothing was changed."), "error")
    return redirect(url_for("hq_market.show", code=code), 303)
