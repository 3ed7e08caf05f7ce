"""What a snapshot keeps of the homes besides their answers: two small tables as text. Pure.

`homes.csv` has a row per household with a counted answer, by pseudonym: what splits them into
parts. `frame.csv` counts all homes of the base by kind and replicate group, those that are silent
among them; it names no home at all.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.surveys.snapshot.errors import BadManifestError

LIFT, WALK_UP = "lift", "walk_up"
OWNER, LET = "owner", "let"
YES, NO = "yes", "no"

BUILDING = "building"
PROPERTY = "property"
TENURE = "tenure"
CHANNEL = "channel"
DAY = "day"
HOME_VARIABLES = (BUILDING, PROPERTY, TENURE, CHANNEL, DAY)
FRAME_VARIABLES = (BUILDING, PROPERTY, TENURE, "important", "earlier")

_HOME_HEAD = ("pseudonym", *HOME_VARIABLES)
_FRAME_HEAD = ("replicate_group", *FRAME_VARIABLES, "members", "returned")
_BANDS = ((3, "under_3"), (10, "to_9"), (20, "to_19"))
_OLDEST = "from_20"


@dataclass(frozen=True, slots=True)
class Home:
    """What is known of one home of the base.

    Attributes:
        pseudonym: Its name in this campaign.
        group: Replicate group.
        building: Its building.
        property: lift or walk_up.
        tenure: owner or let.
        important: The register calls it important; only counted, never beside an answer.
        earlier: It has a counted answer in the campaign before.
        channel: How its counted answer came, empty while it is silent.
        day: Days from the opening to that answer, None while it is silent.
    """

    pseudonym: str
    group: int
    building: str
    property: str
    tenure: str
    important: bool
    earlier: bool
    channel: str
    day: int | None


@dataclass(frozen=True, slots=True)
class FrameCounts:
    """The base by kind of home and replicate group.

    Attributes:
        variables: What kinds go by.
        kinds: Values of the variables, row by row.
        groups: Replicate group of each row.
        members: Homes of each row.
        returned: Homes with a counted answer.
    """

    variables: tuple[str, ...]
    kinds: tuple[tuple[str, ...], ...]
    groups: tuple[int, ...]
    members: tuple[int, ...]
    returned: tuple[int, ...]


def estate_age(handed_over_on: date | None, on: date) -> str:
    """Return the band of whole years since the handover, empty where nobody knows.

    Args:
        handed_over_on: Day the builder handed the estate over.
        on: The day that counts.
    """
    if handed_over_on is None or handed_over_on > on:
        return ""
    had = (on.month, on.day) >= (handed_over_on.month, handed_over_on.day)
    years = on.year - handed_over_on.year - (0 if had else 1)
    return next((name for bound, name in _BANDS if years < bound), _OLDEST)


def homes_text(homes: Iterable[Home]) -> str:
    """Return the table of the homes that answered, by pseudonym."""
    rows = [
        (one.pseudonym, one.building, one.property, one.tenure, one.channel, str(one.day))
        for one in homes
        if one.day is not None
    ]
    return _text(_HOME_HEAD, sorted(rows))


def frame_text(homes: Iterable[Home]) -> str:
    """Return the table of the base by kind of home and replicate group."""
    members: Counter[tuple[str, ...]] = Counter()
    returned: Counter[tuple[str, ...]] = Counter()
    for one in homes:
        words = (YES if one.important else NO, YES if one.earlier else NO)
        key = (f"{one.group:02d}", one.building, one.property, one.tenure, *words)
        members[key] += 1
        returned[key] += one.day is not None
    rows = [
        (str(int(key[0])), *key[1:], str(members[key]), str(returned[key]))
        for key in sorted(members)
    ]
    return _text(_FRAME_HEAD, rows)


def read_homes(text: str, pseudonyms: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the variables of the homes that answered, in the order of these pseudonyms.

    Raises:
        BadManifestError: Another head, a home that is missing, twice or too many.
    """
    rows = _rows(text, _HOME_HEAD)
    found = {row[0]: row for row in rows}
    if len(found) != len(rows) or found.keys() != set(pseudonyms):
        raise BadManifestError("homes")
    return {
        name: tuple(found[one][place] for one in pseudonyms)
        for place, name in enumerate(HOME_VARIABLES, start=1)
    }


def read_frame(text: str, *, base: int, returned: int) -> FrameCounts:
    """Return the table of the base.

    Raises:
        BadManifestError: Another head, or sums that are not those of the manifest.
    """
    rows = _rows(text, _FRAME_HEAD)
    try:
        counts = [(int(row[0]), int(row[-2]), int(row[-1])) for row in rows]
    except ValueError as error:
        raise BadManifestError("frame") from error
    if sum(one[1] for one in counts) != base or sum(one[2] for one in counts) != returned:
        raise BadManifestError("frame")
    return FrameCounts(
        FRAME_VARIABLES,
        tuple(row[1:-2] for row in rows),
        tuple(one[0] for one in counts),
        tuple(one[1] for one in counts),
        tuple(one[2] for one in counts),
    )


def _text(head: tuple[str, ...], rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return written.getvalue()


def _rows(text: str, head: tuple[str, ...]) -> list[tuple[str, ...]]:
    rows = [tuple(row) for row in csv.reader(io.StringIO(text))]
    if not rows or rows[0] != head or {len(row) for row in rows} != {len(head)}:
        raise BadManifestError("head")
    return rows[1:]
