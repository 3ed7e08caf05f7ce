"""Links to the questions: made for every closed order and answered complaint. No commit.

A token is made from the vault, so that a link can be told again; only its hash is stored. Knows
no staff code, so that the page of an owner may use it.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.service.callbacks import queries
from app.service.callbacks.answering import Subject, keep
from app.service.callbacks.errors import LinkGoneError
from app.service.callbacks.models import CallBackAnswer, CallBackLink, CallKind, LinkState, Way
from app.service.callbacks.questions import Asked, Said
from app.service.callbacks.rules import LINK_DAYS
from app.surveys.campaign.codes import ALPHABET
from app.surveys.campaign.tokens import normalise_token
from app.vault import Vault

TOKEN_LENGTH = 26  # 128 bits in letters of five bits


def make_token(vault: Vault, kind: CallKind, key: int, round_: int) -> str:
    """Return the token of a link: 26 letters and digits, 128 bits."""
    number = int.from_bytes(vault.keyed_hash("call-back-link", f"{kind}:{key}:{round_}")[:16])
    return "".join(
        ALPHABET[number >> shift & 31] for shift in range(5 * (TOKEN_LENGTH - 1), -1, -5)
    )


def hash_token(token: str) -> bytes:
    """Return the stored form of a token, however it was typed."""
    text = f"call-back:{normalise_token(token)}"
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def token_of(vault: Vault, link: CallBackLink) -> str:
    """Return the token of a link that was made before."""
    key = link.order_id if link.order_id is not None else link.complaint_id
    return make_token(vault, link.kind, key or 0, link.round)


def address_of(public_url: str, token: str) -> str:
    """Return the address a customer opens."""
    return f"{public_url}/k/{token}"


def make_links(
    session: Session, vault: Vault, subjects: Iterable[Subject], *, now: datetime
) -> None:
    """Make one link for each subject that has none yet."""
    wanted = list(subjects)
    known = {
        (kind, key, round_)
        for kind in {one.kind for one in wanted}
        for key, round_ in queries.list_linked(
            session, kind, {one.key for one in wanted if one.kind is kind}
        )
    }
    for one in wanted:
        if (one.kind, one.key, one.round) in known:
            continue
        session.add(
            CallBackLink(
                kind=one.kind,
                community_id=one.community_id,
                order_id=one.order_id,
                complaint_id=one.complaint_id,
                round=one.round,
                month=one.month,
                token_hash=hash_token(make_token(vault, one.kind, one.key, one.round)),
                made_at=now,
                expires_at=now + timedelta(days=LINK_DAYS),
                state=LinkState.PLANNED,
                moved_at=now,
            )
        )
    session.flush()


def open_link(session: Session, token: str, *, now: datetime) -> CallBackLink:
    """Return the link of a token that still takes an answer.

    Raises:
        LinkGoneError: Unknown, expired, or answered before.
    """
    link = queries.find_link(session, hash_token(token))
    if link is None:
        raise LinkGoneError("unknown")
    subject = subject_of(link)
    if queries.find_answer(session, subject.kind, subject.key, subject.round, Way.LINK) is not None:
        raise LinkGoneError("answered")
    if link.expires_at <= now:
        raise LinkGoneError("expired")
    return link


def answer_link(
    session: Session,
    vault: Vault,
    link: CallBackLink,
    asked: Asked,
    said: Said,
    *,
    now: datetime,
) -> CallBackAnswer:
    """Keep what a customer answered.

    Raises:
        LinkGoneError: Answered a moment ago, or expired.
    """
    if link.expires_at <= now:
        raise LinkGoneError("expired")
    subject = subject_of(link)
    kept = keep(session, vault, subject, asked, said, way=Way.LINK, staff_id=None, now=now)
    if kept is None:
        raise LinkGoneError("answered")
    return kept


def subject_of(link: CallBackLink) -> Subject:
    """Return what a link asks about."""
    key = link.order_id if link.order_id is not None else link.complaint_id
    return Subject(link.kind, link.community_id, key or 0, link.round, link.month)
