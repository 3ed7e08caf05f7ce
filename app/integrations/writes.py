"""Idempotent writes: the answer is stored with the effect, and the same request gets it again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.integrations import queries
from app.integrations.errors import WriteTakenError
from app.integrations.models import ApiWrite
from app.vault import Vault

KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Written:
    """The answer to a write.

    Attributes:
        status: Of HTTP.
        answer: Its JSON.
        is_repeated: It was given before; nothing happened now.
    """

    status: int
    answer: str
    is_repeated: bool = False


def write_once(
    session: Session,
    vault: Vault,
    *,
    key_id: int,
    name: str,
    asked: str,
    act: Callable[[Session], Written],
    now: datetime,
) -> Written:
    """Do something once for each name, in the transaction given.

    The row is stored before the act: on PostgreSQL the second of two at the same time waits for
    the first at its key and then fails with IntegrityError; the caller asks again.

    Args:
        session: A writing transaction.
        vault: For the keyed hash of what was asked.
        key_id: The key that asks.
        name: Its Idempotency-Key.
        asked: Method, address and body.
        act: Does it; what it raises leaves nothing behind.
        now: The present instant.

    Raises:
        WriteTakenError: The name was used for something else.
    """
    digest = vault.keyed_hash("api-write", asked)
    known = queries.find_write(session, key_id, name)
    if known is not None:
        if known.digest != digest:
            raise WriteTakenError(name)
        return Written(known.status, known.answer, is_repeated=True)
    row = ApiWrite(key_id=key_id, name=name, digest=digest, status=0, answer="", at=now)
    session.add(row)
    session.flush()
    written = act(session)
    row.status, row.answer = written.status, written.answer
    session.flush()
    return written
