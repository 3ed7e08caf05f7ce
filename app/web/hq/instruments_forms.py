"""Forms of the pages about questionnaires."""

from flask_wtf.file import FileField
from wtforms import SelectField, TextAreaField
from wtforms.validators import ValidationError

from app.i18n import gettext as _
from app.web.fields import at_most
from app.web.forms import Form

LONGEST_TEXT = 200_000  # characters; the published questionnaire has 35,000


class CheckForm(Form):
    """A text to check, pasted or as a file."""

    text = TextAreaField(validators=[at_most(LONGEST_TEXT)])
    file = FileField()

    def validate_text(self, field: TextAreaField) -> None:
        """Refuse a form without anything to check.

        Raises:
            ValidationError: Neither a text nor a file was given.
        """
        has_file = bool(self.file.data and self.file.data.filename)
        if not has_file and not (field.data or "").strip():
            raise ValidationError(_("Paste a text or choose a file."))


class ImportForm(Form):
    """A file of another tool."""

    file = FileField()

    def validate_file(self, field: FileField) -> None:
        """Refuse a form without a file.

        Raises:
            ValidationError: No file was chosen.
        """
        if not field.data or not field.data.filename:
            raise ValidationError(_("Please choose a file."))


class LookForm(Form):
    """What a preview shows; the choices are those of the questionnaire."""

    class Meta:
        """A form that only chooses what is shown needs no token."""

        csrf = False

    form = SelectField()
    areas = SelectField()
    block = SelectField()
    language = SelectField()
    met = SelectField()
    script = SelectField()
