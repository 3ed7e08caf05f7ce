"""Integrity of collection: communities beside their peers, one community with its signals."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date, end_of
from app.i18n import gettext as _
from app.jobs.queries import find_job_by_dedup_key
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.integrity import jobs, queries
from app.surveys.integrity.bunching import find_bunching
from app.surveys.integrity.calls import queries as call_queries
from app.surveys.integrity.deciding.queries import is_annulled, list_resurveys
from app.surveys.integrity.models import IntegrityDecision
from app.surveys.integrity.rows import IntegritySummary, ScoredRow
from app.surveys.integrity.stored import read_reasons
from app.surveys.integrity.thresholds import HIGH, HUMAN, SIGNALS
from app.web import integrity_words
from app.web.access import access_campaign, access_community, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, opened_campaigns
from app.web.hq.gate_history import who
from app.web.hq.integrity_forms import (
    AppealAnswerForm,
    FindingForm,
    GiveForm,
    OrderForm,
    VerdictForm,
)
from app.web.hq.integrity_people import caller_choices
from app.web.hq.integrity_picture import draw
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import beijing_time, percent_of

bp = Blueprint("hq_integrity", __name__, url_prefix="/hq/integrity")

READERS = (Role.HEAD_OFFICE,)
"""Nobody else: who knows what is looked at, or who is called, can prepare for it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One community of the list."""

    community_id: int
    name: str
    region: str
    answers: int
    score: float | None
    is_high: bool
    why: str
    calls: str
    verdict: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One decision in words."""

    decision: IntegrityDecision
    what: str
    when: str
    who: str
    why: str
    appeal: str
    appeal_when: str
    answer: str
    answer_what: str


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """List the communities of a campaign by how unusual their answers came about."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    if campaign is None:
        return render_template("hq/integrity.html", campaign=None, campaigns=[])
    session, scope = reading(), current_scope()
    rows = queries.list_scored(session, campaign.id, scope)
    known = queries.list_summaries(session, scope, campaign.id)
    summaries = {one.community_id: one for one in known}
    lines = [_line(row, summaries.get(row.community_id)) for row in rows]
    return render_template(
        "hq/integrity.html",
        campaign=campaign,
        campaigns=campaigns,
        lines=lines,
        picture=draw(rows),
        measured_at=_time(queries.last_scored_at(session, campaign.id)),
        is_waiting=find_job_by_dedup_key(session, f"integrity:{campaign.id}") is not None,
        is_over=outside().now() >= end_of(campaign.closes_on),
        unsampled=len(call_queries.list_unsampled(session, campaign.id)),
        form=OrderForm(formdata=None),
        bunching=find_bunching(
            queries.list_rates(session, campaign.id), campaign.required_permille
        ),
        resurveys=list_resurveys(session),
        required=percent_of(campaign.required_permille),
    )


@bp.get("/<code>/<int:community_id>")
@require_role(*READERS)
def show(code: str, community_id: int) -> str:
    """Show the signals of one community, its calls, the decisions and what doubtful answers do."""
    return show_page(access_campaign(code), community_id)


def show_page(campaign: Campaign, community_id: int, **forms: object) -> str:
    """Render the page of one community; `forms` replaces those that were sent with a mistake."""
    gate = access_gate(campaign, community_id)
    session, vault = reading(), outside().vault
    measure = queries.find_measure(session, campaign.id, community_id)
    score = queries.find_score(session, campaign.id, community_id)
    sample = call_queries.find_sample(session, campaign.id, community_id)
    reasons = () if score is None else read_reasons(score.reasons)
    told = {
        "form": OrderForm(formdata=None),
        "verdict_form": VerdictForm(formdata=None),
        "finding_form": FindingForm(formdata=None),
        "answer_form": AppealAnswerForm(formdata=None),
        "is_second": False,
    }
    give = GiveForm(formdata=None)
    give.caller.choices = caller_choices(session)
    if sample is not None:
        give.caller.data = str(sample.caller_id or "")
    return render_template(
        "hq/integrity_community.html",
        **(told | forms),
        campaign=campaign,
        community=access_community(community_id),
        gate=gate,
        answers=0 if measure is None else measure.answers,
        score=score,
        high=HIGH,
        reasons=reasons,
        silent=_without_data({one.code for one in reasons}),
        summary=queries.find_summary(session, campaign.id, community_id),
        sample=sample,
        give_form=give,
        findings=[
            (one, vault.open(one.note_sealed, "integrity"), who(session, one.recorded_by))
            for one in queries.list_findings(session, campaign.id, community_id)
        ],
        decisions=decision_views(campaign.id, community_id),
        is_annulled=is_annulled(session, campaign.id, community_id),
        is_over=outside().now() >= end_of(campaign.closes_on),
        iw=integrity_words,
        today=beijing_date(outside().now()),
        measured_at="" if score is None else beijing_time(score.computed_at),
        is_drawing=find_job_by_dedup_key(session, f"integrity-draw:{campaign.id}:{community_id}")
        is not None,
    )


@bp.post("/<code>/measure")
@require_role(Role.HEAD_OFFICE)
def order(code: str) -> Response:
    """Order a fresh measuring of a campaign."""
    campaign = access_campaign(code)
    if not OrderForm().validate():
        abort(400)
    with transaction() as session:
        jobs.order_measuring(session, campaign.id, now=outside().now())
    flash(_("The answers are being compared; look again in a minute."), "success")
    return redirect(url_for(".index", campaign=code))


@bp.post("/<code>/draw")
@require_role(Role.HEAD_OFFICE)
def draw_all(code: str) -> Response:
    """Order the draw of calls for every community that has none."""
    campaign = access_campaign(code)
    if not OrderForm().validate() or outside().now() < end_of(campaign.closes_on):
        abort(400)
    _order_draw(campaign, None)
    return redirect(url_for(".index", campaign=code))


@bp.post("/<code>/<int:community_id>/draw")
@require_role(Role.HEAD_OFFICE)
def draw_one(code: str, community_id: int) -> Response:
    """Order the draw of calls for one community."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    if not OrderForm().validate() or outside().now() < end_of(campaign.closes_on):
        abort(400)
    _order_draw(campaign, community_id)
    return redirect(url_for(".show", code=code, community_id=community_id, _anchor="calls"))


def _order_draw(campaign: Campaign, community_id: int | None) -> None:
    with transaction() as session:
        jobs.order_draw(
            session,
            campaign.id,
            community_id,
            staff_id=current_scope().staff_id,
            now=outside().now(),
        )
    flash(_("The calls are being drawn; look again in a minute."), "success")


def decision_views(campaign_id: int, community_id: int) -> list[DecisionView]:
    """Return the decisions about a community in words, the newest first."""
    session, vault = reading(), outside().vault
    made = []
    for decision, appeal in queries.list_decisions(session, campaign_id, community_id):
        answer = None if appeal is None else appeal.answer_sealed
        made.append(
            DecisionView(
                decision=decision,
                what=integrity_words.verdict_name(decision.verdict),
                when=beijing_time(decision.decided_at),
                who=who(session, decision.decided_by),
                why=vault.open(decision.reason_sealed, "integrity"),
                appeal="" if appeal is None else vault.open(appeal.text_sealed, "integrity"),
                appeal_when="" if appeal is None else beijing_time(appeal.made_at),
                answer="" if answer is None else vault.open(answer, "integrity"),
                answer_what=""
                if appeal is None or appeal.outcome is None
                else integrity_words.appeal_name(appeal.outcome),
            )
        )
    return made


def _line(row: ScoredRow, summary: IntegritySummary | None) -> Line:
    score = row.score
    reasons = () if score is None else read_reasons(score.reasons)
    said = [integrity_words.signal_name(one.code) for one in reasons if one.points > 0][:3]
    calls = verdict = ""
    if summary is not None:
        if summary.calls.drawn:
            calls = _("{done} of {drawn} done").format(
                done=summary.calls.done, drawn=summary.calls.drawn
            )
        if summary.verdict is not None:
            verdict = integrity_words.verdict_name(summary.verdict)
    return Line(
        community_id=row.community_id,
        name=row.name,
        region=row.region,
        answers=0 if score is None else score.answers,
        score=None if score is None else score.value,
        is_high=score is not None and score.is_high,
        why=_(", ").join(said),
        calls=calls,
        verdict=verdict,
    )


def _without_data(known: set[str]) -> list[str]:
    """Return the names of the signals that could not be computed, those of people apart."""
    return [
        integrity_words.signal_name(kind.code)
        for kind in SIGNALS
        if kind.code not in known and kind.code not in HUMAN
    ]


def _time(instant: datetime | None) -> str:
    return "" if instant is None else beijing_time(instant)
