"""The command that counts a campaign afresh and compares: `campaign recount CODE [--mend]`."""

import os
import sys

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.config import read_config
from app.db import make_engine, write_session
from app.surveys.campaign import queries
from app.surveys.campaign.models import Campaign
from app.surveys.response.counts.services import Difference, mend
from app.surveys.response.counts.services import recount as count_afresh


@click.command()
@click.argument("code")
@click.option("--mend", "is_mended", is_flag=True, help="Write the counts anew.")
def recount(code: str, *, is_mended: bool) -> None:
    """Print every count that is kept otherwise than a fresh count says; none is the rule."""
    engine = make_engine(read_config(os.environ).database_url)
    try:
        found = _compare(engine, code)
        if found and is_mended:
            with write_session(engine) as session:
                mend(session, _campaign(session, code))
    finally:
        engine.dispose()
    for one in found:
        click.echo(
            f"{one.community_id}\t{one.place}\t{one.what}\tkept {one.kept}\tcounted {one.counted}"
        )
    click.echo(f"differences: {len(found)}")
    if found and not is_mended:
        sys.exit(1)
    if found:
        click.echo("mended")


def _compare(engine: Engine, code: str) -> list[Difference]:
    """Compare within one picture of the database: what comes in meanwhile is no difference."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine) as session:
        return count_afresh(session, _campaign(session, code))


def _campaign(session: Session, code: str) -> Campaign:
    campaign = queries.find_campaign(session, code)
    if campaign is None:
        raise click.ClickException(f"no campaign {code}")
    return campaign
