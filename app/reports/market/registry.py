"""Every exhibit of a market survey by its name, and the pages they stand on."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.reports.exhibits.exhibit import Exhibit
from app.reports.market import exhibits_further as further
from app.reports.market import exhibits_image as image
from app.reports.market import exhibits_items as items
from app.reports.market import exhibits_league as league
from app.reports.market import exhibits_limits as limits
from app.reports.market import exhibits_standing as standing
from app.reports.market.source import MarketSource

BUILDERS: Mapping[str, Callable[[MarketSource], Exhibit | None]] = MappingProxyType(
    {
        "league": league.league,
        "covariates": league.covariates,
        "panorama": items.panorama,
        "priorities": items.priorities,
        "limits": limits.limits,
        "within": items.within,
        "map": image.image_map,
        "profiles": image.profiles,
        "funnel": standing.funnel,
        "shares": standing.shares,
        "segments": league.segments,
        "needs": standing.needs,
        "reasons": standing.reasons,
        "vote": further.vote,
        "recommend": further.recommend,
        "fee_view": further.fee_view,
        "never": further.never,
        "provider": further.provider,
    }
)
PAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "league": ("league", "covariates"),
        "items": ("priorities", "panorama", "limits", "within"),
        "image": ("map", "profiles"),
        "funnel": ("funnel", "shares", "reasons"),
        "segments": ("segments",),
        "needs": ("needs",),
        "further": ("vote", "recommend", "fee_view", "never", "provider"),
    }
)


def build(name: str, source: MarketSource) -> Exhibit | None:
    """Return an exhibit, None where this result has nothing for it.

    Raises:
        KeyError: There is no such exhibit.
    """
    return BUILDERS[name](source)
