"""Pages on which head office prepares a campaign: questionnaires, dates, opening."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign import queries, services
from app.surveys.campaign.errors import (
    BadCodeError,
    CampaignExistsError,
    CampaignOverError,
    EmptyRegisterError,
    VersionTakenError,
    WrongStateError,
)
from app.surveys.campaign.models import OPENED, Campaign, CampaignState, InstrumentVersion
from app.surveys.campaign.planning.drafts import plan_campaign, usual_instrument
from app.surveys.campaign.planning.errors import PlanNotReadyError, ReservedCodeError
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.campaign.planning.services import open_planned
from app.surveys.campaign.planning.template import Proposal, coming
from app.surveys.instrument.check import check_instrument
from app.surveys.instrument.load import LoadedInstrument, load_instrument
from app.surveys.instrument.messages import MESSAGES
from app.surveys.instrument.problems import ERROR, InstrumentError, Problem
from app.web import uploads
from app.web.access import access_campaign
from app.web.auth import current_scope, require_role
from app.web.hq import plan_words
from app.web.hq.forms import ActForm, StoredFileForm, UploadForm
from app.web.hq.plan_forms import CampaignForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_campaigns", __name__, url_prefix="/hq")

_LARGEST_FILE = 1024 * 1024
_KIND = "instrument"


@bp.get("/campaigns")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """List campaigns and questionnaires, and what the template proposes next."""
    campaigns = queries.list_campaigns(reading())
    known = {campaign.code for campaign in campaigns}
    return render_template(
        "hq/campaigns.html",
        campaigns=campaigns,
        proposals=[one for one in _proposals() if one.code not in known],
        versions=_named_versions(),
    )


@bp.get("/campaigns/new")
@require_role(Role.HEAD_OFFICE)
def new() -> str:
    """Show the form for a new campaign, filled from the template the address names."""
    form = _campaign_form()
    for proposal in _proposals():
        if proposal.code == request.args.get("template"):
            usual = usual_instrument(reading())
            form.process(
                formdata=None,
                obj=proposal,
                instrument_digest=None if usual is None else usual.digest,
            )
    return render_template("hq/campaign_new.html", form=form)


@bp.post("/campaigns/new")
@require_role(Role.HEAD_OFFICE)
def create() -> tuple[str, int] | Response:
    """Create a campaign in preparation."""
    form = _campaign_form()
    if not form.validate():
        return render_template("hq/campaign_new.html", form=form), 422
    try:
        with transaction() as session:
            plan_campaign(
                session,
                Proposal(
                    code=form.code.data,
                    title=form.title.data,
                    title_en=form.title_en.data,
                    opens_on=form.opens_on.data,
                    closes_on=form.closes_on.data,
                ),
                form.instrument_digest.data,
                staff_id=current_scope().staff_id,
                now=outside().now(),
                target=form.target.data,
            )
    except BadCodeError:
        form.code.errors = [_("Small letters, digits and hyphens only, for example 2026-11.")]
        return render_template("hq/campaign_new.html", form=form), 422
    except ReservedCodeError:
        form.code.errors = [
            _("This code is kept for something else, as codes that end in -p are for pilots.")
        ]
        return render_template("hq/campaign_new.html", form=form), 422
    except CampaignExistsError:
        form.code.errors = [_("There is a campaign with this code already.")]
        return render_template("hq/campaign_new.html", form=form), 422
    flash(_("The campaign is prepared. Nothing is sent before you open it."), "success")
    return redirect(url_for("hq_plan.show", code=form.code.data))


@bp.get("/campaigns/<code>")
@require_role(Role.HEAD_OFFICE)
def show(code: str) -> str | Response:
    """Show one campaign: what opening will do, or how far its communities are."""
    campaign = access_campaign(code)
    if campaign.pilot_of_id is not None:
        tried = queries.get_campaign(reading(), campaign.pilot_of_id)
        return redirect(url_for("hq_pilot.show", code=tried.code))
    return _campaign_page(campaign)


@bp.post("/campaigns/<code>/open")
@require_role(Role.HEAD_OFFICE)
def open_now(code: str) -> Response:
    """Open a campaign: copy the register into its frame."""
    campaign = access_campaign(code)
    if not ActForm().validate():
        abort(400)
    try:
        with transaction() as session:
            count = open_planned(session, campaign, outside().vault, now=outside().now())
    except WrongStateError:
        if campaign.state in OPENED:
            flash(_("This campaign was opened before; its frame never changes again."), "error")
        else:
            flash(_("First the plan is approved and the questionnaire locked."), "error")
    except PlanNotReadyError as error:
        flash(" ".join(plan_words.missing_words(one) for one in error.missing), "error")
        return redirect(url_for("hq_plan.show", code=code, _anchor="clashes"))
    except CampaignOverError:
        flash(_("The last day of this campaign has passed; it cannot be opened."), "error")
    except EmptyRegisterError:
        flash(_("The register is empty. Import it first."), "error")
    else:
        flash(_("Opened: {count} homes are in the frame.").format(count=count), "success")
    return redirect(url_for(".show", code=code))


@bp.get("/instruments")
@require_role(Role.HEAD_OFFICE)
def instruments() -> str:
    """Show published questionnaires and the door for a new one."""
    return _instrument_page(UploadForm())


@bp.post("/instruments")
@require_role(Role.HEAD_OFFICE)
def check_file() -> str | tuple[str, int]:
    """Check an uploaded questionnaire and report every problem by line; publishes nothing."""
    form = UploadForm()
    if not form.validate():
        return _instrument_page(form), 422
    content = form.file.data.read(_LARGEST_FILE + 1)
    name = form.file.data.filename[:200]
    loaded, problems = _check(content, name)
    if len(content) > _LARGEST_FILE or loaded is None or _has_errors(problems):
        return _instrument_page(UploadForm(), name=name, problems=problems), 422
    digest = uploads.keep(content, _KIND)
    return _instrument_page(
        UploadForm(),
        name=name,
        problems=problems,
        loaded=loaded,
        confirm=StoredFileForm(formdata=None, digest=digest, filename=name),
    )


@bp.post("/instruments/publish")
@require_role(Role.HEAD_OFFICE)
def publish() -> str | tuple[str, int] | Response:
    """Publish the file that was checked: the same bytes, named by their digest."""
    form = StoredFileForm()
    if not form.validate():
        abort(400)
    name = form.filename.data
    try:
        loaded, problems = _check(uploads.read(form.digest.data, _KIND), name)
    except uploads.UploadGoneError:
        flash(
            _("This upload is gone: used already, or older than an hour. Choose the file again."),
            "error",
        )
        return redirect(url_for(".instruments"))
    if loaded is None or _has_errors(problems):
        return _instrument_page(UploadForm(), name=name, problems=problems), 422
    try:
        with transaction() as session:
            services.publish_instrument(session, loaded.instrument, now=outside().now())
    except VersionTakenError as error:
        flash(
            _(
                "Version {version} of {code} is published with other content. Count the version up."
            ).format(version=error.version, code=error.code),
            "error",
        )
        return redirect(url_for(".instruments"))
    flash(_("Published. It can be chosen for a new campaign."), "success")
    return redirect(url_for(".index"))


def _check(content: bytes, name: str) -> tuple[LoadedInstrument | None, tuple[Problem, ...]]:
    """Return the instrument, or None, and everything wrong with its file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return None, (Problem("", line, 1, "not_utf8"),)
    try:
        loaded = load_instrument(text, name)
    except InstrumentError as error:
        return None, error.problems
    return loaded, check_instrument(loaded)


def _has_errors(problems: tuple[Problem, ...]) -> bool:
    return any(problem.level == ERROR for problem in problems)


def _campaign_form() -> CampaignForm:
    form = CampaignForm()
    form.instrument_digest.choices = [
        (version.digest, f"{title} · {version.code} v{version.version}")
        for version, title in _named_versions()
    ]
    return form


def _proposals() -> list[Proposal]:
    """Return the next campaigns of the template."""
    today = beijing_date(outside().now())
    return coming(today, outside().config.months, load_calendar(reading()))


def _sentence(problem: Problem) -> str:
    """Say what is wrong; the place stands in columns of its own."""
    in_english, in_chinese = MESSAGES[problem.code]
    sentence = in_english if current_language() == "en" else in_chinese
    return sentence.format_map(dict(problem.data))


def _named_versions() -> list[tuple[InstrumentVersion, str]]:
    """Return the published questionnaires with their titles."""
    return [
        (version, queries.get_instrument(reading(), version.digest).title.plain(current_language()))
        for version in queries.list_instrument_versions(reading())
    ]


def _campaign_page(campaign: Campaign) -> str:
    session = reading()
    is_draft = campaign.state not in OPENED
    today = beijing_date(outside().now())
    return render_template(
        "hq/campaign.html",
        campaign=campaign,
        is_draft=is_draft,
        is_locked=campaign.state is CampaignState.LOCKED,
        is_over=today > campaign.closes_on,
        instrument=queries.get_instrument(session, campaign.instrument_digest),
        preview=queries.count_living(session, today) if is_draft else [],
        gates=[] if is_draft else queries.list_gates(session, campaign.id, current_scope()),
        form=ActForm(),
    )


def _instrument_page(
    form: UploadForm,
    *,
    name: str = "",
    problems: tuple[Problem, ...] = (),
    loaded: LoadedInstrument | None = None,
    confirm: StoredFileForm | None = None,
) -> str:
    return render_template(
        "hq/instruments.html",
        form=form,
        name=name,
        problems=[(problem, _sentence(problem)) for problem in problems],
        loaded=loaded,
        confirm=confirm,
        versions=_named_versions(),
    )
