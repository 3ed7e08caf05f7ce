"""Forms of complaints: taking one in, and each act on one."""

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import ValidationError

from app.followup.models import Outcome
from app.followup.rules import LONGEST_TEXT
from app.i18n import gettext as _
from app.service.complaints.models import (
    Against,
    Channel,
    ComplaintClass,
    HotlineKind,
    Kind,
    Severity,
)
from app.service.complaints.rules import (
    ANSWER_WAYS,
    LONGEST_COMPANY,
    LONGEST_CONTACT,
    LONGEST_NAME,
)
from app.web import words as staff_words
from app.web.complaints import words
from app.web.fields import at_most, between, chosen, filled, offered, readable
from app.web.forms import Form

_MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class IntakeForm(Form):
    """A complaint as it is taken in while the customer speaks."""

    home = StringField(validators=[at_most(100)])
    household = RadioField(default="", validators=[offered], validate_choice=False)
    community = SelectField(default="", validators=[offered], validate_choice=False)
    company = StringField(validators=[at_most(LONGEST_COMPANY)])
    name = StringField(validators=[filled, at_most(LONGEST_NAME)])
    contact = StringField(validators=[filled, at_most(LONGEST_CONTACT)])
    channel = RadioField(validators=[chosen], validate_choice=False)
    hotline = RadioField(default="", validators=[offered], validate_choice=False)
    rings = IntegerField(validators=[readable, between(0, 99)])
    asked = SelectField(validators=[chosen], validate_choice=False)
    received = DateTimeLocalField(validators=[filled], format=_MOMENT)
    text = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    code = SelectField(validators=[chosen], validate_choice=False)
    kind = RadioField(validators=[chosen], validate_choice=False)
    severity = RadioField(validators=[chosen], validate_choice=False)
    against = RadioField(validators=[chosen], validate_choice=False)
    compensation = BooleanField()
    media = BooleanField()
    legal = BooleanField()
    key = HiddenField(validators=[at_most(64)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.channel.choices = [(one.value, words.channel_name(one)) for one in Channel]
        self.hotline.choices = [
            ("", _("no hotline")),
            *((one.value, words.hotline_name(one)) for one in HotlineKind),
        ]
        self.kind.choices = [(one.value, words.kind_name(one)) for one in Kind]
        self.severity.choices = [(one.value, words.severity_name(one)) for one in Severity]
        self.against.choices = [(one.value, words.against_name(one)) for one in Against]
        self.household.choices = [("", "")]
        self.community.choices = [("", "—")]

    def validate_hotline(self, field: RadioField) -> None:
        """Ask which kind of call it was when it came by the hotline."""
        if self.channel.data == Channel.HOTLINE and not field.data:
            raise ValidationError(_("Please choose one."))

    def validate_household(self, field: RadioField) -> None:
        """Ask for the home, or for the company and its community."""
        if not field.data and not (self.company.data or "").strip():
            raise ValidationError(_("Find the home and choose it, or name the company below."))

    def validate_community(self, field: SelectField) -> None:
        """Ask where a company is."""
        if not self.household.data and (self.company.data or "").strip() and not field.data:
            raise ValidationError(_("Please choose one."))


class ReasonForm(Form):
    """An act that needs a reason."""

    reason = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


class SiteForm(Form):
    """When somebody was called to the place, and when he was there."""

    called = DateTimeLocalField(validators=[filled], format=_MOMENT)
    arrived = DateTimeLocalField(validators=[filled], format=_MOMENT)

    def validate_arrived(self, field: DateTimeLocalField) -> None:
        """Refuse an arrival before the call."""
        if field.data and self.called.data and field.data < self.called.data:
            raise ValidationError(_("Nobody arrives before being called."))


class _ToldForm(Form):
    """What every talk with the customer holds: the fields of the handbook not known already."""

    at = DateTimeLocalField(validators=[filled], format=_MOMENT)
    way = RadioField(validators=[chosen], validate_choice=False)
    person = RadioField(validators=[chosen], validate_choice=False)
    result = TextAreaField(validators=[at_most(LONGEST_TEXT)])
    view = RadioField(default="", validators=[offered], validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.way.choices = [(one, words.way_name(one)) for one in ANSWER_WAYS]
        self.person.choices = [(one, staff_words.person_name(one)) for one in staff_words.PEOPLE]
        self.view.choices = [
            *((one, staff_words.view_name(one)) for one in staff_words.VIEWS),
            ("", staff_words.view_name(None)),
        ]


class TalkForm(_ToldForm):
    """A talk, or a try, that is no answer."""

    OUTCOMES: tuple[Outcome, ...] = (Outcome.EXPLAINED, Outcome.DATED, Outcome.UNREACHABLE)

    outcome = RadioField(validators=[chosen], validate_choice=False)
    next_on = DateField(validators=[readable])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = [(one.value, staff_words.outcome_name(one)) for one in self.OUTCOMES]

    def validate_next_on(self, field: DateField) -> None:
        """Ask for the date a promise is to be kept."""
        if self.outcome.data == Outcome.DATED and field.data is None:
            raise ValidationError(_("Please say by which date."))

    def validate_result(self, field: TextAreaField) -> None:
        """Ask what was said, unless nobody was reached."""
        if self.outcome.data != Outcome.UNREACHABLE and not (field.data or "").strip():
            raise ValidationError(_("Please fill this in."))


class AnswerForm(TalkForm):
    """The answer in substance."""

    OUTCOMES = (Outcome.SOLVED, Outcome.EXPLAINED, Outcome.DATED, Outcome.DECLINED)


class GroupAnswerForm(AnswerForm):
    """One answer for all complaints of a group; how each customer took it is asked of each."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        del self.view


class GroupForm(Form):
    """Complaints that may be one matter, by their numbers."""

    numbers = TextAreaField(validators=[filled, at_most(4000)])


class DayForm(_ToldForm):
    """A day, and the talk in which the customer heard of it."""

    due_on = DateField(validators=[filled])

    def validate_result(self, field: TextAreaField) -> None:
        """Ask what was said."""
        if not (field.data or "").strip():
            raise ValidationError(_("Please fill this in."))


class ClassForm(Form):
    """What a complaint is about; changing it later needs a reason."""

    code = SelectField(validators=[chosen], validate_choice=False)
    kind = RadioField(validators=[chosen], validate_choice=False)
    severity = RadioField(validators=[chosen], validate_choice=False)
    against = RadioField(validators=[chosen], validate_choice=False)
    reason = TextAreaField(validators=[at_most(LONGEST_TEXT)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(one.value, words.kind_name(one)) for one in Kind]
        self.severity.choices = [(one.value, words.severity_name(one)) for one in Severity]
        self.against.choices = [(one.value, words.against_name(one)) for one in Against]


class EscalateForm(Form):
    """Who handles a complaint from now on."""

    level = RadioField(validators=[chosen], validate_choice=False)
    reason = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


class GiveForm(Form):
    """Who answers for a complaint from now on."""

    staff = SelectField(validators=[chosen], validate_choice=False)
    reason = StringField(validators=[filled, at_most(200)])


class FlagsForm(Form):
    """What makes a complaint delicate."""

    compensation = BooleanField()
    media = BooleanField()
    legal = BooleanField()


class CloseForm(Form):
    """Why it happened, and what keeps it from happening again."""

    cause = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    prevention = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


class CodeForm(Form):
    """A sub-code."""

    class_ = RadioField(name="class", validators=[chosen], validate_choice=False)
    code = StringField(validators=[filled, at_most(48)])
    label_zh = StringField(validators=[filled, at_most(40)])
    label_en = StringField(validators=[filled, at_most(80)])
    department = SelectField(validators=[chosen], validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.class_.choices = [(one.value, words.class_name(one)) for one in ComplaintClass]


class EraseForm(Form):
    """Why somebody is to be erased, and what shows that it is himself who asks."""

    reason = TextAreaField(validators=[filled, at_most(500)])
    proof = StringField(validators=[filled, at_most(200)])


class PlainForm(Form):
    """A form of one button."""
