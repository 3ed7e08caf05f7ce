"""Commands on the vault: change the key everything is sealed with."""

import os

import click

from app import clock
from app.config import read_config
from app.db import make_engine
from app.rights.erasure.queries import compact
from app.rights.keys.services import rotate as rotate_keys


@click.command()
def rotate() -> None:
    """Seal every name, phone and word under a new key. Stop pages and worker first."""
    config = read_config(os.environ)
    engine = make_engine(config.database_url)
    done = rotate_keys(engine, config.key_file, clock=clock.now)
    compact(engine)
    engine.dispose()
    for place, count in done.items():
        click.echo(f"{place}: {count}")
    click.echo(f"{sum(done.values())} values under the new key; now back the key file up")
