"""Keeping the words of drafts at the freeze: kept and followed up, never counted."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy.orm import Session

from app.surveys.campaign.models import FrameMember, Gate
from app.surveys.campaign.queries import get_campaign
from app.surveys.instrument.answers import AnswersError, AnswerSet, check_answers
from app.surveys.instrument.flow import Offer
from app.surveys.instrument.model import Instrument, ItemRole
from app.surveys.response.core import outcome_of
from app.surveys.response.leftovers import queries
from app.surveys.response.models import Channel, Comment, Draft, Origin, Response
from app.surveys.response.queries import delete_drafts, find_by_key, find_comment
from app.surveys.response.services import device_hash_of, flush_key, offer_of, open_draft
from app.surveys.response.storing import Answer, make_comment, store_answer
from app.surveys.response.vector import encode
from app.vault import Vault

_WORDS = (ItemRole.COMMENT, ItemRole.CONTACT)
_KEPT = "words:"

# What was written, who may reply, and how to be reached.
_Said = tuple[str, str, str]


def keep_words(
    session: Session, vault: Vault, gate: Gate, instrument: Instrument, *, now: datetime
) -> int:
    """Store the words of drafts that nobody sent, before `drop_drafts` deletes them.

    Only words and the wish beside them are kept, as an answer that is not counted: the scores of
    a form nobody finished are nobody's business. A phone whose draft was counted at the deadline
    has one comment, and what it saved last holds: words, wish and number; words taken back are
    gone. Two people of one home are two comments, unless they say quite the same or one of them
    carried on with the other's draft.

    Args:
        session: Open session; the caller owns the transaction and holds the gate.
        vault: Opens drafts and seals comments.
        gate: The gate that is being frozen.
        instrument: The campaign's questionnaire.
        now: The instant of the freeze: what is kept then never counts, after a void either.

    Returns:
        How many drafts changed what is kept.
    """
    drafts = queries.list_drafts(session, gate)
    known: dict[int, set[_Said]] = defaultdict(set)
    for member_id, comment in queries.list_comments(session, [one.id for one, _ in drafts]):
        known[member_id].add(_said(vault, comment))
    digest, kept = get_campaign(session, gate.campaign_id).instrument_digest, 0
    for member, draft in drafts:
        offer = offer_of(instrument, gate, member)
        words = _words_of(instrument, vault, draft, offer)
        if words is None:
            continue
        own = _own_answer(session, member, draft.device_hash)
        if own is not None:
            kept += _say_last(session, vault, own, words)
            continue
        made = make_comment(vault, 0, words)
        if made is None or _is_known(_said(vault, made), draft, known[member.id]):
            continue
        known[member.id].add(_said(vault, made))
        answer = _as_answer(instrument, member, draft, words, offer, digest=digest)
        store_answer(session, vault, answer, may_count=False, received_at=now)
        kept += 1
    return kept


def find_kept(
    session: Session, vault: Vault, *, member: FrameMember, device: str
) -> Response | None:
    """Return the answer that holds what this device wrote and never sent, or None."""
    return find_by_key(session, _words_key(member, device_hash_of(vault, member, device)))


def drop_own_draft(session: Session, vault: Vault, *, member: FrameMember, device: str) -> None:
    """Delete what a device has begun and not sent: whoever used it answered for a wrong home."""
    delete_drafts(session, member.id, device_hash_of(vault, member, device))


def is_words_alone(response: Response) -> bool:
    """Say whether an answer holds only words that were written and never sent."""
    return response.idempotency_key.startswith(_KEPT)


def _own_answer(session: Session, member: FrameMember, device_hash: bytes) -> Response | None:
    """Return what was made of this device's draft before: at the deadline, or here."""
    return find_by_key(session, flush_key(member, device_hash)) or find_by_key(
        session, _words_key(member, device_hash)
    )


def _say_last(session: Session, vault: Vault, own: Response, words: AnswerSet) -> bool:
    """Let what a phone saved last hold for its comment; say whether anything changed."""
    before, last = find_comment(session, own.id), make_comment(vault, own.id, words)
    if before is None or last is None:
        if before is not None:
            session.delete(before)
        if last is not None:
            session.add(last)
        session.flush()
        return before is not last
    if _said(vault, before) == _said(vault, last):
        return False
    before.texts_sealed, before.contact_sealed = last.texts_sealed, last.contact_sealed
    before.wish = last.wish
    session.flush()
    return True


def _said(vault: Vault, comment: Comment) -> _Said:
    sealed = comment.contact_sealed
    contact = "" if sealed is None else vault.open(sealed, "contact")
    return vault.open(comment.texts_sealed, "comment"), comment.wish.value, contact


def _is_known(said: _Said, draft: Draft, known: set[_Said]) -> bool:
    """Say whether a home has said this already.

    A draft with a code was carried on by another phone: there the same words have the wish that
    holds. The latest draft of a home comes first.
    """
    if draft.resume_hash is not None:
        return said[0] in {texts for texts, _wish, _contact in known}
    return said in known


def _words_of(instrument: Instrument, vault: Vault, draft: Draft, offer: Offer) -> AnswerSet | None:
    """Return the words of a draft with the wish beside them, None when they cannot be read."""
    fields = open_draft(vault, draft)
    named = {item.code for item in instrument.items if item.role in _WORDS}
    raw = {name: values for name, values in fields.items() if name in named}
    try:
        return check_answers(instrument, raw, offer=offer, form=draft.form, final=False)
    except AnswersError:
        return None


def _words_key(member: FrameMember, device_hash: bytes) -> str:
    return f"{_KEPT}{member.pseudonym}:{device_hash.hex()[:16]}"


def _as_answer(
    instrument: Instrument,
    member: FrameMember,
    draft: Draft,
    words: AnswerSet,
    offer: Offer,
    *,
    digest: str,
) -> Answer:
    return Answer(
        member=member,
        key=_words_key(member, draft.device_hash),
        channel=Channel.PHONE,
        origin=Origin.FLUSHED,
        language=draft.language,
        form=draft.form,
        instrument_digest=digest,
        vector=encode(instrument, words, offer),
        answers=words,
        entered_by=None,
        outcome=outcome_of(instrument, words, Origin.FLUSHED),
    )
