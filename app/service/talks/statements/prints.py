"""Papers asked for: order one, keep its sealed file, drop it after a day. No commit."""

import base64
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.jobs.queue import enqueue
from app.service.talks.errors import NotFoundError
from app.service.talks.models import PrintKind, PrintState, TalkPrint
from app.service.talks.statements import queries
from app.staff.scope import Scope
from app.storage import DamagedFileError, MissingFileError, Storage
from app.vault import Vault

KIND = "talk_print"
FOLDER = "talk-prints"
KEPT_FOR = timedelta(hours=24)
_SAME_FOR = timedelta(seconds=20)  # a double tap orders once
_PURPOSE = "talk-print"


def ask_for_print(
    session: Session,
    scope: Scope,
    kind: PrintKind,
    subject_id: int,
    *,
    language: str,
    now: datetime,
) -> TalkPrint:
    """Order a paper; the caller has checked that its subject exists for this person."""
    same = queries.find_same_print(
        session, scope.staff_id, kind, subject_id=subject_id, since=now - _SAME_FOR
    )
    if same is not None and same.language == language:
        return same
    made = TalkPrint(
        kind=kind,
        subject_id=subject_id,
        language=language,
        asked_by=scope.staff_id,
        asked_at=now,
        state=PrintState.WAITING,
    )
    session.add(made)
    session.flush()
    enqueue(session, KIND, {"print_id": made.id}, dedup_key=f"{KIND}:{made.id}", now=now)
    return made


def keep_print(
    session: Session,
    storage: Storage,
    vault: Vault,
    made: TalkPrint,
    content: bytes,
    *,
    now: datetime,
) -> None:
    """Seal a printed paper and keep it; one that is ready stays as it is."""
    if made.state is not PrintState.WAITING:
        return
    made.digest = storage.put(vault.seal(base64.b64encode(content).decode(), _PURPOSE))
    made.made_at, made.state = now, PrintState.READY
    session.flush()


def find_print(session: Session, scope: Scope, print_id: int) -> TalkPrint:
    """Return a paper of this person.

    Raises:
        NotFoundError: It is somebody else's, or there is none.
    """
    made = queries.find_print(session, print_id)
    if made is None or made.asked_by != scope.staff_id:
        raise NotFoundError("talk_print", print_id)
    return made


def open_print(
    session: Session, storage: Storage, vault: Vault, scope: Scope, print_id: int
) -> bytes:
    """Return a printed paper to who asked for it.

    Raises:
        NotFoundError: It is not this person's, not ready yet, or gone.
    """
    made = find_print(session, scope, print_id)
    if made.digest is None:
        raise NotFoundError("talk_print", print_id)
    try:
        return base64.b64decode(vault.open(storage.get(made.digest), _PURPOSE))
    except (MissingFileError, DamagedFileError):
        raise NotFoundError("talk_print", print_id) from None


def drop_old_prints(session: Session, storage: Storage, *, now: datetime) -> int:
    """Delete the files made more than a day ago; return how many."""
    old = queries.list_old_prints(session, now - KEPT_FOR)
    for made in old:
        if made.digest is not None:
            storage.path(made.digest).unlink(missing_ok=True)
        made.state = PrintState.GONE
    session.flush()
    return len(old)


def print_storage(instance: Path) -> Storage:
    """Return the folder of the sealed papers, readable for this program alone."""
    folder = instance / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Storage(folder)
