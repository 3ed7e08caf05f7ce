"""What the reader found, as it is kept with a page: JSON, sealed."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence

from app.surveys.paper.layout.model import Page
from app.surveys.paper.reading.result import Problem, RowState, ScannedPage
from app.surveys.paper.scans.models import ScanDecision
from app.surveys.paper.scans.trays import Mark, Reading, Row, Tray, Verdict
from app.vault import Vault

_READING = "scan"
_VALUE = "scan-value"
_IMAGE = "scan-image"
BY_HAND = "by_hand"  # why of a row that nothing has read: a person keys it from the picture
_MARKS = {
    RowState.MARKED: Mark.SURE,
    RowState.BLANK: Mark.EMPTY,
    RowState.UNSURE: Mark.DOUBTFUL,
}
_TRAYS = {
    Problem.BLANK: Tray.BLANK,
    Problem.NO_MARKERS: Tray.NO_CODE,
    Problem.NO_CODE: Tray.NO_CODE,
    Problem.CODES_DIFFER: Tray.NO_CODE,
    Problem.WRONG_SIDE: Tray.NO_CODE,
    Problem.LAYOUT_UNKNOWN: Tray.FOREIGN,
}


def tray_of_problem(problem: Problem) -> Tray:
    """Return the tray of a page that was not read."""
    return _TRAYS.get(problem, Tray.WEAK)


def reading_of(scanned: ScannedPage) -> Reading:
    """Return what two scans of a page are compared by."""
    rows = tuple(
        Row(row.field, _MARKS[row.state], tuple(row.values), row.why.value) for row in scanned.rows
    )
    return Reading(rows, tuple(frame.field for frame in scanned.frames if frame.has_ink))


def unread(page: Page) -> Reading:
    """Return the reading of a page a person has to key from its picture: nothing is sure."""
    rows = tuple(Row(row.field, Mark.DOUBTFUL, (), BY_HAND) for row in page.rows)
    return Reading(rows, tuple(frame.field for frame in page.frames))


def is_unread(reading: Reading) -> bool:
    """Say whether nothing was read on a page: all of it waits to be keyed."""
    return bool(reading.rows) and all(row.why == BY_HAND for row in reading.rows)


def seal_reading(vault: Vault, reading: Reading, *, is_flat: bool) -> bytes:
    """Seal a reading; `is_flat` says that the picture has the proportions of the form."""
    data = {
        "rows": [[one.field, one.mark.value, list(one.values), one.why] for one in reading.rows],
        "inked": list(reading.inked),
        "flat": is_flat,
    }
    return vault.seal(json.dumps(data, ensure_ascii=False, separators=(",", ":")), _READING)


def open_reading(vault: Vault, sealed: bytes | None) -> tuple[Reading, bool]:
    """Return a reading and whether the picture is flat; an empty one for what was erased."""
    text = "" if sealed is None else vault.open(sealed, _READING)
    if not text:
        return Reading(), False
    data = json.loads(text)
    rows = tuple(
        Row(field, Mark(mark), tuple(values), why) for field, mark, values, why in data["rows"]
    )
    return Reading(rows, tuple(data["inked"])), bool(data["flat"])


def seal_values(vault: Vault, values: Sequence[str]) -> bytes:
    """Seal what a person decided."""
    return vault.seal(json.dumps(list(values), ensure_ascii=False), _VALUE)


def open_values(vault: Vault, sealed: bytes) -> tuple[str, ...]:
    """Return what a person decided; nothing of what was erased."""
    text = vault.open(sealed, _VALUE)
    return tuple(json.loads(text)) if text else ()


def standing(vault: Vault, decisions: Iterable[ScanDecision]) -> dict[str, tuple[str, ...]]:
    """Return the values that stand for each decided field; the latest decision counts."""
    return {one.field: open_values(vault, one.values_sealed) for one in decisions}


def raw_of(reading: Reading, decided: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Return a page as the fields of a form: what was sure, and over it what people decided."""
    raw = {row.field: list(row.values) for row in reading.rows if row.mark is Mark.SURE}
    raw |= {field: list(values) for field, values in decided.items()}
    return {field: values for field, values in raw.items() if any(values)}


def seal_image(vault: Vault, image: bytes) -> bytes:
    """Seal the picture of a page."""
    return vault.seal(base64.b64encode(image).decode(), _IMAGE)


def open_image(vault: Vault, sealed: bytes) -> bytes:
    """Return the picture of a page."""
    return base64.b64decode(vault.open(sealed, _IMAGE))


HAS_VALUES = frozenset({Verdict.CHOSEN, Verdict.CONFIRMED, Verdict.WORDS})
"""Verdicts that put something into the answer."""
