"""The study engine on any data file, without a database."""

from pathlib import Path

import click

from app.analysis.results.canonical import to_json
from app.surveys.instrument.problems import InstrumentError
from app.surveys.snapshot.external import ExternalDataError, run_external


@click.command()
@click.option("--instrument", required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("--data", required=True, type=click.Path(exists=True, dir_okay=False))
@click.option("--where", metavar="COLUMN=VALUE", help="Only rows with this value.")
@click.option("--replicates", metavar="COLUMN", help="Column of replicate groups.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def run(instrument: str, data: str, where: str | None, replicates: str | None, out: Path) -> None:
    """Run the statistics on a CSV or Parquet file described by an instrument."""
    try:
        result = run_external(Path(instrument), Path(data), where=where, replicates=replicates)
    except (InstrumentError, ExternalDataError) as error:
        raise click.ClickException(str(error)) from error
    out.write_text(to_json(result), encoding="utf-8")
    index = result.index
    value = "none" if index.value is None else f"{index.value:.3f}"
    stderr = "none" if index.stderr is None else f"{index.stderr:.4f}"
    click.echo(f"n={result.n}  index={value}  stderr={stderr}  -> {out}")
