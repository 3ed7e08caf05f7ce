"""Password hashing (argon2id) and throttling of failed sign-ins."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from app.staff import queries
from app.staff.errors import GuessablePasswordError, WeakPasswordError
from app.staff.models import LoginAttempt
from app.staff.people.rules import is_guessable

WINDOW = timedelta(minutes=15)
WAIT = int(WINDOW.total_seconds() // 60)  # minutes
FAILURES_PER_LOGIN = 5
FAILURES_PER_ADDRESS = 50  # an office may share one address
LEAST_CHARACTERS = 8

_hasher = PasswordHasher()


def check_new(password: str, login: str) -> None:
    """Refuse a new password of a person that is short or easy to guess.

    Raises:
        WeakPasswordError: It has fewer than 8 characters.
        GuessablePasswordError: It is the login, a number, a run of keys or the like.
    """
    if len(password) < LEAST_CHARACTERS:
        raise WeakPasswordError(LEAST_CHARACTERS)
    if is_guessable(password, login):
        raise GuessablePasswordError


def hash_password(password: str) -> str:
    """Return the argon2id hash of a new password.

    Raises:
        WeakPasswordError: It has fewer than 8 characters.
    """
    if len(password) < LEAST_CHARACTERS:
        raise WeakPasswordError(LEAST_CHARACTERS)
    return _hasher.hash(password)


def verify_password(hashed: str | None, password: str) -> bool:
    """Say whether the password belongs to the hash.

    Without a hash (nobody has that login, or no password is set yet) the same work is done, so
    that the time of an answer does not tell which logins exist.
    """
    try:
        return _hasher.verify(hashed or _nobodys_hash(), password) and bool(hashed)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(hashed: str) -> bool:
    """Say whether a hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(hashed)


@dataclass(frozen=True, slots=True)
class Throttle:
    """Failed tries of the last 15 minutes: with one login, from one address, and both together.

    Nobody may lock somebody else out by guessing. An address alone refuses nobody before the
    password was looked at: a whole office, or everybody behind a reverse proxy, may share one.
    And whoever has signed in from his address before only waits for failures made there.
    """

    by_login: int
    by_address: int
    by_both: int
    is_known_address: bool

    @property
    def is_address_over(self) -> bool:
        """Say whether the address has used up its tries."""
        return self.by_address >= FAILURES_PER_ADDRESS

    @property
    def refuses_login(self) -> bool:
        """Say whether this login has to wait here, whatever its password."""
        own = self.by_both if self.is_known_address else self.by_login
        return own >= FAILURES_PER_LOGIN or (self.is_address_over and own > 0)


def look_back(
    session: Session, login: str, address: str, now: datetime, *, is_known: bool = False
) -> Throttle:
    """Count the failed tries of the last 15 minutes."""
    since = now - WINDOW
    return Throttle(
        by_login=queries.count_attempts(session, _login_key(login), since),
        by_address=queries.count_attempts(session, _address_key(address), since),
        by_both=queries.count_attempts(session, _pair_key(login, address), since),
        is_known_address=is_known,
    )


def record_failure(session: Session, login: str, address: str, now: datetime) -> None:
    """Remember a failed try."""
    for key in (_login_key(login), _address_key(address), _pair_key(login, address)):
        session.add(LoginAttempt(key=key, at=now))


def count_wrong_codes(session: Session, staff_id: int, now: datetime) -> int:
    """Count the wrong codes of an account's second factor in the last 15 minutes."""
    return queries.count_attempts(session, _code_key(staff_id), now - WINDOW)


def record_wrong_code(session: Session, staff_id: int, now: datetime) -> None:
    """Remember a wrong code, apart from anything that can be typed as a login."""
    session.add(LoginAttempt(key=_code_key(staff_id), at=now))


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("no account has this login")


def _login_key(login: str) -> str:
    return f"login:{login}"[:80]


def _code_key(staff_id: int) -> str:
    return f"code:{staff_id}"


def _address_key(address: str) -> str:
    return f"address:{address}"[:80]


def _pair_key(login: str, address: str) -> str:
    return f"pair:{address[:45]} {login}"[:80]
