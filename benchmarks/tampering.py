"""Ten thousand tamperings of an audit log, each of one of nine kinds: all must be found.

``python -m benchmarks.tampering [how many]``. The log is an SQLite file of 200 entries whose
triggers were dropped, as somebody with every right on the database could; the anchors lie outside.
The chain is also computed anew from the place of the change on, as a careful forger would.
"""

import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from app.db import make_engine, write_session
from app.rights.log.anchors import BrokenAnchorError, keep_anchor, verify
from app.staff import audit
from app.staff.errors import BrokenChainError
from app.staff.models import AuditEntry
from app.vault import Vault
from migrations.run import upgrade

START = datetime(2026, 11, 2, 2, tzinfo=UTC)
FORGERIES = ("actor", "action", "subject", "detail", "at", "community", "drop", "move", "cut")


def write_log(session: Session, entries: int) -> None:
    """Write a log with the real service."""
    audit.record_many(
        session,
        actor="staff:1",
        action="case.look",
        subjects=[(f"home-{number}", 1 + number % 5) for number in range(entries)],
        now=START,
    )


def forge(session: Session, kind: str, at: int, last: int) -> None:
    """Change one entry, or what follows it."""
    entry = update(AuditEntry).where(AuditEntry.sequence == at)
    changes = {
        "actor": {"actor": "staff:2"},
        "action": {"action": "case.read"},
        "subject": {"subject": "home-x"},
        "detail": {"detail": "nothing"},
        "at": {"at": START + timedelta(seconds=1)},
        "community": {"community_id": 9},
    }
    if kind in changes:
        session.execute(entry.values(changes[kind]))
    elif kind == "drop":
        session.execute(delete(AuditEntry).where(AuditEntry.sequence == at))
    elif kind == "move":
        session.execute(entry.values(sequence=last + 5))
    else:
        session.execute(delete(AuditEntry).where(AuditEntry.sequence >= at))


def relink(session: Session) -> None:
    """Compute numbers and chain anew, as if nothing had happened."""
    chain = bytes(32)
    session.expire_all()
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)).all()
    for number, entry in enumerate(entries, 1):
        entry.sequence = number
        session.flush()
        chain = entry.chain = audit.link(chain, entry)
    session.flush()


def is_found(session: Session, vault: Vault, folder: Path) -> bool:
    """Say whether the verification sees it."""
    session.expire_all()
    try:
        verify(session, vault, folder)
    except (BrokenChainError, BrokenAnchorError):
        return True
    return False


def run(
    rounds: int, *, entries: int, seed: int, folder: Path, careful: int = 20
) -> tuple[int, int]:
    """Forge so many times and return how often it was found; every so-many-th relinks the chain."""
    engine = make_engine(f"sqlite:///{folder / 'log.sqlite'}")
    upgrade(engine)
    vault, rng, found = Vault(bytes(32)), random.Random(seed), 0
    with write_session(engine) as session:
        write_log(session, entries)
        for verb in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER audit_entry_no_{verb}"))
        session.flush()
        keep_anchor(session, vault, folder, now=START)
        assert not is_found(session, vault, folder)
    for number in range(rounds):
        with Session(engine) as session:
            kind, at = FORGERIES[number % len(FORGERIES)], rng.randint(1, entries)
            forge(session, kind, at, entries)
            if number % careful == 0:
                relink(session)
            found += is_found(session, vault, folder)
            session.rollback()
    engine.dispose()
    return found, rounds


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        seen, of = run(wanted, entries=200, seed=1, folder=Path(name), careful=50)
    print(f"{seen} of {of} tamperings found")
    sys.exit(seen != of)
