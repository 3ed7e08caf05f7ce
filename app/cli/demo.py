"""`make demo`: the demo company, the web server and the worker, with everything printed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.config import ROOT, Config, read_config
from app.demo.build import build_demo
from app.demo.sheet import DemoSheet

READY_SECONDS = 60
STOP_SECONDS = 15


@click.command()
@click.option("--build-only", is_flag=True, help="Make the data and stop.")
def demo(build_only: bool) -> None:
    """Make the demo company (once), then run web server and worker until Ctrl-C."""
    os.environ["LINSHENG_DEMO"] = "1"
    config = read_config(os.environ)
    port = int(os.environ.get("PORT", "8000"))
    if not build_only:
        _check_port(port)
    config.instance.mkdir(parents=True, exist_ok=True)
    sheet = build_demo(config, say=_say)
    # Scripts look for instance/demo.json, whatever folder the demo's own data lies in.
    is_default = "LINSHENG_INSTANCE" not in os.environ
    target = (ROOT / "instance" if is_default else config.instance) / "demo.json"
    target.write_text(json.dumps(sheet.as_data(), ensure_ascii=False, indent=1), encoding="utf-8")
    if build_only:
        return
    with _running(config, port) as children:
        _wait_until_ready(f"http://127.0.0.1:{port}", children)
        _print_sheet(sheet, target)
        _wait_for_the_end(children)


def _say(line: str) -> None:
    click.echo(f"  {line}", err=True)


def _check_port(port: int) -> None:
    """Say so at once when somebody else has the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(
                f"port {port} is in use: stop what runs there, or choose another with PORT=8080"
            ) from error


@contextmanager
def _running(config: Config, port: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run server and worker in groups of their own; on leaving, end both and wait for them."""
    binaries = Path(sys.executable).parent
    log = config.instance / "log"
    log.mkdir(exist_ok=True)
    commands = {
        "web": [
            str(binaries / "gunicorn"), "--workers", "1", "--threads", "8",
            "--worker-class", "gthread", "--no-control-socket", "--preload",
            "--bind", f"127.0.0.1:{port}", "--graceful-timeout", "10", "wsgi:app",
        ],
        "worker": [str(binaries / "flask"), "--app", "wsgi", "worker"],
    }  # fmt: skip
    children = []
    for name, command in commands.items():
        with (log / f"{name}.log").open("ab") as output:
            children.append(
                subprocess.Popen(  # noqa: S603 - both commands are our own
                    command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
                )
            )
    # SIGINT too: a script that starts the demo in the background hands it down ignored.
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        yield children
    except KeyboardInterrupt:
        _say("")
    finally:
        _stop(children)


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    end = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
    _say("stopped")


def _wait_until_ready(address: str, children: list[subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if any(child.poll() is not None for child in children):
            raise click.ClickException("a process ended early: see instance/log")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise click.ClickException("the web server did not answer: see instance/log/web.log")


def _wait_for_the_end(children: list[subprocess.Popen[bytes]]) -> None:
    while True:
        for child in children:
            if child.poll() is not None:
                raise click.ClickException("a process ended: see instance/log")
        time.sleep(0.5)


def _print_sheet(sheet: DemoSheet, target: Path) -> None:
    width = max(len(account.login) for account in sheet.accounts)
    lines = [
        "",
        "邻声 Linsheng is running. All people, homes and answers in it are invented.",
        "",
        f"  owner's phone   {sheet.owner_links[0]}",
        f"  staff sign in   {sheet.public_url}/login",
        "",
    ]
    lines += [
        f"    {account.login:<{width}}  {account.password}   {account.what}"
        for account in sheet.accounts
    ]
    lines += [
        "",
        f"  more links for scripts: {target.name} beside the database",
        "  Ctrl-C stops it.",
        "",
    ]
    click.echo("\n".join(lines))
