"""Commands on batches of printed matter: ask for one, keep its sealed files, drop them. No commit.

The files lie sealed in a folder of their own, because they hold the way into every home's
questionnaire; a day after they were made they are deleted. What was printed stays on record.
"""

import base64
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.jobs.queue import enqueue
from app.staff import audit
from app.storage import DamagedFileError, MissingFileError, Storage
from app.surveys.campaign.models import OPENED, Campaign
from app.surveys.distribution.errors import CampaignNotOpenError
from app.surveys.distribution.models import (
    BatchForm,
    BatchState,
    LetterBatch,
    LetterFile,
    RunKind,
)
from app.surveys.distribution.printed import queries
from app.vault import Vault

KIND = "letters"
FOLDER = "letters"
KEPT_FOR = timedelta(hours=24)
_PURPOSE = "letters"


def ask_for_batch(
    session: Session,
    campaign: Campaign,
    community_id: int,
    *,
    form: BatchForm,
    kind: RunKind,
    language: str,
    staff_id: int,
    now: datetime,
) -> LetterBatch:
    """Order printed matter for one community; the worker makes it.

    Raises:
        CampaignNotOpenError: There is no frame to print for.
    """
    if campaign.state not in OPENED:
        raise CampaignNotOpenError(campaign.code)
    batch = LetterBatch(
        campaign_id=campaign.id,
        community_id=community_id,
        form=form,
        kind=kind,
        language=language,
        asked_by=staff_id,
        asked_at=now,
        state=BatchState.WAITING,
        buildings=0,
        homes=0,
    )
    session.add(batch)
    session.flush()
    enqueue(session, KIND, {"batch_id": batch.id}, dedup_key=f"{KIND}:{batch.id}", now=now)
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action="letters.ask",
        subject=f"campaign:{campaign.code}",
        community_id=community_id,
        detail=f"batch {batch.id} {form.value} {kind.value}",
        now=now,
    )
    return batch


def batch_for_run(
    session: Session,
    *,
    campaign_id: int,
    community_id: int,
    run_id: int,
    kind: RunKind,
    language: str,
    staff_id: int,
    now: datetime,
) -> LetterBatch:
    """Return the batch that holds a run's letters of one community, made when it is the first."""
    known = queries.find_batch_of_run(session, run_id, community_id)
    if known is not None:
        return known
    batch = LetterBatch(
        campaign_id=campaign_id,
        community_id=community_id,
        run_id=run_id,
        form=BatchForm.LETTER,
        kind=kind,
        language=language,
        asked_by=staff_id,
        asked_at=now,
        state=BatchState.WAITING,
        buildings=0,
        homes=0,
    )
    session.add(batch)
    session.flush()
    return batch


def keep_file(  # noqa: PLR0913 - the columns of a file
    session: Session,
    storage: Storage,
    vault: Vault,
    batch: LetterBatch,
    *,
    building: str,
    homes: int,
    pages: int,
    content: bytes,
    now: datetime,
) -> None:
    """Seal one building's file and keep it; a building made before stays as it is."""
    known = {file.building for file in queries.list_files(session, [batch.id])}
    if building in known:
        return
    digest = storage.put(vault.seal(base64.b64encode(content).decode(), _PURPOSE))
    session.add(
        LetterFile(
            batch_id=batch.id,
            building=building,
            homes=homes,
            pages=pages,
            digest=digest,
            made_at=now,
        )
    )
    batch.homes += homes
    session.flush()


def end_batch(session: Session, batch: LetterBatch, *, now: datetime) -> None:
    """Mark a batch ready."""
    batch.state = BatchState.READY
    batch.ended_at = now
    session.flush()


def open_file(storage: Storage, vault: Vault, file: LetterFile) -> bytes | None:
    """Return the content of a file, None when it was deleted."""
    try:
        return base64.b64decode(vault.open(storage.get(file.digest), _PURPOSE))
    except (MissingFileError, DamagedFileError):
        return None


def drop_old_batches(session: Session, storage: Storage, *, now: datetime) -> int:
    """Delete the files of batches made more than a day ago; return how many batches."""
    old = queries.list_old_batches(session, now - KEPT_FOR)
    for file in queries.list_files(session, [batch.id for batch in old]):
        storage.path(file.digest).unlink(missing_ok=True)
    for batch in old:
        batch.state = BatchState.GONE
    session.flush()
    return len(old)


def letter_storage(instance: Path) -> Storage:
    """Return the folder of the sealed files, readable for this program alone."""
    folder = instance / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Storage(folder)


def buildings_left(session: Session, batch: LetterBatch, buildings: Iterable[str]) -> list[str]:
    """Return the buildings a batch has no file for yet."""
    made = {file.building for file in queries.list_files(session, [batch.id])}
    return [building for building in buildings if building not in made]
