"""Forms of accounts: who, in which role, where."""

from wtforms import BooleanField, SelectField, SelectMultipleField, StringField

from app.staff.models import Role
from app.staff.people.rules import LOGIN_MOST, NAME_MOST, Places, places_of
from app.staff.people.services import Rights
from app.web.fields import at_most, chosen, filled
from app.web.forms import Form
from app.web.keys import key_in


def _whole(text: str | int | None) -> int:
    return key_in(None if text is None else str(text)) or 0


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


class PersonForm(Form):
    """Name, role and places. Places the role does not work in are left out, not refused."""

    name = StringField(filters=[_one_line], validators=[filled, at_most(NAME_MOST)])
    role = SelectField(validators=[chosen], validate_choice=False)
    communities = SelectMultipleField(coerce=_whole, validate_choice=False)
    regions = SelectMultipleField(coerce=_whole, validate_choice=False)
    all_communities = BooleanField()

    def rights(self, communities: set[int], regions: set[int]) -> Rights:
        """Return the rights asked for, as far as the places exist and the role works there.

        Args:
            communities: Keys of all communities there are.
            regions: Keys of all regions there are.
        """
        role = Role(self.role.data)
        places = places_of(role)
        everywhere = role is Role.CLERK and bool(self.all_communities.data)
        given = frozenset(self.communities.data or ()) & communities
        given_regions = frozenset(self.regions.data or ()) & regions
        is_by_community = places is Places.COMMUNITIES and not everywhere
        return Rights(
            role,
            given if is_by_community else frozenset(),
            given_regions if places is Places.REGIONS else frozenset(),
            everywhere,
        )


class InvitationForm(PersonForm):
    """A new account."""

    login = StringField(filters=[_one_line], validators=[filled, at_most(LOGIN_MOST)])


class ActForm(Form):
    """Nothing but the token: the button says what happens."""
