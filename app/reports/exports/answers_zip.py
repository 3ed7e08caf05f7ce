"""Answers of one community, or of all, as a ZIP of the forms that were asked for. Worker side."""

import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.reports.exports.about import About
from app.reports.exports.answers import Batch, read_batches
from app.reports.exports.archive import Archive, Made
from app.reports.exports.coarse import group_labels
from app.reports.exports.csv_file import write_codebook, write_long, write_wide
from app.reports.exports.ddi import LANGUAGES, codebook_xml, count
from app.reports.exports.json_file import write_json
from app.reports.exports.parquet_file import write_parquet
from app.reports.exports.readme import facts, readme
from app.reports.exports.sav_file import write_sav
from app.reports.exports.variables import Variable, codebook
from app.reports.exports.xlsx_file import MOST_CELLS, MOST_ROWS, write_workbook
from app.reports.paper import in_language
from app.storage import Storage

MOST_SAV_CELLS = 60_000_000  # of which each takes four bytes of memory


@dataclass(frozen=True, slots=True)
class _Batches:
    """The communities of an export; every walk over them reads them again."""

    storage: Storage
    about: About
    groups: tuple[int, ...]  # the same in every form; drawn anew for every export, kept nowhere

    def __iter__(self) -> Iterator[Batch]:
        digests = [one.digest for one in self.about.frozen]
        return read_batches(self.storage, digests, self.about.instrument, groups=self.groups)


@dataclass(frozen=True, slots=True)
class _Job:
    """What every writer needs."""

    batches: _Batches
    book: Sequence[Variable]
    about: About
    scratch: Path

    @property
    def cells(self) -> int:
        """Return the cells of the wide table."""
        return self.about.returned * len(self.book)


def write_answers(
    path: Path, storage: Storage, about: About, forms: Sequence[str], *, folder: str
) -> Made:
    """Write the ZIP of an order.

    Args:
        path: Where to.
        storage: Where the snapshots lie.
        about: The export.
        forms: Names out of `WRITERS`.
        folder: Name of the folder inside.

    Raises:
        MissingFileError, DamagedFileError, BadManifestError: A snapshot is not what it promises.
    """
    archive = Archive(path, folder=folder, number=about.number, made_at=about.made_at)
    batches = _Batches(storage, about, group_labels(secrets.SystemRandom()))
    left_out: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as scratch, in_language(about.language):
        job = _Job(batches, codebook(about.instrument), about, Path(scratch))
        for form in forms:
            if _is_too_large(form, job):
                left_out[form] = "too_large"
            else:
                WRITERS[form](archive, job)
        _beside(archive, job, left_out)
    archive.close(_facts(about, left_out))
    return Made(about.returned, about.snapshot, left_out)


def _beside(archive: Archive, job: _Job, left_out: dict[str, str]) -> None:
    """Add what lies beside every export of answers: codebook, DDI, the page to read first."""
    with archive.text("codebook.csv") as target:
        write_codebook(target, job.book)
    books: dict[str, Sequence[Variable]] = {}
    for language in LANGUAGES:
        with in_language(language):
            books[language] = codebook(job.about.instrument)
    tally = count(job.batches, job.about.instrument)
    described = next((one for one in archive.names if one.startswith("answers")), "answers")
    archive.add("codebook.xml", codebook_xml(job.about, books, tally, file_name=described))
    archive.add("README.txt", readme(job.about, archive.names, left_out).encode())


def _is_too_large(form: str, job: _Job) -> bool:
    if form == "xlsx":
        return job.cells > MOST_CELLS or job.about.returned > MOST_ROWS
    return form == "sav" and job.cells > MOST_SAV_CELLS


def _csv(archive: Archive, job: _Job) -> None:
    for shape, write in (("wide", write_wide), ("long", write_long)):
        for words in (False, True):
            name = f"answers-{shape}-{'labels' if words else 'codes'}.csv"
            with archive.text(name) as target:
                write(target, job.batches, job.book, job.about.instrument, words=words)


def _xlsx(archive: Archive, job: _Job) -> None:
    def make(path: Path) -> None:
        write_workbook(
            path,
            job.batches,
            job.book,
            job.about.instrument,
            about=facts(job.about),
            company=job.about.company,
            number=job.about.number,
            made_at=job.about.made_at,
        )

    archive.add_made("answers.xlsx", job.scratch / "answers.xlsx", make)


def _sav(archive: Archive, job: _Job) -> None:
    def make(path: Path) -> None:
        write_sav(
            path,
            job.batches,
            job.book,
            job.about.instrument,
            title=job.about.name,
            note=f"export {job.about.number}",
        )

    archive.add_made("answers.sav", job.scratch / "answers.sav", make)


def _parquet(archive: Archive, job: _Job) -> None:
    notes = {
        "export": job.about.number,
        "campaign": job.about.campaign,
        "snapshot": job.about.snapshot,
        "instrument": job.about.instrument_digest,
    }
    archive.add_made(
        "answers.parquet",
        job.scratch / "answers.parquet",
        lambda path: write_parquet(path, job.batches, job.about.instrument, notes),
    )


def _json(archive: Archive, job: _Job) -> None:
    with archive.text("answers.json") as target:
        write_json(target, job.batches, job.book, job.about.instrument, job.about)


WRITERS: dict[str, Callable[[Archive, _Job], None]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "sav": _sav,
    "parquet": _parquet,
    "json": _json,
}


def _facts(about: About, left_out: dict[str, str]) -> dict[str, object]:
    return {
        "export": about.number,
        "kind": "answers",
        "campaign": about.campaign,
        "communities": [
            {"community": one.community, "digest": one.digest, "revision": one.revision}
            for one in about.frozen
        ],
        "snapshot": about.snapshot,
        "instrument": about.instrument_digest,
        "code_version": about.code_version,
        "language": about.language,
        "made_at": about.made_at.isoformat(),
        "rows": about.returned,
        "left_out": left_out,
    }
