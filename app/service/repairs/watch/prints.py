"""Special records ordered on paper, kept sealed for a day. No commit."""

import base64
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.jobs.queue import enqueue
from app.service.repairs.errors import OrderNotFoundError
from app.service.repairs.models import RepairPrint
from app.service.repairs.watch import queries
from app.staff import audit
from app.staff.scope import Scope
from app.vault import Vault

KIND = "repair_print"
KEPT_FOR = timedelta(hours=24)
PURPOSE = "paper"


def order_print(
    session: Session, scope: Scope, watch_id: int, *, language: str, now: datetime
) -> int:
    """Order the special record of a defect; return the key of the sheet.

    Raises:
        OrderNotFoundError: No such defect in the scope.
    """
    row = queries.find_watch(session, scope, watch_id)
    if row is None:
        raise OrderNotFoundError(watch_id)
    sheet = RepairPrint(watch_id=watch_id, language=language, staff_id=scope.staff_id, asked_at=now)
    session.add(sheet)
    session.flush()
    enqueue(session, KIND, {"print": sheet.id}, now=now, dedup_key=f"{KIND}:{sheet.id}")
    audit.record(
        session,
        actor=scope,
        action="print_paper",
        subject=f"defect:{watch_id}",
        community_id=row.watch.community_id,
        detail="defect_record",
        now=now,
    )
    return sheet.id


def find_print(
    session: Session, scope: Scope, print_id: int, *, now: datetime
) -> RepairPrint | None:
    """Return a sheet this person ordered within the last day."""
    sheet = queries.find_print(session, print_id)
    if sheet is None or sheet.staff_id != scope.staff_id or sheet.asked_at < now - KEPT_FOR:
        return None
    return sheet


def open_print(vault: Vault, sheet: RepairPrint) -> bytes | None:
    """Return the PDF, None while it is being made."""
    if sheet.content_sealed is None:
        return None
    return base64.b64decode(vault.open(sheet.content_sealed, PURPOSE))


def store_print(session: Session, vault: Vault, print_id: int, content: bytes) -> None:
    """Keep a sheet just printed, unless it is gone meanwhile."""
    sheet = queries.find_print(session, print_id)
    if sheet is not None:
        sheet.content_sealed = vault.seal(base64.b64encode(content).decode(), PURPOSE)


def drop_old(session: Session, *, now: datetime) -> None:
    """Delete the sheets that are a day old."""
    queries.delete_prints(session, now - KEPT_FOR)
