"""The application object for gunicorn and for the flask command."""

import os

from app.cli import register_commands
from app.config import read_config
from app.factory import create_app

app = create_app(read_config(os.environ))
register_commands(app)
