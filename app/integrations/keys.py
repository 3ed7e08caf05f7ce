"""Keys of other systems: make one, find whose it is, revoke it. No commit."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.integrations import queries
from app.integrations.errors import KeyGoneError
from app.integrations.models import ApiKey, ApiKeyCommunity
from app.integrations.scopes import KeyScope, completed
from app.staff import audit
from app.staff.models import Role, Staff
from app.staff.scope import Scope
from app.vault import Vault

USUAL_RATE = 120
TOUCH_EVERY = timedelta(minutes=1)
_SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789"
_LENGTH = 40  # 206 bits
_TOKEN = re.compile(r"ls_[0-9]{1,10}_[a-z0-9]{40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeyWish:
    """What a new key shall be.

    Attributes:
        name: Of the system that gets it.
        scopes: What it may do.
        community_ids: Whose rows it may see; None means all communities.
        expires_at: When it ends by itself.
        per_minute: Requests it may make in a minute.
    """

    name: str
    scopes: frozenset[KeyScope]
    community_ids: frozenset[int] | None
    expires_at: datetime
    per_minute: int = USUAL_RATE


@dataclass(frozen=True, slots=True)
class Caller:
    """The system a request comes from.

    Attributes:
        key_id: Its key.
        scope: Its rights as every scoped query takes them: what an office of these communities
            sees. So nothing before release, no case of head office's list, and no home that
            wishes no reply.
        scopes: What it may do.
        per_minute: Requests it may make in a minute.
        expires_at: When its key ends.
        is_touch_due: That it was used has not been noted for a minute.
    """

    key_id: int
    scope: Scope
    scopes: frozenset[KeyScope]
    per_minute: int
    expires_at: datetime
    is_touch_due: bool

    def may(self, scope: KeyScope) -> bool:
        """Say whether the key has a scope."""
        return scope in self.scopes


def make_key(
    session: Session, vault: Vault, wish: KeyWish, *, actor: Scope, now: datetime
) -> tuple[ApiKey, str]:
    """Make a key and the account its acts are written down under.

    Returns:
        The key and its secret, which nobody can find out again.
    """
    account = Staff(
        login=f"api-{secrets.token_hex(8)}",  # until the number of the key is known
        name=wish.name,
        role=Role.OFFICE,
        password_hash="",
        created_at=now,
        disabled_at=now,  # nobody signs in with it
    )
    session.add(account)
    session.flush()
    scopes = completed(wish.scopes)
    key = ApiKey(
        name=wish.name,
        staff_id=account.id,
        token_hash=secrets.token_bytes(32),
        scopes=" ".join(sorted(scopes)),
        all_communities=wish.community_ids is None,
        per_minute=wish.per_minute,
        made_by=actor.staff_id,
        made_at=now,
        expires_at=wish.expires_at,
    )
    session.add(key)
    session.flush()
    token = beginning_of(key) + "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    key.token_hash, account.login = _hash(vault, token), f"api-{key.id}"
    for community_id in sorted(wish.community_ids or ()):
        session.add(ApiKeyCommunity(key_id=key.id, community_id=community_id))
    places = "all" if wish.community_ids is None else str(len(wish.community_ids))
    audit.record(
        session,
        actor=actor,
        action="api.key_made",
        subject=f"api-key:{key.id}",
        detail=f"{key.scopes}; communities {places}",
        now=now,
    )
    session.flush()
    return key, token


def find_caller(session: Session, vault: Vault, token: str, *, now: datetime) -> Caller | None:
    """Return whose secret it is; None for a secret that is unknown, revoked or expired."""
    if _TOKEN.fullmatch(token) is None:
        return None
    key = queries.find_key_by_hash(session, _hash(vault, token))
    if key is None or state_of(key, now=now) != "active":
        return None
    own = None if key.all_communities else queries.list_key_communities(session, key.id)
    return Caller(
        key_id=key.id,
        scope=Scope(key.staff_id, key.name, Role.OFFICE, own),
        scopes=scopes_of(key),
        per_minute=key.per_minute,
        expires_at=key.expires_at,
        is_touch_due=key.used_at is None or now - key.used_at >= TOUCH_EVERY,
    )


def touch(session: Session, key_id: int, *, now: datetime) -> None:
    """Note that a key was used."""
    key = queries.find_key(session, key_id)
    if key is not None:
        key.used_at = now


def revoke_key(session: Session, key_id: int, *, actor: Scope, now: datetime) -> None:
    """End a key at once and for good.

    Raises:
        KeyGoneError: It was revoked before, or there is none.
    """
    key = queries.lock_key(session, key_id)
    if key is None or key.revoked_at is not None:
        raise KeyGoneError(key_id)
    key.revoked_at, key.revoked_by = now, actor.staff_id
    subject = f"api-key:{key_id}"
    audit.record(session, actor=actor, action="api.key_revoked", subject=subject, now=now)
    session.flush()


def beginning_of(key: ApiKey) -> str:
    """Return how the secret of a key begins: its number, by which people tell two keys apart."""
    return f"ls_{key.id}_"


def scopes_of(key: ApiKey) -> frozenset[KeyScope]:
    """Return what a key may do; a word this version does not know is nothing."""
    known = set(KeyScope)
    return frozenset(KeyScope(word) for word in key.scopes.split() if word in known)


def state_of(key: ApiKey, *, now: datetime) -> str:
    """Return ``active``, ``expired`` or ``revoked``."""
    if key.revoked_at is not None:
        return "revoked"
    return "active" if now < key.expires_at else "expired"


def _hash(vault: Vault, token: str) -> bytes:
    return vault.keyed_hash("api-key", token)
