"""The trays a scanned page can lie in, and which it belongs to. Pure.

Every page lies in exactly one tray, and every tray belongs to one of three groups, so that at any
moment: pages in = accepted + queued + blank.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.surveys.paper.reading.result import Why


class Tray(StrEnum):
    """Where a scanned page lies."""

    ACCEPTED = "accepted"  # its sheet is an answer
    DUPLICATE = "duplicate"  # the same page again with the same marks: nothing to do
    BLANK = "blank"  # an empty back
    VOID = "void"  # put aside by a person, with a reason
    PARTNER = "partner"  # sure, and waiting for the rest of its sheet
    DOUBTFUL = "doubtful"  # a person decides a row
    COMMENT = "comment"  # only words are left to be keyed
    NO_CODE = "no_code"  # the page code cannot be read
    FORGED = "forged"  # its code is not one of ours
    FOREIGN = "foreign"  # another campaign, an old form, another community
    CONFLICT = "conflict"  # the same page with other marks
    WEAK = "weak"  # cannot be read: scan it again, or key it in


class Group(StrEnum):
    """What a tray means for the count of a batch."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    BLANK = "blank"


GROUPS: Mapping[Tray, Group] = {
    Tray.ACCEPTED: Group.ACCEPTED,
    Tray.DUPLICATE: Group.ACCEPTED,
    Tray.BLANK: Group.BLANK,
    Tray.VOID: Group.BLANK,
    Tray.PARTNER: Group.QUEUED,
    Tray.DOUBTFUL: Group.QUEUED,
    Tray.COMMENT: Group.QUEUED,
    Tray.NO_CODE: Group.QUEUED,
    Tray.FORGED: Group.QUEUED,
    Tray.FOREIGN: Group.QUEUED,
    Tray.CONFLICT: Group.QUEUED,
    Tray.WEAK: Group.QUEUED,
}
QUEUED = tuple(tray for tray, group in GROUPS.items() if group is Group.QUEUED)
UNNAMED = frozenset({Tray.NO_CODE, Tray.FORGED, Tray.FOREIGN, Tray.WEAK})
"""Trays of pages that nobody has tied to a printed sheet of this batch."""
REVIEWED = (Tray.DOUBTFUL, Tray.COMMENT)
"""Trays whose pages wait for decisions about their fields."""
LIVE = frozenset({Tray.ACCEPTED, Tray.PARTNER, Tray.DOUBTFUL, Tray.COMMENT})
"""Trays whose page stands for its page of the printed sheet."""


class Verdict(StrEnum):
    """What a person decided about one field of a page."""

    CHOSEN = "chosen"  # another answer than proposed, or one where none was proposed
    CONFIRMED = "confirmed"  # what was proposed
    BLANK = "blank"
    UNREADABLE = "unreadable"
    WORDS = "words"
    NO_WORDS = "no_words"  # ink in the frame, but nothing written


class Mark(StrEnum):
    """What was read in one row."""

    SURE = "sure"
    EMPTY = "empty"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of boxes as it was read.

    Attributes:
        field: Name of the form field.
        mark: Sure, empty or doubtful.
        values: What is marked; of a doubtful row the proposal.
        why: What the doubt rests on.
    """

    field: str
    mark: Mark
    values: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read on one page; the only thing two scans of a page are compared by."""

    rows: tuple[Row, ...] = ()
    inked: tuple[str, ...] = ()

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Fields a person has to decide about, words last."""
        return (*(row.field for row in self.rows if row.mark is Mark.DOUBTFUL), *self.inked)

    def row(self, field: str) -> Row | None:
        """Return the row of a field, None for a frame."""
        return next((row for row in self.rows if row.field == field), None)


def tray_of(reading: Reading, decided: Collection[str], *, is_whole: bool) -> Tray:
    """Return the tray of a page of a known sheet.

    Args:
        reading: What was read on it.
        decided: Fields a person has decided about.
        is_whole: Every page of the sheet is there and needs nobody any more.
    """
    open_rows = [row for row in reading.rows if row.mark is Mark.DOUBTFUL]
    if any(row.field not in decided for row in open_rows):
        return Tray.DOUBTFUL
    if any(field not in decided for field in reading.inked):
        return Tray.COMMENT
    return Tray.ACCEPTED if is_whole else Tray.PARTNER


def is_same(first: Reading, again: Reading, decided: Mapping[str, tuple[str, ...]]) -> bool:
    """Say whether two scans of one page show the same marks.

    A row read with doubt in one of them is the same when the proposal is, or when it is what a
    person has decided. A mark that is blacked out only in the later scan came onto the paper after
    the first one, even if the answer is the same. Any such difference is an altered page, and
    somebody looks at it.

    Args:
        first: The scan taken first.
        again: The later scan.
        decided: What people decided about fields of the first one.
    """
    if set(first.inked) != set(again.inked) or len(first.rows) != len(again.rows):
        return False
    others = {row.field: row for row in again.rows}
    return all(
        row.field in others and _is_same_row(row, others[row.field], decided) for row in first.rows
    )


def is_corrected_since(first: Row, again: Row) -> bool:
    """Say whether a row without doubt in one scan shows a correction in a later one."""
    is_clear = first.mark is not Mark.DOUBTFUL and first.why != Why.CORRECTED
    return is_clear and again.why == Why.CORRECTED


def _is_same_row(first: Row, again: Row, decided: Mapping[str, tuple[str, ...]]) -> bool:
    if is_corrected_since(first, again):
        return False
    marks = {first.mark, again.mark}
    if set(first.values) == set(again.values) and marks != {Mark.EMPTY, Mark.DOUBTFUL}:
        return True
    stands = decided.get(first.field)
    return stands is not None and set(stands) == set(again.values)
