"""Changing the sealing key: a new key, then every sealed value under it, a slice at a time."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.db import write_session
from app.installation import FINGERPRINT, find_fact, store_fact
from app.rights.erasure.queries import begin_work, end_work
from app.rights.keys import queries
from app.rights.sealed import PURPOSES
from app.staff import audit
from app.staff.scope import SYSTEM_ACTOR
from app.vault import Vault, VaultKeyError, add_key

SLICE = 500


def rotate(engine: Engine, key_file: Path, *, clock: Callable[[], datetime]) -> dict[str, int]:
    """Seal everything under a new key. Pages and worker must be stopped.

    Broken off anywhere, the same command goes on where it was: no further key is added while a
    value is still sealed with an older one.

    Returns:
        Values sealed anew by column.

    Raises:
        VaultKeyError: The key file is not that of the database.
    """
    vault = _adopted(engine, key_file)
    with Session(engine) as session:
        outdated = queries.count_outdated(session, vault)
    if not outdated:
        add_key(key_file)
        vault = _adopted(engine, key_file)
    done = {place: count for place in PURPOSES if (count := _reseal(engine, vault, place))}
    with write_session(engine) as session:
        audit.record(
            session,
            actor=SYSTEM_ACTOR,
            action="vault.rotate",
            subject=f"key:{vault.newest}",
            detail=f"{sum(done.values())} values",
            now=clock(),
        )
    return done


def _adopted(engine: Engine, key_file: Path) -> Vault:
    """Return the vault of the database; a key that was added and not yet noted is noted now."""
    vault = Vault.from_file(key_file)
    with write_session(engine) as session:
        known = find_fact(session, FINGERPRINT)
        if known == vault.before_last_key().fingerprint:
            store_fact(session, FINGERPRINT, vault.fingerprint)
        elif known != vault.fingerprint:
            raise VaultKeyError(str(key_file))
    return vault


def _reseal(engine: Engine, vault: Vault, place: str) -> int:
    done, after = 0, None
    while True:
        with write_session(engine) as session:
            begin_work(session)
            count, after = queries.reseal_slice(session, vault, place, after=after, limit=SLICE)
            end_work(session)
        done += count
        if count < SLICE:
            return done
