"""Making an answer of a sheet whose pages are all there and decided. None commits.

Locks are taken in this order everywhere: the printed sheet, what came back of it, then batches,
then pages, then the gate (by `record_response`), so that two workers with the two pages of one
sheet never wait for each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import start_of
from app.surveys.instrument.answers import (
    AnswerProblem,
    AnswersError,
    AnswerSet,
    check_answers,
)
from app.surveys.paper.layout.model import HELPED, HELPED_VALUES
from app.surveys.paper.printing.queries import lock_sheet as lock_printed
from app.surveys.paper.scans import queries
from app.surveys.paper.scans.models import (
    ScanBatch,
    ScanCheck,
    ScanMove,
    ScanPage,
    ScanSheet,
)
from app.surveys.paper.scans.readings import open_reading, raw_of, standing
from app.surveys.paper.scans.sampling import queries as sampled
from app.surveys.paper.scans.sheets import Printed, get_printed
from app.surveys.paper.scans.trays import LIVE, Reading, Tray, tray_of
from app.surveys.response.models import Channel, Response
from app.surveys.response.queries import find_by_key
from app.surveys.response.services import Submission, record_response
from app.vault import Vault

REFUSED = "refused"  # problem of a page whose sheet the answer gate has refused
REOPENED = "reopened"  # problem of a page whose answer was voided and is decided anew
SAMPLE = 10  # one sheet of so many is keyed a second time
LEAST = 2  # and of every batch, once it is closed, so many
_NOTE = "scan-note"


@dataclass(frozen=True, slots=True)
class PageState:
    """A live page with what was read on it and what people decided."""

    page: ScanPage
    reading: Reading
    is_flat: bool
    decided: dict[str, tuple[str, ...]]

    @property
    def raw(self) -> dict[str, list[str]]:
        """The page as fields of a form."""
        return raw_of(self.reading, self.decided)

    def read(self, name: str) -> tuple[str, ...]:
        """Return what was read in a row, sure or proposed."""
        row = self.reading.row(name)
        return () if row is None else row.values

    def tray(self, *, is_whole: bool) -> Tray:
        """Return where the page belongs."""
        if self.page.problem in (REFUSED, REOPENED):
            return Tray.DOUBTFUL
        return tray_of(self.reading, self.decided, is_whole=is_whole)


def lock_sheet(session: Session, printed: Printed, batch: ScanBatch) -> ScanSheet:
    """Return the row of a sheet that came back, made if this is its first page; locked."""
    lock_printed(session, printed.sheet.id)
    found = queries.lock_scan_sheet(session, printed.sheet.id)
    if found is not None:
        return found
    made = ScanSheet(
        sheet_id=printed.sheet.id,
        frame_member_id=printed.member.id,
        campaign_id=printed.campaign.id,
        community_id=printed.member.community_id,
        batch_id=batch.id,
        round=1,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # its other page came in at the same moment
        return queries.lock_scan_sheet(session, printed.sheet.id) or made
    return made


def move(
    session: Session,
    vault: Vault,
    page: ScanPage,
    tray: Tray,
    *,
    staff_id: int | None,
    now: datetime,
    note: str = "",
) -> None:
    """Lay a page into another tray and note it down."""
    if page.tray is tray:
        return
    session.add(
        ScanMove(
            page_id=page.id,
            was=page.tray.value,
            tray=tray,
            staff_id=staff_id,
            note_sealed=vault.seal(note, _NOTE) if note else None,
            at=now,
        )
    )
    page.tray = tray
    if tray not in LIVE:
        page.slot = None
    session.flush()


def open_note(vault: Vault, sealed: bytes | None) -> str:
    """Return a note, empty when there is none."""
    return "" if sealed is None else vault.open(sealed, _NOTE)


def seal_note(vault: Vault, note: str) -> bytes:
    """Seal a note."""
    return vault.seal(note, _NOTE)


def load_states(session: Session, vault: Vault, pages: Iterable[ScanPage]) -> list[PageState]:
    """Return pages with what was read and decided."""
    listed = list(pages)
    decisions = queries.list_decisions(session, [page.id for page in listed])
    states = []
    for page in listed:
        reading, is_flat = open_reading(vault, page.reading_sealed)
        own = [one for one in decisions if one.page_id == page.id]
        states.append(PageState(page, reading, is_flat, standing(vault, own)))
    return states


def settle(
    session: Session,
    vault: Vault,
    scan_sheet: ScanSheet,
    *,
    staff_id: int | None,
    now: datetime,
) -> None:
    """Lay the pages of a sheet where they belong; record its answer once nothing is open.

    The caller holds the sheet. A sheet that is an answer already stays one.
    """
    if scan_sheet.response_id is not None:
        return
    printed = get_printed(session, scan_sheet.sheet_id)
    states = load_states(session, vault, queries.list_live(session, scan_sheet.sheet_id))
    is_whole = is_complete(scan_sheet, printed, states)
    if is_whole and states and now >= start_of(printed.campaign.opens_on):
        is_whole = _record(session, vault, scan_sheet, printed, states, now=now)
    for state in states:
        tray = state.tray(is_whole=is_whole)
        if tray is Tray.ACCEPTED and scan_sheet.response_id is None:
            tray = Tray.PARTNER
        move(session, vault, state.page, tray, staff_id=staff_id, now=now)


def is_complete(scan_sheet: ScanSheet, printed: Printed, states: list[PageState]) -> bool:
    """Say whether every page is there, or said to be lost, and nothing is left to decide."""
    there = {state.page.page for state in states}
    needed = {page.number for page in printed.layout.pages}
    is_all = scan_sheet.is_short or there >= needed
    return is_all and all(state.tray(is_whole=True) is Tray.ACCEPTED for state in states)


def merged(states: Iterable[PageState]) -> dict[str, list[str]]:
    """Return all pages of a sheet as the fields of one form."""
    raw: dict[str, list[str]] = {}
    for state in states:
        for field, values in state.raw.items():
            raw[field] = [*raw.get(field, ()), *values]
    return raw


def find_problems(printed: Printed, states: list[PageState]) -> tuple[AnswerProblem, ...]:
    """Return why the answers of a sheet cannot be taken; nothing when they can."""
    raw = merged(states)
    raw.pop(HELPED, None)
    try:
        check_answers(printed.instrument, raw, offer=printed.offer, form=printed.sheet.form)
    except AnswersError as error:
        return error.problems
    return ()


def fields_of(problem: AnswerProblem) -> frozenset[str]:
    """Return the fields a problem may be mended at: its own, or all it counted."""
    items = str(problem.data.get("items", "")).split()
    return frozenset({problem.item, problem.item.split(".", 1)[0], *items})


def words_of(printed: Printed, states: list[PageState]) -> AnswerSet | None:
    """Return the words of a sheet alone, None when there are none or they cannot be taken."""
    named = {item.code for item in printed.instrument.items if not item.in_vector}
    raw = {field: values for field, values in merged(states).items() if field in named}
    try:
        answers = check_answers(
            printed.instrument, raw, offer=printed.offer, form=printed.sheet.form, final=False
        )
    except AnswersError:
        return None
    return answers if answers.comments else None


def is_drawn(vault: Vault, batch_id: int, number: int) -> bool:
    """Say whether a sheet is keyed a second time: nobody can choose it or foresee it."""
    return _lot(vault, batch_id, number) % SAMPLE == 0


def draw_least(session: Session, vault: Vault, batch_id: int, *, now: datetime) -> None:
    """Draw sheets of a batch to be keyed a second time until it has the least number of them."""
    sheets = sampled.list_answered(session, batch_id)
    missing = LEAST - sum(is_drawn for _sheet, _number, is_drawn in sheets)
    others = [
        (_lot(vault, batch_id, number), one) for one, number, is_drawn in sheets if not is_drawn
    ]
    for _drawn, one in sorted(others, key=lambda pair: pair[0])[: max(0, missing)]:
        _draw(session, one, now=now)


def _lot(vault: Vault, batch_id: int, number: int) -> int:
    return int.from_bytes(vault.keyed_hash("second-keying", f"{batch_id}:{number}")[:4])


def _draw(session: Session, scan_sheet: ScanSheet, *, now: datetime) -> None:
    session.add(
        ScanCheck(
            sheet_id=scan_sheet.sheet_id,
            frame_member_id=scan_sheet.frame_member_id,
            campaign_id=scan_sheet.campaign_id,
            community_id=scan_sheet.community_id,
            drawn_at=now,
        )
    )
    session.flush()


def _record(
    session: Session,
    vault: Vault,
    scan_sheet: ScanSheet,
    printed: Printed,
    states: list[PageState],
    *,
    now: datetime,
) -> bool:
    """Hand a sheet in at the gate of every channel; say whether it was taken."""
    raw = merged(states)
    helped = raw.pop(HELPED, [])
    try:
        stored = _submit(session, vault, scan_sheet, printed, states, raw, now=now)
    except AnswersError as error:
        _send_back(states, error.problems)
        return False
    scan_sheet.response_id = stored.id
    scan_sheet.helped = helped[0] if helped and helped[0] in HELPED_VALUES else None
    session.flush()
    if scan_sheet.round == 1 and is_drawn(vault, scan_sheet.batch_id, printed.sheet.number):
        _draw(session, scan_sheet, now=now)
    return True


def _submit(
    session: Session,
    vault: Vault,
    scan_sheet: ScanSheet,
    printed: Printed,
    states: list[PageState],
    raw: dict[str, list[str]],
    *,
    now: datetime,
) -> Response:
    batch = session.get_one(ScanBatch, scan_sheet.batch_id)
    decided_by = queries.find_last_decider(session, [state.page.id for state in states])
    key = f"sheet-{printed.sheet.number}-{scan_sheet.round}"
    record_response(
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
            entered_by=decided_by or batch.opened_by,
        ),
        now=now,
    )
    stored = find_by_key(session, key)
    if stored is None:
        raise LookupError(key)
    return stored


def _send_back(states: list[PageState], problems: Iterable[AnswerProblem]) -> None:
    """Mark the pages where something has to be decided again."""
    wanted = frozenset[str]().union(*(fields_of(problem) for problem in problems))
    touched = [
        state
        for state in states
        if wanted & ({row.field for row in state.reading.rows} | set(state.decided))
    ]
    for state in touched or states:
        state.page.problem = REFUSED
