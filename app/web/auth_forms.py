"""Forms of one's own account: passwords and codes."""

from wtforms import PasswordField, StringField
from wtforms.validators import ValidationError

from app.i18n import gettext as _
from app.staff.errors import GuessablePasswordError, WeakPasswordError
from app.staff.passwords import LEAST_CHARACTERS, check_new
from app.web.fields import at_most, filled
from app.web.forms import Form

_MOST = 200  # argon2 takes any length; nobody types more


class NewPasswordForm(Form):
    """A new password, twice. Both stay as typed: a password may begin with a space."""

    password = PasswordField(validators=[filled, at_most(_MOST)])
    again = PasswordField(validators=[filled])
    login = ""

    def validate_password(self, field: PasswordField) -> None:
        """Refuse what is short or easy to guess.

        Raises:
            ValidationError: It is one of them.
        """
        try:
            check_new(field.data, self.login)
        except WeakPasswordError:
            problem = _("At least {count} characters, please.").format(count=LEAST_CHARACTERS)
            raise ValidationError(problem) from None
        except GuessablePasswordError:
            problem = _(
                "Too easy to guess: not only digits, not your login, no row of keys. "
                "Three words that do not belong together are good."
            )
            raise ValidationError(problem) from None

    def validate_again(self, field: PasswordField) -> None:
        """Refuse a slip of the finger.

        Raises:
            ValidationError: The two differ.
        """
        if field.data != self.password.data:
            raise ValidationError(_("The two passwords differ."))


class ChangePasswordForm(NewPasswordForm):
    """Another password for who knows the old one."""

    old = PasswordField(validators=[filled, at_most(_MOST)])


class ConfirmForm(Form):
    """The own password once more, before something that weakens the account."""

    old = PasswordField(validators=[filled, at_most(_MOST)])


class FirstCodeForm(Form):
    """The first code of an authenticator app."""

    code = StringField(validators=[filled, at_most(24)])
