"""Forms of the head office."""

from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Regexp, ValidationError

from app.i18n import gettext as _
from app.web.fields import at_most, between, chosen, filled, readable
from app.web.forms import Form


class ActForm(Form):
    """A button that changes something; nothing to fill in."""


class CampaignForm(Form):
    """A new campaign: names, questionnaire, dates, company target."""

    code = StringField(
        filters=[lambda text: (text or "").strip().lower()], validators=[filled, at_most(16)]
    )
    title = StringField(validators=[filled, at_most(80)])
    title_en = StringField(validators=[filled, at_most(80)])
    instrument_digest = SelectField(validators=[chosen], validate_choice=False)
    opens_on = DateField(validators=[filled])
    closes_on = DateField(validators=[filled])
    target = IntegerField(validators=[readable, between(1, 100)])

    def validate_closes_on(self, field: DateField) -> None:
        """Refuse a campaign that ends before it begins."""
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError(_("The last day lies before the first day."))


class UploadForm(Form):
    """One file."""

    file = FileField()

    def validate_file(self, field: FileField) -> None:
        """Refuse a form without a file, or with an empty one."""
        if not field.data or not field.data.filename:
            raise ValidationError(_("Please choose a file."))


class StoredFileForm(Form):
    """Confirms what was checked before: the digest of the stored upload, and its name."""

    digest = HiddenField(validators=[Regexp(r"^[0-9a-f]{64}$")])
    filename = HiddenField(validators=[at_most(200)])


class WaiverForm(Form):
    """A waiver of the gate; the reason is printed in every report."""

    reason = TextAreaField(validators=[filled, at_most(500)])
