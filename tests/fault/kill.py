"""The kill test: acknowledged means stored.

Robot owners answer over HTTP while the server is killed with SIGKILL, at random moments and at
named points of a submit. Every receipt an owner has read goes into a ledger; afterwards each must
be in the database with its comment, no household may count twice, and no row may be torn.

    python -m tests.fault.kill --kills 300
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from app import clock
from app.config import ROOT, read_config
from app.db import make_engine, write_session
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.tokens import make_token
from app.surveys.response.vector import decode
from app.vault import Vault
from migrations.run import upgrade
from tests.factories import make_campaign, make_community
from tests.robot import Robot, UnexpectedPageError

CLIENTS = 6
# Where tests/fault/crashing.py can let the server die.
POINTS = ("before_begin", "after_insert", "before_commit", "after_commit")


@dataclass
class Ledger:
    """What owners were told, and how often the server died."""

    receipts: dict[str, str] = field(default_factory=dict)
    wishes: dict[str, str] = field(default_factory=dict)
    broken: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Server:
    """gunicorn with one worker of eight threads, restarted when it is killed as a group."""

    def __init__(self, environ: dict[str, str], port: int, log: Path) -> None:
        self._environ, self._port, self._log = environ, port, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait for the first answer."""
        self._launch()
        self.wait()

    def _launch(self) -> None:
        command = [
            str(Path(sys.executable).parent / "gunicorn"), "--workers", "1", "--threads", "8",
            "--worker-class", "gthread", "--no-control-socket", "--preload",
            "--bind", f"127.0.0.1:{self._port}",
            "tests.fault.crashing:app",
        ]  # fmt: skip
        with self._log.open("ab") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self._environ, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip

    def wait(self) -> None:
        """Wait until the port answers; like a supervisor, start a server again that has died."""
        end = time.monotonic() + 25
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                if self.process is not None and self.process.poll() is not None:
                    self._launch()
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("server does not start")

    def worker_pids(self) -> list[int]:
        """Return the process ids of gunicorn's workers."""
        if self.process is None:
            return []
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()] if children.exists() else []

    def kill_group(self) -> None:
        """Kill master and worker at once, then start again."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.start()

    def stop(self) -> None:
        """End for good."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def free_port() -> int:
    """Return a port nobody listens on, below the range of outgoing connections.

    While the server is dead its port is free, and the robots that knock on it could otherwise be
    given that very port as their own.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 30_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def prepare(
    folder: Path, households: int, port: int
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Make an installation with one open campaign; return its environment and its links."""
    environ = {
        **os.environ,
        "LINSHENG_INSTANCE": str(folder),
        "LINSHENG_CRASH_FILE": str(folder / "armed"),
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    environ.pop("LINSHENG_DATABASE", None)
    config = read_config(environ)
    engine = make_engine(config.database_url)
    upgrade(engine)
    vault = Vault.from_file(config.key_file, create=True)
    links = []
    with write_session(engine) as session:
        community = make_community(session, households=households)
        today = clock.beijing_date(clock.now())
        campaign = make_campaign(
            session,
            vault,
            opens_on=today - timedelta(days=1),
            closes_on=today + timedelta(days=20),
            now=clock.now() - timedelta(days=1),
        )
        for building in campaign_queries.list_buildings(session, campaign.id, community.id):
            for member in campaign_queries.list_members_of_building(
                session, campaign.id, community.id, building
            ):
                links.append((f"/t/{make_token(vault, member.pseudonym)}", member.pseudonym))  # noqa: PERF401
    engine.dispose()
    return environ, links


def run_client(
    port: int, links: list[tuple[str, str]], ledger: Ledger, stop: threading.Event, seed: int
) -> None:
    """Let owners answer one after another, trying again on the same phone when the line breaks."""
    rng = random.Random(seed)
    while not stop.is_set():
        with ledger.lock:
            if not links:
                return
            link, pseudonym = links.pop()
        wish = f"愿望 {pseudonym}" if rng.random() < 0.5 else None
        robot = Robot(f"127.0.0.1:{port}", rng, wish)
        while not stop.is_set():
            try:
                receipt = robot.answer(link)
            except OSError:
                with ledger.lock:
                    ledger.broken += 1
                time.sleep(0.1)
                robot.wish = wish
                continue
            except UnexpectedPageError as error:
                with ledger.lock:
                    ledger.errors.append(str(error))
                break
            with ledger.lock:
                ledger.receipts[pseudonym] = receipt
                if wish:
                    ledger.wishes[pseudonym] = wish
            break


def run_killer(server: Server, folder: Path, ledger: Ledger, kills: int, seed: int) -> None:
    """Kill the server again and again: named points, a random worker, the whole group."""
    rng = random.Random(seed)
    armed = folder / "armed"
    for number in range(kills):
        time.sleep(rng.uniform(0.2, 1.5))
        kind = (*POINTS, "random", "random", "group")[number % 7]
        if kind in POINTS:
            armed.write_text(kind)
            end = time.monotonic() + 8
            while armed.exists() and time.monotonic() < end:
                time.sleep(0.01)
            if armed.exists():
                armed.unlink(missing_ok=True)
                kind = "not reached"
            server.wait()
        elif kind == "random":
            for pid in server.worker_pids():
                os.kill(pid, signal.SIGKILL)
            server.wait()
        else:
            server.kill_group()
        ledger.kills[kind] = ledger.kills.get(kind, 0) + 1


def examine(folder: Path, ledger: Ledger) -> dict[str, int]:
    """Compare database and ledger."""
    config = read_config({"LINSHENG_INSTANCE": str(folder)})
    vault = Vault.from_file(config.key_file)
    engine = make_engine(config.database_url)
    found = {"lost": 0, "duplicate": 0, "torn": 0, "comment_lost": 0}
    with write_session(engine) as session:
        campaign = campaign_queries.list_campaigns(session)[0]
        instrument = campaign_queries.get_instrument(session, campaign.instrument_digest)
    database = sqlite.connect(str(folder / "linsheng.sqlite"))
    rows = database.execute(
        "SELECT m.pseudonym, r.receipt, r.is_counted, r.vector, c.texts_sealed FROM response r"
        " JOIN frame_member m ON m.id = r.frame_member_id"
        " LEFT JOIN comment c ON c.response_id = r.id"
    ).fetchall()
    counted: dict[str, int] = {}
    stored: dict[str, set[str]] = {}
    texts: dict[str, str] = {}
    for pseudonym, receipt, is_counted, vector, sealed in rows:
        counted[pseudonym] = counted.get(pseudonym, 0) + is_counted
        stored.setdefault(pseudonym, set()).add(receipt)
        try:
            decode(instrument, vector)
            if sealed:
                texts[pseudonym] = texts.get(pseudonym, "") + " ".join(
                    json.loads(vault.open(sealed, "comment")).values()
                )
        except Exception:  # whatever is wrong, the row is torn
            found["torn"] += 1
    found["lost"] = sum(
        receipt not in stored.get(pseudonym, set())
        for pseudonym, receipt in ledger.receipts.items()
    )
    found["duplicate"] = sum(count > 1 for count in counted.values()) + sum(
        len(receipts) > 1 for receipts in stored.values()
    )
    found["comment_lost"] = sum(
        wish not in texts.get(pseudonym, "") for pseudonym, wish in ledger.wishes.items()
    )
    found["integrity"] = int(database.execute("PRAGMA integrity_check").fetchone()[0] != "ok")
    found["stored"] = len(rows)
    return found


def run(kills: int, seed: int = 1, folder: Path | None = None) -> tuple[Ledger, dict[str, int]]:
    """Run the test and return ledger and findings."""
    folder = folder or Path(tempfile.mkdtemp(prefix="linsheng-kill-"))
    port = free_port()
    environ, links = prepare(folder, households=max(400, kills * 12), port=port)
    server = Server(environ, port, folder / "server.log")
    server.start()
    ledger, stop = Ledger(), threading.Event()
    clients = [
        threading.Thread(target=run_client, args=(port, links, ledger, stop, seed * 100 + number))
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    try:
        run_killer(server, folder, ledger, kills, seed)
        time.sleep(2)
    finally:
        stop.set()
        for client in clients:
            client.join()
        server.stop()
    return ledger, examine(folder, ledger)


def main() -> int:
    """Run from the command line; exit status 1 when anything was lost, doubled or torn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begin = time.monotonic()
    ledger, found = run(arguments.kills, arguments.seed)
    print(f"kills {sum(ledger.kills.values())}: {ledger.kills}")
    print(f"acknowledged {len(ledger.receipts)}, connections broken {ledger.broken}")
    print(", ".join(f"{name} {count}" for name, count in found.items()))
    print(f"{time.monotonic() - begin:.0f} s")
    for error in ledger.errors[:5]:
        print("unexpected:", error)
    bad = sum(found[name] for name in ("lost", "duplicate", "torn", "comment_lost", "integrity"))
    return 1 if bad or ledger.errors or not ledger.receipts else 0


if __name__ == "__main__":
    sys.exit(main())
