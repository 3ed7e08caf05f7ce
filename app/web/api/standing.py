"""Operations on campaigns, communities, the tracker and gates."""

from dataclasses import dataclass, replace

from app.integrations import queries
from app.integrations.scopes import KeyScope
from app.surveys.campaign.models import Campaign
from app.surveys.register.models import Community
from app.surveys.register.queries import household_counts
from app.surveys.response.tracker import TrackerRow, standings, tracker
from app.web.api.operations import Call, Door, Operation, PageQuery
from app.web.api.paging import begin, cursor_behind, cut
from app.web.api.problems import ApiError
from app.web.api.shapes import (
    CampaignOut,
    CampaignPage,
    CommunityOut,
    CommunityPage,
    GateOut,
    GatePage,
    Me,
    TrackerOut,
    TrackerPage,
)
from app.web.services import services
from app.web.transaction import reading


@dataclass(frozen=True, slots=True)
class _Only:
    """Who sees these communities and no others."""

    community_ids: frozenset[int] | None


def campaign_of(call: Call) -> Campaign:
    """Return the campaign an address names.

    Raises:
        ApiError: There is none, or it was not opened.
    """
    found = queries.find_opened_campaign(reading(), call.path["code"])
    if found is None:
        raise ApiError(404, "no_such_campaign")
    return found


def _me(call: Call) -> Me:
    who = call.who
    own = who.scope.community_ids
    return Me(
        name=who.scope.name,
        scopes=sorted(who.scopes),
        communities=None if own is None else sorted(own),
        expires_at=who.expires_at,
        per_minute=who.per_minute,
    )


def _campaigns(call: Call) -> CampaignPage:
    after, limit = begin(call, "campaigns")
    found = queries.page_of_campaigns(reading(), after=after, limit=limit + 1)
    rows, has_more = cut(found, limit)
    items = [
        CampaignOut(
            code=one.code,
            title=one.title,
            title_en=one.title_en,
            state=one.state,
            opens_on=one.opens_on,
            closes_on=one.closes_on,
            required_permille=one.required_permille,
        )
        for one in rows
    ]
    behind = rows[-1].id if has_more else None
    return CampaignPage(items=items, next=cursor_behind(call, "campaigns", behind))


def _communities(call: Call) -> CommunityPage:
    after, limit = begin(call, "communities")
    found = queries.page_of_communities(reading(), call.who.scope, after=after, limit=limit + 1)
    rows, has_more = cut(found, limit)
    behind = rows[-1][0].id if has_more else None
    return CommunityPage(
        items=_described(call, list(rows)), next=cursor_behind(call, "communities", behind)
    )


def _community(call: Call) -> CommunityOut:
    key = call.path["community_id"]
    found = queries.page_of_communities(reading(), call.who.scope.only(key), after=key - 1, limit=1)
    if not found:
        raise ApiError(404, "no_such_community")
    return _described(call, found)[0]


def _described(call: Call, rows: list[tuple[Community, str | None]]) -> list[CommunityOut]:
    keys = frozenset(community.id for community, _region in rows)
    counts = household_counts(reading(), replace(call.who.scope, community_ids=keys))
    homes = {one.community_id: one.households for one in counts}
    return [
        CommunityOut(
            id=one.id,
            code=one.code,
            name=one.name,
            city=one.city,
            office=one.office,
            region=region,
            households=homes.get(one.id, 0),
            handed_over_on=one.handed_over_on,
            retired_on=one.retired_on,
        )
        for one, region in rows
    ]


def _tracker(call: Call) -> TrackerPage:
    campaign = campaign_of(call)
    keys, behind = _page_of_gates(call, campaign, "tracker")
    found = tracker(reading(), campaign, _Only(frozenset(keys)), now=services().now())
    rows = sorted(found.communities, key=lambda row: row.community_id)
    return TrackerPage(
        items=[_tracked(row, campaign) for row in rows],
        next=cursor_behind(call, "tracker", behind),
    )


def _tracked(row: TrackerRow, campaign: Campaign) -> TrackerOut:
    return TrackerOut(
        community=row.community_id,
        code=row.code,
        name=row.name,
        office=row.office,
        region=row.region_code,
        state=row.status.state,
        base=row.base,
        returned=row.returned,
        excluded=row.excluded,
        begun=row.drafts,
        delivered=row.delivered,
        still_needed=row.still_needed,
        days_left=row.days_left,
        meets=row.count.meets(campaign.required_permille),
        daily=list(row.daily),
    )


def _gates(call: Call) -> GatePage:
    campaign = campaign_of(call)
    keys, behind = _page_of_gates(call, campaign, "gates")
    found = standings(reading(), campaign, _Only(frozenset(keys)), now=services().now())
    rows = sorted(found.communities, key=lambda row: row.community_id)
    items = [
        GateOut(
            community=row.community_id,
            state=row.status.state,
            t0=row.status.t0,
            due_at=row.status.due_at,
            follow_up_due_at=row.status.follow_up_due_at,
            is_released=row.status.is_released,
            is_indicative=row.status.is_indicative,
            is_held=row.status.is_held,
            frozen_at=row.gate.frozen_at,
            waived_at=row.gate.waived_at,
        )
        for row in rows
    ]
    return GatePage(items=items, next=cursor_behind(call, "gates", behind))


def _page_of_gates(call: Call, campaign: Campaign, name: str) -> tuple[list[int], int | None]:
    after, limit = begin(call, name)
    found = queries.page_of_gates(
        reading(), call.who.scope, campaign.id, after=after, limit=limit + 1
    )
    keys, has_more = cut(found, limit)
    return list(keys), keys[-1] if has_more else None


OPERATIONS = (
    Operation(
        name="me",
        method="GET",
        path="/me",
        needs=Door.ANY_KEY,
        summary="The key itself: what it may do, and until when.",
        view=_me,
        answer=Me,
    ),
    Operation(
        name="listCampaigns",
        method="GET",
        path="/campaigns",
        needs=Door.ANY_KEY,
        summary="Campaigns that were opened; pilots are none.",
        view=_campaigns,
        answer=CampaignPage,
        query=PageQuery,
    ),
    Operation(
        name="listCommunities",
        method="GET",
        path="/communities",
        needs=KeyScope.REGISTER,
        summary="Communities of the register, without people.",
        view=_communities,
        answer=CommunityPage,
        query=PageQuery,
    ),
    Operation(
        name="getCommunity",
        method="GET",
        path="/communities/<int:community_id>",
        needs=KeyScope.REGISTER,
        summary="One community of the register.",
        view=_community,
        answer=CommunityOut,
    ),
    Operation(
        name="listTracker",
        method="GET",
        path="/campaigns/<code>/tracker",
        needs=KeyScope.TRACKER,
        summary="How far collecting has come, by community.",
        view=_tracker,
        answer=TrackerPage,
        query=PageQuery,
    ),
    Operation(
        name="listGates",
        method="GET",
        path="/campaigns/<code>/gates",
        needs=KeyScope.TRACKER,
        summary="Where each gate stands.",
        view=_gates,
        answer=GatePage,
        query=PageQuery,
    ),
)
