"""Answers as JSON: what it is about, the codebook, and a row for each home."""

import json
from collections.abc import Iterable, Sequence
from typing import TextIO

from app.reports.exports.about import About
from app.reports.exports.answers import Batch, numbers
from app.reports.exports.variables import Variable
from app.surveys.instrument.model import Instrument

SCHEMA = "linsheng-answers/1"


def write_json(
    target: TextIO,
    batches: Iterable[Batch],
    book: Sequence[Variable],
    instrument: Instrument,
    about: About,
) -> None:
    """Write one object; rows follow each other line by line. Described in docs/exports.md."""
    head = {
        "schema": SCHEMA,
        "export": about.number,
        "campaign": about.campaign,
        "language": about.language,
        "instrument": about.instrument_digest,
        "snapshot": about.snapshot,
        "code_version": about.code_version,
        "made_at": about.made_at.isoformat(),
        "base": about.base,
        "returned": about.returned,
        "variables": [_variable(one) for one in book],
        "columns": [one.name for one in book],
    }
    target.write(_text(head)[:-1] + ',"rows":[')
    before = "\n"
    for batch in batches:
        columns = [
            *batch.known.values(),
            *(
                [None if none else one for one, none in zip(v.tolist(), e.tolist(), strict=True)]
                for _name, v, e in numbers(batch, instrument)
            ),
        ]
        for row in zip(*columns, strict=True):
            target.write(before + _text(row))
            before = ",\n"
    target.write("\n]}\n")


def _variable(one: Variable) -> dict[str, object]:
    return {
        "name": one.name,
        "kind": one.kind.value,
        "measure": one.measure,
        "label": one.label,
        "question": one.question,
        "universe": one.universe,
        "role": one.role,
        "area": one.area,
        "values": [{"code": code, "word": word} for code, word in one.values],
        "missing": [{"code": code, "word": word} for code, word in one.missing],
        "empty": one.empty,
    }


def _text(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
