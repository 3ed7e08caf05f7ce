"""A pilot: some homes of one or two communities answer first, to find words nobody understands.

It is a campaign row of its own, so that letters, codes and answers work as they will later; but
it is in no list of campaigns, is never frozen, and no number of it goes anywhere else.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.staff import audit
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.errors import WrongStateError
from app.surveys.campaign.frame import fill_frame
from app.surveys.campaign.models import Campaign, CampaignState
from app.surveys.campaign.planning import queries
from app.surveys.campaign.planning.errors import BadPilotError, PilotExistsError
from app.surveys.campaign.queries import LivingHousehold
from app.surveys.campaign.services import create_campaign
from app.surveys.register.models import Community
from app.vault import Vault

MOST_COMMUNITIES = 2
HOMES = 60  # about half of them bring the thirty answers that are wanted
PILOT_DAYS = 7
_SUFFIX = "-p"
_CODE_LENGTH = 16


def start_pilot(
    session: Session,
    vault: Vault,
    campaign: Campaign,
    community_ids: Sequence[int],
    *,
    staff_id: int,
    now: datetime,
    homes: int = HOMES,
) -> Campaign:
    """Ask some homes of one or two communities the questionnaire of a campaign, from today on.

    The homes are drawn by a keyed hash of their own, so that nobody picks friendly ones. They are
    asked again in the campaign itself: what they said now counts nowhere.

    Args:
        session: Open session; the caller owns the transaction.
        vault: Makes the codes of the homes, and the draw.
        campaign: The campaign, its questionnaire not locked yet.
        community_ids: One or two communities.
        staff_id: Who starts it.
        now: Aware instant.
        homes: How many homes are drawn in all.

    Raises:
        WrongStateError: The questionnaire is locked, or this is a pilot itself.
        PilotExistsError: The campaign has a pilot, or no code is left for one.
        BadPilotError: No community, too many, or nobody lives there.
    """
    campaign = queries.lock_campaign(session, campaign.id)
    states = {CampaignState.DRAFT, CampaignState.APPROVED}
    if campaign.state not in states or campaign.pilot_of_id is not None:
        raise WrongStateError(campaign.code, campaign.state)
    if queries.find_pilot(session, campaign.id) is not None:
        raise PilotExistsError(campaign.code)
    chosen = sorted(set(community_ids))
    if not 1 <= len(chosen) <= MOST_COMMUNITIES:
        raise BadPilotError(len(chosen))
    day = beijing_date(now)
    living = queries.list_homes(session, day, chosen)
    drawn = _draw(vault, campaign.code, living, homes)
    communities = [one for one in queries.list_served(session, day) if one.id in chosen]
    counts = _counts(communities, living)
    if len(counts) != len(chosen):
        raise BadPilotError(len(counts))
    pilot = _make_row(session, campaign, day, now=now)
    fill_frame(session, pilot, vault, counts=counts, homes=drawn, now=now)
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action="pilot.start",
        subject=f"campaign:{campaign.code}",
        detail=f"homes={len(drawn)} communities={','.join(map(str, chosen))}",
        now=now,
    )
    return pilot


def _free_code(session: Session, code: str) -> str:
    """Return a code for the pilot that nobody has: a campaign of old may be called like one."""
    for suffix in (_SUFFIX, *(f"{_SUFFIX}{at}" for at in range(2, 10))):
        own = f"{code[: _CODE_LENGTH - len(suffix)]}{suffix}"
        if campaign_queries.find_campaign(session, own) is None:
            return own
    raise PilotExistsError(code)


def _make_row(session: Session, campaign: Campaign, day: date, *, now: datetime) -> Campaign:
    pilot = create_campaign(
        session,
        code=_free_code(session, campaign.code),
        title=campaign.title,
        title_en=campaign.title_en,
        instrument_digest=campaign.instrument_digest,
        opens_on=day,
        closes_on=day + timedelta(days=PILOT_DAYS),
        now=now,
    )
    pilot.pilot_of_id = campaign.id
    session.flush()
    return pilot


def _draw(
    vault: Vault, code: str, living: Sequence[LivingHousehold], homes: int
) -> list[LivingHousehold]:
    """Return so many homes, the same number of each community as far as there are."""
    communities = sorted({home.community_id for home in living})
    drawn: list[LivingHousehold] = []
    for at, community_id in enumerate(communities):
        share = homes // len(communities) + (at < homes % len(communities))
        own = [home for home in living if home.community_id == community_id]
        own.sort(key=lambda home: vault.keyed_hash("pilot", f"{code}:{home.uid}"))
        kept = {home.household_id for home in own[:share]}
        drawn += [home for home in living if home.household_id in kept]
    return drawn


def _counts(
    communities: Sequence[Community], living: Sequence[LivingHousehold]
) -> list[tuple[Community, int]]:
    """Return all homes of each community: a pilot asks as much in depth as the campaign will."""
    found = Counter(home.community_id for home in living)
    return [(one, found[one.id]) for one in communities if found[one.id]]
