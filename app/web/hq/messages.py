"""Messages to owners: the ladder of a campaign, a run's preview, approval and progress."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import BEIJING, beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign.contact.queries import count_community
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import get_instrument, list_gates
from app.surveys.distribution import queries, runs, wording
from app.surveys.distribution.errors import (
    NoHomesError,
    PastInstantError,
    QuietHoursError,
    RunExistsError,
    RunStateError,
    SettingsError,
    TooLateError,
)
from app.surveys.distribution.facts import facts_of, minutes_of
from app.surveys.distribution.models import (
    MessageReason,
    MessageRun,
    MessageState,
    RunKind,
    RunState,
    SendChannel,
)
from app.surveys.distribution.printed.queries import list_batches_of_run
from app.surveys.distribution.rules import REMINDERS, Step, is_quiet, ladder, next_loud
from app.surveys.distribution.settings import Settings, read_settings
from app.web.access import access_campaign, access_community, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import number_in_address, opened_campaigns
from app.web.hq import messages_words
from app.web.hq.forms import ActForm
from app.web.hq.messages_forms import ALL, ApproveForm, RunForm
from app.web.services import services
from app.web.transaction import reading, transaction
from app.web.words import beijing_time, date_words

bp = Blueprint("hq_messages", __name__, url_prefix="/hq/messages")

_WORKING = frozenset({RunState.PREPARING, RunState.SENDING})
_LEFT_OUT = tuple(reason.value for reason in MessageReason)
_STATES = (MessageState.PLANNED, MessageState.SENDING, MessageState.SENT, MessageState.FAILED)


@dataclass(frozen=True, slots=True)
class RunView:
    """A run and its counts."""

    run: MessageRun
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """Homes the preview lists, whatever has become of them since."""
        return sum(self.counts.get(state.value, 0) for state in _STATES)

    @property
    def settled(self) -> int:
        """Homes that are sent or failed."""
        states = (MessageState.SENT, MessageState.FAILED)
        return sum(self.counts.get(state.value, 0) for state in states)


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the ladder with its runs."""

    step: Step
    runs: list[RunView]
    is_late: bool


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str | Response:
    """Go to the latest opened campaign."""
    campaigns = opened_campaigns()
    if not campaigns:
        return render_template("hq/messages_none.html")
    return redirect(url_for(".show", code=campaigns[0].code))


@bp.get("/<code>")
@require_role(Role.HEAD_OFFICE)
def show(code: str) -> str:
    """Show the ladder of a campaign and every run so far."""
    return _ladder_page(access_campaign(code), _run_form(access_campaign(code)))


@bp.post("/<code>/runs")
@require_role(Role.HEAD_OFFICE)
def create(code: str) -> tuple[str, int] | Response:
    """Order the preview of a run."""
    campaign = access_campaign(code)
    form = _run_form(campaign)
    if not form.validate():
        return _ladder_page(campaign, form), 422
    chosen = form.community.data
    try:
        with transaction() as session:
            run = runs.create_run(
                session,
                campaign,
                kind=RunKind(form.kind.data),
                channel=SendChannel(form.channel.data),
                community_id=None if chosen == ALL else int(chosen),
                cap=form.cap.data,
                staff_id=current_scope().staff_id,
                now=services().now(),
            )
            run_id = run.id
    except RunExistsError as error:
        run_id = error.run_id
        flash(
            _("This run is not over yet; a second one like it would reach the same homes."), "error"
        )
    return redirect(url_for(".run", code=code, run_id=run_id))


@bp.get("/<code>/runs/<int:run_id>")
@require_role(Role.HEAD_OFFICE)
def run(code: str, run_id: int) -> str:
    """Show the preview or the progress of a run."""
    campaign = access_campaign(code)
    return _run_page(campaign, _access_run(campaign, run_id))


@bp.post("/<code>/runs/<int:run_id>/approve")
@require_role(Role.HEAD_OFFICE)
def approve(code: str, run_id: int) -> tuple[str, int] | Response:
    """Approve what the preview shows, for a planned time."""
    campaign = access_campaign(code)
    found = _access_run(campaign, run_id)
    form = ApproveForm()
    if not form.validate():
        return _run_page(campaign, found, form), 422
    planned_at = form.planned_at.data.replace(tzinfo=BEIJING)
    try:
        with transaction() as session:
            runs.approve_run(
                session,
                found,
                planned_at=planned_at,
                staff_id=current_scope().staff_id,
                now=services().now(),
            )
    except QuietHoursError as error:
        form.planned_at.errors = [
            _("Nothing goes out from 21:00 to 08:00. The next time is {time}.").format(
                time=beijing_time(error.next_loud)
            )
        ]
        return _run_page(campaign, _access_run(campaign, run_id), form), 422
    except PastInstantError:
        form.planned_at.errors = [_("This time has passed.")]
        return _run_page(campaign, _access_run(campaign, run_id), form), 422
    except TooLateError as error:
        form.planned_at.errors = [
            _("The last possible day is {date}.").format(date=date_words(error.last_day))
        ]
        return _run_page(campaign, _access_run(campaign, run_id), form), 422
    except NoHomesError:
        flash(_("There is no home to send to."), "error")
    except RunStateError:
        flash(_("Somebody has decided on this run meanwhile."), "error")
    else:
        flash(
            _("Approved. It goes out from {time}; you can stop it at any time.").format(
                time=f"{date_words(planned_at.date())} {planned_at:%H:%M}"
            ),
            "success",
        )
    return redirect(url_for(".run", code=code, run_id=run_id))


@bp.post("/<code>/runs/<int:run_id>/stop")
@require_role(Role.HEAD_OFFICE)
def stop(code: str, run_id: int) -> Response:
    """Stop a run: what has not left stays here."""
    found = _access_run(access_campaign(code), run_id)
    if not ActForm().validate():
        abort(400)
    try:
        with transaction() as session:
            runs.stop_run(session, found, staff_id=current_scope().staff_id, now=services().now())
    except RunStateError:
        flash(_("This run has ended already."), "error")
    else:
        flash(_("Stopped. What has not left stays here."), "success")
    return redirect(url_for(".run", code=code, run_id=run_id))


@bp.get("/<code>/runs/<int:run_id>/homes/<int:community_id>")
@require_role(Role.HEAD_OFFICE)
def homes(code: str, run_id: int, community_id: int) -> str:
    """Show a run in one community: counts by building, and the homes of the building chosen."""
    campaign = access_campaign(code)
    found = _access_run(campaign, run_id)
    community = access_community(community_id)
    tally = queries.list_tally(reading(), run_id, community_id)
    buildings: dict[str, dict[str, int]] = {}
    for one in tally:
        buildings.setdefault(one.building, {})[one.what] = one.count
    chosen = request.args.get("building", "")
    rows: list[queries.MessageRow] = []
    if chosen in buildings:
        rows = queries.list_messages(reading(), run_id, community_id, chosen)
        with transaction() as session:
            audit.record(
                session,
                actor=current_scope(),
                action="message.look",
                subject=f"message_run:{run_id}",
                community_id=community_id,
                detail=f"{chosen}: {len(rows)}",
                now=services().now(),
            )
        rows = queries.list_messages(reading(), run_id, community_id, chosen)
    return render_template(
        "hq/messages_homes.html",
        campaign=access_campaign(code),
        run=queries.find_run(reading(), found.id),
        community=community,
        buildings=buildings,
        chosen=chosen,
        rows=rows,
        states=[state.value for state in _STATES],
        left_out=_LEFT_OUT,
        say=messages_words,
    )


@bp.get("/<code>/notices")
@require_role(Role.HEAD_OFFICE)
def notices(code: str) -> str:
    """Show the fixed texts of a step for one community, ready to be copied."""
    campaign = access_campaign(code)
    gates = list_gates(reading(), campaign.id, current_scope())
    community_id = number_in_address("community") or (gates[0].community_id if gates else 0)
    gate = access_gate(campaign, community_id)
    kinds = {kind.value: kind for kind in (RunKind.LAUNCH, RunKind.REMINDER_1, RunKind.RESULT)}
    kind = kinds.get(request.args.get("kind", RunKind.LAUNCH.value))
    if kind is None:
        abort(404)
    settings, problem = _settings()
    minutes = minutes_of(get_instrument(reading(), campaign.instrument_digest), gate)
    texts = []
    for language in ("zh-Hans", "en"):
        facts = facts_of(
            campaign,
            access_community(community_id),
            minutes=minutes,
            count=count_community(reading(), campaign.id, community_id).count,
            config=services().config,
            settings=settings,
            language=language,
        )
        texts.append(
            (
                language,
                wording.poster(kind, facts, language),
                wording.group_text(kind, facts, language),
            )
        )
    return render_template(
        "hq/messages_notices.html",
        campaign=campaign,
        gates=gates,
        community_id=community_id,
        kind=kind,
        kinds=list(kinds.values()),
        texts=texts,
        has_guide=bool(settings.service_guide),
        problem=problem,
        say=messages_words,
        form=ActForm(),
    )


def _access_run(campaign: Campaign, run_id: int) -> MessageRun:
    found = queries.find_run(reading(), run_id)
    if found is None or found.campaign_id != campaign.id:
        abort(404)
    return found


def _run_form(campaign: Campaign) -> RunForm:
    form = RunForm()
    gates = list_gates(reading(), campaign.id, current_scope())
    form.offer([(row.community_id, row.community) for row in gates])
    return form


def _settings() -> tuple[Settings, str]:
    """Return the settings, or the usual ones and what is wrong with the file."""
    try:
        return read_settings(services().config.instance), ""
    except SettingsError as error:
        return Settings(), str(error)


def _ladder_page(campaign: Campaign, form: RunForm) -> str:
    now = services().now()
    found = queries.list_runs(reading(), campaign.id)
    counts = queries.sum_runs(reading(), [one.id for one in found])
    views = [RunView(one, counts[one.id]) for one in found]
    settings, problem = _settings()
    today = beijing_date(now)
    steps = [
        StepView(
            step,
            [view for view in views if view.run.kind is step.kind],
            is_late=step.kind in REMINDERS
            and step.day is not None
            and step.day < today <= campaign.closes_on
            and not any(view.run.kind is step.kind for view in views),
        )
        for step in ladder(campaign.opens_on, campaign.closes_on)
    ]
    return render_template(
        "hq/messages.html",
        campaign=campaign,
        title=campaign.title_en if current_language() == "en" else campaign.title,
        campaigns=opened_campaigns(),
        steps=steps,
        form=form,
        settings=settings,
        channels=[one for one in SendChannel if one is not SendChannel.LETTER],
        problem=problem,
        say=messages_words,
        opt_outs=queries.count_opt_outs(reading()),
        addresses=queries.count_addresses(reading()),
    )


def _run_page(campaign: Campaign, found: MessageRun, form: ApproveForm | None = None) -> str:
    view = RunView(found, queries.sum_runs(reading(), [found.id])[found.id])
    communities: dict[int, tuple[str, dict[str, int]]] = {}
    for community_id, name, what, count in queries.sum_communities(reading(), found.id):
        communities.setdefault(community_id, (name, {}))[1][what] = count
    settings, problem = _settings()
    usual = form or ApproveForm(planned_at=_usual_time(campaign, found))
    return render_template(
        "hq/messages_run.html",
        campaign=campaign,
        run=found,
        view=view,
        communities=communities,
        form=usual,
        act=ActForm(),
        is_working=found.state in _WORKING,
        is_outbox=found.channel is not SendChannel.LETTER and settings.is_outbox(found.channel),
        problem=problem,
        left_out=_LEFT_OUT,
        states=[state.value for state in _STATES],
        batches=list_batches_of_run(reading(), found.id),
        say=messages_words,
    )


def _usual_time(campaign: Campaign, found: MessageRun) -> datetime:
    """Return the time of the ladder when it is ahead, else the next time that is not quiet."""
    now = services().now()
    usual = {step.kind: step.instant for step in ladder(campaign.opens_on, campaign.closes_on)}
    wanted = usual.get(found.kind)
    if wanted is None or wanted < now:
        wanted = next_loud(now) if is_quiet(now) else now
    return wanted.astimezone(BEIJING).replace(tzinfo=None, second=0, microsecond=0)
