"""Sheets keyed in without a scanner, and scans of the same leaf: one answer. None commits.

What is keyed in bears the number of the printed sheet in the key of its answer. Whoever takes in
a sheet, by hand or by scan, first locks the printed sheet; so one of them is first, and the other
one is compared with it. Words are never compared: two people never key the same ones.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.surveys.instrument.answers import AnswerSet, check_answers
from app.surveys.instrument.flow import field_name, field_value
from app.surveys.instrument.model import Instrument, Item, ItemKind
from app.surveys.paper.printing.queries import lock_sheet as lock_printed
from app.surveys.paper.scans import queries
from app.surveys.paper.scans.errors import KeyedOtherwiseError
from app.surveys.paper.scans.models import ScanSheet
from app.surveys.paper.scans.settling import load_states, move
from app.surveys.paper.scans.sheets import Printed
from app.surveys.paper.scans.trays import Mark, Reading, Tray
from app.surveys.response.models import Channel, Response
from app.surveys.response.queries import find_by_key
from app.surveys.response.services import Submission, record_response
from app.surveys.response.storing import Receipt, make_receipt_of
from app.surveys.response.vector import decode, encode
from app.vault import Vault

KEYED = "keyed"  # problem of a page whose sheet was keyed in by hand, with the same answers
KEYED_OTHERWISE = "keyed_otherwise"  # its sheet was keyed in by hand, with other answers
_PREFIX = "keyed"


def key_in(
    session: Session,
    vault: Vault,
    printed: Printed,
    raw: Mapping[str, Sequence[str]],
    *,
    staff_id: int,
    now: datetime,
) -> Receipt:
    """Record a sheet keyed in by hand, or find that it is in already with the same answers.

    Scans of it that wait for somebody need nobody any more: they say the same or are a conflict.

    Raises:
        AnswersError: The answers cannot be taken; carries every problem.
        KeyedOtherwiseError: The sheet is in already, with other answers; nothing was changed.
    """
    lock_printed(session, printed.sheet.id)
    scan_sheet = queries.lock_scan_sheet(session, printed.sheet.id)
    stands = find_standing(session, printed, scan_sheet)
    if stands is not None:
        answers = check_answers(
            printed.instrument, raw, offer=printed.offer, form=printed.sheet.form
        )
        if encode(printed.instrument, answers, printed.offer) != stands.vector:
            raise KeyedOtherwiseError(stands.id)
        return make_receipt_of(stands, replayed=True)
    key = _free_key(session, printed)
    receipt = record_response(
        session,
        vault,
        Submission(
            member=printed.member,
            instrument=printed.instrument,
            offer=printed.offer,
            raw=raw,
            key=key,
            channel=Channel.PAPER,
            language=printed.sheet.language,
            form=printed.sheet.form,
            entered_by=staff_id,
        ),
        now=now,
    )
    if scan_sheet is not None:
        _settle_waiting(session, vault, scan_sheet, printed, staff_id=staff_id, now=now)
    return receipt


def tie(session: Session, scan_sheet: ScanSheet, printed: Printed) -> Response | None:
    """Give a sheet that was scanned the answer keyed in for it; None when nobody keyed it in.

    The caller holds the sheet.
    """
    keyed = _find_keyed(session, printed)
    if keyed is not None and scan_sheet.response_id is None:
        scan_sheet.response_id = keyed.id
        session.flush()
    return keyed if keyed is not None and scan_sheet.response_id == keyed.id else None


def find_standing(
    session: Session, printed: Printed, scan_sheet: ScanSheet | None
) -> Response | None:
    """Return the answer a printed sheet has become, keyed in or scanned; voided ones are none."""
    if scan_sheet is not None and scan_sheet.response_id is not None:
        scanned = session.get_one(Response, scan_sheet.response_id, populate_existing=True)
        if scanned.voided_at is None:
            return scanned
    return _find_keyed(session, printed)


def agrees(printed: Printed, keyed: Response, reading: Reading) -> bool:
    """Say whether a scan shows what was keyed in.

    A doubtful row without any proposal contradicts nobody: who keyed it held the paper.
    """
    stands = fields_of_answer(printed.instrument, decode(printed.instrument, keyed.vector))
    return not differing(stands, reading)


def differing(stands: Mapping[str, set[str]], reading: Reading) -> list[str]:
    """Return the fields in which a scan shows something else than was keyed in."""
    return [
        row.field
        for row in reading.rows
        if set(row.values) != stands.get(row.field, set(row.values))
        and (row.values or row.mark is not Mark.DOUBTFUL)
    ]


def stands_keyed(session: Session, printed: Printed) -> dict[str, set[str]]:
    """Return what was keyed in by hand for a sheet, by field; nothing when nobody keyed it in."""
    keyed = _last_keyed(session, printed)[1]
    if keyed is None:
        return {}
    return fields_of_answer(printed.instrument, decode(printed.instrument, keyed.vector))


def fields_of_answer(instrument: Instrument, answers: AnswerSet) -> dict[str, set[str]]:
    """Return stored answers as the fields of a form; words and ways to reply are not among them."""
    fields: dict[str, set[str]] = {}
    for item in instrument.items:
        if not item.in_vector:
            continue
        said = fields.setdefault(field_name(item), set())
        if item.code in answers.missing:
            said.add(answers.missing[item.code])
        elif item.code in answers.values:
            said.add(_value(item, answers.values[item.code]))
    return fields


def _settle_waiting(
    session: Session,
    vault: Vault,
    scan_sheet: ScanSheet,
    printed: Printed,
    *,
    staff_id: int,
    now: datetime,
) -> None:
    """Tie a sheet that waits at the scan desk to what was just keyed in."""
    keyed = _find_keyed(session, printed)
    if keyed is None:
        raise LookupError(printed.sheet.number)
    scan_sheet.response_id = keyed.id
    session.flush()
    live = queries.list_live(session, scan_sheet.sheet_id)
    for state in load_states(session, vault, live):
        if state.page.tray is Tray.ACCEPTED:
            continue  # of an answer that was voided: its batch may be closed
        is_same = agrees(printed, keyed, state.reading)
        state.page.problem = KEYED if is_same else KEYED_OTHERWISE
        tray = Tray.ACCEPTED if is_same else Tray.CONFLICT
        move(session, vault, state.page, tray, staff_id=staff_id, now=now)


def _value(item: Item, value: int) -> str:
    if item.kind is ItemKind.TICK:
        return field_value(item)
    return item.options[value - 1].code if item.kind is ItemKind.CHOICE else str(value)


def _find_keyed(session: Session, printed: Printed) -> Response | None:
    last = _last_keyed(session, printed)[1]
    return last if last is not None and last.voided_at is None else None


def _free_key(session: Session, printed: Printed) -> str:
    return f"{_PREFIX}-{printed.sheet.number}-{_last_keyed(session, printed)[0] + 1}"


def _last_keyed(session: Session, printed: Printed) -> tuple[int, Response | None]:
    """Return how often a sheet was keyed in, anew each time its answer was voided; the last one."""
    count, last = 0, None
    while found := find_by_key(session, f"{_PREFIX}-{printed.sheet.number}-{count + 1}"):
        count, last = count + 1, found
    return count, last
