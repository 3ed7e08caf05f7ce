"""Order an export, keep its sealed pieces for a day, hand it out, drop it. No commit here."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.config import Config
from app.jobs.queue import enqueue
from app.reports.exports import queries
from app.reports.exports.archive import Made
from app.reports.exports.errors import NotAllowedError, NothingToExportError
from app.reports.exports.models import ExportKind, ExportOrder, ExportState
from app.staff import audit
from app.staff.models import Role
from app.staff.scope import Scope
from app.storage import Storage
from app.surveys.campaign.models import Campaign
from app.vault import Vault

KIND = "export"
FOLDER = "exports"
KEPT_FOR = timedelta(hours=24)
# A double tap orders once.
_SAME_FOR = timedelta(seconds=20)
_PIECE = 3 << 20
_CONTENT, _REASON = "export", "export-reason"

ROLES: dict[ExportKind, frozenset[Role]] = {
    ExportKind.ANSWERS: frozenset({Role.HEAD_OFFICE}),
    ExportKind.TABLES: frozenset(
        {Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE, Role.COMMITTEE}
    ),
    ExportKind.KPI: frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.REGION}),
}
FORMS: dict[ExportKind, tuple[str, ...]] = {
    ExportKind.ANSWERS: ("csv", "xlsx", "sav", "parquet", "json"),
    ExportKind.TABLES: ("xlsx", "csv", "json"),
    ExportKind.KPI: ("xlsx", "csv", "json"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to take out, and why.

    Attributes:
        kind: What.
        campaign: Of which campaign.
        community_id: One community, or None for all this person may see.
        forms: Names out of `FORMS`.
        language: Language of the words, zh-Hans or en.
        reason: In his own words.
    """

    kind: ExportKind
    campaign: Campaign
    community_id: int | None
    forms: tuple[str, ...]
    language: str
    reason: str


def kinds_of(role: Role) -> list[ExportKind]:
    """Return what somebody of a role may take out."""
    return [kind for kind, roles in ROLES.items() if role in roles]


def order(session: Session, vault: Vault, scope: Scope, wish: Wish, *, now: datetime) -> int:
    """Order an export and write down who, what and why; a double tap orders once.

    Returns:
        The key of the order.

    Raises:
        NotAllowedError: Not for this role, or an unknown form.
        NothingToExportError: Nothing is released here for this person.
    """
    made = new_order(session, vault, scope, wish, now=now)
    same = queries.find_same(session, scope, made, since=now - _SAME_FOR)
    if same is not None:
        return same.id
    session.add(made)
    session.flush()
    enqueue(session, KIND, {"order_id": made.id}, dedup_key=f"{KIND}:{made.id}", now=now)
    audit.record(
        session,
        actor=scope,
        action="export.order",
        subject=f"campaign:{wish.campaign.code}",
        community_id=wish.community_id,
        detail=f"{made.number} {made.kind.value} {made.forms} {made.role}",
        now=now,
    )
    return made.id


def new_order(
    session: Session, vault: Vault, scope: Scope, wish: Wish, *, now: datetime
) -> ExportOrder:
    """Return an order that is checked and not stored yet. Raises as `order`."""
    known = [form for form in FORMS[wish.kind] if form in wish.forms]
    if scope.role not in ROLES[wish.kind] or not known or len(known) != len(set(wish.forms)):
        raise NotAllowedError
    places = queries.list_snapshots(
        session, wish.campaign.id, scope, community_id=wish.community_id, now=now
    )
    if not places and wish.kind is not ExportKind.KPI:
        raise NothingToExportError
    return ExportOrder(
        number=f"X{secrets.token_hex(5).upper()}",
        kind=wish.kind,
        state=ExportState.WAITING,
        campaign_id=wish.campaign.id,
        community_id=wish.community_id,
        forms=" ".join(known),
        language=wish.language,
        reason_sealed=vault.seal(wish.reason, _REASON),
        staff_id=scope.staff_id or None,
        role=scope.role.value,
        asked_at=now,
        ended_at=None,
        problem="",
        snapshot_digest="",
        digest="",
        size=0,
        rows=0,
        places="",
        fetched=0,
    )


def payload_text(order_id: int) -> str:
    """Return what the job of an order was queued with."""
    return json.dumps({"order_id": order_id}, separators=(",", ":"))


def open_reason(vault: Vault, made: ExportOrder) -> str:
    """Return why somebody took something out."""
    return vault.open(made.reason_sealed, _REASON)


def folder_of(config: Config) -> Storage:
    """Return where sealed pieces lie, apart from what stays, for this program alone."""
    folder = config.instance / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Storage(folder)


def seal_pieces(storage: Storage, vault: Vault, path: Path) -> tuple[list[str], str, int]:
    """Seal a ZIP piece by piece; return the pieces' digests, and digest and size of the ZIP."""
    whole, size, pieces = hashlib.sha256(), 0, []
    with path.open("rb") as source:
        while piece := source.read(_PIECE):
            whole.update(piece)
            size += len(piece)
            pieces.append(storage.put(vault.seal(base64.b64encode(piece).decode(), _CONTENT)))
    return pieces, whole.hexdigest(), size


def keep(
    session: Session,
    made: ExportOrder,
    pieces: Sequence[str],
    *,
    result: Made,
    digest: str,
    size: int,
    now: datetime,
) -> None:
    """Note that an order is made."""
    queries.put_parts(session, made.id, pieces)
    made.state, made.ended_at = ExportState.MADE, now
    made.digest, made.size = digest, size
    note_contents(made, result)
    made.problem = next(iter(result.left_out.values()), "")


def note_contents(made: ExportOrder, result: Made) -> None:
    """Note what a finished order holds: the right to fetch it and holds go by that."""
    made.rows, made.snapshot_digest = result.rows, result.snapshot
    made.places = " ".join(str(one) for one in sorted(result.communities))


def is_within(scope: Scope, made: ExportOrder) -> bool:
    """Say whether somebody may still see everything an order is about and holds."""
    if scope.role not in ROLES[made.kind] or made.role != scope.role.value:
        return False
    named = set() if made.community_id is None else {made.community_id}
    return all(scope.sees(one) for one in made.contained | named)


def fail(made: ExportOrder, problem: str, *, now: datetime) -> None:
    """Note that an order cannot be made, and why."""
    made.state, made.ended_at, made.problem = ExportState.FAILED, now, problem[:24]


def fetch(session: Session, scope: Scope, order_id: int, *, now: datetime) -> ExportOrder | None:
    """Return a finished order of this person to hand out, and write the look down.

    None where there is none, the day is over, the role or any community in it is not his any
    more, or what stands in it is held by now.
    """
    made = queries.find_own(session, scope, order_id)
    if made is None or not is_ready(made, now=now) or not is_within(scope, made):
        return None
    if queries.is_shut(session, made):
        return None
    made.fetched += 1
    audit.record(
        session,
        actor=scope,
        action="export.fetch",
        subject=f"export:{made.number}",
        community_id=made.community_id,
        detail=f"{made.kind.value} {made.role} sha256:{made.digest}",
        now=now,
    )
    return made


def is_ready(made: ExportOrder, *, now: datetime) -> bool:
    """Say whether an order can be fetched."""
    is_young = made.ended_at is not None and now < made.ended_at + KEPT_FOR
    return made.state is ExportState.MADE and is_young


def pieces_of(storage: Storage, vault: Vault, digests: Sequence[str]) -> Iterator[bytes]:
    """Yield the ZIP piece by piece."""
    for digest in digests:
        sealed = storage.get(digest)
        yield base64.b64decode(vault.open(sealed, _CONTENT))


def drop_over(session: Session, *, now: datetime) -> set[str]:
    """End the orders whose day is over; return the digests of the files that are still needed."""
    for made in queries.list_over(session, now - KEPT_FOR):
        queries.put_parts(session, made.id, ())
        if made.state is ExportState.WAITING:
            fail(made, "given_up", now=now)
        else:
            made.state = ExportState.DROPPED
    session.flush()
    return queries.list_all_parts(session)


def sweep(config: Config, needed: set[str], *, now: datetime) -> int:
    """Delete sealed files older than a day that no order names; return how many.

    Among them are those of a worker that died before it could name them.
    """
    before, gone = (now - KEPT_FOR).timestamp(), 0
    for path in (config.instance / FOLDER).glob("*/*"):
        if path.name not in needed and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
