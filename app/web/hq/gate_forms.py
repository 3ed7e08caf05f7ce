"""Forms of decisions about gates: a reason always, and a second look before anything happens."""

import re
from decimal import Decimal

from wtforms import DateField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import ValidationError

from app.i18n import gettext as _
from app.reports.gate_words import void_name
from app.surveys.campaign.rules import LOWEST_PERMILLE
from app.surveys.response.voids.models import VoidReason
from app.web.fields import at_most, chosen, filled
from app.web.forms import Form

CONFIRMED = "yes"
LONGEST_REASON = 500
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9])?")


class DecisionForm(Form):
    """A decision about a gate: the first post shows what it does, the second one does it."""

    reason = TextAreaField(validators=[filled, at_most(LONGEST_REASON)])
    confirmed = HiddenField()

    @property
    def is_confirmed(self) -> bool:
        """Say whether this is the second post."""
        return bool(self.confirmed.data == CONFIRMED)


class ExtensionForm(DecisionForm):
    """Going on collecting below the rate: until when, and why."""

    until = DateField(validators=[filled])


class RateForm(DecisionForm):
    """Another required rate, in percent with at most one decimal."""

    percent = StringField(validators=[filled, at_most(8)])

    @property
    def permille(self) -> int:
        """Return the rate in thousandths; only after `validate`."""
        return int(Decimal(_plain(self.percent.data)) * 10)

    def validate_percent(self, field: StringField) -> None:
        """Refuse what is no percentage from 60 to 100 with one decimal."""
        if not _PERCENT.fullmatch(_plain(field.data)):
            raise ValidationError(_("This cannot be read; please check it."))
        if not LOWEST_PERMILLE <= Decimal(_plain(field.data)) * 10 <= 1000:
            raise ValidationError(
                _(
                    "A percentage from 60 to 100, with one decimal at most. Below 60% a community "
                    "is released one by one, with a reason, as indicative."
                )
            )


class VoidForm(Form):
    """Why an answer does not count, and how that was found out."""

    reason = RadioField(validators=[chosen], validate_choice=False)
    note = TextAreaField(validators=[filled, at_most(LONGEST_REASON)])
    confirmed = HiddenField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [(one.value, void_name(one)) for one in VoidReason]

    @property
    def is_confirmed(self) -> bool:
        """Say whether this is the second post."""
        return bool(self.confirmed.data == CONFIRMED)


class EndingForm(Form):
    """Why a request is refused, or an approved exclusion is taken back."""

    reason = StringField(validators=[filled, at_most(LONGEST_REASON)])


class WorkForm(Form):
    """A piece of the work after T0 was begun or finished; nothing to fill in."""

    act = HiddenField()


def _plain(text: str | None) -> str:
    """Return a typed percentage without its sign and blanks."""
    return (text or "").strip().rstrip("%\uff05").strip()
