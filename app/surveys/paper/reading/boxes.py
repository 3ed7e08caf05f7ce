"""Finds every printed box where it really lies, and cuts the boxes of a page out as one stack."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.surveys.paper.reading.rectify import SCALE, Gray

REACH = 1.5  # mm a box may lie away from where the corner marks put it
MARGIN = 1.1  # mm around a box that are cut out with it
LINE = 0.3  # mm of a printed outline
WEAK = 0.16  # below this share of the page's usual outline a group is not found
_OUTER = 0.7
_TOGETHER = 5  # boxes of one line that are moved together
_SAME_LINE = 75.0  # mm between boxes of one group
_FARTHEST = 0.9  # mm a group may lie off its neighbours
_NEIGHBOURS = 6

Floats = NDArray[Any]


@dataclass(frozen=True)
class Found:
    """Where the boxes of a page lie.

    Attributes:
        corners: Left top corner of each box in mm, as found.
        sides: Their sides in mm.
        contrast: For each box, how clearly the outline of its group shows (0 to 1).
        is_weak: For each box, whether its group was not found and follows its neighbours.
    """

    corners: Floats
    sides: Floats
    contrast: Floats
    is_weak: NDArray[np.bool_]


def find_boxes(dark: Gray, boxes: list[tuple[float, float, float]]) -> Found:
    """Find the boxes of a page near where they were printed."""
    table = np.array(boxes, np.float32).reshape(-1, 3)
    sides = table[:, 2]
    scores = np.zeros((len(table), _span(), _span()), np.float32)
    for side in np.unique(sides):
        chosen = np.flatnonzero(sides == side)
        scores[chosen] = _fits(dark, table[chosen], float(side))
    groups = group(table)
    moves = np.zeros((len(groups), 2), np.float32)
    heights = np.zeros(len(groups), np.float32)
    for number, members in enumerate(groups):
        moves[number], heights[number] = _peak(scores[members].mean(axis=0))
    centres = np.array([table[m, :2].mean(axis=0) for m in groups], np.float32)
    usual = float(np.median(heights)) if len(heights) else 0.0
    weak = heights < max(0.04, WEAK * usual)
    moves, weak = _follow_neighbours(centres, moves, weak)
    corners = table[:, :2].copy()
    contrast = np.zeros(len(table), np.float32)
    is_weak = np.zeros(len(table), np.bool_)
    for number, members in enumerate(groups):
        corners[members] += moves[number]
        contrast[members] = heights[number]
        is_weak[members] = weak[number]
    return Found(corners, sides, contrast, is_weak)


def group(table: Floats) -> list[NDArray[np.intp]]:
    """Return boxes side by side in one line, in groups of at most five."""
    order = np.lexsort((table[:, 0], np.round(table[:, 1], 1), table[:, 2]))
    lines: list[list[int]] = []
    for number in order.tolist():
        last = table[lines[-1][-1]] if lines else None
        here = table[number]
        if (
            last is None
            or last[2] != here[2]
            or abs(last[1] - here[1]) > 0.3
            or not 0 < here[0] - last[0] < _SAME_LINE
        ):
            lines.append([])
        lines[-1].append(number)
    groups = []
    for line in lines:
        parts = -(-len(line) // _TOGETHER)
        groups += [np.array(part) for part in np.array_split(np.array(line), parts)]
    return groups


def cut_out(dark: Gray, corners: Floats, side: float) -> Floats:
    """Return boxes of one side, each with its margin, as a stack of squares."""
    size = cell_size(side)
    steps = (np.arange(size, dtype=np.float32) + 0.5) - MARGIN * SCALE - 0.5
    left, top = corners[:, 0] * SCALE, corners[:, 1] * SCALE
    across = np.broadcast_to((left[:, None] + steps)[:, None, :], (len(corners), size, size))
    down = np.broadcast_to((top[:, None] + steps)[:, :, None], (len(corners), size, size))
    return look_up(dark, across, down) * np.float32(1 / 255)


def cell_size(side: float) -> int:
    """Return the dots of a box with its margin."""
    return round((side + 2 * MARGIN) * SCALE)


def _span() -> int:
    return 2 * round(REACH * SCALE) + 1


def _fits(dark: Gray, table: Floats, side: float) -> Floats:
    """Return for each place around each box how well an outline of this side fits there.

    It is the darkness along the line less the darkness on both sides of it; what is outside counts
    more, so that a box filled to its edge is still found.
    """
    outer = _odd(side * SCALE)
    inner = _odd((side - 2 * LINE) * SCALE - 1.2)
    reach, half = _span() // 2, (outer + 6) // 2
    patches = _patches(dark, table, reach + half)
    sums, sizes = [], []
    for size in (outer + 6, outer, inner, inner - 6):
        sums.append(_sums(patches, size, half, reach))
        sizes.append(size * size)
    line = (sums[1] - sums[2]) / (sizes[1] - sizes[2])
    around = (sums[0] - sums[1]) / (sizes[0] - sizes[1])
    within = (sums[2] - sums[3]) / (sizes[2] - sizes[3])
    return np.asarray((line - _OUTER * around - (1 - _OUTER) * within) / 255, np.float32)


def _patches(dark: Gray, table: Floats, reach: int) -> NDArray[Any]:
    """Return the dots around the centre of each box."""
    steps = np.arange(-reach, reach + 1, dtype=np.float32)
    centres = (table[:, :2] + table[:, 2:] / 2) * SCALE - 0.5
    shape = (len(table), len(steps), len(steps))
    across = np.broadcast_to((centres[:, :1] + steps)[:, None, :], shape)
    down = np.broadcast_to((centres[:, 1:] + steps)[:, :, None], shape)
    return look_up(dark, across, down)


def _sums(patches: NDArray[Any], size: int, half: int, reach: int) -> Floats:
    """Return the sums over squares of a size around the places that are searched."""
    high = patches.shape[1]
    tall = cv2.boxFilter(
        patches.reshape(-1, high), cv2.CV_32F, (size, size), normalize=False
    ).reshape(patches.shape)
    place = slice(half, half + 2 * reach + 1)
    return np.asarray(tall[:, place, place], np.float32)


def _odd(size: float) -> int:
    return 2 * round((size - 1) / 2) + 1


def look_up(values: Gray, across: Floats, down: Floats) -> NDArray[Any]:
    """Return a stack of squares of a picture, taken between its dots."""
    found = np.empty(across.shape, np.uint8)
    size = across.shape[2]
    for start in range(0, len(across), 400):  # remap takes pictures of at most 32,767 lines
        part = slice(start, start + 400)
        found[part] = cv2.remap(
            values,
            np.ascontiguousarray(across[part]).reshape(-1, size),
            np.ascontiguousarray(down[part]).reshape(-1, size),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=0,
        ).reshape(-1, size, size)
    return found


def _peak(scores: Floats) -> tuple[Floats, float]:
    """Return the way in mm to the best place, to a fraction of a dot, and its height."""
    reach = scores.shape[0] // 2
    row, column = np.unravel_index(int(scores.argmax()), scores.shape)
    height = float(scores[row, column])
    across = column - reach + _fraction(scores[row, :], int(column))
    down = row - reach + _fraction(scores[:, column], int(row))
    return np.array([across / SCALE, down / SCALE], np.float32), height


def _fraction(line: Floats, at: int) -> float:
    if not 0 < at < len(line) - 1:
        return 0.0
    before, here, after = (float(value) for value in line[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.0 if bend >= 0 else float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))


def _follow_neighbours(
    centres: Floats, moves: Floats, weak: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Let groups that were not found, or lie far off the groups around them, follow those."""
    if len(centres) < 3:
        return moves, weak
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    apart[:, weak] += 1000.0
    np.fill_diagonal(apart, 1e9)
    near = np.argsort(apart, axis=1)[:, :_NEIGHBOURS]
    usual = np.median(moves[near], axis=1)
    off = np.linalg.norm(moves - usual, axis=1) > _FARTHEST
    follows = weak | off
    moved = np.where(follows[:, None], usual, moves).astype(np.float32)
    return moved, follows
