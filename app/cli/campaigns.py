"""Commands on campaigns."""

import os
import sys
from datetime import datetime

import click

from app import clock
from app.config import read_config
from app.db import make_engine, write_session
from app.followup.queries import count_comments_without_case
from app.staff.models import Role
from app.staff.queries import find_staff_by_login
from app.staff.scope import Scope
from app.surveys.campaign import queries
from app.surveys.campaign.planning.drafts import plan_campaign
from app.surveys.campaign.planning.services import open_planned
from app.surveys.campaign.planning.template import Proposal
from app.surveys.response.tracker import tracker
from app.vault import Vault

OPERATOR = Scope(staff_id=0, name="operator", role=Role.HEAD_OFFICE, community_ids=None)


@click.command()
@click.argument("code")
@click.option("--opens", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--closes", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--instrument", default="customer-perception", help="Code of the questionnaire.")
@click.option("--login", default="", help="Who answers for the tasks of head office.")
def create(code: str, opens: datetime, closes: datetime, instrument: str, login: str) -> None:
    """Create a campaign from the newest published version of a questionnaire."""
    with write_session(make_engine(read_config(os.environ).database_url)) as session:
        version = queries.find_newest_instrument(session, instrument)
        if version is None:
            raise click.ClickException(f"no published instrument {instrument}")
        proposal = Proposal(
            code=code,
            title=f"{opens.year}年{opens.month}月业主满意度调查",
            title_en=f"Owners' satisfaction survey {opens:%B %Y}",
            opens_on=opens.date(),
            closes_on=closes.date(),
        )
        staff = find_staff_by_login(session, login) if login else None
        if login and staff is None:
            raise click.ClickException(f"no account {login}")
        staff_id = None if staff is None else staff.id
        plan_campaign(session, proposal, version.digest, staff_id=staff_id, now=clock.now())
    click.echo(code)


@click.command()
@click.argument("code")
def open_one(code: str) -> None:
    """Open a locked campaign: copy the frame, make the tokens."""
    config = read_config(os.environ)
    vault = Vault.from_file(config.key_file)
    with write_session(make_engine(config.database_url)) as session:
        campaign = queries.find_campaign(session, code)
        if campaign is None:
            raise click.ClickException(f"no campaign {code}")
        open_planned(session, campaign, vault, now=clock.now())
    click.echo(code)


@click.command()
@click.argument("code")
def show_tracker(code: str) -> None:
    """Print the return rate of every community."""
    with write_session(make_engine(read_config(os.environ).database_url)) as session:
        campaign = queries.find_campaign(session, code)
        if campaign is None:
            raise click.ClickException(f"no campaign {code}")
        for row in tracker(session, campaign, OPERATOR, now=clock.now()).communities:
            click.echo(
                f"{row.name}\t{row.returned}/{row.base}\t{row.percent_text}\t{row.status.state}"
            )


@click.command()
@click.argument("code")
def check(code: str) -> None:
    """Count comments that have no follow-up case; it must print 0 some minutes after the last."""
    with write_session(make_engine(read_config(os.environ).database_url)) as session:
        campaign = queries.find_campaign(session, code)
        if campaign is None:
            raise click.ClickException(f"no campaign {code}")
        missing = count_comments_without_case(session, campaign.id)
    click.echo(f"comments without a case: {missing}")
    if missing:
        sys.exit(1)
