"""How fast is head office's work at full size? Builds the company, opens the pages, prints times.

    python -m benchmarks.campaign_scale --database postgresql
    python -m benchmarks.campaign_scale --database sqlite

PostgreSQL: 500 communities, 750,000 homes, 20 finished campaigns and one under way. SQLite: 130
communities, 200,000 homes, as many campaigns. Each page is asked for 200 times through the real
application, all kinds mixed; the time is that of the server, from the request to the last byte.
Processor time counts the program and, on PostgreSQL, the process of the database that serves it;
on a busy machine it says more than the clock. ``--small`` takes seconds; ``--files`` adds the
import of 1,000,000 rows and the letters of 2,000 homes by their own commands.
"""

import argparse
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, create_engine, event, text

from app.config import Config
from app.db import db, make_engine
from app.factory import create_app
from app.vault import Vault
from benchmarks.campaign_scale_data import (
    HEAD_OFFICE,
    LEADER,
    NAMES,
    NOW,
    PASSWORD,
    Size,
    check_counts,
    fill,
    sampled_phones,
)
from migrations.run import upgrade
from tests import postgres
from tests.browser import PageClient

CAMPAIGN = "2026-11"
GOALS = {"postgresql": 300.0, "sqlite": 600.0}
SIZES = {"postgresql": Size(500, 1500, 20), "sqlite": Size(130, 1540, 20)}
SMALL = Size(6, 60, 2)
REQUESTS = 200
WARM = 5
_TICK = 1000 / os.sysconf("SC_CLK_TCK")
_SETTINGS = (
    "shared_buffers=2GB",
    "work_mem=64MB",
    "effective_cache_size=8GB",
    "random_page_cost=1.1",
    "max_wal_size=16GB",
    "wal_level=minimal",
    "max_wal_senders=0",
)


@dataclass(slots=True)
class Taken:
    """What the requests for one page took."""

    name: str
    walls: list[float] = field(default_factory=list)
    statements: int = 0
    size: int = 0
    processor: float = 0.0

    def quantile(self, share: float) -> float:
        """Return the time below which this share of the requests stayed, in milliseconds."""
        ordered = sorted(self.walls)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Visitor:
    """Somebody signed in who opens pages; remembers what each took."""

    def __init__(self, app: Flask, login: str, meter: "Meter") -> None:
        client = app.test_client()
        assert isinstance(client, PageClient)
        client.sign_in(login, PASSWORD)
        self.client, self.meter = client, meter
        page = client.get("/hq/tracker/").text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found is not None
        self.token = found[1]

    def open(self, taken: Taken, path: str, data: dict[str, str] | None = None) -> str:
        """Ask for a page once, note what it took and return its text."""
        meter = self.meter
        meter.statements = 0
        behind, own, begun = meter.database(), time.process_time(), time.perf_counter()
        if data is None:
            answer = self.client.get(path)
        else:
            answer = self.client.post(path, data={**data, "csrf_token": self.token})
        body = answer.text
        taken.walls.append(1000 * (time.perf_counter() - begun))
        taken.processor += 1000 * (time.process_time() - own) + meter.database() - behind
        taken.statements = max(taken.statements, meter.statements)
        taken.size = max(taken.size, len(body.encode()))
        if answer.status_code != 200:
            raise ValueError(f"{path}: {answer.status}")
        return body


class Meter:
    """Counts statements, and the processor time of the database's own processes."""

    def __init__(self, engine: Engine) -> None:
        self.statements = 0
        self._processes: set[int] = set()
        event.listen(engine, "before_cursor_execute", self._count)
        if engine.dialect.name == "postgresql":
            event.listen(engine, "connect", self._note)
            engine.dispose()

    def database(self) -> float:
        """Return the processor time the database's processes have used, in milliseconds."""
        total = 0.0
        for process in self._processes:
            try:
                words = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            total += _TICK * (int(words[11]) + int(words[12]))
        return total

    def _count(self, *_given: object) -> None:
        self.statements += 1

    def _note(self, connection: object, _record: object) -> None:
        self._processes.add(connection.info.backend_pid)  # type: ignore[attr-defined]


def measure(url: str, folder: Path, *, homes: int, requests: int) -> list[Taken]:
    """Open every kind of page as often as asked, mixed, and return what it took."""
    app = make_application(url, folder)
    with app.app_context():
        engine = db.engine
    try:
        return _measure(app, engine, homes=homes, requests=requests)
    finally:
        engine.dispose()


def _measure(app: Flask, engine: Engine, *, homes: int, requests: int) -> list[Taken]:
    dice, meter = random.Random(5), Meter(engine)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT c.id, c.name, b.code, h.room, h.id FROM household h "
                "JOIN building b ON b.id = h.building_id JOIN community c ON c.id = b.community_id "
                "WHERE h.id % :step = 0"
            ),
            {"step": max(1, homes // 997)},
        ).all()
    phones, names = sampled_phones(homes), NAMES[1:homes]
    head, leader = (Visitor(app, login, meter) for login in (HEAD_OFFICE, LEADER))
    kinds: dict[str, Callable[[Taken], str]] = {
        "tracker": lambda t: head.open(t, "/hq/tracker/"),
        "tracker, one region": lambda t: head.open(
            t, f"/hq/tracker/?region=R{dice.randrange(2, 7)}"
        ),
        "tracker, leader": lambda t: leader.open(t, "/hq/tracker/"),
        "community": lambda t: head.open(t, f"/hq/tracker/{CAMPAIGN}/{dice.choice(rows)[0]}"),
        "search by address": lambda t: _search(head, t, _address(dice.choice(rows))),
        "search by name": lambda t: _search(head, t, dice.choice(names)),
        "search by phone": lambda t: _search(head, t, dice.choice(phones)[1]),
        "household": lambda t: head.open(t, f"/hq/households/{dice.choice(rows)[4]}"),
        "doors": lambda t: head.open(t, f"/desk/doors/{CAMPAIGN}/{dice.choice(rows)[0]}"),
        "due today": lambda t: head.open(t, "/today"),
        "campaigns": lambda t: head.open(t, "/hq/campaigns"),
    }
    for name, ask in kinds.items():
        for _ in range(WARM if requests > WARM else 1):
            ask(Taken(name))
    found = {name: Taken(name) for name in kinds}
    order = [name for name in kinds for _ in range(requests)]
    dice.shuffle(order)
    for name in order:
        kinds[name](found[name])
    return list(found.values())


def _address(row: object) -> str:
    _key, community, building, room, _home = row  # type: ignore[misc]
    return f"{community}{building}{room}"  # type: ignore[has-type]


def _search(visitor: Visitor, taken: Taken, question: str) -> str:
    page = visitor.open(taken, "/hq/households/", {"q": question})
    if not re.search(r"/hq/households/\d+", page):
        raise ValueError(f"nothing found for {question}")
    return page


def report(found: list[Taken], goal: float) -> bool:
    """Print the table of the pages; say whether each stays below the goal."""
    print(
        f"\n{'page':<22}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}{'CPU ms':>9}"
        f"{'statements':>12}{'kB':>6}  goal {goal:.0f} ms"
    )
    for one in found:
        verdict = "ok" if one.quantile(0.95) < goal else "OVER"
        print(
            f"{one.name:<22}{one.quantile(0.5):9.1f}{one.quantile(0.95):9.1f}"
            f"{max(one.walls):9.1f}{one.processor / len(one.walls):9.1f}"
            f"{one.statements:12}{one.size / 1000:6.0f}  {verdict}"
        )
    load = os.getloadavg()[0]
    print(f"(load of the machine {load:.1f} on {os.cpu_count()} processors)", flush=True)
    return all(one.quantile(0.95) < goal for one in found)


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of an empty, migrated database: a file, or a cluster of its own."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'scale.sqlite'}"
        _migrate(url)
        yield url
        return
    binaries = postgres.find_binaries()
    if binaries is None:
        raise SystemExit(postgres.MISSING)
    with postgres.running_cluster(binaries, parent=folder, settings=_SETTINGS) as cluster:
        _administer(cluster.url("postgres"), "CREATE DATABASE scale")
        _migrate(cluster.url("scale"))
        yield cluster.url("scale")


def make_durable(url: str) -> None:
    """Let PostgreSQL keep its word from now on, as an installation does."""
    if url.startswith("sqlite"):
        return
    for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
        _administer(url, f"ALTER SYSTEM SET {name} = on")
    _administer(url, "SELECT pg_reload_conf()")
    _administer(url, "CHECKPOINT")


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _migrate(url: str) -> None:
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()


def make_application(url: str, folder: Path) -> Flask:
    """Return the real application on a database, its clock standing in the running campaign."""
    config = Config(
        database_url=url,
        instance=folder,
        key_file=folder / "vault.key",
        public_url="https://survey.example.com",
        company="邻声物业",
    )
    app = create_app(config)
    app.test_client_class = PageClient
    app.extensions["linsheng"].clock = lambda: NOW
    return app


def run(kind: str, size: Size, *, requests: int) -> list[Taken]:
    """Build the company in a database of this kind and measure it."""
    with tempfile.TemporaryDirectory(prefix="linsheng-scale-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server of PostgreSQL runs as somebody else
        with database(kind, folder) as url:
            homes = build(url, folder, size)
            make_durable(url)
            return measure(url, folder, homes=homes, requests=requests)


def build(url: str, folder: Path, size: Size) -> int:
    """Fill an empty database, check that it agrees with itself and return its homes."""
    engine = make_engine(url)
    vault = Vault.from_file(folder / "vault.key", create=True)
    begun = time.monotonic()
    homes = fill(engine, vault, size, say=say)
    say(f"built in {time.monotonic() - begun:.0f} s, {_size_of(engine):.1f} GB")
    check_counts(engine, say=say)
    engine.dispose()
    return homes


def _size_of(engine: Engine) -> float:
    """Return the size of a database in GB."""
    asked = "pg_database_size(current_database())"
    if engine.dialect.name == "sqlite":
        asked = "page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with engine.connect() as connection:
        return float(connection.execute(text(f"SELECT {asked}")).scalar_one()) / 1e9


def run_files() -> None:
    """Run the commands for large files and show what they print."""
    for words in (("benchmarks.register", "--full"), ("benchmarks.letters", "2000")):
        say(f"\npython -m {' '.join(words)}")
        subprocess.run([sys.executable, "-m", *words], check=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--communities", type=int)
    parser.add_argument("--households", type=int, help="homes of a community on average")
    parser.add_argument("--campaigns", type=int, help="finished ones")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each page")
    parser.add_argument("--small", action="store_true", help="a few seconds")
    parser.add_argument("--files", action="store_true", help="import and letters, too")
    given = parser.parse_args()
    usual = SMALL if given.small else SIZES[given.database]
    size = Size(
        given.communities or usual.communities,
        given.households or usual.households,
        given.campaigns or usual.campaigns,
    )
    requests = 3 if given.small else given.requests
    say(f"{given.database}, {size}")
    is_within = report(run(given.database, size, requests=requests), GOALS[given.database])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"most memory of the program: {peak:.0f} MB")
    if given.files:
        run_files()
    sys.exit(0 if is_within else 1)


if __name__ == "__main__":
    main()
