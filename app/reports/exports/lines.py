"""Tables of results as lines: one value with its interval a line, with the digits pages show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace

from app.analysis.results.comparison import SegmentsResult
from app.analysis.results.estimate import Estimate
from app.i18n import gettext as _
from app.reports import wording
from app.reports.exhibits.codes import SCHEMES, variable_name
from app.reports.exhibits.exhibit import Source
from app.reports.exhibits.parts import variables
from app.reports.exhibits.registry import PAGES, build
from app.reports.exhibits.table import COUNT, POINTS, SHARE, TEXT, Head, Row, Table
from app.reports.exhibits.verdicts import withheld_word
from app.reports.exports.safe import cleaned

# Owners' committees read results, not how the answers were checked.
_ONLY_STAFF = frozenset(PAGES["quality"])
GROUPS = "groups"
SATISFIED = "satisfied"
# From so many homes a share is said, in steps of so many hundredths: two numbers of homes at least
# fit every step, mostly three or more.
_STEPS = ((500, 1), (100, 5), (30, 10))


@dataclass(frozen=True, slots=True)
class Line:
    """One value of one table.

    Attributes:
        community: Code of the community.
        name: Its name.
        table: Name of the table, as in addresses of its files.
        title: What the table shows.
        row, column: Where the value stands.
        value: Number or word; None where it is withheld or unknown.
        low, high: Its 95 % interval.
        answers: Answers it rests on.
        remark: Why it is withheld, or what its row says besides.
        standing: What is said of the result as a whole.
    """

    community: str
    name: str
    table: str
    title: str
    row: str
    column: str
    value: str | float | None
    low: float | None = None
    high: float | None = None
    answers: int | None = None
    remark: str = ""
    standing: str = ""


HEAD = tuple(one.name for one in fields(Line))


def lines_of(source: Source, *, code: str, name: str, tables: Sequence[str]) -> Iterator[Line]:
    """Yield every value of one community's result, in the language of the moment.

    Args:
        source: The result.
        code: Code of the community.
        name: Its name.
        tables: Which tables, in order; see `tables_for`.
    """
    standing = " ".join(wording.standing_notes(source.result))
    for table in tables:
        for view, by in _views(source, table):
            exhibit = build(table, view)
            if exhibit is not None:
                told = _as_shares(exhibit.table) if table == SATISFIED else exhibit.table
                blank = Line(code, name, table, told.title, "", "", None, standing=standing)
                yield from _of_table(told, replace(blank, table=f"{table}{by}"))
    for found in source.result.segments:
        yield from _groups(source, found, code=code, name=name, standing=standing)


def tables_for(*, is_staff: bool) -> tuple[str, ...]:
    """Return the tables somebody reads: those of the pages he may open."""
    names = dict.fromkeys(one for page in PAGES.values() for one in page)
    return tuple(one for one in names if is_staff or one not in _ONLY_STAFF)


def as_row(line: Line) -> tuple[str | float | int | None, ...]:
    """Return the cells of a line, in the order of `HEAD`."""
    return astuple(line)


def as_object(line: Line) -> Mapping[str, object]:
    """Return a line as an object of JSON."""
    return dict(zip(HEAD, as_row(line), strict=True))


def _views(source: Source, table: str) -> Iterator[tuple[Source, str]]:
    """Yield the ways a page shows a table, with what tells them apart."""
    choices: Sequence[str] = ()
    if table in ("segments", "satisfied"):
        choices = variables(source)
    elif table == "rollups":
        known = {one.scheme for one in source.result.rollups}
        choices = [one for one in SCHEMES if one in known]
    if not choices:
        yield source, ""
    for choice in choices:
        yield replace(source, by=choice), f".{choice}"


def coarse_share(count: int, total: int) -> float | None:
    """Return a share of homes so coarse that it does not give their number; None of few homes."""
    step = next((step for least, step in _STEPS if total >= least), None)
    return None if step is None else round(step * round(100 * count / total / step) / 100, 2)


def _as_shares(table: Table) -> Table:
    """Return the table of satisfied homes without its counts.

    The counts of two revisions would tell what the home answered that left between them.
    """
    rows = []
    for row in table.rows:
        satisfied, _unsatisfied, together = row.cells
        share = None
        if isinstance(satisfied, int) and isinstance(together, int):
            share = coarse_share(satisfied, together)
        rows.append(replace(row, cells=(share,)))
    heads = (Head(_("Share of homes satisfied, rounded"), SHARE, 0),)
    return replace(table, title=_("Satisfied overall, share"), heads=heads, rows=tuple(rows))


def _of_table(table: Table, blank: Line) -> Iterator[Line]:
    for row in table.rows:
        for head, value in zip(table.heads, row.cells, strict=True):
            yield _cell(row, head, value, blank)


def _cell(row: Row, head: Head, value: str | float | Estimate | None, blank: Line) -> Line:
    at = replace(
        blank,
        row=cleaned(row.name),
        column=cleaned(head.title),
        remark="; ".join(row.flags),
    )
    if isinstance(value, Estimate):
        shown = replace(at, value=_shown(head, value.value), answers=value.n)
        if head.ends and head.kind != TEXT:
            return replace(shown, low=_shown(head, value.low), high=_shown(head, value.high))
        return shown
    if isinstance(value, str):
        return replace(at, value=cleaned(value))
    return replace(at, value=_shown(head, value))


def _shown(head: Head, value: float | None) -> float | None:
    """Return a number with the digits pages show, never more."""
    if value is None or head.kind == COUNT:
        return value
    return round(value, head.digits + (2 if head.kind in (SHARE, POINTS) else 0))


def _groups(
    source: Source, found: SegmentsResult, *, code: str, name: str, standing: str
) -> Iterator[Line]:
    """Yield the means of every part of the homes; what may not be shown is withheld with why."""
    what = variable_name(found.variable)
    for entry in found.entries:
        withheld = dict(entry.hidden)
        blank = Line(
            community=code,
            name=name,
            table=f"{GROUPS}.{found.variable}",
            title=_("{variable}: means of 0-100", variable=what),
            row=cleaned(source.codes.level(found.variable, entry.value)),
            column=_("Homes"),
            value=entry.n,
            standing=standing,
        )
        yield blank
        for contrast in entry.contrasts:
            reason = withheld.get(contrast.code)
            is_said = reason is None and contrast.value is not None
            yield replace(
                blank,
                column=cleaned(_measure(source, contrast.code)),
                value=round(contrast.value, 1) if is_said and contrast.value is not None else None,
                remark="" if reason is None else withheld_word(reason),
            )


def _measure(source: Source, code: str) -> str:
    if code == "index":
        return _("Satisfaction index")
    if code == "overall":
        return _("Overall rating")
    return source.names.area(code)
