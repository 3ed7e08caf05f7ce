"""Forms of repairs."""

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    FileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)

from app.web.fields import at_most, chosen, filled, offered, readable
from app.web.forms import Form


class ActForm(Form):
    """A button."""


class NewOrderForm(Form):
    """An order made by hand."""

    community = SelectField(validators=[chosen], validate_choice=False)
    building = StringField(validators=[at_most(16)])
    room = StringField(validators=[at_most(24)])
    thing = SelectField(validators=[chosen], validate_choice=False)
    place = SelectField(validators=[chosen], validate_choice=False)
    text = TextAreaField(validators=[filled, at_most(1000)])
    name = StringField(validators=[at_most(80)])
    phone = StringField(validators=[at_most(40)])
    repairer = StringField(validators=[at_most(80)])
    promised_at = DateTimeLocalField(format="%Y-%m-%dT%H:%M", validators=[readable])
    charged = SelectField(validators=[offered], validate_choice=False)
    fee = StringField(validators=[at_most(12)])
    major = BooleanField()


class StepForm(Form):
    """The next step of an order."""

    to = StringField(validators=[filled])
    repairer = StringField(validators=[at_most(80)])


class FailForm(Form):
    """That a repair did not hold."""

    why = TextAreaField(validators=[filled, at_most(2000)])


class VisitForm(Form):
    """The record of a special visit."""

    finding = RadioField(validators=[chosen], validate_choice=False)
    visited_at = DateTimeLocalField(format="%Y-%m-%dT%H:%M", validators=[filled])
    note = TextAreaField(validators=[filled, at_most(2000)])


class FlagForm(Form):
    """What the check of a flag found."""

    outcome = RadioField(validators=[chosen], validate_choice=False)
    note = TextAreaField(validators=[filled, at_most(2000)])


class BeginForm(Form):
    """A defect put on the watch list."""

    responsible = SelectField(validators=[chosen], validate_choice=False)
    days = StringField(validators=[filled, at_most(40)])


class WatchForm(BeginForm):
    """A defect on the watch list, changed."""

    outside = BooleanField()


class RecordForm(Form):
    """The special record of an inspection."""

    seen_on = DateField(validators=[filled])
    good = RadioField(validators=[chosen], validate_choice=False)
    water = RadioField(validators=[chosen], validate_choice=False)
    findings = TextAreaField(validators=[filled, at_most(2000)])
    next_on = DateField(validators=[readable])
    photo = FileField()


class RainForm(Form):
    """A day it rained on."""

    rained_on = DateField(validators=[filled])


class FileForm(Form):
    """A file of orders."""

    file = FileField()


class MatchForm(Form):
    """Where a line of the tray belongs."""

    community = SelectField(validators=[chosen], validate_choice=False)
    building = StringField(validators=[at_most(16)])
    room = StringField(validators=[at_most(24)])
