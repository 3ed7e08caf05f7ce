"""Forms of calling back."""

from wtforms import DateTimeLocalField, HiddenField, RadioField
from wtforms.validators import InputRequired, Length

from app.service.callbacks.models import CallResult
from app.web.callbacks.words import RESULTS_ASKED, result_name
from app.web.fields import chosen, readable
from app.web.forms import Form


class CallForm(Form):
    """The answers of a call; its fields come from the questions."""

    key = HiddenField(validators=[InputRequired(), Length(min=16, max=64)])


class TryForm(Form):
    """A try that brought no answers."""

    key = HiddenField(validators=[InputRequired(), Length(min=16, max=64)])
    result = RadioField(validators=[chosen], validate_choice=False)
    later_at = DateTimeLocalField(
        validators=[readable], format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.result.choices = [(one.value, result_name(one)) for one in RESULTS_ASKED]

    @property
    def is_later(self) -> bool:
        """Say whether another time was wished for."""
        return bool(self.result.data == CallResult.LATER.value)
