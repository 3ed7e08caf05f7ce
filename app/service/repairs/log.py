"""Writing down what was done with an order, and which kept counts no longer hold. No commit."""

import json
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.service.repairs import queries
from app.service.repairs.models import RepairEvent, RepairEventKind, RepairOrder
from app.service.repairs.rows import Words
from app.service.repairs.rules import month_of
from app.vault import Vault

PURPOSE = "repair"
BY_HAND = 99  # what a person wrote here outranks what any file says


def note(
    session: Session,
    order: RepairOrder,
    kind: RepairEventKind,
    *,
    now: datetime,
    staff_id: int | None = None,
    detail: str = "",
) -> RepairEvent:
    """Append an event to the history of an order."""
    event = RepairEvent(order_id=order.id, kind=kind, at=now, staff_id=staff_id, detail=detail)
    session.add(event)
    return event


def months_of(order: RepairOrder) -> set[tuple[int, date]]:
    """Return the months whose counts an order is in."""
    instants = [order.issued_at, order.done_at]
    return {(order.community_id, month_of(at)) for at in instants if at is not None}


def mark_stale(session: Session, months: Iterable[tuple[int, date]]) -> None:
    """Say that the counts of these months of communities must be made anew."""
    for community_id, month in sorted(set(months)):
        queries.mark_stale(session, community_id, month)


def seal_words(vault: Vault, words: dict[str, tuple[int, str]]) -> bytes | None:
    """Seal ranked words; None where there are none."""
    filled = {name: [rank, text] for name, (rank, text) in sorted(words.items()) if text}
    return vault.seal(json.dumps(filled, ensure_ascii=False), PURPOSE) if filled else None


def open_ranked(vault: Vault, sealed: bytes | None) -> dict[str, tuple[int, str]]:
    """Return sealed words with their ranks."""
    if sealed is None:
        return {}
    said = json.loads(vault.open(sealed, PURPOSE) or "{}")
    return {name: (rank, text) for name, (rank, text) in said.items()}


def open_words(vault: Vault, order: RepairOrder) -> Words:
    """Open the words of an order; the caller writes down who looked."""
    said = {
        **open_ranked(vault, order.customer_sealed),
        **open_ranked(vault, order.repairer_sealed),
    }
    plain = {name: text for name, (_, text) in said.items()}
    return Words(
        name=plain.get("name", ""),
        phone=plain.get("phone", ""),
        text=plain.get("text", ""),
        repairer=plain.get("repairer", ""),
    )


def write_words(vault: Vault, order: RepairOrder, words: Words) -> None:
    """Seal the words a person wrote."""
    of_customer = {"name": words.name, "phone": words.phone, "text": words.text}
    order.customer_sealed = seal_words(
        vault, {key: (BY_HAND, text) for key, text in of_customer.items()}
    )
    order.repairer_sealed = seal_words(vault, {"repairer": (BY_HAND, words.repairer)})
