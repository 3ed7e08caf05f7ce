"""The frame (调查名册): every home a campaign asks, as it stood when it was opened."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from app.surveys.campaign import queries
from app.surveys.campaign.contact.services import open_tallies
from app.surveys.campaign.errors import EmptyRegisterError
from app.surveys.campaign.models import Campaign, CampaignState, Gate
from app.surveys.campaign.tokens import (
    hash_token,
    hash_typed_code,
    make_token,
    make_typed_code,
)
from app.surveys.instrument.model import Instrument
from app.surveys.register.models import Community
from app.vault import Vault

REPLICATE_GROUPS = 30
_BATCH = 2000  # frame members per statement: bounded memory at any size


def fill_frame(
    session: Session,
    campaign: Campaign,
    vault: Vault,
    *,
    counts: Sequence[tuple[Community, int]],
    homes: Iterable[queries.LivingHousehold],
    now: datetime,
) -> int:
    """Make the gates and the frame of a campaign, or of a pilot, and open it.

    Args:
        session: Open session; the caller owns the transaction.
        campaign: The campaign.
        vault: Makes the codes of the homes.
        counts: Communities with the number of their homes.
        homes: The homes.
        now: Aware instant.

    Returns:
        Households in the frame.

    Raises:
        EmptyRegisterError: There is no community.
    """
    if not counts:
        raise EmptyRegisterError
    instrument = queries.get_instrument(session, campaign.instrument_digest)
    regions = queries.list_regions_of(session)
    for community, households in counts:
        region_code, region = regions.get(community.id, ("", ""))
        gate = Gate(
            campaign_id=campaign.id,
            community_id=community.id,
            areas_offered=areas_offered(instrument, households),
            name=community.name,
            office=community.office,
            region_code=region_code,
            region=region,
        )
        session.add(gate)
    session.flush()
    blocks = len(instrument.blocks.blocks) if instrument.blocks is not None else 1
    copied = 0
    rows = _frame(homes, campaign, vault, blocks=blocks)
    while batch := list(islice(rows, _BATCH)):
        queries.add_members(session, batch)
        copied += len(batch)
    open_tallies(session, campaign)
    campaign.state = CampaignState.OPEN
    campaign.opened_at = now
    session.flush()
    return copied


def areas_offered(instrument: Instrument, households: int) -> int:
    """Return how many areas a community of so many households is asked in depth."""
    if instrument.blocks is None:
        return len(instrument.areas)
    return instrument.blocks.areas_offered(households)


def block_of(code: str, uid: str, *, blocks: int) -> int:
    """Return the block of a household: fixed before it answers, the same on every channel."""
    return int.from_bytes(hashlib.sha256(f"{code}:{uid}".encode()).digest()) % blocks


def replicate_group_of(vault: Vault, uid: str) -> int:
    """Return the replicate group of a household: the same in every campaign."""
    return int.from_bytes(vault.keyed_hash("replicate-group", uid)) % REPLICATE_GROUPS


def _frame(
    households: Iterable[queries.LivingHousehold], campaign: Campaign, vault: Vault, *, blocks: int
) -> Iterator[dict[str, Any]]:
    """Yield the frame member of each household as a row to insert."""
    for household in households:
        pseudonym = secrets.token_hex(16)
        yield {
            "campaign_id": campaign.id,
            "community_id": household.community_id,
            "household_id": household.household_id,
            "building": household.building,
            "room": household.room,
            "has_lift": household.has_lift,
            "important": household.important,
            "pseudonym": pseudonym,
            "replicate_group": replicate_group_of(vault, household.uid),
            "block": block_of(campaign.code, household.uid, blocks=blocks),
            "token_hash": hash_token(make_token(vault, pseudonym)),
            "code_hash": hash_typed_code(vault, make_typed_code(vault, pseudonym)),
        }
