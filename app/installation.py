"""What an installation knows about itself: whose key its data is sealed with, and if it is a demo.

A few rows of key and value, read at every start: a server never runs with the wrong key, and the
invented company never mixes with a real one.
"""

from pathlib import Path

from sqlalchemy import Engine, String, Text, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base
from app.vault import Vault, VaultKeyError

FINGERPRINT = "vault"
DEMO = "demo"


class DemoDataError(RuntimeError):
    """The database belongs to the demo and this is not one, or the other way round."""


class Installation(Base):
    """One fact about this installation."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


def find_fact(session: Session, name: str) -> str | None:
    """Return a fact, or None."""
    row = session.get(Installation, name)
    return None if row is None else row.value


def store_fact(session: Session, name: str, value: str) -> None:
    """Store a fact, replacing what it was."""
    session.merge(Installation(name=name, value=value))
    session.flush()


def adopt_vault(session: Session, vault: Vault) -> None:
    """Bind an empty installation to its key; check the key of one that has data.

    Raises:
        VaultKeyError: The data was sealed with another key.
    """
    known = find_fact(session, FINGERPRINT)
    if known is None:
        store_fact(session, FINGERPRINT, vault.fingerprint)
    elif known != vault.fingerprint:
        raise VaultKeyError("the key file is not the one this database was sealed with")


def open_vault(engine: Engine, key_file: Path, *, is_demo: bool) -> Vault:
    """Return the vault of an installation, checked against its database.

    An installation that is still empty gets a key that lives only in this process: nothing can be
    sealed with it (`Vault.is_temporary`); ``flask db upgrade`` makes the real one.

    Raises:
        VaultKeyError: The key file is missing, damaged, or of another installation.
        DemoDataError: The database is the demo's and this process is not told so.
    """
    known, demo = None, None
    if is_there(engine):
        with Session(engine) as session:
            known, demo = find_fact(session, FINGERPRINT), find_fact(session, DEMO)
    if demo is not None and not is_demo:
        raise DemoDataError("this database holds the demo company: start it with `make demo`")
    if not key_file.exists() and known is None:
        return Vault.temporary()
    vault = Vault.from_file(key_file)
    if known is not None and known != vault.fingerprint:
        raise VaultKeyError(f"{key_file} is not the key this database was sealed with")
    return vault


def is_there(engine: Engine) -> bool:
    """Say whether the database has our tables, without making an SQLite file by asking."""
    path = engine.url.database
    if engine.dialect.name == "sqlite" and path is not None and not Path(path).exists():
        return False
    return inspect(engine).has_table(Installation.__tablename__)
