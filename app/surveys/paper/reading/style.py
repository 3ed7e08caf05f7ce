"""Measures how the marks of a page look: who made them, not what they say."""

import math

import cv2
import numpy as np

from app.surveys.paper.reading.boxes import MARGIN
from app.surveys.paper.reading.decide import Decided
from app.surveys.paper.reading.ink import Ink
from app.surveys.paper.reading.rectify import SCALE
from app.surveys.paper.reading.result import MarkStyle

_FEWEST = 3


def style_of(ink: Ink, decided: Decided) -> MarkStyle:
    """Return the look of the marks of a page."""
    marked = np.flatnonzero(decided.is_mark)
    if len(marked) < _FEWEST:
        return MarkStyle(marks=len(marked))
    strokes, doubled = [], []
    for chosen, cells in ink.cells.values():
        for cell in cells[decided.is_mark[chosen]]:
            covered = _inside(cell > ink.threshold)
            if covered.sum() < 6:
                continue
            # A box filled to its edge ends there: a margin, or its middle lies nowhere near an end.
            ringed = cv2.copyMakeBorder(covered, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
            reach = cv2.distanceTransform(ringed, cv2.DIST_L2, 3)
            strokes.append(2 * float(np.percentile(reach[reach > 0], 90)) / SCALE)
            doubled.append(_direction(covered))
    turned = complex(np.mean(np.exp(2j * np.array(doubled)))) if doubled else 0j
    return MarkStyle(
        marks=len(marked),
        darkness=_median(ink.dark[marked]),
        stroke=_median(np.array(strokes)),
        slant=round(math.degrees(math.atan2(turned.imag, turned.real) / 2), 1),
        extent=_median(ink.extent[marked]),
        filled=_median(ink.share[marked]),
    )


def _inside(covered: np.ndarray) -> np.ndarray:
    edge = round((MARGIN + 0.45) * SCALE)
    return np.ascontiguousarray(covered[edge:-edge, edge:-edge].astype(np.uint8))


def _direction(covered: np.ndarray) -> float:
    """Return the main direction of a mark as an angle, upwards to the right positive."""
    moments = cv2.moments(covered, binaryImage=True)
    return -0.5 * math.atan2(2 * moments["mu11"], moments["mu20"] - moments["mu02"])


def _median(values: np.ndarray) -> float:
    return round(float(np.median(values)), 3) if len(values) else 0.0
