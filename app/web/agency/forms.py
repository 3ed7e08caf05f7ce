"""Forms of the agency's pages."""

from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField
from wtforms.validators import Regexp, ValidationError

from app.i18n import gettext as _
from app.surveys.market.models import CheckOutcome
from app.web.fields import at_most, chosen
from app.web.forms import Form
from app.web.market_words import check_outcome


class ActForm(Form):
    """A button that changes something; nothing to fill in."""


class UploadForm(Form):
    """One file."""

    file = FileField()

    def validate_file(self, field: FileField) -> None:
        """Refuse a form without a file."""
        if not field.data or not field.data.filename:
            raise ValidationError(_("Please choose a file."))


class StoredFileForm(Form):
    """Confirms what was checked before."""

    digest = HiddenField(validators=[Regexp(r"^[0-9a-f]{64}$")])
    filename = HiddenField(validators=[at_most(200)])


class OutcomeForm(Form):
    """What a call came to."""

    outcome = SelectField(validators=[chosen], validate_choice=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = [
            ("", "…"),
            *((one.value, check_outcome(one)) for one in CheckOutcome),
        ]
