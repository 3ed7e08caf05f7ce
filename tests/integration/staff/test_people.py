"""What administrators do with accounts, and one-time links, on a real database."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.staff import audit, passwords, services
from app.staff.errors import (
    DisabledPersonError,
    GuessablePasswordError,
    LastAdministratorError,
    LinkGoneError,
    LoginTakenError,
    NotForThisRoleError,
    OddLoginError,
    OwnAccountError,
    WeakPasswordError,
)
from app.staff.models import AuditEntry, OneTimeLink, Role, StaffRegion
from app.staff.people import links, queries
from app.staff.people import services as people
from app.staff.people.queries import PeopleFilter, PersonState
from app.staff.people.services import Rights
from app.surveys.register.models import Region
from tests.factories import make_community, make_staff

ORIGIN = services.Origin("10.0.0.1", "Chrome, Windows")
HASH = passwords.hash_password("three words apart")


@pytest.fixture
def admin(session):
    return services.scope_of(session, make_staff(session, Role.ADMIN))


@pytest.fixture
def region(session):
    """A region with two communities, and a third community outside it."""
    region = Region(code="E", name="东区")
    session.add(region)
    session.flush()
    for _ in range(2):
        make_community(session).region_id = region.id
    make_community(session)
    session.flush()
    return region


def invite(session, admin, now, rights, login="zhou.li"):
    return people.invite(session, login=login, name="周立", rights=rights, actor=admin, now=now)


def actions(session, staff):
    query = select(AuditEntry.action).where(AuditEntry.subject == f"staff:{staff.id}")
    return list(session.scalars(query.order_by(AuditEntry.sequence)))


def signed_in(session, staff, now):
    """Return whether a session of this account is open, by its token."""
    token = services.open_session(session, staff, origin=ORIGIN, now=now)
    return lambda: services.find_entered(session, token, now) is not None


def test_an_invited_person_signs_in_with_the_password_only_he_knows(session, admin, now):
    community = make_community(session)
    rights = Rights(Role.OFFICE, frozenset({community.id}))
    staff, link = invite(session, admin, now, rights, login=" Zhou.Li ")
    for typed in ("", "three words apart"):
        checked = services.check_password(session, "zhou.li", typed, address="10.0.0.1", now=now)
        assert not checked.is_right

    links.use_link(session, link.token, HASH, now + timedelta(days=6))

    assert services.check_password(
        session, "zhou.li", "three words apart", address="10.0.0.1", now=now
    ).is_right
    assert services.scope_of(session, staff).community_ids == {community.id}
    assert actions(session, staff) == ["staff.invite", "staff.link", "staff.password"]
    audit.verify_chain(session)


def test_a_link_works_once(session, admin, now):
    _, link = invite(session, admin, now, Rights(Role.LEADER))
    links.use_link(session, link.token, HASH, now)
    with pytest.raises(LinkGoneError):
        links.use_link(session, link.token, HASH, now)


def test_a_link_is_stored_as_its_hash_and_stands_in_no_audit_entry(session, admin, now):
    _, link = invite(session, admin, now, Rights(Role.LEADER))
    stored = session.scalars(select(OneTimeLink)).one()
    assert len(link.token) >= 43  # 32 random bytes
    assert link.token.encode() not in stored.token_hash
    said = session.scalars(select(AuditEntry.subject + AuditEntry.detail)).all()
    assert not [entry for entry in said if link.token in entry]


def test_an_invitation_lasts_seven_days_and_a_reset_one(session, admin, now):
    staff, invitation = invite(session, admin, now, Rights(Role.LEADER))
    with pytest.raises(LinkGoneError):
        links.find_owner(session, invitation.token, now + timedelta(days=7))
    links.use_link(session, invitation.token, HASH, now)
    reset = people.make_link(session, staff.id, actor=admin, now=now)
    assert links.find_owner(session, reset.token, now + timedelta(hours=23))
    with pytest.raises(LinkGoneError):
        links.find_owner(session, reset.token, now + timedelta(days=1))


def test_a_newer_link_replaces_the_one_before(session, admin, now):
    staff, first = invite(session, admin, now, Rights(Role.LEADER))
    second = people.make_link(session, staff.id, actor=admin, now=now)
    with pytest.raises(LinkGoneError):
        links.find_owner(session, first.token, now)
    assert links.find_owner(session, second.token, now)


def test_until_a_reset_is_used_the_old_password_and_the_sessions_stay(session, admin, now):
    staff = make_staff(session, Role.STEWARD)
    is_in, old = signed_in(session, staff, now), staff.password_hash
    link = people.make_link(session, staff.id, actor=admin, now=now)
    assert is_in()
    assert staff.password_hash == old
    links.use_link(session, link.token, HASH, now)
    assert not is_in()


def test_a_disabled_account_gets_no_link_and_its_open_one_is_worth_nothing(session, admin, now):
    staff, link = invite(session, admin, now, Rights(Role.LEADER))
    people.disable(session, staff.id, actor=admin, now=now)
    with pytest.raises(LinkGoneError):
        links.find_owner(session, link.token, now)
    with pytest.raises(DisabledPersonError):
        people.make_link(session, staff.id, actor=admin, now=now)
    people.enable(session, staff.id, actor=admin, now=now)
    with pytest.raises(LinkGoneError):
        links.find_owner(session, link.token, now)


@pytest.mark.parametrize(
    "rights",
    [
        Rights(Role.LEADER, frozenset({1})),
        Rights(Role.ADMIN, frozenset({1})),
        Rights(Role.AGENCY, frozenset({1})),
        Rights(Role.REGION, frozenset({1})),
        Rights(Role.OFFICE, region_ids=frozenset({1})),
        Rights(Role.OFFICE, all_communities=True),
    ],
)
def test_places_a_role_does_not_work_in_are_refused(session, admin, now, rights):
    with pytest.raises(NotForThisRoleError):
        invite(session, admin, now, rights)


@pytest.mark.parametrize("login", ["周立", "a", "zhou li", "x" * 65, "a\u200bb", ""])
def test_a_login_people_cannot_read_out_is_refused(session, admin, now, login):
    with pytest.raises(OddLoginError):
        invite(session, admin, now, Rights(Role.LEADER), login=login)


def test_a_login_is_invited_once(session, admin, now):
    invite(session, admin, now, Rights(Role.LEADER))
    with pytest.raises(LoginTakenError):
        invite(session, admin, now, Rights(Role.LEADER), login="ZHOU.LI")


def test_a_region_sees_the_communities_that_lie_in_it_today(session, admin, now, region):
    rights = Rights(Role.REGION, region_ids=frozenset({region.id}))
    staff, _ = invite(session, admin, now, rights)
    scope = services.scope_of(session, staff)
    assert scope.region_ids == {region.id}
    assert len(scope.community_ids) == 2
    moved = make_community(session)
    moved.region_id = region.id
    session.flush()
    assert services.scope_of(session, staff).sees(moved.id)


def test_a_region_without_a_community_sees_none(session, admin, now):
    empty = Region(code="W", name="西区")
    session.add(empty)
    session.flush()
    staff, _ = invite(session, admin, now, Rights(Role.REGION, region_ids=frozenset({empty.id})))
    scope = services.scope_of(session, staff)
    assert (scope.region_ids, scope.community_ids) == ({empty.id}, frozenset())


def test_who_leaves_the_role_of_a_region_keeps_nothing_of_it(session, admin, now, region):
    rights = Rights(Role.REGION, region_ids=frozenset({region.id}))
    staff, _ = invite(session, admin, now, rights)
    assert people.change_rights(session, staff.id, Rights(Role.STEWARD), actor=admin, now=now)
    assert services.scope_of(session, staff).community_ids == frozenset()
    assert session.scalars(select(StaffRegion)).all() == []


def test_a_change_of_rights_ends_every_session_and_says_what_was_before(session, admin, now):
    community = make_community(session)
    staff = make_staff(session, Role.OFFICE, communities=[community])
    is_in = signed_in(session, staff, now)
    same = Rights(Role.OFFICE, frozenset({community.id}))
    assert not people.change_rights(session, staff.id, same, actor=admin, now=now)
    assert is_in()
    assert people.change_rights(session, staff.id, Rights(Role.LEADER), actor=admin, now=now)
    assert not is_in()
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc())).first()
    assert (last.action, last.actor) == ("staff.rights", admin.actor)
    assert last.detail == f"office communities:{community.id} -> leader"


def test_nobody_changes_disables_or_resets_himself(session, admin, now):
    for act in (
        lambda: people.change_rights(
            session, admin.staff_id, Rights(Role.LEADER), actor=admin, now=now
        ),
        lambda: people.disable(session, admin.staff_id, actor=admin, now=now),
        lambda: people.make_link(session, admin.staff_id, actor=admin, now=now),
        lambda: people.remove_factor(session, admin.staff_id, actor=admin, now=now),
    ):
        with pytest.raises(OwnAccountError):
            act()


def test_the_last_administrator_stays(session, admin, now):
    other = services.scope_of(session, make_staff(session, Role.ADMIN))
    people.disable(session, admin.staff_id, actor=other, now=now)
    invited, _ = invite(session, other, now, Rights(Role.ADMIN))  # has no password yet
    head = services.scope_of(session, make_staff(session, Role.HEAD_OFFICE))
    with pytest.raises(LastAdministratorError):
        people.disable(session, other.staff_id, actor=head, now=now)
    with pytest.raises(LastAdministratorError):
        people.change_rights(session, other.staff_id, Rights(Role.LEADER), actor=head, now=now)
    assert invited.disabled_at is None


def test_the_list_is_narrowed_by_words_role_and_state(session, admin, now):
    make_staff(session, Role.STEWARD, login="zhao", name="赵文静")
    invite(session, admin, now, Rights(Role.LEADER))
    gone = make_staff(session, Role.STEWARD, login="gone_1", name="何立")
    gone.disabled_at = now
    session.flush()

    def found(**wanted):
        narrowed = PeopleFilter(**wanted)
        rows = queries.list_people(session, narrowed, offset=0, limit=50)
        assert queries.count_people(session, narrowed) == len(rows)
        return [row.staff.login for row in rows]

    assert found(words="文静") == ["zhao"]
    assert found(words="ZHA") == ["zhao"]
    assert found(words="_") == ["gone_1"]
    assert found(words="%") == []
    assert found(role=Role.STEWARD) == ["gone_1", "zhao"]
    assert found(state=PersonState.INVITED) == ["zhou.li"]
    assert found(state=PersonState.DISABLED) == ["gone_1"]


@pytest.mark.parametrize(
    "password",
    ["12345678", "88888888", "13812345678", "qwertyui", "zhou.li2026", "aabbaabb", "1qaz2wsx"],
)
def test_a_password_among_the_first_anybody_tries_is_refused(password):
    with pytest.raises(GuessablePasswordError):
        passwords.check_new(password, "zhou.li")


def test_a_password_of_words_is_taken_and_a_short_one_is_not():
    passwords.check_new("three words apart", "zhou.li")
    passwords.check_new("西湖边的三只猫都姓王", "zhou.li")
    with pytest.raises(WeakPasswordError):
        passwords.check_new("7Qx!p", "zhou.li")
