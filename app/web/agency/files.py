"""Interviews by file: checked first, taken second, all or nothing."""

from contextlib import closing

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.market.deliveries import (
    MOST_FAULTS,
    DeliveryPlan,
    apply_delivery,
    plan_delivery,
)
from app.surveys.market.errors import (
    Fault,
    MarketFileFaultError,
    MarketRefusedError,
    MarketStateError,
)
from app.surveys.market.models import MarketSurveyRow
from app.web import market_words, uploads
from app.web.agency.forms import StoredFileForm, UploadForm
from app.web.auth import current_scope, require_role
from app.web.market_access import access_survey
from app.web.services import services
from app.web.transaction import reading, transaction

bp = Blueprint("agency_files", __name__, url_prefix="/agency/<code>/files")

_KIND = "market-interviews"


@bp.post("/check")
@require_role(Role.AGENCY)
def check(code: str) -> str | tuple[str, int] | Response:
    """Read a file and say what it holds; takes nothing."""
    survey = access_survey(code)
    form = UploadForm()
    if not form.validate():
        flash(_("Please choose a file."), "error")
        return redirect(url_for("agency.show", code=code), 303)
    name = form.file.data.filename[:200]
    with closing(form.file.data.stream) as stream:
        content = stream.read()
    try:
        plan = plan_delivery(reading(), survey, content, now=services().now())
    except MarketFileFaultError as error:
        return _report(survey, name, faults=(error.fault,)), 422
    except MarketStateError:
        return _closed(code)
    if plan.faults:
        return _report(survey, name, plan=plan, faults=plan.faults), 422
    confirm = None
    if plan.new:
        digest = uploads.keep(content, _kind(survey))
        confirm = StoredFileForm(formdata=None, digest=digest, filename=name)
    return _report(survey, name, plan=plan, confirm=confirm)


@bp.post("/apply")
@require_role(Role.AGENCY)
def apply(code: str) -> str | tuple[str, int] | Response:
    """Take the file that was reported on."""
    survey = access_survey(code)
    form = StoredFileForm()
    if not form.validate():
        abort(400)
    try:
        content = uploads.read(form.digest.data, _kind(survey))
        with transaction() as session:
            plan = apply_delivery(
                session,
                survey,
                content,
                services().vault,
                actor=current_scope(),
                now=services().now(),
            )
    except uploads.UploadGoneError:
        flash(
            _("This upload is gone: used already, or older than an hour. Choose the file again."),
            "error",
        )
        return redirect(url_for("agency.show", code=code), 303)
    except MarketRefusedError as error:
        return _report(access_survey(code), form.filename.data, faults=error.faults), 422
    except MarketStateError:
        return _closed(code)
    uploads.forget(form.digest.data)
    flash(_("{count} interviews are delivered. Thank you.", count=len(plan.new)), "success")
    return redirect(url_for("agency.show", code=code), 303)


def _kind(survey: MarketSurveyRow) -> str:
    """Bind an upload to its survey and account."""
    return f"{_KIND}-{survey.id}-{current_scope().staff_id}"


def _report(
    survey: MarketSurveyRow,
    name: str,
    *,
    plan: DeliveryPlan | None = None,
    faults: tuple[Fault, ...] = (),
    confirm: StoredFileForm | None = None,
) -> str:
    return render_template(
        "agency/file.html",
        survey=survey,
        name=name,
        plan=plan,
        faults=[(one, market_words.fault_words(one)) for one in faults[:MOST_FAULTS]],
        total=len(faults),
        confirm=confirm,
    )


def _closed(code: str) -> Response:
    flash(_("This survey takes no interviews now."), "error")
    return redirect(url_for("agency.show", code=code), 303)
