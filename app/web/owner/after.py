"""After the answers: the receipt and all that grows out of it, for whoever holds its code."""

from datetime import datetime

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response as HttpResponse

from app import clock
from app.followup import public as followup
from app.followup.models import ReplyVerdict
from app.i18n import current_language
from app.i18n import gettext as _
from app.surveys.campaign.queries import find_exclusion
from app.surveys.integrity.prints import format_print
from app.surveys.response import copies, queries
from app.surveys.response.leftovers import services as leftovers
from app.surveys.response.models import Channel, Origin, Response
from app.surveys.response.own import own_answers
from app.surveys.response.photos.queries import count_sent_photos
from app.surveys.response.receipts import format_receipt, read_receipt
from app.surveys.response.vector import decode
from app.web.guard import public
from app.web.owner import checking, door, pages, screens, visitor
from app.web.owner.door import Answer, at_home, shown_answer
from app.web.owner.forms import CopyForm, ReceiptForm, SolvedForm, VerdictForm
from app.web.owner.screens import Page
from app.web.owner.visitor import Visit
from app.web.services import services
from app.web.transaction import reading, transaction

bp = door.make_blueprint("owner_after")


@bp.get("/a/receipt")
@public
@at_home
def receipt(visit: Visit) -> Answer:
    """Show the receipt and what became of the answer, to the browser that holds its code."""
    answer = shown_answer(visit)
    if answer is None:
        return redirect(url_for("owner.landing"), 303)
    return _receipt_page(visit, answer)


@bp.post("/a/check")
@public
@at_home
def check_receipt(visit: Visit) -> Answer:
    """Let a home look up its answer on another phone, by the receipt code."""
    session, form = reading(), ReceiptForm()
    answer = visitor.find_answer(session, visit)
    if answer is None:
        return redirect(url_for("owner.landing"), 303)
    tries, at, home = door.limits().receipts, services().now().timestamp(), str(visit.member.id)
    if tries.is_over(home, at):
        form.receipt.errors = (_("Too many tries. Please wait ten minutes."),)
        return already(visit, answer, form, status=429)
    code = read_receipt(form.receipt.data or "") if form.validate() else None
    found = queries.find_by_receipt(session, code) if code else None
    if code is None or found is None or found.frame_member_id != visit.member.id:
        tries.count(home, at)
        form.receipt.errors = (
            _("No answer of this home has this code. Please compare it letter by letter."),
        )
        return already(visit, answer, form, status=422)
    visitor.keep_receipt(visit.member.id, code)
    return redirect(url_for(".receipt"), 303)


@bp.post("/a/receipt/reply")
@public
@at_home
def rate(visit: Visit) -> Answer:
    """Keep what the owner says to the reply to his comment."""
    answer, form = shown_answer(visit), VerdictForm()
    if answer is None:
        return redirect(url_for("owner.landing"), 303)
    if not form.validate():
        abort(400)
    if form.verdict.data not in list(ReplyVerdict):
        return redirect(url_for(".receipt", _anchor="reply"), 303)
    with transaction() as session:
        followup.rate_reply(
            session,
            answer,
            _number(form.reply.data),
            ReplyVerdict(form.verdict.data),
            now=services().now(),
        )
    return redirect(url_for(".receipt", _anchor="reply"), 303)


@bp.post("/a/receipt/solved")
@public
@at_home
def solved(visit: Visit) -> Answer:
    """Keep whether a problem the owner had raised is solved."""
    answer, form = shown_answer(visit), SolvedForm()
    if answer is None:
        return redirect(url_for("owner.landing"), 303)
    if not form.validate() or form.solved.data not in ("yes", "no"):
        abort(400)
    problem_id = _number(form.problem.data)
    with transaction() as session:
        followup.say_solved(
            session,
            answer,
            problem_id,
            is_solved=form.solved.data == "yes",
            now=services().now(),
        )
    return redirect(url_for(".receipt", _anchor=f"problem-{problem_id}"), 303)


@bp.get("/a/receipt/prints")
@public
@at_home
def prints(visit: Visit) -> Answer:
    """Show the fingerprints of all frozen answers of the community, the own one among them."""
    answer = shown_answer(visit)
    if answer is None:
        return redirect(url_for("owner.landing"), 303)
    check = checking.check(reading(), services().vault, visit, answer)
    if not check.listed:
        return redirect(url_for(".receipt", _anchor="print"), 303)
    return screens.render(
        "prints",
        visit,
        own=format_print(check.own),
        listed=[format_print(one) for one in check.listed],
        is_there=check.own in check.listed,
        here=url_for(".prints"),
    )


@bp.get("/a/receipt/answers")
@public
@at_home
def answers(visit: Visit) -> Answer:
    """Show the owner's own answers, to the browser that holds their receipt code."""
    answer = shown_answer(visit)
    if answer is None:
        return redirect(url_for("owner.landing"), 303)
    session, vault, now = reading(), services().vault, services().now()
    copy = copies.find_copy(session, answer, now=now)
    return screens.render(
        "answers",
        visit,
        code=format_receipt(answer.receipt),
        moment=pages.moment_words(answer.received_at),
        groups=own_answers(
            visit.instrument,
            decode(visit.instrument, answer.vector),
            copies.own_texts(session, vault, answer),
            current_language(),
        ),
        photos=count_sent_photos(session, answer),
        form=CopyForm(formdata=None),
        is_made=copy is not None and copy.content_sealed is not None,
        is_waiting=copy is not None and copy.content_sealed is None,
        here=url_for(".answers"),
    )


@bp.post("/a/receipt/answers")
@public
@at_home
def ask_for_file(visit: Visit) -> Answer:
    """Order the own answers as a file; the worker makes it."""
    answer = shown_answer(visit)
    if answer is None:
        return redirect(url_for("owner.landing"), 303)
    if not CopyForm().validate():
        abort(400)
    with transaction() as session:
        copies.ask_for_copy(session, answer, language=current_language(), now=services().now())
    return redirect(url_for(".answers", _anchor="file"), 303)


@bp.get("/a/receipt/answers.pdf")
@public
@at_home
def file(visit: Visit) -> Answer:
    """Hand out the file, to the browser that holds the receipt code, for a day."""
    answer = shown_answer(visit)
    if answer is None:
        return redirect(url_for("owner.landing"), 303)
    copy = copies.find_copy(reading(), answer, now=services().now())
    content = None if copy is None else copies.open_copy(services().vault, copy)
    if content is None:
        return redirect(url_for(".answers", _anchor="file"), 303)
    made = HttpResponse(content, mimetype="application/pdf")
    made.headers["Content-Disposition"] = f'attachment; filename="{answer.receipt}.pdf"'
    return made


def already(
    visit: Visit,
    answer: Response,
    form: ReceiptForm | None = None,
    *,
    is_unsaved: bool = False,
    status: int = 200,
) -> Page:
    """Say that this home has answered, when and how, and nothing of what it answered.

    What this phone has of its own stays on it and may still be sent.
    """
    language = current_language()
    return screens.render(
        "already",
        visit,
        status,
        form=form or ReceiptForm(formdata=None),
        heading=visit.words("already_heading", language),
        text=visit.words("already_text", language),
        moment=pages.moment_words(answer.received_at),
        how=_channel_words(answer.channel),
        has_draft=bool(door.draft_of(visit)),
        has_own=shown_answer(visit) is not None,
        is_unsaved=is_unsaved,
        phone=services().config.phone,
        here=url_for("owner.landing") if request.method == "POST" else "",
    )


def _channel_words(channel: Channel) -> str:
    return {
        Channel.PHONE: _("on a phone"),
        Channel.PAPER: _("on paper"),
    }.get(channel, _("in an interview at home"))


def _receipt_page(visit: Visit, answer: Response) -> Page:
    session, now = reading(), services().now()
    is_words = leftovers.is_words_alone(answer)
    after = followup.aftermath(session, services().vault, answer, visit.member, now=now)
    begins_on = visitor.follow_up_day(session, visit)
    check = checking.check(session, services().vault, visit, answer)
    return screens.render(
        "receipt",
        visit,
        title=_("What you wrote was kept") if is_words else _("Your answer has arrived"),
        heading=_("What you wrote was kept")
        if is_words
        else visit.words("thanks_heading", current_language()),
        is_words=is_words,
        code=format_receipt(answer.receipt),
        moment=pages.moment_words(answer.received_at),
        standing=_standing_words(visit, answer),
        own_print=format_print(check.own),
        check=check,
        check_words=checking.words(check),
        is_counted=answer.is_counted,
        deadline=pages.day_words(visit.campaign.closes_on),
        is_past=now >= clock.end_of(visit.campaign.closes_on),
        is_frozen=visit.gate.frozen_at is not None,
        is_unsaved=visitor.was_unsaved(visit),
        follow_up=pages.day_words(begins_on) if begins_on else "",
        percent=f"{visit.campaign.required_permille / 10:g}",
        after=after,
        photos=count_sent_photos(session, answer) if after.has_comment else 0,
        verdict_form=VerdictForm(formdata=None),
        day=pages.day_words,
        moment_of=pages.moment_words,
        here=url_for(".receipt"),
    )


def _standing_words(visit: Visit, answer: Response) -> str:
    """Say whether the answer counts, and why not when it does not."""
    aside = _aside_words(visit, answer)
    if aside:
        return aside
    frozen_at = visit.gate.frozen_at
    if answer.is_counted and answer.origin is Origin.FLUSHED:
        return _("Counted from what you had saved by the deadline. It was not sent.")
    if answer.is_counted:
        if frozen_at is not None:
            return _("Counted: your answer is part of the results.")
        return _(
            "Your answer is counted. Take a picture of this code: with it you can look here again "
            "on any phone with your link."
        )
    if frozen_at is not None and answer.received_at >= frozen_at:
        return _("It is kept but not counted: it came after the results were worked out.")
    return _("It is kept but not counted: another answer of this home counts already.")


def _aside_words(visit: Visit, answer: Response) -> str:
    """Say why an answer stands aside whatever else the home sent; empty when it does not."""
    if leftovers.is_words_alone(answer):
        return _(
            "You had not sent your answers. What you wrote was kept all the same: it is read and "
            "followed up. Your scores were neither kept nor counted."
        )
    if answer.voided_at is not None:
        return _void_words(answer.voided_at)
    exclusion = find_exclusion(reading(), visit.member.id)
    if exclusion is not None and exclusion.approved_at is not None:
        return _("It is kept but not counted: this home is not part of the survey.")
    return ""


def _void_words(voided_at: datetime) -> str:
    phone = services().config.phone
    day = pages.day_words(clock.beijing_date(voided_at))
    said = _("Head office took this answer out of the count on {day}.", day=day)
    ask = (
        _("To ask why: {phone}", phone=phone) if phone else _("To ask why, tell head office below.")
    )
    return f"{said} {ask}" if current_language() == "en" else said + ask


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
