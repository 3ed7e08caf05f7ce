"""From the rows of a community to the facts its notices state."""

from app.config import Config
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.rules import ReturnCount
from app.surveys.campaign.tokens import code_address
from app.surveys.distribution.settings import Settings
from app.surveys.distribution.wording import Facts
from app.surveys.instrument.model import Instrument
from app.surveys.register.models import Community


def minutes_of(instrument: Instrument, gate: Gate) -> int:
    """Return how long the questionnaire takes where it asks this many areas in depth."""
    return instrument.minutes.get(gate.areas_offered, max(instrument.minutes.values()))


def facts_of(
    campaign: Campaign,
    community: Community,
    *,
    minutes: int,
    count: ReturnCount,
    config: Config,
    settings: Settings,
    language: str,
) -> Facts:
    """Return what the notices of a community state in one language."""
    return Facts(
        company=config.company,
        community=community.name,
        office=community.office if language != "en" else "",
        campaign=campaign.title_en if language == "en" else campaign.title,
        opens_on=campaign.opens_on,
        closes_on=campaign.closes_on,
        minutes=minutes,
        door=code_address(config.public_url),
        office_phone=community.office_phone,
        phone=config.phone,
        guide=settings.service_guide,
        returned=count.returned,
        base=count.base,
    )
