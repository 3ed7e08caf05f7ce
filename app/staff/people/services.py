"""What administrators do with accounts: invite, change rights, disable, end sessions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.staff import audit
from app.staff.errors import (
    LastAdministratorError,
    LoginTakenError,
    NotForThisRoleError,
    OddLoginError,
    OwnAccountError,
)
from app.staff.models import Role, Staff
from app.staff.people import factors, links, queries
from app.staff.people.rules import Places, is_odd_login, normal_login, places_of
from app.staff.queries import find_staff_by_login, list_community_ids, list_region_ids
from app.staff.scope import Scope


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody does and where.

    Attributes:
        role: What the person does here.
        community_ids: Communities given to the person.
        region_ids: Regions given to a person of the role REGION.
        all_communities: A clerk keys in sheets of every community.
    """

    role: Role
    community_ids: frozenset[int] = field(default_factory=frozenset)
    region_ids: frozenset[int] = field(default_factory=frozenset)
    all_communities: bool = False

    def check(self) -> None:
        """Refuse what does not go with the role.

        Raises:
            NotForThisRoleError: Places were given that this role does not work in.
        """
        places = places_of(self.role)
        is_wrong = (
            (self.community_ids and places is not Places.COMMUNITIES)
            or (self.region_ids and places is not Places.REGIONS)
            or (self.all_communities and self.role is not Role.CLERK)
        )
        if is_wrong:
            raise NotForThisRoleError(self.role.value)


def invite(
    session: Session, *, login: str, name: str, rights: Rights, actor: Scope, now: datetime
) -> tuple[Staff, links.MadeLink]:
    """Add an account without a password and make the link with which its owner sets one.

    Raises:
        OddLoginError: The login holds signs people cannot read out.
        LoginTakenError: Somebody has this login.
        NotForThisRoleError: Places were given that the role does not work in.
    """
    rights.check()
    login = normal_login(login)
    if is_odd_login(login):
        raise OddLoginError(login)
    if find_staff_by_login(session, login) is not None:
        raise LoginTakenError(login)
    staff = Staff(
        login=login,
        name=name.strip(),
        role=rights.role,
        all_communities=rights.all_communities,
        password_hash="",
        created_at=now,
    )
    session.add(staff)
    session.flush()
    _give(session, staff, rights)
    _record(session, actor, "staff.invite", staff, now, _words(rights))
    return staff, links.make_link(session, staff, actor=actor, made_by=actor.staff_id, now=now)


def rename(session: Session, staff_id: int, name: str, *, actor: Scope, now: datetime) -> None:
    """Change the name pages show."""
    staff = _locked(session, staff_id)
    if staff.name != name.strip():
        staff.name = name.strip()
        _record(session, actor, "staff.rename", staff, now)


def change_rights(
    session: Session, staff_id: int, rights: Rights, *, actor: Scope, now: datetime
) -> bool:
    """Give somebody another role or other places; return whether anything changed.

    Whoever is signed in with the account signs in again: no session outlives its rights.

    Raises:
        OwnAccountError: It is the account of whoever does it.
        LastAdministratorError: Nobody else could manage accounts.
        NotForThisRoleError: Places were given that the role does not work in.
    """
    rights.check()
    staff = _not_oneself(session, staff_id, actor)
    if rights == rights_of(session, staff):
        return False
    if staff.role is Role.ADMIN and rights.role is not Role.ADMIN:
        _refuse_last(session, staff)
    before = _words(rights_of(session, staff))
    staff.role, staff.all_communities = rights.role, rights.all_communities
    _give(session, staff, rights)
    queries.end_sessions(session, staff.id, now)
    _record(session, actor, "staff.rights", staff, now, f"{before} -> {_words(rights)}")
    return True


def disable(session: Session, staff_id: int, *, actor: Scope, now: datetime) -> None:
    """Let an account sign in no more; its sessions and its link end.

    Raises:
        OwnAccountError: It is the account of whoever does it.
        LastAdministratorError: Nobody else could manage accounts.
    """
    staff = _not_oneself(session, staff_id, actor)
    if staff.disabled_at is not None:
        return
    if staff.role is Role.ADMIN:
        _refuse_last(session, staff)
    staff.disabled_at = now
    queries.end_sessions(session, staff.id, now)
    queries.end_links(session, staff.id, now)
    _record(session, actor, "staff.disable", staff, now)


def enable(session: Session, staff_id: int, *, actor: Scope, now: datetime) -> None:
    """Let a disabled account sign in again."""
    staff = _not_oneself(session, staff_id, actor)
    if staff.disabled_at is not None:
        staff.disabled_at = None
        _record(session, actor, "staff.enable", staff, now)


def end_sessions(session: Session, staff_id: int, *, actor: Scope, now: datetime) -> int:
    """Sign somebody out everywhere; return how many sessions were open."""
    staff = _locked(session, staff_id)
    ended = queries.end_sessions(session, staff.id, now)
    _record(session, actor, "staff.end_sessions", staff, now, str(ended))
    return ended


def make_link(session: Session, staff_id: int, *, actor: Scope, now: datetime) -> links.MadeLink:
    """Make the link with which somebody sets a password: the first one, or a new one.

    Raises:
        OwnAccountError: Who is signed in changes the own password with the old one.
        DisabledPersonError: The account is disabled.
    """
    staff = _not_oneself(session, staff_id, actor)
    return links.make_link(session, staff, actor=actor, made_by=actor.staff_id, now=now)


def remove_factor(session: Session, staff_id: int, *, actor: Scope, now: datetime) -> None:
    """Take away a second factor whose phone is lost; the person signs in again.

    Raises:
        OwnAccountError: It is the account of whoever does it.
    """
    staff = _not_oneself(session, staff_id, actor)
    factors.remove(session, staff.id, actor=actor, now=now)
    queries.end_sessions(session, staff.id, now)


def rights_of(session: Session, staff: Staff) -> Rights:
    """Return what an account was given."""
    return Rights(
        Role(staff.role),
        frozenset(list_community_ids(session, staff.id)),
        frozenset(list_region_ids(session, staff.id)),
        staff.all_communities,
    )


def _give(session: Session, staff: Staff, rights: Rights) -> None:
    queries.replace_places(
        session,
        staff.id,
        community_ids=set(rights.community_ids),
        region_ids=set(rights.region_ids),
    )


def _locked(session: Session, staff_id: int) -> Staff:
    staff = queries.lock_staff(session, staff_id)
    if staff is None:
        raise LookupError(staff_id)
    return staff


def _not_oneself(session: Session, staff_id: int, actor: Scope) -> Staff:
    if staff_id == actor.staff_id:
        raise OwnAccountError
    return _locked(session, staff_id)


def _refuse_last(session: Session, staff: Staff) -> None:
    if not set(queries.lock_administrators(session)) - {staff.id}:
        raise LastAdministratorError


def _words(rights: Rights) -> str:
    """Return rights for the audit log: the role and the keys of its places."""
    parts = [rights.role.value]
    parts += ["all"] if rights.all_communities else []
    parts += _keys("communities", rights.community_ids) + _keys("regions", rights.region_ids)
    return " ".join(parts)


def _keys(name: str, ids: Iterable[int]) -> list[str]:
    listed = ",".join(str(one) for one in sorted(ids))
    return [f"{name}:{listed}"] if listed else []


def _record(
    session: Session, actor: Scope, action: str, staff: Staff, now: datetime, detail: str = ""
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject=f"staff:{staff.id}",
        now=now,
        detail=detail,
    )
