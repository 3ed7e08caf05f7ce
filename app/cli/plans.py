"""Commands on the plan of a campaign: evidence, clashes, what is missing, approve, lock, close."""

import os
from datetime import datetime
from typing import TextIO

import click
from sqlalchemy.orm import Session

from app import clock
from app.config import read_config
from app.db import make_engine, write_session
from app.staff.queries import find_staff_by_login
from app.surveys.campaign import queries
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning import services
from app.surveys.campaign.planning.clash_check import acknowledge, list_clashes
from app.surveys.campaign.planning.clashes import ClashKind
from app.surveys.campaign.planning.evidence import Talk, record_talk
from app.surveys.campaign.planning.models import TalkForm
from app.surveys.campaign.planning.readiness import find_missing
from app.surveys.response.pilots.queries import count_answers
from app.vault import Vault


@click.command()
@click.argument("code")
def missing(code: str) -> None:
    """Print what the approval of a plan still waits for; nothing means ready."""
    with write_session(make_engine(read_config(os.environ).database_url)) as session:
        for one in find_missing(session, _campaign(session, code), now=clock.now()):
            click.echo(f"{one.code}\t{one.count}")


@click.command()
@click.argument("code")
@click.option("--login", required=True, help="Who records it.")
@click.option("--held", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--form", "form", default="group", type=click.Choice([one.value for one in TalkForm]))
@click.option("--place", required=True)
@click.option("--participants", required=True, type=int)
@click.option("--minutes", required=True, type=click.File(encoding="utf-8"), help="Text file.")
def talk(
    code: str,
    login: str,
    held: datetime,
    form: str,
    place: str,
    participants: int,
    minutes: TextIO,
) -> None:
    """Record a talk with owners: the evidence behind the items. The minutes are sealed."""
    config = read_config(os.environ)
    vault = Vault.from_file(config.key_file)
    facts = Talk(held.date(), TalkForm(form), place, participants, minutes.read())
    with write_session(make_engine(config.database_url)) as session:
        campaign = _campaign(session, code)
        staff_id = _staff_id(session, login)
        record_talk(session, vault, campaign, facts, staff_id=staff_id, now=clock.now())
    click.echo(code)


@click.command()
@click.argument("code")
@click.option("--login", required=True, help="Who has looked at them.")
@click.option("--reason", required=True, help="What is done about them.")
def seen(code: str, login: str, reason: str) -> None:
    """Print the clashes of a plan nobody has looked at yet, and note that they were seen."""
    with write_session(make_engine(read_config(os.environ).database_url)) as session:
        campaign, now = _campaign(session, code), clock.now()
        staff_id = _staff_id(session, login)
        for one in list_clashes(session, campaign, now=now):
            if one.note is None:
                days = f"{one.clash.first} {one.clash.last}" if one.clash.first else ""
                click.echo("\t".join([one.clash.kind, days, *one.clash.names]))
        acknowledge(session, campaign, ClashKind, reason=reason, staff_id=staff_id, now=now)


@click.command()
@click.argument("code")
@click.option("--login", required=True, help="Who approves.")
@click.option("--reason", default="", help="Why it is not a leader.")
def approve(code: str, login: str, reason: str) -> None:
    """Approve the plan of a campaign."""
    with write_session(make_engine(read_config(os.environ).database_url)) as session:
        campaign = _campaign(session, code)
        staff_id = _staff_id(session, login)
        services.approve_plan(session, campaign, staff_id=staff_id, now=clock.now(), note=reason)
    click.echo(code)


@click.command()
@click.argument("code")
@click.option("--login", required=True, help="Who locks the questionnaire.")
@click.option("--reason", default="", help="Why without a pilot of enough answers.")
def lock(code: str, login: str, reason: str) -> None:
    """Lock the questionnaire of an approved campaign."""
    with write_session(make_engine(read_config(os.environ).database_url)) as session:
        campaign = _campaign(session, code)
        services.lock_campaign(
            session,
            campaign,
            staff_id=_staff_id(session, login),
            now=clock.now(),
            pilot_answers=count_answers(session, campaign.id),
            note=reason,
        )
    click.echo(code)


@click.command()
@click.argument("code")
@click.option("--login", required=True, help="Who closes it.")
def close(code: str, login: str) -> None:
    """Close a campaign whose results were reviewed."""
    with write_session(make_engine(read_config(os.environ).database_url)) as session:
        campaign = _campaign(session, code)
        staff_id = _staff_id(session, login)
        services.close_campaign(session, campaign, staff_id=staff_id, now=clock.now())
    click.echo(code)


def _campaign(session: Session, code: str) -> Campaign:
    campaign = queries.find_campaign(session, code)
    if campaign is None:
        raise click.ClickException(f"no campaign {code}")
    return campaign


def _staff_id(session: Session, login: str) -> int:
    staff = find_staff_by_login(session, login)
    if staff is None:
        raise click.ClickException(f"no account {login}")
    return staff.id
