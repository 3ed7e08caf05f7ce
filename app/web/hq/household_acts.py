"""What head office and offices do to a home: people, care, important, retire, merge, split."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.distribution.merging import carry
from app.surveys.register import queries as register
from app.surveys.register.homes import queries, services
from app.surveys.register.homes.errors import (
    AlreadyThereError,
    HomeError,
    NobodyError,
    OddDayError,
    OtherBuildingError,
    RetiredHomeError,
    RoomTakenError,
    SameHomeError,
    WrongDayError,
)
from app.surveys.register.homes.queries import FoundHome
from app.surveys.register.homes.services import Act, Told
from app.surveys.register.models import CareNeedKind, ImportantReason, PersonKind
from app.surveys.register.rules import building_key, home_key
from app.web.auth import current_scope, require_role
from app.web.forms import Form
from app.web.hq.households import access_home, home_page
from app.web.hq.register_forms import (
    ActForm,
    CareForm,
    CorrectForm,
    DayForm,
    ImportantForm,
    MergeForm,
    MoveInForm,
    PersonForm,
    RoomForm,
)
from app.web.services import services as outside
from app.web.transaction import transaction

bp = Blueprint("hq_household_acts", __name__, url_prefix="/hq/households")

_OF_PEOPLE = ("correct", "move-out")  # acts whose forms stand beside open names
_FIRST = {"correct": "name", "care": "need"}
Do = Callable[[Session, FoundHome, Form], None]


@dataclass(frozen=True, slots=True)
class _Kind:
    """One thing that can be done: its form, the act, and whether head office alone may do it."""

    form: type[Form]
    do: Do
    is_head_office: bool = False


@bp.post("/<int:household_id>/<act>")
@require_role(Role.HEAD_OFFICE, Role.OFFICE)
def do(household_id: int, act: str) -> tuple[str, int] | Response:
    """Do one thing to a home; a form with errors comes back with them."""
    kind = _KINDS.get(act)
    if kind is None:
        abort(404)
    if kind.is_head_office and current_scope().role is not Role.HEAD_OFFICE:
        abort(403)
    home = access_home(household_id)
    form = kind.form()
    if not form.validate():
        return _again(household_id, act, form), 422
    try:
        with transaction() as session:
            kind.do(session, home, form)
    except NobodyError:
        abort(404)
    except HomeError as error:
        field, problem = _problem(error)
        (form[field] if field in form else form[_FIRST.get(act, "on")]).errors = [problem]
        return _again(household_id, act, form), 422
    flash(_("Kept, with its date and your name."), "success")
    return redirect(url_for("hq_households.show", household_id=household_id))


def _again(household_id: int, act: str, form: Form) -> str:
    """Return the page with what was typed; names are open where they were open before."""
    return home_page(household_id, with_people=act in _OF_PEOPLE, wrong=(act, form))


def _problem(error: HomeError) -> tuple[str, str]:
    """Return the field an error belongs to, and its words."""
    told = {
        WrongDayError: (
            "on",
            _("This day lies in the future, or before the one it has to follow."),
        ),
        RoomTakenError: ("room", _("The building has this room already.")),
        SameHomeError: ("room", _("This is the home itself.")),
        OtherBuildingError: ("room", _("There is no such home in this community.")),
        RetiredHomeError: (
            "on",
            _("The home is retired already, or was taken back in the meantime."),
        ),
        OddDayError: ("on", _("This day is too long ago. Please check the year.")),
        AlreadyThereError: ("name", _("This was written down already.")),
    }.get(type(error))
    if told is None:
        raise error
    return told


def _act(form: Form, *, on: date | None = None) -> Act:
    reason = form.reason.data if "reason" in form else ""
    return Act(current_scope(), on or form.on.data, reason, outside().now())


def _retire(session: Session, home: FoundHome, form: Form) -> None:
    services.retire(session, outside().vault, home, _act(form))


def _revive(session: Session, home: FoundHome, form: Form) -> None:
    services.revive(session, outside().vault, home, _act(form))


def _merge(session: Session, home: FoundHome, form: Form) -> None:
    wanted = building_key(form.building.data)
    for building in register.list_buildings(session, home.community_id):
        if building_key(building.code) == wanted:
            other = queries.find_room(session, building.id, home_key(form.room.data))
            into = other and queries.find_home(session, current_scope(), other.id)
            if into:
                services.merge(session, outside().vault, home, into, _act(form))
                carry(session, gone=home.household_id, kept=into.household_id)
                return
    raise OtherBuildingError


def _split(session: Session, home: FoundHome, form: Form) -> None:
    services.split(session, outside().vault, home, form.room.data, _act(form))


def _important(session: Session, home: FoundHome, form: Form) -> None:
    code = form.important.data
    reason = ImportantReason(code) if code else None
    services.mark_important(session, outside().vault, home, reason, _act(form))


def _care(session: Session, home: FoundHome, form: Form) -> None:
    need = CareNeedKind(form.need.data)
    services.note_need(session, home, need, form.until.data, _act(form))


def _care_end(session: Session, home: FoundHome, form: Form) -> None:
    services.end_need(session, home, _number("need_id"), _act(form))


def _move_in(session: Session, home: FoundHome, form: Form) -> None:
    services.move_in(session, outside().vault, home, _told(form), _act(form))


def _move_out(session: Session, home: FoundHome, form: Form) -> None:
    services.move_out(session, outside().vault, home, _number("person_id"), _act(form))


def _correct(session: Session, home: FoundHome, form: Form) -> None:
    today = services.today(outside().now())
    act = _act(form, on=today)
    person_id = _number("person_id")
    services.correct(session, outside().vault, home, person_id, _told(form), act)


def _told(form: Form) -> Told:
    if not isinstance(form, PersonForm):
        abort(400)
    return Told(form.name.data, form.number, PersonKind(form.kind.data))


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        abort(400)
    return int(text)


_KINDS = {
    "retire": _Kind(ActForm, _retire, is_head_office=True),
    "revive": _Kind(ActForm, _revive, is_head_office=True),
    "merge": _Kind(MergeForm, _merge, is_head_office=True),
    "split": _Kind(RoomForm, _split, is_head_office=True),
    "important": _Kind(ImportantForm, _important, is_head_office=True),
    "care": _Kind(CareForm, _care),
    "care-end": _Kind(DayForm, _care_end),
    "move-in": _Kind(MoveInForm, _move_in),
    "move-out": _Kind(DayForm, _move_out),
    "correct": _Kind(CorrectForm, _correct),
}
