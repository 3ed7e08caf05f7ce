"""What an office and a leader see of the checks: decisions, reasons, the office's objection.

No signal, no score, no call: who knows which homes are called can call them first.
"""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import current_language
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.integrity import queries
from app.surveys.integrity.deciding.services import appeal
from app.surveys.integrity.errors import AlreadyAppealedError, NoWordsError
from app.surveys.integrity.models import Verdict
from app.web import integrity_words
from app.web.auth import current_scope, require_role
from app.web.hq.integrity_forms import AppealForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import beijing_time, date_words

bp = Blueprint("hq_integrity_office", __name__, url_prefix="/checks")


@dataclass(frozen=True, slots=True)
class Told:
    """One decision as its office reads it."""

    decision_id: int
    community: str
    campaign: str
    what: str
    when: str
    why: str
    again: str
    is_against: bool
    appeal: str
    appeal_when: str
    answer: str
    answer_what: str


@bp.get("/")
@require_role(Role.LEADER, Role.OFFICE)
def index() -> str:
    """List the decisions about the communities this person answers for."""
    return _page(AppealForm(formdata=None), None)


@bp.post("/<int:decision_id>")
@require_role(Role.OFFICE)
def object_to(decision_id: int) -> str | tuple[str, int] | Response:
    """Send an objection to a decision about a community of this office."""
    form = AppealForm()
    decision = queries.find_decision(reading(), decision_id)
    if decision is None or not current_scope().sees(decision.community_id):
        abort(404)
    if not form.validate():
        return _page(form, decision_id), 422
    try:
        with transaction() as session:
            appeal(
                session,
                outside().vault,
                decision,
                text=form.text.data or "",
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except (AlreadyAppealedError, NoWordsError):
        flash(_("Your objection was sent before."), "error")
    else:
        flash(_("Sent. Head office answers here."), "success")
    return redirect(url_for(".index", _anchor=f"d{decision_id}"))


def _page(form: AppealForm, wrong: int | None) -> str:
    return render_template(
        "hq/integrity_office.html",
        decisions=_decisions(),
        form=form,
        empty=AppealForm(formdata=None),
        wrong=wrong,
        may_object=current_scope().role is Role.OFFICE,
    )


def _decisions() -> list[Told]:
    vault = outside().vault
    made = []
    for decision, sent, name, campaign in queries.list_visible_decisions(
        reading(), current_scope()
    ):
        answer = None if sent is None else sent.answer_sealed
        made.append(
            Told(
                decision_id=decision.id,
                community=name,
                campaign=campaign.title_en if current_language() == "en" else campaign.title,
                what=integrity_words.verdict_name(decision.verdict),
                when=beijing_time(decision.decided_at),
                why=vault.open(decision.reason_sealed, "integrity"),
                is_against=decision.verdict is not Verdict.ACCEPT,
                again="" if decision.resurvey_on is None else date_words(decision.resurvey_on),
                appeal="" if sent is None else vault.open(sent.text_sealed, "integrity"),
                appeal_when="" if sent is None else beijing_time(sent.made_at),
                answer="" if answer is None else vault.open(answer, "integrity"),
                answer_what=""
                if sent is None or sent.outcome is None
                else integrity_words.appeal_name(sent.outcome),
            )
        )
    return made
