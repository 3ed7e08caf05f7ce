"""What the address of the list asks for: filters, and the place the page begins behind."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from app.followup.models import Stage
from app.service.complaints.models import Against, Channel, ComplaintClass, Kind, Level, Severity
from app.service.complaints.rows import Filters, Order
from app.staff.scope import Scope
from app.web.keys import key_in

STATES = ("open", "waiting", "closed", "all")
FLAGS = (
    *("unsorted", "unseen", "major", "repeat", "group"),
    *("money", "media", "legal", "staff", "director"),
)
_AGAINST = {"staff": Against.STAFF, "director": Against.DIRECTOR}
_PLACE = re.compile(r"[0-9]{1,20}\.[0-9]{1,10}", re.ASCII)
_NARROWING = ("class", "channel", "level", "kind", "flag", "community")
E = TypeVar("E", bound=StrEnum)
_VALUES = {
    "state": frozenset(STATES),
    "class": frozenset(ComplaintClass),
    "channel": frozenset(Channel),
    "level": frozenset(Level),
    "kind": frozenset(Kind),
    "flag": frozenset(FLAGS),
    "late": frozenset({"1"}),
    "mine": frozenset({"1"}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of an address that mean something; all others are left out."""

    values: dict[str, str]

    @property
    def state(self) -> str:
        """Return the state asked for; open ones without a word."""
        return self.values.get("state", STATES[0])

    @property
    def is_late(self) -> bool:
        """Say whether only overdue ones are asked for."""
        return "late" in self.values

    @property
    def is_mine(self) -> bool:
        """Say whether only those the person answers for are asked for."""
        return "mine" in self.values

    @property
    def page(self) -> str | None:
        """Return the place the page begins behind."""
        return self.values.get("after")

    @property
    def community_id(self) -> int | None:
        """Return the community asked for."""
        return key_in(self.values.get("community"))

    @property
    def is_narrowed(self) -> bool:
        """Say whether more than state, lateness and person is asked for."""
        return any(name in self.values for name in _NARROWING)

    @property
    def is_plain(self) -> bool:
        """Say whether nothing is asked for but the list as it opens."""
        return not self.values

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Return what a form that narrows the list carries along."""
        kept = ("state", "late", "mine")
        return [(name, self.values[name]) for name in kept if name in self.values]

    def filters(self, scope: Scope, now: datetime) -> Filters:
        """Return what the query is asked for."""
        flag, state = self.values.get("flag"), self.state
        return Filters(
            is_open={"open": True, "waiting": True, "closed": False}.get(state),
            stage=Stage.ANSWERED if state == "waiting" else None,
            community_id=self.community_id,
            class_=_one(ComplaintClass, self.values.get("class")),
            channel=_one(Channel, self.values.get("channel")),
            level=_one(Level, self.values.get("level")),
            kind=_one(Kind, self.values.get("kind")),
            severity=Severity.MAJOR if flag == "major" else None,
            is_unclassified=flag == "unsorted",
            is_unseen=flag == "unseen",
            is_repeat=flag == "repeat",
            is_grouped=flag == "group",
            against=_AGAINST.get(flag or ""),
            has_compensation=True if flag == "money" else None,
            has_media=True if flag == "media" else None,
            has_legal=True if flag == "legal" else None,
            responsible_id=scope.staff_id if self.is_mine else None,
            late_at=now if self.is_late else None,
            order=Order.NEWEST if state in {"closed", "all"} else Order.DUE,
        )

    def get(self, name: str) -> str | None:
        """Return the value of one word of the address."""
        return self.values.get(name)

    def with_(self, changes: dict[str, object]) -> dict[str, str]:
        """Return the words of an address with some changed; a page is begun anew."""
        found = {**self.values, "after": "", **{name: str(one) for name, one in changes.items()}}
        if found.get("state") == STATES[0]:
            found["state"] = ""
        return {name: value for name, value in found.items() if value}


def _one(kind: type[E], value: str | None) -> E | None:
    return None if value is None else kind(value)


def read_asked(arguments: MultiDict[str, str]) -> Asked:
    """Return what an address asks for; what is unknown is as if it were not said."""
    found = {}
    for name, allowed in _VALUES.items():
        value = arguments.get(name, "")
        if value in allowed:
            found[name] = value
    if key_in(arguments.get("community")) is not None:
        found["community"] = arguments["community"]
    if _PLACE.fullmatch(arguments.get("after", "")):
        found["after"] = arguments["after"]
    return Asked(found)
