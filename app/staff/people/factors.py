"""Second factors: codes of an authenticator app (RFC 6238), and recovery codes instead of it."""

import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy.orm import Session

from app.staff import audit
from app.staff.errors import FactorExistsError, WrongCodeError
from app.staff.models import RecoveryCode, SecondFactor, Staff
from app.staff.people import queries
from app.staff.people.rules import hash_token
from app.staff.scope import Scope
from app.vault import Vault

PURPOSE = "second-factor"
STEP = 30  # seconds a code lasts
WINDOW = 1  # steps a clock may be ahead or behind
RECOVERY_CODES = 10
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


def has_factor(session: Session, staff_id: int) -> bool:
    """Say whether somebody needs a code to sign in."""
    factor = queries.find_factor(session, staff_id)
    return factor is not None and factor.confirmed_at is not None


def start(session: Session, vault: Vault, staff_id: int, now: datetime) -> str:
    """Return the secret of a second factor that waits to be confirmed, a new one if there is none.

    Raises:
        FactorExistsError: One is confirmed already.
    """
    factor = queries.lock_factor(session, staff_id)
    if factor is None:
        secret = pyotp.random_base32()
        session.add(
            SecondFactor(
                staff_id=staff_id, secret_sealed=vault.seal(secret, PURPOSE), started_at=now
            )
        )
        return secret
    if factor.confirmed_at is not None:
        raise FactorExistsError
    return vault.open(factor.secret_sealed, PURPOSE)


def waiting_secret(session: Session, vault: Vault, staff_id: int) -> str | None:
    """Return the secret that waits to be confirmed, if there is one."""
    factor = queries.find_factor(session, staff_id)
    if factor is None or factor.confirmed_at is not None:
        return None
    return vault.open(factor.secret_sealed, PURPOSE)


def confirm(session: Session, vault: Vault, staff: Staff, code: str, now: datetime) -> list[str]:
    """Switch a second factor on with its first code; return the recovery codes.

    Raises:
        FactorExistsError: It is on already.
        WrongCodeError: The code is wrong, or no secret was asked for.
    """
    factor = queries.lock_factor(session, staff.id)
    if factor is None:
        raise WrongCodeError
    if factor.confirmed_at is not None:
        raise FactorExistsError
    _take_code(vault, factor, code, now)
    factor.confirmed_at = now
    _record(session, staff, "staff.code_on", now)
    return _make_recovery_codes(session, staff.id)


def renew_recovery_codes(session: Session, staff: Staff, now: datetime) -> list[str]:
    """Return new recovery codes; the old ones stop working."""
    _record(session, staff, "staff.recovery_codes", now)
    return _make_recovery_codes(session, staff.id)


def check(session: Session, vault: Vault, staff: Staff, code: str, now: datetime) -> None:
    """Take a code of the app, or a recovery code, at sign-in. Each is good for one time.

    Raises:
        WrongCodeError: It is neither, or was used before.
    """
    factor = queries.lock_factor(session, staff.id)
    if factor is None or factor.confirmed_at is None:
        raise WrongCodeError
    plain = normal_code(code)
    if plain.isdigit():
        _take_code(vault, factor, plain, now)
        return
    if not queries.use_recovery_code(session, staff.id, hash_token(plain), now):
        raise WrongCodeError
    _record(session, staff, "staff.recovery_used", now)


def remove(session: Session, staff_id: int, *, actor: Scope | str, now: datetime) -> None:
    """Take somebody's second factor away."""
    if queries.find_factor(session, staff_id) is None:
        return
    queries.remove_factor(session, staff_id)
    audit.record(
        session, actor=actor, action="staff.code_off", subject=f"staff:{staff_id}", now=now
    )


def normal_code(code: str) -> str:
    """Return a code without the spaces and dashes people type, in lower case."""
    return "".join(sign for sign in code.lower() if sign.isalnum())


def address_of(secret: str, *, login: str, company: str) -> str:
    """Return what the QR code for the authenticator app says."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=company)


def code_at(secret: str, now: datetime) -> str:
    """Return the code an authenticator app shows."""
    return pyotp.TOTP(secret).at(now)


def _take_code(vault: Vault, factor: SecondFactor, code: str, now: datetime) -> None:
    """Accept a code of a half minute later than every one accepted before."""
    otp = pyotp.TOTP(vault.open(factor.secret_sealed, PURPOSE), interval=STEP)
    plain = normal_code(code)
    if not (plain.isascii() and plain.isdigit()):
        raise WrongCodeError
    present = int(now.timestamp()) // STEP
    for step in range(present - WINDOW, present + WINDOW + 1):
        is_right = hmac.compare_digest(otp.generate_otp(step), plain)
        if is_right and step > factor.last_step:
            factor.last_step = step
            return
    raise WrongCodeError


def _make_recovery_codes(session: Session, staff_id: int) -> list[str]:
    queries.remove_recovery_codes(session, staff_id)
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    # A letter at the front tells a recovery code from six digits.
    codes = ["r" + code[1:] for code in codes]
    session.add_all(RecoveryCode(staff_id=staff_id, code_hash=hash_token(code)) for code in codes)
    session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _record(session: Session, staff: Staff, action: str, now: datetime) -> None:
    subject = f"staff:{staff.id}"
    audit.record(session, actor=subject, action=action, subject=subject, now=now)
