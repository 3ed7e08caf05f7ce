"""The storing of one checked answer: who was first, the comment, the signal. Never commits."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.surveys.campaign.contact.services import count_answer, settle_answer
from app.surveys.campaign.models import FrameMember, Outcome
from app.surveys.campaign.queries import get_instrument
from app.surveys.instrument.answers import AnswerSet
from app.surveys.response import queries
from app.surveys.response.core import outcome_of_vector
from app.surveys.response.errors import KeyConflictError
from app.surveys.response.models import Channel, Comment, ContactWish, Origin, Response
from app.surveys.response.receipts import make_receipt
from app.surveys.response.signals import Signal
from app.vault import Vault

_ATTEMPTS = 5


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


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer, ready to store.

    Attributes:
        outcome: Complete or partial: what the household is once this answer counts.
        signal: How it came about, stored with it; None for an answer keyed in from paper.
    """

    member: FrameMember
    key: str
    channel: Channel
    origin: Origin
    language: str
    form: str
    instrument_digest: str
    vector: bytes
    answers: AnswerSet
    entered_by: int | None
    outcome: Outcome
    signal: Signal | None = None

    @property
    def payload_hash(self) -> bytes:
        """SHA-256 of everything that would be stored: the same for a true resend only."""
        contact = self.answers.contact
        words = (
            self.member.id,
            self.form,
            self.vector.hex(),
            dict(self.answers.comments),
            None if contact is None else (contact.wish, contact.way, contact.when, contact.number),
        )
        return hashlib.sha256(canonical(words).encode()).digest()

    def replay(self, stored: Response) -> Receipt:
        """Return the receipt of the stored answer. Raises KeyConflictError if it is another."""
        if stored.payload_hash != self.payload_hash:
            raise KeyConflictError
        return make_receipt_of(stored, replayed=True)


def store_answer(
    session: Session, vault: Vault, answer: Answer, *, may_count: bool, received_at: datetime
) -> Receipt:
    """Insert an answer and its comment; the unique indexes decide who was first.

    A household that has not come back has no counted answer; should that have changed meanwhile,
    an index refuses, and only then it is looked for.
    An answer that counts moves the tally in the same transaction, after everything else.
    """
    refused: IntegrityError | None = None
    for attempt in range(_ATTEMPTS):
        try:
            with session.begin_nested():
                counted = None
                if attempt or answer.member.returned_at is not None:
                    counted = queries.find_counted(session, answer.member.id)
                replaces = counted is not None and counted.origin is Origin.FLUSHED
                if counted is not None and replaces and may_count:
                    counted.is_counted = False
                    session.flush()
                response = Response(
                    frame_member_id=answer.member.id,
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
                comment = make_comment(vault, response.id, answer.answers)
                if comment is not None:
                    session.add(comment)
                if answer.signal is not None:
                    session.add(answer.signal.row(response.id))
            if response.is_counted:
                count_answer(
                    session, answer.member, outcome=answer.outcome, returned_at=received_at
                )
            return make_receipt_of(response, replayed=False)
        except IntegrityError as error:
            refused = error
            stored = queries.find_by_key(session, answer.key)
            if stored is not None:
                return answer.replay(stored)
    raise KeyConflictError from refused


def settle(session: Session, member: FrameMember) -> None:
    """Work out anew what a household counts as, after answers of it were voided or counted."""
    session.flush()
    counted = queries.find_counted(session, member.id)
    if counted is None:
        settle_answer(session, member, outcome=None, returned_at=None)
        return
    instrument = get_instrument(session, counted.instrument_digest)
    settle_answer(
        session,
        member,
        outcome=outcome_of_vector(instrument, counted.vector, counted.origin),
        returned_at=queries.first_return(session, member.id),
    )


def make_comment(vault: Vault, response_id: int, answers: AnswerSet) -> Comment | None:
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
            sealed = vault.seal(canonical(details), "contact")
    return Comment(
        response_id=response_id,
        texts_sealed=vault.seal(canonical(dict(answers.comments)), "comment"),
        contact_sealed=sealed,
        wish=wish,
    )


def make_receipt_of(response: Response, *, replayed: bool) -> Receipt:
    """Return what the owner is told about a stored answer."""
    return Receipt(response.receipt, response.received_at, response.is_counted, replayed)


def canonical(value: object) -> str:
    """Write JSON in ASCII: a lone surrogate in a draft survives until it is checked."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
