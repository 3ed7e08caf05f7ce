"""`make demo` as scripts use it: built once, ready by its own word, ended by Ctrl-C."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from app.config import ROOT

pytestmark = pytest.mark.heavy
FLASK = str(Path(sys.executable).parent / "flask")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, port: int) -> subprocess.Popen[str]:
    environ = {**os.environ, "LINSHENG_INSTANCE": str(folder), "PORT": str(port)}
    environ |= {"LINSHENG_DEMO": "1"}
    environ.pop("LINSHENG_DATABASE", None)
    return subprocess.Popen(
        [FLASK, "--app", "wsgi", "demo"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until_ready(process: subprocess.Popen[str], port: int, seconds: float) -> str:
    """Return what was printed up to the last line of the sheet; then /healthz must answer."""
    assert process.stdout is not None
    end, printed = time.monotonic() + seconds, ""
    while "Ctrl-C stops it." not in printed:
        line = process.stdout.readline()
        if not line or time.monotonic() > end:
            process.kill()
            pytest.fail(printed)
        printed += line
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        assert answer.status == 200
    return printed


def stop(process: subprocess.Popen[str], port: int) -> None:
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert output.endswith("stopped\n")
    assert process.returncode == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0, "the web server still runs"


def read_until_cut(process: subprocess.Popen[str], word: str) -> str:
    """Return what was printed up to a line with a word, and take the power away."""
    assert process.stdout is not None
    printed = ""
    while word not in printed:
        line = process.stdout.readline()
        assert line, printed
        printed += line
    process.kill()
    process.communicate(timeout=30)
    return printed


def assert_everything_has_happened(folder: Path) -> None:
    """Look for what the demo shows of a campaign, as the modules of `app/demo` list it."""
    least = {
        "reply": 2,
        "reply_rating": 1,
        "problem_comment": 3,
        "alarm": 1,
        "interview": 2,
        "public_answer": 1,
        "photo": 1,
        "region": 2,
        "household_event": 4,
        "care_need": 10,
        "owners_talk": 6,
        "item_change": 10,
        "clash_note": 1,
        "context_event": 2,
        "handover": 54,
        "opt_out": 2,
        "message_run": 2,
        "exclusion": 3,
        "letter_file": 2,
        "gate_hold": 1,
        "gate_extension": 1,
        "response_void": 2,
        "work_package": 18,
        "paper_sheet": 50,
        "scan_page": 30,
        "market_interview": 900,
        "market_run": 1,
        "history_wave": 4,
    }
    with closing(sqlite3.connect(folder / "linsheng.sqlite")) as database:

        def count(what: str) -> int:
            return int(database.execute(f"SELECT count(*) FROM {what}").fetchone()[0])

        for table, wanted in least.items():
            assert count(table) >= wanted, table
        assert count("contact_event WHERE kind = 'attempt'") >= 100
        assert count("message WHERE state = 'sent'") >= 500
        assert count("message_run WHERE state = 'approved'") == 1  # it waits for its time
        assert count("exclusion WHERE approved_at IS NULL") == 1
        assert count("gate WHERE held_at IS NOT NULL") == 0  # the hold was lifted
        assert count("work_package WHERE done_at IS NULL") == 2
        assert count("snapshot WHERE revision = 2 AND community_id IS NOT NULL") == 1
        assert count("scan_batch WHERE state = 'closed' AND pages = accepted") == 1
        assert count("scan_batch WHERE state = 'open' AND queued > 0") == 1
        in_pilot = "JOIN campaign ON campaign.id = campaign_id WHERE pilot_of_id IS NOT NULL"
        assert count(f"frame_member {in_pilot} AND returned_at IS NOT NULL") >= 30


def say(folder: Path, *command: str) -> str:
    environ = {**os.environ, "LINSHENG_INSTANCE": str(folder), "LINSHENG_DEMO": "1"}
    environ.pop("LINSHENG_DATABASE", None)
    return subprocess.run(
        [FLASK, "--app", "wsgi", *command],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip


def test_the_demo_is_built_once_starts_again_in_seconds_and_ends_cleanly(tmp_path):
    port = free_port()
    cut = read_until_cut(start(tmp_path, port), "锦棠湾 answers")
    assert "register" in cut
    first = start(tmp_path, port)
    printed = read_until_ready(first, port, 600)
    stop(first, port)
    sheet = json.loads((tmp_path / "demo.json").read_text("utf-8"))
    assert "register" not in printed  # it went on where the power had failed
    assert sheet["owner_links"][0] in printed
    assert {one["role"] for one in sheet["accounts"]} >= {"head_office", "leader", "office"}
    assert len(sheet["owner_links"]) >= 5
    assert sheet["answered_home"].keys() == {"link", "receipt"}
    assert_everything_has_happened(tmp_path)
    assert say(tmp_path, "campaign", "recount", sheet["campaigns"]["running"]).endswith(" 0\n")
    assert "unbroken" in say(tmp_path, "audit", "verify")

    again = start(tmp_path, port)
    printed = read_until_ready(again, port, 60)
    stop(again, port)
    assert "campaign" not in printed  # nothing is built again
    assert sheet["owner_links"][0] in printed
    assert json.loads((tmp_path / "demo.json").read_text("utf-8")) == sheet


def test_a_port_in_use_is_said_at_once(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(tmp_path, taken.getsockname()[1])
        output, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "in use" in output
    assert not (tmp_path / "demo.json").exists()
