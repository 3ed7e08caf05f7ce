"""Answers to one compact byte vector and back. Pure.

One byte a column; the columns are the instrument's items that are stored (all but comments and
contact), in the order of `Instrument.items`, so the layout is named by the instrument's digest.

======  ==========================================================================
byte    meaning
======  ==========================================================================
0       not asked
1..40   place of the answer: first point of the scale = 1, first option = 1;
        a tick: 1 ticked, 2 asked, not ticked, while something else of the same
        question was ticked
50      asked and left blank (of a tick question: nothing of it was ticked)
51..63  missing answer, in the order the scale declares them (``na`` = 51)
+64     asked because a low rating opened it (triggered): kept out of means
+128    answered outside the planned offer (extra): kept out of means
======  ==========================================================================

So bytes 1..63 are planned answers, 65..127 triggered ones and 129..191 extra ones; an item is
never both triggered (it was asked) and extra (it was not).
"""

from dataclasses import dataclass

from app.surveys.instrument.answers import AnswerSet, inverted_areas
from app.surveys.instrument.flow import Offer, is_planned
from app.surveys.instrument.model import Instrument, Item, ItemKind

NOT_ASKED = 0
TICKED = 1
NOT_TICKED = 2
BLANK = 50
FIRST_MISSING = 51
TRIGGERED = 64
EXTRA = 128
_KIND_MASK = 63


class VectorError(ValueError):
    """A vector does not belong to the instrument, or answers do not belong to the offer."""


@dataclass(frozen=True, slots=True)
class VectorLayout:
    """Which item each byte of a vector stands for.

    Attributes:
        columns: Item codes in order; the length is the width of a vector in bytes.
    """

    columns: tuple[str, ...]

    @property
    def width(self) -> int:
        """Bytes of a vector."""
        return len(self.columns)

    def position(self, code: str) -> int:
        """Return the index of an item's byte. Raises ValueError when it is not stored."""
        return self.columns.index(code)


def layout(instrument: Instrument) -> VectorLayout:
    """Return the layout of this instrument's vectors."""
    return VectorLayout(tuple(item.code for item in instrument.items if item.in_vector))


def encode(instrument: Instrument, answers: AnswerSet, offer: Offer) -> bytes:
    """Write checked answers as a vector.

    Args:
        instrument: The questionnaire.
        answers: What `check_answers` returned for this instrument and offer.
        offer: The offer the answers were checked against.

    Raises:
        VectorError: An answer outside the offer is not marked as triggered or extra, so the
            answers were checked against another offer.
    """
    ticked_pages = {
        item.section
        for item in instrument.items
        if item.kind is ItemKind.TICK and item.code in answers.values
    }
    vector = bytearray()
    for item in instrument.items:
        if item.in_vector:
            vector.append(_byte(instrument, item, answers, offer, item.section in ticked_pages))
    return bytes(vector)


def decode(instrument: Instrument, vector: bytes) -> AnswerSet:
    """Read a vector back: everything `encode` was given but comments and contact.

    Raises:
        VectorError: The vector is not one of this instrument.
    """
    stored = [item for item in instrument.items if item.in_vector]
    if len(stored) != len(vector):
        raise VectorError("width", len(vector), len(stored))
    values: dict[str, int] = {}
    missing: dict[str, str] = {}
    asked: set[str] = set()
    triggered: set[str] = set()
    extra: set[str] = set()
    for item, byte in zip(stored, vector, strict=True):
        if byte == NOT_ASKED:
            continue
        (extra if byte & EXTRA else asked).add(item.code)
        if byte & TRIGGERED:
            triggered.add(item.code)
        _read(instrument, item, byte & _KIND_MASK, values, missing)
    return AnswerSet(
        values=values,
        missing=missing,
        asked=frozenset(asked),
        triggered=frozenset(triggered),
        extra=frozenset(extra),
        inverted=inverted_areas(instrument, values),
    )


def _byte(
    instrument: Instrument, item: Item, answers: AnswerSet, offer: Offer, page_ticked: bool
) -> int:
    code = item.code
    is_opened = code in answers.asked and not is_planned(item, offer)
    if is_opened != (code in answers.triggered):
        raise VectorError("offer", code)
    if code in answers.values:
        byte = _place(instrument, item, answers.values[code])
    elif code in answers.missing:
        missing = tuple(instrument.scales[item.scale or ""].missing)
        byte = FIRST_MISSING + missing.index(answers.missing[code])
    elif code not in answers.asked:
        return NOT_ASKED
    else:
        byte = NOT_TICKED if page_ticked and item.kind is ItemKind.TICK else BLANK
    return byte + TRIGGERED * is_opened + EXTRA * (code in answers.extra)


def _place(instrument: Instrument, item: Item, value: int) -> int:
    if item.kind is ItemKind.RATE:
        return instrument.scales[item.scale or ""].points.index(value) + 1
    return value


def _read(
    instrument: Instrument,
    item: Item,
    byte: int,
    values: dict[str, int],
    missing: dict[str, str],
) -> None:
    if byte == BLANK or (item.kind is ItemKind.TICK and byte == NOT_TICKED):
        return
    scale = instrument.scales[item.scale] if item.scale is not None else None
    points = scale.points if scale is not None else range(1, max(1, len(item.options)) + 1)
    absent = tuple(scale.missing) if scale is not None else ()
    if 1 <= byte <= len(points):
        values[item.code] = points[byte - 1]
    elif FIRST_MISSING <= byte < FIRST_MISSING + len(absent):
        missing[item.code] = absent[byte - FIRST_MISSING]
    else:
        raise VectorError("byte", item.code, byte)
