"""The package of a day: the silent homes of an interviewer's communities and their forms.

A home is its address and nothing else: no name, no telephone number, no score, no draft.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.i18n import current_language
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import Campaign, FrameMember, Gate
from app.surveys.response import queries as response_queries
from app.surveys.response.interviews.queries import household_uids
from app.surveys.response.interviews.sealing import public_key
from app.surveys.response.services import may_answer, offer_of
from app.surveys.response.tracker import gate_standing
from app.vault import Vault
from app.web.choosing import opened_campaigns
from app.web.interview.questions import fields_of, needs_of, variant_of

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SilentHome:
    """A home to be asked today."""

    member: FrameMember
    campaign: Campaign
    gate: Gate
    community: str


def list_homes(session: Session, scope: Scope, now: datetime) -> list[SilentHome]:
    """Return the silent homes of a person's communities whose survey takes answers now."""
    return [
        SilentHome(member, campaign, gate, community)
        for campaign, gate, community in _open_gates(session, scope, now)
        for member in response_queries.list_silent(session, campaign.id, gate.community_id, scope)
    ]


def make_package(session: Session, vault: Vault, scope: Scope, now: datetime) -> Data:
    """Make the package of a day and write down every home on it, in the caller's transaction."""
    homes = list_homes(session, scope, now)
    uids = household_uids(session, {one.member.household_id for one in homes})
    audit.record_many(
        session,
        actor=scope,
        action="list_for_interview",
        subjects=[(uids[one.member.household_id], one.member.community_id) for one in homes],
        now=now,
    )
    language = current_language()
    return {
        "staff": scope.staff_id,
        "name": scope.name,
        "day": beijing_date(now).isoformat(),
        "language": language,
        "key": public_key(vault),
        "homes": [_home(one) for one in homes],
        "instruments": {
            digest: {"fields": fields_of(instrument, language), "needs": needs_of(instrument)}
            for digest in {one.campaign.instrument_digest for one in homes}
            for instrument in [campaign_queries.get_instrument(session, digest)]
        },
        "variants": _variants(session, homes, language),
    }


def _open_gates(
    session: Session, scope: Scope, now: datetime
) -> Iterator[tuple[Campaign, Gate, str]]:
    for campaign in opened_campaigns():
        for row in campaign_queries.list_gates(session, campaign.id, scope):
            status = gate_standing(session, campaign, row.gate, now=now).status
            if may_answer(row.gate, status, now):
                yield campaign, row.gate, row.community


def _home(one: SilentHome) -> Data:
    return {
        "id": one.member.id,
        "community": one.community,
        "building": one.member.building,
        "room": one.member.room,
        "variant": _variant_name(one),
        "instrument": one.campaign.instrument_digest,
        "until": one.campaign.closes_on.isoformat(),
    }


def _variant_name(one: SilentHome) -> str:
    offered = f"{one.gate.areas_offered}-{one.member.block}"
    return f"{one.campaign.instrument_digest[:12]}-{offered}"


def _variants(session: Session, homes: list[SilentHome], language: str) -> Data:
    variants: Data = {}
    for one in homes:
        name = _variant_name(one)
        if name not in variants:
            instrument = campaign_queries.get_instrument(session, one.campaign.instrument_digest)
            offer = offer_of(instrument, one.gate, one.member)
            variants[name] = variant_of(instrument, offer, language)
    return variants
