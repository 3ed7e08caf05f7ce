"""The index of some of a community's answers, as the study computes it. Worker side."""

from collections.abc import Sequence

import numpy as np

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Dataset
from app.analysis.plan import make_plan
from app.analysis.study import run_study
from app.surveys.instrument.canonical import digest
from app.surveys.instrument.model import Instrument
from app.surveys.integrity.collected.queries import Collected
from app.surveys.snapshot.load import columns_of

Figures = tuple[float | None, float | None, float | None]


def index_of(instrument: Instrument, answers: Sequence[Collected], base: int) -> Figures:
    """Return the satisfaction index of these answers with its 95 % interval.

    The same study with the same suppression as the published result, so that both figures can
    stand beside it; None where too few answers are left.
    """
    if not answers:
        return None, None, None
    columns = columns_of(instrument)
    stored = [item.code for item in instrument.items if item.in_vector]
    places = [stored.index(column.code) for column in columns]
    vectors = np.frombuffer(b"".join(one.answer.vector for one in answers), dtype=np.uint8)
    matrix = vectors.reshape(len(answers), len(stored))
    nothing = np.zeros(len(answers), dtype=np.int64)
    dataset = Dataset(
        columns=columns,
        values=np.ascontiguousarray(matrix[:, places]),
        wave=nothing,
        community=nothing,
        group=np.array([one.group for one in answers], dtype=np.int64),
        waves=("now",),
        communities=("here",),
    )
    plan = make_plan(columns, instrument=digest(instrument), population=max(base, len(answers)))
    index = run_study(make_cells(dataset), plan).index
    return index.value, index.low, index.high
