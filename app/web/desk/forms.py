"""Forms of the community desk: what came of a contact, and of a home visit."""

from wtforms import DateField, DateTimeLocalField, RadioField, TextAreaField
from wtforms.validators import ValidationError

from app.followup.models import Outcome
from app.followup.rules import LONGEST_TEXT
from app.i18n import gettext as _
from app.web import words
from app.web.fields import at_most, chosen, filled, offered, readable
from app.web.forms import Form


class ContactForm(Form):
    """The six fields of the handbook that are not known already, and the owner's own view."""

    at = DateTimeLocalField(validators=[filled], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    way = RadioField(validators=[chosen], validate_choice=False)
    person = RadioField(validators=[chosen], validate_choice=False)
    outcome = RadioField(validators=[chosen], validate_choice=False)
    next_on = DateField(validators=[readable])
    result = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    owner_view = RadioField(default="", validators=[offered], validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.way.choices = [(way, words.way_name(way)) for way in words.WAYS]
        self.person.choices = [(one, words.person_name(one)) for one in words.PEOPLE]
        self.outcome.choices = [(one.value, words.outcome_name(one)) for one in Outcome]
        self.owner_view.choices = [
            *((view, words.view_name(view)) for view in words.VIEWS),
            ("", words.view_name(None)),
        ]

    def validate_next_on(self, field: DateField) -> None:
        """Ask for the date a promise is to be kept."""
        if self.outcome.data == Outcome.DATED and field.data is None:
            raise ValidationError(_("Please say by which date."))


class VisitForm(Form):
    """A home visit that took place."""

    visited_on = DateField(validators=[filled])
    note = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


class ReplyForm(Form):
    """The reply an owner reads on the page of his receipt."""

    text = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
