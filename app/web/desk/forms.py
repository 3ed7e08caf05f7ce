"""Forms of follow-up: a contact, who answers for a case, its next step, triage, praise, people."""

from wtforms import (
    DateField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import ValidationError

from app.followup.models import Attempt, Outcome, Urgency
from app.followup.problems.codebook import load_codebook
from app.followup.rules import LONGEST_TEXT, PLACES, WORDLESS
from app.i18n import gettext as _
from app.reports.departments import department_name
from app.web import case_words, words
from app.web.fields import at_most, between, chosen, filled, offered, readable
from app.web.forms import Form


class ContactForm(Form):
    """The six fields of the handbook that are not known already, and the owner's own view.

    Way and person are chosen beforehand: most contacts are a call to the owner himself, or go the
    way the owner asked for. What came of it is never chosen beforehand.
    """

    at = DateTimeLocalField(validators=[filled], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    way = RadioField(validators=[chosen], validate_choice=False)
    place = RadioField(default="", validators=[offered], validate_choice=False)
    person = RadioField(validators=[chosen], validate_choice=False)
    outcome = RadioField(validators=[chosen], validate_choice=False)
    attempt = RadioField(default="", validators=[offered], validate_choice=False)
    next_on = DateField(validators=[readable])
    next_time = TimeField(validators=[readable])
    result = TextAreaField(validators=[at_most(LONGEST_TEXT)])
    owner_view = RadioField(default="", validators=[offered], validate_choice=False)
    key = HiddenField(validators=[at_most(64)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.way.choices = [(way, words.way_name(way)) for way in words.WAYS]
        self.place.choices = [
            ("", _("the usual place")),
            *((one, case_words.place_name(one)) for one in PLACES),
        ]
        self.person.choices = [(one, words.person_name(one)) for one in words.PEOPLE]
        self.outcome.choices = [(one.value, words.outcome_name(one)) for one in Outcome]
        self.attempt.choices = [
            ("", _("not said")),
            *((one.value, case_words.attempt_name(one)) for one in Attempt),
        ]
        self.owner_view.choices = [
            *((view, words.view_name(view)) for view in words.VIEWS),
            ("", words.view_name(None)),
        ]

    def validate_next_on(self, field: DateField) -> None:
        """Ask for the date a promise is to be kept, or the owner wants somebody to come."""
        is_promised = self.outcome.data == Outcome.DATED or self.attempt.data == Attempt.COME_AGAIN
        if is_promised and field.data is None:
            raise ValidationError(_("Please say by which date."))

    def validate_result(self, field: TextAreaField) -> None:
        """Ask what was said, unless the outcome says it all."""
        is_plain = self.outcome.data in [one.value for one in WORDLESS]
        if not is_plain and not (field.data or "").strip():
            raise ValidationError(_("Please fill this in."))


class GiveForm(Form):
    """Who answers for one or many cases from now on."""

    staff = SelectField(validators=[chosen], validate_choice=False)
    reason = StringField(validators=[at_most(200)])


class StepForm(Form):
    """A step by hand, or what a case becomes, with its reason."""

    reason = TextAreaField(validators=[at_most(LONGEST_TEXT)])


class TriageForm(Form):
    """What a case is about."""

    urgency = RadioField(validators=[chosen], validate_choice=False)
    code = SelectField(default="", validators=[offered], validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.urgency.choices = [(one.value, case_words.urgency_name(one)) for one in Urgency]
        codes = load_codebook().codes
        self.code.choices = [
            ("", "—"),
            *((one.code, case_words.code_name(one.code)) for one in codes),
        ]


class PraiseForm(Form):
    """Who was praised: an account, or a name as the owner wrote it."""

    staff = SelectField(default="", validators=[offered], validate_choice=False)
    name = StringField(validators=[at_most(40)])
    department = SelectField(validators=[chosen], validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.staff.choices = [("", "—")]
        self.department.choices = [
            (one.code, department_name(one.code)) for one in load_codebook().departments
        ]


class CapacityForm(Form):
    """How many people call, and how many calls each makes in a day."""

    callers = IntegerField(validators=[filled, between(1, 99)])
    calls_a_day = IntegerField(validators=[filled, between(1, 200)])


class ReplyForm(Form):
    """The reply an owner reads on the page of his receipt."""

    text = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
