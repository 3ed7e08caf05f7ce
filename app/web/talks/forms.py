"""Forms of talks, opinions, forum words, activities, contacts and reports."""

from collections.abc import Iterable
from datetime import date

from wtforms import (
    BooleanField,
    DateField,
    FileField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from app.followup.rules import LONGEST_TEXT
from app.reports.departments import department_name
from app.reports.talks import words as talk_words
from app.service.talks.models import (
    AbsenceReason,
    ActivityKind,
    Addressee,
    ForumPlace,
    OutsideKind,
    Voice,
)
from app.service.talks.rules import DEPARTMENTS, REPLY_WAYS, SUBJECTS, TOLD_WAYS
from app.web.fields import at_most, chosen, filled, offered
from app.web.forms import Form
from app.web.talks import words

_TEXT = (filled, at_most(LONGEST_TEXT))
_NAME = (filled, at_most(80))
_SHORT = (filled, at_most(40))


class PlainForm(Form):
    """A button."""


class TalkForm(Form):
    """A talk that took place."""

    month = SelectField(validators=[offered], validate_choice=False)
    held_on = DateField(validators=[filled])
    held_time = StringField(validators=[at_most(5)])
    place = StringField(validators=_NAME)
    committee = IntegerField(validators=[filled], default=0)
    representatives = IntegerField(validators=[filled], default=0)
    people = TextAreaField(validators=_TEXT)
    staff = StringField(validators=[filled, at_most(200)])
    subjects = SelectMultipleField(
        option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    minutes = TextAreaField(validators=_TEXT)

    def offer(self, months: Iterable[date]) -> None:
        """Offer the months that can be talked for, and the subjects."""
        self.month.choices = [(f"{one:%Y-%m}", talk_words.month_name(one)) for one in months]
        self.subjects.choices = [(one, talk_words.subject_name(one)) for one in SUBJECTS]


class AbsenceForm(Form):
    """That there was nobody to talk to in a month."""

    month = SelectField(validators=[offered], validate_choice=False)
    reason = SelectField(validators=[offered], validate_choice=False)
    words = TextAreaField(validators=_TEXT)
    evidence = TextAreaField(validators=_TEXT)

    def offer(self, months: Iterable[date]) -> None:
        """Offer months and reasons."""
        self.month.choices = [(f"{one:%Y-%m}", talk_words.month_name(one)) for one in months]
        self.reason.choices = [(one.value, talk_words.absence_reason(one)) for one in AbsenceReason]


class DecisionForm(Form):
    """What head office says to a month without a talk."""

    verdict = SelectField(validators=[offered], validate_choice=False)
    words = TextAreaField(validators=[at_most(LONGEST_TEXT)])

    def offer(self) -> None:
        """Offer the two answers."""
        self.verdict.choices = words.verdicts()


class OpinionForm(Form):
    """An opinion."""

    voice = SelectField(validators=[offered], default=Voice.COMMITTEE.value, validate_choice=False)
    department = SelectField(validators=[offered], default="service", validate_choice=False)
    text = TextAreaField(validators=_TEXT)

    def offer(self) -> None:
        """Offer voices and departments."""
        self.voice.choices = [(one.value, talk_words.voice_name(one)) for one in Voice]
        self.department.choices = departments()


class AnswerForm(Form):
    """An answer given at once."""

    answer = TextAreaField(validators=_TEXT)


class PromiseForm(Form):
    """What is done about an opinion."""

    action = TextAreaField(validators=_TEXT)
    responsible = StringField(validators=_SHORT)
    due_on = DateField(validators=[filled])


class CaseForm(Form):
    """The home a case is of, where it is known."""

    home = StringField(validators=[at_most(60)])


class DoneForm(Form):
    """That something promised is done."""

    done = TextAreaField(validators=_TEXT)


class ToldForm(Form):
    """How the committee was told."""

    told_on = DateField(validators=[filled])
    way = SelectField(validators=[offered], validate_choice=False)
    told = TextAreaField(validators=_TEXT)

    def offer(self) -> None:
        """Offer the ways."""
        self.way.choices = [(one, talk_words.told_way(one)) for one in TOLD_WAYS]


class ForumForm(Form):
    """An opinion of a forum or group, or what the lines of a file have in common."""

    community = SelectField(validators=[offered], validate_choice=False)
    place = SelectField(validators=[offered], default="wechat_group", validate_choice=False)
    place_name = StringField(validators=[at_most(60)])
    said_on = DateField(validators=[filled])
    department = SelectField(validators=[offered], default="service", validate_choice=False)
    link = StringField(validators=[at_most(300)])
    head_only = BooleanField()

    def offer(self, communities: Iterable[tuple[str, str]]) -> None:
        """Offer communities, places and departments."""
        self.community.choices = list(communities)
        self.place.choices = [(one.value, talk_words.forum_place(one)) for one in ForumPlace]
        self.department.choices = departments()


class ForumOneForm(ForumForm):
    """One opinion."""

    text = TextAreaField(validators=_TEXT)
    author = StringField(validators=[at_most(60)])
    home = StringField(validators=[at_most(60)])


class ForumManyForm(ForumForm):
    """Many opinions, pasted or as a file."""

    pasted = TextAreaField(validators=[at_most(200_000)])
    file = FileField()


class ReplyForm(Form):
    """A reply that was given."""

    on = DateField(validators=[filled])
    way = SelectField(validators=[offered], validate_choice=False)
    text = TextAreaField(validators=_TEXT)

    def offer(self) -> None:
        """Offer the ways."""
        self.way.choices = [(one, talk_words.reply_way(one)) for one in REPLY_WAYS]


class ActivityForm(Form):
    """An activity that is planned."""

    community = SelectField(validators=[offered], validate_choice=False)
    kind = SelectField(validators=[offered], default="open_day", validate_choice=False)
    title = StringField(validators=_NAME)
    held_on = DateField(validators=[filled])
    starts = StringField(validators=[at_most(5)])
    place = StringField(validators=_NAME)

    def offer(self, communities: Iterable[tuple[str, str]]) -> None:
        """Offer communities and kinds."""
        self.community.choices = list(communities)
        self.kind.choices = [(one.value, talk_words.activity_kind(one)) for one in ActivityKind]


class RecordForm(Form):
    """What became of an activity."""

    took_part = IntegerField(validators=[filled])
    result = TextAreaField(validators=_TEXT)
    homes = TextAreaField(validators=[at_most(20_000)])
    photo = FileField()


class CancelForm(Form):
    """Why an activity is called off."""

    why = TextAreaField(validators=_TEXT)


class ContactForm(Form):
    """A contact outside the company."""

    community = SelectField(validators=[offered], validate_choice=False)
    kind = SelectField(validators=[offered], validate_choice=False)
    organisation = StringField(validators=_NAME)
    matter = StringField(validators=[at_most(80)])
    person = StringField(validators=_SHORT)
    phone = StringField(validators=_SHORT)

    def offer(self, communities: Iterable[tuple[str, str]]) -> None:
        """Offer communities and kinds."""
        self.community.choices = list(communities)
        self.kind.choices = [(one.value, words.outside_kind(one)) for one in OutsideKind]


class ReportForm(Form):
    """A report to be drafted."""

    community = SelectField(validators=[offered], default="0", validate_choice=False)
    addressee = SelectField(validators=[chosen], default="authority", validate_choice=False)
    year = IntegerField(validators=[filled])
    half = SelectField(validators=[offered], default="1", validate_choice=False)
    words = TextAreaField(validators=[at_most(LONGEST_TEXT)])

    def offer(self, communities: Iterable[tuple[str, str]]) -> None:
        """Offer communities, addressees and times."""
        self.community.choices = list(communities)
        self.addressee.choices = [(one.value, talk_words.addressee_name(one)) for one in Addressee]
        self.half.choices = words.halves()


class SentForm(Form):
    """When and how a report was sent."""

    sent_on = DateField(validators=[filled])
    way = StringField(validators=_NAME)


def departments() -> list[tuple[str, str]]:
    """Return the departments by code and name."""
    return [(code, department_name(code)) for code in DEPARTMENTS]
