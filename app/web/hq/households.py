"""Finding a home, and its page: where it is, what it needs, its history; people only when asked."""

from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.timeline import timeline
from app.i18n import gettext as _
from app.reports.standards.customer_file import service_lines, types_of
from app.staff import audit
from app.staff.models import Role
from app.surveys.register.homes import queries
from app.surveys.register.homes.queries import EventRow, FoundHome
from app.surveys.register.homes.search import Search, search
from app.surveys.register.homes.services import REASON
from app.surveys.register.models import CareNeed, HouseholdEventKind, ImportantReason, PersonKind
from app.web import contact_words, words
from app.web.auth import current_scope, require_role
from app.web.forms import Form
from app.web.hq import register_words
from app.web.hq.forms import ActForm as PlainForm
from app.web.hq.register_forms import (
    ActForm,
    CareForm,
    CorrectForm,
    DayForm,
    ImportantForm,
    MergeForm,
    MoveInForm,
    RoomForm,
)
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_households", __name__, url_prefix="/hq/households")

DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
_LONGEST_QUESTION = 100


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of a home's history, in words."""

    row: EventRow
    what: str
    detail: str
    reason: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody who lives or lived in a home; name and phone only when they were asked for."""

    person_id: int
    kind: str
    name: str
    phone: str
    has_phone: bool
    since: str
    until: str


@bp.get("/")
@require_role(*DESK)
def index() -> str:
    """Show the search box; an address in the link is looked for, a name or number never is."""
    question = request.args.get("q", "")[:_LONGEST_QUESTION].strip()
    found = _search(question, is_address=True) if question else None
    return _results(question, found)


@bp.post("/")
@require_role(*DESK)
def find() -> str | tuple[str, int]:
    """Search. Names and numbers are sent in a form, so that they stand in no address or log."""
    if not PlainForm().validate():
        abort(400)
    question = request.form.get("q", "")[:_LONGEST_QUESTION].strip()
    return _results(question, _search(question) if question else None)


@bp.get("/<int:household_id>")
@require_role(*DESK)
def show(household_id: int) -> str:
    """Show a home without its people; the look is written down."""
    return home_page(household_id)


@bp.post("/<int:household_id>/people")
@require_role(*DESK)
def people(household_id: int) -> str:
    """Show a home with the names and numbers of its people; that is written down by itself."""
    if not PlainForm().validate():
        abort(400)
    return home_page(household_id, with_people=True)


def access_home(household_id: int) -> FoundHome:
    """Return a home of the present scope, or answer 404."""
    home = queries.find_home(reading(), current_scope(), household_id)
    if home is None:
        abort(404)
    return home


def home_page(
    household_id: int, *, with_people: bool = False, wrong: tuple[str, Form] | None = None
) -> str:
    """Return the page of a home.

    Args:
        household_id: Key of the home.
        with_people: Open names and numbers.
        wrong: The act whose form has errors, and the form.
    """
    home = access_home(household_id)
    with transaction() as session:
        audit.record(
            session,
            actor=current_scope(),
            action="household.people" if with_people else "household.look",
            subject=home.uid,
            community_id=home.community_id,
            now=outside().now(),
        )
    session = reading()
    needs = queries.list_needs(session, household_id)
    role = current_scope().role
    return render_template(
        "hq/household.html",
        home=home,
        people=_people(session, household_id, is_open=with_people),
        with_people=with_people,
        events=[_event_view(row) for row in queries.list_events(session, household_id)],
        needs=[(need, register_words.care_name(need.need), _is_open(need)) for need in needs],
        service=service_lines(session, current_scope(), home),
        types=types_of(
            session,
            home,
            day=beijing_date(outside().now()),
            people=[
                one.kind.value
                for one in queries.list_residents(session, household_id)
                if one.moved_out_on is None
            ],
        ),
        entries=timeline(session, outside().vault, current_scope(), household_id),
        wording=contact_words,
        forms=_forms(home, wrong),
        wrong=wrong[0] if wrong else "",
        problems=_problems(wrong[1]) if wrong else [],
        typed_for=request.form.get("person_id", "") if wrong else "",
        plain=PlainForm(formdata=None),
        may_edit=role in (Role.HEAD_OFFICE, Role.OFFICE),
        may_change=role is Role.HEAD_OFFICE,
    )


def _problems(form: Form) -> list[str]:
    """Return what is wrong with a form, each sentence once."""
    return list(dict.fromkeys(str(text) for errors in form.errors.values() for text in errors))


def _search(question: str, *, is_address: bool = False) -> Search:
    with transaction() as session:
        return search(
            session,
            outside().vault,
            current_scope(),
            question,
            is_address=is_address,
            now=outside().now(),
        )


def _results(question: str, found: Search | None) -> str:
    is_secret = found is not None and found.by != "address"
    return render_template(
        "hq/households.html",
        form=PlainForm(formdata=None),
        # What was typed comes back, but for names and numbers: screens are looked at by many.
        question="" if is_secret else question,
        found=found,
        hint=register_words.hint(found.hint) if found and found.hint else "",
        sees_people=current_scope().role is Role.HEAD_OFFICE,
    )


def _people(session: Session, household_id: int, *, is_open: bool) -> list[PersonView]:
    vault = outside().vault
    return [
        PersonView(
            person_id=person.id,
            kind=register_words.person_kind(person.kind),
            name=vault.open(person.name_sealed, "name") if is_open else "",
            phone=vault.open(person.phone_sealed, "phone")
            if is_open and person.phone_sealed
            else "",
            has_phone=person.phone_sealed is not None,
            since=words.date_words(person.moved_in_on) if person.moved_in_on else "",
            until=words.date_words(person.moved_out_on) if person.moved_out_on else "",
        )
        for person in queries.list_residents(session, household_id)
    ]


def _event_view(row: EventRow) -> EventView:
    event = row.event
    detail = ""
    if event.kind is HouseholdEventKind.IMPORTANT:
        reason = ImportantReason(event.detail) if event.detail else None
        detail = words.important_reason(reason) or _("important no more")
    elif event.kind is HouseholdEventKind.MERGED_FROM and event.detail:
        detail = words.important_reason(ImportantReason(event.detail))
    elif event.kind is HouseholdEventKind.CORRECTED:
        detail = _(", ").join(register_words.person_field(name) for name in event.detail.split(","))
    elif event.kind is HouseholdEventKind.REGROUPED:
        detail = event.detail
    elif event.detail in {kind.value for kind in PersonKind}:
        detail = register_words.person_kind(PersonKind(event.detail))
    sealed = event.reason_sealed
    return EventView(
        row=row,
        what=register_words.event_name(event.kind),
        detail=detail,
        reason=outside().vault.open(sealed, REASON) if sealed else "",
    )


def _is_open(need: CareNeed) -> bool:
    return need.until is None or need.until > beijing_date(outside().now())


def _forms(home: FoundHome, wrong: tuple[str, Form] | None) -> dict[str, Form]:
    today = beijing_date(outside().now())
    forms: dict[str, Form] = {
        "retire": ActForm(formdata=None, on=today),
        "revive": ActForm(formdata=None, on=today),
        "merge": MergeForm(formdata=None, on=today, building=home.building),
        "split": RoomForm(formdata=None, on=today),
        "important": ImportantForm(
            formdata=None, on=today, important=home.important.value if home.important else ""
        ),
        "care": CareForm(formdata=None, on=today),
        "care-end": DayForm(formdata=None, on=today),
        "move-in": MoveInForm(formdata=None, on=today, kind=PersonKind.OWNER.value),
        "move-out": DayForm(formdata=None, on=today),
        "correct": CorrectForm(formdata=None),
    }
    if wrong is not None:
        forms[wrong[0]] = wrong[1]
    return forms
