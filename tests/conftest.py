"""Fixtures of the whole suite: both databases, vault, storage, application, browser.

Every test that asks for `engine`, `session` or `client` runs twice, on an SQLite file and on a
real PostgreSQL, both made by the real migrations. Tests through pages and of whole jobs take
turns instead, every third on PostgreSQL: what differs between the two lies in the queries, which
run on both.
LINSHENG_TEST_PG=all runs them on both, too; LINSHENG_TEST_PG=0 leaves PostgreSQL out; otherwise a
machine without it fails the run. A test that is about one database only says
``@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)``.
"""

import gc
import os
import shutil
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from playwright.sync_api import Page
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from app.config import Config
from app.db import db, make_engine
from app.factory import create_app
from app.i18n import DEFAULT_LANGUAGE, set_language
from app.staff import passwords
from app.storage import Storage
from app.vault import Vault
from migrations.run import upgrade
from tests import postgres
from tests.browser import PageClient, open_browser, serve

# Long ways through the whole product; what differs between the databases lies in the queries.
WAYS = frozenset(
    Path(__file__).parent / folder
    for folder in ("web", "end_to_end", "integration/reports", "integration/report_files")
)


class KeptTemplates(BytecodeCache):
    """Compiled templates of this process: each test makes its own application out of them."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template that was compiled before, by the hash of its source."""
        if (code := self._kept.get(bucket.key + bucket.checksum)) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template just compiled."""
        self._kept[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


class KeptAddresses:
    """Compiled address rules of this process: every test makes an application out of the same."""

    def __init__(self) -> None:
        self._compile = Rule.compile
        self._kept: dict[tuple[object, ...], Rule] = {}

    def compile(self, rule: Rule) -> None:
        """Give a rule what werkzeug makes of it, made once: it depends on these words alone."""
        defaults = tuple((rule.defaults or {}).items())
        converters = tuple(rule.map.converters.items())
        words = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes)
        key = (words, defaults, converters, rule.map.host_matching)
        if (kept := self._kept.get(key)) is None:
            self._compile(rule)
            self._kept[key] = rule
            return
        rule._parts, rule._trace, rule._converters = kept._parts, kept._trace, kept._converters
        rule.arguments |= kept.arguments
        rule._build = kept._build.__func__.__get__(rule, None)
        rule._build_unknown = kept._build_unknown.__func__.__get__(rule, None)


_addresses = KeptAddresses()
Rule.compile = lambda rule: _addresses.compile(rule)  # noqa: PLW0108 - a bound method binds no rule
# One server and one SQLite library serve all tests: dialects of one kind are the same dialect, and
# engines that differ by their database alone share their compiled statements.
_statements: LRUCache[object, object] = LRUCache(5000)
DefaultDialect.__eq__ = lambda one, other: type(one) is type(other)
DefaultDialect.__hash__ = lambda one: hash(type(one))
# The work of a password is set so that nobody guesses many; a thousand tests sign in each.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
# A fifth of the run went into looking for rubbish among objects that live to its end.
gc.set_threshold(20_000, 10, 10)
Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": KeptTemplates()}


@event.listens_for(Engine, "engine_connect")
def _share_statements(connection: Connection) -> None:
    connection.engine._compiled_cache = _statements


DATABASES = ["sqlite", "postgresql"] if postgres.is_wanted() else ["sqlite"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out PostgreSQL when the run is without it; let tests through pages take turns."""
    if not postgres.is_wanted():
        left_out = {item for item in items if needs_postgres(item)}
    elif os.environ.get("LINSHENG_TEST_PG") == "all":
        left_out = set()
    else:
        left_out = without_a_turn([item for item in items if WAYS & set(item.path.parents)])
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=list(left_out))


def without_a_turn(items: list[pytest.Item]) -> set[pytest.Item]:
    """Return one of each pair of twins: every third pair stays on PostgreSQL, by its name."""
    twins: dict[str, dict[bool, pytest.Item]] = {}
    for item in items:
        name = item.nodeid.replace("postgresql", "").replace("sqlite", "")
        twins.setdefault(name, {})[needs_postgres(item)] = item
    return {
        pair[zlib.crc32(name.encode()) % 3 != 0] for name, pair in twins.items() if len(pair) == 2
    }


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fail the run at once when tests need PostgreSQL and the machine has none.

    What was loaded until here stays: the collector of rubbish need not look at it again.
    """
    needed = any(needs_postgres(item) for item in session.items)
    if needed and not session.config.option.collectonly and postgres.find_binaries() is None:
        pytest.exit(postgres.MISSING, returncode=1)
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Let the interpreter take everything down as it would have without us."""
    gc.unfreeze()


def needs_postgres(item: pytest.Item) -> bool:
    """Say whether a test runs on PostgreSQL."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return "postgresql" in {parameters.get("database_url"), parameters.get("empty_database_url")}


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """One PostgreSQL server for the run (one per process under xdist)."""
    binaries = postgres.find_binaries()
    if binaries is None:
        pytest.fail(postgres.MISSING)
    with postgres.running_cluster(binaries) as cluster:
        cluster.make_template()
        yield cluster


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file; tests get copies."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()  # the last connection folds the WAL into the file
    return path


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with the full schema."""
    if request.param == "sqlite":
        path = tmp_path / "linsheng.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    with request.getfixturevalue("postgres_cluster").database() as url:
        yield url


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    with request.getfixturevalue("postgres_cluster").database(template="template0") as url:
        yield url


@pytest.fixture(autouse=True)
def chinese_first() -> None:
    """Every test begins in the default language, whatever the one before it chose."""
    set_language(DEFAULT_LANGUAGE)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database with the full schema."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session for arranging and looking.

    Commit (or roll back) before anything else writes: an open SQLite transaction keeps its old
    picture of the database and cannot become a writing one afterwards.
    """
    with Session(engine) as session:
        yield session


@pytest.fixture
def vault() -> Vault:
    """A vault with a fixed key, the same one the application of the tests uses."""
    return Vault(bytes(range(32)))


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    """An empty store of files, the same one the application of the tests uses."""
    return Storage(tmp_path / "instance" / "files")


@pytest.fixture
def now() -> datetime:
    """A fixed instant: 2 November 2026, 10:00 in Beijing."""
    return datetime(2026, 11, 2, 2, tzinfo=UTC)


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """Settings of the application under test."""
    instance = tmp_path / "instance"
    return Config(
        database_url=database_url,
        instance=instance,
        key_file=instance / "vault.key",
        public_url="http://survey.example",
        company="邻声物业",
    )


@pytest.fixture
def app(config: Config, vault: Vault, storage: Storage, now: datetime) -> Iterator[Flask]:
    """The real application; its clock stands at `now` until the test moves it."""
    app = create_app(config)
    app.test_client_class = PageClient
    services = app.extensions["linsheng"]
    services.vault = vault
    services.storage = storage
    services.clock = lambda: now
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A browser without JavaScript: keeps cookies, fills forms with their hidden fields."""
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


@pytest.fixture
def browser_page(app: Flask) -> Iterator[Page]:
    """A page of headless Chromium on the served application; paths are relative to it."""
    with serve(app) as address, open_browser(address) as page:
        yield page
