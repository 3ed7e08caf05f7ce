"""Repair orders at size: a year taken in from a file, the same file again, a week, the pages.

``python -m benchmarks.repairs`` makes 20,000 orders, ``--full`` 240,000 of 130 communities with
200,000 homes. Prints seconds, the most memory of the process, and how long the reads of pages take.
"""

import argparse
import csv
import random
import resource
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.clock import BEIJING
from app.db import make_engine, write_session
from app.service.repairs import queries
from app.service.repairs.intake import jobs
from app.service.repairs.intake.queries import find_file
from app.service.repairs.models import OrderState
from app.service.repairs.months.queries import sum_months
from app.service.repairs.months.services import count_months
from app.service.repairs.rows import OrderFilters, OrderKey
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register import services as register
from app.surveys.register.models import Building, Household
from app.vault import Vault
from migrations.run import upgrade
from tests.factories import make_staff

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
HEAD = (
    "派工单号,小区编码,楼栋,房号,状态,出单时间,承诺时间,到场时间,完成时间,"
    "维修类别,客户姓名,电话,报修内容"
)
HQ = Scope(1, "总部", Role.HEAD_OFFICE, None)


@dataclass
class Shop:
    """What a job is given."""

    engine: Engine
    vault: Vault
    config: "Folder"

    def clock(self) -> datetime:
        """Tell the present."""
        return NOW


@dataclass
class Folder:
    """The settings a job reads."""

    instance: Path


def make_homes(engine: Engine, communities: int, homes: int) -> None:
    """Add communities of ten buildings."""
    with write_session(engine) as session:
        make_staff(session)
        for at in range(communities):
            place = register.add_community(session, code=f"C{at:03}", name=f"第{at}小区")
            session.flush()
            for code in range(10):
                building = Building(community_id=place.id, code=f"{code + 1}栋")
                session.add(building)
                session.flush()
                session.add_all(
                    Household(uid=f"{at}-{code}-{n}", building_id=building.id, room=_room(n))
                    for n in range(homes // 10)
                )


def _room(at: int) -> str:
    return f"1-{at // 4 + 1}0{at % 4 + 1}"


def make_file(path: Path, orders: int, communities: int, homes: int, *, weeks: int) -> None:
    """Write orders spread over the weeks before now; the same every time."""
    dice = random.Random(orders)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{HEAD}\r\n")
        writer = csv.writer(file)
        for at in range(orders):
            issued = NOW.astimezone(BEIJING) - timedelta(minutes=dice.randrange(weeks * 10080))
            promised = issued + timedelta(hours=4)
            arrived = issued + timedelta(minutes=dice.randrange(20, 245))
            done = arrived + timedelta(minutes=40)
            is_done = done.astimezone(UTC) < NOW
            times = [f"{one:%Y-%m-%d %H:%M}" for one in (issued, promised, arrived, done)]
            writer.writerow(
                [
                    *(f"PG{at:07}", f"C{dice.randrange(communities):03}"),
                    *(f"{dice.randrange(10) + 1}栋", _room(dice.randrange(homes // 10))),
                    *("完成" if is_done else "签领", *times[:2]),
                    *(times[2:] if is_done else ("", "")),
                    *(dice.choice(("给排水", "照明", "门窗", "电梯", "漏水")), "王芳"),
                    *(f"139{at:08}", "厨房水龙头滴水，请师傅带垫片"),
                ]
            )


def take(shop: Shop, path: Path) -> str:
    """Take a file in and return what came of it."""
    files = jobs.files_of(shop.config.instance, shop.vault)
    with path.open("rb") as stream, write_session(shop.engine) as session:
        key = jobs.order_import(session, files, stream, name=path.name, actor=HQ, now=NOW).id
    started = time.perf_counter()
    jobs.import_file(shop, {"file": key})
    seconds = time.perf_counter() - started
    with Session(shop.engine) as session:
        found = find_file(session, key)
        assert found is not None
        size = path.stat().st_size / 1e6
        return (
            f"{found.lines:,} lines, {size:.1f} MB: {seconds:.1f} s; new {found.added:,}, "
            f"changed {found.changed:,}, same {found.same:,}, refused {found.refused:,}"
        )


def clock_reads(engine: Engine) -> None:
    """Print how long the reads behind the pages take, the slowest of five."""
    month = NOW.date().replace(day=1)
    deep = OrderKey(NOW - timedelta(days=200), 0)
    monday = (NOW - timedelta(days=7)).date()
    office = Scope(1, "主任", Role.OFFICE, frozenset({1, 2}))
    state = OrderFilters(state=OrderState.ACCEPTED)
    asked = {
        "orders, first page": lambda s: queries.list_orders(s, HQ, OrderFilters(), now=NOW),
        "orders, page deep in the year": lambda s: queries.list_orders(
            s, HQ, OrderFilters(), after=deep, now=NOW
        ),
        "orders of an office": lambda s: queries.list_orders(s, office, OrderFilters(), now=NOW),
        "orders by state": lambda s: queries.list_orders(s, HQ, state, now=NOW),
        "late orders": lambda s: queries.list_orders(s, HQ, OrderFilters(is_late=True), now=NOW),
        "orders of a week": lambda s: queries.closed_in_week(s, 1, monday),
        "what is due": lambda s: queries.count_due(s, HQ, now=NOW),
        "rates of a month": lambda s: sum_months(s, HQ, [month]),
        "rates of a year, kept": lambda s: sum_months(
            s, HQ, [month.replace(month=at) for at in range(1, 12)]
        ),
    }
    for name, ask in asked.items():
        slowest = 0.0
        for _ in range(5):
            with Session(engine) as session:
                started = time.perf_counter()
                ask(session)
                slowest = max(slowest, time.perf_counter() - started)
        print(f"{name:<32}{1000 * slowest:8.1f} ms")


def main() -> None:
    """Make, take in, read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args().full
    orders, communities, homes = (240_000, 130, 1540) if full else (20_000, 20, 300)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = make_engine(f"sqlite:///{folder / 'repairs.sqlite'}")
        upgrade(engine)
        make_homes(engine, communities, homes)
        shop = Shop(engine, Vault(bytes(range(32))), Folder(folder))
        make_file(folder / "year.csv", orders, communities, homes, weeks=52)
        make_file(folder / "week.csv", 4600 if full else 400, communities, homes, weeks=1)
        print("a year:      ", take(shop, folder / "year.csv"))
        print("again:       ", take(shop, folder / "year.csv"))
        print("a week:      ", take(shop, folder / "week.csv"))
        started, months = time.perf_counter(), 0
        while True:
            with write_session(engine) as session:
                counted = count_months(session, now=NOW)
            if not counted:
                break
            months += counted
        print(f"{months} months of communities counted in {time.perf_counter() - started:.1f} s")
        print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        clock_reads(engine)
        engine.dispose()


if __name__ == "__main__":
    main()
