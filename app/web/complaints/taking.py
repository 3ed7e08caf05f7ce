"""Taking a complaint in: one page, filled in while the customer speaks; what is wrong stays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.clock import BEIJING, beijing_date
from app.followup.cases.queries import list_team
from app.followup.errors import FieldError
from app.followup.models import CaseList
from app.i18n import gettext as _
from app.service.complaints import queries
from app.service.complaints.clocks import clock_of
from app.service.complaints.codes.services import list_codes, read_settings
from app.service.complaints.intake import take_in
from app.service.complaints.models import Against, Channel, HotlineKind, Kind, Severity
from app.service.complaints.rows import ComplaintRow
from app.service.complaints.rules import OFFICE_ROLES, Intake
from app.staff.models import Role
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.register.homes.queries import FoundHome, find_home
from app.surveys.register.homes.search import Hint, search
from app.surveys.register.queries import list_communities
from app.web import words as staff_words
from app.web.auth import current_scope, require_role
from app.web.complaints import words
from app.web.complaints.forms import IntakeForm
from app.web.complaints.lines import about_words
from app.web.complaints.lists import TAKERS
from app.web.fields import field_problem
from app.web.keys import key_in
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("complaint_intake", __name__, url_prefix="/complaints")

_BEFORE_SHOWN = 3
_HOMES_LOOKED_UP = 6
# A telephone's or a desk's clock that is a little fast makes no complaint impossible.
_FAST_CLOCK = timedelta(minutes=10)
_FIELDS = {
    "household_id": "household",
    "community_id": "community",
    "first_asked_by": "asked",
    "hotline_kind": "hotline",
    "received_at": "received",
}
_FOLDED = ("severity", "against", "asked", "rings", "received")


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier complaint of a home."""

    words: str
    href: str
    is_recent: bool


@dataclass(frozen=True, slots=True)
class HomeLine:
    """A home to choose."""

    id: int
    name: str
    community: str
    before: tuple[Before, ...]
    is_chosen: bool


@bp.get("/new")
@require_role(*TAKERS)
def new() -> str:
    """Show the empty form; a home in the address is chosen already."""
    form = _form(formdata=None)
    household_id = key_in(request.args.get("household"))
    home = None if household_id is None else find_home(reading(), current_scope(), household_id)
    return _page(form, _chosen(form, home))


@bp.get("/there")
@require_role(*TAKERS)
def probe() -> tuple[str, int]:
    """Say that the server is there; a page asks before it sends what somebody typed."""
    return "", 204


@bp.post("/new")
@require_role(*TAKERS)
def take() -> str | tuple[str, int] | Response:
    """Find the home, or take the complaint in; everything typed comes back when it is wrong."""
    form = _form()
    key = key_in(form.household.data)
    home = None if key is None else find_home(reading(), current_scope(), key)
    form.household.choices = [(str(home.household_id), "")] if home else []
    if "find" in request.form:
        return _found(form)
    if home is None:
        form.household.data = ""
        form.household.choices = [("", "")]
    if not form.validate():
        # An address that was typed and never looked up is looked up now.
        is_sought = home is None and (form.home.data or "").strip() and not form.company.data
        return _found(form) if is_sought else _page(form, _chosen(form, home)), 422
    intake = _intake_of(form, home)
    try:
        with transaction() as session:
            taken = take_in(session, outside().vault, current_scope(), intake, now=outside().now())
    except FieldError as error:
        form[_FIELDS.get(error.field, error.field)].errors = [_problem(error.problem)]
        return _page(form, _chosen(form, home)), 422
    if intake.against is Against.DIRECTOR and current_scope().role in OFFICE_ROLES:
        return redirect(url_for(".receipt", on=_due_on(intake).isoformat()))
    flash(_("Taken in. Tell the customer the number {number}.").format(number=taken.number))
    return redirect(url_for("complaint_page.show", complaint_id=taken.id))


def _problem(problem: str) -> str:
    if problem == "too_old":
        return _("More than a year ago: please check the date.")
    return field_problem(problem)


@bp.get("/receipt")
@require_role(*TAKERS)
def receipt() -> str:
    """Show that head office has a complaint, and until when it answers; nothing about which."""
    try:
        due_on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        due_on = beijing_date(outside().now())
    return render_template("complaints/receipt.html", now=outside().now(), due_on=due_on)


def _form(**given: object) -> IntakeForm:
    """Return the form with what this person may choose."""
    now, scope = outside().now(), current_scope()
    local = now.astimezone(BEIJING).replace(tzinfo=None, second=0, microsecond=0)
    if given:
        given |= {
            "received": local,
            "asked": str(scope.staff_id),
            "channel": Channel.PHONE.value,
            "kind": Kind.VALID.value,
            "severity": Severity.ORDINARY.value,
            "against": Against.NONE.value,
            "key": uuid4().hex,
        }
    form = IntakeForm(**given)
    session = reading()
    form.code.choices = [
        ("", _("choose")),
        *(
            (one.code, f"{words.class_name(one.class_)} · {words.code_label(one)}")
            for one in list_codes(session)
        ),
    ]
    places = list_communities(session, scope)
    form.community.choices = [("", "—"), *((str(one.id), one.name) for one in places)]
    form.asked.choices = _asked(form)
    return form


def _asked(form: IntakeForm) -> list[tuple[str, str]]:
    """Return who may have been asked first: this person before all others."""
    scope, session = current_scope(), reading()
    own = [(str(scope.staff_id), scope.name)]
    if scope.role is Role.HEAD_OFFICE:
        home = key_in(form.household.data)
        found = None if home is None else find_home(session, scope, home)
        places = {found.community_id} if found else {key_in(form.community.data) or 0}
    else:
        places = set(scope.community_ids or ())
    team = list_team(session, places, on_list=CaseList.COMMUNITY)
    return own + [(str(one.id), one.name) for one in team if one.id != scope.staff_id]


def _found(form: IntakeForm) -> str:
    """Look for homes and show them to choose from; nothing typed is lost."""
    text = (form.home.data or "").strip()
    homes: Iterable[FoundHome] = ()
    hint: Hint | None = Hint.ROOM
    if text:
        with transaction() as session:
            found = search(
                session,
                outside().vault,
                current_scope(),
                text,
                is_address=True,
                now=outside().now(),
            )
        homes, hint = found.homes, found.hint
    if not form.key.data:
        form.key.data = uuid4().hex
    shown = [one for one in homes if one.retired_on is None]
    if len(shown) == 1:
        return _page(form, _chosen(form, shown[0]))
    return _page(form, _lines(shown, None), hint=_hint(hint))


def _hint(hint: Hint | None) -> str:
    if hint is None:
        return ""
    return {
        Hint.NOTHING: _("Nothing was found. Check the spelling, or try the address."),
        Hint.COMMUNITY: _("Please tell the community too: its name or its code."),
        Hint.ROOM: _("Please tell the building or the room too, for example 3-1-1101."),
        Hint.MORE: _("These are the first 50. Tell more of the address to see fewer."),
    }[hint]


def _chosen(form: IntakeForm, home: FoundHome | None) -> list[HomeLine]:
    if home is None:
        return []
    form.household.data = str(home.household_id)
    form.asked.choices = _asked(form)
    if not form.home.data:
        form.home.data = f"{home.community} {staff_words.home_name(home.building, home.room)}"
    return _lines([home], home)


def _lines(homes: list[FoundHome], chosen: FoundHome | None) -> list[HomeLine]:
    """Return homes to choose from, with what each complained about before where they are few."""
    session = reading()
    days = timedelta(days=read_settings(session)["repeat_days"])
    is_few = len(homes) <= _HOMES_LOOKED_UP
    return [
        HomeLine(
            id=home.household_id,
            name=staff_words.home_name(home.building, home.room),
            community=home.community,
            before=_before(session, home, days) if is_few else (),
            is_chosen=home is chosen,
        )
        for home in homes
    ]


def _before(session: Session, home: FoundHome, days: timedelta) -> tuple[Before, ...]:
    since = outside().now() - days
    rows = queries.list_of_home(session, current_scope(), home.household_id)
    return tuple(_before_line(row, since) for row in rows[:_BEFORE_SHOWN])


def _before_line(row: ComplaintRow, since: datetime) -> Before:
    is_recent = row.complaint.received_at >= since
    told = _("{date}: {about}, {stage}").format(
        date=staff_words.beijing_day(row.complaint.received_at),
        about=about_words(row),
        stage=words.stage_name(row.stage),
    )
    if is_recent:
        told += _(" — about the same again: a repeat")
    return Before(told, url_for("complaint_page.show", complaint_id=row.id), is_recent)


def _page(form: IntakeForm, homes: list[HomeLine], *, hint: str = "") -> str:
    return render_template(
        "complaints/intake.html",
        form=form,
        homes=homes,
        hint=hint,
        wrong=_wrong(form),
        more_open=any(form[name].errors for name in _FOLDED),
        is_office=current_scope().role in OFFICE_ROLES,
    )


def _wrong(form: IntakeForm) -> list[tuple[str, str]]:
    """Return the fields that were refused: their names, and where they stand."""
    names = {
        "home": _("Address of the home"),
        "household": _("Choose the home"),
        "community": _("Community"),
        "company": _("Company that complains"),
        "name": _("Customer's name"),
        "contact": _("How to reach the customer"),
        "text": _("The customer's own words"),
        "code": _("Class and matter"),
        "kind": _("Nature"),
        "channel": _("How it came in"),
        "hotline": _("Call on the hotline"),
        "severity": _("Severity"),
        "against": _("Against whom"),
        "asked": _("Who was asked first"),
        "rings": _("Rings before it was picked up"),
        "received": _("Received"),
    }
    radios = {"kind", "channel", "hotline", "severity", "against"}
    return [
        (label, f"{name}-0" if name in radios else name)
        for name, label in names.items()
        if form[name].errors
    ]


def _intake_of(form: IntakeForm, home: FoundHome | None) -> Intake:
    hotline = Channel(form.channel.data) is Channel.HOTLINE
    place = key_in(form.community.data) or 0 if home is None else home.community_id
    return Intake(
        community_id=place,
        household_id=None if home is None else home.household_id,
        company=form.company.data or "",
        name=form.name.data,
        contact=form.contact.data,
        text=form.text.data,
        channel=Channel(form.channel.data),
        received_at=_received(form),
        code=form.code.data,
        kind=Kind(form.kind.data),
        hotline_kind=HotlineKind(form.hotline.data) if hotline else None,
        first_asked_by=key_in(form.asked.data),
        rings=form.rings.data,
        severity=Severity(form.severity.data),
        against=Against(form.against.data),
        has_compensation=form.compensation.data,
        has_media=form.media.data,
        has_legal=form.legal.data,
        key=form.key.data or uuid4().hex,
    )


def _received(form: IntakeForm) -> datetime:
    now = outside().now()
    at: datetime = form.received.data.replace(tzinfo=BEIJING)
    return now if now < at <= now + _FAST_CLOCK else at


def _due_on(intake: Intake) -> date:
    return clock_of(intake.received_at, intake.channel, load_calendar(reading())).due_on
