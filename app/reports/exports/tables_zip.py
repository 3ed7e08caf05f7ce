"""Tables and key figures as a ZIP: the same lines as CSV, XLSX and JSON."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.exports.about import About
from app.reports.exports.archive import Archive, Made
from app.reports.exports.csv_file import MARK
from app.reports.exports.readme import facts
from app.reports.exports.safe import guarded
from app.reports.paper import in_language
from app.reports.workbook import Column, Sheet, make_workbook

Cell = str | int | float | None
TABLES_SCHEMA, KPI_SCHEMA = "linsheng-tables/1", "linsheng-kpi/1"
MOST_LINES = 400_000  # of a sheet


@dataclass(frozen=True, slots=True)
class List:
    """One list of an export.

    Attributes:
        name: Of its file, without the ending, and in JSON.
        title: Of its sheet.
        head: Names of its columns, the same in every language.
        rows: Its cells.
        note: What the reader must know about it.
    """

    name: str
    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    note: str = ""


def write_lists(
    path: Path,
    about: About,
    lists: Sequence[List],
    forms: Sequence[str],
    *,
    folder: str,
    schema: str,
) -> Made:
    """Write the ZIP of an order of tables or key figures.

    Args:
        path: Where to.
        about: The export.
        lists: What is in it.
        forms: csv, xlsx, json.
        folder: Name of the folder inside.
        schema: Which of the two it is.
    """
    archive = Archive(path, folder=folder, number=about.number, made_at=about.made_at)
    rows = sum(len(one.rows) for one in lists)
    left_out: dict[str, str] = {}
    with in_language(about.language):
        for form in forms:
            if form == "xlsx" and max(len(one.rows) for one in lists) > MOST_LINES:
                left_out[form] = "too_large"
            else:
                _WRITERS[form](archive, about, lists, schema)
        archive.add("README.txt", _readme(about, lists).encode())
    archive.close(
        {
            "export": about.number,
            "kind": schema,
            "campaign": about.campaign,
            "snapshot": about.snapshot,
            "code_version": about.code_version,
            "language": about.language,
            "made_at": about.made_at.isoformat(),
            "rows": rows,
            "left_out": left_out,
        }
    )
    return Made(rows, about.snapshot, left_out)


def _csv(archive: Archive, _about: About, lists: Sequence[List], _schema: str) -> None:
    for one in lists:
        with archive.text(f"{one.name}.csv") as target:
            target.write(MARK)
            writer = csv.writer(target, lineterminator="\r\n")
            writer.writerow(one.head)
            writer.writerows(_guarded(one.rows))


def _guarded(rows: Iterable[tuple[Cell, ...]]) -> Iterable[list[Cell]]:
    for row in rows:
        yield [guarded(cell) if isinstance(cell, str) else cell for cell in row]


def _xlsx(archive: Archive, about: About, lists: Sequence[List], _schema: str) -> None:
    sheets = [Sheet(one.title, [Column(name, 18) for name in one.head], one.rows) for one in lists]
    notes = [(_("Note"), one.note) for one in lists if one.note]
    what = Sheet(
        _("About this table"),
        (Column(_("What"), 26), Column(_("Value"), 90)),
        [*facts(about), *notes],
    )
    content = make_workbook(
        [*sheets, what],
        title=f"{about.name} {about.number}",
        company=about.company,
        day=beijing_date(about.made_at),
    )
    archive.add("tables.xlsx", content)


def _json(archive: Archive, about: About, lists: Sequence[List], schema: str) -> None:
    content: Mapping[str, object] = {
        "schema": schema,
        "export": about.number,
        "campaign": about.campaign,
        "language": about.language,
        "snapshot": about.snapshot,
        "code_version": about.code_version,
        "made_at": about.made_at.isoformat(),
        **{one.name: [dict(zip(one.head, row, strict=True)) for row in one.rows] for one in lists},
    }
    archive.add("tables.json", json.dumps(content, ensure_ascii=False, indent=1).encode())


_WRITERS: dict[str, Callable[[Archive, About, Sequence[List], str], None]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "json": _json,
}


def _readme(about: About, lists: Sequence[List]) -> str:
    lines = [about.name, "=" * 40, *(f"{name}: {value}" for name, value in facts(about)), ""]
    if about.is_demo:
        lines += [_("All data is invented.")]
    lines += [
        _("An empty value is withheld or unknown, never 0; the remark says why."),
        _("Means and shares have the digits that pages show."),
        *(f"{one.name}: {one.note}" for one in lists if one.note),
    ]
    return "\n".join(lines) + "\n"
