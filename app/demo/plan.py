"""The plans of the demo's campaigns: owners' talks, clashes seen, approval, pilot, tasks done."""

import zlib
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import start_of
from app.demo.accounts import community_of, staff_of
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning import queries, services
from app.surveys.campaign.planning.calendar import record_event
from app.surveys.campaign.planning.clash_check import acknowledge
from app.surveys.campaign.planning.clashes import ClashKind
from app.surveys.campaign.planning.drafts import plan_campaign
from app.surveys.campaign.planning.evidence import Talk, record_changes, record_talk
from app.surveys.campaign.planning.models import EventKind, ItemFate, TalkForm, TaskOwner
from app.surveys.campaign.planning.template import Proposal
from app.vault import Vault

TARGET = 65
PLANNED = timedelta(days=34)  # before the first day
APPROVED = timedelta(days=28)
PILOT = timedelta(days=22)
LOCKED = timedelta(days=14)
OPENED = timedelta(days=10)
_HOUR = timedelta(hours=10)
_TALKS = (
    (
        TalkForm.GROUP, 40, "云栖里物业服务中心", 9,
        "大家最常提到电梯、停车和维修上门的快慢；年纪大的几位希望字大一些。",
    ),
    (
        TalkForm.COMMITTEE, 37, "桂语苑业委会会议室", 5,
        "建议保留收费一栏，并问清楚账目是否看得懂。",
    ),
    (
        TalkForm.FEEDBACK, 35, "公司总部品质部", 46,
        "读了上半年 46 户的投诉和意见：电动车没地方充电、垃圾清运、装修噪声说得最多。",
    ),
)  # fmt: skip
# Which talk (its place above), which item, what became of it, and why.
_CHANGES = (
    (0, "area.repairs", ItemFate.KEPT, "座谈中提到最多的是维修：上门快不快，一次修不修得好。"),
    (0, "attribute.facilities.lifts", ItemFate.KEPT, "电梯是座谈里的第一个话题，单独问一句。"),
    (1, "area.fees", ItemFate.KEPT, "业委会希望保留，并结合收支公示一起看。"),
    (1, "attribute.fees.open_accounts", ItemFate.KEPT, "业委会要知道账目是否看得懂。"),
    (2, "attribute.parking.ebikes", ItemFate.KEPT, "充电的意见在投诉里排第一。"),
)
_SEEN = {
    ClashKind.HOLIDAY: "节假日不上门、不发提醒；截止日不变。",
    ClashKind.GAOKAO: "考试几天不上门、不打电话，海报写明安静时段。",
    ClashKind.WORKS: "改造楼栋的信函由管家当面递交，外出的住户用手机作答。",
    ClashKind.FEE_CHANGE: "调价与调查同期，报告中注明；问卷不改。",
}
_OTHERWISE = "已告知各管理处，上门避开这些日子。"


def add_events(session: Session, *, first: date, second: date) -> None:
    """Record what happens around the campaigns that begin on these two days."""
    for kind, code, begins, ends, note in (
        (
            EventKind.WORKS,
            "XYG",
            first - timedelta(30),
            first + timedelta(70),
            "两栋外墙和管道改造",
        ),
        (EventKind.FEE_CHANGE, "JTW", second - timedelta(40), second - timedelta(40), "物业费调价"),
    ):
        record_event(
            session, kind=kind, starts_on=begins, ends_on=ends, note=note,
            community_id=community_of(session, code).id,
            staff_id=staff_of(session, "hq").id, now=start_of(begins) - timedelta(days=14),
        )  # fmt: skip


def approve_in_advance(session: Session, vault: Vault, proposal: Proposal, digest: str) -> Campaign:
    """Create a campaign and take it through its plan to the approval, some weeks before."""
    head, leader = staff_of(session, "hq"), staff_of(session, "leader")
    first = start_of(proposal.opens_on) + _HOUR
    campaign = plan_campaign(
        session, proposal, digest, staff_id=head.id, now=first - PLANNED, target=TARGET
    )
    services.assign_all(
        session, campaign, TaskOwner.LEADER, leader.id,
        staff_id=head.id, now=first - PLANNED,
    )  # fmt: skip
    talks = []
    for form, days, place, participants, minutes in _TALKS:
        talk = Talk(proposal.opens_on - timedelta(days), form, place, participants, minutes)
        at = first - PLANNED + timedelta(hours=2)
        talks.append(record_talk(session, vault, campaign, talk, staff_id=head.id, now=at))
    at = first - timedelta(days=30)
    for which, item, fate, why in _CHANGES:
        record_changes(
            session, campaign, items=[item], fate=fate, why=why, talk=talks[which],
            staff_id=head.id, now=at,
        )  # fmt: skip
    for kind in ClashKind:
        reason = _SEEN.get(kind, _OTHERWISE)
        acknowledge(session, campaign, (kind,), reason=reason, staff_id=head.id, now=at)
    services.approve_plan(session, campaign, staff_id=leader.id, now=first - APPROVED)
    return campaign


def lock(session: Session, campaign: Campaign, *, pilot_answers: int, note: str) -> None:
    """Lock the questionnaire of a campaign two weeks before its first day."""
    services.lock_campaign(
        session,
        campaign,
        staff_id=staff_of(session, "hq").id,
        now=start_of(campaign.opens_on) + _HOUR - LOCKED,
        pilot_answers=pilot_answers,
        note=note,
    )


def tick_until(
    session: Session,
    code: str,
    day: date,
    *,
    t0: datetime | None = None,
    waiting: frozenset[str] = frozenset(),
) -> None:
    """Tick every task due before a day, on its own day, after dating those of T0.

    Args:
        session: A writing transaction.
        code: The campaign.
        day: Tasks due from this day on are not done yet.
        t0: When the company's clocks began, if they did.
        waiting: Keys of tasks that are not done although they are due.
    """
    campaign = campaign_queries.find_campaign(session, code)
    if campaign is None:
        raise LookupError(code)
    head, leader = staff_of(session, "hq"), staff_of(session, "leader")
    if t0 is not None:
        services.date_after_t0(session, campaign, t0)
    for task in queries.list_tasks(session, campaign.id):
        if task.due_on is None or task.due_on >= day or task.key in waiting:
            continue
        # Some in the morning, some in the evening: the same ones every time.
        minutes = zlib.crc32(task.key.encode()) % 540
        at = start_of(task.due_on) + timedelta(hours=9, minutes=minutes)
        who = leader if task.owner is TaskOwner.LEADER else head
        services.tick(session, campaign, task, staff_id=who.id, now=at)


def close(session: Session, code: str, *, now: datetime) -> None:
    """Close a campaign whose review is done."""
    campaign = campaign_queries.find_campaign(session, code)
    if campaign is None:
        raise LookupError(code)
    services.close_campaign(session, campaign, staff_id=staff_of(session, "hq").id, now=now)
