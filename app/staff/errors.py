"""What can go wrong with accounts, sign-in and the audit log."""


class BadCredentialsError(Exception):
    """Login or password is wrong; deliberately does not say which."""


class ThrottledError(Exception):
    """Too many failed tries; carries the minutes after which trying makes sense again."""

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes)
        self.minutes = minutes


class LoginTakenError(ValueError):
    """Somebody else has this login; carries it."""

    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class NotForThisRoleError(ValueError):
    """What was given does not go with the role; carries the role."""

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


class WeakPasswordError(ValueError):
    """The password is too short; carries the least number of characters."""

    def __init__(self, least: int) -> None:
        super().__init__(least)
        self.least = least


class GuessablePasswordError(ValueError):
    """The password is long enough and among the first anybody would try."""


class OddLoginError(ValueError):
    """A login holds other signs than letters, digits and ``.-_@``; carries it."""

    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class OwnAccountError(ValueError):
    """Nobody takes rights or the account away from himself."""


class LastAdministratorError(ValueError):
    """Without this account nobody could manage accounts."""


class DisabledPersonError(ValueError):
    """The account is disabled and gets no link."""


class LinkGoneError(LookupError):
    """The one-time link is unknown, used, replaced or too old."""


class WrongCodeError(ValueError):
    """The code of the second factor is wrong, or was used before."""


class StepGoneError(LookupError):
    """The sign-in that waited for a code is over; it begins again with the password."""


class FactorExistsError(ValueError):
    """The account has a second factor; it has to be removed first."""


class BrokenChainError(RuntimeError):
    """The audit log was tampered with; carries the sequence number where the chain breaks."""

    def __init__(self, sequence: int) -> None:
        super().__init__(sequence)
        self.sequence = sequence
