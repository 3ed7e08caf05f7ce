"""Shared problems (集中反映的问题): the list, one problem with its reasons, and its draft."""

from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.followup.answering.services import PublicAnswerInput
from app.followup.errors import FieldError
from app.followup.problems import queries
from app.followup.problems.codebook import Code, load_codebook
from app.followup.problems.errors import StepRefusedError, UnknownProblemError
from app.followup.problems.handling import queries as published
from app.followup.problems.handling import services
from app.followup.problems.handling.services import standing_of
from app.followup.problems.models import ProblemState
from app.followup.problems.queries import ProblemRow
from app.followup.problems.rules import answer_by, progress_by, read_reasons, steps_open, told
from app.followup.problems.wording import count_words, reasons_words, state_words
from app.followup.published.models import AnswerProgress, ProgressKind
from app.followup.published.rules import asks_from
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import find_gate, get_campaign, list_gates
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, number_in_address, opened_campaigns
from app.web.fields import field_problem
from app.web.forms import Form
from app.web.hq.problem_forms import (
    ActForm,
    AddForm,
    DraftForm,
    PostingForm,
    ProgressForm,
    RemarkForm,
)
from app.web.problem_words import code_name, group_name, progress_kind
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_problems", __name__, url_prefix="/hq/problems")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)
WRITERS = (Role.HEAD_OFFICE, Role.OFFICE)
MOST = 200
_LATE_STATES = (
    ProblemState.DETECTED,
    ProblemState.DRAFTED,
    ProblemState.CHECKED,
    ProblemState.APPROVED,
)


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """List the problems this person may see, by state, with why they are concentrated."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    community_id, state = number_in_address("community"), _state_in_address()
    session, scope = reading(), current_scope()
    rows = (
        queries.list_shared_problems(
            session,
            scope,
            campaign.id,
            community_id=community_id,
            states=() if state is None else (state,),
            limit=MOST,
        )
        if campaign
        else []
    )
    return render_template(
        "hq/problems.html",
        campaigns=campaigns,
        campaign=campaign,
        community_id=community_id,
        state=state,
        rows=[_view(row) for row in rows],
        counts=queries.count_states(session, scope, campaign.id) if campaign else {},
        states=list(ProblemState),
        state_words=state_words,
        most=MOST,
        can_add=scope.role is Role.HEAD_OFFICE,
    )


@bp.get("/add")
@require_role(Role.HEAD_OFFICE)
def new() -> str:
    """Show the form for a problem that no rule found."""
    campaign = _campaign()
    return _add_page(campaign, _choices(campaign, AddForm(formdata=None)))


@bp.post("/add")
@require_role(Role.HEAD_OFFICE)
def add() -> tuple[str, int] | Response:
    """Make a problem concentrated, with the reason."""
    campaign = _campaign()
    form = _choices(campaign, AddForm())
    if not form.validate():
        return _add_page(campaign, form), 422
    community_id = int(form.community.data) if form.community.data else None
    campaign_id = campaign.id
    if community_id is not None and find_gate(reading(), campaign_id, community_id) is None:
        abort(404)
    with transaction() as session:
        key = services.add_problem(
            session,
            current_scope(),
            form.code.data,
            form.why.data or "",
            campaign_id=campaign_id,
            community_id=community_id,
            now=outside().now(),
        )
    flash(_("Added. Its public answer can be drafted now."), "success")
    return redirect(url_for(".show", key=key))


@bp.get("/<int:key>")
@require_role(*READERS)
def show(key: int) -> str:
    """Show a problem: why it is one, its answer, and what may be done now."""
    return problem_page(key, {})


@bp.post("/<int:key>/draft")
@require_role(*WRITERS)
def draft(key: int) -> tuple[str, int] | Response:
    """Keep the draft of the next answer."""
    form = DraftForm()
    if not form.validate():
        return problem_page(key, {"draft": form}), 422
    answer = PublicAnswerInput(
        title=form.title.data or "",
        cause=form.cause.data or "",
        action=form.action.data or "",
        responsible=form.responsible.data or "",
        due_on=form.due_on.data,
        why_not=form.why_not.data or "",
    )
    try:
        with transaction() as session:
            services.save_draft(session, current_scope(), key, answer, now=outside().now())
    except UnknownProblemError:
        abort(404)
    except StepRefusedError as error:
        return refused(key, error)
    except FieldError as error:
        form[error.field].errors = [_draft_words(error)]
        return problem_page(key, {"draft": form}), 422
    flash(_("Kept. Head office checks the facts next."), "success")
    return redirect(url_for(".show", key=key))


def refused(key: int, error: StepRefusedError) -> Response:
    """Say why a step cannot be taken, on the page of the problem."""
    flash(
        {
            "author": _("Whoever wrote an answer neither checks nor approves it."),
            "progress": _("Tell owners how far it has come before you close it."),
        }.get(error.why, _("Somebody was quicker; this step is not open any more.")),
        "error",
    )
    return redirect(url_for("hq_problems.show", key=key))  # other blueprints refuse here, too


def find_row(key: int) -> ProblemRow:
    """Return a problem of the present scope, or answer 404."""
    row = queries.find_shared_problem(reading(), current_scope(), key)
    if row is None:
        abort(404)
    return row


def problem_page(key: int, forms: dict[str, Form]) -> str:
    """Return the page of a problem; forms that were refused stand in their places."""
    session, scope, row = reading(), current_scope(), find_row(key)
    problem = row.problem
    answers = published.list_answers_of(session, key)
    answers = [(one, name) for one, name in answers if scope.sees(one.community_id)]
    keys = [one.id for one, _name in answers]
    said = published.count_said(session, keys)
    is_head = scope.role is Role.HEAD_OFFICE
    posting = PostingForm(formdata=None, posted_on=beijing_date(outside().now()))
    return render_template(
        "hq/problem.html",
        campaign=get_campaign(session, problem.campaign_id),
        view=_view(row),
        row=row,
        problem=problem,
        steps=steps_open(standing_of(problem), staff_id=scope.staff_id, is_head_office=is_head)
        if scope.role in WRITERS
        else frozenset(),
        way=_way(problem.state, is_published=problem.published_at is not None),
        draft=forms.get("draft") or DraftForm(formdata=None, obj=problem),
        remark=forms.get("remark") or RemarkForm(formdata=None),
        progress_form=forms.get("progress") or _progress_form(),
        posting_form=forms.get("posting") or posting,
        closing=forms.get("closing") or RemarkForm(formdata=None, prefix="closing-"),
        act=ActForm(formdata=None),
        answers=answers,
        said=_sum(said),
        progress=_once(published.list_progress(session, keys)),
        postings=published.list_postings(session, keys),
        due=progress_by(problem.published_at) if problem.published_at else None,
        asks=asks_from(problem.due_on, problem.published_at) if problem.published_at else None,
        is_head=is_head,
        progress_kind=progress_kind,
        told=told,
        count_words=count_words,
    )


def progress_choices(form: ProgressForm) -> ProgressForm:
    """Offer which word on progress it can be."""
    form.kind.choices = [
        (kind.value, progress_kind(kind))
        for kind in ProgressKind
        if kind is not ProgressKind.CLOSING
    ]
    return form


def _progress_form() -> ProgressForm:
    form = progress_choices(ProgressForm(formdata=None))
    form.kind.data = ProgressKind.BETWEEN.value
    return form


def _view(row: ProblemRow) -> dict[str, object]:
    """Return what a list shows of a problem, as this person may know it."""
    problem, today = row.problem, beijing_date(outside().now())
    is_exact = current_scope().role is Role.HEAD_OFFICE
    codebook = load_codebook()
    code = codebook.find(problem.code) if codebook.has(problem.code) else None
    by = answer_by(row.t0)
    is_open = problem.state in _LATE_STATES and problem.published_at is None
    count = problem.households if is_exact else told(problem.households)
    return {
        "key": problem.id,
        "title": problem.title or _name(code, problem.code),
        "code": _name(code, problem.code),
        "code_id": problem.code,
        "community": row.community or _("Whole company"),
        "community_id": problem.community_id,
        "count": count_words(count) if problem.households or not is_exact else "",
        "why": reasons_words(read_reasons(problem.why), is_exact=is_exact),
        "state": state_words(problem.state),
        "kind": _kind(problem.state),
        "by": by if is_open else None,
        "is_late": is_open and by is not None and today > by,
        "department": group_name(codebook.department(code.department)) if code else "",
        "is_counted": code is None or code.is_counted,
    }


def _name(code: Code | None, otherwise: str) -> str:
    return otherwise if code is None else code_name(code)


def _kind(state: ProblemState) -> str:
    return {
        ProblemState.PUBLISHED: "released",
        ProblemState.CLOSED: "released",
        ProblemState.SET_ASIDE: "waived",
        ProblemState.DETECTED: "draft",
    }.get(state, "clock")


def _way(state: ProblemState, *, is_published: bool) -> list[tuple[str, str]]:
    """Return the steps of the way with how each of them stands: done, now or empty."""
    names = (
        (ProblemState.DETECTED, _("found")),
        (ProblemState.DRAFTED, _("drafted")),
        (ProblemState.CHECKED, _("facts checked")),
        (ProblemState.APPROVED, _("approved")),
        (ProblemState.PUBLISHED, _("published")),
        (ProblemState.CLOSED, _("closed")),
    )
    order = [one for one, _words in names]
    if state is ProblemState.SET_ASIDE:
        return [(_("found"), "done"), (_("no public answer"), "now")]
    at = order.index(state)
    kinds = ["done" if place < at else "" for place in range(len(order))]
    kinds[at] = "now"
    if is_published and at < order.index(ProblemState.PUBLISHED):
        kinds[order.index(ProblemState.PUBLISHED)] = "done"
    return [(words, kind) for (_state, words), kind in zip(names, kinds, strict=True)]


def _sum(said: dict[int, published.Said]) -> published.Said:
    total = published.Said(0, 0, 0)
    for one in said.values():
        total = replace(
            total,
            raised=total.raised + one.raised,
            solved=total.solved + one.solved,
            unsolved=total.unsolved + one.unsolved,
        )
    return total


def _once(words: list[tuple[AnswerProgress, str]]) -> list[tuple[object, str]]:
    """Return each word once: one of the whole company stands in every community."""
    seen = {(one.published_at, one.kind, one.text): (one, name) for one, name in words}
    return list(seen.values())


def _draft_words(error: FieldError) -> str:
    if error.field == "why_not" and error.problem == "empty":
        return _("Please give a date, or say why there is none.")
    if error.problem == "not_both":
        return _("Either a date or a reason, please; not both.")
    if error.field == "due_on":
        return _("This day has passed.")
    return field_problem(error.problem)


def _campaign() -> Campaign:
    campaign = chosen_campaign(opened_campaigns())
    if campaign is None:
        abort(404)
    return campaign


def _choices(campaign: Campaign, form: AddForm) -> AddForm:
    gates = list_gates(reading(), campaign.id, current_scope())
    places = [(str(row.community_id), row.community) for row in gates]
    form.community.choices = [*places, ("", _("Whole company"))]
    codebook = load_codebook()
    form.code.choices = [
        (one.code, f"{group_name(group)} · {code_name(one)}")
        for group in codebook.groups
        for one in codebook.codes
        if one.group == group.code and one.is_problem
    ]
    return form


def _add_page(campaign: Campaign, form: AddForm) -> str:
    return render_template("hq/problem_add.html", campaign=campaign, form=form)


def _state_in_address() -> ProblemState | None:
    text = request.args.get("state")
    if text is None:
        return None
    if text not in list(ProblemState):
        abort(404)
    return ProblemState(text)
