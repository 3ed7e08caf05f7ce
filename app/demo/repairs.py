"""Repairs of the demo: ten weeks of orders from a file, failures, a flag, two defects on watch."""

import csv
import hashlib
import io
import random
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import BEIJING, beijing_date
from app.demo.accounts import community_of, scope_of
from app.service.repairs.intake.applying import Intake
from app.service.repairs.intake.jobs import seal_report
from app.service.repairs.intake.queries import load_doors
from app.service.repairs.intake.reading import OrderReader
from app.service.repairs.models import (
    DefectWatch,
    Flag,
    OrderState,
    RepairFile,
    RepairFileState,
    Thing,
    VisitFinding,
)
from app.service.repairs.months.services import count_months
from app.service.repairs.queries import list_orders
from app.service.repairs.rows import OrderFilters, OrderRow
from app.service.repairs.services import flag_order, open_rework, record_special_visit
from app.service.repairs.watch.queries import list_of
from app.service.repairs.watch.services import (
    Record,
    begin_watch,
    note_rain,
    record_inspection,
)
from app.staff.scope import Scope
from app.surveys.register.models import Community
from app.vault import Vault

WEEKS, A_WEEK = 10, 40
_PLACES = ("YQL", "GYY", "JTW", "WLT", "SJY", "XYG")
_HEAD = (
    *("派工单号", "小区编码", "楼栋", "房号", "状态", "出单时间", "承诺时间", "签领时间"),
    *("到场时间", "完成时间", "维修类别", "部位", "报修内容", "客户姓名", "电话", "维修人员"),
    *("是否收费", "费用", "重大缺陷"),
)
_WORK = (
    ("给排水", "厨房水龙头滴水", "户内"),
    ("给排水", "卫生间下水堵塞", "户内"),
    ("照明", "楼道三层灯不亮", "公共部位"),
    ("门窗", "入户门锁打不开", "户内"),
    ("门窗", "阳台推拉门掉轮", "户内"),
    ("电气", "客厅插座没电", "户内"),
    ("门禁对讲", "对讲机听不见声音", "户内"),
    ("墙面", "玄关瓷砖空鼓", "户内"),
    ("电梯", "电梯按钮失灵", "公共部位"),
    ("特约维修", "换卧室灯管", "户内"),
    ("公共设施", "儿童滑梯螺丝松动", "公共部位"),
)
_MAJOR = (
    ("屋面漏水", "顶层次卧天花板渗水", "屋面"),
    ("外墙开裂", "北墙开裂，窗边有水印", "外墙"),
)
_FAMILY, _GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明"
_REPAIRERS = ("马师傅", "丁师傅", "宋师傅", "崔师傅")
_DAY = timedelta(days=1)


def make_repairs(session: Session, vault: Vault, *, now: datetime, seed: int = 20261122) -> None:
    """Bring ten weeks of orders in, and leave what presses: late visits, looks, a flag, a tray.

    Args:
        session: A writing transaction; register and accounts of the demo are there.
        vault: Seals names and words.
        now: The present of the demo.
        seed: Decides what broke where.
    """
    hq = scope_of(session, "hq")
    dice = random.Random(seed)  # noqa: S311 - the demo is the same every time
    _take_in(session, vault, hq, _lines(session, dice, now), now=now)
    done = [
        row
        for row in list_orders(session, hq, OrderFilters(state=OrderState.DONE), limit=400, now=now)
        if row.order.done_at is not None and row.household_uid is not None
    ]
    _fail(session, vault, done, now=now)
    _watch(session, vault, hq, now=now)
    flag_order(session, done[5].order.id, Flag.NOBODY_CAME, now - _DAY, hq.staff_id)
    flag_order(session, done[6].order.id, Flag.FEE_NOT_TOLD, now - 3 * _DAY, hq.staff_id)
    session.flush()
    while count_months(session, now=now):
        pass


def _take_in(
    session: Session, vault: Vault, hq: Scope, lines: list[list[str]], *, now: datetime
) -> None:
    """Take the lines in as the worker does, from a file."""
    out = io.StringIO()
    csv.writer(out).writerows([_HEAD, *lines])
    content = out.getvalue().encode()
    file = RepairFile(
        name=f"派工单-{beijing_date(now):%Y%m%d}.csv",
        stored_as=hashlib.sha256(content).hexdigest(),
        size=len(content),
        state=RepairFileState.READING,
        staff_id=hq.staff_id,
        created_at=now - _DAY,
    )
    session.add(file)
    session.flush()
    reader = OrderReader(now=now)
    read = list(reader.read(lambda: io.BytesIO(content), file.name))
    tally = Intake(vault, file_id=file.id, now=now).take(session, [one for one in read if one])
    file.added, file.changed, file.same = tally.added, tally.changed, tally.same
    file.waiting, file.lines, file.refused = (
        tally.waiting,
        len(read),
        reader.report.refused_lines,
    )
    file.report_sealed = seal_report(vault, reader.report)
    file.state, file.ended_at = RepairFileState.DONE, now - _DAY


def _lines(session: Session, dice: random.Random, now: datetime) -> list[list[str]]:
    today = beijing_date(now)
    homes = {}
    for code in _PLACES:
        doors = load_doors(session, community_of(session, code).id)
        homes[code] = sorted(doors)
    lines = []
    for week in range(WEEKS):
        for at in range(A_WEEK):
            back = 7 * (WEEKS - week) - dice.randrange(7)
            code = dice.choices(_PLACES, weights=(10, 9, 7, 6, 5, 3))[0]
            door = dice.choice(homes[code])
            number = f"PG{week:02}{at:03}"
            work = _WORK[dice.randrange(len(_WORK))]
            if week == 6 and at < len(_MAJOR):
                work, code, back = _MAJOR[at], ("YQL", "GYY")[at], (20, 34)[at]
                door = dice.choice(homes[code])
            lines.append(
                _line(dice, (number, code, door), work, today - back * _DAY, now, is_major=at < 2)
            )
    lines[-1][1] = "云栖里二期"  # a name the register does not know
    lines[-2][4] = "挂起"  # a state nobody knows
    return lines


def _line(
    dice: random.Random,
    key: tuple[str, str, tuple[str, str]],
    work: tuple[str, str, str],
    day: date,
    now: datetime,
    *,
    is_major: bool,
) -> list[str]:
    number, code, door = key
    thing, text, place = work
    issued = datetime(day.year, day.month, day.day, 8, tzinfo=BEIJING)
    issued += timedelta(minutes=dice.randrange(540))
    promised = issued + timedelta(hours=dice.choice((2, 4, 4, 24)))
    arrived = issued + (promised - issued) * dice.uniform(0.2, 1.01)
    finished = arrived + timedelta(minutes=dice.randrange(15, 150))
    is_done = finished < now and (is_major or dice.random() < 0.97)
    is_paid = thing == "特约维修"
    at_home = place == "户内" or (is_major and work in _MAJOR)
    name = dice.choice(_FAMILY) + dice.choice(_GIVEN) + dice.choice(_GIVEN)
    return [
        *(number, code, *(door if at_home else ("", "")), "完成" if is_done else "签领"),
        *(_written(issued), _written(promised) if dice.random() < 0.94 else ""),
        _written(issued + timedelta(minutes=20)),
        *((_written(arrived), _written(finished)) if is_done else ("", "")),
        *(thing, place, text, name, f"139{dice.randrange(10**8):08}"),
        *(dice.choice(_REPAIRERS), "是" if is_paid else "否", "35" if is_paid else ""),
        "是" if work in _MAJOR else "",
    ]


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _fail(session: Session, vault: Vault, done: list[OrderRow], *, now: datetime) -> None:
    """Let three repairs fail: one visit is overdue, one still to come, one went well."""
    places = {
        community_of(session, code).id: login
        for code, login in (("YQL", "office"), ("GYY", "office"), ("JTW", "office2"))
    }
    known = [row for row in done if row.order.community_id in places]
    for row, hours, why in zip(
        known,
        (27, 19, 60),
        ("修好两天又滴水", "门锁还是卡住", "灯又不亮了"),
        strict=False,
    ):
        community = next(one for one in _communities(session) if one.id == row.order.community_id)
        office = scope_of(session, places[row.order.community_id], community)
        since = now - timedelta(hours=hours)
        _rework, visit_id = open_rework(session, vault, office, row.order.id, why=why, now=since)
        if hours > 48:
            record_special_visit(
                *(session, vault, office, visit_id),
                finding=VisitFinding.FIXED,
                note="现场试过，已正常，业主在场确认",
                visited_at=since + timedelta(hours=20),
                now=since + timedelta(hours=21),
            )


def _communities(session: Session) -> list[Community]:
    return [community_of(session, code) for code in _PLACES]


def _watch(session: Session, vault: Vault, hq: Scope, *, now: datetime) -> None:
    """Watch two major defects: one was looked at once, the other's look is overdue; it rained."""
    majors = list_orders(session, hq, OrderFilters(is_major=True), limit=20, now=now)
    begun: list[DefectWatch] = []
    for row in sorted(majors, key=lambda one: one.order.number):
        if row.order.done_at is None or row.order.thing not in (Thing.LEAK, Thing.FACADE):
            continue
        office = scope_of(session, "office")
        begun.append(
            begin_watch(
                session,
                hq,
                row.order.id,
                responsible_id=office.staff_id,
                now=row.order.done_at + _DAY,
            )
        )
    for watch in begun[:1]:
        first = list_of(session, watch.id, is_open=True)[0]
        record_inspection(
            *(session, vault, scope_of(session, "office"), first.id),
            Record(
                seen_on=first.due_on,
                findings="天花板干燥，无新水印，涂料未起皮",
                is_good=True,
                has_water=False,
            ),
            now=max(now - 10 * _DAY, _noon(first.due_on)),
        )
    note_rain(session, hq, beijing_date(now) - _DAY, now=now)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=BEIJING)
