"""The pages on which an owner answers: from the link on the letter to the receipt.

Every page saves before the next one opens (post, redirect, get), so that a lost phone, a closed
browser or the back button loses at most the page in hand.
"""

from flask import abort, redirect, request, url_for

from app.i18n import current_language
from app.surveys.instrument.answers import AnswerProblem, AnswersError
from app.surveys.instrument.model import ItemRole
from app.surveys.response import models as responses
from app.surveys.response import resume
from app.surveys.response import services as response_services
from app.surveys.response.errors import DraftTooLargeError, KeyConflictError, NotOpenError
from app.surveys.response.services import Submission
from app.surveys.response.signals import Look as LookAtPage
from app.surveys.response.signals import Trace
from app.web.guard import public
from app.web.instrument_forms import InstrumentForm, Look
from app.web.owner import after, pages, quiet, screens, visitor
from app.web.owner.door import (
    Answer,
    answering,
    at_home,
    draft_of,
    make_blueprint,
    own_answer,
    shown_answer,
    standing_of,
)
from app.web.owner.forms import PageForm, SubmitForm
from app.web.owner.pages import Raw, Step
from app.web.owner.screens import REVIEW
from app.web.owner.stamps import make_stamp, read_stamp
from app.web.owner.visitor import Standing, Visit
from app.web.services import services
from app.web.transaction import reading, transaction

bp = make_blueprint("owner")


@bp.get("/a/")
@public
@at_home
def landing(visit: Visit) -> Answer:
    """Show the start page, or where this home stands."""
    if own_answer(visit) is not None:
        return redirect(url_for("owner_after.receipt"), 303)
    raw = draft_of(visit)
    standing = standing_of(visit, raw)
    answer = visitor.find_answer(reading(), visit)
    is_unsaved = visitor.was_unsaved(visit)
    if answer is not None:
        return after.already(visit, answer, is_unsaved=is_unsaved)
    if standing is Standing.NOT_OPEN:
        return screens.not_open(visit)
    if standing is Standing.CLOSED:
        return screens.closed(
            visit,
            is_unsaved=is_unsaved,
            counted=visitor.find_counted_draft(reading(), visit),
            shown=shown_answer(visit),
        )
    return screens.landing(
        visit,
        steps=visit.steps(raw),
        raw=raw,
        is_extended=standing is Standing.EXTENDED,
        is_draft_counted=standing is Standing.EXTENDED and shown_answer(visit) is not None,
        can_resume=not raw
        and resume.can_resume(
            reading(),
            services().vault,
            member=visit.member,
            device=visit.device,
            now=services().now(),
        ),
    )


@bp.get("/a/<section>")
@bp.get("/a/<section>/<area>")
@public
@answering
def page(visit: Visit, raw: Raw, section: str, area: str | None = None) -> Answer:
    """Show one page of the form, filled with what is saved."""
    steps = visit.steps(raw)
    step = _find_step(steps, section, area)
    question = None
    if "look" in request.args:
        question = pages.inverted_words(step, raw)
    form = step.filled(visit.instrument, current_language(), raw)
    return screens.form_page(visit, step, form, steps=steps, order_question=question)


@bp.post("/a/<section>")
@bp.post("/a/<section>/<area>")
@public
@answering
def save(visit: Visit, raw: Raw, section: str, area: str | None = None) -> Answer:
    """Save one page and go on; what is wrong is said at its field and nothing is lost."""
    steps = visit.steps(raw)
    step = _find_step(steps, section, area)
    form = step.form_class(visit.instrument, current_language())()
    travel = PageForm()
    if not form.validate() or not travel.validate():
        abort(400)
    is_skipped = bool(area) and request.form.get("skip") == area
    posted = {name: [] for name in form.asked} if is_skipped else form.raw()
    if not is_skipped and not (quiet.is_staying() and not any(posted.values())):
        form.refuse(_problems(visit, step, form, posted))
    if form.has_problems and quiet.is_quiet():
        return quiet.refused(form)
    if form.has_problems:
        return screens.form_page(visit, step, form, steps=steps, status=422)
    try:
        _save(visit, step, posted)
    except DraftTooLargeError:
        abort(413)
    to_review = travel.go.data == REVIEW
    if not (travel.order_seen.data or quiet.is_quiet() or quiet.is_staying()):
        is_known = all(raw.get(name, []) == posted[name] for name in posted)
        if pages.inverted_words(step, posted) and not is_known:
            look = f"{screens.url_of(step.name)}?look=1{'&go=review' if to_review else ''}"
            return redirect(look, 303)
    return _after_saving(visit, step, {**raw, **posted}, to_review=to_review)


def _after_saving(visit: Visit, step: Step, merged: Raw, *, to_review: bool) -> Answer:
    """Go where the form wanted to go: on, nowhere, or to the page about going on later."""
    if _wants_later():
        return redirect(url_for("owner_later.show"), 303)
    next_url = _next_url(visit, step, merged, to_review=to_review)
    if quiet.is_quiet():
        return quiet.saved(next_url, visit.steps(merged), stamp=make_stamp(visit))
    if quiet.is_staying():
        return redirect(f"{screens.url_of(step.name)}{'?go=review' if to_review else ''}", 303)
    return redirect(next_url, 303)


@bp.get("/a/review")
@public
@answering
def review(visit: Visit, raw: Raw) -> Answer:
    """Show every answer once more before it is sent."""
    return _review_page(visit, SubmitForm(), raw)


@bp.post("/a/submit")
@public
@at_home
def submit(visit: Visit) -> Answer:
    """Record the answer; however often it is sent, there is one answer and one receipt."""
    form = SubmitForm()
    if not form.validate():
        abort(400)
    raw = draft_of(visit)
    standing = standing_of(visit, raw)
    is_ours = form.key.data == visit.key
    # After the freeze an answer that was begun in time is still kept, though not counted.
    if not is_ours or standing is Standing.NOT_OPEN or (standing is Standing.CLOSED and not raw):
        if is_ours and own_answer(visit) is None:
            visitor.note_unsaved(visit)
        return redirect(url_for(".landing"), 303)
    try:
        with transaction() as session:
            submission = Submission(
                member=visit.member,
                instrument=visit.instrument,
                offer=visit.offer,
                raw=response_services.load_draft(
                    session, services().vault, member=visit.member, device=visit.device
                ),
                key=visit.key,
                channel=responses.Channel.PHONE,
                language=current_language(),
                form=visit.form,
                device=visit.device,
                trace=Trace(
                    device=visit.device,
                    address=request.remote_addr or "",
                    entrance=visit.entrance,
                    honeypot=bool((form.website.data or "").strip()),
                ),
            )
            receipt = response_services.record_response(
                session, services().vault, submission, now=services().now()
            )
    except (AnswersError, KeyConflictError):
        return _after_refusal(visit, form, raw)
    except NotOpenError:
        return redirect(url_for(".landing"), 303)
    visitor.keep_receipt(visit.member.id, receipt.code)
    return redirect(url_for("owner_after.receipt"), 303)


def _wants_later() -> bool:
    """Say whether a page is sent by its button to go on later or on another phone."""
    return "later" in request.args


def _save(visit: Visit, step: Step, posted: Raw) -> None:
    """Save a page with the time it took, and when asked for, a code for another phone."""
    vault, now = services().vault, services().now()
    look = LookAtPage(
        step.name, read_stamp(visit, request.form.get("shown", "")), by_script=quiet.is_quiet()
    )
    with transaction() as session:
        response_services.save_draft(
            session,
            vault,
            member=visit.member,
            device=visit.device,
            raw=posted,
            language=current_language(),
            form=visit.form,
            now=now,
        )
        response_services.note_page(
            session, vault, look, member=visit.member, device=visit.device, now=now
        )
        if _wants_later():
            resume.give_resume_code(
                session, vault, member=visit.member, device=visit.device, now=now
            )


def _find_step(steps: tuple[Step, ...], section: str, area: str | None) -> Step:
    name = f"{section}/{area}" if area else section
    found = next((step for step in steps if step.name == name), None)
    if found is None:
        abort(404)
    return found


def _problems(visit: Visit, step: Step, form: InstrumentForm, posted: Raw) -> list[AnswerProblem]:
    """List what keeps a page from being saved: the gate's words, and what must not stay blank."""
    try:
        visit.check(posted)
    except AnswersError as error:
        return list(error.problems)
    first = next(iter(form.asked.values())).item
    if step.section.required and not any(posted.values()):
        return [AnswerProblem(first.code, "blank")]
    wish = ItemRole.CONTACT.value
    texts = [one for name, one in posted.items() if form.asked[name].look is Look.LINES]
    if wish in posted and any(texts) and not posted[wish]:
        return [AnswerProblem(wish, "wish_needed")]
    return []


def _next_url(visit: Visit, step: Step, raw: Raw, *, to_review: bool) -> str:
    """Return the page after `step`, as the answers now stand."""
    steps = visit.steps(raw)
    names = [one.name for one in steps]
    place = names.index(step.name) + 1 if step.name in names else len(names)
    if to_review or place >= len(names):
        return url_for(".review")
    return screens.url_of(names[place])


def _after_refusal(visit: Visit, form: SubmitForm, raw: Raw) -> Answer:
    """Answer a submit that was not taken: a twin was faster, or something is still missing."""
    earlier = response_services.find_receipt(reading(), visit.member, visit.key)
    if earlier is not None:
        visitor.keep_receipt(visit.member.id, earlier.code)
        return redirect(url_for("owner_after.receipt"), 303)
    if not raw:
        return redirect(url_for(".landing"), 303)
    return _review_page(visit, form, raw, status=422)


def _review_page(visit: Visit, form: SubmitForm, raw: Raw, status: int = 200) -> Answer:
    is_later = visitor.find_answer(reading(), visit) is not None
    steps = visit.steps(raw)
    return screens.review(visit, form, steps=steps, raw=raw, is_later=is_later, status=status)
