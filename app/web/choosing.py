"""Which campaign a staff page shows: the one named in the address, else the latest opened one."""

from flask import abort, request

from app.surveys.campaign import queries
from app.surveys.campaign.models import OPENED, Campaign
from app.web.transaction import reading


def opened_campaigns() -> list[Campaign]:
    """Return all opened campaigns, closed ones among them, the latest first; a pilot is none."""
    return [campaign for campaign in queries.list_campaigns(reading()) if campaign.state in OPENED]


def campaign_in_address(campaigns: list[Campaign]) -> Campaign | None:
    """Return the campaign the address names (``?campaign=``), None when it names none.

    An unknown code is answered with 404, so that a mistyped address never shows other numbers.
    """
    code = request.args.get("campaign")
    if code is None:
        return None
    named = [campaign for campaign in campaigns if campaign.code == code]
    if not named:
        abort(404)
    return named[0]


def chosen_campaign(campaigns: list[Campaign]) -> Campaign | None:
    """Return the campaign of the address, else the latest; None when there is none at all."""
    return campaign_in_address(campaigns) or (campaigns[0] if campaigns else None)


def number_in_address(name: str) -> int | None:
    """Return a key from the address, None when it is absent; 404 when it is no number."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(404)
    return int(text)
