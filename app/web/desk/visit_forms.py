"""Forms of home visits: an appointment, another day, the record at the door, a promise kept."""

from collections.abc import Sequence
from datetime import datetime

from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import (
    DateField,
    DateTimeLocalField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)

from app.clock import BEIJING
from app.followup.rules import LONGEST_TEXT
from app.followup.visits.models import VisitResult
from app.followup.visits.rules import LONGEST_NAME, PEOPLE, PLACES, ActionInput, VisitInput
from app.i18n import gettext as _
from app.web import words
from app.web.fields import at_most, chosen, filled, offered, readable
from app.web.forms import Form
from app.web.visit_words import place_name, visit_result

_MINUTES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
_NOBODY = "0"
Visitors = Sequence[tuple[int, str]]


class AppointmentForm(Form):
    """The time a household agreed to, with whom, and who goes."""

    at = DateTimeLocalField(validators=[filled], format=_MINUTES)
    agreed_with = RadioField(validators=[chosen], validate_choice=False)
    visitor = SelectField(validators=[offered], validate_choice=False)

    def offer(self, visitors: Visitors) -> None:
        """Offer the people of the office."""
        self.agreed_with.choices = [(one, words.person_name(one)) for one in PEOPLE]
        self.visitor.choices = _visitors(visitors)

    @property
    def instant(self) -> datetime:
        """Return the time as an instant."""
        found: datetime = self.at.data.replace(tzinfo=BEIJING)
        return found


class PlanForm(Form):
    """Another day for a visit, and who goes."""

    planned_on = DateField(validators=[filled])
    visitor = SelectField(validators=[offered], validate_choice=False)

    def offer(self, visitors: Visitors) -> None:
        """Offer the people of the office."""
        self.visitor.choices = _visitors(visitors)


class RecordForm(Form):
    """What came of an attempt: the six fields of the handbook, the owner's view, a promise."""

    key = HiddenField()
    result = RadioField(validators=[chosen], validate_choice=False)
    at = DateTimeLocalField(validators=[filled], format=_MINUTES)
    place = RadioField(validators=[offered], default=PLACES[0], validate_choice=False)
    person = RadioField(validators=[offered], default="", validate_choice=False)
    matter = TextAreaField(validators=[at_most(LONGEST_TEXT)])
    outcome = TextAreaField(validators=[at_most(LONGEST_TEXT)])
    owner_view = RadioField(default="", validators=[offered], validate_choice=False)
    reason = TextAreaField(validators=[at_most(LONGEST_TEXT)])
    action = StringField(validators=[at_most(LONGEST_TEXT)])
    responsible = StringField(validators=[at_most(LONGEST_NAME)])
    due_on = DateField(validators=[readable])
    photo = FileField()
    signature = HiddenField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.result.choices = [(one.value, visit_result(one)) for one in VisitResult]
        self.place.choices = [(place, place_name(place)) for place in PLACES]
        self.person.choices = [
            *((one, words.person_name(one)) for one in PEOPLE),
            ("", _("nobody")),
        ]
        self.owner_view.choices = [
            *((view, words.view_name(view)) for view in words.VIEWS),
            ("", words.view_name(None)),
        ]

    def validate(self, extra_validators: object = None) -> bool:
        """Check the fields, and that a promise has a day."""
        is_valid = bool(super().validate(extra_validators))
        is_promise = bool((self.action.data or "").strip())
        if is_promise and self.due_on.data is None and not self.due_on.errors:
            self.due_on.errors = [_("Please say by which date.")]
            return False
        return is_valid

    @property
    def upload(self) -> FileStorage | None:
        """Return the photo somebody chose."""
        chosen_file = self.photo.data
        return (
            chosen_file if isinstance(chosen_file, FileStorage) and chosen_file.filename else None
        )

    def visit(self, photo: bytes | None, signature: bytes | None) -> VisitInput:
        """Return the record; fields of a visit are left out where there was none."""
        result = VisitResult(self.result.data)
        is_visit = result is VisitResult.VISITED
        action = (self.action.data or "").strip()
        actions: tuple[ActionInput, ...] = ()
        if is_visit and action:
            actions = (ActionInput(action, self.responsible.data or "", self.due_on.data),)
        return VisitInput(
            result=result,
            at=self.at.data.replace(tzinfo=BEIJING),
            place=self.place.data if is_visit else "",
            person=self.person.data if result is not VisitResult.NOT_AT_HOME else "",
            matter=self.matter.data or "" if is_visit else "",
            outcome=self.outcome.data or "" if is_visit else "",
            owner_view=self.owner_view.data or None if is_visit else None,
            reason="" if is_visit else self.reason.data or "",
            actions=actions,
            photo=photo if is_visit else None,
            signature=signature if is_visit else None,
        )

    def mark(self, field: str, problem: str) -> None:
        """Say beside its field what a service refused."""
        names = {"what": "action"}
        parts = field.split("-")
        name = (
            names.get(parts[-1], parts[-1]) if parts[0] == "actions" and len(parts) == 3 else field
        )
        self[name if name in self.data else "result"].errors = [problem]


class DoneForm(Form):
    """That a promise was kept, and how."""

    note = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


def _visitors(visitors: Visitors) -> list[tuple[str, str]]:
    return [(_NOBODY, _("not decided")), *((str(key), name) for key, name in visitors)]


def visitor_of(form: AppointmentForm | PlanForm) -> int | None:
    """Return who was chosen to go."""
    return None if form.visitor.data == _NOBODY else int(form.visitor.data)
