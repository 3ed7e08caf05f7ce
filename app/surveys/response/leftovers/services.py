"""Keeping the words of drafts at the freeze: kept and followed up, never counted."""

import json
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
from app.surveys.response.models import Channel, Draft, Origin
from app.surveys.response.services import offer_of, open_draft
from app.surveys.response.storing import Answer, store_answer
from app.surveys.response.vector import encode
from app.vault import Vault

_WORDS = (ItemRole.COMMENT, ItemRole.CONTACT)


def keep_words(
    session: Session, vault: Vault, gate: Gate, instrument: Instrument, *, now: datetime
) -> int:
    """Store the words of drafts that nobody sent, before `drop_drafts` deletes them.

    Only words and the wish beside them are kept, as an answer that is not counted: the scores of
    a form nobody finished are nobody's business. Words that came with an answer of the home are
    there already.

    Args:
        session: Open session; the caller owns the transaction and holds the gate.
        vault: Opens drafts and seals comments.
        gate: The gate that is being frozen.
        instrument: The campaign's questionnaire.
        now: The instant of the freeze: what is kept then never counts, after a void either.

    Returns:
        How many drafts had words of their own.
    """
    drafts = queries.list_drafts(session, gate)
    known: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for member_id, sealed in queries.list_texts(session, [member.id for member, _ in drafts]):
        known[member_id] |= json.loads(vault.open(sealed, "comment")).items()
    digest, kept = get_campaign(session, gate.campaign_id).instrument_digest, 0
    for member, draft in drafts:
        offer = offer_of(instrument, gate, member)
        words = _words_of(instrument, vault, draft, offer)
        if words is None or words.comments.items() <= known[member.id]:
            continue
        known[member.id] |= words.comments.items()
        answer = _as_answer(instrument, member, draft, words, offer, digest=digest)
        store_answer(session, vault, answer, may_count=False, received_at=now)
        kept += 1
    return kept


def _words_of(instrument: Instrument, vault: Vault, draft: Draft, offer: Offer) -> AnswerSet | None:
    """Return the words of a draft with the wish beside them, None when there are none."""
    fields = open_draft(vault, draft)
    named = {item.code for item in instrument.items if item.role in _WORDS}
    raw = {name: values for name, values in fields.items() if name in named}
    try:
        words = check_answers(instrument, raw, offer=offer, form=draft.form, final=False)
    except AnswersError:
        return None
    return words if words.comments else None


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
        key=f"words:{member.pseudonym}:{draft.device_hash.hex()[:16]}",
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
