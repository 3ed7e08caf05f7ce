"""How an exported cell is coded, and what a byte of a frozen answer becomes. Pure.

======== =====================================================================================
value    meaning
======== =====================================================================================
-40..40  the answer: point of the scale, number of the option, 1 ticked, 0 not ticked
-50      asked and left blank
-51..-62 an answer that is no point, in the order the scale lists them (-51 no experience)
-63      the mark on paper cannot be read
-64      answered because a low rating opened it: the answer stands in the column beside
-65      answered outside the home's plan: the answer stands in the column beside
-99      not asked
======== =====================================================================================

Missing values thus keep the number they have in the snapshot, and one range, -99 to -50, holds
them all. What is kept out of every mean never stands among the answers.
"""

from app.surveys.instrument.model import Instrument, Item, ItemKind
from app.surveys.response.vector import (
    BLANK,
    EXTRA,
    FIRST_MISSING,
    NOT_TICKED,
    TICKED,
    TRIGGERED,
)
from app.surveys.snapshot.errors import BadManifestError

NOT_ASKED = -99
LEFT_BLANK = -50
UNREADABLE = -63
OPENED = -64
OUTSIDE = -65
LAST_MISSING = -50  # the greatest missing code
_UNREADABLE_BYTE = 63
_KIND_MASK = 63
_MOST_WORDS = 12

Pair = tuple[int, int | None]


def points_of(instrument: Instrument, item: Item) -> tuple[int, ...]:
    """Return what an answer of this item can be, in the order of its places."""
    if item.kind is ItemKind.RATE:
        return instrument.scales[item.scale or ""].points
    if item.kind is ItemKind.TICK:
        return (1, 0)
    return tuple(range(1, len(item.options) + 1))


def missing_words(instrument: Instrument, item: Item) -> tuple[str, ...]:
    """Return the answers of an item that are no point, in the order of their codes."""
    if item.scale is None:
        return ()
    return tuple(instrument.scales[item.scale].missing)[:_MOST_WORDS]


def coded(instrument: Instrument, item: Item) -> dict[int, Pair]:
    """Return, for every byte this item can hold, its value and the one kept out of means.

    Args:
        instrument: The questionnaire.
        item: One of its items that is stored.
    """
    own = _plain(instrument, item)
    table: dict[int, Pair] = {0: (NOT_ASKED, None)}
    for byte, value in own.items():
        table[byte] = (value, None)
        table[byte + TRIGGERED] = (OPENED, value)
        table[byte + EXTRA] = (OUTSIDE, value)
    return table


def decoded(item: Item, table: dict[int, Pair], byte: int) -> Pair:
    """Return what a byte becomes.

    Raises:
        BadManifestError: The item cannot hold this byte.
    """
    found = table.get(byte)
    if found is None:
        raise BadManifestError(item.code)
    return found


def _plain(instrument: Instrument, item: Item) -> dict[int, int]:
    """Return the value of every byte of a planned answer."""
    if item.kind is ItemKind.TICK:
        values = {TICKED: 1, NOT_TICKED: 0}
    else:
        values = dict(enumerate(points_of(instrument, item), start=1))
    values[BLANK] = LEFT_BLANK
    for at in range(len(missing_words(instrument, item))):
        values[FIRST_MISSING + at] = -(FIRST_MISSING + at)
    values[_UNREADABLE_BYTE] = UNREADABLE
    return values
