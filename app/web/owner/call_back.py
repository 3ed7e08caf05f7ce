"""The questions after a repair or a complaint, opened by a link: one page, one answer, no sign-in.

Who opens the link is asked about one thing only; the page shows neither name nor address.
"""

from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.service.callbacks import linking
from app.service.callbacks.errors import LinkGoneError
from app.service.callbacks.models import CallBackLink, CallKind
from app.service.callbacks.public import topic_of
from app.service.callbacks.queries import get_order
from app.service.callbacks.questions import Asked, check, find_asked
from app.surveys.instrument.answers import AnswersError
from app.web import call_words
from app.web.guard import public
from app.web.instrument_forms import InstrumentForm, make_form_class
from app.web.owner import door, screens
from app.web.owner.door import Answer
from app.web.owner.screens import Page
from app.web.services import services
from app.web.transaction import reading, transaction

bp = door.make_blueprint("owner_call_back")


@bp.get("/k/<token>")
@public
def show(token: str) -> Answer:
    """Ask."""
    try:
        link = linking.open_link(reading(), token, now=services().now())
    except LinkGoneError as error:
        return _gone(error)
    asked = find_asked(reading(), link.kind)
    if asked is None:
        return _gone(LinkGoneError("unknown"))
    return _page(link, asked, _form(link, asked, is_sent=False), token)


@bp.post("/k/<token>")
@public
def send(token: str) -> Answer:
    """Take the answer; a second one says that there is one."""
    now = services().now()
    try:
        link = linking.open_link(reading(), token, now=now)
    except LinkGoneError as error:
        return _gone(error)
    asked = find_asked(reading(), link.kind)
    if asked is None:
        return _gone(LinkGoneError("unknown"))
    form = _form(link, asked, is_sent=True)
    if not form.validate():
        return _page(link, asked, form, token, 422)
    try:
        _keep(token, asked, form, now)
    except LinkGoneError as error:
        return _gone(error)
    except AnswersError as error:
        form.refuse(error.problems)
        return _page(link, asked, form, token, 422, is_short=True)
    return screens.message(
        _("Thank you, we have received it"),
        [
            _("If something is not in order, somebody takes it up at once."),
            _phone(),
        ],
    )


def _keep(token: str, asked: Asked, form: InstrumentForm, now: datetime) -> None:
    said = check(asked, form.raw(), final=True)
    with transaction() as session:
        link = linking.open_link(session, token, now=now)
        linking.answer_link(session, services().vault, link, asked, said, now=now)


def _form(link: CallBackLink, asked: Asked, *, is_sent: bool) -> InstrumentForm:
    values = _values(reading(), link)
    items = call_words.filled(asked.instrument, values)
    form_class = make_form_class(asked.instrument, items, current_language())
    return form_class() if is_sent else form_class(formdata=None)


def _values(session: Session, link: CallBackLink) -> dict[str, str]:
    if link.kind is CallKind.COMPLAINT:
        day, topic = topic_of(session, link.complaint_id or 0)
        return call_words.complaint_values(day, topic)
    order = get_order(session, link.order_id or 0)
    day = beijing_date(order.arrived_at or order.done_at or order.issued_at)
    return call_words.repair_values(day, order.place, order.thing)


def _page(
    link: CallBackLink,
    asked: Asked,
    form: InstrumentForm,
    token: str,
    status: int = 200,
    *,
    is_short: bool = False,
) -> Page:
    return screens.render(
        "call_back",
        None,
        status,
        form=form,
        title=asked.instrument.title.in_language(current_language()),
        is_repair=link.kind is CallKind.REPAIR,
        is_short=is_short,
        token=token,
        phone=services().config.phone,
    )


def _gone(error: LinkGoneError) -> Page:
    if error.why == "answered":
        return screens.message(
            _("Your answer is here already"), [_("Thank you. One answer counts."), _phone()]
        )
    if error.why == "expired":
        return screens.message(
            _("This link is no longer open"),
            [_("It was open for two weeks."), _phone()],
            status=410,
        )
    address, at = request.remote_addr or "", services().now().timestamp()
    is_often = door.limits().note_wrong(address, at)
    return screens.message(
        _("This link is not known"),
        [_("Please open it as it stands in the message you were sent."), _phone()],
        status=429 if is_often else 404,
    )


def _phone() -> str:
    phone = services().config.phone
    return _("Something to tell us? Head office: {phone}", phone=phone) if phone else ""
