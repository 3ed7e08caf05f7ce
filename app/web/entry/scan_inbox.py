"""What waits at the scan desk: due counts by tray, sheets to key again, the batches of a clerk."""

from dataclasses import dataclass

from app.clock import start_of
from app.surveys.campaign.models import Campaign, CampaignState
from app.surveys.campaign.queries import list_campaigns
from app.surveys.paper.scans import queries
from app.surveys.paper.scans.inbox.queries import count_queued
from app.surveys.paper.scans.models import BatchState
from app.surveys.paper.scans.queries import BatchRow
from app.surveys.paper.scans.sampling import queries as sampled
from app.surveys.paper.scans.trays import GROUPS, REVIEWED, Group, Tray
from app.web.auth import current_scope
from app.web.entry import scan_words
from app.web.services import services as outside
from app.web.transaction import reading


@dataclass(frozen=True, slots=True)
class TrayView:
    """A tray of a batch with its count."""

    tray: Tray
    name: str
    help: str
    count: int
    is_queued: bool
    is_reviewed: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for a person in the running campaigns.

    Attributes:
        waiting: Trays over all open batches in scope.
        checks: Sheets to key a second time.
        mine: Open batches this person opened.
    """

    waiting: list[TrayView]
    checks: int
    mine: list[BatchRow]


def find_inbox() -> Inbox:
    """Return what waits for the person who has signed in."""
    session, scope = reading(), current_scope()
    waiting: dict[Tray, int] = {}
    checks = 0
    for campaign in running():
        for tray, count in count_queued(session, scope, campaign.id).items():
            waiting[tray] = waiting.get(tray, 0) + count
        checks += len(sampled.list_checks_for(session, scope, campaign.id, scope.staff_id))
    mine = queries.list_batches(session, scope, state=BatchState.OPEN, opened_by=scope.staff_id)
    return Inbox(tray_views(waiting), checks, mine[: queries.PER_PAGE])


def running() -> list[Campaign]:
    """Return the campaigns that collect now."""
    now = outside().now()
    return [
        campaign
        for campaign in list_campaigns(reading())
        if campaign.state is CampaignState.OPEN and start_of(campaign.opens_on) <= now
    ]


def tray_views(counts: dict[Tray, int]) -> list[TrayView]:
    """Return the trays that hold anything: what a person can do now first."""
    ordered = sorted(
        Tray,
        key=lambda tray: (
            GROUPS[tray] is not Group.QUEUED,
            tray not in REVIEWED,
            tray is Tray.PARTNER,
        ),
    )
    return [
        TrayView(
            tray=tray,
            name=scan_words.tray_name(tray),
            help=scan_words.tray_help(tray),
            count=counts[tray],
            is_queued=GROUPS[tray] is Group.QUEUED,
            is_reviewed=tray in REVIEWED,
        )
        for tray in ordered
        if counts.get(tray)
    ]
