"""Browser libraries are the ones named in VENDORED.md, unmodified."""

import hashlib
import re
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[3] / "app" / "web" / "static" / "vendor"


def test_every_vendored_file_has_the_digest_that_is_written_down():
    text = (VENDOR / "VENDORED.md").read_text("utf-8")
    named = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", text, re.MULTILINE))
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDORED.md"
    }
    assert named == found
