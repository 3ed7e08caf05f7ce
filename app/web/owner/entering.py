"""The ways in and out: the link on the letter, the short code typed, "this is not my home"."""

from flask import abort, redirect, request, url_for

from app.i18n import gettext as _
from app.surveys.campaign.codes import CodeSlipError, Slip
from app.surveys.campaign.lookup import find_by_typed_code
from app.surveys.campaign.queries import find_member_by_token_hash
from app.surveys.campaign.tokens import hash_token
from app.surveys.response.leftovers import services as leftovers
from app.surveys.response.models import Entrance
from app.web.guard import public
from app.web.owner import door, screens, visitor
from app.web.owner.door import Answer
from app.web.owner.forms import CodeForm, LeaveForm
from app.web.owner.screens import Page
from app.web.services import services
from app.web.transaction import reading, transaction

bp = door.make_blueprint("owner_in")


@bp.get("/t/<token>")
@public
def enter(token: str) -> Answer:
    """Open the link on the letter, and leave the token behind in a clean address."""
    member = find_member_by_token_hash(reading(), hash_token(token))
    if member is None:
        return _slow_down() if _is_too_often() else _unknown_link()
    visitor.begin(member, Entrance.LINK)
    return redirect(url_for("owner.landing"), 303)


@bp.get("/c")
@public
def ask_code() -> Answer:
    """Ask for the short code of a home, as it stands on its letter."""
    return _code_page(CodeForm(formdata=None))


@bp.post("/c")
@public
def open_code() -> Answer:
    """Open the home of a short code; a slip of the pen is found without asking the database."""
    form = CodeForm()
    if not form.validate():
        form.code.errors = (_slip_words(Slip.SHORT),)
        return _code_page(form, 422)
    try:
        member = find_by_typed_code(reading(), services().vault, form.code.data or "")
    except CodeSlipError as error:
        form.code.errors = (_slip_words(error.slip),)
        return _code_page(form, 422)
    if member is None:
        if _is_too_often():
            form.code.errors = (
                _(
                    "Too many wrong codes came from here. Please wait ten minutes, or scan the "
                    "code on your letter. A right code always works."
                ),
            )
            return _code_page(form, 429)
        form.code.errors = (
            _(
                "No home has this code. Please compare it with your letter; a letter of an earlier "
                "survey no longer works."
            ),
        )
        return _code_page(form, 422)
    visitor.begin(member, Entrance.CODE)
    return redirect(url_for("owner.landing"), 303)


@bp.get("/a/not-mine")
@public
def not_mine() -> Answer:
    """Ask somebody who opened a stranger's letter to leave."""
    visit = visitor.find_visit(reading())
    has_begun = visit is not None and bool(door.draft_of(visit))
    return screens.message(
        _("This is not your home?"),
        [
            _("Then please do not answer for it: each home has a link of its own."),
            _(
                "Put the letter into the right letter box, or give it to the front desk. "
                "On this phone the link is forgotten with the button below."
            ),
            _("What was answered on this phone and not sent is deleted with it.")
            if has_begun
            else "",
        ],
        visit=visit,
        form=LeaveForm(),
        button=_("Forget this link"),
        link=(url_for("owner.landing"), _("It is my home after all")),
    )


@bp.post("/a/not-mine")
@public
def forget() -> Answer:
    """Forget the link on this phone, and what was begun here for a home that is not one's own.

    From the receipt of one's own home only this phone forgets: what was sent stays.
    """
    if not LeaveForm().validate():
        abort(400)
    visit = visitor.find_visit(reading())
    if visit is not None and not door.is_for(visit):
        return screens.other_home(visit)
    if visit is not None and "phone" not in request.form:
        with transaction() as session:
            leftovers.drop_own_draft(
                session, services().vault, member=visit.member, device=visit.device
            )
    visitor.leave()
    return screens.message(
        _("The link is forgotten"),
        [_("Thank you for telling us. You can close this page.")],
        kept=screens.Kept.NOTHING,
    )


def _is_too_often() -> bool:
    """Count a wrong link or code and say whether there were too many."""
    return door.limits().note_wrong(request.remote_addr or "", services().now().timestamp())


def _code_page(form: CodeForm, status: int = 200) -> Page:
    return screens.render(
        "code", None, status, form=form, phone=services().config.phone, here=url_for(".ask_code")
    )


def _slip_words(slip: Slip) -> str:
    return {
        Slip.SHORT: _("The code has 13 letters and digits; some are missing here."),
        Slip.LONG: _("The code has 13 letters and digits; here are more."),
        Slip.SIGN: _("The code holds only letters and digits. Please compare it once more."),
        Slip.SYMBOL: _(
            "One letter or digit seems wrong, or two have changed places. "
            "Please compare the code sign by sign."
        ),
    }[slip]


def _unknown_link() -> Page:
    config = services().config
    return screens.message(
        _("This link does not lead to a home"),
        [
            _("Perhaps it was not copied completely. Scan the code on your letter once more."),
            _(
                "It still does not work? Ask the head office of {company} for a new letter.",
                company=config.company,
            ),
            _("Please contact head office: {phone}", phone=config.phone) if config.phone else "",
        ],
        status=404,
        link=(url_for(".ask_code"), _("Type the code on the letter")),
    )


def _slow_down() -> Page:
    return screens.message(
        _("Too many wrong links"),
        [
            _(
                "Please wait ten minutes, then scan the code on your letter. "
                "A right link always works."
            )
        ],
        status=429,
    )
