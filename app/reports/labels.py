"""Placing labels beside points so that nothing lies on anything else.

Deterministic: the same points give the same places. Every label may stand in some hundred slots
around its point; a few greedy orders are tried, each followed by local search, and the best kept.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

RADII = (9.0, 16.0, 25.0, 36.0, 50.0, 68.0, 90.0)
DIRECTIONS = 16
FAR = 36.0  # from here on a line leads from the point to its label
SWEEPS = 5
_OUTSIDE = 1e6
# A touch costs more than any distance: else a sliver of overlap would be cheaper than a leader.
_TOUCH = 500.0
_HARD = 60.0
# Cost of a label at which no other order of placing is worth trying.
_FINE = 30.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "Box") -> float:
        """Return the common area with another box, square pixels."""
        if self.right <= other.left or other.right <= self.left:
            return 0.0
        if self.bottom <= other.top or other.bottom <= self.top:
            return 0.0
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height

    def holds(self, other: "Box") -> bool:
        """Say whether another box lies wholly inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )


@dataclass(frozen=True, slots=True)
class Labelled:
    """A point that wants a label of this size, pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something a label should not cover; `hard` ones count as a clash."""

    box: Box
    weight: float
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """Where labels stand.

    Attributes:
        offsets: For each point the middle of its label, in pixels from the point.
        far: The label stands so far away that a leader line is needed.
        clash: Area where labels cover labels or hard obstacles, square pixels.
    """

    offsets: tuple[tuple[float, float], ...]
    far: tuple[bool, ...]
    clash: float


@dataclass(frozen=True, slots=True)
class _Slot:
    box: Box
    dx: float
    dy: float
    radius: float
    cost: float
    clash: float


def place(points: Sequence[Labelled], frame: Box, obstacles: Sequence[Obstacle]) -> Placed:
    """Choose a slot for every label: no overlap first, then near the point and off the lines.

    Args:
        points: Points with the size of their labels.
        frame: No label leaves it.
        obstacles: Marks, whiskers, lines and fixed words.

    Returns:
        Offsets of the labels' middles and the remaining clash.
    """
    slots = [_slots(point, frame, obstacles) for point in points]
    best: tuple[float, float, list[_Slot]] | None = None
    for order in _orders(points):
        chosen = _search(slots, order)
        clash = _clash(chosen)
        cost = sum(slot.cost for slot in chosen)
        if best is None or (clash, cost) < best[:2]:
            best = (clash, cost, chosen)
        if not clash and cost <= _FINE * len(points):
            break
    if best is None:
        return Placed((), (), 0.0)
    return Placed(
        offsets=tuple((slot.dx, slot.dy) for slot in best[2]),
        far=tuple(slot.radius >= FAR for slot in best[2]),
        clash=best[0],
    )


def _slots(point: Labelled, frame: Box, obstacles: Sequence[Obstacle]) -> list[_Slot]:
    slots = []
    reach = Box(
        point.x - RADII[-1] - point.width,
        point.y - RADII[-1] - point.height,
        point.x + RADII[-1] + point.width,
        point.y + RADII[-1] + point.height,
    )
    near = [one for one in obstacles if one.box.overlap(reach)]
    for radius in RADII:
        for step in range(DIRECTIONS):
            angle = 2 * math.pi * step / DIRECTIONS
            dx = math.cos(angle) * (radius + abs(math.cos(angle)) * point.width / 2)
            dy = math.sin(angle) * (radius + abs(math.sin(angle)) * point.height / 2)
            x, y = point.x + dx, point.y + dy
            box = Box(
                x - point.width / 2,
                y - point.height / 2,
                x + point.width / 2,
                y + point.height / 2,
            )
            slots.append(_rated(box, dx, dy, radius, frame, near))
    return sorted(slots, key=lambda slot: slot.cost)


def _rated(
    box: Box, dx: float, dy: float, radius: float, frame: Box, obstacles: Sequence[Obstacle], /
) -> _Slot:
    cost, clash = (radius - RADII[0]) * 1.2, 0.0
    for obstacle in obstacles:
        other = obstacle.box
        # Most lie apart: asked here, for a call of a function for each would take most of the time.
        if box.right <= other.left or other.right <= box.left:
            continue
        area = box.overlap(other)
        if area:
            cost += area * obstacle.weight + (_TOUCH if obstacle.hard else 0.0)
            clash += area if obstacle.hard else 0.0
    if not frame.holds(box):
        cost, clash = cost + _OUTSIDE, clash + _OUTSIDE
    return _Slot(box, dx, dy, radius, cost, clash)


def _orders(points: Sequence[Labelled]) -> list[list[int]]:
    indices = list(range(len(points)))
    if not indices:
        return []

    def crowd(i: int) -> float:
        here = points[i]
        return sum(math.hypot(here.x - other.x, here.y - other.y) for other in points)

    keys = (
        crowd,
        lambda i: -crowd(i),
        lambda i: points[i].x,
        lambda i: -points[i].x,
        lambda i: points[i].y,
        lambda i: -points[i].y,
        lambda i: -points[i].width,
    )
    return [sorted(indices, key=key) for key in keys]


def _search(slots: Sequence[list[_Slot]], order: Sequence[int]) -> list[_Slot]:
    chosen: dict[int, _Slot] = {}
    for sweep in range(SWEEPS):
        before = dict(chosen)
        for i in order:
            others = [slot.box for j, slot in chosen.items() if j != i]
            chosen[i] = _cheapest(slots[i], others)
        if sweep and chosen == before:
            break
    return [chosen[i] for i in range(len(slots))]


def _cheapest(slots: Sequence[_Slot], others: Sequence[Box]) -> _Slot:
    """Return the best of some slots, which come cheapest first, beside the other labels."""
    best, least = slots[0], math.inf
    for slot in slots:
        if slot.cost >= least:
            break
        cost = _cost(slot, others)
        if cost < least:
            best, least = slot, cost
    return best


def _cost(slot: _Slot, others: Sequence[Box]) -> float:
    if slot.cost >= _OUTSIDE:
        return slot.cost
    areas = [slot.box.overlap(box) for box in others]
    return slot.cost + sum(_TOUCH + _HARD * area for area in areas if area)


def _clash(chosen: Sequence[_Slot]) -> float:
    pairs = sum(chosen[i].box.overlap(chosen[j].box) for i in range(len(chosen)) for j in range(i))
    return pairs + sum(slot.clash for slot in chosen)
