"""What may be given to whom, and what a password must not be. Pure."""

import hashlib
from enum import StrEnum

from app.staff.models import Role

LOGIN_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-@")
LOGIN_MOST = 64
NAME_MOST = 64


class Places(StrEnum):
    """What the rights of a role hang on."""

    ALL = "all"  # every community, without being given any
    COMMUNITIES = "communities"
    REGIONS = "regions"
    NONE = "none"


_PLACES = {
    Role.HEAD_OFFICE: Places.ALL,
    Role.LEADER: Places.ALL,
    Role.REGION: Places.REGIONS,
    Role.ADMIN: Places.NONE,
    Role.AGENCY: Places.NONE,
    Role.CALLER: Places.NONE,
}


def places_of(role: Role) -> Places:
    """Return what has to be given to somebody of this role so that he sees anything."""
    return _PLACES.get(role, Places.COMMUNITIES)


def normal_login(login: str) -> str:
    """Return a login as it is stored: without spaces around it, in lower case."""
    return login.strip().lower()


def is_odd_login(login: str) -> bool:
    """Say whether a login in its normal form holds what people cannot type or read out."""
    return not 2 <= len(login) <= LOGIN_MOST or not set(login) <= LOGIN_SIGNS


def is_guessable(password: str, login: str) -> bool:
    """Say whether a password is among the first an attacker tries.

    Those are the login itself, digits like a birthday or a phone number, two signs repeated,
    and runs of the keyboard.
    """
    plain = password.strip().lower()
    if plain.isdigit() and len(plain) < 14:
        return True
    if len(set(plain)) < 4:
        return True
    if login and plain.replace(login, "").strip("0123456789!@#.-_ ") == "":
        return True
    return any(plain in run or plain in run[::-1] for run in _RUNS)


_RUNS = (
    "qwertyuiopasdfghjklzxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "password1password123passw0rd",
    "a12345678abc123456789abcd1234",
    "qwer1234asdf1234zxcv1234",
    "admin123admin888admin123456",
    "woaini1314woaini520woaini123",
)


def hash_token(token: str) -> bytes:
    """Return what is stored of a random token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()
