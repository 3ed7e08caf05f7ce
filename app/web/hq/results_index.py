"""The list of a campaign's communities: the head of each result, or why there is none yet."""

from dataclasses import dataclass

from app.analysis.disclosure.floors import FULL, SUPPRESSED, WAIVER
from app.analysis.results.estimate import Estimate
from app.i18n import gettext as _
from app.reports import queries
from app.reports.company.queries import Head, list_summaries
from app.reports.exhibits.time import step_of
from app.reports.exhibits.verdicts import change_word
from app.reports.wording import interval, number, return_rate, said_share, signed
from app.surveys.campaign.models import Campaign
from app.surveys.response.tracker import TrackerRow, standings
from app.web.auth import current_scope
from app.web.choosing import campaign_in_address
from app.web.hq.results_shown import is_ahead, locked_reason
from app.web.services import services
from app.web.transaction import reading

_NOTHING = Estimate(None, None, None, None, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One released community, as the list shows it."""

    rate: str
    index: str
    ends: str
    satisfied: str
    change: str
    standing: str
    is_full: bool


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One community: its figures, or the reason why there are none yet."""

    tracked: TrackerRow
    line: Line | None
    reason: str


def campaign_to_show(campaigns: list[Campaign]) -> Campaign | None:
    """Return the campaign of the address, else the latest that has a result to show."""
    named = campaign_in_address(campaigns)
    if named is not None:
        return named
    scope = current_scope()
    having = queries.list_campaigns_with_results(reading(), scope)
    found = (campaign for campaign in campaigns if campaign.id in having)
    return next(found, campaigns[0] if campaigns else None)


def index_rows(campaign: Campaign) -> list[IndexRow]:
    """Return every community of this person, in the order of the register."""
    scope, now = current_scope(), services().now()
    heads = {one.community_id: one.head for one in list_summaries(reading(), campaign.id, scope)}
    having = queries.list_communities_with_results(reading(), campaign.id, scope)
    rows = []
    for row in standings(reading(), campaign, scope, now=now).communities:
        line = None
        if row.community_id in having and not is_ahead(row.gate, now=now):
            head = heads.get(row.community_id)
            line = _parsed(campaign, row) if head is None else _line(head, row)
        rows.append(IndexRow(row, line, locked_reason(row, campaign)))
    return rows


def _line(head: Head, row: TrackerRow) -> Line:
    return Line(
        rate=return_rate(head.returned, head.base),
        index=number(head.index.value),
        ends=interval(head.index.low, head.index.high),
        satisfied=said_share(head.satisfied),
        change=_change(head.change, head.change_said),
        standing=_standing(head.standing, is_waived=row.gate.waived_at is not None),
        is_full=head.standing == FULL,
    )


def _parsed(campaign: Campaign, row: TrackerRow) -> Line | None:
    """Return the figures of a result whose head is not written yet."""
    stored = queries.find_latest_result(reading(), campaign.id, row.community_id, current_scope())
    if stored is None:
        return None
    result, manifest = stored.result, stored.manifest
    step = step_of(result)
    contrast = step.index if step is not None else None
    return Line(
        rate=return_rate(manifest.returned, manifest.base),
        index=number(result.index.value),
        ends=interval(result.index.low, result.index.high),
        satisfied=said_share(result.overall_satisfied or _NOTHING),
        change="" if contrast is None else _change(contrast.change, contrast.verdict or ""),
        standing=_standing(result.standing, is_waived=WAIVER in result.indicative_why),
        is_full=result.standing == FULL,
    )


def _change(change: Estimate, said: str) -> str:
    """Write a change only together with what it is worth."""
    if change.value is None or not said:
        return ""
    return _("{change}: {verdict}", change=signed(change.value), verdict=change_word(said))


def _standing(standing: str, *, is_waived: bool) -> str:
    if standing == FULL:
        return _("released")
    if is_waived:
        return _("indicative, not ranked")
    return _("too few answers") if standing == SUPPRESSED else _("indicative")
