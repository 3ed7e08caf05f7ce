"""Sign-in, sessions and scopes, on a real database."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.staff import audit, passwords, queries, services
from app.staff.errors import (
    BadCredentialsError,
    LoginTakenError,
    NotForThisRoleError,
    ThrottledError,
    WeakPasswordError,
)
from app.staff.models import LoginAttempt, Role, Staff, StaffSession
from tests.factories import PASSWORD, make_community, make_staff


def sign_in(session, now, *, login="wang", password=PASSWORD, address="10.0.0.1"):
    checked = services.check_password(session, login, password, address=address, now=now)
    origin = services.Origin(address)
    return services.sign_in(session, checked, origin=origin, now=now).token


def find_scope(session, token, now):
    """Look a cookie up as a page does."""
    entered = services.find_entered(session, token, now)
    if entered is not None and entered.is_touch_due:
        services.touch(session, entered.session_id, now)
    return None if entered is None else entered.scope


def fail(session, now, times, *, login="wang", address="10.0.0.1"):
    for _ in range(times):
        with pytest.raises(BadCredentialsError):
            sign_in(session, now, login=login, password="wrong", address=address)


def test_an_added_account_signs_in_and_sees_its_own_communities(session, now):
    mine, other = make_community(session), make_community(session)
    services.add_staff(
        session,
        login=" Wang ",
        name="王敏",
        role=Role.OFFICE,
        password=PASSWORD,
        community_ids=[mine.id],
        now=now,
    )

    scope = find_scope(session, sign_in(session, now, login="WANG"), now)

    assert (scope.name, scope.role) == ("王敏", Role.OFFICE)
    assert scope.sees(mine.id)
    assert not scope.sees(other.id)


@pytest.mark.parametrize("role", [Role.HEAD_OFFICE, Role.LEADER])
def test_head_office_and_leaders_see_every_community(session, now, role):
    make_staff(session, role, login="wang")
    scope = find_scope(session, sign_in(session, now), now)
    assert scope.community_ids is None
    assert scope.sees(12345)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.STEWARD, Role.CLERK, Role.ADMIN])
def test_other_roles_without_a_community_see_none(session, now, role):
    community = make_community(session)
    make_staff(session, role, login="wang")
    scope = find_scope(session, sign_in(session, now), now)
    assert not scope.sees(community.id)


def test_a_clerk_for_all_communities_sees_them_and_no_other_role_can_be_given_that(session, now):
    community = make_community(session)
    given = {"name": "何立", "password": PASSWORD, "community_ids": [], "now": now}
    services.add_staff(session, login="he", role=Role.CLERK, all_communities=True, **given)
    clerk = find_scope(session, sign_in(session, now, login="he"), now)
    assert clerk.community_ids is None
    assert clerk.sees(community.id)
    for role in (Role.OFFICE, Role.STEWARD, Role.ADMIN):
        with pytest.raises(NotForThisRoleError):
            services.add_staff(session, login=role, role=role, all_communities=True, **given)
    office = make_staff(session, Role.OFFICE, all_communities=True)  # behind the service's back
    assert not services.scope_of(session, office).sees(community.id)


def test_a_login_is_given_once(session, now):
    make_staff(session, login="wang")
    with pytest.raises(LoginTakenError):
        services.add_staff(
            session,
            login="WANG",
            name="王",
            role=Role.ADMIN,
            password=PASSWORD,
            community_ids=[],
            now=now,
        )


def test_a_short_password_is_refused():
    with pytest.raises(WeakPasswordError):
        passwords.hash_password("1234567")


def test_the_password_is_stored_as_argon2id(session):
    assert make_staff(session).password_hash.startswith("$argon2id$")


def test_a_hash_of_older_settings_is_renewed_at_sign_in(session, now):
    staff = make_staff(session, login="wang")
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    staff.password_hash = old = weak.hash(PASSWORD)

    sign_in(session, now)

    assert staff.password_hash != old
    assert passwords.verify_password(staff.password_hash, PASSWORD)


@pytest.mark.parametrize(
    ("login", "password"), [("wang", "wrong"), ("nobody", PASSWORD), ("wang", ""), ("", "")]
)
def test_wrong_login_and_wrong_password_are_told_apart_by_nothing(session, now, login, password):
    make_staff(session, login="wang")
    with pytest.raises(BadCredentialsError) as caught:
        sign_in(session, now, login=login, password=password)
    assert str(caught.value) == ""


def test_a_disabled_account_neither_signs_in_nor_stays_signed_in(session, now):
    staff = make_staff(session, login="wang")
    token = sign_in(session, now)
    staff.disabled_at = now

    assert find_scope(session, token, now) is None
    with pytest.raises(BadCredentialsError):
        sign_in(session, now)


def test_the_sixth_try_after_five_failures_is_refused_even_with_the_right_password(session, now):
    make_staff(session, login="wang")
    fail(session, now, 5)
    with pytest.raises(ThrottledError) as caught:
        sign_in(session, now)
    assert caught.value.minutes == 15


def test_four_failures_do_not_lock_anybody_out(session, now):
    make_staff(session, login="wang")
    fail(session, now, 4)
    assert sign_in(session, now)


def test_after_fifteen_minutes_the_right_password_works_again(session, now):
    make_staff(session, login="wang")
    fail(session, now, 5)
    assert sign_in(session, now + timedelta(minutes=15))


def test_an_address_that_tries_many_logins_is_throttled_but_others_are_not(session, now):
    make_staff(session, login="wang")
    make_staff(session, login="zhao")
    passwords.record_failure(session, "zhao", "10.0.0.1", now)
    for number in range(50):
        passwords.record_failure(session, f"guess{number}", "10.0.0.9", now)

    with pytest.raises(ThrottledError):
        sign_in(session, now, login="li", password="wrong", address="10.0.0.9")
    with pytest.raises(ThrottledError):  # one failure of its own: even right it has to wait
        sign_in(session, now, login="zhao", address="10.0.0.9")
    assert sign_in(session, now, address="10.0.0.9")
    assert sign_in(session, now, address="10.0.0.1")


def test_very_long_logins_do_not_break_the_throttle(session, now):
    with pytest.raises(BadCredentialsError):
        sign_in(session, now, login="x" * 500, address="y" * 500)
    session.flush()


def test_failures_of_the_day_before_are_forgotten_at_the_next_sign_in(session, now):
    make_staff(session, login="wang")
    fail(session, now - timedelta(days=2), 1)
    sign_in(session, now)
    assert session.scalars(select(LoginAttempt)).all() == []


def test_a_session_ends_after_thirty_idle_minutes(session, now):
    make_staff(session, login="wang")
    token = sign_in(session, now)
    assert find_scope(session, token, now + timedelta(minutes=30))
    assert find_scope(session, token, now + timedelta(minutes=60)) is not None
    assert find_scope(session, token, now + timedelta(minutes=91)) is None


def test_a_session_ends_after_twelve_hours_however_busy(session, now):
    make_staff(session, login="wang")
    token = sign_in(session, now)
    for quarter in range(1, 49):
        assert find_scope(session, token, now + timedelta(minutes=15 * quarter))
    assert find_scope(session, token, now + timedelta(hours=12, minutes=1)) is None


def test_being_seen_is_written_at_most_once_a_minute(session, now):
    make_staff(session, login="wang")
    token = sign_in(session, now)
    session.flush()

    find_scope(session, token, now + timedelta(seconds=59))
    assert not session.dirty
    find_scope(session, token, now + timedelta(seconds=60))
    assert session.dirty


def test_after_signing_out_the_cookie_is_worth_nothing(session, now):
    make_staff(session, login="wang")
    token = sign_in(session, now)
    services.sign_out(session, token, now)
    assert find_scope(session, token, now) is None
    services.sign_out(session, "unknown", now)


def test_only_the_hash_of_the_cookie_is_stored_and_every_sign_in_has_its_own(session, now):
    make_staff(session, login="wang")
    first, second = sign_in(session, now), sign_in(session, now)
    stored = session.scalars(select(StaffSession.token_hash)).all()
    assert first != second
    assert len(first) >= 43  # 32 random bytes
    assert all(first.encode() not in token_hash for token_hash in stored)


def test_signing_in_stands_in_the_audit_log(session, now):
    staff = make_staff(session, login="wang")
    sign_in(session, now)
    entries = queries.list_audit_of(session, f"staff:{staff.id}")
    assert [(e.actor, e.action, e.at) for e in entries] == [
        (f"staff:{staff.id}", "staff.sign_in", now)
    ]
    assert audit.verify_chain(session) == 1


def test_in_scope_is_the_same_rule_in_sql(session, now):
    communities = [make_community(session) for _ in range(3)]
    staff = make_staff(session, Role.STEWARD, communities=communities[:2])
    scope = services.scope_of(session, staff)
    everyone = services.scope_of(session, make_staff(session, Role.LEADER))
    nobody = services.scope_of(session, make_staff(session, Role.STEWARD))
    ids = select(type(communities[0]).id)

    for who in (scope, everyone, nobody):
        query = ids.where(queries.in_scope(type(communities[0]).id, who))
        assert set(session.scalars(query)) == {c.id for c in communities if who.sees(c.id)}


def test_accounts_are_listed_by_login(session):
    make_staff(session, login="b")
    make_staff(session, login="a")
    assert [s.login for s in queries.list_staff(session)] == ["a", "b"]
    assert queries.find_staff(session, session.scalars(select(Staff.id)).first()) is not None


def test_a_password_changed_after_it_was_looked_at_opens_nothing(session, now):
    make_staff(session, login="wang")
    checked = services.check_password(session, "wang", PASSWORD, address="10.0.0.1", now=now)
    staff = queries.find_staff_by_login(session, "wang")
    staff.password_hash = passwords.hash_password("another password")
    with pytest.raises(BadCredentialsError):
        services.sign_in(session, checked, origin=services.Origin("10.0.0.1"), now=now)
