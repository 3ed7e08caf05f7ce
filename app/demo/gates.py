"""The gates of the demo's finished campaign: voids, an extension, a waiver, the work."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of, start_of
from app.demo.accounts import OPERATOR, community_of, staff_of
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.gates import services
from app.surveys.campaign.gates.models import WorkKind
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.rules import ReturnCount
from app.surveys.campaign.services import waive_gate
from app.surveys.response import queries as response_queries
from app.surveys.response.models import Channel, Response
from app.surveys.response.voids.models import VoidReason
from app.surveys.response.voids.services import void_response
from app.vault import Vault

HELD, WAIVED, VOIDED_BEFORE, VOIDED_AFTER = "SJY", "XYG", "YQL", "WLT"
# Where cases are still open: the work is behind, and head office sees so.
UNFINISHED = frozenset({"GYY", "SJY"})
_EXTENSION = "两栋在改造，三成住户暂住外地；由管家逐户电话联系，再收一周。"
_WAIVER = "两栋在改造，三成住户暂住外地；已上门三轮，公司同意仅作参考。"
_WRONG_HOME = "录入时扫错了二维码，纸卷是隔壁一户的；已请录入员按原卷重新核对。"
_NOT_OWNER = "业主来电说家里没有人填过；核对为前租户用旧信函作答，业主不再补答。"


def void_keyed_for_another_home(session: Session, vault: Vault, code: str) -> None:
    """Take a paper answer out of the count that was keyed in under the code of another home."""
    campaign = _campaign(session, code)
    at = start_of(campaign.opens_on) + timedelta(days=12, hours=10)
    response = _an_answer(session, campaign, VOIDED_BEFORE, Channel.PAPER, before=at)
    void_response(
        session, vault, response, reason=VoidReason.WRONG_HOME, note=_WRONG_HOME,
        staff_id=staff_of(session, "hq").id, now=at,
    )  # fmt: skip


def void_after_release(session: Session, vault: Vault, code: str, *, now: datetime) -> None:
    """Take an answer out after the release, so that results get a second revision."""
    campaign = _campaign(session, code)
    response = _an_answer(session, campaign, VOIDED_AFTER, Channel.PHONE, before=now)
    void_response(
        session, vault, response, reason=VoidReason.NOT_OWNER, note=_NOT_OWNER,
        staff_id=staff_of(session, "hq").id, now=now,
    )  # fmt: skip


def extend(session: Session, vault: Vault, code: str, *, now: datetime) -> None:
    """Let the community below the rate go on collecting for a week."""
    campaign = _campaign(session, code)
    services.extend_collection(
        session,
        vault,
        _gate(session, campaign, WAIVED),
        until=beijing_date(now) + timedelta(days=6),
        reason=_EXTENSION,
        count=_count(session, campaign, WAIVED),
        staff_id=staff_of(session, "hq").id,
        now=now,
    )


def waive(session: Session, vault: Vault, code: str, *, now: datetime) -> None:
    """Release the community below the rate, for a reason that every report prints."""
    campaign = _campaign(session, code)
    waive_gate(
        session,
        vault,
        _gate(session, campaign, WAIVED),
        count=_count(session, campaign, WAIVED),
        staff_id=staff_of(session, "hq").id,
        reason=_WAIVER,
        now=now,
    )


def do_the_work(session: Session, code: str, *, behind: frozenset[str]) -> None:
    """Begin and end analysis and follow-up of every community, but for those that are behind."""
    campaign = _campaign(session, code)
    head = staff_of(session, "hq")
    still = {community_of(session, one).id for one in behind}
    for row in campaign_queries.list_gates(session, campaign.id, OPERATOR):
        t0 = row.gate.waived_at or end_of(campaign.closes_on)
        for kind, begins, ends in ((WorkKind.ANALYSIS, 2, 6), (WorkKind.FOLLOW_UP, 3, 13)):
            at = t0 + timedelta(days=begins, hours=10)
            services.start_work(session, row.gate, kind, staff_id=head.id, now=at)
            if kind is WorkKind.ANALYSIS or row.gate.community_id not in still:
                at = t0 + timedelta(days=ends, hours=16)
                services.finish_work(session, row.gate, kind, staff_id=head.id, now=at)


def _an_answer(
    session: Session, campaign: Campaign, code: str, channel: Channel, *, before: datetime
) -> Response:
    """Return a counted answer without words: nobody waits for a reply to it."""
    place = community_of(session, code).id
    for building in campaign_queries.list_buildings(session, campaign.id, place):
        for member in campaign_queries.list_members_of_building(
            session, campaign.id, place, building
        ):
            found = response_queries.find_counted(session, member.id)
            if (
                found is not None
                and found.channel is channel
                and found.received_at < before
                and response_queries.find_comment(session, found.id) is None
            ):
                return found
    raise LookupError(code)


def _count(session: Session, campaign: Campaign, code: str) -> ReturnCount:
    place = community_of(session, code).id
    return response_queries.count_returns(session, campaign.id, place)


def _gate(session: Session, campaign: Campaign, code: str) -> Gate:
    found = campaign_queries.find_gate(session, campaign.id, community_of(session, code).id)
    if found is None:
        raise LookupError(code)
    return found


def _campaign(session: Session, code: str) -> Campaign:
    found = campaign_queries.find_campaign(session, code)
    if found is None:
        raise LookupError(code)
    return found
