"""The mark of everything an import would write: two that are alike would write the same."""

from collections.abc import Iterable
from dataclasses import astuple
from hashlib import sha256

from app.surveys.register.comparing import BuildingHomes
from app.surveys.register.plan import Change, PlaceChange


class Fingerprint:
    """Takes what changes, in the order of the file."""

    def __init__(self, places: Iterable[PlaceChange]) -> None:
        self._hash = sha256(repr(sorted(map(astuple, places))).encode())

    def add(self, homes: BuildingHomes) -> None:
        """Take the homes of one building; those that do not change are passed over."""
        key = (homes.community, homes.building)
        changed = [home for home in homes.compared if home.change is not Change.UNCHANGED]
        for home in changed:
            told = (*key, home.cells.room, home.household_id, home.person_id, home.leaving)
            self._hash.update(repr((*told, home.fields)).encode())

    @property
    def text(self) -> str:
        """The mark, in hexadecimal digits."""
        return self._hash.hexdigest()
