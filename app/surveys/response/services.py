"""Commands on answers: keep a draft, record an answer, count drafts at the deadline. None commits.

What one submit does, in this order, all in the caller's transaction, so that a crash at any
point leaves either everything or nothing:

1. SELECT response by idempotency key: a resent submit gets its first receipt.
2. SELECT gate and campaign; on PostgreSQL the gate FOR SHARE, so that a freeze waits for answers
   under way and later answers see it.
3. SAVEPOINT; SELECT the counted answer of a household that came back before.
4. UPDATE response, only when a submitted answer replaces a flushed draft.
5. INSERT response. Two unique indexes decide every race: the key, and one counted answer per
   household. When one refuses: ROLLBACK TO SAVEPOINT, look again, go on from 3.
6. INSERT comment, when there is any text, and the signal; RELEASE SAVEPOINT.
7. Only when the answer counts: UPDATE the household, after SELECT FOR NO KEY UPDATE when anything
   was heard of it before; add to the tally of its building and of the day
   (`campaign.contact.tally`).
8. DELETE draft.
9. The caller commits, and only then tells the owner.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import end_of, start_of
from app.surveys.campaign.contact.services import note_opened
from app.surveys.campaign.errors import DeadlineNotReachedError
from app.surveys.campaign.models import FrameMember, Gate
from app.surveys.campaign.queries import get_campaign, get_instrument, lock_gate
from app.surveys.campaign.rules import GateState, GateStatus
from app.surveys.instrument.answers import (
    TRANSPORT_FIELDS,
    AnswersError,
    AnswerSet,
    check_answers,
    is_valid,
)
from app.surveys.instrument.flow import Offer, make_offer
from app.surveys.instrument.model import Instrument
from app.surveys.response import queries
from app.surveys.response.core import outcome_of
from app.surveys.response.errors import (
    BadKeyError,
    DraftTooLargeError,
    KeyConflictError,
    NotOpenError,
    WrongInstrumentError,
)
from app.surveys.response.models import Channel, Draft, Origin, Response
from app.surveys.response.signals import Look, Trace, note_look, signal_of
from app.surveys.response.storing import (
    Answer,
    Receipt,
    canonical,
    make_receipt_of,
    store_answer,
)
from app.surveys.response.vector import encode
from app.vault import Vault

MAX_DRAFT = 64 * 1024  # characters of JSON; a full form with long comments has some 20,000
_ATTEMPTS = 5
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")

Raw = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Submission:
    """Everything an owner or an entry clerk hands in at once.

    Attributes:
        member: The household.
        instrument: The campaign's questionnaire.
        offer: What the household was offered (see `offer_of`).
        raw: Field name -> posted values.
        key: Idempotency key, made when the form was first shown: 1 to 64 letters, digits,
            hyphens and underscores.
        channel: How it came.
        language: Language of the form.
        form: ``full`` or ``elder``.
        entered_by: Staff member who keyed in a paper form.
        device: Device whose draft is done with; without it all drafts of the household are,
            unless it came on paper: somebody may still be typing.
        trace: What the browser showed of itself; None for an answer that came another way.
    """

    member: FrameMember
    instrument: Instrument
    offer: Offer
    raw: Raw
    key: str
    channel: Channel
    language: str
    form: str
    entered_by: int | None = None
    device: str | None = None
    trace: Trace | None = None


def offer_of(instrument: Instrument, gate: Gate, member: FrameMember) -> Offer:
    """Return what a household is offered: fixed at the opening, the same on every channel."""
    return make_offer(instrument, block=member.block, areas_offered=gate.areas_offered)


def may_answer(gate: Gate, status: GateStatus, now: datetime) -> bool:
    """Say whether a form may still be begun: while collecting, or in extended collection.

    A form begun before is still taken afterwards, and counted until the freeze.
    """
    is_frozen = gate.frozen_at is not None and gate.frozen_at <= now
    return not is_frozen and status.state in (GateState.COLLECTING, GateState.EXTENDED)


def save_draft(
    session: Session,
    vault: Vault,
    *,
    member: FrameMember,
    device: str,
    raw: Raw,
    language: str,
    form: str,
    now: datetime,
) -> None:
    """Merge the fields of one page into the draft of one device; no other device sees it.

    Args:
        session: Open session; the caller owns the transaction.
        vault: Seals the answers.
        member: The household.
        device: Random name of the device, from its cookie.
        raw: Every field of the page; one with no value is emptied, so that a tick can be undone.
        language: Language of the form.
        form: ``full`` or ``elder``.
        now: Aware instant.

    Raises:
        DraftTooLargeError: No honest form is that large; the draft stays as it was.
    """
    device_hash = device_hash_of(vault, member, device)
    page = {name: list(values) for name, values in raw.items() if name not in TRANSPORT_FIELDS}
    for attempt in range(_ATTEMPTS):
        draft = queries.find_draft(session, member.id, device_hash, lock=True)
        fields = {} if draft is None else open_draft(vault, draft)
        fields |= page
        text = canonical({name: values for name, values in fields.items() if any(values)})
        if len(text) > MAX_DRAFT:
            raise DraftTooLargeError(len(text), MAX_DRAFT)
        try:
            with session.begin_nested():
                if draft is None:
                    draft = Draft(frame_member_id=member.id, device_hash=device_hash)
                    session.add(draft)
                draft.answers_sealed = vault.seal(text, "draft")
                draft.language, draft.form, draft.updated_at = language, form, now
                session.flush()
        except IntegrityError:  # the same device's other page was first
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            note_opened(session, member, now=now)
            return


def note_page(
    session: Session, vault: Vault, look: Look, *, member: FrameMember, device: str, now: datetime
) -> None:
    """Note how long a page just saved was looked at; without a draft there is nothing to note."""
    draft = queries.find_draft(session, member.id, device_hash_of(vault, member, device), lock=True)
    if draft is not None:
        note_look(draft, look, now=now)


def load_draft(
    session: Session, vault: Vault, *, member: FrameMember, device: str
) -> dict[str, list[str]]:
    """Return the fields saved from this device, empty when there are none."""
    draft = queries.find_draft(session, member.id, device_hash_of(vault, member, device))
    return {} if draft is None else open_draft(vault, draft)


def find_receipt(session: Session, member: FrameMember, key: str) -> Receipt | None:
    """Return the receipt of a submit this household made under `key`, or None."""
    stored = queries.find_by_key(session, key)
    if stored is None or stored.frame_member_id != member.id:
        return None
    return make_receipt_of(stored, replayed=True)


def record_response(
    session: Session, vault: Vault, submission: Submission, *, now: datetime
) -> Receipt:
    """Record a submitted answer of a household (答卷). See the module for the order of statements.

    The first submitted answer counts and replaces a flushed draft; later ones are kept, never
    counted, and so is every answer after the freeze. Comments of all of them are kept. A resend
    with an empty form (its draft is gone) gets the first receipt too.

    Raises:
        BadKeyError: The key cannot be one of ours.
        NotOpenError: The campaign does not take answers yet.
        WrongInstrumentError: The answers belong to another questionnaire.
        AnswersError: The answers cannot be taken; carries every problem.
        KeyConflictError: The key was used for other answers; nothing was changed.
    """
    member = submission.member
    if not _KEY.fullmatch(submission.key):
        raise BadKeyError
    stored = queries.find_by_key(session, submission.key)
    if stored is not None and stored.frame_member_id != member.id:
        raise KeyConflictError
    if stored is not None and not submission.raw.keys() - TRANSPORT_FIELDS:
        return make_receipt_of(stored, replayed=True)
    gate, campaign = queries.find_gate_of(session, member)
    if now < start_of(campaign.opens_on):
        raise NotOpenError(start_of(campaign.opens_on))
    instrument = get_instrument(session, campaign.instrument_digest)
    if submission.instrument != instrument:
        raise WrongInstrumentError(campaign.instrument_digest)
    answers = check_answers(
        instrument, submission.raw, offer=submission.offer, form=submission.form
    )
    answer = _answer_of(
        session, vault, submission, answers, digest=campaign.instrument_digest, now=now
    )
    if stored is not None:
        return answer.replay(stored)
    receipt = store_answer(
        session, vault, answer, may_count=gate.frozen_at is None, received_at=now
    )
    if submission.device is not None:
        device_hash = device_hash_of(vault, member, submission.device)
        queries.delete_drafts(session, member.id, device_hash)
    elif submission.channel is not Channel.PAPER:
        queries.delete_drafts(session, member.id)
    return receipt


def flush_drafts(
    session: Session, vault: Vault, gate: Gate, instrument: Instrument, *, now: datetime
) -> int:
    """Count the valid drafts of silent households, once, after the deadline (草稿转答卷).

    Of several devices' drafts the latest valid one counts. It counts from the deadline on, or
    from when it was last saved if that was later. The drafts stay, so that an owner may finish
    and submit in extended collection; `drop_drafts` removes them after the freeze.

    Returns:
        Households that came back through this.

    Raises:
        DeadlineNotReachedError: The last day has not passed.
    """
    campaign = get_campaign(session, gate.campaign_id)
    deadline = end_of(campaign.closes_on)
    if now < deadline:
        raise DeadlineNotReachedError(deadline)
    gate = lock_gate(session, gate.campaign_id, gate.community_id, exclusive=True)
    if gate.flushed_at is not None or gate.frozen_at is not None:
        return 0
    flushed: set[int] = set()
    for member, draft in queries.list_drafts_of_silent(session, gate):
        if member.id in flushed:
            continue
        offer = offer_of(instrument, gate, member)
        answers = _valid_answers(instrument, open_draft(vault, draft), offer, draft.form)
        if answers is None:
            continue
        answer = Answer(
            member=member,
            key=flush_key(member, draft.device_hash),
            channel=Channel.PHONE,
            origin=Origin.FLUSHED,
            language=draft.language,
            form=draft.form,
            instrument_digest=campaign.instrument_digest,
            vector=encode(instrument, answers, offer),
            answers=answers,
            entered_by=None,
            outcome=outcome_of(instrument, answers, Origin.FLUSHED),
            signal=signal_of(
                vault, draft, None, campaign_id=campaign.id, ended_at=draft.updated_at
            ),
        )
        store_answer(
            session, vault, answer, may_count=True, received_at=max(deadline, draft.updated_at)
        )
        flushed.add(member.id)
    gate.flushed_at = now
    session.flush()
    return len(flushed)


def find_flushed(
    session: Session, vault: Vault, *, member: FrameMember, device: str
) -> Response | None:
    """Return the answer made of what this device had saved by the deadline, or None.

    No other device finds it: a second family member never sees the first one's answers.
    """
    key = flush_key(member, device_hash_of(vault, member, device))
    return queries.find_by_key(session, key)


def flush_key(member: FrameMember, device_hash: bytes) -> str:
    """Return the key of the answer made of a device's draft at the deadline."""
    return f"flush:{member.pseudonym}:{device_hash.hex()[:16]}"


def drop_drafts(session: Session, gate: Gate) -> None:
    """Delete every draft of a community: after the freeze nobody needs them.

    `leftovers.services.keep_words` has kept what was written in them.
    """
    queries.delete_drafts_of_gate(session, gate)


def _answer_of(
    session: Session,
    vault: Vault,
    submission: Submission,
    answers: AnswerSet,
    *,
    digest: str,
    now: datetime,
) -> Answer:
    """Make the answer of a submission; one sent from a browser carries its signal."""
    member, signal = submission.member, None
    if submission.trace is not None:
        device_hash = device_hash_of(vault, member, submission.trace.device)
        draft = queries.find_draft(session, member.id, device_hash)
        signal = signal_of(
            vault, draft, submission.trace, campaign_id=member.campaign_id, ended_at=now
        )
    return Answer(
        member=member,
        key=submission.key,
        channel=submission.channel,
        origin=Origin.SUBMITTED,
        language=submission.language,
        form=submission.form,
        instrument_digest=digest,
        vector=encode(submission.instrument, answers, submission.offer),
        answers=answers,
        entered_by=submission.entered_by,
        outcome=outcome_of(submission.instrument, answers, Origin.SUBMITTED),
        signal=signal,
    )


def _valid_answers(instrument: Instrument, raw: Raw, offer: Offer, form: str) -> AnswerSet | None:
    """Return a draft's answers when they make a valid response, else None."""
    try:
        answers = check_answers(instrument, raw, offer=offer, form=form, final=False)
    except AnswersError:
        return None
    return answers if is_valid(instrument, answers) else None


def device_hash_of(vault: Vault, member: FrameMember, device: str) -> bytes:
    """Return the stored name of a device: another one for every household, so none is traced."""
    return vault.keyed_hash("device", f"{member.pseudonym}:{device}")


def open_draft(vault: Vault, draft: Draft) -> dict[str, list[str]]:
    """Return the fields of a draft, for the device it belongs to."""
    fields: dict[str, list[str]] = json.loads(vault.open(draft.answers_sealed, "draft"))
    return fields
