"""Follows the pen over the whole page: circles, long strokes, words, whatever no box contains."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.surveys.paper.layout.model import PAGE_HEIGHT, PAGE_WIDTH
from app.surveys.paper.reading.boxes import LINE, Found
from app.surveys.paper.reading.plan import PagePlan, Rectangle
from app.surveys.paper.reading.rectify import Gray

FINE = 3  # dots a millimetre here
_LEAST_DARK = 0.09
_LONGEST_MARK = 16.0  # mm: what is longer and runs through a box is no mark
_IN_BOX_CREASED = 0.02
_CLEAR = 1.1  # mm around a box where nothing is printed (layout.style.CLEAR, less the blur)
_BEYOND = 1.35  # mm: a stroke that leaves a box so far at two opposite sides runs through it
_NEAR = 1.5  # mm around a box that are looked at
_TOUCH = 0.7  # mm around a marked box within which a stroke is the mark's own
_LONG = 2.0  # mm: anything shorter beside a box is a speck
_IN_BOX = 0.05  # of the inside of a box: a stroke that covers less only brushes it
_IN_FRAME = 1.5  # square mm of ink in a frame that are writing


@dataclass(frozen=True)
class Strokes:
    """What the pen did besides marking boxes, as one truth for each box or frame.

    Attributes:
        beside: Near the box is a stroke that belongs to no marked box.
        about: Such a stroke goes around the box.
        shared: A stroke in the box is in another box, too, or longer than any mark, or runs right
            through the box from one side to the other.
        written: For each frame of the page, whether something is written in it.
    """

    beside: NDArray[np.bool_]
    about: NDArray[np.bool_]
    shared: NDArray[np.bool_]
    written: tuple[bool, ...]


def follow(
    dark: Gray, plan: PagePlan, found: Found, marked: NDArray[np.bool_], threshold: float
) -> Strokes:
    """Follow every stroke of the pen on a page.

    Args:
        dark: Grayness of the flat page.
        plan: The page as it was printed.
        found: Where its boxes really lie.
        marked: For each box, whether it holds a mark.
        threshold: How dark ink is on this page.
    """
    size = (round(PAGE_WIDTH * FINE), round(PAGE_HEIGHT * FINE))
    small = cv2.resize(dark, size, interpolation=cv2.INTER_AREA)
    pen = (small > 255 * max(_LEAST_DARK, 1.2 * threshold)).astype(np.uint8)
    for rectangle in plan.covers:
        _fill(pen, rectangle, 0)
    _wipe_outlines(pen, found)
    if not plan.has_words:
        pen *= _clear_zones(plan, found, pen.shape)
    wide = cv2.dilate(pen, np.ones((3, 3), np.uint8))
    wide = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(wide, connectivity=8)
    lengths = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) / FINE
    is_long = lengths - 2 / FINE > _LONG
    is_long[0] = False
    within = _in_boxes(labels, pen, found, count)
    free = is_long.copy()
    free[_at_boxes(labels, found, np.flatnonzero(marked))] = False
    return Strokes(
        beside=_near_boxes(labels, found, free),
        about=_about_boxes(stats, found, free),
        shared=_shared(within, lengths > _LONGEST_MARK) | _through(labels, within, found),
        written=tuple(_has_writing(pen, labels, lengths, place) for _, place in plan.frames),
    )


def _fill(pen: NDArray[Any], rectangle: Rectangle, value: int) -> None:
    x, y, w, h = rectangle
    start = (int(np.floor(x * FINE)), int(np.floor(y * FINE)))
    end = (int(np.ceil((x + w) * FINE)) - 1, int(np.ceil((y + h) * FINE)) - 1)
    cv2.rectangle(pen, start, end, value, cv2.FILLED)


def _wipe_outlines(pen: NDArray[Any], found: Found) -> None:
    middle = LINE / 2
    for (x, y), side in zip(found.corners.tolist(), found.sides.tolist(), strict=True):
        start = (round((x + middle) * FINE - 0.5), round((y + middle) * FINE - 0.5))
        end = (round((x + side - middle) * FINE - 0.5), round((y + side - middle) * FINE - 0.5))
        for out in (-1, 0, 1):  # a thicker line of OpenCV is thicker than it says
            cv2.rectangle(pen, (start[0] - out, start[1] - out), (end[0] + out, end[1] + out), 0, 1)


def _clear_zones(plan: PagePlan, found: Found, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return where nothing is printed for sure: next to boxes, and inside the frames."""
    clear = np.zeros(shape, np.uint8)
    for (x, y), side in zip(found.corners.tolist(), found.sides.tolist(), strict=True):
        wide = side + 2 * _CLEAR
        _fill(clear, (x - _CLEAR, y - _CLEAR, wide, wide), 1)
    for _, (x, y, w, h) in plan.frames:
        _fill(clear, (x + 0.5, y + 0.5, w - 1.0, h - 1.0), 1)
    return clear


def _through(labels: NDArray[Any], within: NDArray[Any], found: Found) -> NDArray[np.bool_]:
    """Return the boxes a stroke runs right through, in at one side and out at the other."""
    runs = np.zeros(len(found.sides), np.bool_)
    for number in np.flatnonzero(within.max(axis=1) > _IN_BOX_CREASED).tolist():
        x, y = found.corners[number].tolist()
        top, left = round((y - _BEYOND) * FINE), round((x - _BEYOND) * FINE)
        size = round((float(found.sides[number]) + 2 * _BEYOND) * FINE)
        zone = labels[max(0, top) : top + size, max(0, left) : left + size]
        across = set(zone[:, 0].ravel().tolist()) & set(zone[:, -1].ravel().tolist())
        down = set(zone[0].ravel().tolist()) & set(zone[-1].ravel().tolist())
        inside = set(np.flatnonzero(within[number] > _IN_BOX_CREASED).tolist())
        runs[number] = bool((across | down) & inside)
    return runs


def _in_boxes(labels: NDArray[Any], pen: NDArray[Any], found: Found, count: int) -> NDArray[Any]:
    """Return which share of each box each stroke covers: boxes down, strokes across."""
    shares = np.zeros((len(found.sides), count), np.float32)
    for number, ((x, y), side) in enumerate(
        zip(found.corners.tolist(), found.sides.tolist(), strict=True)
    ):
        top, left = round((y + 0.6) * FINE), round((x + 0.6) * FINE)
        size = round((side - 1.2) * FINE)
        here = labels[max(0, top) : top + size, max(0, left) : left + size]
        covered = pen[max(0, top) : top + size, max(0, left) : left + size]
        if covered.any():
            found_here, times = np.unique(here[covered > 0], return_counts=True)
            shares[number, found_here] = times / here.size
    shares[:, 0] = 0
    return shares


def _shared(within: NDArray[Any], is_crease: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the boxes with a stroke that is in several, or is a crease or the rim of a stain."""
    strange = (within > _IN_BOX).sum(axis=0) > 1
    shares = np.maximum(
        np.where(strange, within, 0).max(axis=1) / _IN_BOX,
        np.where(is_crease, within, 0).max(axis=1) / _IN_BOX_CREASED,
    )
    return np.asarray(shares > 1)


def _at_boxes(labels: NDArray[Any], found: Found, boxes: NDArray[np.intp]) -> NDArray[Any]:
    """Return the strokes that touch one of these boxes; wiping the outline may have cut them."""
    strokes = [np.zeros(1, np.int32)]
    for number in boxes.tolist():
        x, y = found.corners[number].tolist()
        top, left = round((y - _TOUCH) * FINE), round((x - _TOUCH) * FINE)
        size = round((float(found.sides[number]) + 2 * _TOUCH) * FINE)
        strokes.append(labels[max(0, top) : top + size, max(0, left) : left + size].ravel())
    return np.unique(np.concatenate(strokes))


def _near_boxes(labels: NDArray[Any], found: Found, free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    near = np.zeros(len(found.sides), np.bool_)
    if not free.any():
        return near
    strange = free[labels]
    for number, ((x, y), side) in enumerate(
        zip(found.corners.tolist(), found.sides.tolist(), strict=True)
    ):
        top, left = round((y - _NEAR) * FINE), round((x - _NEAR) * FINE)
        size = round((side + 2 * _NEAR) * FINE)
        near[number] = strange[max(0, top) : top + size, max(0, left) : left + size].any()
    return near


def _about_boxes(stats: NDArray[Any], found: Found, free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    about = np.zeros(len(found.sides), np.bool_)
    centres = (found.corners + found.sides[:, None] / 2) * FINE
    for number in np.flatnonzero(free).tolist():
        left, top, wide, high, _ = stats[number].tolist()
        if min(wide, high) / FINE < 3 or max(wide, high) / FINE > 40:
            continue
        about |= (
            (centres[:, 0] > left)
            & (centres[:, 0] < left + wide)
            & (centres[:, 1] > top)
            & (centres[:, 1] < top + high)
        )
    return about


def _has_writing(
    pen: NDArray[Any],
    labels: NDArray[Any],
    lengths: NDArray[Any],
    place: Rectangle,
) -> bool:
    x, y, w, h = place
    part = (
        slice(round((y + 0.8) * FINE), round((y + h - 0.8) * FINE)),
        slice(round((x + 0.8) * FINE), round((x + w - 0.8) * FINE)),
    )
    inked = labels[part][pen[part] > 0]
    solid = inked[lengths[inked] > 1.0]
    return bool(solid.size / FINE**2 >= _IN_FRAME)
