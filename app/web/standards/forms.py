"""Forms of standards, measured values, losses and the service guide."""

from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField

from app.web.fields import at_most, between, chosen, filled, offered, readable
from app.web.forms import Form


class StandardForm(Form):
    """A service standard with its number."""

    community = SelectField(validators=[offered], validate_choice=False)
    text = StringField(validators=[filled, at_most(200)])
    text_en = StringField(validators=[at_most(200)])
    measure = SelectField(validators=[offered], validate_choice=False)
    operator = SelectField(validators=[chosen], validate_choice=False)
    target = StringField(validators=[filled, at_most(20)])
    unit = SelectField(validators=[chosen], validate_choice=False)
    origin = SelectField(validators=[chosen], validate_choice=False)
    origin_words = StringField(validators=[at_most(120)])
    valid_from = DateField(validators=[filled])


class ValueForm(Form):
    """What was measured in a month."""

    value = StringField(validators=[filled, at_most(20)])
    n = IntegerField(validators=[readable, between(0, 999_999_999)])
    note = StringField(validators=[at_most(200)])


class LossForm(Form):
    """A loss: who, when, why, how much."""

    kind = SelectField(validators=[chosen], validate_choice=False)
    community = SelectField(validators=[chosen], validate_choice=False)
    address = StringField(validators=[at_most(60)])
    who = StringField(validators=[filled, at_most(120)])
    happened_on = DateField(validators=[filled])
    reason = SelectField(validators=[chosen], validate_choice=False)
    words = TextAreaField(validators=[filled, at_most(2000)])
    units = IntegerField(validators=[readable, between(1, 100_000)])
    monthly = StringField(validators=[at_most(20)])
    damage = StringField(validators=[at_most(20)])


class WonForm(Form):
    """That a customer came back."""

    on = DateField(validators=[filled])
    words = StringField(validators=[at_most(500)])


class GuideForm(Form):
    """A line of the service guide."""

    community = SelectField(validators=[offered], validate_choice=False)
    kind = SelectField(validators=[chosen], validate_choice=False)
    name = StringField(validators=[filled, at_most(60)])
    what = StringField(validators=[at_most(200)])
    hours = StringField(validators=[at_most(60)])
    phone = StringField(validators=[at_most(40)])
    price = StringField(validators=[at_most(80)])
    is_free = BooleanField()
    basis = StringField(validators=[at_most(120)])
    valid_from = DateField(validators=[filled])
    valid_until = DateField(validators=[readable])
    position = IntegerField(validators=[readable, between(0, 9999)])
