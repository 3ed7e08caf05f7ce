"""Codes of an authenticator app: the published ones are right, each is good for one time."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest

from app.staff import services
from app.staff.errors import (
    BadCredentialsError,
    FactorExistsError,
    StepGoneError,
    ThrottledError,
    WrongCodeError,
)
from app.staff.models import Role
from app.staff.people import factors, queries
from tests.factories import PASSWORD, make_staff

ORIGIN = services.Origin("10.0.0.1", "Chrome, Windows")


@pytest.fixture
def staff(session):
    return make_staff(session, Role.ADMIN, login="wang")


@pytest.fixture
def secret(session, vault, staff, now):
    """The secret of a second factor that is switched on a minute before `now`."""
    before = now - timedelta(minutes=1)
    secret = factors.start(session, vault, staff.id, before)
    factors.confirm(session, vault, staff, factors.code_at(secret, before), before)
    return secret


def begin(session, now):
    checked = services.check_password(session, "wang", PASSWORD, address="10.0.0.1", now=now)
    return services.sign_in(session, checked, origin=ORIGIN, now=now)


def enter(session, vault, step, code, now):
    return services.enter_code(session, vault, step.token, code, origin=ORIGIN, now=now)


def test_the_codes_are_those_of_the_standard():
    """RFC 6238, appendix B, SHA-1: the last six of the eight digits printed there."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"
    for seconds, code in ((59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")):
        assert factors.code_at(secret, datetime.fromtimestamp(seconds, UTC)) == code


def test_after_the_right_password_only_the_code_opens_a_session(session, vault, secret, now):
    step = begin(session, now)
    assert step.needs_code
    assert services.find_entered(session, step.token, now) is None
    token = enter(session, vault, step, factors.code_at(secret, now), now)
    entered = services.find_entered(session, token, now)
    assert entered.has_code
    assert entered.scope.role is Role.ADMIN
    with pytest.raises(StepGoneError):
        enter(session, vault, step, factors.code_at(secret, now), now)


def test_a_code_is_used_once_and_none_before_it_afterwards(session, vault, secret, now):
    code = factors.code_at(secret, now)
    enter(session, vault, begin(session, now), code, now)
    for used in (code, factors.code_at(secret, now - timedelta(seconds=30))):
        with pytest.raises(WrongCodeError):
            enter(session, vault, begin(session, now), used, now)
    later = now + timedelta(seconds=30)
    assert enter(session, vault, begin(session, later), factors.code_at(secret, later), later)


@pytest.mark.parametrize(
    ("seconds", "is_taken"), [(-30, True), (30, True), (-60, False), (60, False)]
)
def test_a_clock_may_be_half_a_minute_off(session, vault, staff, now, seconds, is_taken):
    long_ago = now - timedelta(hours=1)
    secret = factors.start(session, vault, staff.id, long_ago)
    factors.confirm(session, vault, staff, factors.code_at(secret, long_ago), long_ago)
    code = factors.code_at(secret, now + timedelta(seconds=seconds))
    if is_taken:
        assert enter(session, vault, begin(session, now), code, now)
    else:
        with pytest.raises(WrongCodeError):
            enter(session, vault, begin(session, now), code, now)


@pytest.mark.parametrize("typed", ["", "abc", "12345", "１２３４５６", "000000 or 1=1", "-12345"])
def test_what_is_no_code_is_refused(session, vault, secret, now, typed):
    with pytest.raises(WrongCodeError):
        enter(session, vault, begin(session, now), typed, now)


def test_after_five_wrong_codes_the_right_one_has_to_wait(session, vault, secret, now):
    for _ in range(5):
        with pytest.raises(WrongCodeError):
            enter(session, vault, begin(session, now), "000000", now)
    with pytest.raises(ThrottledError):
        enter(session, vault, begin(session, now), factors.code_at(secret, now), now)
    later = now + timedelta(minutes=16)
    assert enter(session, vault, begin(session, later), factors.code_at(secret, later), later)


def test_nobody_who_types_odd_logins_keeps_somebody_from_his_code(
    session, vault, staff, secret, now
):
    for login in (f"code:{staff.id}", f"CODE:{staff.id}", f"login:code:{staff.id}"):
        for number in range(6):
            here = services.Origin(f"10.9.{number}.1", "curl")
            with contextlib.suppress(BadCredentialsError, ThrottledError):
                checked = services.check_password(
                    session, login, "wrong", address=here.address, now=now
                )
                services.sign_in(session, checked, origin=here, now=now)
    assert enter(session, vault, begin(session, now), factors.code_at(secret, now), now)


def test_half_a_sign_in_ends_after_ten_minutes_or_with_another_password(
    session, vault, staff, secret, now
):
    late = now + timedelta(minutes=11)
    with pytest.raises(StepGoneError):
        enter(session, vault, begin(session, now), factors.code_at(secret, late), late)
    step = begin(session, now)
    staff.password_hash = "another"
    with pytest.raises(StepGoneError):
        enter(session, vault, step, factors.code_at(secret, now), now)


def test_each_recovery_code_stands_in_once(session, vault, staff, now):
    secret = factors.start(session, vault, staff.id, now)
    codes = factors.confirm(session, vault, staff, factors.code_at(secret, now), now)
    assert len(set(codes)) == 10
    assert enter(session, vault, begin(session, now), f" {codes[3].upper()} ", now)
    with pytest.raises(WrongCodeError):
        enter(session, vault, begin(session, now), codes[3], now)
    assert queries.count_recovery_codes(session, staff.id) == 9


def test_new_recovery_codes_end_the_old_ones(session, vault, staff, now):
    secret = factors.start(session, vault, staff.id, now)
    old = factors.confirm(session, vault, staff, factors.code_at(secret, now), now)
    new = factors.renew_recovery_codes(session, staff, now)
    with pytest.raises(WrongCodeError):
        enter(session, vault, begin(session, now), old[0], now)
    assert enter(session, vault, begin(session, now), new[0], now)


def test_the_secret_is_sealed_and_counts_only_once_it_was_confirmed(session, vault, staff, now):
    secret = factors.start(session, vault, staff.id, now)
    stored = queries.find_factor(session, staff.id)
    assert secret.encode() not in stored.secret_sealed
    assert factors.start(session, vault, staff.id, now) == secret
    assert not begin(session, now).needs_code
    with pytest.raises(WrongCodeError):
        factors.confirm(session, vault, staff, "000000", now)
    factors.confirm(session, vault, staff, factors.code_at(secret, now), now)
    with pytest.raises(FactorExistsError):
        factors.start(session, vault, staff.id, now)
    assert begin(session, now).needs_code
