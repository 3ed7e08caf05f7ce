"""Rows for the few methods that sums cannot do: a selection of them, and dummies as columns."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import (
    NOT_ASKED,
    Column,
    Dataset,
    Role,
    points_of,
)

_AWAY, _THERE = 1, 2  # positions of the points 0 and 1


def keep_rows(dataset: Dataset, kept: NDArray[np.bool_]) -> Dataset:
    """Return the households of a selection.

    Args:
        dataset: The answers.
        kept: Shape (households,).

    Source: ours, see docs/methods/cells.md.
    """
    return replace(
        dataset,
        values=dataset.values[kept],
        wave=dataset.wave[kept],
        community=dataset.community[kept],
        group=dataset.group[kept],
        cell=None if dataset.cell is None else dataset.cell[kept],
    )


def answers_of(dataset: Dataset, keys: tuple[tuple[Role, str], ...]) -> NDArray[np.float64]:
    """Return answers in scale points, one column a key, NaN where there is no counted point.

    Args:
        dataset: The answers.
        keys: Role and item of the columns wanted.

    Returns:
        Shape (households, keys).

    Raises:
        KeyError: There is no such column.

    Source: ours, see docs/methods/cells.md.
    """
    place = {column.key: k for k, column in enumerate(dataset.columns)}
    columns = [points_of(dataset, place[key]) for key in keys]
    return np.column_stack(columns) if columns else np.zeros((dataset.households, 0))


def box_dummies(
    dataset: Dataset,
    outcome: tuple[Role, str],
    keys: tuple[tuple[Role, str], ...],
    boxes: tuple[tuple[int, ...], tuple[int, ...]],
) -> Dataset:
    """Return the outcome with a low and a high dummy for every item, listwise.

    A household that lacks the outcome or any of the items answers nothing; it stays in, so that
    weights and groups are those of the study.

    Args:
        dataset: The answers.
        outcome: Role and item of the outcome.
        keys: Role and item of the items.
        boxes: Points of the bottom box and of the top box.

    Returns:
        Columns: the outcome, all low dummies (item ``low.<item>``), all high ones.

    Source: ours, see docs/methods/asymmetry.md.
    """
    place = {column.key: k for k, column in enumerate(dataset.columns)}
    given = answers_of(dataset, (outcome, *keys))
    complete = np.isfinite(given).all(axis=1)
    columns = [dataset.columns[place[outcome]]]
    values = [np.where(complete, dataset.values[:, place[outcome]], NOT_ASKED)]
    for name, points in zip(("low", "high"), boxes, strict=True):
        for k, (_, item) in enumerate(keys):
            code = f"{name}.{item}"
            columns.append(Column(code, Role.PERFORMANCE, code, (0, 1)))
            inside = np.where(np.isin(given[:, 1 + k], points), _THERE, _AWAY)
            values.append(np.where(complete, inside, NOT_ASKED))
    return replace(
        dataset, columns=tuple(columns), values=np.stack(values, axis=1).astype(np.uint8)
    )
