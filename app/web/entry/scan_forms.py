"""Forms of the scan desk."""

from flask_wtf.file import MultipleFileField
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from app.i18n import gettext as _
from app.web.fields import at_most, between, chosen, filled
from app.web.forms import Form

MOST_SHEETS = 5000


class BatchForm(Form):
    """A sealed bundle that is about to be scanned."""

    gate = SelectField(validators=[chosen], validate_choice=False)
    building = StringField(validators=[at_most(16)])
    bundle = StringField(validators=[at_most(40)])
    sheets = IntegerField(validators=[filled, between(1, MOST_SHEETS)])


class FilesForm(Form):
    """One or several scans."""

    files = MultipleFileField()

    def validate_files(self, field: MultipleFileField) -> None:
        """Refuse a form without any file."""
        if not any(file and file.filename for file in field.data or ()):
            raise ValidationError(_("Please choose a file."))


class ReasonForm(Form):
    """A reason in words."""

    note = TextAreaField(validators=[filled, at_most(300)])


class NoteForm(Form):
    """A remark that may be empty."""

    note = TextAreaField(validators=[at_most(300)])


class CodeForm(Form):
    """The code printed beneath the pattern of a page."""

    code = StringField(validators=[filled, at_most(80)])


class HomeForm(Form):
    """The door of the home a page is from."""

    building = SelectField(validators=[chosen], validate_choice=False)
    room = StringField(validators=[filled, at_most(16)])
