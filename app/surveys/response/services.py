"""Commands on answers: keep a draft, record an answer, count drafts at the deadline. None commits.

What one submit does, in this order, all in the caller's transaction, so that a crash at any
point leaves either everything or nothing:

1. SELECT response by idempotency key: a resent submit gets its first receipt.
2. SELECT gate and campaign; on PostgreSQL the gate FOR SHARE, so that a freeze waits for answers
   under way and later answers see it.
3. SAVEPOINT; SELECT the counted answer of the household.
4. UPDATE response, only when a submitted answer replaces a flushed draft.
5. INSERT response. Two unique indexes decide every race: the key, and one counted answer per
   household. When one refuses: ROLLBACK TO SAVEPOINT, look again, go on from 3.
6. INSERT comment, when there is any text; RELEASE SAVEPOINT.
7. DELETE draft.
8. The caller commits, and only then tells the owner.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import end_of, start_of
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
from app.surveys.response.errors import (
    BadKeyError,
    DraftTooLargeError,
    KeyConflictError,
    NotOpenError,
    WrongInstrumentError,
)
from app.surveys.response.models import Channel, Comment, ContactWish, Draft, Origin, Response
from app.surveys.response.receipts import make_receipt
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


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the owner is told.

    Attributes:
        code: Receipt code, the same for every resend.
        received_at: When the answer was first received.
        is_counted: It is the household's counted answer.
        replayed: It had been received before; nothing was stored now.
    """

    code: str
    received_at: datetime
    is_counted: bool
    replayed: bool


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
    device_hash = _device_hash(vault, member, device)
    page = {name: list(values) for name, values in raw.items() if name not in TRANSPORT_FIELDS}
    for attempt in range(_ATTEMPTS):
        draft = queries.find_draft(session, member.id, device_hash, lock=True)
        fields = {} if draft is None else _open_draft(vault, draft)
        fields |= page
        text = _canonical({name: values for name, values in fields.items() if any(values)})
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
            return


def load_draft(
    session: Session, vault: Vault, *, member: FrameMember, device: str
) -> dict[str, list[str]]:
    """Return the fields saved from this device, empty when there are none."""
    draft = queries.find_draft(session, member.id, _device_hash(vault, member, device))
    return {} if draft is None else _open_draft(vault, draft)


def find_receipt(session: Session, member: FrameMember, key: str) -> Receipt | None:
    """Return the receipt of a submit this household made under `key`, or None."""
    stored = queries.find_by_key(session, key)
    if stored is None or stored.frame_member_id != member.id:
        return None
    return _receipt(stored, replayed=True)


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
        return _receipt(stored, replayed=True)
    gate, campaign = queries.find_gate_of(session, member)
    if now < start_of(campaign.opens_on):
        raise NotOpenError(start_of(campaign.opens_on))
    instrument = get_instrument(session, campaign.instrument_digest)
    if submission.instrument != instrument:
        raise WrongInstrumentError(campaign.instrument_digest)
    answers = check_answers(
        instrument, submission.raw, offer=submission.offer, form=submission.form
    )
    answer = _Answer.of(submission, answers, campaign.instrument_digest)
    if stored is not None:
        return answer.replay(stored)
    receipt = _store(session, vault, answer, may_count=gate.frozen_at is None, received_at=now)
    if submission.device is not None:
        device_hash = _device_hash(vault, member, submission.device)
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
        answers = _valid_answers(instrument, _open_draft(vault, draft), offer, draft.form)
        if answers is None:
            continue
        answer = _Answer(
            member_id=member.id,
            key=f"flush:{member.pseudonym}",
            channel=Channel.PHONE,
            origin=Origin.FLUSHED,
            language=draft.language,
            form=draft.form,
            instrument_digest=campaign.instrument_digest,
            vector=encode(instrument, answers, offer),
            answers=answers,
            entered_by=None,
        )
        _store(session, vault, answer, may_count=True, received_at=max(deadline, draft.updated_at))
        flushed.add(member.id)
    gate.flushed_at = now
    session.flush()
    return len(flushed)


def drop_drafts(session: Session, gate: Gate) -> None:
    """Delete every draft of a community: after the freeze nobody needs them."""
    queries.delete_drafts_of_gate(session, gate)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A checked answer, ready to store."""

    member_id: int
    key: str
    channel: Channel
    origin: Origin
    language: str
    form: str
    instrument_digest: str
    vector: bytes
    answers: AnswerSet
    entered_by: int | None

    @classmethod
    def of(cls, submission: Submission, answers: AnswerSet, instrument_digest: str) -> "_Answer":
        """Make the answer of a submission."""
        return cls(
            member_id=submission.member.id,
            key=submission.key,
            channel=submission.channel,
            origin=Origin.SUBMITTED,
            language=submission.language,
            form=submission.form,
            instrument_digest=instrument_digest,
            vector=encode(submission.instrument, answers, submission.offer),
            answers=answers,
            entered_by=submission.entered_by,
        )

    @property
    def payload_hash(self) -> bytes:
        """SHA-256 of everything that would be stored: the same for a true resend only."""
        contact = self.answers.contact
        words = (
            self.member_id,
            self.form,
            self.vector.hex(),
            dict(self.answers.comments),
            None if contact is None else (contact.wish, contact.way, contact.when, contact.number),
        )
        return hashlib.sha256(_canonical(words).encode()).digest()

    def replay(self, stored: Response) -> Receipt:
        """Return the receipt of the stored answer. Raises KeyConflictError if it is another."""
        if stored.payload_hash != self.payload_hash:
            raise KeyConflictError
        return _receipt(stored, replayed=True)


def _store(
    session: Session, vault: Vault, answer: _Answer, *, may_count: bool, received_at: datetime
) -> Receipt:
    """Insert an answer and its comment; the unique indexes decide who was first."""
    refused: IntegrityError | None = None
    for _ in range(_ATTEMPTS):
        try:
            with session.begin_nested():
                counted = queries.find_counted(session, answer.member_id)
                replaces = counted is not None and counted.origin is Origin.FLUSHED
                if counted is not None and replaces and may_count:
                    counted.is_counted = False
                    session.flush()
                response = Response(
                    frame_member_id=answer.member_id,
                    idempotency_key=answer.key,
                    payload_hash=answer.payload_hash,
                    channel=answer.channel,
                    origin=answer.origin,
                    language=answer.language,
                    form=answer.form,
                    instrument_digest=answer.instrument_digest,
                    vector=answer.vector,
                    is_counted=may_count and (counted is None or replaces),
                    received_at=received_at,
                    receipt=make_receipt(),
                    entered_by=answer.entered_by,
                )
                session.add(response)
                session.flush()
                comment = _make_comment(vault, response.id, answer.answers)
                if comment is not None:
                    session.add(comment)
            return _receipt(response, replayed=False)
        except IntegrityError as error:
            refused = error
            stored = queries.find_by_key(session, answer.key)
            if stored is not None:
                return answer.replay(stored)
    raise KeyConflictError from refused


def _make_comment(vault: Vault, response_id: int, answers: AnswerSet) -> Comment | None:
    """Make the comment row of an answer, None when it holds no text.

    Who said nothing about replies gets one from head office alone: an office sees an owner's
    words only when the owner agreed. Who wants no reply leaves no telephone number either.
    """
    if not answers.comments:
        return None
    contact = answers.contact
    wish = ContactWish.HQ_ONLY
    if contact is not None and contact.wish is not None:
        wish = ContactWish(contact.wish)
    sealed = None
    if contact is not None and wish is not ContactWish.NO_REPLY:
        details = {"way": contact.way, "when": contact.when, "number": contact.number}
        if any(details.values()):
            sealed = vault.seal(_canonical(details), "contact")
    return Comment(
        response_id=response_id,
        texts_sealed=vault.seal(_canonical(dict(answers.comments)), "comment"),
        contact_sealed=sealed,
        wish=wish,
    )


def _valid_answers(instrument: Instrument, raw: Raw, offer: Offer, form: str) -> AnswerSet | None:
    """Return a draft's answers when they make a valid response, else None."""
    try:
        answers = check_answers(instrument, raw, offer=offer, form=form, final=False)
    except AnswersError:
        return None
    return answers if is_valid(instrument, answers) else None


def _receipt(response: Response, *, replayed: bool) -> Receipt:
    return Receipt(response.receipt, response.received_at, response.is_counted, replayed)


def _device_hash(vault: Vault, member: FrameMember, device: str) -> bytes:
    """Return the stored name of a device: another one for every household, so none is traced."""
    return vault.keyed_hash("device", f"{member.pseudonym}:{device}")


def _open_draft(vault: Vault, draft: Draft) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = json.loads(vault.open(draft.answers_sealed, "draft"))
    return fields


def _canonical(value: object) -> str:
    """Write JSON in ASCII: a lone surrogate in a draft survives until it is checked."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
