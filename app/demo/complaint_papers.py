"""Papers of the demo's complaints: plans, reports, an announcement, training cases, months.

The stuck lift came to its end: plan done, report verified, announced, a case to learn from. The
fallen tiles are under way: an action is overdue, the report lacks signatures, the announcement is
a draft. The reports of the months are issued but for the last one of two communities.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date, start_of
from app.demo.accounts import community_of, scope_of
from app.service.complaints import queries, services
from app.service.complaints.models import Complaint, Severity
from app.service.complaints.papers import announcements, corrective, monthly, plans, training
from app.service.complaints.papers.announcements import AnnouncementInput
from app.service.complaints.papers.corrective import CorrectiveInput
from app.service.complaints.papers.counted.queries import first_month_with
from app.service.complaints.papers.models import SignedAs
from app.service.complaints.papers.months import before, last_day, month_of
from app.service.complaints.papers.plans import ActionInput
from app.service.complaints.papers.training import TrainingInput
from app.service.complaints.rows import Filters, Order
from app.staff.scope import Scope
from app.surveys.register.queries import list_communities
from app.vault import Vault

_DAY = timedelta(days=1)
_STILL_OPEN = ("GYY", "JTW")  # last month's reports: one a draft, one not begun
_LIFT_REPORT = CorrectiveInput(
    facts="电梯困人二十分钟，轿厢内按铃无人应答，值班员到场后按规程放人，乘梯人未受伤。",
    cause="值班室对讲线路松动未被发现；夜间一人值班，离岗巡查时无人接听。",
    correction="当天更换对讲线路并逐台试铃；向乘梯人道歉并陪同检查身体；全部电梯做一次困人演练。",
    prevention="对讲每周试铃并记录；值班室离岗须转接值班手机；维保单位每月抽查一次。",
)
_TILES_REPORT = CorrectiveInput(
    facts="外墙瓷砖脱落砸坏一辆停放的汽车，现场无人受伤，已围挡并通知保险公司。",
    cause="外墙空鼓上次普查已超过两年，雨季前没有补查。",
    correction="围挡危险区域，清除松动瓷砖；与车主商定修车，费用由保险先行赔付。",
    prevention="每年雨季前普查外墙空鼓，结果报品质管理部；高处作业列入年度计划。",
)
_LIFT_NEWS = AnnouncementInput(
    title="关于一起电梯困人投诉的通报",
    happened="某项目电梯困人二十分钟，轿厢内按铃无人应答，业主通过客服热线投诉，品质管理部认定为重大投诉。",
    cause="对讲线路松动没有及时发现，夜间值班员离岗巡查时没有转接电话。",
    measures="当天修复对讲并逐台试铃，完成困人演练；责任人已接受诫勉谈话和重新培训。",
    demand="各管理处本周内完成全部电梯对讲试铃，夜间离岗必须转接值班手机，检查结果报品质管理部。",
)
_TILES_NEWS = AnnouncementInput(
    title="关于外墙瓷砖脱落投诉的通报",
    happened="某项目外墙瓷砖脱落，砸坏一辆停放的汽车，未造成人员受伤，有媒体来电询问。",
    cause="外墙空鼓普查间隔过长，雨季前没有补查。",
    measures="已围挡并清除松动瓷砖，修车费用由保险先行赔付，外墙检测正在进行。",
    demand="各管理处在月底前完成外墙空鼓普查，发现松动立即围挡并上报。",
)
_LIFT_CASE = TrainingInput(
    title="电梯困人，按铃没有人应",
    class_code="emergency",
    situation="老人独自乘梯被困二十分钟，多次按铃无人应答，家属情绪激动，通过客服热线投诉。",
    handling="值班员三分钟内到场安抚并放人，主管当晚上门道歉，次日书面说明原因和改正办法。",
    cause="对讲线路松动，值班员离岗时没有转接。",
    lesson="困人时先与轿厢内的人保持通话，告诉对方有人在处理；硬件靠每周试铃，人靠离岗转接。",
    questions="接到困人电话，第一句话应该说什么？\n值班员只有一人时，怎样做到电话不断线？\n放人之后还有哪些事要做？",
)
_FEE_CASE = TrainingInput(
    title="公摊电费翻倍，业主要看明细",
    class_code="fees",
    situation="业主发现公摊电费比上月多一倍，到前台询问，得到的答复是系统算出来的。",
    handling="客服调出抄表记录，与业主一同核对，说明夏季水泵用电增加，并当场给出分摊算式。",
    cause="收费员没有看过分摊办法，明细也没有公示。",
    lesson="费用问题先给依据再给结论，凡是算出来的数都要能当面算一遍。",
    questions="业主问费用怎么算时，哪些材料应当拿给他看？\n当场答不出来时怎么说、何时回复？",
)
_MONTH_CAUSES = (
    "本月投诉集中在设备设施，主要是备件等待时间长、维修后没有复查；服务类投诉多因答复不及时。",
    "本月咨询和求助多于有效投诉，主要是公示不够清楚；有效投诉多为保洁和停车秩序。",
    "本月没有出现集中的问题，个别投诉因交接班没有交代清楚而拖延。",
)
_MONTH_MEASURES = (
    "常用备件按月清点；维修后次日由主管复查；前台每天下班前核对一次答复期限。",
    "费用和停水停电提前三天公示；高峰时段加一次巡查；停车问题当场劝离并登记。",
    "交接本增加未办事项栏，主管每天签字；新员工补一次投诉处理培训。",
)
_MONTH_LEARNT = (
    "先联系再处理，客户等得住；只处理不告知，客户仍不满意。",
    "把算法讲清楚比少收几块钱更重要。",
    "同一件事第二次来，应由主管亲自联系。",
)


@dataclass(frozen=True, slots=True)
class _Hands:
    """Who writes, signs and verifies."""

    head: Scope
    office: Scope


def add_papers(session: Session, vault: Vault, *, now: datetime) -> None:
    """Write the papers of the two major complaints and the reports of the months.

    Args:
        session: A writing transaction; the complaints of the demo are there.
        vault: Seals what plans and reports say.
        now: The present instant.
    """
    head = scope_of(session, "hq")
    hands = _Hands(head, scope_of(session, "office3"))
    lift, tiles = _majors(session, head)
    _finish_lift(session, vault, hands, lift)
    _begin_tiles(session, vault, hands, tiles, now=now)
    fees = training.write(session, vault, head, _FEE_CASE, complaint_id=None, now=now - 2 * _DAY)
    training.release(session, vault, head, fees, now=now - _DAY)
    _report_months(session, vault, now=now)


def _majors(session: Session, head: Scope) -> tuple[Complaint, Complaint]:
    """Return the two major complaints of the demo, the older first."""
    wanted = Filters(
        community_id=community_of(session, "SJY").id, severity=Severity.MAJOR, order=Order.KEY
    )
    lift, tiles = (row.complaint for row in queries.list_complaints(session, head, wanted).rows)
    return lift, tiles


def _finish_lift(session: Session, vault: Vault, hands: _Hands, lift: Complaint) -> None:
    head, office, key = hands.head, hands.office, lift.follow_up_id
    began = lift.received_at + _DAY
    plan = plans.make_plan(
        session,
        vault,
        head,
        key,
        problem="电梯困人时轿厢内按铃无人应答。",
        aim="任何时间按铃，三次铃响之内有人应答。",
        now=began,
    )
    for days, what, who, shown in (
        (2, "逐台检查并修复电梯对讲。", "工程主管", "试铃记录与照片已存档。"),
        (7, "夜间离岗转接值班手机，写入值班制度。", "秩序主管", "制度已签发，全员签收。"),
        (14, "全部电梯做一次困人演练。", "管理处主任", "演练记录与签到表。"),
    ):
        day = beijing_date(began) + timedelta(days=days)
        action = ActionInput(what, who, day)
        made = plans.add_action(session, vault, head, plan, action, now=began)
        done = day - _DAY
        plans.finish_action(
            session, vault, office, made, done_on=done, evidence=shown, now=_noon(done)
        )
    report = corrective.write(session, vault, office, key, _LIFT_REPORT, now=began + 2 * _DAY)
    for turn, (who_signs, signed_as) in enumerate(
        (
            (office, SignedAs.WRITER),
            (office, SignedAs.RESPONSIBLE),
            (head, SignedAs.QUALITY),
        )
    ):
        at = began + (3 + turn) * _DAY
        corrective.sign(session, vault, who_signs, report, signed_as, now=at)
    corrective.verify(
        session,
        vault,
        head,
        report,
        is_effective=True,
        finding="一个月后夜间抽查按铃，两声内均有人应答。",
        now=began + 35 * _DAY,
    )
    services.close(
        session,
        vault,
        office,
        key,
        cause=_LIFT_REPORT.cause,
        prevention=_LIFT_REPORT.prevention,
        now=began + 36 * _DAY,
    )
    _tell_lift(session, vault, head, key, began)


def _tell_lift(session: Session, vault: Vault, head: Scope, key: int, began: datetime) -> None:
    """Tell the company what happened, and keep it as a case to learn from."""
    news = announcements.write(
        session, vault, head, _LIFT_NEWS, complaint_id=key, now=began + 8 * _DAY
    )
    announcements.publish(session, vault, head, news, now=began + 9 * _DAY)
    for login in ("leader", "office", "office3", "caller"):
        reader = scope_of(session, login)
        announcements.mark_read(session, reader, news, now=began + 10 * _DAY)
    case = training.write(session, vault, head, _LIFT_CASE, complaint_id=key, now=began + 20 * _DAY)
    training.release(session, vault, head, case, now=began + 21 * _DAY)


def _begin_tiles(
    session: Session, vault: Vault, hands: _Hands, tiles: Complaint, *, now: datetime
) -> None:
    head, office, key = hands.head, hands.office, tiles.follow_up_id
    began = tiles.received_at + _DAY
    plan = plans.make_plan(
        session,
        vault,
        head,
        key,
        problem="外墙瓷砖空鼓脱落，危及行人和车辆。",
        aim="危险部位全部排除，查清全部外墙的空鼓位置。",
        now=began,
    )
    actions = [
        plans.add_action(
            session,
            vault,
            head,
            plan,
            ActionInput(what, who, beijing_date(began) + timedelta(days=days)),
            now=began,
        )
        for days, what, who in (
            (1, "围挡危险区域，清除松动瓷砖。", "管理处主任"),
            (8, "请检测单位查全部外墙的空鼓并出报告。", "工程主管"),
            (30, "按检测报告修补外墙，验收存档。", "工程主管"),
        )
    ]
    done = beijing_date(began)
    plans.finish_action(
        session,
        vault,
        office,
        actions[0],
        done_on=done,
        evidence="围挡照片，清除记录。",
        now=began + timedelta(hours=4),
    )
    report = corrective.write(session, vault, office, key, _TILES_REPORT, now=began + 2 * _DAY)
    corrective.sign(session, vault, office, report, SignedAs.WRITER, now=began + 3 * _DAY)
    announcements.write(session, vault, head, _TILES_NEWS, complaint_id=key, now=now - _DAY)


def _report_months(session: Session, vault: Vault, *, now: datetime) -> None:
    """Issue every whole month of every community but two of the last month."""
    head = scope_of(session, "hq")
    month, last = first_month_with(session), before(month_of(now))
    places = list_communities(session, head)
    while month is not None and month <= last:
        for number, place in enumerate(places):
            words = _analysis(month, number)
            if month < last or place.code not in _STILL_OPEN:
                at = min(_noon(last_day(month) + 2 * _DAY), now)
                monthly.issue(session, vault, head, place.id, month, words, now=at)
            elif place.code == _STILL_OPEN[0]:
                draft = monthly.Analysis(words.causes, "", "")
                monthly.save_draft(session, vault, head, place.id, month, draft, now=now - _DAY)
        month = before(month, -1)


def _analysis(month: date, number: int) -> monthly.Analysis:
    turn = month.month + number
    return monthly.Analysis(
        _MONTH_CAUSES[turn % len(_MONTH_CAUSES)],
        _MONTH_MEASURES[turn % len(_MONTH_MEASURES)],
        _MONTH_LEARNT[turn % len(_MONTH_LEARNT)],
    )


def _noon(day: date) -> datetime:
    return start_of(day) + timedelta(hours=12)
