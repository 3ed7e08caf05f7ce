"""Boxes of a scale (满意率, top and bottom box) and distributions with who gave no answer."""

from collections.abc import Mapping, Sequence

from app.analysis.data.blocks import absences
from app.analysis.data.dataset import Column, Role
from app.analysis.disclosure.floors import shown_distribution
from app.analysis.levels.counts import point_counts
from app.analysis.levels.items import shown_share
from app.analysis.results.levels import BoxResult, BoxShare, Unanswered
from app.analysis.uncertainty.frame import Frame

SATISFIED = "satisfied"
TOP = "top"
TOP_TWO = "top_two"
BOTTOM = "bottom"
BOTTOM_TWO = "bottom_two"

# From so many points on, one point is too narrow for a box: ten points have {9, 10} on top.
_WIDE_SCALE = 10

Scheme = Mapping[str, tuple[int, ...]]


class BoxError(ValueError):
    """A box names a point that the scale has not got.

    Attributes:
        name: Name of the box.
        points: The scale.
    """

    def __init__(self, name: str, points: tuple[int, ...]) -> None:
        super().__init__(f"box {name!r}, points {points}")
        self.name = name
        self.points = points


def usual_boxes(points: tuple[int, ...], satisfied: tuple[int, ...] = ()) -> Scheme:
    """Return the usual boxes of a scale.

    On 1-5 top is {5}, top_two {4, 5} and satisfied {4, 5}; on ten and more points top is the best
    two, {9, 10}, and satisfied the best three, {8, 9, 10}. Bottom boxes mirror top boxes. A scale
    of two or three points has no boxes of two.

    Args:
        points: Scale points in ascending order of goodness.
        satisfied: What counts as satisfied, when the instrument says it.

    Returns:
        Name to points.

    Source: ours, see docs/methods/levels.md.
    """
    is_wide = len(points) >= _WIDE_SCALE
    one = 2 if is_wide else 1
    if not satisfied and len(points) > 3:
        satisfied = points[-3:] if is_wide else points[-2:]
    boxes = {TOP: points[-one:], BOTTOM: points[:one]}
    if len(points) > 3:
        boxes |= {TOP_TWO: points[-2:], BOTTOM_TWO: points[:2]}
    return {SATISFIED: satisfied, **boxes} if satisfied else boxes


def make_boxes(
    frame: Frame,
    lists: Sequence[tuple[Role, tuple[str, ...]]],
    schemes: Mapping[tuple[int, ...], Scheme] | None = None,
) -> tuple[BoxResult, ...]:
    """Return boxes, distribution and absences of every item of some lists.

    Shares are of answers with a point: "no experience", blanks and what was not asked are no
    answers and are counted beside them.

    Args:
        frame: The study's frame.
        lists: Role and items of each list; items without such a column are left out.
        schemes: Scale to its boxes, for scales that do not take the usual ones.

    Returns:
        One result per item, in order; shares and distribution follow the suppression table.

    Raises:
        BoxError: A box names a point that its scale has not got.

    Source: ours, see docs/methods/levels.md; Wilson 1927, J. Am. Stat. Assoc. 22.
    """
    results: list[BoxResult] = []
    for role, items in lists:
        known = tuple(item for item in items if frame.moments.has(role, item))
        by_scale: dict[tuple[tuple[int, ...], tuple[int, ...]], list[str]] = {}
        for item in known:
            column = frame.moments.column(role, item)
            by_scale.setdefault((column.points, column.satisfied), []).append(item)
        made = {
            item: boxes
            for (points, satisfied), group in by_scale.items()
            for item, boxes in zip(
                group,
                _boxes(frame, role, tuple(group), _scheme(points, satisfied, schemes)),
                strict=True,
            )
        }
        results.extend(_result(frame, role, item, made[item]) for item in known)
    return tuple(results)


def _scheme(
    points: tuple[int, ...],
    satisfied: tuple[int, ...],
    schemes: Mapping[tuple[int, ...], Scheme] | None,
) -> Scheme:
    """Return the boxes of a scale, checked."""
    scheme = (schemes or {}).get(points)
    if scheme is None:
        return usual_boxes(points, satisfied)
    for name, chosen in scheme.items():
        if not chosen or not set(chosen) <= set(points):
            raise BoxError(name, points)
    return scheme


def _boxes(
    frame: Frame, role: Role, items: tuple[str, ...], scheme: Scheme
) -> list[tuple[BoxShare, ...]]:
    """Return the boxes of items that share a scale."""
    n = frame.moments.n(role, items)
    shares = {
        name: frame.shares(point_counts(frame.moments, role, items, points), n)
        for name, points in scheme.items()
    }
    level = frame.limits.level
    made: list[tuple[BoxShare, ...]] = []
    for k in range(len(items)):
        row = []
        for name, points in scheme.items():
            share = shown_share(shares[name][k], frame.floors, level)
            row.append(BoxShare(name, tuple(sorted(points)), share, share != shares[name][k]))
        made.append(tuple(row))
    return made


def _result(frame: Frame, role: Role, item: str, boxes: tuple[BoxShare, ...]) -> BoxResult:
    column: Column = frame.moments.column(role, item)
    counts, _ = frame.moments.histogram(role, item)
    distribution, is_coded = shown_distribution(counts.tolist(), frame.floors)
    return BoxResult(
        code=item,
        role=str(role),
        n=int(counts.sum()),
        points=column.points,
        distribution=distribution,
        top_coded=is_coded,
        boxes=boxes,
        unanswered=_unanswered(frame, role, item) if distribution is not None else None,
    )


def _unanswered(frame: Frame, role: Role, item: str) -> Unanswered:
    found = absences(frame.moments.layout, frame.moments.sums[:1], role, (item,))
    return Unanswered(**{name: int(values[0, 0]) for name, values in found.items()})
