"""The import contracts of pyproject.toml hold, and each is seen to break when violated."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = range(1, 9)

# file, line added at its end, number of the contract it must break
VIOLATIONS = {
    "app/config.py": "from app.staff import scope\n",
    "app/surveys/register/rules.py": "from app.surveys.response import models\n",
    "app/analysis/results/study.py": "import sqlalchemy\n",
    "app/staff/audit.py": "import flask\n",
    "app/web/forms.py": "import scipy\n",
    "app/web/desk/__init__.py": "import app.web.entry\n",
    "app/web/owner/__init__.py": "import app.staff.scope\n",
    "app/staff/errors.py": "import app.staff.audit\n",
    "app/newcomer.py": '"""A module that has no place in the plan."""\n',
}


def lint_imports(root: Path) -> tuple[int, dict[int, str]]:
    """Run import-linter on a tree; return its exit code and KEPT or BROKEN by contract."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()",
         "--no-cache", "--no-logo"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    lines = re.findall(r"^(\d) .* (KEPT|BROKEN)$", done.stdout, re.MULTILINE)
    assert lines, done.stdout + done.stderr
    return done.returncode, {int(number): state for number, state in lines}


def test_the_floors_of_the_house_hold():
    code, contracts = lint_imports(ROOT)
    assert contracts == dict.fromkeys(CONTRACTS, "KEPT")
    assert code == 0


@pytest.fixture
def house_copy(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("*.pyc", "static")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_breaks_when_it_is_violated(house_copy):
    for name, line in VIOLATIONS.items():
        with (house_copy / name).open("a") as file:
            file.write(line)

    code, contracts = lint_imports(house_copy)

    assert contracts == dict.fromkeys(CONTRACTS, "BROKEN")
    assert code == 1


def test_a_module_without_a_floor_breaks_the_first_contract(house_copy):
    (house_copy / "app/newcomer.py").write_text(VIOLATIONS["app/newcomer.py"])
    assert lint_imports(house_copy)[1][1] == "BROKEN"
