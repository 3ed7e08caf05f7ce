"""The page of one case: what every route that shows it shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from flask import abort, render_template, url_for

from app.clock import BEIJING, beijing_date
from app.followup.answering.queries import ProblemRow, list_problems
from app.followup.answering.services import list_replies
from app.followup.cases import queries as case_queries
from app.followup.cases.contacts import list_tries, may_undo
from app.followup.cases.rules import Position, steps_by_hand
from app.followup.cases.services import TURNS
from app.followup.errors import CaseNotFoundError
from app.followup.models import Attempt, CaseList, CaseState, Source, Stage
from app.followup.praise.queries import list_praise_of
from app.followup.published.queries import list_raised
from app.followup.queries import list_contacts
from app.followup.rows import CaseRow, CaseView
from app.followup.rules import needs_call_back
from app.followup.services import list_steps
from app.followup.services import open_case as open_one
from app.i18n import current_language
from app.reports.departments import department_name
from app.reports.lists import reach_of
from app.service.complaints.queries import find_complaint
from app.staff.models import Role
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import Campaign
from app.surveys.instrument.model import Instrument
from app.surveys.response.models import ContactWish
from app.web import case_words
from app.web.auth import current_scope
from app.web.desk.forms import (
    ContactForm,
    GiveForm,
    PraiseForm,
    ReplyForm,
    StepForm,
    TriageForm,
)
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import verdict_name

# What one tap records: the outcome is "not reached", the way goes with the code.
QUICK: Mapping[str, tuple[str, ...]] = {
    Attempt.NO_ANSWER: ("phone", "wechat"),
    Attempt.BUSY: ("phone",),
    Attempt.WRONG_NUMBER: ("phone",),
    Attempt.NOT_AT_HOME: ("visit",),
}


@dataclass(frozen=True, slots=True)
class Words:
    """What an owner wrote to one question, and the question."""

    question: str
    text: str


@dataclass(slots=True)
class CaseForms:
    """Forms of the page; a refused one keeps what was filled in."""

    contact: ContactForm | None = None
    give: GiveForm | None = None
    step: StepForm | None = None
    triage: TriageForm | None = None
    praise: PraiseForm | None = None
    refused: tuple[int, ReplyForm] | None = None
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leader:
    """Where a case is led that is a complaint now, as far as this person may know."""

    number: str
    responsible: str
    href: str


def open_case(case_id: int) -> CaseView:
    """Return a case of the signed-in person's scope and write the look down, or answer 404."""
    try:
        with transaction() as session:
            return open_one(session, outside().vault, current_scope(), case_id, outside().now())
    except CaseNotFoundError:
        abort(404)


def new_contact_form(view: CaseView) -> ContactForm:
    """Return an empty form: now, to the owner himself, the way he asked for, with a key."""
    now = outside().now().astimezone(BEIJING).replace(tzinfo=None, second=0, microsecond=0)
    asked = next((one.way for one in view.comments if one.way in {"phone", "wechat"}), "phone")
    asked = next(("visit" for one in view.comments if one.way == "visit"), asked)
    return ContactForm(formdata=None, at=now, way=asked, person="owner", key=uuid4().hex)


def case_page(
    view: CaseView,
    form: ContactForm | None = None,
    *,
    refused: tuple[int, ReplyForm] | None = None,
    forms: CaseForms | None = None,
) -> str:
    """Show a case.

    Args:
        view: The case, already audited.
        form: The contact to be recorded.
        refused: Comment and form of a reply that was not published, with what is wrong.
        forms: Other forms of the page that were refused.
    """
    forms = forms or CaseForms()
    now, scope, row = outside().now(), current_scope(), view.row
    is_desk = scope.role is not Role.CALLER  # who calls records contacts, and nothing else
    member = campaign_queries.get_member(reading(), row.frame_member_id)
    campaign = campaign_queries.get_campaign(reading(), member.campaign_id)
    instrument = instrument_of(campaign)
    return render_template(
        "desk/case.html",
        view=view,
        campaign=campaign,
        texts=words_of(view, instrument),
        wishes=reach_of(view, instrument),
        form=form if form is not None and form.key.data else _with_key(view, form),
        give=_give_form(row, forms.give),
        step=forms.step or StepForm(formdata=None),
        triage=forms.triage or _triage_form(row),
        praise=_praise_form(row, forms.praise),
        praised=_praised(row),
        quick=list(QUICK),
        today=beijing_date(now),
        staff=scope.name,
        states=CaseState,
        cw=case_words,
        led=_leader(row),
        steps=_steps(row) if is_desk else (),
        turns=_turns(row),
        waits_for_call_back=row.stage is Stage.ANSWERED
        and needs_call_back(row.source, row.urgency),
        history=list_steps(reading(), outside().vault, row.id),
        undo=_undoable(view, now),
        others=case_queries.list_other_cases(reading(), scope, row.household_id, except_id=row.id),
        tries=_count_tries(row.id),
        replies=list_replies(reading(), outside().vault, [one.id for one in view.comments]),
        reply_form=ReplyForm(formdata=None),
        refused=refused or forms.refused,
        no_reply=ContactWish.NO_REPLY,
        verdict=verdict_name,
        problems=_problems(view, campaign),
        may_take_along=is_desk,
        is_desk=is_desk,
        may_triage=scope.role in {Role.HEAD_OFFICE, Role.OFFICE},
    )


def instrument_of(campaign: Campaign) -> Instrument:
    """Return the questionnaire of a campaign."""
    return campaign_queries.get_instrument(reading(), campaign.instrument_digest)


def words_of(view: CaseView, instrument: Instrument) -> list[tuple[datetime, list[Words]]]:
    """Return each comment's texts under the questions they answer."""
    language = current_language()
    return [
        (
            comment.received_at,
            [
                Words(instrument.item(code).text.plain(language), text)
                for code, text in comment.texts
            ],
        )
        for comment in view.comments
    ]


def _with_key(view: CaseView, form: ContactForm | None) -> ContactForm:
    if form is None or form.at.data is None:
        return new_contact_form(view)
    form.key.data = uuid4().hex
    return form


def _steps(row: CaseRow) -> tuple[Stage, ...]:
    """Return the steps this person may take by hand."""
    scope, position = current_scope(), Position(row.stage, row.source, row.urgency, row.answered_by)
    return steps_by_hand(
        position, role=scope.role, staff_id=scope.staff_id, is_no_reply=row.is_no_reply
    )


def _leader(row: CaseRow) -> Leader | None:
    """Return where a case is led that the survey's pages move no more."""
    if not case_queries.is_led_elsewhere(reading(), row.id):
        return None
    found = find_complaint(reading(), current_scope(), row.id)
    if found is None:
        return Leader("", row.responsible or "", "")
    href = url_for("complaint_page.show", complaint_id=row.id)
    return Leader(found.complaint.number, found.responsible, href)


def _turns(row: CaseRow) -> list[Source]:
    """Return what this person may make of a case; head office alone takes a complaint back."""
    role = current_scope().role
    is_fixed = row.source is Source.COMPLAINT and role is not Role.HEAD_OFFICE
    return (
        [] if is_fixed or role is Role.CALLER else [one for one in TURNS if one is not row.source]
    )


def _count_tries(case_id: int) -> int:
    """Count the tries without success that count towards "not reached"."""
    standing = case_queries.list_standing_contacts(reading(), case_id)
    return len(list_tries(reading(), standing, case_id))


def _undoable(view: CaseView, now: datetime) -> int | None:
    """Return the contact this person may still take back."""
    standing = [
        record for record, _name, undone in list_contacts(reading(), view.row.id) if not undone
    ]
    if not standing:
        return None
    last = max(standing, key=lambda one: one.id)
    return last.id if may_undo(last, current_scope(), now=now) else None


def team_choices(community_id: int | None, on_list: CaseList) -> list[tuple[str, str]]:
    """Return who may be named to answer for cases, by key and name."""
    scope = current_scope()
    places = None if community_id is None else {community_id}
    if places is None and scope.community_ids is not None:
        places = set(scope.community_ids)
    team = case_queries.list_team(reading(), places, on_list=on_list)
    roles = {Role.OFFICE, Role.STEWARD}
    if scope.role is Role.HEAD_OFFICE:
        roles |= {Role.HEAD_OFFICE, Role.CALLER}
    return [(str(one.id), one.name) for one in team if one.role in roles]


def _give_form(row: CaseRow, form: GiveForm | None) -> GiveForm:
    form = form or GiveForm(formdata=None)
    is_caller = current_scope().role is Role.CALLER
    form.staff.choices = [] if is_caller else team_choices(row.community_id, row.on_list)
    return form


def _triage_form(row: CaseRow) -> TriageForm:
    urgency = row.urgency if row.triaged_at else row.hint or row.urgency
    return TriageForm(formdata=None, urgency=urgency.value, code=row.code or "")


def _praise_form(row: CaseRow, form: PraiseForm | None) -> PraiseForm:
    form = form or PraiseForm(formdata=None, department=row.department or "service")
    form.staff.choices = [("", "—"), *team_choices(row.community_id, row.on_list)]
    return form


def _praised(row: CaseRow) -> list[tuple[int, str, str, datetime | None]]:
    """Return who was praised in the case: key, name, department, and when thanked."""
    vault = outside().vault
    return [
        (
            praise.id,
            name or (vault.open(praise.name_sealed, "name") if praise.name_sealed else ""),
            department_name(praise.department),
            praise.thanked_at,
        )
        for praise, name in list_praise_of(reading(), row.id)
    ]


def _problems(view: CaseView, campaign: Campaign) -> list[tuple[ProblemRow, set[int]]]:
    """Return the public answers of the home's community with the comments that raised each."""
    if current_scope().role is not Role.HEAD_OFFICE:
        return []
    raised = {one.id: list_raised(reading(), one.id) for one in view.comments}
    return [
        (row, {key for key, problems in raised.items() if row.problem.id in problems})
        for row in list_problems(reading(), campaign.id)
        if row.problem.community_id == view.row.community_id
    ]
