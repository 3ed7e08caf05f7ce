"""Password hashing (argon2id) and throttling of failed sign-ins."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from app.staff import queries
from app.staff.errors import WeakPasswordError
from app.staff.models import LoginAttempt

WINDOW = timedelta(minutes=15)
WAIT = int(WINDOW.total_seconds() // 60)  # minutes
FAILURES_PER_LOGIN = 5
FAILURES_PER_ADDRESS = 50  # an office may share one address
LEAST_CHARACTERS = 8

_hasher = PasswordHasher()


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

    Without a hash (nobody has that login) the same work is done, so that the time of an answer
    does not tell which logins exist.
    """
    try:
        return _hasher.verify(hashed or _nobodys_hash(), password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(hashed: str) -> bool:
    """Say whether a hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(hashed)


@dataclass(frozen=True, slots=True)
class Throttle:
    """Failed tries of the last 15 minutes, with one login and from one address.

    An address alone refuses nobody before the password was looked at: a whole office, or everybody
    behind a reverse proxy, may share one, and somebody who guesses there must not lock them out.
    """

    by_login: int
    by_address: int

    @property
    def is_address_over(self) -> bool:
        """Say whether the address has used up its tries."""
        return self.by_address >= FAILURES_PER_ADDRESS

    @property
    def refuses_login(self) -> bool:
        """Say whether this login has to wait, whatever its password."""
        return self.by_login >= FAILURES_PER_LOGIN or (self.is_address_over and self.by_login > 0)


def look_back(session: Session, login: str, address: str, now: datetime) -> Throttle:
    """Count the failed tries of the last 15 minutes."""
    since = now - WINDOW
    return Throttle(
        queries.count_attempts(session, _login_key(login), since),
        queries.count_attempts(session, _address_key(address), since),
    )


def record_failure(session: Session, login: str, address: str, now: datetime) -> None:
    """Remember a failed try."""
    session.add(LoginAttempt(key=_login_key(login), at=now))
    session.add(LoginAttempt(key=_address_key(address), at=now))


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("no account has this login")


def _login_key(login: str) -> str:
    return f"login:{login}"[:80]


def _address_key(address: str) -> str:
    return f"address:{address}"[:80]
