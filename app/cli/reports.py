"""Commands on reports: print them again into a folder, and check a printed one digit by digit."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
from sqlalchemy.orm import Session

from app import clock
from app.cli.campaigns import OPERATOR
from app.config import read_config
from app.db import make_engine
from app.i18n import DEFAULT_LANGUAGE, LANGUAGES
from app.reports.book import BOOK
from app.reports.company.queries import find_company_result
from app.reports.gather import Printer, gather, gather_company
from app.reports.kinds import KINDS, document_of, printed
from app.reports.numbers import Source
from app.reports.paper import in_language
from app.reports.papers.community import REPORT
from app.reports.queries import StoredResult, find_latest_result, get_run
from app.reports.verify import CannotVerifyError, Verified, verify
from app.storage import Storage
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import find_campaign, list_gates
from app.vault import Vault

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class _Press:
    """What a run of printing works with."""

    session: Session
    vault: Vault
    printer: Printer
    language: str
    folder: Path

    def source(self, stored: StoredResult) -> Source:
        """Return a community's result with what is printed around it."""
        run = get_run(self.session, stored.run_id)
        context = gather(
            self.session,
            self.vault,
            run,
            stored.result,
            printer=self.printer,
            language=self.language,
        )
        return Source(stored.result, context)

    def path(self, name: str, kind: str) -> Path:
        """Return where a file goes."""
        return self.folder / f"{name}-{kind}-{self.language}.pdf"

    def write(self, path: Path, kind: str, sources: tuple[Source, ...]) -> Path:
        """Print one document; a break leaves no file that is half there."""
        with in_language(self.language):
            content = printed(document_of(kind, sources), sources)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        return part.replace(path)


@click.command()
@click.argument("code")
@click.option("--community", "codes", multiple=True, help="Community code; all when left out.")
@click.option("--kind", "kinds", type=click.Choice((*KINDS, BOOK)), multiple=True, help="Repeat.")
@click.option("--lang", "languages", type=click.Choice(LANGUAGES), multiple=True, help="Repeat.")
@click.option("--out", "folder", type=_FOLDER, default=Path("reports"), show_default=True)
def make(
    code: str,
    codes: tuple[str, ...],
    kinds: tuple[str, ...],
    languages: tuple[str, ...],
    folder: Path,
) -> None:
    """Print reports, sheets or notices of released communities, or the company book.

    A file that is there already stays: after a break the same command goes on where it stopped.
    """
    config = read_config(os.environ)
    folder.mkdir(parents=True, exist_ok=True)
    engine = make_engine(config.database_url)
    made = kept = 0
    with Session(engine) as session:
        campaign = find_campaign(session, code)
        if campaign is None:
            raise click.ClickException(f"no campaign {code}")
        printer = Printer(config.company, config.demo, clock.now())
        vault = Vault.from_file(config.key_file)
        for language in languages or (DEFAULT_LANGUAGE,):
            press = _Press(session, vault, printer, language, folder)
            for path in _each(press, campaign, codes, kinds or (REPORT,)):
                made, kept = (made, kept + 1) if path is None else (made + 1, kept)
                if path is not None:
                    click.echo(path.name)
    engine.dispose()
    click.echo(f"{made} made, {kept} kept")


def _each(
    press: _Press, campaign: Campaign, codes: Sequence[str], kinds: Sequence[str]
) -> Iterator[Path | None]:
    """Print one file after the other; None stands for one that is there already."""
    gates = list_gates(press.session, campaign.id, OPERATOR)
    released = {one.community_code: one.community_id for one in gates if one.gate.frozen_at}
    unknown = [code for code in codes if code not in released]
    if unknown:
        raise click.ClickException(f"no released result: {', '.join(unknown)}")
    single = [kind for kind in kinds if kind != BOOK]
    for code in codes or sorted(released):
        stored = find_latest_result(press.session, campaign.id, released[code], OPERATOR)
        if stored is None or not single:
            continue
        name = f"{campaign.code}-{code}-r{stored.manifest.revision}"
        missing = [kind for kind in single if not press.path(name, kind).exists()]
        yield from [None] * (len(single) - len(missing))
        if missing:
            source = (press.source(stored),)
            for kind in missing:
                yield press.write(press.path(name, kind), kind, source)
    if BOOK in kinds:
        yield _book(press, campaign, sorted(released.items()))


def _book(press: _Press, campaign: Campaign, released: Sequence[tuple[str, int]]) -> Path | None:
    """Print the company book from the company's stored result and those of its communities."""
    company = find_company_result(press.session, campaign.id, OPERATOR)
    if company is None:
        raise click.ClickException(
            "the company has no result yet, or one that holds a community held by now"
        )
    path = press.path(f"{campaign.code}-r{company.manifest.revision}", BOOK)
    if path.exists():
        return None
    around = gather_company(press.session, company, printer=press.printer, language=press.language)
    sources = [Source(company.result, around)]
    for _code, community_id in released:
        stored = find_latest_result(press.session, campaign.id, community_id, OPERATOR)
        if stored is not None:
            sources.append(press.source(stored))
    return press.write(path, BOOK, tuple(sources))


@click.command("verify")
@click.argument("file", type=_FILE)
def verify_file(file: Path) -> None:
    """Work the numbers of a printed file out again; stop at the first that differs."""
    config = read_config(os.environ)
    engine = make_engine(config.database_url)
    try:
        with Session(engine) as session:
            found = verify(session, Storage(config.files), file.read_bytes())
    except CannotVerifyError as error:
        raise click.ClickException(_why(error)) from error
    finally:
        engine.dispose()
    click.echo(_words(found))
    if found.difference is not None:
        sys.exit(1)


def _why(error: CannotVerifyError) -> str:
    return {
        "not_ours": "not a report of this program, or its numbers were taken out",
        "damaged": "a report of this program whose bytes were damaged or changed",
        "other_code": (
            f"computed by code {error.found}, this is code {error.present}: "
            f"check its numbers with the version that printed it; {_issued(error.issued_on)}"
        ),
        "unknown_snapshot": f"snapshot {error.found} is not known here",
        "other_plan": f"plan {error.found[:16]} is not the plan of today, {error.present[:16]}",
    }.get(error.why, error.why)


def _words(found: Verified) -> str:
    if found.difference is not None:
        one = found.difference
        return f"differs at {one.where}: printed {one.printed!r}, rebuilt {one.rebuilt!r}"
    same = "the same file, byte for byte" if found.is_same_file else "every printed word agrees"
    line = f"{found.kind}: {found.figures} figures, {found.cells} cells agree; {same}"
    if not found.quoted:
        return line
    return (
        f"{line}\n{found.quoted} of these cells (comments, promises, follow-up, checks) are quoted "
        f"from the file, not worked out again; {_issued(found.issued_on)}"
    )


def _issued(day: date | None) -> str:
    if day is None:
        return "this file was not issued here, so they rest on its word"
    return f"this very file was issued here on {day.isoformat()}"
