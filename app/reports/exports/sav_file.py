"""Answers as an SPSS file: words of variables and values, measure, missing values as a range."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from app.reports.exports import codes
from app.reports.exports.answers import Batch, numbers
from app.reports.exports.variables import Kind, Variable
from app.surveys.instrument.model import Instrument

_MOST_NAME = 64  # bytes of a variable's name
_MOST_LABEL = 250  # bytes of its label
_MOST_WORD = 118  # bytes of the word of a value
_WORDS = frozenset(
    {
        *("ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"),
    }
)


def write_sav(
    path: Path,
    batches: Iterable[Batch],
    book: Sequence[Variable],
    instrument: Instrument,
    *,
    title: str,
    note: str,
) -> None:
    """Write all homes into one file.

    Args:
        path: Where to.
        batches: The answers.
        book: The codebook, in the language of the words.
        instrument: What was asked.
        title: Label of the file.
        note: Kept in the file.
    """
    frame = pd.concat([_frame(one, instrument) for one in batches], ignore_index=True)
    names = sav_names(book)
    frame.columns = pd.Index([names[name] for name in frame.columns])
    coded = [one for one in book if one.kind is Kind.CODE]
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=_cut(title, 64),
        column_labels={names[one.name]: _cut(one.label, _MOST_LABEL) for one in book},
        note=note,
        compress=True,
        variable_value_labels={
            names[one.name]: {
                code: _cut(word, _MOST_WORD) for code, word in (*one.values, *one.missing)
            }
            for one in coded
        },
        missing_ranges={
            names[one.name]: [{"lo": codes.NOT_ASKED, "hi": codes.LAST_MISSING}] for one in coded
        },
        variable_measure={names[one.name]: one.measure for one in book},
        variable_format={names[one.name]: "F4.0" for one in coded},
    )


def sav_names(book: Sequence[Variable]) -> dict[str, str]:
    """Return the name of every variable as SPSS allows it: as it is, unless that is impossible."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for one in book:
        name = one.name.rstrip(".")
        if not name[:1].isalpha() or name.upper() in _WORDS:
            name = f"v_{name}"
        if len(name.encode()) > _MOST_NAME or name.upper() in taken:
            name = f"{_cut(name, _MOST_NAME - 6)}_{len(found)}"
        taken.add(name.upper())
        found[one.name] = name
    return found


def _frame(batch: Batch, instrument: Instrument) -> pd.DataFrame:
    columns: dict[str, object] = {}
    for name, column in batch.known.items():
        if name in ("week", "replicate_group", "weight"):
            columns[name] = np.array(
                [np.nan if one is None else float(one) for one in column], dtype=np.float64
            )
        else:
            columns[name] = [str(one) for one in column]
    for name, values, is_empty in numbers(batch, instrument):
        column_values = values.astype(np.float32)
        column_values[is_empty] = np.nan
        columns[name] = column_values
    return pd.DataFrame(columns)


def _cut(text: str, most: int) -> str:
    """Return as much of a text as fits into so many bytes, no letter halved."""
    return text.encode()[:most].decode(errors="ignore")
