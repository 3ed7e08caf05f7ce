"""What head office decides about a community's answers, writes down and gives to callers."""

from flask import Blueprint, abort, flash, redirect, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.integrity import queries, services
from app.surveys.integrity.calls import queries as call_queries
from app.surveys.integrity.deciding.services import (
    AppealAnswer,
    Judgement,
    answer_appeal,
    decide,
)
from app.surveys.integrity.errors import (
    AlreadyAnsweredError,
    AlreadyDecidedError,
    AnnulledError,
    BadCountError,
    NoOtherDecisionError,
    NoResurveyDayError,
    NothingContradictedError,
    NoWordsError,
)
from app.surveys.integrity.models import AppealOutcome, FindingKind, Verdict
from app.web.access import access_campaign, access_gate
from app.web.auth import current_scope, require_role
from app.web.hq.integrity import show_page
from app.web.hq.integrity_forms import AppealAnswerForm, FindingForm, GiveForm, VerdictForm
from app.web.hq.integrity_people import caller_choices
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_integrity_acts", __name__, url_prefix="/hq/integrity/<code>/<int:community_id>")

Answer = str | tuple[str, int] | Response


def _back(code: str, community_id: int, anchor: str) -> Response:
    return redirect(
        url_for("hq_integrity.show", code=code, community_id=community_id, _anchor=anchor)
    )


@bp.post("/decide")
@require_role(Role.HEAD_OFFICE)
def judge(code: str, community_id: int) -> Answer:
    """Show a decision once more, then do it."""
    campaign, form = access_campaign(code), VerdictForm()
    gate = access_gate(campaign, community_id)
    if not form.validate():
        return show_page(campaign, community_id, verdict_form=form), 422
    if not form.is_confirmed:
        return show_page(campaign, community_id, verdict_form=form, is_second=True)
    judgement = Judgement(Verdict(form.verdict.data), form.reason.data or "", form.resurvey_on.data)
    try:
        with transaction() as session:
            decide(
                session,
                outside().vault,
                gate,
                judgement,
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except AlreadyDecidedError:
        flash(_("This was decided before, with the same words. Nothing was done twice."), "error")
    except NothingContradictedError:
        flash(_("No call has found an answer that is not the home's own."), "error")
    except AnnulledError:
        flash(
            _("The result was annulled; only an objection that is granted opens it again."), "error"
        )
    except (NoResurveyDayError, NoWordsError):
        flash(_("Please name the reason and a day from today on for asking again."), "error")
    else:
        flash(_("Decided. The office sees the decision and its reason."), "success")
    return _back(code, community_id, "decisions")


@bp.post("/finding")
@require_role(Role.HEAD_OFFICE)
def find(code: str, community_id: int) -> Answer:
    """Write down what somebody found by hand."""
    campaign, form = access_campaign(code), FindingForm()
    access_gate(campaign, community_id)
    if not form.validate():
        return show_page(campaign, community_id, finding_form=form), 422
    found = services.Found(
        FindingKind(form.kind.data), form.count.data, form.base.data, form.note.data or ""
    )
    try:
        with transaction() as session:
            services.record_finding(
                session,
                outside().vault,
                campaign,
                community_id,
                found,
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except BadCountError:
        form.count.errors = (_("No more than were looked at, please."),)
        return show_page(campaign, community_id, finding_form=form), 422
    except NoWordsError:
        form.note.errors = (_("Please fill this in."),)
        return show_page(campaign, community_id, finding_form=form), 422
    flash(_("Written down."), "success")
    return _back(code, community_id, "findings")


@bp.post("/give")
@require_role(Role.HEAD_OFFICE)
def give(code: str, community_id: int) -> Response:
    """Give the call sheet to a caller, or take it back."""
    campaign, form = access_campaign(code), GiveForm()
    access_gate(campaign, community_id)
    form.caller.choices = caller_choices(reading())
    sample = call_queries.find_sample(reading(), campaign.id, community_id)
    if sample is None or not form.validate():
        abort(400)
    with transaction() as session:
        own = call_queries.find_sample(session, campaign.id, community_id)
        if own is None:
            abort(400)
        services.give_to(
            session,
            own,
            int(form.caller.data) if form.caller.data else None,
            staff_id=current_scope().staff_id,
            now=outside().now(),
        )
    flash(_("Given."), "success")
    return _back(code, community_id, "calls")


@bp.post("/appeal/<int:decision_id>")
@require_role(Role.HEAD_OFFICE)
def answer(code: str, community_id: int, decision_id: int) -> Answer:
    """Answer the office's objection to a decision."""
    campaign, form = access_campaign(code), AppealAnswerForm()
    access_gate(campaign, community_id)
    decision = queries.find_decision(reading(), decision_id)
    if decision is None or (decision.campaign_id, decision.community_id) != (
        campaign.id,
        community_id,
    ):
        abort(404)
    if not form.validate():
        return show_page(campaign, community_id, answer_form=form), 422
    try:
        with transaction() as session:
            answer_appeal(
                session,
                outside().vault,
                decision,
                answer=_answer_of(form),
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except (AlreadyAnsweredError, NoWordsError):
        flash(_("This objection was answered before."), "error")
    except (AlreadyDecidedError, NoOtherDecisionError):
        flash(_("Nothing was saved: please decide something else than before."), "error")
    except NothingContradictedError:
        flash(_("No call has found an answer that is not the home's own."), "error")
    except AnnulledError:
        flash(
            _("The result was annulled; only an objection that is granted opens it again."), "error"
        )
    except NoResurveyDayError:
        flash(_("Please name the reason and a day from today on for asking again."), "error")
    else:
        flash(_("Answered. The office sees it."), "success")
    return _back(code, community_id, "decisions")


def _answer_of(form: AppealAnswerForm) -> AppealAnswer:
    outcome, text = AppealOutcome(form.outcome.data), form.text.data or ""
    if not form.is_granted:
        return AppealAnswer(outcome, text)
    verdict = Verdict(form.verdict.data)
    resurvey_on = form.resurvey_on.data if verdict is Verdict.ANNUL else None
    return AppealAnswer(outcome, text, verdict, resurvey_on)
