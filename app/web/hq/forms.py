"""Forms of the head office."""

from flask_wtf.file import FileField
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Regexp, ValidationError

from app.i18n import gettext as _
from app.web.fields import at_most, filled
from app.web.forms import Form


class ActForm(Form):
    """A button that changes something; nothing to fill in."""


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
