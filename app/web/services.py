"""What every view needs from outside the request: settings, vault, files, the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from app.config import Config
from app.storage import Storage
from app.vault import Vault

KEY = "linsheng"


@dataclass(slots=True)
class Services:
    """The outside world of one application object; tests replace `clock`."""

    config: Config
    vault: Vault
    storage: Storage
    clock: Callable[[], datetime]

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return self.clock()


def services() -> Services:
    """Return the services of the present application."""
    return cast("Services", current_app.extensions[KEY])
