"""How an answer came about: pace, phone and network, for the integrity checks. Refuses nobody."""

import ipaddress
import json
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low

from app.surveys.response.models import Draft, Entrance, ResponseSignal
from app.vault import Vault

LONGEST = 32_767  # seconds of a page; a phone left lying over lunch says no more than that
_IPV4_BITS = 24  # a home's router and its neighbours on one line
_IPV6_BITS = 48


@dataclass(frozen=True, slots=True)
class Trace:
    """What a browser shows of itself when it sends an answer.

    Attributes:
        device: Random name of the device, from its cookie.
        address: Network address of the request.
        entrance: How it came in; None when unknown.
        honeypot: A field that no person sees was filled in.
    """

    device: str
    address: str
    entrance: Entrance | None = None
    honeypot: bool = False


@dataclass(frozen=True, slots=True)
class Signal:
    """What is stored beside an answer (see `ResponseSignal`)."""

    device_hash: bytes | None
    network_hash: bytes | None
    entrance: Entrance | None
    started_at: datetime | None
    seconds: int | None
    page_seconds: tuple[int, ...]
    has_script: bool | None
    honeypot: bool

    def row(self, response_id: int) -> ResponseSignal:
        """Return the row of an answer just stored."""
        return ResponseSignal(
            response_id=response_id,
            device_hash=self.device_hash,
            network_hash=self.network_hash,
            entrance=self.entrance,
            started_at=self.started_at,
            seconds=self.seconds,
            pages=len(self.page_seconds),
            slowest=max(self.page_seconds, default=None),
            median=median_low(self.page_seconds) if self.page_seconds else None,
            has_script=self.has_script,
            honeypot=self.honeypot,
        )


def signal_of(
    vault: Vault, draft: Draft | None, trace: Trace | None, *, campaign_id: int, ended_at: datetime
) -> Signal:
    """Return the signal of an answer.

    Args:
        vault: Makes the hashes, another one for every campaign, so nobody is traced beyond it.
        draft: Where the times of its pages are; None when it has none.
        trace: What the browser showed; None for a draft counted at the deadline.
        campaign_id: The campaign.
        ended_at: When it was sent, or last saved.
    """
    started_at = draft.started_at if draft is not None else None
    network = None if trace is None else network_of(trace.address)
    return Signal(
        device_hash=None if trace is None else _hash(vault, "device", campaign_id, trace.device),
        network_hash=None if network is None else _hash(vault, "network", campaign_id, network),
        entrance=None if trace is None else trace.entrance,
        started_at=started_at,
        seconds=None
        if started_at is None
        else max(0, int((ended_at - started_at).total_seconds())),
        page_seconds=tuple(read_pace(draft).values()),
        has_script=None if draft is None else bool(draft.has_script),
        honeypot=trace is not None and trace.honeypot,
    )


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a page that was just saved.

    Attributes:
        page: Name of the page.
        shown_at: When it was shown, None when that is not known.
        by_script: Its script saved it.
    """

    page: str
    shown_at: datetime | None
    by_script: bool = False


def note_look(draft: Draft, look: Look, *, now: datetime) -> None:
    """Note on a draft how long a page was looked at; the longest look at each page is kept."""
    if draft.started_at is None:
        draft.started_at = look.shown_at or now
    draft.has_script = bool(draft.has_script) or look.by_script
    if look.shown_at is None:
        return
    pace = read_pace(draft)
    seconds = min(LONGEST, max(0, int((now - look.shown_at).total_seconds())))
    pace[look.page] = max(seconds, pace.get(look.page, 0))
    draft.pace = json.dumps(pace, separators=(",", ":"))


def read_pace(draft: Draft | None) -> dict[str, int]:
    """Return the seconds of each page of a draft."""
    if draft is None or draft.pace is None:
        return {}
    pace: dict[str, int] = json.loads(draft.pace)
    return pace


def network_of(address: str) -> str | None:
    """Return the neighbourhood of a network address (/24 or /48), None for no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    found = mapped or found
    bits = _IPV4_BITS if found.version == 4 else _IPV6_BITS
    return str(ipaddress.ip_network((found, bits), strict=False))


def _hash(vault: Vault, what: str, campaign_id: int, text: str) -> bytes:
    return vault.keyed_hash(f"signal-{what}", f"{campaign_id}:{text}")
