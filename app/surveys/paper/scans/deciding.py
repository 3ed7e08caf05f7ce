"""What people decide about pages: rows, words, codes, what is put aside. None commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.surveys.campaign.models import Outcome
from app.surveys.instrument.answers import AnswerSet, clean_text
from app.surveys.paper.layout.model import Page
from app.surveys.paper.reading.result import Problem
from app.surveys.paper.scans import queries
from app.surveys.paper.scans.errors import (
    BatchClosedError,
    DecidedBeforeError,
    MovedError,
    NoReasonError,
    NotThisPageError,
    OtherPlaceError,
    UnknownSheetError,
    WrongFieldError,
)
from app.surveys.paper.scans.intake import place, slot_of
from app.surveys.paper.scans.keyed import tie
from app.surveys.paper.scans.models import (
    BatchState,
    ScanBatch,
    ScanDecision,
    ScanPage,
    ScanSheet,
)
from app.surveys.paper.scans.readings import (
    HAS_VALUES,
    seal_reading,
    seal_values,
    standing,
    unread,
)
from app.surveys.paper.scans.rereading import ask_again
from app.surveys.paper.scans.settling import (
    REOPENED,
    PageState,
    load_states,
    lock_sheet,
    move,
    seal_note,
    settle,
    words_of,
)
from app.surveys.paper.scans.sheets import Printed, find_printed, get_printed
from app.surveys.paper.scans.trays import LIVE, REVIEWED, Tray, Verdict
from app.surveys.response.models import Channel, Origin, Response
from app.surveys.response.queries import find_by_key
from app.surveys.response.storing import Answer, store_answer
from app.surveys.response.vector import encode
from app.vault import Vault


class TakenError(MovedError):
    """Another scan stands for this page of the sheet already."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody says about one field."""

    verdict: Verdict
    values: tuple[str, ...] = ()


def decide(
    session: Session,
    vault: Vault,
    page_id: int,
    decisions: Mapping[str, Decision],
    *,
    staff_id: int,
    now: datetime,
    seen: int | None = None,
) -> ScanPage:
    """Write down decisions about fields of a page; the last one may make its sheet an answer.

    Args:
        session: Open session; the caller owns the transaction.
        vault: Opens readings and seals decisions.
        page_id: The page.
        decisions: By field.
        staff_id: Who decides.
        now: Aware instant.
        seen: The latest decision about this page that whoever decides could see; what somebody
            else decided after it stands. None when nobody else can have been there.

    Raises:
        BatchClosedError: The batch is closed.
        DecidedBeforeError: Somebody else decided otherwise meanwhile; nothing was changed.
        MovedError: The page waits for no decision any more.
        WrongFieldError: The page has no such field, or the field no such value.
    """
    page, sheet = _hold(session, page_id)
    if seen is not None:
        decisions = _still_open(session, vault, page, decisions, seen)
        if not decisions:
            return page
    if page.tray not in REVIEWED or sheet is None:
        raise MovedError
    printed = get_printed(session, sheet.sheet_id)
    form = printed.layout.page(page.page or 0)
    for field, decision in decisions.items():
        session.add(
            ScanDecision(
                page_id=page.id,
                field=field,
                verdict=decision.verdict,
                values_sealed=seal_values(vault, _checked(form, field, decision)),
                staff_id=staff_id,
                at=now,
            )
        )
    for one in queries.list_live(session, sheet.sheet_id):
        one.problem = ""
    session.flush()
    settle(session, vault, sheet, staff_id=staff_id, now=now)
    return page


def name_page(
    session: Session,
    vault: Vault,
    page_id: int,
    *,
    number: int,
    page_of_sheet: int,
    staff_id: int,
    now: datetime,
) -> ScanPage:
    """Tie a page whose code could not be read to a printed sheet.

    A page on which nothing but the code was unreadable is read again (`rereading.BEING_READ`);
    any other, and one that cannot be read then either, is keyed by hand.

    Raises:
        BatchClosedError: The batch is closed.
        MovedError: The page has been dealt with.
        UnknownSheetError: There is no such sheet in this campaign.
        OtherPlaceError: The sheet belongs to another community.
        NotThisPageError: The sheet has no such page.
        TakenError: This page of the sheet is there already.
    """
    printed = find_printed(session, number)
    batch = session.get_one(ScanBatch, session.get_one(ScanPage, page_id).batch_id)
    if printed.campaign.id != batch.campaign_id:
        raise UnknownSheetError
    if printed.member.community_id != batch.community_id:
        raise OtherPlaceError
    if page_of_sheet not in {one.number for one in printed.layout.pages}:
        raise NotThisPageError
    sheet = lock_sheet(session, printed, batch)
    page, _sheet = _hold(session, page_id)
    if page.tray not in (Tray.NO_CODE, Tray.WEAK):
        raise MovedError
    taken = queries.find_in_slot(session, slot_of(printed.sheet.id, page_of_sheet))
    is_keyed = tie(session, sheet, printed) is not None
    if taken is not None or (sheet.response_id is not None and not is_keyed):
        raise TakenError
    reading = unread(printed.layout.page(page_of_sheet))
    is_only_code = page.problem == Problem.NO_CODE
    page.page, page.problem = page_of_sheet, ""
    page.reading_sealed = seal_reading(vault, reading, is_flat=False)
    move(session, vault, page, Tray.PARTNER, staff_id=staff_id, now=now)
    place(session, vault, page, printed, reading, staff_id=staff_id, now=now)
    if is_only_code and page.tray in REVIEWED:
        ask_again(session, page, now=now)
    return page


def put_aside(
    session: Session, vault: Vault, page_id: int, *, reason: str, staff_id: int, now: datetime
) -> ScanPage:
    """Put a queued page aside with a reason; words on it are kept for follow-up, uncounted.

    Raises:
        BatchClosedError: The batch is closed.
        MovedError: The page is in an answer, put aside before, or for head office to decide.
        NoReasonError: No reason in words.
    """
    words = clean_text(reason)
    if not words:
        raise NoReasonError
    page, sheet = _hold(session, page_id)
    if page.tray in (Tray.ACCEPTED, Tray.DUPLICATE, Tray.VOID, Tray.CONFLICT):
        raise MovedError
    if sheet is not None and page.slot is not None:
        _keep_words(session, vault, sheet, page, now=now)
    move(session, vault, page, Tray.VOID, staff_id=staff_id, now=now, note=words)
    if sheet is not None:
        settle(session, vault, sheet, staff_id=staff_id, now=now)
    return page


def do_without_rest(
    session: Session, vault: Vault, page_id: int, *, staff_id: int, now: datetime
) -> ScanPage:
    """Take a sheet as it is: its other page never came.

    Raises:
        BatchClosedError: The batch is closed.
        MovedError: Nothing of it waits.
    """
    page, sheet = _hold(session, page_id)
    if sheet is None or page.tray is not Tray.PARTNER:
        raise MovedError
    sheet.is_short = True
    session.flush()
    settle(session, vault, sheet, staff_id=staff_id, now=now)
    return page


def settle_conflict(
    session: Session, vault: Vault, page_id: int, *, reason: str, staff_id: int, now: datetime
) -> ScanPage:
    """Let the first scan of a page stand, and put the later one aside.

    Raises:
        BatchClosedError: The batch is closed.
        MovedError: Settled before.
        NoReasonError: No reason in words.
    """
    words = clean_text(reason)
    if not words:
        raise NoReasonError
    page, _sheet = _hold(session, page_id)
    if page.tray is not Tray.CONFLICT:
        raise MovedError
    move(session, vault, page, Tray.VOID, staff_id=staff_id, now=now, note=words)
    return page


def see_second_answer(
    session: Session, vault: Vault, sheet_id: int, *, note: str, staff_id: int, now: datetime
) -> ScanSheet:
    """Note that head office looked at a sheet kept beside another answer of its home.

    Raises:
        NoReasonError: No word about it.
        MovedError: It is no second answer, or none any more; or somebody looked before.
        UnknownSheetError: Nothing came back of it.
    """
    words = clean_text(note)
    if not words:
        raise NoReasonError
    sheet = queries.lock_scan_sheet(session, sheet_id)
    if sheet is None:
        raise UnknownSheetError
    answer = None
    if sheet.response_id is not None:
        answer = session.get_one(Response, sheet.response_id, populate_existing=True)
    is_second = answer is not None and not answer.is_counted and answer.voided_at is None
    if not is_second or sheet.seen_at is not None:
        raise MovedError
    sheet.seen_by, sheet.seen_at = staff_id, now
    sheet.seen_note_sealed = seal_note(vault, words)
    session.flush()
    return sheet


def decide_anew(
    session: Session, vault: Vault, page_id: int, *, reason: str, staff_id: int, now: datetime
) -> ScanPage:
    """Open an accepted sheet again after head office voided its answer: it was read wrongly.

    What is decided then is another answer; the voided one stays on record. Scans that were a
    conflict with an answer keyed in by hand stand for their pages from then on.

    Raises:
        BatchClosedError: A batch of its pages is closed: opening it takes its own reason.
        MovedError: Its answer is not voided, or another scan stands for this page.
        NoReasonError: No reason in words.
    """
    words = clean_text(reason)
    if not words:
        raise NoReasonError
    page, sheet = _hold(session, page_id)
    response = None
    if sheet is not None and sheet.response_id is not None:
        response = session.get_one(Response, sheet.response_id)
    if sheet is None or response is None or response.voided_at is None:
        raise MovedError
    live = _standing_anew(session, sheet, page)
    sheet.response_id, sheet.round = None, sheet.round + 1
    sheet.seen_by = sheet.seen_at = sheet.seen_note_sealed = None
    for one in live:
        one.slot = slot_of(sheet.sheet_id, one.page)
        tray = Tray.DOUBTFUL if one.id == page.id else Tray.PARTNER
        one.problem = REOPENED if one.id == page.id else ""
        move(session, vault, one, tray, staff_id=staff_id, now=now, note=words)
    return page


def _hold(session: Session, page_id: int) -> tuple[ScanPage, ScanSheet | None]:
    """Lock the sheet of a page, its batch and the page itself, in this order."""
    found = session.get_one(ScanPage, page_id, populate_existing=True)
    sheet = None
    if found.sheet_id is not None:
        sheet = queries.lock_scan_sheet(session, found.sheet_id)
    batch = queries.lock_batch(session, found.batch_id)
    if batch.state is BatchState.CLOSED:
        raise BatchClosedError
    return queries.lock_page(session, page_id), sheet


def _still_open(
    session: Session,
    vault: Vault,
    page: ScanPage,
    decisions: Mapping[str, Decision],
    seen: int,
) -> dict[str, Decision]:
    """Return the decisions nobody was quicker with; what both decided alike needs no second row."""
    later = [one for one in queries.list_decisions(session, [page.id]) if one.id > seen]
    stands = {field: set(values) for field, values in standing(vault, later).items()}
    said = {
        field: set(one.values) if one.verdict in HAS_VALUES else set()
        for field, one in decisions.items()
    }
    if beaten := [field for field in decisions if stands.get(field, said[field]) != said[field]]:
        raise DecidedBeforeError(beaten)
    return {field: one for field, one in decisions.items() if field not in stands}


def _standing_anew(session: Session, sheet: ScanSheet, page: ScanPage) -> list[ScanPage]:
    """Return the pages a sheet is decided anew from, their batches locked; `page` is one."""
    found = {one.page: one for one in queries.list_live(session, sheet.sheet_id)}
    may_stand = page.tray in LIVE or page.tray is Tray.CONFLICT
    if not may_stand or found.get(page.page, page).id != page.id:
        raise MovedError
    for one in (page, *queries.list_beside(session, sheet.sheet_id)):
        found.setdefault(one.page, one)
    for batch_id in sorted({one.batch_id for one in found.values()}):
        if queries.lock_batch(session, batch_id).state is BatchState.CLOSED:
            raise BatchClosedError
    return list(found.values())


def _checked(form: Page, field: str, decision: Decision) -> tuple[str, ...]:
    """Return the values of a decision as the page can hold them."""
    if decision.verdict not in HAS_VALUES:
        return ()
    row = next((one for one in form.rows if one.field == field), None)
    if row is None:
        if field not in {frame.field for frame in form.frames}:
            raise WrongFieldError(field)
        return tuple(clean_text(value) for value in decision.values)
    if not set(decision.values) <= {box.value for box in row.boxes}:
        raise WrongFieldError(field)
    return decision.values


def _keep_words(
    session: Session, vault: Vault, sheet: ScanSheet, page: ScanPage, *, now: datetime
) -> None:
    """Keep what an owner wrote on a page that makes no answer: follow-up, never the count."""
    if sheet.response_id is not None:
        return
    printed = get_printed(session, sheet.sheet_id)
    states: list[PageState] = load_states(session, vault, [page])
    words = words_of(printed, states)
    if words is None:
        return
    key = f"words:sheet-{printed.sheet.number}-{page.page}"
    if find_by_key(session, key) is not None:
        return
    answer = _as_answer(printed, words, key)
    store_answer(session, vault, answer, may_count=False, received_at=now)
    stored = find_by_key(session, key)
    if stored is not None and printed.gate.frozen_at is None:
        stored.voided_at = now  # never the answer that counts when another one is voided
        session.flush()


def _as_answer(printed: Printed, words: AnswerSet, key: str) -> Answer:
    return Answer(
        member=printed.member,
        key=key,
        channel=Channel.PAPER,
        origin=Origin.SUBMITTED,
        language=printed.sheet.language,
        form=printed.sheet.form,
        instrument_digest=printed.campaign.instrument_digest,
        vector=encode(printed.instrument, AnswerSet(), printed.offer),
        answers=words,
        entered_by=None,
        outcome=Outcome.PARTIAL,
    )
