"""The parts a printed document is made of. Every figure and table has an id that never changes.

A document is words and cells, not markup: what is printed, what is embedded in the file as its
numbers, and what a later check compares are the same objects.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from app.reports.charts import Chart


@dataclass(frozen=True, slots=True)
class Marked:
    """A cell that is drawn: the words it stands for, and its own markup."""

    text: str
    html: Markup


Cell = str | Marked


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, how it is aligned (l, n, c) and its share of the width."""

    head: str
    align: str = "l"
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph: plain, lead, note or warning."""

    text: str
    look: str = "plain"
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of printed cells.

    Attributes:
        id: Its number within the document, e.g. ``2.1``.
        title: What it shows; empty below a heading that says it.
        columns, rows: Its cells, as printed.
        note: A sentence below it.
        is_summed: The last row is a sum.
        is_small: Reference rather than reading: smaller print.
    """

    id: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    is_summed: bool = False
    is_small: bool = False
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart with its caption.

    Attributes:
        id: As in `Table`.
        title: What it shows.
        chart: Its description; every word and every mark of it is checked.
        caption: How to read it.
    """

    id: str
    title: str
    chart: Chart
    caption: str = ""
    kind: str = "drawing"


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the big numbers: what it is, the number, and what stands below it."""

    label: str
    value: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """A row of big numbers."""

    id: str
    figures: Sequence[Figure]
    kind: str = "figures"


@dataclass(frozen=True, slots=True)
class Point:
    """One line of a list: what, how sure (a band), and why."""

    name: str
    detail: str = ""
    band: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """A short list with its heading.

    Attributes:
        id: As in `Table`.
        title: Its heading.
        points: Its lines.
        empty: What is said instead where there is none.
        is_brief: One line each, in two columns.
    """

    id: str
    title: str
    points: Sequence[Point]
    empty: str = ""
    is_brief: bool = False
    kind: str = "points"


_COLUMNS = 3
_HEAD_LENGTH = 40  # what a name and the space around it take, in characters


@dataclass(frozen=True, slots=True)
class Formula:
    """A number explained: its name, its formula (may be empty) and what goes in."""

    name: str
    formula: Markup
    text: str


@dataclass(frozen=True, slots=True)
class Formulas:
    """Explanations in three columns: cells of a table, for CSS columns are laid out many times."""

    entries: Sequence[Formula]
    kind: str = "formulas"

    @property
    def columns(self) -> list[list[Formula]]:
        """Return the entries in their order, dealt to columns of about the same length."""
        lengths = [_HEAD_LENGTH + len(one.formula) // 8 + len(one.text) for one in self.entries]
        whole, before = sum(lengths), 0
        columns: list[list[Formula]] = [[] for _ in range(_COLUMNS)]
        for one, length in zip(self.entries, lengths, strict=True):
            columns[min(_COLUMNS - 1, _COLUMNS * (before + length // 2) // max(1, whole))].append(
                one
            )
            before += length
        return columns


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lots of blocks beside each other, and how much of the width the left one has."""

    left: Sequence["Block"]
    right: Sequence["Block"]
    share: float = 0.5
    kind: str = "pair"


Block = Heading | Text | Table | Drawing | Figures | Points | Formulas | Pair


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter; it begins on a new page unless it says otherwise."""

    anchor: str
    title: str
    blocks: Sequence[Block]
    is_new_page: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """Everything printed into one file.

    Attributes:
        kind: report, sheet, notice or book.
        language: Language of every word.
        title: Title of the file, and of its cover where it has one.
        author: Who publishes it.
        heading: Line at the head of each page.
        foot: Line at its foot.
        sections: Its chapters.
        subtitle: Lines below the title of the cover.
        standing: Warnings on the cover.
        cover_notes: Lines at the foot of the cover.
    """

    kind: str
    language: str
    title: str
    author: str
    heading: str
    foot: str
    sections: Sequence[Section]
    subtitle: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    cover_notes: tuple[str, ...] = ()

    @property
    def html_language(self) -> str:
        """Return the language as HTML names it."""
        return "zh-CN" if self.language == "zh-Hans" else self.language


def beside(left: Sequence[Block], right: Sequence[Block]) -> list[Block]:
    """Return two lots of blocks beside each other, or the one that has something to say."""
    if left and right:
        return [Pair(left, right)]
    return [*left, *right]


def flat(blocks: Sequence[Block]) -> Iterator[Block]:
    """Return blocks one after the other, those that stand in pairs too."""
    for block in blocks:
        if isinstance(block, Pair):
            yield from flat(block.left)
            yield from flat(block.right)
        else:
            yield block


def prefixed(blocks: Sequence[Block], code: str) -> list[Block]:
    """Return blocks whose ids begin with a code: the same figure of several communities."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Pair):
            left, right = prefixed(block.left, code), prefixed(block.right, code)
            found.append(replace(block, left=left, right=right))
        elif isinstance(block, Table | Drawing | Figures | Points):
            found.append(replace(block, id=f"{code}.{block.id}"))
        else:
            found.append(block)
    return found


def percent_widths(columns: Sequence[Column]) -> list[float]:
    """Return the width of each column in per cent of the table."""
    total = sum(column.width for column in columns)
    return [round(100 * column.width / total, 2) for column in columns]


def words_of(cell: Cell) -> str:
    """Return what a cell says."""
    return cell if isinstance(cell, str) else cell.text
