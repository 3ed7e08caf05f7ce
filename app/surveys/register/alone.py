"""A very large file in a process of its own.

The worker holds the libraries of the statistics; this process loads the register alone, and what
memory a million homes take goes with it.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import clock
from app.config import ROOT, Config, read_config
from app.db import make_engine
from app.installation import open_vault
from app.surveys.register import jobs, queries
from app.vault import Vault

LARGE = 20_000_000  # bytes; smaller files are worked on where the order arrives
_WORK = {jobs.CHECK: jobs.check_file, jobs.IMPORT: jobs.import_file}


class Place(jobs.Place, Protocol):
    """What a job gets, with all settings: a new process needs them."""

    @property
    def config(self) -> Config:
        """The settings."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a process of its own works with."""

    engine: Engine
    vault: Vault
    clock: Callable[[], datetime]
    config: Config


def check_file(place: Place, payload: dict[str, object]) -> None:
    """Job: check a file, a very large one in a process of its own."""
    _do(jobs.CHECK, place, payload)


def import_file(place: Place, payload: dict[str, object]) -> None:
    """Job: import a checked file, a very large one in a process of its own."""
    _do(jobs.IMPORT, place, payload)


def _do(kind: str, place: Place, payload: dict[str, object]) -> None:
    with Session(place.engine) as session:
        file = queries.find_file(session, int(str(payload["file"])))
        is_large = file is not None and file.size > LARGE
    if not is_large:
        _WORK[kind](place, payload)
        return
    start(place.config, kind, int(str(payload["file"])))


def start(config: Config, kind: str, file_id: int) -> None:
    """Do the work in a new process with the same settings, and wait for it.

    Raises:
        CalledProcessError: The process failed; the queue tries again.
    """
    settings = {
        "LINSHENG_DATABASE": config.database_url,
        "LINSHENG_INSTANCE": str(config.instance),
        "LINSHENG_KEY_FILE": str(config.key_file),
        "LINSHENG_DEMO": "1" if config.demo else "0",
    }
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "app.surveys.register.alone", kind, str(file_id)],
        cwd=ROOT,
        env={**os.environ, **settings},
        check=True,
    )


def main() -> None:
    """Do one piece of work as the arguments say."""
    kind, file_id = sys.argv[1:]
    config = read_config(os.environ)
    engine = make_engine(config.database_url)
    vault = open_vault(engine, config.key_file, is_demo=config.demo)
    _WORK[kind](Desk(engine, vault, clock.now, config), {"file": int(file_id)})


if __name__ == "__main__":
    main()
