"""One box for everything: an address, or exactly the name or the number of somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from app.staff import audit
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register import queries as register
from app.surveys.register.homes import queries
from app.surveys.register.homes.address import AddressWords, fits, split_address
from app.surveys.register.homes.queries import MOST_FOUND, FoundHome
from app.surveys.register.models import Community
from app.surveys.register.rules import normal_name, normal_phone
from app.surveys.register.services import name_hash, phone_hash
from app.vault import Vault

_SHORTEST_NUMBER = 7  # shorter ones are rooms
_FEW_COMMUNITIES = 5  # so few can be looked through for a room alone


class Hint(StrEnum):
    """What would help a search that found too much or nothing."""

    NOTHING = "nothing"
    COMMUNITY = "community"  # tell the community too
    ROOM = "room"  # tell building or room too
    MORE = "more"  # more were found than are shown


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found.

    Attributes:
        homes: At most fifty homes.
        hint: What would help, None when all is shown.
        by: "address", "phone" or "name".
    """

    homes: Sequence[FoundHome]
    hint: Hint | None
    by: str


def search(
    session: Session,
    vault: Vault,
    scope: Scope,
    text: str,
    *,
    is_address: bool = False,
    now: datetime,
) -> Search:
    """Find homes inside a scope, and write down who looked and every home that was shown.

    Names and numbers are found by head office only, only when they are typed in full, and not
    when the text is told to be an address.
    """
    sees_people = scope.role is Role.HEAD_OFFICE and not is_address
    found = _search(session, vault, scope, text.strip(), sees_people=sees_people)
    shown = found.homes[:MOST_FOUND]
    hint = found.hint
    if len(found.homes) > MOST_FOUND:
        hint = Hint.MORE
    elif not shown and hint is None:
        hint = Hint.NOTHING
    audit.record(
        session,
        actor=scope,
        action="household.search",
        subject="register",
        detail=f"by={found.by} found={len(shown)}",
        now=now,
    )
    audit.record_many(
        session,
        actor=scope,
        action="household.found",
        subjects=[(home.uid, home.community_id) for home in shown],
        now=now,
    )
    return Search(tuple(shown), hint, found.by)


def _search(
    session: Session, vault: Vault, scope: Scope, text: str, *, sees_people: bool
) -> Search:
    digits = normal_phone(text)
    if sees_people and digits and len(digits.lstrip("+")) >= _SHORTEST_NUMBER:
        by_phone = queries.find_by_hash(session, scope, phone_hash=phone_hash(vault, digits))
        return Search(by_phone, None, "phone")
    communities = register.list_communities(session, scope)
    words = split_address(text, [c.code for c in communities], [c.name for c in communities])
    homes, hint = _by_address(session, scope, words, communities)
    if homes or not sees_people or any(sign.isdigit() for sign in text):
        return Search(homes, hint, "address")
    name = normal_name(text)
    by_name = queries.find_by_hash(session, scope, name_hash=name_hash(vault, name))
    if by_name or hint is None:
        return Search(by_name, None, "name")
    return Search((), hint, "address")


def _by_address(
    session: Session, scope: Scope, words: AddressWords, communities: list[Community]
) -> tuple[list[FoundHome], Hint | None]:
    """Look where the words say; a room alone is looked for in few communities only."""
    if words.community:
        communities = _named(words.community, communities)
        if not communities:
            return [], None
    if not words.building and not words.room:
        return [], Hint.ROOM if communities else None
    if not words.building and len(communities) > _FEW_COMMUNITIES:
        return [], Hint.COMMUNITY
    found = queries.find_by_address(
        session,
        scope,
        [community.id for community in communities],
        building=words.building,
        room=words.room,
        is_door_only=words.is_door_only,
    )
    return found, None


def _named(words: str, communities: list[Community]) -> list[Community]:
    """Return the communities a word means; one that it names in full goes alone."""
    whole = [c for c in communities if words.upper() in (c.code.upper(), c.name.upper())]
    return whole or [c for c in communities if fits(words, c.code, c.name)]
