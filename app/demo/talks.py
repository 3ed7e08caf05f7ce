"""Six months of talks with committees, opinions of groups, activities, one report: invented."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date, start_of
from app.reports.talks.gather import gather
from app.service.talks import months, opinions
from app.service.talks.events import services as events
from app.service.talks.events.services import ActivityInput, ContactInput, RecordInput
from app.service.talks.forum import services as forum
from app.service.talks.forum.services import ReplyInput
from app.service.talks.models import ActivityKind, Addressee, ForumPlace, OutsideKind, Voice
from app.service.talks.opinions import Told
from app.service.talks.rows import ForumInput, TalkInput
from app.service.talks.rules import Period, half_year
from app.service.talks.statements import services as statements
from app.service.talks.statements.services import ReportInput
from app.staff.scope import Scope
from app.surveys.register.models import Community
from app.surveys.register.queries import list_communities
from app.vault import Vault

_MONTHS = 6
_DAY = timedelta(days=1)
# Department, what was said, what is done about it; None: answered in the talk itself.
_SAID = (
    ("engineering", "3 号楼电梯晚高峰等候时间长，请调整停靠。", "两台电梯分层停靠，试运行两周"),
    ("security", "东门晚上外卖车进出太快。", "增设减速带，22 点后改为人工放行"),
    ("cleaning", "地下车库入口积水，保洁跟得不够及时。", "雨天加派一名保洁，配备吸水机"),
    ("finance", "公共收益的账目能不能按季公布。", None),
    ("greenery", "中心花园的灌木挡住了路灯。", "修剪灌木并检查路灯照度"),
    ("service", "装修时间的告示希望贴到每个单元。", None),
)  # fmt: skip
_GROUP = (
    ("业主群", "停车场的道闸又坏了，今早堵了二十分钟。", "engineering"),
    ("业主群", "快递柜旁边的灯这两天不亮。", "engineering"),
    ("业主群", "感谢保洁阿姨把楼道拖得这么干净。", "cleaning"),
    ("社区论坛", "儿童滑梯的螺丝松了，请尽快处理。", "engineering"),
    ("业主群", "遛狗不牵绳的人多起来了，能不能管一管。", "security"),
    ("业主群", "水费单子看不懂，有没有人解释一下。", "finance"),
    ("社区论坛", "希望周末也能办理装修登记。", "service"),
    ("业主群", "北区垃圾桶下午就满了。", "cleaning"),
    ("业主群", "健身房能不能延长开放到九点。", "service"),
    ("社区论坛", "绿化带里的水管漏水好几天了。", "greenery"),
    ("业主群", "电梯里广告声音太大，老人受不了。", "service"),
    ("业主群", "门岗的小伙子帮忙搬东西，点个赞。", "security"),
)  # fmt: skip
_ACTIVITIES = (
    (ActivityKind.OPEN_DAY, "管理处开放日", -52, 38, "参观消防控制室和水泵房，现场答疑十二条。"),
    (ActivityKind.FESTIVAL, "中秋游园会", -58, 164, "设灯谜、手工和便民摊位，秩序良好。"),
    (ActivityKind.SERVICE, "磨刀、测血压便民服务", -20, 57, "义务磨刀四十一把，测血压三十余人。"),
    (ActivityKind.SAFETY, "冬季用电安全讲座", 9, None, ""),
)  # fmt: skip
# In the half-year that is reported on: days before its end.
_SAID_THEN = (
    (12, "业主群", "雨天单元门口的地砖很滑，老人差点摔跤。", "engineering"),
    (47, "社区论坛", "夜里还有人在广场上放音响，影响休息。", "security"),
    (88, "业主群", "公告栏的账目字太小，能不能发电子版。", "finance"),
)
_HELD_THEN = (
    (ActivityKind.OPEN_DAY, "春季管理处开放日", 75, 46, "参观水泵房和监控室，现场答疑九条。"),
    (ActivityKind.SAFETY, "消防疏散演练", 20, 93, "演练疏散用时六分钟，讲解灭火器用法。"),
)
# Community by place, None: of the whole company.
_OUTSIDE = (
    (None, OutsideKind.AUTHORITY, "区住房和建设局物业科", "物业管理备案、投诉转办",
     "值班科员", "0571-8800 2001"),
    (None, OutsideKind.FIRM, "安恒电梯维保公司", "电梯急修与困人",
     "调度值班", "0571-8800 2110"),
    (None, OutsideKind.UTILITY, "城北供电服务站", "停电抢修", "抢修值班", "0571-8800 2220"),
    (0, OutsideKind.STREET, "云溪街道办事处", "社区治理、联席会议",
     "物业专管员", "0571-8800 2301"),
    (1, OutsideKind.RESIDENTS, "桂语社区居委会", "邻里纠纷调解", "调解员", "0571-8800 2402"),
    (2, OutsideKind.POLICE, "锦棠派出所", "治安报警、噪声扰民",
     "社区民警", "0571-8800 2503"),
    (4, OutsideKind.DEVELOPER, "松涧置业客户服务部", "保修期内的维修",
     "保修专员", "0571-8800 2604"),
)  # fmt: skip


def make_talks(session: Session, vault: Vault, head: Scope, *, now: datetime) -> None:
    """Hold the talks of six months, some late and one missing, and what goes with them.

    Args:
        session: A writing transaction; the communities of the demo are there.
        vault: Seals the words.
        head: Somebody of head office, who keeps all of it.
        now: The present instant.
    """
    places = list_communities(session, head)
    today = beijing_date(now)
    for back in range(_MONTHS, 0, -1):
        month = _month_before(today, back)
        months.open_months(session, now=_noon(month.replace(day=21)))
        for number, place in enumerate(places):
            if back == 1 and number == 1:
                continue  # last month's talk of this community was never held
            _talk(session, vault, head, place, month, turn=back + number)
    months.open_months(session, now=now)
    for number, (group, text, department) in enumerate(_GROUP):
        place, said = places[number % len(places)], today - timedelta(days=2 + 5 * number)
        is_answered = number not in {0, 1, 4}
        _opinion(session, vault, head, _words(place, group, text, department, said), is_answered)
    for number, activity in enumerate(_ACTIVITIES):
        _activity(session, vault, head, places[number % len(places)], activity, now=now)
    _half_year(session, vault, head, places, now=now)
    _contacts(session, vault, head, places, now=now)
    _report(session, head, now=now)


def _talk(
    session: Session, vault: Vault, head: Scope, place: Community, month: date, *, turn: int
) -> None:
    is_late = turn % 5 == 0
    held = month.replace(day=24) + timedelta(days=10 if is_late else turn % 4)
    noted = _noon(held + _DAY)
    talk = TalkInput(
        month=month,
        held_on=held,
        held_time="14:30",
        place="社区活动室",
        committee=3 + turn % 2,
        representatives=turn % 3,
        people="业委会主任及委员",
        staff="管理处主任、客服主管",
        subjects=("quality", "repairs", "fees")[: 1 + turn % 3],
        minutes="通报上月服务情况、报修和投诉办理结果，听取意见，逐条商定办法和期限。",
    )
    talk_id = months.keep_talk(session, vault, head, place.id, talk, now=noted)
    department, text, action = _SAID[turn % len(_SAID)]
    key = opinions.add_opinion(
        session,
        vault,
        head,
        talk_id,
        voice=Voice.COMMITTEE if turn % 3 else Voice.REPRESENTATIVE,
        department=department,
        text=text,
        now=noted,
    )
    if action is None:
        answer = "已在会上说明现行做法和依据，并承诺下季度起在公告栏公示。"
        opinions.answer_at_once(session, vault, head, key, answer=answer, now=noted)
    else:
        _promise(session, vault, head, key, action, held=held, turn=turn, noted=noted)
    months.share_talk(session, head, talk_id, now=noted)


def _promise(
    session: Session,
    vault: Vault,
    head: Scope,
    key: int,
    action: str,
    *,
    held: date,
    turn: int,
    noted: datetime,
) -> None:
    opinions.promise(
        session,
        vault,
        head,
        key,
        action=action,
        responsible="工程主管",
        due_on=held + timedelta(days=14),
        now=noted,
    )
    if turn % 4 == 1:
        return  # still to be done
    done = held + timedelta(days=9)
    opinions.finish(session, vault, head, key, done="已按商定办法完成。", now=_noon(done))
    if turn % 4 != 3:
        told = Told(done + _DAY, "wechat", "已将办理情况和照片发给业委会主任。")
        opinions.tell(session, vault, head, key, told, now=_noon(done + _DAY))


def _words(place: Community, group: str, text: str, department: str, said: date) -> ForumInput:
    is_group = group == "业主群"
    return ForumInput(
        community_id=place.id,
        place=ForumPlace.WECHAT_GROUP if is_group else ForumPlace.FORUM,
        place_name=f"{place.name}{group}",
        said_on=said,
        text=text,
        department=department,
    )


def _opinion(
    session: Session, vault: Vault, head: Scope, one: ForumInput, is_answered: bool
) -> None:
    next_day = one.said_on + _DAY
    case_id, _is_new = forum.take_in(session, vault, head, one, now=_noon(next_day))
    if is_answered:
        words = "感谢反映，已安排处理，结果会在群里告知。"
        reply = ReplyInput(next_day, "there", words)
        forum.reply(session, vault, head, case_id, reply, now=_noon(next_day))


def _half_year(
    session: Session, vault: Vault, head: Scope, places: list[Community], *, now: datetime
) -> None:
    """Keep what was said and held in the half-year before, which the report tells of."""
    today = beijing_date(now)
    end = _reported(now).end
    for number, (back, group, text, department) in enumerate(_SAID_THEN):
        place, said = places[number % len(places)], end - timedelta(days=back)
        _opinion(session, vault, head, _words(place, group, text, department, said), True)
    for number, (kind, title, back, people, result) in enumerate(_HELD_THEN):
        days = (end - timedelta(days=back) - today).days
        activity = (kind, title, days, people, result)
        _activity(session, vault, head, places[number + 1], activity, now=now)


def _contacts(
    session: Session, vault: Vault, head: Scope, places: list[Community], *, now: datetime
) -> None:
    for place, kind, organisation, matter, person, phone in _OUTSIDE:
        where = None if place is None else places[place].id
        wanted = ContactInput(where, kind, organisation, matter, person, phone)
        events.keep_contact(session, vault, head, wanted, now=now - 90 * _DAY)


def _activity(
    session: Session,
    vault: Vault,
    head: Scope,
    place: Community,
    activity: tuple[ActivityKind, str, int, int | None, str],
    *,
    now: datetime,
) -> None:
    kind, title, days, people, result = activity
    held = beijing_date(now) + timedelta(days=days)
    wanted = ActivityInput(kind, title, held, "09:30", "中心广场")
    planned = _noon(min(held, beijing_date(now)) - 7 * _DAY)
    key = events.plan_activity(session, head, place.id, wanted, now=planned)
    if people is not None:
        said = RecordInput(people, result)
        events.record_activity(session, vault, head, key, said, now=_noon(held + _DAY))


def _report(session: Session, head: Scope, *, now: datetime) -> None:
    today, earlier, period = beijing_date(now), now - 3 * _DAY, _reported(now)
    wanted = ReportInput(
        community_id=None,
        place="",
        addressee=Addressee.AUTHORITY,
        period=period,
        words="下半年将重点改进电梯等候和停车秩序。",
        content=gather(session, head, None, period, now=earlier),
    )
    key = statements.draft_report(session, head, wanted, now=earlier)
    statements.approve_report(session, head, key, now=earlier)
    statements.send_report(session, head, key, sent_on=today - _DAY, way="区物业科，书面", now=now)


def _reported(now: datetime) -> Period:
    """Return the last whole half-year."""
    today = beijing_date(now)
    return half_year(*((today.year, 1) if today.month > 6 else (today.year - 1, 2)))


def _month_before(day: date, back: int) -> date:
    at = day.year * 12 + day.month - 1 - back
    return date(at // 12, at % 12 + 1, 1)


def _noon(day: date) -> datetime:
    return start_of(day) + timedelta(hours=12)
