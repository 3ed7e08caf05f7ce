"""The pages on which an owner answers: from the link on the letter to the receipt.

Every page saves before the next one opens (post, redirect, get), so that a lost phone, a closed
browser or the back button loses at most the page in hand.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Flask, abort, current_app, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.i18n import current_language
from app.i18n import gettext as _
from app.surveys.campaign.queries import find_member_by_token_hash
from app.surveys.campaign.tokens import hash_token
from app.surveys.instrument.answers import AnswerProblem, AnswersError
from app.surveys.instrument.model import ItemRole
from app.surveys.response import models as responses
from app.surveys.response import queries
from app.surveys.response import services as response_services
from app.surveys.response.errors import DraftTooLargeError, KeyConflictError, NotOpenError
from app.surveys.response.receipts import read_receipt
from app.surveys.response.services import Submission
from app.web.guard import public
from app.web.instrument_forms import InstrumentForm, Look
from app.web.owner import pages, screens, visitor
from app.web.owner.forms import LeaveForm, PageForm, ReceiptForm, SubmitForm
from app.web.owner.pages import Raw, Step
from app.web.owner.screens import REVIEW, Page
from app.web.owner.visitor import Standing, Visit
from app.web.services import services
from app.web.throttle import Throttle
from app.web.transaction import reading, transaction

bp = Blueprint("owner", __name__)

_THROTTLES = "owner-throttles"
_WRONG_LINKS = (30, 600.0)  # wrong links from one address in ten minutes; right ones always pass
_RECEIPT_TRIES = (10, 600.0)  # typed receipt codes for one home in ten minutes

Answer = str | Page | Response


def at_home(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Hand the visit of this browser to a view; without one say how to come back.

    A page sent for one home while the link of another was opened since is not taken: it would
    land in the answers of the wrong home.
    """

    @wraps(view)
    def inner(**values: Any) -> Answer:
        visit = visitor.find_visit(reading())
        if visit is None:
            return screens.lost()
        if request.method == "POST" and not _is_for(visit):
            return screens.other_home(visit)
        return view(visit, **values)

    return inner


def answering(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Hand visit and draft to a view while the home may answer; else the landing page tells."""

    @wraps(view)
    @at_home
    def inner(visit: Visit, **values: Any) -> Answer:
        raw = _draft(visit)
        if _standing(visit, raw) not in (Standing.OPEN, Standing.EXTENDED):
            return redirect(url_for(".landing"), 303)
        return view(visit, raw, **values)

    return inner


@bp.record_once
def _make_throttles(state: Any) -> None:
    app: Flask = state.app
    app.extensions[_THROTTLES] = (Throttle(*_WRONG_LINKS), Throttle(*_RECEIPT_TRIES))


@bp.context_processor
def _words() -> dict[str, object]:
    return screens.template_words()


@bp.before_request
def _prepare() -> None:
    """Take the choice of large text."""
    if "form" in request.args:
        visitor.choose_form(request.args["form"])


@bp.errorhandler(CSRFError)
def _stale(_error: CSRFError) -> Page:
    if visitor.find_visit(reading()) is None:
        return screens.lost()
    return screens.failure(
        _("This page had become too old"),
        _("Open your survey again; every page you had sent is saved."),
        400,
    )


@bp.errorhandler(HTTPException)
def _refused(error: HTTPException) -> Page | HTTPException:
    if error.code is None or error.code < 400:
        return error
    words = {
        404: (
            _("This page is not part of your survey"),
            _("Perhaps an earlier answer has changed which questions you are asked."),
        ),
        413: (
            _("This was too much at once"),
            _("Go back, shorten what you wrote, and send it again. Nothing else is lost."),
        ),
    }
    title, advice = words.get(
        error.code,
        (
            _("This could not be read"),
            _("Go back one page and try again. Every page you had sent is saved."),
        ),
    )
    return screens.failure(title, advice, error.code)


@bp.get("/t/<token>")
@public
def enter(token: str) -> Answer:
    """Open the link on the letter, and leave the token behind in a clean address."""
    member = find_member_by_token_hash(reading(), hash_token(token))
    if member is None:
        throttle, at = current_app.extensions[_THROTTLES][0], services().now().timestamp()
        address = request.remote_addr or ""
        throttle.count(address, at)
        return screens.slow_down() if throttle.is_over(address, at) else screens.unknown_link()
    visitor.begin(member)
    return redirect(url_for(".landing"), 303)


@bp.get("/a/")
@public
@at_home
def landing(visit: Visit) -> Answer:
    """Show the start page, or where this home stands."""
    if _own_answer(visit) is not None:
        return redirect(url_for(".receipt"), 303)
    raw = _draft(visit)
    standing = _standing(visit, raw)
    answer = visitor.find_answer(reading(), visit)
    if answer is not None:
        return screens.already(visit, answer, ReceiptForm())
    if standing is Standing.NOT_OPEN:
        return screens.not_open(visit)
    if standing is Standing.CLOSED:
        return screens.closed(visit)
    return screens.landing(
        visit, steps=visit.steps(raw), raw=raw, is_extended=standing is Standing.EXTENDED
    )


@bp.get("/a/not-mine")
@public
def not_mine() -> Answer:
    """Ask somebody who opened a stranger's letter to leave."""
    return screens.not_mine(LeaveForm(), visitor.find_visit(reading()))


@bp.post("/a/not-mine")
@public
def forget() -> Answer:
    """Forget the link on this phone."""
    if not LeaveForm().validate():
        abort(400)
    visit = visitor.find_visit(reading())
    if visit is not None and not _is_for(visit):
        return screens.other_home(visit)
    visitor.leave()
    return screens.left()


@bp.get("/a/<section>")
@bp.get("/a/<section>/<area>")
@public
@answering
def page(visit: Visit, raw: Raw, section: str, area: str | None = None) -> Answer:
    """Show one page of the form, filled with what is saved."""
    steps = visit.steps(raw)
    step = _find_step(steps, section, area)
    form_class = step.form_class(visit.instrument, current_language())
    data = {
        name: list(values) if form_class.asked[name].look is Look.TICKS else values[0]
        for name in form_class.asked
        if (values := raw.get(name))
    }
    question = None
    if "look" in request.args:
        question = pages.inverted_words(step, raw)
    form = form_class(formdata=None, data=data)
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
    if not is_skipped:
        form.refuse(_problems(visit, step, form, posted))
    if form.has_problems:
        return screens.form_page(visit, step, form, steps=steps, status=422)
    try:
        with transaction() as session:
            response_services.save_draft(
                session,
                services().vault,
                member=visit.member,
                device=visit.device,
                raw=posted,
                language=current_language(),
                form=visit.form,
                now=services().now(),
            )
    except DraftTooLargeError:
        abort(413)
    is_known = all(raw.get(name, []) == posted[name] for name in posted)
    if pages.inverted_words(step, posted) and not travel.order_seen.data and not is_known:
        here = screens.url_of(step.name)
        return redirect(f"{here}?look=1{'&go=review' if travel.go.data == REVIEW else ''}", 303)
    merged = {**raw, **posted}
    return redirect(_next_url(visit, step, merged, to_review=travel.go.data == REVIEW), 303)


@bp.get("/a/review")
@public
@answering
def review(visit: Visit, raw: Raw) -> Answer:
    """Show every answer once more before it is sent."""
    return screens.review(visit, SubmitForm(), steps=visit.steps(raw), raw=raw)


@bp.post("/a/submit")
@public
@at_home
def submit(visit: Visit) -> Answer:
    """Record the answer; however often it is sent, there is one answer and one receipt."""
    form = SubmitForm()
    if not form.validate():
        abort(400)
    raw = _draft(visit)
    standing = _standing(visit, raw)
    is_ours = form.key.data == visit.key
    if not is_ours or standing in (Standing.NOT_OPEN, Standing.CLOSED):
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
            )
            receipt = response_services.record_response(
                session, services().vault, submission, now=services().now()
            )
    except (AnswersError, KeyConflictError):
        return _after_refusal(visit, form, raw)
    except NotOpenError:
        return redirect(url_for(".landing"), 303)
    visitor.keep_receipt(visit.member.id, receipt.code)
    return redirect(url_for(".receipt"), 303)


@bp.get("/a/receipt")
@public
@at_home
def receipt(visit: Visit) -> Answer:
    """Show the receipt to the browser it was given to."""
    answer = _own_answer(visit)
    if answer is None:
        return redirect(url_for(".landing"), 303)
    return screens.receipt(visit, answer)


@bp.post("/a/check")
@public
@at_home
def check_receipt(visit: Visit) -> Answer:
    """Let a home look up its answer on another phone, by the receipt code."""
    session, form = reading(), ReceiptForm()
    answer = visitor.find_answer(session, visit)
    if answer is None:
        return redirect(url_for(".landing"), 303)
    throttle, at = current_app.extensions[_THROTTLES][1], services().now().timestamp()
    home = str(visit.member.id)
    if throttle.is_over(home, at):
        form.receipt.errors = (_("Too many tries. Please wait ten minutes."),)
        return screens.already(visit, answer, form, status=429)
    throttle.count(home, at)
    code = read_receipt(form.receipt.data or "") if form.validate() else None
    found = queries.find_by_receipt(session, code) if code else None
    if code is None or found is None or found.frame_member_id != visit.member.id:
        form.receipt.errors = (
            _("No answer of this home has this code. Please compare it letter by letter."),
        )
        return screens.already(visit, answer, form, status=422)
    visitor.keep_receipt(visit.member.id, code)
    return redirect(url_for(".receipt"), 303)


def _is_for(visit: Visit) -> bool:
    """Say whether the form just sent was made for the home this browser answers for now."""
    return request.form.get("home_key") == screens.home_key(visit)


def _draft(visit: Visit) -> Raw:
    return response_services.load_draft(
        reading(), services().vault, member=visit.member, device=visit.device
    )


def _standing(visit: Visit, raw: Raw) -> Standing:
    return visitor.standing(reading(), visit, services().now(), has_begun=bool(raw))


def _own_answer(visit: Visit) -> responses.Response | None:
    """Return the answer this browser holds a receipt of, or sent without hearing back; or None."""
    session, code = reading(), visit.receipt
    if code is None:
        earlier = response_services.find_receipt(session, visit.member, visit.key)
        if earlier is None:
            return None
        code = earlier.code
    answer = queries.find_by_receipt(session, code)
    return answer if answer is not None and answer.frame_member_id == visit.member.id else None


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
        return redirect(url_for(".receipt"), 303)
    if not raw:
        return redirect(url_for(".landing"), 303)
    return screens.review(visit, form, steps=visit.steps(raw), raw=raw, status=422)
