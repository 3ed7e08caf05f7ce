"""The application object for gunicorn and for the flask command."""

import gc
import os

from app.cli import register_commands
from app.config import ConfigError, read_config
from app.factory import create_app
from app.installation import DemoDataError
from app.vault import VaultKeyError

try:
    app = create_app(read_config(os.environ))
except (ConfigError, DemoDataError, VaultKeyError) as error:
    raise SystemExit(f"linsheng: {error}") from error
register_commands(app)
# What is loaded stays: searching it for garbage would hold up a page for a fifth of a second.
gc.collect()
gc.freeze()
