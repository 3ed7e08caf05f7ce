"""Small datasets that state only what matters."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.analysis.data.dataset import BLANK, Column, Dataset, Role

FIVE = (1, 2, 3, 4, 5)
TEN = tuple(range(1, 11))


def make_dataset(
    answers: Mapping[tuple[Role, str], Sequence[int | None]],
    *,
    groups: Sequence[int] | None = None,
    communities: Sequence[str] | None = None,
    own_groups: bool = False,
    points: tuple[int, ...] = FIVE,
) -> Dataset:
    """Build a dataset from points per (role, item); None is "asked, no point".

    Picks are 1 and 0. Performance is on `points`, everything else rated is on 1-10.
    """
    columns: list[Column] = []
    values: list[list[int]] = []
    for (role, item), given in answers.items():
        if role is Role.PRIORITY:
            scale: tuple[int, ...] = (1, 0)
        elif role in (Role.PERFORMANCE, Role.ATTRIBUTE):
            scale = points
        else:
            scale = TEN
        satisfied = scale[-2:] if role in (Role.PERFORMANCE, Role.ATTRIBUTE) else ()
        columns.append(Column(f"{role}.{item}", role, item, scale, satisfied, item))
        values.append([BLANK if one is None else scale.index(one) + 1 for one in given])
    rows = len(values[0])
    names = tuple(sorted(set(communities))) if communities else ("one",)
    place = [names.index(name) for name in communities] if communities else [0] * rows
    return Dataset(
        columns=tuple(columns),
        values=np.array(values, dtype=np.uint8).T.copy(),
        wave=np.zeros(rows, dtype=np.int64),
        community=np.array(place, dtype=np.int64),
        group=np.array(
            groups if groups is not None else [k % 30 for k in range(rows)], dtype=np.int64
        ),
        waves=("2026-06",),
        communities=names,
        own_groups=own_groups,
    )


def ratings(items: Mapping[str, Sequence[int | None]]) -> dict[tuple[Role, str], Sequence]:
    """Return performance answers by item."""
    return {(Role.PERFORMANCE, item): given for item, given in items.items()}


def picks(items: Mapping[str, Sequence[int]]) -> dict[tuple[Role, str], Sequence]:
    """Return picks by item."""
    return {(Role.PRIORITY, item): given for item, given in items.items()}
