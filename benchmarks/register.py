"""The register at size: import of a large file, and search in a large register.

``python -m benchmarks.register`` makes 20,000 homes, ``--full`` makes 1,000,000 on PostgreSQL (and
200,000 with ``--sqlite``). Each import runs in a process of its own, so that its memory is its own.
Prints seconds, the most memory the importing process had, and how long searches take.
"""

import argparse
import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, text

from app.db import make_engine, write_session
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register import importing
from app.surveys.register.homes.search import search
from app.surveys.register.plan import Change
from app.vault import Vault
from migrations.run import upgrade
from tests import postgres

HEADER = "小区编码,小区,区域,城市,管理处,楼栋,电梯,房号,业主姓名,电话,重要客户"
FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国"
HOMES_OF_COMMUNITY = 2000
SEARCHES = 300
NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
VAULT = Vault(bytes(range(32)))
HEAD_OFFICE = Scope(1, "总部", Role.HEAD_OFFICE, None)


def make_file(path: Path, homes: int) -> None:
    """Write a register of communities with 20 buildings of 100 homes; the same every time."""
    dice = random.Random(homes)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        file.write(f"{HEADER}\r\n")
        for at in range(homes):
            number, place = divmod(at, HOMES_OF_COMMUNITY)
            building, door = divmod(place, 100)
            unit, door = divmod(door, 50)
            name = dice.choice(FAMILY) + dice.choice(GIVEN) + dice.choice(GIVEN)
            writer.writerow(
                [
                    f"C{number:04}",
                    f"第{number}小区",
                    "东南西北"[number % 4] + "区",
                    "杭州",
                    f"管理处{number % 40}",
                    f"{building + 1}栋",
                    "有",
                    f"{unit + 1}-{door // 2 + 1:02}0{door % 2 + 1}",
                    name,
                    f"13{at:09}",
                    "业主代表" if at % 50 == 0 else "",
                ]
            )


def import_once(path: Path, url: str) -> None:
    """Import the file and print what it cost; runs in a process of its own."""
    engine = make_engine(url)
    begun = time.monotonic()
    with write_session(engine) as session:
        table = importing.read_table(lambda: path.open("rb"), path.name)
        plan = importing.plan_import(session, table, VAULT)
        checked = time.monotonic()
        importing.apply_import(session, plan, VAULT, actor="benchmark", now=NOW)
    done = time.monotonic()
    counts = " ".join(f"{change.value} {plan.count(change):,}" for change in Change)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"{counts}: {done - begun:.1f} s (check {checked - begun:.1f} s, write "
        f"{done - checked:.1f} s, processor {usage.ru_utime + usage.ru_stime:.1f} s), "
        f"{usage.ru_maxrss / 1024:.0f} MB",
        flush=True,
    )


def time_searches(url: str, homes: int) -> None:
    """Print the 50th and 95th percentile of each way to search, in milliseconds."""
    dice = random.Random(7)
    engine = make_engine(url)

    def a_home() -> tuple[int, int, int, int]:
        number, place = divmod(dice.randrange(homes), HOMES_OF_COMMUNITY)
        building, door = divmod(place, 100)
        unit, door = divmod(door, 50)
        return number, building + 1, unit + 1, 100 * (door // 2 + 1) + door % 2 + 1

    def address() -> str:
        number, building, unit, door = a_home()
        return f"第{number}小区{building}栋{unit}-{door}"

    def door_only() -> str:
        number, building, _unit, door = a_home()
        return f"C{number:04} {building} {door}"

    def everywhere() -> str:
        _number, building, unit, door = a_home()
        return f"{building}-{unit}-{door}"

    def phone() -> str:
        return f"13{dice.randrange(homes):09}"

    def name() -> str:
        return dice.choice(FAMILY) + dice.choice(GIVEN) + dice.choice(GIVEN)

    for make in (address, door_only, everywhere, phone, name):
        taken = []
        for _ in range(SEARCHES // 5):
            question = make()
            begun = time.monotonic()
            with write_session(engine) as session:
                search(session, VAULT, HEAD_OFFICE, question, now=NOW)
            taken.append(1000 * (time.monotonic() - begun))
        taken.sort()
        print(
            f"search by {make.__name__:<12} p50 {taken[len(taken) // 2]:6.1f} ms   "
            f"p95 {taken[int(0.95 * len(taken))]:6.1f} ms",
            flush=True,
        )
    engine.dispose()


@contextmanager
def database(*, is_sqlite: bool, folder: Path) -> Iterator[str]:
    """Yield the address of an empty database that keeps what it says it has kept."""
    if is_sqlite:
        url = f"sqlite:///{folder / 'register.sqlite'}"
        _migrate(url)
        yield url
        return
    binaries = postgres.find_binaries()
    if binaries is None:
        raise SystemExit(postgres.MISSING)
    with postgres.running_cluster(binaries) as cluster:
        engine = create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            # The cluster of the tests gives up durability; an installation does not.
            for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                connection.execute(text(f"ALTER SYSTEM SET {name} = on"))
            connection.execute(text("ALTER SYSTEM SET max_wal_size = '4GB'"))
            connection.execute(text("SELECT pg_reload_conf()"))
            connection.execute(text("CREATE DATABASE register"))
        engine.dispose()
        _migrate(cluster.url("register"))
        yield cluster.url("register")


def _migrate(url: str) -> None:
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()


def run(homes: int, *, is_sqlite: bool) -> None:
    """Import a file, import it again, and search."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "register.csv"
        make_file(path, homes)
        kind = "SQLite" if is_sqlite else "PostgreSQL"
        print(f"{homes:,} homes, {path.stat().st_size / 1e6:.0f} MB, {kind}", flush=True)
        with database(is_sqlite=is_sqlite, folder=folder) as url:
            for _ in range(2):
                own = [sys.executable, "-m", "benchmarks.register", "--import", str(path), url]
                subprocess.run(own, check=True)
            time_searches(url, homes)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="1,000,000 homes on PostgreSQL")
    parser.add_argument("--sqlite", action="store_true", help="on SQLite; 200,000 with --full")
    parser.add_argument("--import", nargs=2, dest="once", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        import_once(Path(given.once[0]), given.once[1])
        return
    large = 200_000 if given.sqlite else 1_000_000
    run(large if given.full else 20_000, is_sqlite=given.sqlite)


if __name__ == "__main__":
    main()
