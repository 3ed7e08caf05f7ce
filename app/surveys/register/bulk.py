"""Writing many homes at once: some thousands are sealed and hashed here, and sent from a thread.

On PostgreSQL the database works on one batch while the next is being made.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from app.db import Base
from app.surveys.register import queries
from app.surveys.register.comparing import ComparedHome
from app.surveys.register.models import (
    Household,
    HouseholdEvent,
    HouseholdEventKind,
    Person,
    PersonKind,
)
from app.surveys.register.plan import Change
from app.surveys.register.services import name_hash, phone_hash
from app.vault import Vault

_BATCH = 10_000
_UID = 16  # bytes of a household's random name
_HOME = ("id", "uid", "building_id", "room", "important")
_PERSON = (
    *("id", "household_id", "name_sealed", "phone_sealed", "name_hash", "phone_hash"),
    *("added_at", "kind", "moved_in_on"),
)
_EVENT = ("household_id", "kind", "on_day", "at", "staff_id", "person_id", "detail")
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_TEXTS: dict[type, Callable[[Any], str]] = {
    int: str,
    str: lambda value: value.translate(_ESCAPED),
    bytes: lambda value: "\\\\x" + value.hex(),
    type(None): lambda _value: "\\N",
    date: str,
    datetime: str,
}
Rows = list[tuple[Any, ...]]
Batch = list[tuple[type[Base], Sequence[str], Rows]]


class _Sender:
    """Sends batches in order; on PostgreSQL from a thread, one batch at a time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._driver = queries.find_driver(session)
        self._pool = ThreadPoolExecutor(1) if self._driver else None
        self._pending: Future[None] | None = None

    def send(self, batch: Batch) -> None:
        """Send the tables of a batch; returns while the last one is still on its way."""
        if self._pool is None:
            for model, columns, rows in batch:
                if rows:
                    queries.insert_rows(self._session, model, columns, rows)
            return
        ready = [(model, columns, _lines(rows)) for model, columns, rows in batch if rows]
        self.settle()
        self._pending = self._pool.submit(self._copy, ready)

    def settle(self) -> None:
        """Wait until everything has arrived; only then may the session be used again."""
        if self._pending is not None:
            pending, self._pending = self._pending, None
            pending.result()

    def close(self) -> None:
        """End the thread; a batch on its way is waited for."""
        if self._pool is not None:
            self._pool.shutdown()

    def _copy(self, ready: list[tuple[type[Base], Sequence[str], bytes]]) -> None:
        for model, columns, lines in ready:
            queries.copy_rows(self._driver, model, columns, lines)


class Writer:
    """Takes compared homes, building after building, and writes them in batches."""

    def __init__(
        self, session: Session, vault: Vault, *, staff_id: int | None, day: date, now: datetime
    ) -> None:
        self._session = session
        self._vault = vault
        self._staff_id = staff_id
        self._day = day
        self._now = now
        self._sender = _Sender(session)
        self._keys: dict[type[Base], Iterator[int]] = {Household: iter(()), Person: iter(())}
        self._new: list[tuple[int, ComparedHome]] = []
        self._changed: list[ComparedHome] = []

    def reserve(self, homes: int, people: int) -> None:
        """Reserve keys for what will probably be written, before anything is sent."""
        for model, count in ((Household, homes), (Person, people)):
            self._keys[model] = iter(queries.reserve_keys(self._session, model, count))

    def _key(self, model: type[Base]) -> int:
        """Return the next key of a table, of more when the register has changed since."""
        key = next(self._keys[model], None)
        if key is not None:
            return key
        self.settle()
        self._keys[model] = iter(queries.reserve_keys(self._session, model, _BATCH))
        return next(self._keys[model])

    def write(self, building_id: int, homes: Iterable[ComparedHome]) -> None:
        """Take the homes of one building; those that do not change are passed over."""
        for home in homes:
            if home.change is Change.NEW:
                self._new.append((building_id, home))
            elif home.change is Change.CHANGED:
                self._changed.append(home)
        if len(self._new) + len(self._changed) >= _BATCH:
            self.flush()

    def settle(self) -> None:
        """Wait until what was sent has arrived: before the session is read from."""
        self._sender.settle()

    def flush(self) -> None:
        """Send what has been taken so far."""
        if self._new:
            self._sender.send(self._new_homes())
        if self._changed:
            self._sender.settle()
            self._sender.send(self._change_homes())
        self._new, self._changed = [], []

    def finish(self) -> None:
        """Send the rest and wait for it."""
        self.flush()
        self.settle()

    def close(self) -> None:
        """End the sending thread, also after an error."""
        self._sender.close()

    def _new_homes(self) -> Batch:
        # One draw for all: each name is as random as one of its own.
        names = secrets.token_hex(_UID * len(self._new))
        width = 2 * _UID
        homes: Rows = []
        told: list[tuple[int, ComparedHome]] = []
        for at, (building_id, home) in enumerate(self._new):
            key = self._key(Household)
            uid = names[at * width : (at + 1) * width]
            homes.append((key, uid, building_id, home.cells.room, home.cells.important))
            told.append((key, home))
        people = self._people([(key, home) for key, home in told if home.cells.owner], None)
        important = [(key, home) for key, home in told if home.cells.important]
        return [
            (Household, _HOME, homes),
            (Person, _PERSON, people),
            (HouseholdEvent, _EVENT, self._important(important)),
        ]

    def _people(self, told: list[tuple[int, ComparedHome]], moved_in: date | None) -> Rows:
        """Return the owner of each home as a row."""
        vault = self._vault
        names = [home.cells.owner for _key, home in told]
        phones = [home.cells.phone for _key, home in told]
        sealed = vault.seal_many(names, "name")
        numbers = iter(vault.seal_many([phone for phone in phones if phone], "phone"))
        return [
            (
                self._key(Person),
                key,
                sealed[at],
                next(numbers) if phone else None,
                name_hash(vault, name),
                phone_hash(vault, phone) if phone else None,
                self._now,
                PersonKind.OWNER,
                moved_in,
            )
            for at, ((key, _home), name, phone) in enumerate(zip(told, names, phones, strict=True))
        ]

    def _important(self, told: list[tuple[int, ComparedHome]]) -> Rows:
        kind = HouseholdEventKind.IMPORTANT
        return [self._event(key, kind, detail=home.cells.important or "") for key, home in told]

    def _event(
        self, key: int, kind: HouseholdEventKind, *, person_id: int | None = None, detail: str = ""
    ) -> tuple[Any, ...]:
        return (key, kind, self._day, self._now, self._staff_id, person_id, str(detail))

    def _change_homes(self) -> Batch:
        """Change the rows there are; return those that come on top."""
        homes = [(home.household_id, home) for home in self._changed if home.household_id]
        revived = [key for key, home in homes if "retired" in home.fields]
        important = [(key, home) for key, home in homes if "important" in home.fields]
        queries.change_rows(
            self._session, Household, [{"id": key, "retired_on": None} for key in revived]
        )
        queries.change_rows(
            self._session,
            Household,
            [{"id": key, "important": home.cells.important} for key, home in important],
        )
        self._change_phones([home for _key, home in homes if home.person_id is not None])
        people, moves = self._replace_owners(
            [(key, home) for key, home in homes if {"owner", "owners"} & set(home.fields)]
        )
        events = [self._event(key, HouseholdEventKind.REVIVED) for key in revived]
        return [
            (Person, _PERSON, people),
            (HouseholdEvent, _EVENT, [*events, *self._important(important), *moves]),
        ]

    def _replace_owners(self, told: list[tuple[int, ComparedHome]]) -> tuple[Rows, Rows]:
        """Let the owners before move out and the new ones move in, on the day of the import."""
        before = [(key, person_id) for key, home in told for person_id in home.leaving]
        queries.change_rows(
            self._session,
            Person,
            [{"id": person_id, "moved_out_on": self._day} for _key, person_id in before],
        )
        people = self._people(told, self._day)
        gone = HouseholdEventKind.MOVED_OUT
        moves = [self._event(key, gone, person_id=person_id) for key, person_id in before]
        come = HouseholdEventKind.MOVED_IN
        return people, moves + [self._event(row[1], come, person_id=row[0]) for row in people]

    def _change_phones(self, homes: list[ComparedHome]) -> None:
        vault = self._vault
        changes: list[dict[str, Any]] = [
            {
                "id": home.person_id,
                "phone_sealed": vault.seal(home.cells.phone, "phone"),
                "phone_hash": phone_hash(vault, home.cells.phone),
            }
            for home in homes
            if home.cells.phone and home.person_id is not None
        ]
        queries.change_rows(self._session, Person, changes)


def _lines(rows: Rows) -> bytes:
    """Return rows in the text form of COPY."""
    # All rows of a table have the same types in a column, but for what is empty.
    return "".join(["\t".join([_text(value) for value in row]) + "\n" for row in rows]).encode()


def _text(value: Any) -> str:
    if isinstance(value, StrEnum):
        return value.value
    return _TEXTS[type(value)](value)
