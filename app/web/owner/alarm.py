"""A home that finds an answer it did not give, or not like this, tells head office."""

from flask import abort, redirect, url_for

from app.followup import public as followup
from app.followup.models import AlarmKind
from app.i18n import gettext as _
from app.surveys.response.queries import list_responses
from app.web.guard import public
from app.web.owner import door, screens
from app.web.owner.door import Answer, at_home
from app.web.owner.forms import AlarmForm
from app.web.owner.screens import Page
from app.web.owner.visitor import Visit
from app.web.services import services
from app.web.transaction import reading, transaction

bp = door.make_blueprint("owner_alarm")


@bp.get("/a/alarm")
@public
@at_home
def ask(visit: Visit) -> Answer:
    """Ask what is not right, and how head office can reach whoever says so."""
    if not list_responses(reading(), visit.member.id):
        return redirect(url_for("owner.landing"), 303)
    return _alarm_page(visit, AlarmForm(formdata=None))


@bp.post("/a/alarm")
@public
@at_home
def send(visit: Visit) -> Answer:
    """Tell head office; the office in charge of the community never learns of it."""
    if not list_responses(reading(), visit.member.id):
        return redirect(url_for("owner.landing"), 303)
    form = AlarmForm()
    if not form.validate():
        abort(400)
    if form.kind.data not in list(AlarmKind):
        form.kind.errors = (_("Please choose one."),)
        return _alarm_page(visit, form, 422)
    said = {name: form[name].data or "" for name in ("name", "phone", "words")}
    try:
        with transaction() as session:
            followup.raise_alarm(
                session,
                services().vault,
                visit.member,
                AlarmKind(form.kind.data),
                said=said,
                now=services().now(),
            )
    except followup.TooManyAlarmsError:
        return _told(visit, _("Head office knows already and is looking into it."))
    return _told(visit, _("Head office looks into it. It asks back when you left a number."))


def _told(visit: Visit, words: str) -> Page:
    phone = services().config.phone
    return screens.message(
        _("Thank you, head office has been told"),
        [
            words,
            _("The management office of your community does not learn who said so."),
            _("Please contact head office: {phone}", phone=phone) if phone else "",
        ],
        visit=visit,
        link=(url_for("owner.landing"), _("Back to my survey")),
    )


def _alarm_page(visit: Visit, form: AlarmForm, status: int = 200) -> Page:
    return screens.render("alarm", visit, status, form=form, here=url_for(".ask"))
