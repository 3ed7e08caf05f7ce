"""Forms of the owner pages that do not come from the instrument."""

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.followup.models import AlarmKind, ReplyVerdict
from app.i18n import gettext as _
from app.web.forms import Form


class PageForm(Form):
    """What travels along with the answers of a page."""

    go = HiddenField(validators=[Length(max=16)])  # "review": go back there afterwards
    order_seen = HiddenField(validators=[Length(max=1)])  # the question about the order was asked


class SubmitForm(Form):
    """Sends everything. The key makes a second tap the same answer, not another one."""

    key = HiddenField(validators=[InputRequired(), Length(min=16, max=64)])
    # Hidden from people and screen readers: only a program fills it in. It refuses nobody.
    website = StringField()


class ReceiptForm(Form):
    """Asks about an answer by its receipt code."""

    receipt = StringField(validators=[InputRequired(), Length(max=40)])


class CodeForm(Form):
    """Asks for the short code of a home."""

    code = StringField(validators=[InputRequired(), Length(max=60)])


class ResumeForm(Form):
    """Asks for the code of a draft that was begun on another phone."""

    code = StringField(validators=[InputRequired(), Length(max=40)])


class LeaveForm(Form):
    """Says: this is not my home. Carries nothing but its token."""


class AlarmForm(Form):
    """Says that an answer of this home is not right."""

    kind = RadioField(validate_choice=False)
    words = TextAreaField(validators=[Length(max=500)])
    name = StringField(validators=[Length(max=40)])
    phone = StringField(validators=[Length(max=40)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [
            (AlarmKind.NOT_US.value, _("Nobody of our home has answered")),
            (AlarmKind.PASSED_ON.value, _("Somebody outside our home answered with our link")),
            (AlarmKind.WRONG.value, _("We answered, but not like this")),
        ]


class VerdictForm(Form):
    """Says what an owner thinks of the reply to his comment."""

    reply = HiddenField(validators=[InputRequired(), Length(max=12)])
    verdict = RadioField(validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.verdict.choices = [
            (ReplyVerdict.SATISFIED.value, _("Satisfied with it")),
            (ReplyVerdict.SO_SO.value, _("Neutral about it")),
            (ReplyVerdict.NOT.value, _("Dissatisfied with it")),
        ]


class SolvedForm(Form):
    """Says whether a problem that one had raised is solved."""

    problem = HiddenField(validators=[InputRequired(), Length(max=12)])
    solved = HiddenField(validators=[InputRequired(), Length(max=3)])


class CopyForm(Form):
    """Asks for the own answers as a file. Carries nothing but its token."""
