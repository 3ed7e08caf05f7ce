"""The company's result of a campaign: all frozen communities together and side by side."""

import os
from pathlib import Path

import click
from sqlalchemy.orm import Session

from app.analysis.results.canonical import from_json
from app.cli.study_table import study_table
from app.config import read_config
from app.db import make_engine
from app.i18n import DEFAULT_LANGUAGE, LANGUAGES, set_language
from app.reports.study import NothingIncludedError, compute_company
from app.reports.wording import names_of
from app.storage import Storage
from app.surveys.campaign.queries import find_campaign, get_instrument
from app.surveys.snapshot.queries import list_company_revisions


@click.command()
@click.argument("code")
@click.option("--table", "is_table", is_flag=True, help="Print a readable table.")
@click.option("--language", type=click.Choice(LANGUAGES), default=DEFAULT_LANGUAGE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="JSON of the result.")
def company(code: str, *, is_table: bool, language: str, out: Path | None) -> None:
    """Compute the company's result of campaign CODE from its newest company snapshot."""
    if out is None and not is_table:
        raise click.UsageError("give --out, --table or both")
    config = read_config(os.environ)
    engine = make_engine(config.database_url)
    with Session(engine) as session:
        campaign = find_campaign(session, code)
        if campaign is None:
            raise click.ClickException(f"there is no campaign {code}")
        revisions = list_company_revisions(session, campaign.id)
        if not revisions:
            raise click.ClickException(f"the company of campaign {code} is not released yet")
        digest, target = revisions[-1].digest, campaign.target
        instrument = get_instrument(session, campaign.instrument_digest)
    engine.dispose()
    try:
        computed = compute_company(Storage(config.files), digest, target=target)
    except NothingIncludedError:
        raise click.ClickException(
            f"the newest company snapshot of campaign {code} holds no community: all are held"
        ) from None
    if is_table:
        set_language(language)
        table = study_table(from_json(computed.result), names_of(instrument, language))
        click.echo(table, nl=False)
    if out is not None:
        out.write_text(computed.result, encoding="utf-8")
        click.echo(f"{digest} -> {out}")
