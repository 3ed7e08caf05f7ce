"""What a webhook is told: a kind, the thing it is about, and keys and states only. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.integrations.scopes import Topic

TEST = "test.ping"
# Entries of the audit log about a gate, and what a webhook hears of each.
GATE_ACTIONS = {
    "gate.hold": "gate.held",
    "gate.lift": "gate.hold_lifted",
    "gate.waive": "gate.waived",
    "gate.extend": "gate.extended",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        source, source_id: The row that says so: two events are the same if both are.
        kind: ``case.step``; its first word is the topic.
        subject: What must be told in order: ``case:12``.
        community_id: Where; None for the company.
        at: When.
        data: Keys, codes and states; no name, text, address or score.
        is_open: Whoever is told about the community may know; a case that is not released is not.
    """

    source: str
    source_id: int
    kind: str
    subject: str
    community_id: int | None
    at: datetime
    data: Mapping[str, str | int | None]
    is_open: bool = True

    @property
    def topic(self) -> Topic:
        """Return the family it belongs to."""
        return Topic(self.kind.partition(".")[0])


def body_of(kind: str, at: datetime, data: Mapping[str, str | int | None]) -> str:
    """Return the JSON of a message, as Standard Webhooks lay it out: type, timestamp, data."""
    whole = {"type": kind, "timestamp": time_text(at), "data": dict(data)}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"))


def time_text(at: datetime) -> str:
    """Return an instant as RFC 3339 in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
