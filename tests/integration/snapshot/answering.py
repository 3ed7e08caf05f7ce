"""Owners who answer through the real gate, with answers from a seeded generator."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.campaign.queries import find_gate
from app.surveys.instrument.flow import (
    Offer,
    field_name,
    field_value,
    is_planned,
)
from app.surveys.instrument.model import Instrument, ItemKind
from app.surveys.response.models import Channel
from app.surveys.response.services import Receipt, Submission, offer_of, record_response
from app.vault import Vault
from tests.factories import perception_instrument

DURING = datetime(2026, 11, 10, 4, tzinfo=UTC)
AFTER = datetime(2026, 11, 20, 16, 0, 1, tzinfo=UTC)  # one second past the deadline


def raw_answers(instrument: Instrument, offer: Offer, rng: random.Random) -> dict[str, list[str]]:
    """Return fields of a form in which everything planned is answered, three picks included."""
    raw: dict[str, list[str]] = {}
    ticks: dict[str, list[str]] = {}
    for item in instrument.items:
        if not item.in_vector or not is_planned(item, offer):
            continue
        if item.kind is ItemKind.TICK:
            ticks.setdefault(field_name(item), []).append(field_value(item))
        elif item.kind is ItemKind.CHOICE:
            raw[item.code] = [rng.choice(item.options).code]
        elif item.show_if is None:
            raw[item.code] = [str(rng.choice(instrument.scales[item.scale or ""].points))]
    raw["priority"] = rng.sample(ticks["priority"], 3)
    return raw


def answer(
    session: Session,
    vault: Vault,
    campaign: Campaign,
    member: FrameMember,
    *,
    key: str | None = None,
    seed: int | None = None,
    comment: str | None = None,
    wish: str | None = None,
    further: dict[str, list[str]] | None = None,
    now: datetime = DURING,
) -> Receipt:
    """Submit an answer of a household, with a comment and further fields when given."""
    instrument = perception_instrument()
    gate = find_gate(session, campaign.id, member.community_id)
    offer = offer_of(instrument, gate, member)
    raw = raw_answers(instrument, offer, random.Random(member.id if seed is None else seed))
    if comment is not None:
        raw["comment.wish"] = [comment]
    if wish is not None:
        raw["contact"] = [wish]
    raw |= further or {}
    submission = Submission(
        member=member,
        instrument=instrument,
        offer=offer,
        raw=raw,
        key=key or f"key-{member.id}",
        channel=Channel.PHONE,
        language="zh-Hans",
        form="full",
    )
    return record_response(session, vault, submission, now=now)


def answer_all(
    session: Session, vault: Vault, campaign: Campaign, members: Sequence[FrameMember]
) -> None:
    """Submit an answer of each household."""
    for member in members:
        answer(session, vault, campaign, member)
