"""Every file of the program keeps the house rules, and each rule catches its violation."""

import subprocess
from pathlib import Path

import pytest

from tests.architecture import house

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8") for path in ROOT.glob("app/**/*.py")
}
RULES = (
    house.sql_outside_queries,
    house.commits_inside,
    house.hidden_imports,
    house.missing_docstring,
    house.too_large,
    house.clock_readers,
    house.impure,
)
TOP_LEVEL = {
    ".ci", ".gitattributes", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md",
    "app", "benchmarks", "docs", "instruments", "migrations", "pyproject.toml",
    "requirements.in", "requirements.txt", "tests", "wsgi.py",
}  # fmt: skip


@pytest.fixture(scope="module")
def complaints():
    """What each rule complains about; a file is parsed once for all of them."""
    found = {rule: [] for rule in RULES}
    for path, source in SOURCES.items():
        for rule in RULES:
            found[rule] += rule(path, source)
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_program_keeps_the_rule(rule, complaints):
    assert len(SOURCES) > 50
    assert complaints[rule] == []


VIOLATIONS = [
    (house.sql_outside_queries, "app/staff/services.py", "from sqlalchemy import select\n"),
    (house.sql_outside_queries, "app/staff/services.py", "from sqlalchemy.sql import update\n"),
    (house.sql_outside_queries, "app/staff/models.py", "from sqlalchemy import delete\n"),
    (house.sql_outside_queries, "app/web/hq/tracker.py", "import sqlalchemy as sa\n"),
    (house.sql_outside_queries, "app/web/hq/tracker.py", "def f(session): session.query(1)\n"),
    (house.sql_outside_queries, "app/staff/audit.py", "def f(c): c.exec_driver_sql('DROP')\n"),
    (house.commits_inside, "app/staff/services.py", "def f(session):\n    session.commit()\n"),
    (house.commits_inside, "app/web/hq/campaigns.py", "def f(): db.session.commit()\n"),
    (house.hidden_imports, "app/staff/audit.py", "def f():\n    import json\n"),
    (house.hidden_imports, "app/staff/audit.py", "def f():\n    from app import db\n"),
    (house.hidden_imports, "app/staff/audit.py", "class A:\n  def f(self):\n    import os\n"),
    (house.hidden_imports, "app/staff/audit.py", "from . import models\n"),
    (house.hidden_imports, "app/staff/audit.py", "from typing import TYPE_CHECKING\n"),
    (house.hidden_imports, "app/staff/audit.py", "from importlib import import_module\n"),
    (house.missing_docstring, "app/staff/audit.py", "x = 1\n"),
    (house.missing_docstring, "app/staff/audit.py", ""),
    (house.too_large, "app/staff/audit.py", "x = 1\n" * 451),
    (house.too_large, "app/staff/audit.py", "def f():\n" + "    x = 1\n" * 60),
    (house.clock_readers, "app/staff/audit.py", "def f(): return datetime.now(UTC)\n"),
    (house.clock_readers, "app/staff/audit.py", "def f(): return datetime.date.today()\n"),
    (house.clock_readers, "app/jobs/queue.py", "import time\nx = time.time()\n"),
    (house.impure, "app/analysis/pfi.py", "import os\n"),
    (house.impure, "app/followup/rules.py", "from pathlib import Path\n"),
    (house.impure, "app/surveys/instrument/load.py", "def f(): open('x')\n"),
    (house.impure, "app/analysis/pfi.py", "np.random.seed(1)\n"),
    (house.impure, "app/analysis/pfi.py", "x = np.random.normal()\n"),
]


@pytest.mark.parametrize(("rule", "path", "source"), VIOLATIONS)
def test_the_rule_catches_a_planted_violation(rule, path, source):
    assert rule(path, source)


ALLOWED = [
    (house.sql_outside_queries, "app/staff/queries.py", "from sqlalchemy import select\n"),
    (house.sql_outside_queries, "app/staff/models.py", "from sqlalchemy import String, text\n"),
    (house.sql_outside_queries, "app/staff/services.py", "from sqlalchemy.orm import Session\n"),
    (house.commits_inside, "app/web/transaction.py", "def f(session): session.commit()\n"),
    (house.hidden_imports, "app/factory.py", "from importlib import import_module\n"),
    (house.missing_docstring, "app/staff/audit.py", '"""What it is for."""\n'),
    (house.too_large, "app/staff/audit.py", "def f():\n" + "    x = 1\n" * 59),
    (house.clock_readers, "app/clock.py", "def now(): return datetime.now(UTC)\n"),
    (house.impure, "app/staff/services.py", "import os\n"),
    (house.impure, "app/analysis/pfi.py", "x = np.random.default_rng(1)\n"),
]


@pytest.mark.parametrize(("rule", "path", "source"), ALLOWED)
def test_the_rule_lets_good_code_pass(rule, path, source):
    assert rule(path, source) == []


def test_the_top_level_holds_only_what_belongs_there():
    assert top_level() - TOP_LEVEL == set()


def test_a_stray_file_at_the_top_level_would_be_seen(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("ignored\n")
    (tmp_path / "ignored").touch()
    (tmp_path / "notes.txt").touch()
    assert top_level(tmp_path) == {".gitignore", "notes.txt"}


def top_level(root: Path = ROOT) -> set[str]:
    """Return the names at the top level that git knows or would add; all names without git."""
    if not (root / ".git").exists():
        return {path.name for path in root.iterdir()} - {".venv", "instance", ".hypothesis"}
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    # A deleted file stays listed until the deletion is committed.
    return {line.split("/")[0] for line in listed.stdout.splitlines() if (root / line).exists()}
