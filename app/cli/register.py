"""Commands on the register."""

import os
import sys
from pathlib import Path

import click

from app import clock
from app.config import read_config
from app.db import make_engine, write_session
from app.surveys.register import importing
from app.vault import Vault


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "is_real", is_flag=True, help="Write; without it only report.")
def import_file(file: Path, is_real: bool) -> None:
    """Import communities, buildings and households from CSV or XLSX: a dry run unless --apply."""
    config = read_config(os.environ)
    vault = Vault.from_file(config.key_file)
    with write_session(make_engine(config.database_url)) as session:
        try:
            table = importing.read_table(lambda: file.open("rb"), file.name)
            plan = importing.plan_import(session, table, vault)
        except importing.UnreadableTableError as error:
            raise click.ClickException(importing.describe_problem(error.problem)) from error
        click.echo(importing.describe(plan))
        if plan.errors:
            sys.exit(1)
        if is_real:
            importing.apply_import(session, plan, vault, actor="operator", now=clock.now())
