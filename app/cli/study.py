"""The study engine on any data file, without a database."""

import json
from pathlib import Path

import click

from app.analysis.results.canonical import to_json
from app.analysis.results.schema import json_schema
from app.cli.study_table import study_table
from app.i18n import DEFAULT_LANGUAGE, LANGUAGES, set_language
from app.reports.wording import names_of
from app.surveys.instrument.problems import InstrumentError
from app.surveys.snapshot.column_map import NamedColumns
from app.surveys.snapshot.external import ExternalDataError, study_external
from app.surveys.snapshot.plan_spec import json_schema as plan_schema

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--plan", "plan_file", type=_FILE, help="What to compute; see docs/study-plan.md.")
@click.option("--instrument", type=_FILE, help="Scales and column map; or named by the plan.")
@click.option("--data", required=True, type=_FILE, help="CSV (UTF-8, header) or Parquet.")
@click.option("--where", metavar="COLUMN=VALUE", help="Only rows with this value.")
@click.option("--replicates", metavar="COLUMN", default="", help="Column of replicate groups.")
@click.option("--wave", metavar="COLUMN", default="", help="Column of waves.")
@click.option("--community", metavar="COLUMN", default="", help="Column of communities.")
@click.option("--segment", metavar="COLUMN", multiple=True, help="Column of segments; repeatable.")
@click.option("--seed", type=int, default=0, show_default=True, help="Kept in the result.")
@click.option("--table", "is_table", is_flag=True, help="Print a readable table.")
@click.option("--language", type=click.Choice(LANGUAGES), default=DEFAULT_LANGUAGE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="JSON of the result.")
def run(  # noqa: PLR0913 - one for each option of the command
    *,
    plan_file: Path | None,
    instrument: Path | None,
    data: Path,
    where: str | None,
    replicates: str,
    wave: str,
    community: str,
    segment: tuple[str, ...],
    seed: int,
    is_table: bool,
    language: str,
    out: Path | None,
) -> None:
    """Run the statistics on a CSV or Parquet file described by an instrument."""
    if out is None and not is_table:
        raise click.UsageError("give --out, --table or both")
    set_language(language)
    named = NamedColumns(wave=wave, community=community, replicates=replicates, segments=segment)
    try:
        study = study_external(data, instrument, plan_file, where=where, named=named, seed=seed)
    except (InstrumentError, ExternalDataError) as error:
        raise click.ClickException(str(error)) from error
    result = study.result
    if is_table:
        click.echo(study_table(result, names_of(study.instrument, language)), nl=False)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(to_json(result), encoding="utf-8")
        index = result.index
        value = "none" if index.value is None else f"{index.value:.3f}"
        stderr = "none" if index.stderr is None else f"{index.stderr:.4f}"
        click.echo(f"n={result.n}  index={value}  stderr={stderr}  -> {out}")


@click.command()
@click.argument("what", type=click.Choice(["result", "plan"]))
def schema(what: str) -> None:
    """Print the JSON Schema of results or of plan files."""
    made = json_schema() if what == "result" else plan_schema()
    click.echo(json.dumps(made, indent=1, ensure_ascii=False))
