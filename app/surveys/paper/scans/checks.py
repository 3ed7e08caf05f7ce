"""Blind second keying of a sample: how often reader and clerks are wrong. None commits."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import sqrt

from sqlalchemy.orm import Session

from app.surveys.paper.layout.model import Layout
from app.surveys.paper.scans import queries
from app.surveys.paper.scans.errors import MovedError, OwnSheetError
from app.surveys.paper.scans.models import ScanCheck
from app.surveys.paper.scans.sampling import queries as sampled
from app.surveys.paper.scans.settling import load_states
from app.surveys.paper.scans.sheets import get_printed
from app.surveys.paper.scans.trays import Mark
from app.vault import Vault

_Z = 1.959963984540054  # 97.5 % point of the normal distribution
_DIFFERING = "scan-value"


def record_check(
    session: Session,
    vault: Vault,
    sheet_id: int,
    keyed: Mapping[str, Sequence[str]],
    *,
    staff_id: int,
    now: datetime,
) -> ScanCheck:
    """Compare what was keyed a second time with what stands, field by field.

    A field a person had decided about counts for the clerks, any other for the reader. Words are
    not compared: two people never key the same ones.

    Raises:
        MovedError: Keyed already.
        OwnSheetError: This person decided about the sheet.
    """
    check = sampled.lock_check(session, sheet_id)
    if check.keyed_at is not None:
        raise MovedError
    if sampled.has_decided(session, sheet_id, staff_id):
        raise OwnSheetError
    differing: dict[str, list[list[str]]] = {}
    for state in load_states(session, vault, queries.list_live(session, sheet_id)):
        for row in state.reading.rows:
            stands = state.raw.get(row.field, [])
            second = list(keyed.get(row.field, ()))
            is_wrong = set(stands) != set(second)
            if is_wrong:
                differing[row.field] = [list(stands), second]
            if row.field in state.decided or row.mark is Mark.DOUBTFUL:
                check.clerk_fields = (check.clerk_fields or 0) + 1
                check.clerk_wrong = (check.clerk_wrong or 0) + is_wrong
            else:
                check.reader_fields = (check.reader_fields or 0) + 1
                check.reader_wrong = (check.reader_wrong or 0) + is_wrong
    check.keyed_by, check.keyed_at = staff_id, now
    check.differing_sealed = vault.seal(json.dumps(differing, ensure_ascii=False), _DIFFERING)
    session.flush()
    return check


def open_differing(vault: Vault, check: ScanCheck) -> dict[str, tuple[list[str], list[str]]]:
    """Return the fields that differ, each with what stands and what was keyed second."""
    text = "" if check.differing_sealed is None else vault.open(check.differing_sealed, _DIFFERING)
    found = json.loads(text) if text else {}
    return {field: (stands, second) for field, (stands, second) in found.items()}


def layout_to_key(session: Session, sheet_id: int) -> Layout:
    """Return the geometry of a sheet that is keyed a second time: what may be keyed, no answer."""
    return get_printed(session, sheet_id).layout


def wilson(wrong: int, fields: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share of wrong fields, None without fields.

    Source: Wilson (1927) JASA 22:209-212.
    """
    if fields == 0:
        return None
    share, square = wrong / fields, _Z * _Z
    middle = share + square / (2 * fields)
    half = _Z * sqrt(share * (1 - share) / fields + square / (4 * fields * fields))
    below = 1 + square / fields
    return max(0.0, (middle - half) / below), min(1.0, (middle + half) / below)
