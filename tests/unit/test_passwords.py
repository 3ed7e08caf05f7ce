"""The settings of passwords, in a process of its own: the suite lowers their cost for itself."""

import subprocess
import sys

from app.config import ROOT

HASH = "from app.staff.passwords import hash_password; print(hash_password('correct horse'))"


def test_a_password_costs_whoever_guesses_64_mib_and_three_passes():
    said = subprocess.run(
        [sys.executable, "-c", HASH],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
