"""Forms of the register: regions, communities, and what happens to one home."""

from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Regexp, ValidationError

from app.i18n import gettext as _
from app.surveys.register.models import CareNeedKind, ImportantReason, PersonKind
from app.surveys.register.parsing import LONGEST
from app.surveys.register.rules import normal_code, normal_name, normal_phone
from app.web import words
from app.web.fields import at_most, chosen, filled, offered, readable
from app.web.forms import Form
from app.web.hq.forms import StoredFileForm
from app.web.hq.register_words import care_name, person_kind

_LONGEST_REASON = 500


def _name(text: str | None) -> str:
    return normal_name(text or "")


def _code(text: str | None) -> str:
    return normal_code(text or "")


class CheckedFileForm(StoredFileForm):
    """Confirms a dry run: the file, and the mark of the report that was read."""

    seen = HiddenField(validators=[Regexp(r"^[0-9a-f]{64}$")])


class RegionForm(Form):
    """A region: its code, the same for ever, and its name."""

    code = StringField(filters=[_code], validators=[filled, at_most(32)])
    name = StringField(filters=[_name], validators=[filled, at_most(80)])


class CommunityForm(Form):
    """What the register says about a community."""

    name = StringField(filters=[_name], validators=[filled, at_most(LONGEST["community"])])
    city = StringField(filters=[_name], validators=[at_most(LONGEST["city"])])
    region_id = SelectField(validators=[offered], validate_choice=False)
    office = StringField(filters=[_name], validators=[at_most(LONGEST["office"])])
    office_phone = StringField(filters=[_name], validators=[at_most(LONGEST["office_phone"])])
    handed_over_on = DateField(validators=[readable])
    retired_on = DateField(validators=[readable])


class ActForm(Form):
    """Something that happens to a home: on which day, and why."""

    on = DateField(validators=[filled])
    reason = TextAreaField(filters=[_name], validators=[filled, at_most(_LONGEST_REASON)])


class RoomForm(ActForm):
    """A home is split: the room of the second one."""

    room = StringField(filters=[_code], validators=[filled, at_most(LONGEST["room"])])


class MergeForm(ActForm):
    """A home becomes part of another one of its community."""

    building = StringField(filters=[_code], validators=[filled, at_most(LONGEST["building"])])
    room = StringField(filters=[_code], validators=[filled, at_most(LONGEST["room"])])


class MoveBuildingForm(ActForm):
    """A building is given to another community."""

    community_id = SelectField(validators=[chosen], validate_choice=False)


class PersonForm(Form):
    """Somebody who lives in a home."""

    name = StringField(filters=[_name], validators=[filled, at_most(LONGEST["owner"])])
    phone = StringField()
    kind = SelectField(validators=[chosen], validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, person_kind(kind)) for kind in PersonKind]

    def validate_phone(self, field: StringField) -> None:
        """Refuse what is no phone number; nothing is allowed."""
        if field.data and normal_phone(field.data) is None:
            field.errors = []
            raise ValidationError(_("One phone number, or nothing."))

    @property
    def number(self) -> str | None:
        """Return the phone number in its normal form."""
        return normal_phone(self.phone.data) if self.phone.data else None


class CorrectForm(PersonForm):
    """What is known about somebody was wrong."""

    reason = StringField(filters=[_name], validators=[filled, at_most(_LONGEST_REASON)])


class MoveInForm(PersonForm):
    """Somebody moves in on a day."""

    on = DateField(validators=[filled])


class ImportantForm(ActForm):
    """Why a home is an important customer, or that it is none any more."""

    important = SelectField(validators=[offered], validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.important.choices = [
            ("", _("No important customer")),
            *((reason.value, words.important_reason(reason)) for reason in ImportantReason),
        ]


class CareForm(Form):
    """What a home needs, since when and until when."""

    need = SelectField(validators=[chosen], validate_choice=False)
    on = DateField(validators=[filled])
    until = DateField(validators=[readable])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.need.choices = [(need.value, care_name(need)) for need in CareNeedKind]


class DayForm(Form):
    """A day only: somebody moves out, a need ends."""

    on = DateField(validators=[filled])
