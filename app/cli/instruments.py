"""Commands on instrument files."""

import os
import sys
from pathlib import Path

import click

from app import clock
from app.clock import beijing_date
from app.config import read_config
from app.db import make_engine, write_session
from app.reports.questionnaire_files import form_workbook, read_form
from app.surveys.campaign import services as campaign_services
from app.surveys.instrument.canonical import digest
from app.surveys.instrument.exchange.formats import ENDINGS, Format, write
from app.surveys.instrument.exchange.imports import import_form
from app.surveys.instrument.exchange.losses import ExchangeError, Loss, place_words, say
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.messages import format_problem
from app.surveys.instrument.report import report


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["zh-Hans", "en"]), default="zh-Hans")
def check(file: Path, language: str) -> None:
    """Say what is wrong with an instrument file, by line."""
    lines, is_good = report(file.read_bytes(), file.name, language)
    click.echo(lines)
    if not is_good:
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(file: Path) -> None:
    """Publish an instrument file: from then on this version never changes."""
    lines, is_good = report(file.read_bytes(), file.name, "zh-Hans")
    if not is_good:
        click.echo(lines)
        sys.exit(1)
    instrument = load_instrument(file.read_bytes().decode(), file.name).instrument
    config = read_config(os.environ)
    with write_session(make_engine(config.database_url)) as session:
        campaign_services.publish_instrument(session, instrument, now=clock.now())
    click.echo(f"{instrument.code} v{instrument.version} {digest(instrument)}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "to", type=click.Choice([one.value for one in Format]), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@click.option("--language", type=click.Choice(["zh-Hans", "en"]), default="zh-Hans")
def convert(file: Path, to: str, out: Path | None, language: str) -> None:
    """Write an instrument in another format, or make a draft from one, with a loss report."""
    form = Format(to)
    target = out or file.with_name(file.stem + ENDINGS[form])
    if target.resolve() == file.resolve():
        raise click.ClickException(f"{target}: --out")
    content = file.read_bytes()
    if file.suffix.lower() in (".yaml", ".yml"):
        _leave(file, content, form, target, language)
    elif form is Format.YAML:
        _take(file, content, target, language)
    else:
        raise click.ClickException("--to yaml")


def _leave(file: Path, content: bytes, form: Format, target: Path, language: str) -> None:
    lines, is_good = report(content, file.name, language)
    if not is_good:
        click.echo(lines)
        sys.exit(1)
    loaded = load_instrument(content.decode("utf-8-sig"), file.name)
    written = write(loaded.instrument, form, loaded.columns)
    if written.book is None:
        target.write_text(written.text, "utf-8")
    else:
        day = beijing_date(clock.now())
        title = loaded.instrument.code
        target.write_bytes(form_workbook(written.book, title=title, company="", day=day))
    _tell(written.losses, language)
    click.echo(str(target))


def _take(file: Path, content: bytes, target: Path, language: str) -> None:
    try:
        made = import_form(read_form(content, file.stem), file.name)
    except ExchangeError as error:
        _tell(error.losses, language)
        sys.exit(1)
    target.write_text(made.text, "utf-8")
    _tell(made.losses, language)
    for one in made.findings:
        place = place_words(one.place, language)
        click.echo(f"{format_problem(one.problem, language)}{f' [{place}]' if place else ''}")
    click.echo(str(target))


def _tell(losses: tuple[Loss, ...], language: str) -> None:
    for loss in losses:
        about = " ".join(part for part in (place_words(loss.place, language), loss.subject) if part)
        click.echo(f"{loss.level.value}: {about + ': ' if about else ''}{say(loss, language)}")
