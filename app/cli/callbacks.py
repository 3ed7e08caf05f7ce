"""Command that checks the draws of a week."""

import os
import sys
from datetime import date, datetime

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.config import read_config
from app.db import make_engine
from app.service.callbacks import drawing, queries
from app.staff.models import Role
from app.staff.scope import SYSTEM_ACTOR, Scope

_EVERYBODY = Scope(staff_id=0, name=SYSTEM_ACTOR, role=Role.HEAD_OFFICE, community_ids=None)


@click.command()
@click.argument("week", metavar="WEEK", type=click.DateTime(formats=["%Y-%m-%d"]))
def verify(week: datetime) -> None:
    """Draw the orders of a week once more and compare; WEEK is its Monday, 2026-11-02."""
    monday: date = week.date()
    if monday.weekday() != 0:
        raise click.BadParameter(f"{monday.isoformat()} is no Monday", param_hint="WEEK")
    engine = make_engine(read_config(os.environ).database_url)
    try:
        bad = _check_week(engine, monday)
    finally:
        engine.dispose()
    if bad:
        sys.exit(1)


def _check_week(engine: Engine, monday: date) -> int:
    """Print what checking a week found; return how many draws are wrong, 1 where there is none."""
    bad = 0
    with Session(engine) as session:
        rows = queries.list_draws(session, _EVERYBODY, monday, until=None)
        if not rows:
            click.echo(f"no draw of the week of {monday.isoformat()}")
            return 1
        for row in rows:
            if row.draw.finished_at is None:
                click.echo(f"{row.community}: calls not over, seed sealed, {row.draw.commitment}")
                continue
            check = drawing.check_draw(session, row.draw)
            bad += not check.is_good
            state = "ok" if check.is_good else "WRONG"
            late = f", {len(check.late)} came in later" if check.late else ""
            counts = f"{row.draw.drawn} of {row.draw.orders}"
            click.echo(f"{row.community}: {state}, {counts} drawn{late}, seed {row.draw.seed}")
    return bad
