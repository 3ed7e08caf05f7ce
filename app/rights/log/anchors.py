"""Anchors of the audit log: its head, signed with a key that is not in the database.

Somebody with every right on the database could write the whole chain anew; he cannot sign the
heads the log once had. The worker signs the head once a minute when it has moved, and once a day
into a file that only grows, to be copied to where this program cannot reach. A log whose end was
cut off, or that was rewritten, no longer holds the entry an anchor names.
"""

import hmac
import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.rights.log import queries
from app.staff.audit import verify_chain
from app.staff.queries import last_audit_entry
from app.vault import Vault

DAILY = "anchors.txt"
LATEST = "anchor-latest.txt"
_PURPOSE = "audit-anchor"


class BrokenAnchorError(ValueError):
    """The log does not hold what an anchor says it held; carries the day and the entry."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the log at one moment.

    Attributes:
        day: Beijing date.
        sequence: Number of the newest entry.
        chain: Its link, 64 hexadecimal digits.
        sign: HMAC of the three under the vault's key.
    """

    day: date
    sequence: int
    chain: str
    sign: str

    def line(self) -> str:
        """Return the anchor as a line of the file."""
        return f"{self.day.isoformat()} {self.sequence} {self.chain} {self.sign}"


def make_anchor(session: Session, vault: Vault, *, now: datetime) -> Anchor | None:
    """Return the anchor of the log as it is; None for an empty log."""
    last = last_audit_entry(session)
    if last is None:
        return None
    day, chain = beijing_date(now), last.chain.hex()
    return Anchor(day, last.sequence, chain, _sign(vault, day, last.sequence, chain))


def keep_anchor(
    session: Session, vault: Vault, folder: Path, *, now: datetime
) -> tuple[Anchor, bool] | None:
    """Write the present head down; say whether it is the first of its day.

    Nothing is written when the log has not moved since. An anchor the log no longer holds is never
    written over: it is the proof.

    Raises:
        BrokenAnchorError: The log lacks what it held a minute ago.
    """
    anchor = make_anchor(session, vault, now=now)
    if anchor is None:
        return None
    latest = folder / LATEST
    if latest.exists():
        (known_last,) = read_anchors(latest.read_text("ascii"))
        check_anchor(session, vault, known_last)
        if (known_last.sequence, known_last.day) == (anchor.sequence, anchor.day):
            return None
    _replace(latest, anchor.line() + "\n")
    daily = folder / DAILY
    known = daily.read_text("ascii") if daily.exists() else ""
    if any(line.startswith(anchor.day.isoformat()) for line in known.splitlines()[-2:]):
        return anchor, False
    with daily.open("a", encoding="ascii") as file:
        file.write(anchor.line() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return anchor, True


def read_anchors(text: str) -> list[Anchor]:
    """Return the anchors of a file. Raises BrokenAnchorError for a line that is none."""
    found = []
    for line in text.splitlines():
        parts = line.split()
        try:
            day, sequence, chain, sign = parts
            found.append(Anchor(date.fromisoformat(day), int(sequence), chain, sign))
        except ValueError as error:
            raise BrokenAnchorError(line[:40], 0) from error
    return found


def verify(session: Session, vault: Vault, folder: Path) -> tuple[int, int]:
    """Check the chain entry by entry, then against every anchor there is.

    Returns:
        Entries and anchors.

    Raises:
        BrokenChainError: An entry was changed, added, moved or removed.
        BrokenAnchorError: An anchor was not made by us, or the log lacks what it names.
    """
    count = verify_chain(session)
    anchors: list[Anchor] = []
    for name in (DAILY, LATEST):
        path = folder / name
        if path.exists():
            anchors += read_anchors(path.read_text("ascii"))
    for anchor in anchors:
        check_anchor(session, vault, anchor)
    return count, len(anchors)


def check_anchor(session: Session, vault: Vault, anchor: Anchor) -> None:
    """Check one anchor, such as one that came back by mail. Raises BrokenAnchorError."""
    signed = _sign(vault, anchor.day, anchor.sequence, anchor.chain)
    entry = queries.find_entry(session, anchor.sequence)
    is_ours = hmac.compare_digest(signed, anchor.sign)
    if not is_ours or entry is None or entry.chain.hex() != anchor.chain:
        raise BrokenAnchorError(anchor.day.isoformat(), anchor.sequence)


def _sign(vault: Vault, day: date, sequence: int, chain: str) -> str:
    return vault.keyed_hash(_PURPOSE, f"{day.isoformat()}:{sequence}:{chain}").hex()


def _replace(path: Path, text: str) -> None:
    half = path.with_suffix(".new")
    half.write_text(text, "ascii")
    half.replace(path)
