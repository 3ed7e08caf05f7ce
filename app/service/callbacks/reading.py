"""A call as the caller sees it: whom to call about what, without anything that was answered."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.service.callbacks.models import CallBack
from app.service.callbacks.rows import CallRow
from app.service.repairs.log import open_words
from app.service.repairs.models import Place, Thing
from app.surveys.register.models import Person
from app.surveys.register.queries import list_people
from app.vault import Vault

People = dict[int, list[Person]]


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody who can be called."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class CallView:
    """One call.

    Attributes:
        call: The row.
        community: Name of the community.
        building: Of the home, "" where there is none.
        room: Of the home.
        household_id: Of the home, None where there is none.
        number: Of the order or the complaint.
        people: Whom to call, the one who asked first.
        day: When it was repaired, or when the complaint came in.
        place: Of the repair.
        thing: That was repaired.
        topic: Of the complaint: its code in Chinese and English.
        words: What the customer had said.
    """

    call: CallBack
    community: str
    building: str
    room: str
    household_id: int | None
    number: str
    people: tuple[Reached, ...]
    day: date
    place: Place | None = None
    thing: Thing | None = None
    topic: tuple[str, str] | None = None
    words: str = ""


def view_calls(session: Session, vault: Vault, rows: Sequence[CallRow]) -> list[CallView]:
    """Return calls about repairs; the caller writes down who looked."""
    homes = load_people(session, [row.order.household_id for row in rows])
    return [_view_call(vault, row, homes) for row in rows]


def _view_call(vault: Vault, row: CallRow, homes: People) -> CallView:
    order = row.order
    words = open_words(vault, order)
    first = [Reached(words.name, words.phone)] if words.name or words.phone else []
    return CallView(
        call=row.call,
        community=row.community,
        building=row.building or "",
        room=row.room or "",
        household_id=order.household_id,
        number=order.number,
        people=people_of(vault, homes.get(order.household_id or 0, []), first),
        day=_day(order.arrived_at or order.done_at or order.issued_at),
        place=order.place,
        thing=order.thing,
        words=words.text,
    )


def load_people(session: Session, household_ids: Iterable[int | None]) -> People:
    """Return the people of these homes, by home, in one read."""
    homes: People = defaultdict(list)
    for person in list_people(session, {key for key in household_ids if key is not None}):
        homes[person.household_id].append(person)
    return homes


def people_of(
    vault: Vault, people: Iterable[Person], first: Iterable[Reached]
) -> tuple[Reached, ...]:
    """Return who can be called: who asked, then the people of the home; each number once."""
    found = list(first)
    for person in people:
        phone = vault.open(person.phone_sealed, "phone") if person.phone_sealed else ""
        found.append(Reached(vault.open(person.name_sealed, "name"), phone))
    kept: list[Reached] = []
    for one in found:
        if one.phone not in {other.phone for other in kept if other.phone}:
            kept.append(one)
    return tuple(kept)


def _day(instant: datetime) -> date:
    return beijing_date(instant)
