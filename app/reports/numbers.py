"""The numbers of a printed document, as they are embedded in its file and compared by a check."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

from app.analysis.results.study import StudyResult
from app.reports.charts import Chart, Curve, Point, Segment, Words
from app.reports.context import ReportContext
from app.reports.papers.blocks import (
    Block,
    Document,
    Drawing,
    Figures,
    Points,
    Table,
    Text,
    flat,
    words_of,
)

FIGURES_FILE = "figures.json"
SCHEMA = "linsheng-report/1"
# What the names of codes follow from is the questionnaire, which the snapshot holds.
_FROM_SNAPSHOT = frozenset({"names", "codes", "questions"})


@dataclass(frozen=True, slots=True)
class Source:
    """A result a document was made from, with what is printed around it."""

    result: StudyResult
    context: ReportContext


def cells_of(document: Document) -> dict[str, list[list[str]]]:
    """Return what every figure, table and paragraph of a document says, by its id.

    Args:
        document: The document; paragraphs get the id of their section and a letter.

    Raises:
        ValueError: Two figures have the same id.
    """
    found: dict[str, list[list[str]]] = {}
    for section in document.sections:
        paragraphs = 0
        for block in flat(section.blocks):
            if isinstance(block, Text):
                paragraphs += 1
                name, cells = f"{section.anchor}.text{paragraphs}", [[block.text]]
            else:
                name, cells = _cells(block)
            if not cells:
                continue
            if name in found:
                raise ValueError(name)
            found[name] = cells
    return found


def _cells(block: Block) -> tuple[str, list[list[str]]]:
    if isinstance(block, Table):
        head = [column.head for column in block.columns]
        rows = [[words_of(cell) for cell in row] for row in block.rows]
        return f"R-{block.id}", [[block.title], head, *rows, [block.note]]
    if isinstance(block, Drawing):
        return f"R-{block.id}", [[block.title, block.caption], *_marks(block.chart)]
    if isinstance(block, Figures):
        return f"R-{block.id}", [[one.label, one.value, *one.notes] for one in block.figures]
    if isinstance(block, Points):
        rows = [[one.name, one.band, one.detail] for one in block.points]
        return f"R-{block.id}", [[block.title], *(rows or [[block.empty]])]
    return "", []


def _marks(chart: Chart) -> Iterator[list[str]]:
    """Return every word of a chart, and where its marks stand to a hundredth."""
    for scale in (chart.x, chart.y):
        yield [scale.title, *(tick.label for tick in scale.ticks)]
    for mark in chart.marks:
        if isinstance(mark, Words):
            yield [mark.text]
        elif isinstance(mark, Point):
            ends = [*(mark.x_interval or ()), *(mark.y_interval or ())]
            yield [mark.shape, *(f"{value:.2f}" for value in (mark.x, mark.y, *ends))]
        elif isinstance(mark, Segment):
            yield [f"{value:.2f}" for value in (mark.x1, mark.y1, mark.x2, mark.y2)]
        elif isinstance(mark, Curve):
            yield [f"{value:.2f}" for pair in mark.points for value in pair]


def embedded(document: Document, sources: tuple[Source, ...]) -> str:
    """Return the text a file carries along: keys of its results, surroundings, and cells."""
    data = {
        "schema": SCHEMA,
        "kind": document.kind,
        "language": document.language,
        "sources": [_source(one) for one in sources],
        "figures": cells_of(document),
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=0) + "\n"


def _source(source: Source) -> dict[str, Any]:
    context = source.context
    kept = {
        one.name: _plain(getattr(context, one.name))
        for one in fields(context)
        if one.name not in _FROM_SNAPSHOT
    }
    return {
        "snapshot": context.snapshot_digest,
        "plan": context.plan_digest,
        "code_version": context.code_version,
        "seed": context.seed,
        "around": kept,
    }


def _plain(value: object) -> object:
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if hasattr(value, "__dataclass_fields__"):
        return {key: _plain(one) for key, one in asdict(value).items()}  # type: ignore[call-overload]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value
