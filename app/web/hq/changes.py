"""Changes of a community's items since the campaign before, out of its stored result."""

from app.analysis.results.comparison import Contrast
from app.followup.problems.promises.services import Change
from app.reports.queries import StoredResult, find_latest_result
from app.staff.scope import Scope
from app.surveys.campaign.models import OPENED, Campaign
from app.surveys.campaign.queries import get_instrument, list_campaigns
from app.surveys.instrument.model import Instrument
from app.web.transaction import reading


def item_names(instrument: Instrument) -> dict[str, tuple[str, str]]:
    """Return the Chinese and the English name of every item: areas, then their attributes."""
    names = {}
    for area in instrument.areas:
        names[area.code] = (area.name.plain("zh-Hans"), area.name.plain("en"))
        for one in area.attributes:
            key = f"{area.code}.{one.code}"
            names[key] = (one.text.plain("zh-Hans"), one.text.plain("en"))
    return names


def names_of(campaign: Campaign) -> dict[str, tuple[str, str]]:
    """Return the names of the items a campaign asks."""
    return item_names(get_instrument(reading(), campaign.instrument_digest))


def changes_of(stored: StoredResult | None) -> dict[str, Change]:
    """Return the change of every item of a result since the campaign before; none without one."""
    trend = None if stored is None else stored.result.trend
    if stored is None or trend is None or not trend.steps:
        return {}
    step = trend.steps[-1]
    found = {one.code: _change(one) for one in step.performance}
    # Columns of a study are items of the instrument: "attribute.facilities.lifts".
    found |= {one.code.removeprefix("attribute."): _change(one) for one in step.attributes}
    return found


def find_changes(campaign_id: int, community_id: int, scope: Scope) -> dict[str, Change]:
    """Return the changes of a community in a campaign, as far as this person may see results."""
    return changes_of(find_latest_result(reading(), campaign_id, community_id, scope))


def campaign_before(campaign: Campaign) -> Campaign | None:
    """Return the opened campaign before another one, None for the first."""
    earlier = [
        one
        for one in list_campaigns(reading())
        if one.opens_on < campaign.opens_on and one.state in OPENED
    ]
    return max(earlier, key=lambda one: (one.opens_on, one.id), default=None)


def campaign_after(campaign: Campaign) -> Campaign | None:
    """Return the opened campaign after another one, None for the latest."""
    later = [
        one
        for one in list_campaigns(reading())
        if one.opens_on > campaign.opens_on and one.state in OPENED
    ]
    return min(later, key=lambda one: (one.opens_on, one.id), default=None)


def _change(one: Contrast) -> Change:
    return Change(
        before=one.reference,
        after=one.value,
        change=one.change.value,
        low=one.change.low,
        high=one.change.high,
        verdict=one.verdict or "cannot_tell",
    )
