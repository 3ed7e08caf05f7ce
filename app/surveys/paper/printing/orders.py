"""Commands on orders of printed questionnaires: ask, number sheets, keep files, drop. No commit.

The files lie sealed in a folder of their own, because they say which code is which door's; a day
after they were made they are deleted. The rows of the sheets stay: whatever comes back is known.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.jobs.queue import enqueue
from app.staff import audit
from app.storage import DamagedFileError, MissingFileError, Storage
from app.surveys.campaign.models import OPENED, Campaign, FrameMember
from app.surveys.campaign.planning.queries import lock_campaign
from app.surveys.paper.codes import MOST_COPIES, SHEET_BITS
from app.surveys.paper.printing import queries
from app.surveys.paper.printing.errors import NobodyError, NotOpenedError, TooManyCopiesError
from app.surveys.paper.printing.models import (
    FormFile,
    FormOrder,
    ForWhom,
    OrderState,
    PaperSheet,
    SheetForm,
)
from app.vault import Vault

KIND = "paper_forms"
FOLDER = "forms"
MOST_AT_ONCE = 5  # copies of one home in one order
KEPT_FOR = timedelta(hours=24)
_PURPOSE = "forms"


def ask_for_forms(  # noqa: PLR0913 - the columns of an order
    session: Session,
    campaign: Campaign,
    community_id: int,
    *,
    form: SheetForm,
    whom: ForWhom,
    language: str,
    copies: int,
    staff_id: int,
    now: datetime,
    member_id: int | None = None,
) -> FormOrder:
    """Order forms for one community; the worker makes them.

    Raises:
        NotOpenedError: There is no frame to print for.
        NobodyError: No home gets one.
    """
    if campaign.state not in OPENED:
        raise NotOpenedError(campaign.code)
    order = FormOrder(
        campaign_id=campaign.id,
        community_id=community_id,
        form=form,
        whom=whom,
        frame_member_id=member_id,
        language=language,
        copies=copies,
        asked_by=staff_id,
        asked_at=now,
        state=OrderState.WAITING,
        buildings=0,
        sheets=0,
    )
    if not queries.count_homes(session, order, beijing_date(now)):
        raise NobodyError
    session.add(order)
    session.flush()
    enqueue(session, KIND, {"order_id": order.id}, dedup_key=f"{KIND}:{order.id}", now=now)
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action="forms.ask",
        subject=f"campaign:{campaign.code}",
        community_id=community_id,
        detail=f"order {order.id} {form.value} {whom.value} x{copies}",
        now=now,
    )
    return order


def number_sheets(
    session: Session,
    vault: Vault,
    order: FormOrder,
    building: str,
    members: Sequence[FrameMember],
    keys: Mapping[int, str],
    *,
    now: datetime,
) -> list[PaperSheet]:
    """Return the sheets of a building: those the order has there already, or new ones.

    Args:
        session: Open session; the caller owns the transaction.
        vault: Makes the numbers.
        order: The order.
        building: Its building.
        members: The homes that get a form.
        keys: Block -> layout key.
        now: Aware instant.

    Raises:
        TooManyCopiesError: A home has every copy a page code can number.
    """
    lock_campaign(session, order.campaign_id)  # two orders give a home its copies one by one
    known = queries.list_sheets_of_order(session, order.id, building)
    if known:
        return known
    last = queries.last_copies(session, [one.id for one in members])
    wanted: list[tuple[FrameMember, int]] = []
    for member in members:
        first = last.get(member.id, 0) + 1
        if first + order.copies - 1 > MOST_COPIES:
            raise TooManyCopiesError(member.id)
        wanted += ((member, first + at) for at in range(order.copies))
    numbers = _free_numbers(session, vault, wanted)
    sheets = [
        PaperSheet(
            number=number,
            frame_member_id=member.id,
            campaign_id=order.campaign_id,
            community_id=order.community_id,
            order_id=order.id,
            layout_key=keys[member.block],
            copy=copy,
            form=order.form,
            language=order.language,
            printed_at=now,
        )
        for (member, copy), number in zip(wanted, numbers, strict=True)
    ]
    session.add_all(sheets)
    session.flush()
    return sheets


def keep_file(  # noqa: PLR0913 - the columns of a file
    session: Session,
    storage: Storage,
    vault: Vault,
    order: FormOrder,
    *,
    building: str,
    sheets: int,
    pages: int,
    content: bytes,
    now: datetime,
) -> None:
    """Seal one building's file and keep it; a building made before stays as it is."""
    if any(file.building == building for file in queries.list_files(session, [order.id])):
        return
    digest = storage.put(vault.seal(base64.b64encode(content).decode(), _PURPOSE))
    session.add(
        FormFile(
            order_id=order.id,
            building=building,
            sheets=sheets,
            pages=pages,
            digest=digest,
            made_at=now,
        )
    )
    order.sheets += sheets
    session.flush()


def end_order(session: Session, order: FormOrder, *, now: datetime) -> None:
    """Mark an order ready."""
    order.state = OrderState.READY
    order.ended_at = now
    session.flush()


def open_file(storage: Storage, vault: Vault, file: FormFile) -> bytes | None:
    """Return the content of a file, None when it was deleted."""
    try:
        return base64.b64decode(vault.open(storage.get(file.digest), _PURPOSE))
    except (MissingFileError, DamagedFileError):
        return None


def drop_old_orders(session: Session, storage: Storage, *, now: datetime) -> int:
    """Delete the files of orders made more than a day ago; return how many orders."""
    old = queries.list_old_orders(session, now - KEPT_FOR)
    for file in queries.list_files(session, [order.id for order in old]):
        storage.path(file.digest).unlink(missing_ok=True)
    for order in old:
        order.state = OrderState.GONE
    session.flush()
    return len(old)


def form_storage(instance: Path) -> Storage:
    """Return the folder of the sealed files, readable for this program alone."""
    folder = instance / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Storage(folder)


def _free_numbers(
    session: Session, vault: Vault, wanted: Sequence[tuple[FrameMember, int]]
) -> list[int]:
    """Return a number for each sheet that no other sheet has; nobody can guess one."""
    numbers: list[int] = []
    used: set[int] = set()
    candidates = {
        (member.id, copy, attempt): _number(vault, member, copy, attempt)
        for member, copy in wanted
        for attempt in range(2)
    }
    used |= queries.taken_numbers(session, list(candidates.values()))
    for member, copy in wanted:
        attempt = 0
        number = candidates[member.id, copy, attempt]
        while number in used or (attempt > 1 and queries.find_sheet(session, number)):
            attempt += 1
            number = _number(vault, member, copy, attempt)
        used.add(number)
        numbers.append(number)
    return numbers


def _number(vault: Vault, member: FrameMember, copy: int, attempt: int) -> int:
    digest = vault.keyed_hash("sheet", f"{member.campaign_id}:{member.pseudonym}:{copy}:{attempt}")
    return int.from_bytes(digest[:8]) >> 64 - SHEET_BITS
