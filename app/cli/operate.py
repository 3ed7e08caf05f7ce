"""Commands of the operator: schema, accounts, audit, worker."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from app import clock
from app.config import read_config
from app.db import make_engine, write_session
from app.installation import adopt_vault, open_vault
from app.rights.log import anchors
from app.staff import services
from app.staff.errors import BrokenChainError
from app.staff.models import Role
from app.surveys.register import queries as register_queries
from app.vault import Vault
from app.worker import run_worker
from migrations.run import current
from migrations.run import upgrade as run_upgrade


@click.command()
def upgrade() -> None:
    """Bring the database to the schema of this code; an empty one also gets its key file."""
    config = read_config(os.environ)
    config.instance.mkdir(parents=True, exist_ok=True)
    engine = make_engine(config.database_url)
    run_upgrade(engine)
    with write_session(engine) as session:
        adopt_vault(session, Vault.from_file(config.key_file, create=True))
    click.echo(current(engine))


@click.command()
def check() -> None:
    """Print the schema revision of the database."""
    click.echo(current(make_engine(read_config(os.environ).database_url)) or "empty")


@contextmanager
def _writing() -> Iterator[Session]:
    engine = make_engine(read_config(os.environ).database_url)
    try:
        with write_session(engine) as session:
            yield session
    finally:
        engine.dispose()


@click.command()
@click.argument("login")
@click.argument("name")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--community", "codes", multiple=True, help="Community code; repeat for several.")
@click.option("--region", "regions", multiple=True, help="Region code, for the role region.")
@click.option("--all-communities", is_flag=True, help="A clerk for every community.")
@click.password_option()
def add_staff(
    login: str,
    name: str,
    role: str,
    *,
    codes: tuple[str, ...],
    regions: tuple[str, ...],
    all_communities: bool,
    password: str,
) -> None:
    """Add an account; who gets no community sees none, except head office and leaders."""
    if all_communities and role != Role.CLERK:
        raise click.ClickException("--all-communities is for clerks only")
    if regions and role != Role.REGION:
        raise click.ClickException("--region is for the role region only")
    with _writing() as session:
        communities = [register_queries.find_community_by_code(session, code) for code in codes]
        unknown = [c for c, found in zip(codes, communities, strict=True) if found is None]
        if unknown:
            raise click.ClickException(f"unknown community: {', '.join(unknown)}")
        known = {region.code: region.id for region in register_queries.list_regions(session)}
        unknown = [code for code in regions if code not in known]
        if unknown:
            raise click.ClickException(f"unknown region: {', '.join(unknown)}")
        staff = services.add_staff(
            session,
            login=login,
            name=name,
            role=Role(role),
            password=password,
            community_ids=[found.id for found in communities if found],
            now=clock.now(),
            all_communities=all_communities,
        )
        if regions:
            services.give_regions(session, staff, [known[code] for code in regions])
    click.echo(login)


@click.command()
def verify_audit() -> None:
    """Check the audit log from its first entry to its last, and against the anchors of it."""
    config = read_config(os.environ)
    engine = make_engine(config.database_url)
    vault = open_vault(engine, config.key_file, is_demo=config.demo)
    with Session(engine) as session:
        try:
            count, anchored = anchors.verify(session, vault, config.instance)
        except BrokenChainError as error:
            click.echo(f"broken at entry {error.sequence}", err=True)
            sys.exit(1)
        except anchors.BrokenAnchorError as error:
            click.echo(f"not what was anchored on {error.args[0]}: {error.args[1]}", err=True)
            sys.exit(1)
    engine.dispose()
    click.echo(f"{count} entries, unbroken; {anchored} anchors hold")


@click.command()
def worker() -> None:
    """Run background jobs until told to stop."""
    run_worker(read_config(os.environ))
