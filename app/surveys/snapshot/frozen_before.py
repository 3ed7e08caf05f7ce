"""Answers of a revision beside those of the revision before: none may change by itself."""

import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path

import duckdb
from sqlalchemy.orm import Session

from app.storage import Storage
from app.surveys.campaign.models import Gate
from app.surveys.response.queries import CountedVector
from app.surveys.response.voids.queries import list_replaced
from app.surveys.snapshot.errors import ChangedAnswerError
from app.surveys.snapshot.manifest import ANSWERS, Manifest

log = logging.getLogger("linsheng.snapshot")


def refuse_changes(
    session: Session,
    storage: Storage,
    gate: Gate,
    rows: Iterable[CountedVector],
    *,
    last: Manifest,
    columns: tuple[str, ...],
) -> None:
    """Refuse to freeze answers of which one is not what it was in the revision before.

    A home whose answer was taken out since may count with another one; nothing else explains a
    difference. It would be frozen for good and then stand as the owner's own words.

    Raises:
        ChangedAnswerError: An answer was changed behind the program's back; also in the log.
        MissingFileError, DamagedFileError: The file is not what its digest promises.
    """
    before = read_vectors(storage.get(last.file(ANSWERS).digest), columns)
    replaced = list_replaced(session, gate)
    changed = tuple(
        sorted(
            row.pseudonym
            for row in rows
            if row.pseudonym not in replaced and before.get(row.pseudonym, row.vector) != row.vector
        )
    )
    if changed:
        log.error(
            "campaign %s, community %s: %s answers are not those of revision %s: %s",
            gate.campaign_id,
            gate.community_id,
            len(changed),
            last.revision,
            ", ".join(changed),
        )
        raise ChangedAnswerError(gate.community_id, changed)


def read_vectors(content: bytes, columns: tuple[str, ...]) -> dict[str, bytes]:
    """Return pseudonym to vector, as a frozen file of answers has them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ANSWERS
        path.write_bytes(content)
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            table = connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchnumpy()
    pseudonyms = [str(one) for one in table["pseudonym"]]
    rows = zip(*(table[code].tolist() for code in columns), strict=True)
    return {name: bytes(row) for name, row in zip(pseudonyms, rows, strict=True)}
