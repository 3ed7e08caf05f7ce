"""The form that orders an export."""

from collections.abc import Sequence

from wtforms import Field, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput

from app.i18n import gettext as _
from app.reports.exports.models import ExportKind
from app.reports.exports.queries import Place
from app.reports.exports.services import FORMS
from app.web.exports_words import form_name
from app.web.fields import at_most, chosen, filled
from app.web.forms import Form

ALL = "all"
_USUAL = {
    ExportKind.ANSWERS: ["csv", "xlsx", "sav"],
    ExportKind.TABLES: ["xlsx"],
    ExportKind.KPI: ["xlsx"],
}


def _some(_form: PlainForm, field: Field) -> None:
    """Refuse no form at all, or one that is not offered."""
    known = {value for value, _words in field.choices}
    field.errors = []
    if not field.data or not set(field.data) <= known:
        raise StopValidation(_("Please choose at least one."))


class ExportForm(Form):
    """What to take out, as which files, and why."""

    place = SelectField(validators=[chosen], validate_choice=False)
    forms = SelectMultipleField(
        validators=[_some], validate_choice=False, option_widget=CheckboxInput()
    )
    language = RadioField(validators=[chosen], validate_choice=False)
    reason = TextAreaField(validators=[filled, at_most(300)])

    def offer(self, kind: ExportKind, places: Sequence[Place]) -> None:
        """Fill the lists in the language of the page."""
        self.place.choices = [
            (ALL, _("All communities you may see ({count})", count=len(places))),
            *[(str(one.community_id), f"{one.name} {one.code}") for one in places],
        ]
        self.forms.choices = [(form, form_name(form)) for form in FORMS[kind]]
        self.language.choices = [("zh-Hans", "中文"), ("en", "English")]

    def preset(self, kind: ExportKind, language: str) -> None:
        """Tick what is usual."""
        self.place.data = ALL
        self.forms.data = _USUAL[kind]
        self.language.data = "en" if language == "en" else "zh-Hans"

    @property
    def community_id(self) -> int | None:
        """Return the community chosen, None for all."""
        return None if self.place.data == ALL else int(self.place.data)
