"""Two homes become one: opt-out and addresses of the first go along. No commit."""

from sqlalchemy.orm import Session

from app.surveys.distribution import queries
from app.surveys.distribution.models import MessageAddress, OptOut, SendChannel


def carry(session: Session, *, gone: int, kept: int) -> None:
    """Carry opt-out and addresses of a home that is merged into another one.

    An opt-out of either home counts for both from now on: who asked not to be reminded lives in
    the second one now. An address goes along where the second home has none on that channel.

    Args:
        session: Open transaction.
        gone: Key of the home that is merged.
        kept: Key of the home it becomes part of.
    """
    wish = queries.find_opt_out(session, gone)
    if wish is not None and queries.find_opt_out(session, kept) is None:
        # The first home keeps its own too: it may be taken back.
        copy = OptOut(
            household_id=kept,
            staff_id=wish.staff_id,
            since=wish.since,
            note_sealed=wish.note_sealed,
        )
        session.add(copy)
    for channel in SendChannel:
        address = queries.find_address(session, gone, channel)
        if address is None:
            continue
        if queries.find_address(session, kept, channel) is None:
            moved = MessageAddress(
                household_id=kept,
                channel=channel,
                address_sealed=address.address_sealed,
                added_at=address.added_at,
            )
            session.add(moved)
        session.delete(address)
    session.flush()
