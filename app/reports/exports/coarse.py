"""What answers leave out so that a row cannot be told by where its home is and when it wrote. Pure.

Who knows of a home in which building it is and on which day it answered would find its row. So the
day is a week, and a kind of home, a building or a week stands in a row only where enough homes of
the community share it with everything said before it. What is left out of one class is together
as many homes, too: else the empty cells would name them.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from random import Random

from app.surveys.snapshot.homes import BUILDING, DAY, PROPERTY

WEEK = "week"
LEAST = 20  # homes
GROUPS = 30
_DAYS = 7


def coarse_homes(variables: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return what is known of the homes of one community, coarser; nothing said is empty.

    Args:
        variables: Columns of the snapshot's table of homes, row by row.
    """
    found = {name: list(values) for name, values in variables.items() if name != DAY}
    found[WEEK] = [str(int(day) // _DAYS) if day else "" for day in variables[DAY]]
    classes: list[Hashable] = [()] * len(found[WEEK])
    for name in (PROPERTY, BUILDING, WEEK):
        found[name] = shared(classes, found[name])
        classes = list(zip(classes, found[name], strict=True))
    return found


def shared(classes: Sequence[Hashable], values: Sequence[str], *, least: int = LEAST) -> list[str]:
    """Return the values, empty where fewer homes of the same class than `least` share them.

    Where fewer than `least` were left empty in a class, its next smallest value goes with them.

    Args:
        classes: Class of each home by what is said of it already.
        values: One value for each home.
        least: So many homes, at the fewest.
    """
    counts: dict[Hashable, Counter[str]] = defaultdict(Counter)
    for one, value in zip(classes, values, strict=True):
        counts[one][value] += 1
    kept = {one: _kept(counted, least) for one, counted in counts.items()}
    return [value if value in kept[one] else "" for one, value in zip(classes, values, strict=True)]


def _kept(counted: Counter[str], least: int) -> set[str]:
    """Return the values of a class that may be said."""
    kept, empty = set(counted), 0
    for value, homes in sorted(counted.items(), key=lambda one: (one[0] != "", one[1], one[0])):
        if value != "" and homes >= least and not 0 < empty < least:
            break
        kept.discard(value)
        empty += homes
    return kept


def group_labels(chance: Random) -> tuple[int, ...]:
    """Return a new label for each replicate group, by its old one.

    Where homes are few the program folds the groups by their remainder after 15 or 10. Groups that
    are folded together stay together, so every standard error is the one the program has.

    Args:
        chance: Draws the labels.
    """
    labels = [0] * GROUPS
    fives = chance.sample(range(5), 5)
    for five in range(5):
        twos, threes = chance.sample(range(2), 2), chance.sample(range(3), 3)
        for two in range(2):
            for three in range(3):
                new = _number(twos[two], threes[three], fives[five])
                labels[_number(two, three, five)] = new
    return tuple(labels)


def _number(two: int, three: int, five: int) -> int:
    """Return the number below 30 that leaves these remainders after 2, 3 and 5."""
    return (15 * two + 10 * three + 6 * five) % GROUPS
