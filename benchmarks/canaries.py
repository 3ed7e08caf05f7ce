"""A thousand canaries in names, phones, comments and tokens: none lies anywhere in plain bytes.

``python -m benchmarks.canaries [homes]``, four canaries a home. A company of its own is made with
the real services in a folder of its own: people are registered, owners answer with comments and a
number, drafts stay behind, every letter is printed, the community is frozen and studied. Then each
byte of every file below the folder is searched: database, write-ahead log, stored files, temporary
files, logs, a copy as a backup, and the company's own exports without rights to names. Afterwards
every home is erased, the database compacted, and everything searched again: in bytes, in what opens
with the key, and for the very ciphertexts and indexes that stood there before.
"""

import logging
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.db import Base, make_engine, write_session
from app.installation import adopt_vault
from app.rights.erasure.queries import compact
from app.rights.erasure.registry import RULES
from app.rights.erasure.services import erase_home
from app.rights.log.queries import Wanted, search_log
from app.rights.log.tables import log_csv
from app.rights.sealed import PURPOSES, purpose_of
from app.staff.models import Role
from app.staff.scope import Scope
from app.storage import Storage
from app.surveys.campaign.tokens import make_token
from app.surveys.distribution.printed.batches import letter_storage
from app.surveys.register.models import Household
from app.surveys.register.services import add_person
from app.surveys.response.services import save_draft
from app.surveys.response.tracker import gate_standing
from app.surveys.snapshot.freeze import freeze_gate
from app.vault import Vault
from migrations.run import upgrade
from tests.factories import NOW, gate_of, make_campaign, make_community, make_staff, members_of
from tests.integration.snapshot.answering import AFTER, answer

WHEN = datetime(2026, 11, 25, 2, tzinfo=UTC)


@dataclass
class Nest:
    """The company, its folder, and what was hidden in it."""

    folder: Path
    vault: Vault
    engine: Engine
    names: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    @property
    def canaries(self) -> list[bytes]:
        """Return everything that may stand nowhere in plain bytes."""
        texts = (*self.names, *self.phones, *self.words, *self.tokens)
        return [text.encode() for text in texts]


def build(folder: Path, homes: int, template: Path | None = None) -> Nest:
    """Make the company; a tenth of the homes is silent with a draft left behind.

    The database stays open, so that its write-ahead log is there to be searched.
    """
    engine = make_engine(f"sqlite:///{folder / 'linsheng.sqlite'}")
    if template is None:
        upgrade(engine)
    else:
        shutil.copy(template, folder / "linsheng.sqlite")
    nest = Nest(folder, Vault(bytes(range(32))), engine)
    storage = Storage(folder / "files")
    with write_session(engine) as session:
        adopt_vault(session, nest.vault)
        make_staff(session)
        community = make_community(session, households=homes, buildings=4)
        for at, home in enumerate(session.scalars(select(Household).order_by(Household.id))):
            nest.names.append(f"雀{at:04}鸟")
            nest.phones.append(f"139{at:08}")
            add_person(
                session, nest.vault, home, name=nest.names[-1], phone=nest.phones[-1], now=NOW
            )
        campaign = make_campaign(session, nest.vault)
        members = members_of(session, campaign)
        for at, member in enumerate(members):
            nest.words.append(f"词语{at:04}说电梯")
            nest.tokens.append(make_token(nest.vault, member.pseudonym))
            if at % 10 == 9:
                raw = {"comment.wish": [nest.words[-1]]}
                device = f"phone-{at}"
                save_draft(
                    session,
                    nest.vault,
                    member=member,
                    device=device,
                    raw=raw,
                    language="zh-Hans",
                    form="full",
                    now=NOW,
                )
            else:
                answer(session, nest.vault, campaign, member, comment=nest.words[-1])
        gate = gate_of(session, campaign, community)
        status = gate_standing(session, campaign, gate, now=AFTER).status
        freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=AFTER)
        letters = letter_storage(folder)
        letters.put(nest.vault.seal(" ".join(nest.tokens), "letters"))
    return nest


def export_and_back_up(nest: Nest) -> None:
    """Write what somebody without rights to names takes out, and a backup of the database."""
    with Session(nest.engine) as session:
        text = log_csv(search_log(session, Wanted(), limit=100_000))
    (nest.folder / "audit.csv").write_text(text, "utf-8")
    raw = nest.engine.raw_connection()
    raw.cursor().execute(f"VACUUM INTO '{nest.folder / 'backup.sqlite'}'")
    raw.close()


def hits(folder: Path, needles: list[bytes]) -> dict[str, int]:
    """Return how many needles each file holds; files without any are left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if count := sum(needle in content for needle in needles):
                found[str(path.relative_to(folder))] = count
    return found


def sealed_values(nest: Nest) -> dict[bytes, str]:
    """Return the bytes of every sealed value with its text; indexes of names with ""."""
    ruled, found = {rule.table for rule in RULES}, {}
    with Session(nest.engine) as session:
        for place in PURPOSES:
            table_name, name = place.split(".")
            table = Base.metadata.tables[table_name]
            if table_name not in ruled or table_name == "message_address":
                continue
            for value in session.scalars(select(table.c[name]).where(table.c[name].is_not(None))):
                found[bytes(value)] = nest.vault.open(value, purpose_of(place))
        person = Base.metadata.tables["person"]
        for value in session.scalars(select(person.c.name_hash)):
            found[bytes(value)] = ""
    return found


def erase_all(nest: Nest) -> None:
    """Erase every home and compact the database, as the worker does after each."""
    actor = Scope(1, "王敏", Role.HEAD_OFFICE, None)
    with Session(nest.engine) as session:
        keys = session.scalars(select(Household.id).order_by(Household.id)).all()
    for key in keys:
        with write_session(nest.engine) as session:
            erase_home(session, nest.vault, nest.folder, household_id=key, actor=actor, now=WHEN)
    compact(nest.engine)


def run(
    homes: int, folder: Path, *, template: Path | None = None
) -> tuple[int, dict[str, int], dict[str, int]]:
    """Return how many canaries there were, the hits before, and the hits after the erasure.

    Args:
        homes: How many homes, four canaries each.
        folder: An empty folder.
        template: A migrated SQLite file to begin with, to save the time of migrating.
    """
    handler = logging.FileHandler(folder / "linsheng.log", encoding="utf-8")
    logging.getLogger().addHandler(handler)
    try:
        nest = build(folder, homes, template)
        try:
            return _search(nest, homes)
        finally:
            nest.engine.dispose()
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


def _search(nest: Nest, homes: int) -> tuple[int, dict[str, int], dict[str, int]]:
    folder = nest.folder
    export_and_back_up(nest)
    before = hits(folder, nest.canaries)
    old = sealed_values(nest)
    assert sum(any(c.decode() in text for c in nest.canaries) for text in old.values()) >= homes
    erase_all(nest)
    # Backups and exports from before are destroyed by hand: docs/rights.md.
    for name in ("backup.sqlite", "audit.csv"):
        (folder / name).unlink()
    shutil.rmtree(folder / "letters")
    export_and_back_up(nest)
    after = hits(folder, [*nest.canaries, *old])
    opened = [text for text in sealed_values(nest).values() if text]
    left = sum(any(c.decode() in text for c in nest.canaries) for text in opened)
    if left:
        after["opened with the key"] = left
    return len(nest.canaries), before, after


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    with tempfile.TemporaryDirectory() as name:
        count, first, second = run(wanted, Path(name))
    print(f"{count} canaries; in plain bytes {first or 'nowhere'}")
    print(f"after erasing every home {second or 'nowhere'}")
    sys.exit(bool(first or second))
