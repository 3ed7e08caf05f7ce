"""Commands about people: a one-time link from the server, for who is locked out of everything."""

import os

import click

from app import clock
from app.config import read_config
from app.db import make_engine, write_session
from app.staff.errors import DisabledPersonError
from app.staff.people import factors, links
from app.staff.people.rules import normal_login
from app.staff.queries import find_staff_by_login
from app.staff.scope import SYSTEM_ACTOR


@click.command()
@click.argument("login")
@click.option("--remove-code", is_flag=True, help="Take a lost second factor away, too.")
def link(login: str, *, remove_code: bool) -> None:
    """Print a one-time link with which the owner of an account sets a password."""
    config = read_config(os.environ)
    engine = make_engine(config.database_url)
    now = clock.now()
    try:
        with write_session(engine) as session:
            staff = find_staff_by_login(session, normal_login(login))
            if staff is None:
                raise click.ClickException(f"nobody has the login {login}")
            if remove_code:
                factors.remove(session, staff.id, actor=SYSTEM_ACTOR, now=now)
            made = links.make_link(session, staff, actor=SYSTEM_ACTOR, made_by=None, now=now)
    except DisabledPersonError:
        raise click.ClickException(f"{login} is disabled; an administrator enables it") from None
    finally:
        engine.dispose()
    click.echo(f"{config.public_url}/i/{made.token}")
    click.echo(f"good once, until {made.expires_at:%Y-%m-%d %H:%M} UTC")
