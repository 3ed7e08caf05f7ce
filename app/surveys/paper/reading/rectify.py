"""Lays a page flat: upright, six dots a millimetre, and darkness against its own paper."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.surveys.paper.layout.model import PAGE_HEIGHT, PAGE_WIDTH

SCALE = 6  # dots a millimetre of the flat page
WIDE, HIGH = round(PAGE_WIDTH * SCALE), round(PAGE_HEIGHT * SCALE)
_FINEST = 10.0  # dots a millimetre: finer pictures are halved first, else fine lines flicker
_COARSE = 4  # the paper is looked at this many times smaller
_STROKE = 13  # in small dots: wider than any box, so that a filled box is not taken for paper

Gray = NDArray[Any]
Matrix = NDArray[Any]


def lay_flat(image: Gray, matrix: Matrix, fineness: float) -> Gray:
    """Return the page as it would lie on a table, white where the picture does not show it.

    Args:
        image: The picture.
        matrix: From millimetres to dots of the picture.
        fineness: Dots a millimetre of the picture.
    """
    halvings = 0
    while fineness > _FINEST:
        image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        fineness /= 2
        halvings += 1
    shrink = 0.5**halvings
    # The centre of a dot lies half a dot from its edge, here and there.
    there = np.array([[shrink, 0, 0.5 * shrink - 0.5], [0, shrink, 0.5 * shrink - 0.5], [0, 0, 1]])
    here = np.array([[1 / SCALE, 0, 0.5 / SCALE], [0, 1 / SCALE, 0.5 / SCALE], [0, 0, 1]])
    return cv2.warpPerspective(
        image,
        there @ matrix @ here,
        (WIDE, HIGH),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )


def paper_of(flat: Gray) -> Gray:
    """Return how bright the paper itself is everywhere: shadows, folds and stains, without ink."""
    small = cv2.resize(flat, (WIDE // _COARSE, HIGH // _COARSE), interpolation=cv2.INTER_AREA)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((_STROKE, _STROKE), np.uint8))
    smooth = cv2.blur(closed, (_STROKE, _STROKE))
    return cv2.resize(smooth, (WIDE, HIGH), interpolation=cv2.INTER_LINEAR)


def darkness(flat: Gray, paper: Gray) -> Gray:
    """Return for every dot how much darker than its paper it is: 0 paper, 255 black."""
    return np.asarray(255 - cv2.divide(flat, np.maximum(paper, 24), scale=255.0), np.uint8)


def as_jpeg(image: Gray, quality: int = 60) -> bytes:
    """Return a grey picture as JPEG."""
    done, content = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))
    return content.tobytes() if done else b""
