"""Forms of the integrity checks."""

from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import ValidationError

from app.i18n import gettext as _
from app.surveys.integrity.models import AppealOutcome, Filler, FindingKind, Verdict
from app.web import integrity_words as words
from app.web.fields import at_most, between, chosen, filled, readable
from app.web.forms import Form

LONGEST = 1000
MOST_PIECES = 100_000  # more than the homes of any community
NOT_REACHED, REFUSED = "unreached", "refused"


class OrderForm(Form):
    """An order without anything to fill in."""


class VerdictForm(Form):
    """A decision with its reason; the second post does it."""

    verdict = RadioField(validators=[chosen], validate_choice=False)
    resurvey_on = DateField(validators=[readable])
    reason = TextAreaField(validators=[filled, at_most(LONGEST)])
    confirmed = HiddenField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.verdict.choices = [(one.value, words.verdict_choice(one)) for one in Verdict]

    @property
    def is_confirmed(self) -> bool:
        """Say whether this is the second post."""
        return bool(self.confirmed.data == "yes")

    def validate_resurvey_on(self, field: DateField) -> None:
        """Ask for the day where the result is annulled."""
        if self.verdict.data == Verdict.ANNUL.value and field.data is None:
            raise ValidationError(_("When is the community asked again?"))


class FindingForm(Form):
    """What somebody found by hand."""

    kind = RadioField(validators=[chosen], validate_choice=False)
    count = IntegerField(validators=[filled, between(0, MOST_PIECES)])
    base = IntegerField(validators=[filled, between(1, MOST_PIECES)])
    note = TextAreaField(validators=[filled, at_most(LONGEST)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(one.value, words.finding_name(one)) for one in FindingKind]


class GiveForm(Form):
    """Who makes the calls of a sheet."""

    caller = SelectField(coerce=str, validate_choice=True)


class AppealForm(Form):
    """The office's objection."""

    text = TextAreaField(validators=[filled, at_most(LONGEST)])


class AppealAnswerForm(Form):
    """Head office's answer to an objection; where it is right, with what is decided instead."""

    outcome = RadioField(validators=[chosen], validate_choice=False)
    verdict = RadioField(validate_choice=False)
    resurvey_on = DateField(validators=[readable])
    text = TextAreaField(validators=[filled, at_most(LONGEST)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = [(one.value, words.appeal_name(one)) for one in AppealOutcome]
        self.verdict.choices = [(one.value, words.verdict_choice(one)) for one in Verdict]

    @property
    def is_granted(self) -> bool:
        """Say whether the objection is found right."""
        return bool(self.outcome.data == AppealOutcome.CHANGED.value)

    def validate_verdict(self, field: RadioField) -> None:
        """Ask for the other decision where the objection is right."""
        if self.is_granted:
            chosen(self, field)

    def validate_resurvey_on(self, field: DateField) -> None:
        """Ask for the day where the other decision annuls the result."""
        is_annulled = self.is_granted and self.verdict.data == Verdict.ANNUL.value
        if is_annulled and field.data is None:
            raise ValidationError(_("When is the community asked again?"))


class CallForm(Form):
    """What a call brought; the two items asked again stand on the page as `said-0`, `said-1`."""

    filler = RadioField(validators=[chosen], validate_choice=False)
    note = TextAreaField(validators=[at_most(LONGEST)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        reached = [(one.value, words.filler_name(one)) for one in Filler]
        missed = [(NOT_REACHED, _("Not reached")), (REFUSED, _("Does not want to talk"))]
        self.filler.choices = reached + missed
