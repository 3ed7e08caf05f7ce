"""Command on the API: its description, as it is committed."""

import click

from app.web.api.document import as_text
from app.web.api.routes import OPERATIONS


@click.command()
def describe() -> None:
    """Print the description (OpenAPI 3.1); docs/openapi.json is a copy of it."""
    click.echo(as_text(OPERATIONS), nl=False)
