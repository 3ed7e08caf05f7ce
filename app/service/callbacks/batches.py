"""What sending links has to know of many at once: their homes, addresses, and what was sent.

Read in a handful of statements, however many links there are; no link is read one by one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.service.callbacks.answered.queries import list_complaints
from app.service.callbacks.models import CallBackLink
from app.service.callbacks.sending import queries as sending
from app.service.repairs.log import open_words
from app.surveys.distribution.addresses import find_addresses
from app.surveys.distribution.models import SendChannel
from app.surveys.distribution.rules import mobile_of
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class About:
    """What one link is about.

    Attributes:
        household_id: The home, None where there is none.
        number: Of the order or the complaint.
        phone: The mobile number of who asked, "" where none is known.
    """

    household_id: int | None
    number: str
    phone: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What is known of many links.

    Attributes:
        abouts: By key of the link.
        opted_out: Homes that asked for no more messages.
        told: Links about repairs each home was sent of late; who sends one more counts it here.
        addresses: Of the homes, by channel.
    """

    abouts: Mapping[int, About]
    opted_out: frozenset[int]
    told: Counter[int]
    addresses: Mapping[SendChannel, Mapping[int, str]]

    def address_of(
        self, about: About, channels: Sequence[SendChannel]
    ) -> tuple[SendChannel, str] | None:
        """Return how a customer is reached: WeChat of the home, else the number of who asked."""
        for channel in channels:
            if channel is SendChannel.SMS and about.phone:
                return channel, about.phone
            found = self.addresses[channel].get(about.household_id or 0)
            if found is not None:
                return channel, found
        return None


def load_batch(
    session: Session,
    vault: Vault,
    links: Sequence[CallBackLink],
    channels: Sequence[SendChannel],
    *,
    since: datetime,
) -> Batch:
    """Read what is known of links.

    Args:
        session: Where to read.
        vault: Opens telephone numbers.
        links: To send.
        channels: That addresses are looked for on.
        since: Links told from here on count.
    """
    abouts = _abouts(session, vault, links)
    homes = sorted({one.household_id for one in abouts.values() if one.household_id is not None})
    # The number of who asked goes before the register's; such homes need no look there.
    others = {one.household_id for one in abouts.values() if one.household_id and not one.phone}
    wanted = {one: sorted(others) if one is SendChannel.SMS else homes for one in channels}
    return Batch(
        abouts=abouts,
        opted_out=frozenset(sending.list_opted_out(session, homes)),
        told=Counter(sending.count_told(session, homes, since)),
        addresses={one: find_addresses(session, vault, one, wanted[one]) for one in channels},
    )


def _abouts(session: Session, vault: Vault, links: Sequence[CallBackLink]) -> dict[int, About]:
    orders = sending.list_orders(
        session, {one.order_id for one in links if one.order_id is not None}
    )
    complaints = list_complaints(
        session, {one.complaint_id for one in links if one.complaint_id is not None}
    )
    found = {}
    for link in links:
        if link.order_id is not None:
            order = orders[link.order_id]
            phone = open_words(vault, order).phone
            found[link.id] = About(order.household_id, order.number, mobile_of(phone) or "")
            continue
        complaint = complaints[link.complaint_id or 0]
        sealed = complaint.contact_sealed
        phone = vault.open(sealed, "phone") if sealed else ""
        found[link.id] = About(complaint.household_id, complaint.number, mobile_of(phone) or "")
    return found
