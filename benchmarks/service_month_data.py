"""A simulated company for a month of service: who works there, a clock with a queue, its orders.

What happens is drawn from one seed, and everything goes through the services and rounds of the
product; only the register and the orders of past months are written in bulk.
"""

import csv
import heapq
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import BindParameter, Connection, Date, Engine, bindparam, insert, text
from sqlalchemy.orm import Session

from app.clock import BEIJING, beijing_date, start_of
from app.config import ROOT, Config
from app.db import UTCDateTime, write_session
from app.reports.callbacks.work import call_back_round
from app.reports.complaint_round import complaint_round
from app.reports.repairs.work import repair_round
from app.reports.talks.work import talks_round
from app.reports.work import Workshop
from app.service.callbacks.questions import CODES, find_asked
from app.service.repairs.intake import jobs
from app.service.repairs.log import seal_words
from app.service.repairs.models import RepairMonth, RepairOrder
from app.staff.models import Role, Staff, StaffCommunity
from app.staff.passwords import hash_password
from app.staff.scope import Scope
from app.storage import Storage
from app.surveys.campaign.services import publish_instrument
from app.surveys.instrument.load import load_instrument
from app.vault import Vault
from app.worker import run_one
from benchmarks.campaign_scale_data import PASSWORD, Size, fill

FIRST = date(2026, 11, 2)  # a Monday; no holiday lies in the four weeks behind it
MONTH = FIRST.replace(day=1)
WEEKS = 4
FULL_HOMES = 200_000
ORDERS_A_WEEK = 4600  # of the full company
COMPLAINTS = 2000
PAST_ORDERS = 220_000
CALLERS = 12
PAST_CALLS_FROM = date(2025, 11, 1)
HEAD = (
    *("派工单号", "小区编码", "楼栋", "房号", "状态", "出单时间", "承诺时间", "签领时间"),
    *("到场时间", "完成时间", "维修类别", "部位", "客户姓名", "电话", "报修内容"),
    *("维修人员", "是否收费", "费用", "重大缺陷"),
)
_WORK = (
    ("给排水", "厨房水龙头滴水", "户内"),
    ("给排水", "卫生间下水堵塞", "户内"),
    ("照明", "楼道灯不亮", "公共部位"),
    ("门窗", "入户门锁打不开", "户内"),
    ("电气", "客厅插座没电", "户内"),
    ("门禁对讲", "对讲机听不见声音", "户内"),
    ("墙面", "玄关瓷砖空鼓", "户内"),
    ("电梯", "电梯按钮失灵", "公共部位"),
    ("特约维修", "换卧室灯管", "户内"),
)
_MAJOR = (("屋面漏水", "顶层天花板渗水", "屋面"), ("外墙开裂", "北墙开裂有水印", "外墙"))
_REPAIRERS = ("马师傅", "丁师傅", "宋师傅", "崔师傅")
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Act = Callable[[Session, datetime], None]
_ROUNDS: dict[str, Callable[[Workshop], None]] = {
    "round of call-backs": call_back_round,
    "round of complaints": complaint_round,
    "round of repairs": repair_round,
    "round of talks": talks_round,
}


@dataclass(frozen=True, slots=True)
class Home:
    """A home of the register."""

    id: int
    community_id: int
    building_id: int
    community: str
    building: str
    room: str


@dataclass(slots=True)
class Order:
    """What really happens with a repair order; files tell it bit by bit."""

    number: str
    home: Home
    work: tuple[str, str, str]
    issued: datetime
    promised: datetime | None
    accepted: datetime
    arrived: datetime
    done: datetime
    is_cancelled: bool
    is_lost: bool  # its door is not in the register
    is_broken: bool  # its state is a word nobody knows
    repairer: str
    phone: str
    week: int
    is_told_done: bool = False

    def line(self, now: datetime) -> list[str]:
        """Return what the other system exports of it at this instant."""
        state, times = "出单", ["", "", ""]
        if self.accepted <= now:
            state, times = "签领", [_written(self.accepted), "", ""]
        if self.is_cancelled and self.arrived <= now:
            state = "作废"
        elif self.done <= now:
            state = "完成"
            times = [_written(at) for at in (self.accepted, self.arrived, self.done)]
            self.is_told_done = not (self.is_lost or self.is_broken)
        thing, words, place = self.work
        room = "9-9909" if self.is_lost else self.home.room
        is_paid = thing == "特约维修"
        return [
            *(self.number, self.home.community, self.home.building, room),
            *("挂起" if self.is_broken else state, _written(self.issued)),
            *(_written(self.promised) if self.promised else "", *times, thing, place),
            *("王芳", self.phone, words, self.repairer),
            *("是" if is_paid else "否", "35" if is_paid else ""),
            "是" if self.work in _MAJOR else "",
        ]


def _written(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return an instant of a Beijing day."""
    return start_of(day) + timedelta(hours=hour, minutes=minute)


@dataclass
class Company:
    """Who works in the company, its homes, and the clock with what is still to happen.

    Attributes:
        seconds: Processor time by kind of work.
        told: Keys (community code, number) of all orders in files, by week of issue.
    """

    engine: Engine
    vault: Vault
    folder: Path
    url: str
    homes: list[Home]
    offices: dict[int, Scope]
    stewards: dict[int, Scope]
    callers: list[Scope]
    head: Scope
    second: Scope
    leader: Scope
    dice: random.Random
    weeks: int
    now: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    happened: Counter[str] = field(default_factory=Counter)
    told: dict[tuple[str, str], Order] = field(default_factory=dict)
    _queue: list[tuple[datetime, int, str, Act | None]] = field(default_factory=list)
    _numbers: Any = field(default_factory=count)
    _alone: dict[int, Callable[[], None]] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Return how large it is, 1 for the full company."""
        return len(self.homes) / FULL_HOMES

    @property
    def config(self) -> Config:
        """Return the settings of its installation."""
        return Config(
            database_url=self.url,
            instance=self.folder,
            key_file=self.folder / "vault.key",
            public_url="https://survey.example.com",
            company="邻声物业",
        )

    @property
    def workshop(self) -> Workshop:
        """Return what the worker's jobs and rounds get; its clock is the simulated one."""
        return Workshop(
            self.engine, self.vault, Storage(self.folder / "files"), self.config, lambda: self.now
        )

    def later(self, when: datetime, kind: str, act: Act) -> None:
        """Let somebody do something at an instant, in a transaction with others of that time."""
        heapq.heappush(self._queue, (max(when, self.now), next(self._numbers), kind, act))

    def alone(self, when: datetime, kind: str, work: Callable[[], None]) -> None:
        """Let the worker do something at an instant, with transactions of its own."""
        number = next(self._numbers)
        self._alone[number] = work
        heapq.heappush(self._queue, (when, number, kind, None))

    def run(self, until: datetime) -> None:
        """Let happen what is to happen, in the order of its instants."""
        while self._queue and self._queue[0][0] <= until:
            when, number, kind, act = self._queue[0]
            self.now = when
            if act is None:
                heapq.heappop(self._queue)
                self._spend(kind, self._alone.pop(number))
                continue
            with write_session(self.engine) as session:
                for _ in range(40):
                    self._act(session)
                    if not self._queue or self._queue[0][3] is None or self._queue[0][0] > until:
                        break

    def _act(self, session: Session) -> None:
        when, _number, kind, act = heapq.heappop(self._queue)
        assert act is not None
        self.now = when
        self._spend(kind, lambda: act(session, when))

    def _spend(self, kind: str, work: Callable[[], None]) -> None:
        begun = time.process_time()
        work()
        self.seconds[kind] += time.process_time() - begun
        self.happened[kind] += 1

    def rounds(self, first: date, last: date, *, hours: int) -> None:
        """Let the worker's rounds run every few hours of the day, from eight on."""
        for number in range((last - first).days + 1):
            for hour in range(8, 22, hours):
                self.round_at(at(first + number * _DAY, hour))

    def round_at(self, when: datetime) -> None:
        """Let each of the worker's rounds run once."""
        for kind, work in _ROUNDS.items():
            self.alone(when, kind, partial(self._round, work))

    def _round(self, work: Callable[[Workshop], None]) -> None:
        work(self.workshop)


def make_company(
    engine: Engine,
    vault: Vault,
    folder: Path,
    size: Size,
    *,
    seed: int,
    weeks: int,
    say: Callable[[str], None],
) -> Company:
    """Fill a migrated database with register, staff, a finished campaign and past orders."""
    fill(engine, vault, size, say=say)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT h.id, c.id, b.id, c.code, b.code, h.room FROM household h "
                "JOIN building b ON b.id = h.building_id JOIN community c ON c.id = b.community_id "
                "ORDER BY h.id"
            )
        )
        homes = [Home(*row) for row in rows]
    with write_session(engine) as session:
        people = _hire(session, sorted({one.community_id for one in homes}))
        for kind, code in CODES.items():
            if find_asked(session, kind) is None:
                path = ROOT / "instruments" / code / "v1.yaml"
                loaded = load_instrument(path.read_text("utf-8"), path.name)
                publish_instrument(session, loaded.instrument, now=at(FIRST, 0))
    company = Company(
        engine,
        vault,
        folder,
        engine.url.render_as_string(hide_password=False),
        homes,
        **people,
        dice=random.Random(seed),
        weeks=weeks,
        now=at(FIRST - _DAY, 12),
    )
    add_past_orders(company)
    return company


def _hire(session: Session, communities: list[int]) -> dict[str, Any]:
    hashed = hash_password(PASSWORD)

    def hire(login: str, name: str, role: Role, places: Iterable[int] = ()) -> Scope:
        person = Staff(
            login=login, name=name, role=role, password_hash=hashed, created_at=at(FIRST, 0)
        )
        session.add(person)
        session.flush()
        session.add_all(StaffCommunity(staff_id=person.id, community_id=one) for one in places)
        ids = frozenset(places)
        sees_all = role in (Role.HEAD_OFFICE, Role.LEADER)
        return Scope(person.id, name, role, None if sees_all else ids)

    offices = {one: hire(f"office{one}", f"主任{one}", Role.OFFICE, [one]) for one in communities}
    stewards = {
        one: hire(f"steward{one}", f"管家{one}", Role.STEWARD, [one]) for one in communities
    }
    return {
        "offices": offices,
        "stewards": stewards,
        "callers": [hire(f"caller{n}", f"回访员{n}", Role.CALLER) for n in range(CALLERS)],
        "head": hire("quality1", "品质一", Role.HEAD_OFFICE),
        "second": hire("quality2", "品质二", Role.HEAD_OFFICE),
        "leader": hire("leader1", "总经理", Role.LEADER),
    }


def add_past_orders(company: Company) -> None:
    """Write the done orders of the past year in bulk, and let their months be counted."""
    dice, rows, months = company.dice, [], set()
    sealed = seal_words(company.vault, {"name": (1, "王芳"), "phone": (1, "13900000000")})
    things = ("water", "power", "doors", "walls", "access", "paid")
    days = (FIRST - PAST_CALLS_FROM).days - 2
    for number in range(int(PAST_ORDERS * company.share)):
        home = company.homes[dice.randrange(len(company.homes))]
        issued = at(PAST_CALLS_FROM + dice.randrange(days) * _DAY, 8, dice.randrange(600))
        arrived = issued + dice.randrange(20, 250) * _MINUTE
        months |= {
            (home.community_id, beijing_date(one).replace(day=1)) for one in (issued, arrived)
        }
        rows.append(
            {
                "community_id": home.community_id,
                "household_id": home.id,
                "number": f"OLD{number:07}",
                "origin": "file",
                "state": "done",
                "thing": things[number % len(things)],
                "place": "home",
                "is_major_defect": False,
                "issued_at": issued,
                "promised_at": issued + 4 * _HOUR,
                "accepted_at": issued + 10 * _MINUTE,
                "arrived_at": arrived,
                "done_at": arrived + 40 * _MINUTE,
                "told": "{}",
                "customer_sealed": sealed,
            }
        )
    with write_session(company.engine) as session:
        for begin in range(0, len(rows), 5000):
            session.execute(insert(RepairOrder), rows[begin : begin + 5000])
        session.execute(
            insert(RepairMonth),
            [
                {"community_id": place, "month": month, "is_stale": True, "is_settled": False}
                for place, month in sorted(months)
            ],
        )


def plan_orders(company: Company) -> list[list[Order]]:
    """Draw the orders of the month, week by week."""
    dice, weeks = company.dice, []
    for week in range(company.weeks):
        orders = []
        for number in range(max(20, round(ORDERS_A_WEEK * company.share))):
            home = company.homes[dice.randrange(len(company.homes))]
            issued = at(FIRST + (7 * week + dice.randrange(7)) * _DAY, 8, dice.randrange(600))
            hours = dice.choice((2, 4, 4, 24))
            arrived = issued + hours * _HOUR * dice.uniform(0.1, 0.92)
            if dice.random() < 0.06:  # spare parts have to come
                arrived += dice.randrange(1, 6) * _DAY
            is_major = dice.random() < 0.006
            orders.append(
                Order(
                    number=f"PG{week}{number:05}",
                    home=home,
                    work=dice.choice(_MAJOR if is_major else _WORK),
                    issued=issued,
                    promised=None if dice.random() < 0.05 else issued + hours * _HOUR,
                    accepted=issued + dice.randrange(5, 15) * _MINUTE,
                    arrived=arrived + 16 * _MINUTE,
                    done=arrived + dice.randrange(25, 150) * _MINUTE,
                    is_cancelled=dice.random() < 0.01,
                    is_lost=dice.random() < 0.004,
                    is_broken=dice.random() < 0.001,
                    repairer=dice.choice(_REPAIRERS),
                    phone=f"139{dice.randrange(10**8):08}",
                    week=week,
                )
            )
        orders.sort(key=lambda one: (one.issued, one.number))
        weeks.append(orders)
    return weeks


def plan_files(company: Company, weeks: list[list[Order]]) -> None:
    """Send three files a week: on Wednesday, on Saturday, and in the night to Monday."""
    for number in range(company.weeks + 1):
        monday = FIRST + 7 * number * _DAY
        times = (at(monday + 2 * _DAY, 19), at(monday + 5 * _DAY, 19), at(monday + 7 * _DAY, 0, 30))
        for when in times if number < company.weeks else times[:1]:
            name = f"派工单-{when.astimezone(BEIJING):%Y%m%d}.csv"
            company.alone(
                when,
                "import of a file",
                lambda n=number, w=name: _import(company, weeks, n, w),  # type: ignore[misc]
            )


def _import(company: Company, weeks: list[list[Order]], number: int, name: str) -> None:
    """Write what the other system says now, and let the worker take it in."""
    now = company.now
    present = weeks[number] if number < len(weeks) else []
    before = [one for week in weeks[:number] for one in week if not one.is_told_done]
    orders = [one for one in (*before, *present) if one.issued <= now]
    path = company.folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        writer.writerows(one.line(now) for one in orders)
    company.told |= {(one.home.community, one.number): one for one in orders}
    files = jobs.files_of(company.folder, company.vault)
    with path.open("rb") as stream, write_session(company.engine) as session:
        jobs.order_import(session, files, stream, name=name, actor=company.head, now=now)
    path.unlink()
    while run_one(company.workshop, "service-month"):
        pass


def ask(session: Session | Connection, query: str, **values: object) -> list[Any]:
    """Return the rows of plain SQL; instants and days are written as each database keeps them."""
    typed: list[BindParameter[Any]] = []
    for name, one in values.items():
        kind = (
            UTCDateTime()
            if isinstance(one, datetime)
            else Date()
            if isinstance(one, date)
            else None
        )
        typed.append(bindparam(name, type_=kind))
    return list(session.execute(text(query).bindparams(*typed), values))
