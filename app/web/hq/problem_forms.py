"""Forms of shared problems, corrective actions and promises."""

from wtforms import (
    BooleanField,
    DateField,
    FileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)

from app.followup.rules import LONGEST_TEXT
from app.web.fields import at_most, chosen, filled, offered, readable
from app.web.forms import Form


class DraftForm(Form):
    """The draft of a public answer."""

    title = StringField(validators=[filled, at_most(120)])
    cause = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    action = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    responsible = StringField(validators=[filled, at_most(120)])
    due_on = DateField(validators=[readable])
    why_not = TextAreaField(validators=[at_most(LONGEST_TEXT)])


class AddForm(Form):
    """A problem that head office adds, with its reason."""

    community = SelectField(validators=[offered], validate_choice=False)
    code = SelectField(validators=[chosen], validate_choice=False)
    why = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


class RemarkForm(Form):
    """A word between staff, or to owners."""

    text = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


class ActForm(Form):
    """A button."""


class ProgressForm(Form):
    """A word to owners on how far an answer has come."""

    kind = RadioField(validators=[chosen], validate_choice=False)
    text = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


class PostingForm(Form):
    """Evidence that an answer hangs."""

    place = StringField(validators=[filled, at_most(120)])
    posted_on = DateField(validators=[filled])
    photo = FileField()


class ActionForm(Form):
    """A corrective action."""

    community = SelectField(validators=[offered], validate_choice=False)
    title = StringField(validators=[filled, at_most(120)])
    item = SelectField(validators=[chosen], validate_choice=False)
    gap = RadioField(validators=[chosen], validate_choice=False)
    remedy = RadioField(validators=[chosen], validate_choice=False)
    responsible = StringField(validators=[filled, at_most(120)])
    due_on = DateField(validators=[filled])
    promise = SelectField(validators=[offered], validate_choice=False)


class DoneForm(Form):
    """That an action is done."""

    done_on = DateField(validators=[filled])
    note = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


class GapForm(Form):
    """The gap behind an item of the PFI list."""

    item = StringField(validators=[filled])
    gap = SelectField(validators=[chosen], validate_choice=False)
    remedy = SelectField(validators=[chosen], validate_choice=False)
    note = StringField(validators=[at_most(200)])


class PromiseForm(Form):
    """A published service promise."""

    community = SelectField(validators=[offered], validate_choice=False)
    text = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    item = SelectField(validators=[chosen], validate_choice=False)
    source = StringField(validators=[filled, at_most(120)])
    made_on = DateField(validators=[filled])
    over = BooleanField()
    note = StringField(validators=[at_most(200)])


class JudgeForm(Form):
    """Whether a promise is more than is kept."""

    over = BooleanField()
    note = StringField(validators=[at_most(200)])
