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
        assert line, printed
        assert time.monotonic() < end, printed
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


def assert_the_loop_is_closed(folder: Path) -> None:
    """Look for what owners hear back and say to it, as `app/demo/loop.py` lists it."""
    wanted = {"reply": 2, "reply_rating": 1, "problem_comment": 3, "alarm": 1, "interview": 2}
    with closing(sqlite3.connect(folder / "linsheng.sqlite")) as database:
        for table, least in {**wanted, "public_answer": 1, "photo": 1}.items():
            found = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            assert found >= least, table


def test_the_demo_is_built_once_starts_again_in_seconds_and_ends_cleanly(tmp_path):
    port = free_port()
    first = start(tmp_path, port)
    printed = read_until_ready(first, port, 180)
    stop(first, port)
    sheet = json.loads((tmp_path / "demo.json").read_text("utf-8"))
    assert "register" in printed
    assert sheet["owner_links"][0] in printed
    assert {one["role"] for one in sheet["accounts"]} >= {"head_office", "leader", "office"}
    assert len(sheet["owner_links"]) >= 5
    assert sheet["answered_home"].keys() == {"link", "receipt"}
    assert_the_loop_is_closed(tmp_path)

    again = start(tmp_path, port)
    printed = read_until_ready(again, port, 60)
    stop(again, port)
    assert "register" not in printed  # nothing is built again
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
