"""Commands on printed lists: ask for one, keep its sealed file, drop it after a day. No commit.

A list holds what owners wrote, with their addresses. It is sealed on disk, handed to the person
who asked and to nobody else, and each home on it is in the audit log.
"""

import base64
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.followup.cases.errors import SheetNotFoundError
from app.followup.history.models import CaseSheet, SheetState
from app.followup.sheets import queries
from app.jobs.queue import enqueue
from app.staff.scope import Scope
from app.storage import DamagedFileError, MissingFileError, Storage
from app.vault import Vault

KIND = "case_sheet"
FOLDER = "case-sheets"
KEPT_FOR = timedelta(hours=24)
# A double tap orders once; after that the list is printed anew, with what is known by then.
_SAME_FOR = timedelta(seconds=20)
_PURPOSE = "case-sheet"


def ask_for_sheet(
    session: Session,
    scope: Scope,
    campaign_id: int,
    *,
    community_id: int | None,
    case_id: int | None,
    filters: str,
    language: str,
    now: datetime,
) -> CaseSheet:
    """Order a list, or the record sheet of one case; the worker prints it.

    Asked for again at once, by a double tap, it is the same order.
    """
    queries.lock_person(session, scope.staff_id)
    same = queries.find_same(
        session,
        scope.staff_id,
        campaign_id,
        case_id=case_id,
        filters=filters,
        since=now - _SAME_FOR,
    )
    if same is not None and same.language == language:
        return same
    sheet = CaseSheet(
        campaign_id=campaign_id,
        community_id=community_id,
        case_id=case_id,
        filters=filters,
        language=language,
        asked_by=scope.staff_id,
        asked_at=now,
        state=SheetState.WAITING,
    )
    session.add(sheet)
    session.flush()
    enqueue(session, KIND, {"sheet_id": sheet.id}, dedup_key=f"{KIND}:{sheet.id}", now=now)
    return sheet


def keep_sheet(
    session: Session,
    storage: Storage,
    vault: Vault,
    sheet: CaseSheet,
    *,
    homes: int,
    content: bytes,
    now: datetime,
) -> None:
    """Seal the printed list and keep it; one that is ready stays as it is."""
    if sheet.state is not SheetState.WAITING:
        return
    sheet.digest = storage.put(vault.seal(base64.b64encode(content).decode(), _PURPOSE))
    sheet.homes, sheet.made_at, sheet.state = homes, now, SheetState.READY
    session.flush()


def open_sheet(
    session: Session, storage: Storage, vault: Vault, scope: Scope, sheet_id: int
) -> bytes:
    """Return a printed list to the person who asked for it.

    Raises:
        SheetNotFoundError: It is not this person's, not ready yet, or gone.
    """
    sheet = queries.find_sheet(session, sheet_id)
    if sheet is None or sheet.asked_by != scope.staff_id or sheet.digest is None:
        raise SheetNotFoundError(sheet_id)
    try:
        return base64.b64decode(vault.open(storage.get(sheet.digest), _PURPOSE))
    except (MissingFileError, DamagedFileError):
        raise SheetNotFoundError(sheet_id) from None


def drop_old_sheets(session: Session, storage: Storage, *, now: datetime) -> int:
    """Delete the files made more than a day ago; return how many."""
    old = queries.list_old_sheets(session, now - KEPT_FOR)
    for sheet in old:
        if sheet.digest is not None:
            storage.path(sheet.digest).unlink(missing_ok=True)
        sheet.state = SheetState.GONE
    session.flush()
    return len(old)


def sheet_storage(instance: Path) -> Storage:
    """Return the folder of the sealed lists, readable for this program alone."""
    folder = instance / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Storage(folder)
