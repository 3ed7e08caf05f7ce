"""Forms of other systems: a new key, a new webhook."""

from datetime import date, timedelta

from wtforms import BooleanField, DateField, IntegerField, SelectMultipleField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, ValidationError

from app.clock import beijing_date, end_of
from app.i18n import gettext as _
from app.integrations.hooks.addresses import LONGEST
from app.integrations.hooks.services import HookWish
from app.integrations.keys import KeyWish
from app.integrations.scopes import KeyScope, Topic
from app.web.fields import at_most, between, filled
from app.web.forms import Form
from app.web.keys import key_in
from app.web.services import services

LONGEST_LIFE = timedelta(days=2 * 366)
_NAME = 64


def _whole(text: str | int | None) -> int:
    return key_in(None if text is None else str(text)) or 0


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _some(_form: PlainForm, field: SelectMultipleField) -> None:
    if not field.data:
        raise ValidationError(_("Please choose at least one."))


def _ahead(_form: PlainForm, field: DateField) -> None:
    today = beijing_date(services().now())
    if not isinstance(field.data, date):
        field.errors = []
        raise ValidationError(_("This cannot be read; please check it."))
    if not today < field.data <= today + LONGEST_LIFE:
        raise ValidationError(_("A day from tomorrow on, at most two years ahead."))


class PlacesForm(Form):
    """A name, and all communities or some."""

    name = StringField(filters=[_one_line], validators=[filled, at_most(_NAME)])
    all_communities = BooleanField()
    communities = SelectMultipleField(coerce=_whole, validate_choice=False)

    def places(self, known: set[int]) -> frozenset[int] | None:
        """Return the communities asked for; None means all of them.

        Args:
            known: Keys of all communities there are.
        """
        if self.all_communities.data:
            return None
        return frozenset(self.communities.data or ()) & known

    def needs_places(self, known: set[int]) -> bool:
        """Say whether no community was chosen; notes it beside the field."""
        if self.places(known) != frozenset():
            return False
        self.communities.errors = [_("Please choose at least one.")]
        return True


class KeyForm(PlacesForm):
    """A new key."""

    scopes = SelectMultipleField(validators=[_some], validate_choice=False)
    expires_on = DateField(validators=[_ahead])
    per_minute = IntegerField(validators=[InputRequired(), between(1, 6000)])

    def wish(self, known: set[int]) -> KeyWish:
        """Return what was asked for."""
        last = self.expires_on.data
        return KeyWish(
            name=self.name.data,
            scopes=frozenset(one for one in KeyScope if one.value in (self.scopes.data or ())),
            community_ids=self.places(known),
            expires_at=end_of(last),
            per_minute=self.per_minute.data,
        )


class HookForm(PlacesForm):
    """A new webhook."""

    address = StringField(
        filters=[lambda text: (text or "").strip()], validators=[filled, at_most(LONGEST)]
    )
    topics = SelectMultipleField(validators=[_some], validate_choice=False)

    def wish(self, known: set[int]) -> HookWish:
        """Return what was asked for."""
        return HookWish(
            name=self.name.data,
            address=self.address.data,
            topics=frozenset(one for one in Topic if one.value in (self.topics.data or ())),
            community_ids=self.places(known),
        )


class ActForm(Form):
    """Nothing but the token: the button says what happens."""
