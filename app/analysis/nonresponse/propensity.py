"""Who answers: response propensities of the frame from what is known of every home.

The frame is a table of patterns: homes that agree in building, phase, tenure and so on count
together, so a frame of 200,000 homes is some hundred rows. The logistic model has main effects.
Categories that are too small, or of which all or nobody answered, are joined first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

REST = "other"
LEAST_MEMBERS = 10

_ROUNDS = 100
_TOLERANCE = 1e-10
# A fitted propensity this near to 0 or 1 belongs to a replicate that lost all who differ.
_FARTHEST = 15.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class FrameTableError(ValueError):
    """Arrays of a frame do not fit each other.

    Attributes:
        name: The variable or array at fault.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True, eq=False)
class FrameTable:
    """The frame by pattern and replicate group.

    Attributes:
        variables: What is known of every home.
        categories: The categories of each variable.
        patterns: Category of each variable by pattern, shape (patterns, variables).
        members: Homes, shape (groups, patterns).
        returned: Homes whose answer counts, same shape.
        joined: Categories of each variable that were put together as one.
    """

    variables: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    patterns: Ints
    members: Ints
    returned: Ints
    joined: tuple[tuple[str, ...], ...]

    @property
    def design(self) -> Floats:
        """Return a constant and the dummies of all but the first category of each variable."""
        parts = [np.ones((len(self.patterns), 1))]
        for place, names in enumerate(self.categories):
            parts.append(dummies(self.patterns[:, place], len(names))[:, 1:])
        return np.hstack(parts)


def dummies(codes: Ints, categories: int) -> Floats:
    """Return one column of 0 and 1 for each category.

    Source: ours, see docs/methods/nonresponse.md.
    """
    return np.asarray(codes[:, None] == np.arange(categories), dtype=np.float64)


def make_frame_table(
    variables: Mapping[str, Sequence[str]], returned: ArrayLike, groups: ArrayLike
) -> FrameTable:
    """Return the table of a frame, small and one-sided categories joined.

    Categories with fewer than 10 homes, or of which all or nobody answered, become one of the name
    "other"; while that one is still such a category, the next smallest joins it. A variable of
    which one category remains is left out.

    Args:
        variables: Category of every home, by variable.
        returned: Whether the home's answer counts.
        groups: Replicate group of every home.

    Raises:
        FrameTableError: An array is shorter or longer than the others.

    Source: ours, see docs/methods/nonresponse.md.
    """
    answered, group = np.asarray(returned, dtype=bool), np.asarray(groups, dtype=np.int64)
    ones = np.ones(answered.size, dtype=np.int64)
    return make_counted_table(variables, group, ones, answered.astype(np.int64))


def make_counted_table(
    variables: Mapping[str, Sequence[str]],
    groups: ArrayLike,
    members: ArrayLike,
    returned: ArrayLike,
) -> FrameTable:
    """Return the table of a frame of which every row counts homes: see `make_frame_table`.

    Args:
        variables: Category of every row, by variable.
        groups: Replicate group of every row.
        members: Homes of every row.
        returned: Homes of every row whose answer counts.

    Raises:
        FrameTableError: An array is shorter or longer than the others.

    Source: ours, see docs/methods/nonresponse.md.
    """
    group = np.asarray(groups, dtype=np.int64)
    homes, back = np.asarray(members, dtype=np.int64), np.asarray(returned, dtype=np.int64)
    if not group.shape == homes.shape == back.shape:
        raise FrameTableError("groups")
    names: list[str] = []
    categories: list[tuple[str, ...]] = []
    joined: list[tuple[str, ...]] = []
    columns: list[Ints] = []
    for name, values in variables.items():
        if len(values) != back.size:
            raise FrameTableError(name)
        codes, known, together = _joined(np.asarray(values, dtype=np.str_), homes, back)
        if len(known) > 1:
            names.append(name)
            categories.append(known)
            joined.append(together)
            columns.append(codes)
    coded = np.array(columns, dtype=np.int64).reshape(len(names), back.size).T
    patterns, place = np.unique(coded, axis=0, return_inverse=True)
    labels, group_place = np.unique(group, return_inverse=True)
    of_all = np.zeros((labels.size, len(patterns)), dtype=np.int64)
    of_back = np.zeros_like(of_all)
    np.add.at(of_all, (group_place, place.ravel()), homes)
    np.add.at(of_back, (group_place, place.ravel()), back)
    return FrameTable(tuple(names), tuple(categories), patterns, of_all, of_back, tuple(joined))


def fit_propensity(design: Floats, members: Floats, returned: Floats) -> tuple[Floats, Floats]:
    """Return fitted propensities by pattern and the inverse of the information.

    Terms that cannot be told apart share their effect; the propensities are the same whichever
    carries it.

    Args:
        design: Shape (patterns, terms).
        members: Homes by pattern.
        returned: Homes that answered, by pattern.

    Source: McCullagh and Nelder (1989), Generalized Linear Models, 2nd ed., ch. 4 (iteratively
    reweighted least squares); the same as statsmodels GLM.
    """
    held = members > 0
    rate = (returned.sum() + 0.5) / (members.sum() + 1.0)
    eta = np.full(members.shape, np.log(rate / (1 - rate)))
    beta = np.zeros(design.shape[1])
    inverse = np.zeros((beta.size, beta.size))
    for _ in range(_ROUNDS):
        chance = expit(eta)
        weight = members * chance * (1 - chance)
        information = (design * weight[:, None]).T @ design
        inverse = np.linalg.pinv(information, hermitian=True)
        score = design.T @ (weight * eta + np.where(held, returned - members * chance, 0.0))
        new = inverse @ score
        moved = np.clip(design @ new, -_FARTHEST, _FARTHEST)
        step = float(np.abs(moved - eta)[held].max(initial=0.0))
        eta, beta = moved, new
        if step < _TOLERANCE:
            break
    return expit(eta), inverse


def _joined(
    values: NDArray[np.str_], homes: Ints, answered: Ints
) -> tuple[Ints, tuple[str, ...], tuple[str, ...]]:
    """Return codes, names and the names that became one category."""
    found, place = np.unique(values, return_inverse=True)
    place = place.ravel()
    members = np.bincount(place, weights=homes, minlength=found.size)
    back = np.bincount(place, weights=answered, minlength=found.size)
    wrong = (members < LEAST_MEMBERS) | (back == 0) | (back == members)
    order = np.lexsort((found, members))
    while wrong.any() and not wrong.all():
        size, some = members[wrong].sum(), back[wrong].sum()
        if size >= LEAST_MEMBERS and 0 < some < size:
            break
        wrong[next(k for k in order if not wrong[k])] = True
    if wrong.all():
        return np.zeros(values.size, dtype=np.int64), (REST,), tuple(found.tolist())
    kept = [str(name) for name in found[~wrong]]
    code = np.full(found.size, len(kept), dtype=np.int64)
    code[~wrong] = np.arange(len(kept))
    names = (*kept, REST) if wrong.any() else tuple(kept)
    return code[place], names, tuple(found[wrong].tolist())
