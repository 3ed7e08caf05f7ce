"""A throw-away PostgreSQL for the run of the tests: found, started, stopped and removed here.

The cluster lives in a temporary folder and listens on a socket inside it only. It gives up
durability (fsync off): it is thrown away anyway.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, text

from app.db import make_engine
from migrations.run import upgrade

APT_LINE = "apt-get install -y postgresql"
MISSING = (
    f"No PostgreSQL found (looked in PATH and /usr/lib/postgresql/*/bin). Run: {APT_LINE}\n"
    "or leave PostgreSQL out with LINSHENG_TEST_PG=0."
)
_IN_MEMORY = Path("/dev/shm")
_ENOUGH = 4 * 1024**3  # bytes free; a cluster of the tests takes some hundred million
_SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "shared_buffers=32MB",
    "max_connections=60",
    "listen_addresses=",
)


def is_wanted() -> bool:
    """Say whether this run uses PostgreSQL at all."""
    return os.environ.get("LINSHENG_TEST_PG") != "0"


def find_binaries() -> Path | None:
    """Return the newest folder that holds both initdb and pg_ctl, or None."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    places += sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True)
    return next((p for p in places if (p / "initdb").exists() and (p / "pg_ctl").exists()), None)


class Cluster:
    """A running server; hands out fresh databases with the full schema."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Let the server go: it is about to be stopped."""
        self._engine.dispose()

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database of this cluster."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def make_template(self) -> None:
        """Run the real migrations once, into the database all others are cloned from."""
        self._administer("CREATE DATABASE template_thread")
        engine = make_engine(self.url("template_thread"))
        upgrade(engine)
        engine.dispose()

    @contextmanager
    def database(self, *, template: str = "template_thread") -> Iterator[str]:
        """Yield the address of a fresh clone of `template`, removed afterwards."""
        name = f"test_{next(self._numbers)}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template}{self._strategy()}")
        yield self.url(name)
        self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _strategy(self) -> str:
        """Copy files where the server can be told to: half the work of copying page by page."""
        version = self._engine.dialect.server_version_info  # known since the first connection
        return " STRATEGY FILE_COPY" if version is not None and version >= (15,) else ""

    def _administer(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))


def _memory() -> str | None:
    """Return a folder in memory when there is plenty: each test has a database of its own.

    Making and removing one takes a quarter of the time it takes on a disk.
    """
    is_there = _IN_MEMORY.is_dir() and os.access(_IN_MEMORY, os.W_OK)
    return str(_IN_MEMORY) if is_there and shutil.disk_usage(_IN_MEMORY).free > _ENOUGH else None


@contextmanager
def running_cluster(
    binaries: Path, *, parent: Path | None = None, settings: Sequence[str] = ()
) -> Iterator[Cluster]:
    """Start a cluster in a new temporary folder; stop it and remove the folder afterwards.

    Args:
        binaries: Folder of the server's programs.
        parent: Where the folder is made; the place of the tests when it is left out.
        settings: Further settings of the server, each ``name=value``.
    """
    folder = Path(tempfile.mkdtemp(prefix="linsheng-pg-", dir=parent or _memory()))
    data = folder / "data"
    as_root = os.geteuid() == 0  # the server refuses to run as root
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if as_root else []

    def run(program: str, *arguments: str) -> None:
        command = [*user, str(binaries / program), *arguments]
        # Output goes to a file: a pipe would be held open by the server itself.
        with (folder / "log").open("ab") as log:
            done = subprocess.run(command, cwd=folder, stdout=log, stderr=log, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{(folder / 'log').read_text()}")

    try:
        if as_root:
            shutil.chown(folder, "postgres", "postgres")
        run(
            "initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip
        with (data / "postgresql.conf").open("a") as file:
            for setting in (*_SETTINGS, *settings, f"unix_socket_directories={folder}"):
                name, value = setting.split("=")
                file.write(f"{name} = '{value}'\n")
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "server.log"), "start")
        cluster = Cluster(folder)
        try:
            yield cluster
        finally:
            cluster.close()
            run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
