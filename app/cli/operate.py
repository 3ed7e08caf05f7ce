"""Commands of the operator: schema, accounts, audit, worker."""

import os
import sys

import click

from app import clock
from app.config import read_config
from app.db import make_engine, write_session
from app.staff import audit, services
from app.staff.errors import BrokenChainError
from app.staff.models import Role
from app.surveys.register import queries as register_queries
from app.worker import run_worker
from migrations.run import current
from migrations.run import upgrade as run_upgrade


@click.command()
def upgrade() -> None:
    """Bring the database to the schema of this code."""
    config = read_config(os.environ)
    config.instance.mkdir(parents=True, exist_ok=True)
    engine = make_engine(config.database_url)
    run_upgrade(engine)
    click.echo(current(engine))


@click.command()
def check() -> None:
    """Print the schema revision of the database."""
    click.echo(current(make_engine(read_config(os.environ).database_url)) or "empty")


@click.command()
@click.argument("login")
@click.argument("name")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--community", "codes", multiple=True, help="Community code; repeat for several.")
@click.password_option()
def add_staff(login: str, name: str, role: str, codes: tuple[str, ...], password: str) -> None:
    """Add an account."""
    with write_session(make_engine(read_config(os.environ).database_url)) as session:
        communities = [register_queries.find_community_by_code(session, code) for code in codes]
        unknown = [c for c, found in zip(codes, communities, strict=True) if found is None]
        if unknown:
            raise click.ClickException(f"unknown community: {', '.join(unknown)}")
        services.add_staff(
            session,
            login=login,
            name=name,
            role=Role(role),
            password=password,
            community_ids=[found.id for found in communities if found],
            now=clock.now(),
        )
    click.echo(login)


@click.command()
def verify_audit() -> None:
    """Check the chain of the audit log from its first entry to its last."""
    with write_session(make_engine(read_config(os.environ).database_url)) as session:
        try:
            count = audit.verify_chain(session)
        except BrokenChainError as error:
            click.echo(f"broken at entry {error.sequence}", err=True)
            sys.exit(1)
    click.echo(f"{count} entries, unbroken")


@click.command()
def worker() -> None:
    """Run background jobs until told to stop."""
    run_worker(read_config(os.environ))
