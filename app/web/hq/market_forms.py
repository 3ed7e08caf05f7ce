"""Forms of market surveys at head office."""

import re

from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField
from wtforms.validators import ValidationError

from app.i18n import gettext as _
from app.surveys.market.services import (
    CHECK_PERCENT,
    ELDER_PERCENT,
    LEAST_COMMUNITIES,
    LEAST_INTERVIEWS,
    Setup,
)
from app.web.fields import at_most, between, chosen, filled
from app.web.forms import Form

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
_ADDRESS_OF_NEW = "new"


class SurveyForm(Form):
    """What head office says about a survey."""

    title = StringField(validators=[filled, at_most(80)])
    title_en = StringField(validators=[filled, at_most(80)])
    market = StringField(validators=[filled, at_most(120)])
    agency = StringField(validators=[filled, at_most(80)])
    opens_on = DateField(validators=[filled])
    closes_on = DateField(validators=[filled])
    least_interviews = IntegerField(validators=[between(30, 5000)], default=LEAST_INTERVIEWS)
    least_communities = IntegerField(validators=[between(2, 500)], default=LEAST_COMMUNITIES)
    elder_percent = IntegerField(validators=[between(0, 100)], default=ELDER_PERCENT)
    check_percent = IntegerField(validators=[between(1, 100)], default=CHECK_PERCENT)

    def validate_closes_on(self, field: DateField) -> None:
        """Refuse a last day before the first."""
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError(_("The last day lies before the first."))

    def setup(self) -> Setup:
        """Return what was said."""
        return Setup(
            title=self.title.data.strip(),
            title_en=self.title_en.data.strip(),
            market=self.market.data.strip(),
            agency=self.agency.data.strip(),
            opens_on=self.opens_on.data,
            closes_on=self.closes_on.data,
            least_interviews=self.least_interviews.data or LEAST_INTERVIEWS,
            least_communities=self.least_communities.data or LEAST_COMMUNITIES,
            elder_percent=_or(self.elder_percent.data, ELDER_PERCENT),
            check_percent=self.check_percent.data or CHECK_PERCENT,
        )


class NewSurveyForm(SurveyForm):
    """A new survey: its code stays for ever."""

    code = StringField(validators=[filled])

    def validate_code(self, field: StringField) -> None:
        """Refuse a code that cannot stand in an address, or is one already."""
        if not _CODE.fullmatch(field.data):
            raise ValidationError(_("Letters, digits and hyphens, at most 32."))
        if field.data.casefold() == _ADDRESS_OF_NEW:
            raise ValidationError(
                _("“{word}” is kept for the form; choose another code.", word=field.data)
            )


class AccountForm(Form):
    """An account of the agency that may see a survey."""

    staff_id = SelectField(validators=[chosen], validate_choice=False)
    is_supervisor = BooleanField()


class OpenForm(Form):
    """Opens a survey: head office confirms that the field work is external."""

    is_external = BooleanField()


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value
