"""Commands on instrument files."""

import os
import sys
from pathlib import Path

import click

from app import clock
from app.config import read_config
from app.db import make_engine, write_session
from app.surveys.campaign import services as campaign_services
from app.surveys.instrument.canonical import digest
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.report import report


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["zh-Hans", "en"]), default="zh-Hans")
def check(file: Path, language: str) -> None:
    """Say what is wrong with an instrument file, by line."""
    lines, is_good = report(file.read_bytes(), file.name, language)
    click.echo(lines)
    if not is_good:
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(file: Path) -> None:
    """Publish an instrument file: from then on this version never changes."""
    lines, is_good = report(file.read_bytes(), file.name, "zh-Hans")
    if not is_good:
        click.echo(lines)
        sys.exit(1)
    instrument = load_instrument(file.read_bytes().decode(), file.name).instrument
    config = read_config(os.environ)
    with write_session(make_engine(config.database_url)) as session:
        campaign_services.publish_instrument(session, instrument, now=clock.now())
    click.echo(f"{instrument.code} v{instrument.version} {digest(instrument)}")
