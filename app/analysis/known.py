"""What a study may be told besides the sums of its answers: parts, all homes, earlier waves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.analysis.data.cells import Cells
from app.analysis.data.dataset import Dataset
from app.analysis.design.weights import LEAST_ANSWERS, Margin, make_margin
from app.analysis.nonresponse.propensity import REST, FrameTable


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known besides the answers of the households a study is about.

    Attributes:
        split: Gives the study's cells split by one variable; None where the cells that the study
            works with are split already.
        waves: Sums of all waves of the trend; None takes them from the study's own cells.
        frame: All homes of the base by kind; None where they are not known.
        kinds: The study's cells split by the variables it is calibrated to; None without any.
        margins: Homes of the base by each of these variables, all of the same sum.
        rows: Overall ratings row by row with their time and way; None where these are not known.
    """

    split: Callable[[str], Cells] | None = None
    waves: Cells | None = None
    frame: FrameTable | None = None
    kinds: Cells | None = None
    margins: tuple[Margin, ...] = ()
    rows: Dataset | None = None

    def cells_by(self, variable: str, otherwise: Cells) -> Cells:
        """Return the cells split by a variable, or the study's own."""
        return otherwise if self.split is None else self.split(variable)


NOTHING_KNOWN = Known()


def margins_of(frame: FrameTable, variables: Sequence[str]) -> tuple[Margin, ...]:
    """Return the homes of the base by each variable that can be weighted to.

    A variable that was left out of the table, or with a category of fewer than 10 answers, cannot.

    Args:
        frame: The base by kind of home.
        variables: Those that are known of the homes that answered, too.

    Source: ours, see docs/methods/weights.md.
    """
    members, returned = frame.members.sum(axis=0), frame.returned.sum(axis=0)
    found = []
    for place, name in enumerate(frame.variables):
        size = len(frame.categories[place])
        codes = frame.patterns[:, place]
        answered = np.bincount(codes, weights=returned, minlength=size)
        if name in variables and answered.min() >= LEAST_ANSWERS:
            homes = np.bincount(codes, weights=members, minlength=size).tolist()
            found.append(make_margin(name, dict(zip(frame.categories[place], homes, strict=True))))
    return tuple(found)


def joined_labels(
    frame: FrameTable, labels: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Return the categories of homes with those put together that the table put together.

    Args:
        frame: The base by kind of home.
        labels: Category of every home, by variable; those not in the table are left out.

    Source: ours, see docs/methods/nonresponse.md.
    """
    found = {}
    for place, name in enumerate(frame.variables):
        if name in labels:
            gone = set(frame.joined[place])
            found[name] = tuple(REST if one in gone else one for one in labels[name])
    return found
