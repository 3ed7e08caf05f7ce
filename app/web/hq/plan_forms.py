"""Forms of a plan: tasks, dates, talks, clashes, the calendar."""

import re

from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.i18n import gettext as _
from app.surveys.campaign.planning.limits import FIRST_DAY, LAST_DAY, LONGEST_DAYS
from app.surveys.campaign.planning.models import DayKind, EventKind, ItemFate, TalkForm
from app.surveys.campaign.planning.pilot import MOST_COMMUNITIES
from app.web.fields import at_most, between, chosen, filled, offered, readable
from app.web.forms import Form
from app.web.hq import plan_words
from app.web.words import date_words

_NOTE = 300
_CODES = re.compile(r"[\s,;，；、]+")


def in_calendar(_form: Form, field: DateField) -> None:
    """Refuse a day nobody plans for: the year was mistyped."""
    if field.data is not None and not FIRST_DAY <= field.data <= LAST_DAY:
        raise ValidationError(
            _("A day from {first} to {last}, please.").format(
                first=date_words(FIRST_DAY), last=date_words(LAST_DAY)
            )
        )


class NoteForm(Form):
    """A decision with a reason, where one is needed."""

    note = TextAreaField(validators=[at_most(_NOTE)])


class ReasonForm(Form):
    """What is done about clashes."""

    reason = TextAreaField(validators=[filled, at_most(_NOTE)])


class PersonForm(Form):
    """Who answers for tasks."""

    person = SelectField(validators=[chosen], validate_choice=False)


class TaskForm(Form):
    """Day and person of one task; nobody is allowed until the plan is approved."""

    due_on = DateField(validators=[readable])
    person = SelectField(validators=[offered], validate_choice=False)


class DatesForm(Form):
    """Dates, questionnaire and target of a campaign in preparation."""

    instrument_digest = SelectField(validators=[chosen], validate_choice=False)
    opens_on = DateField(validators=[filled, in_calendar])
    closes_on = DateField(validators=[filled, in_calendar])
    target = IntegerField(validators=[readable, between(1, 100)])

    def validate_closes_on(self, field: DateField) -> None:
        """Refuse a campaign that ends before it begins, or never."""
        if not field.data or not self.opens_on.data:
            return
        if field.data < self.opens_on.data:
            raise ValidationError(_("The last day lies before the first day."))
        if (field.data - self.opens_on.data).days >= LONGEST_DAYS:
            raise ValidationError(
                _("A campaign lasts at most {count} days.").format(count=LONGEST_DAYS)
            )


class CampaignForm(DatesForm):
    """A new campaign: its code and names besides."""

    code = StringField(
        filters=[lambda text: (text or "").strip().lower()], validators=[filled, at_most(16)]
    )
    title = StringField(validators=[filled, at_most(80)])
    title_en = StringField(validators=[filled, at_most(80)])


class TalkEntryForm(Form):
    """A talk with owners."""

    held_on = DateField(validators=[filled, in_calendar])
    form_of_talk = SelectField(validators=[chosen], validate_choice=False)
    place = StringField(validators=[filled, at_most(80)])
    participants = IntegerField(validators=[filled, between(1, 9999)])
    minutes = TextAreaField(validators=[filled, at_most(4000)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.form_of_talk.choices = [(one.value, plan_words.talk_form(one)) for one in TalkForm]


class ItemForm(Form):
    """Why items are asked, or no more: some ticked, some by their code, as dropped ones are."""

    items = SelectMultipleField(
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    item = StringField(validators=[at_most(1000)])
    fate = RadioField(validators=[chosen], validate_choice=False)
    why = TextAreaField(validators=[filled, at_most(_NOTE)])
    talk = SelectField(validators=[offered], validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fate.choices = [(one.value, plan_words.fate_name(one)) for one in ItemFate]
        self.items.choices = []

    def codes(self) -> list[str]:
        """Return the codes of all items that are meant."""
        typed = [code for code in _CODES.split(self.item.data or "") if code]
        return [*(self.items.data or []), *typed]


class PilotForm(Form):
    """Where a pilot is asked."""

    communities = SelectMultipleField(
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def validate_communities(self, field: SelectMultipleField) -> None:
        """Refuse none, too many, and what was not offered."""
        known = {value for value, _words in field.choices}
        if not 1 <= len(field.data or ()) <= MOST_COMMUNITIES or not set(field.data) <= known:
            raise ValidationError(_("Choose one or two communities."))


class DayForm(Form):
    """Days off, or days worked in exchange."""

    first = DateField(validators=[filled, in_calendar])
    last = DateField(validators=[filled, in_calendar])
    kind = RadioField(validators=[chosen], validate_choice=False)
    name = StringField(validators=[filled, at_most(32)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [
            (DayKind.HOLIDAY.value, _("Days off")),
            (DayKind.MAKE_UP.value, _("Worked in exchange")),
        ]


class EventForm(Form):
    """Something that may move satisfaction besides the service itself."""

    kind = SelectField(validators=[chosen], validate_choice=False)
    community = SelectField(validators=[offered], validate_choice=False)
    starts_on = DateField(validators=[filled, in_calendar])
    ends_on = DateField(validators=[filled, in_calendar])
    note = StringField(validators=[filled, at_most(200)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(one.value, plan_words.event_name(one)) for one in EventKind]
