"""A market-standing study from two files, without a database."""

from pathlib import Path

import click

from app.analysis.competitors.study import run_market
from app.analysis.results.canonical import market_json
from app.cli.market_table import market_table
from app.i18n import DEFAULT_LANGUAGE, LANGUAGES, set_language
from app.surveys.snapshot.market_file import MarketFileError, read_market

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--places", required=True, type=_FILE, help="Communities of the market, CSV.")
@click.option("--data", required=True, type=_FILE, help="Interviews, CSV (docs/market-files.md).")
@click.option("--own", required=True, metavar="COMPANY", help="The company that asks.")
@click.option("--share", type=(str, float), multiple=True, metavar="ITEM SHARE",
              help="Importance of an item in the own perception survey; repeatable.")  # fmt: skip
@click.option("--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True)
@click.option("--table", "is_table", is_flag=True, help="Print a readable table.")
@click.option("--language", type=click.Choice(LANGUAGES), default=DEFAULT_LANGUAGE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="JSON of the result.")
def market(
    *,
    places: Path,
    data: Path,
    own: str,
    share: tuple[tuple[str, float], ...],
    level: float,
    is_table: bool,
    language: str,
    out: Path | None,
) -> None:
    """Compare companies by what their residents say."""
    if out is None and not is_table:
        raise click.UsageError("give --out, --table or both")
    set_language(language)
    try:
        survey = read_market(places.read_text("utf-8"), data.read_text("utf-8"), own=own)
    except (MarketFileError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    result = run_market(survey, shares=dict(share) or None, level=level)
    if is_table:
        click.echo(market_table(result), nl=False)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(market_json(result), encoding="utf-8")
        click.echo(f"n={result.interviews}  companies={len(survey.providers)}  -> {out}")
