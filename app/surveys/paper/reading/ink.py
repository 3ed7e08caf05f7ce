"""Measures the ink in every box: the box less the page's own empty box."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.surveys.paper.reading.boxes import MARGIN, Floats, Found, cell_size, cut_out
from app.surveys.paper.reading.rectify import SCALE, Gray

EMPTIEST = 0.6  # share of the boxes of a page that are taken to be empty
_FEWEST = 8  # boxes of one size below which their middle one is no empty box for sure
INSET = 0.45  # mm from the outer edge of a box to where its inside begins
_CORE = 1.0  # mm from the outer edge to the core
_LEAST_INK, _MOST_INK = 0.06, 0.30  # bounds of how dark ink must be on this page
_NOISES = 3.0
_PART = 0.35


@dataclass(frozen=True)
class Ink:
    """What is in the boxes of a page, as one number for each box.

    Attributes:
        share: Covered share of the inside.
        core: Covered share of the core.
        extent: Longer side of what is there, in mm.
        dark: Grayness where there is ink.
        depth: Darkness of the whole inside.
        ring: Darkness just outside the box.
        edge: How sharp the darkest edges are, against the outline of the boxes.
        noise: How many times the depth stands out of the depths of the empty boxes.
        threshold: How dark a dot must be to be ink on this page.
    """

    share: Floats
    core: Floats
    extent: Floats
    dark: Floats
    depth: Floats
    ring: Floats
    edge: Floats
    noise: Floats
    threshold: float
    cells: dict[float, tuple[NDArray[np.intp], Floats]]  # by side: boxes, and their ink


def measure(dark: Gray, found: Found) -> Ink:
    """Measure the ink in every box of a page."""
    stacks = {}
    for side in np.unique(found.sides).tolist():
        chosen = np.flatnonzero(found.sides == side)
        stacks[side] = (chosen, cut_out(dark, found.corners[chosen], side))
    lines, noises = {}, []
    inks: dict[float, tuple[NDArray[np.intp], Floats]] = {}
    for side, (chosen, cells) in stacks.items():
        blank, empty = _blank_of(cells, side)
        lines[side] = _sharpness(blank[None])[0]
        inks[side] = (chosen, cells - blank)
        noises.append(_noise_of(inks[side][1][empty], side))
    threshold = float(np.clip(_NOISES * max(noises, default=0.0), _LEAST_INK, _MOST_INK))
    table = np.zeros((7, len(found.sides)), np.float32)
    for side, (chosen, ink) in inks.items():
        table[:, chosen] = _measure_side(ink, side, threshold, lines[side])
    empties = np.sort(table[4])[: max(1, int(len(table[4]) * EMPTIEST))]
    middle = float(np.median(empties))
    spread = max(float(np.median(np.abs(empties - middle))) * 1.48, 0.002)
    noise = (table[4] - middle) / spread
    share, core, extent, dark_, depth, ring, edge = table
    return Ink(share, core, extent, dark_, depth, ring, edge, noise, threshold, inks)


def inside(side: float, inset: float) -> slice:
    """Return the dots of a cell that lie so far inside the outer edge of the box."""
    size = cell_size(side)
    first = round((MARGIN + inset) * SCALE)
    return slice(first, size - first)


def _blank_of(cells: Floats, side: float) -> tuple[Floats, NDArray[np.intp]]:
    """Return the empty box of this page and which boxes it was made of."""
    part = inside(side, INSET)
    order = np.argsort(cells[:, part, part].mean(axis=(1, 2)))
    share = EMPTIEST if len(cells) >= _FEWEST else 0.34
    empty = order[: max(1, round(len(order) * share))]
    return np.median(cells[empty], axis=0).astype(np.float32), empty


def _noise_of(ink: Floats, side: float) -> float:
    part = inside(side, INSET)
    values = ink[:, part, part]
    return float(np.median(np.abs(values - np.median(values)))) * 1.48


def _measure_side(ink: Floats, side: float, threshold: float, line: float) -> Floats:
    within, core = inside(side, INSET), inside(side, _CORE)
    box = np.clip(ink[:, within, within], 0, 1)
    # Blur widens every stroke: what counts is at least a third as dark as the darkest there.
    level = np.maximum(threshold, _PART * box.max(axis=(1, 2)))[:, None, None]
    covered = box > level
    share = covered.mean(axis=(1, 2))
    middle = ink[:, core, core] > level
    count = np.maximum(covered.sum(axis=(1, 2)), 1)
    darkest = np.where(covered, box, 0).sum(axis=(1, 2)) / count
    ring = np.clip(_ring(ink, side), 0, 1)
    edge = _sharpness(np.clip(ink, 0, 1)[:, within, within]) / max(line, 0.02)
    return np.stack(
        [
            share,
            middle.mean(axis=(1, 2)),
            _extent(covered),
            np.where(share > 0, darkest, 0),
            box.mean(axis=(1, 2)),
            ring,
            edge,
        ]
    ).astype(np.float32)


def _extent(covered: NDArray[np.bool_]) -> Floats:
    """Return the longer side of what is covered, in mm; a lone dot of noise does not count."""
    solid: NDArray[Any] = cv2.erode(
        covered.reshape(-1, covered.shape[2]).astype(np.uint8), np.ones((2, 1), np.uint8)
    ).reshape(covered.shape)
    solid = solid.astype(np.bool_) | (covered & np.roll(covered, 1, axis=2))
    down = _length(np.asarray(solid.any(axis=2)))
    across = _length(np.asarray(solid.any(axis=1)))
    return np.maximum(down, across) / np.float32(SCALE)


def _length(lines: NDArray[np.bool_]) -> Floats:
    size = lines.shape[1]
    first = lines.argmax(axis=1)
    last = size - lines[:, ::-1].argmax(axis=1)
    return np.where(lines.any(axis=1), last - first, 0).astype(np.float32)


def _ring(ink: Floats, side: float) -> Floats:
    """Return how dark it is just outside the boxes."""
    outer, edge = inside(side, -0.9), inside(side, -0.25)
    whole, hole = ink[:, outer, outer], ink[:, edge, edge]
    dots = whole[0].size - hole[0].size
    return np.asarray((whole.sum(axis=(1, 2)) - hole.sum(axis=(1, 2))) / np.float32(dots))


def _sharpness(cells: Floats) -> Floats:
    """Return the steepest steps from one dot to the next, the mean of the steepest few."""
    down = np.abs(np.diff(cells, axis=1))[:, :, :-1]
    across = np.abs(np.diff(cells, axis=2))[:, :-1, :]
    steps = np.maximum(down, across).reshape(len(cells), -1)
    few = max(4, steps.shape[1] // 25)
    return np.asarray(np.partition(steps, -few, axis=1)[:, -few:].mean(axis=1))
