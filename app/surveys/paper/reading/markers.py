"""Finds the four corner marks of a page and from them where every millimetre of it lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.surveys.paper.reading.plan import IDS_A_PAGE

Gray = NDArray[Any]
Points = NDArray[Any]
_LOOKS = (900, 1500)  # longer side of the copy that is searched; the second look is wider
_FEWEST = 3  # corner marks: three have twelve points, enough for a page in perspective
_MOST_OFF = 0.9  # mm between a found corner and where the others say it should be


@dataclass(frozen=True)
class Marks:
    """The corner marks of one page: its number, and by their id their corners in the picture."""

    page: int
    corners: Mapping[int, Points]


class MarkFinder:
    """Finds corner marks; made once, because making the detector takes longer than using it."""

    def __init__(self) -> None:
        marks = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
        first = cv2.aruco.DetectorParameters()
        first.adaptiveThreshWinSizeMin = 9
        first.adaptiveThreshWinSizeMax = 23
        first.adaptiveThreshWinSizeStep = 14
        first.minMarkerPerimeterRate = 0.05
        first.maxMarkerPerimeterRate = 0.5
        wide = cv2.aruco.DetectorParameters()
        wide.adaptiveThreshWinSizeMin = 5
        wide.adaptiveThreshWinSizeMax = 65
        wide.adaptiveThreshWinSizeStep = 12
        wide.minMarkerPerimeterRate = 0.03
        wide.maxMarkerPerimeterRate = 0.8
        self._detectors = tuple(cv2.aruco.ArucoDetector(marks, p) for p in (first, wide))

    def find(self, image: Gray) -> Marks | None:
        """Return the marks of the page, or nothing when fewer than three are seen."""
        best: Marks | None = None
        for side, detector in zip(_LOOKS, self._detectors, strict=True):
            seen = _largest_group(_detect(image, detector, side))
            if seen is not None and (best is None or len(seen.corners) > len(best.corners)):
                best = seen
            if best is not None and len(best.corners) >= _FEWEST:
                break
        if best is None or len(best.corners) < _FEWEST:
            return None
        return Marks(best.page, _refine(image, best.corners))


def _detect(image: Gray, detector: cv2.aruco.ArucoDetector, side: int) -> dict[int, Points]:
    scale = min(1.0, side / max(image.shape))
    small = image
    if scale < 1:
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    corners, ids, _ = detector.detectMarkers(small)
    if not len(corners):
        return {}
    found: dict[int, Points] = {}
    for raw, points in zip(ids.ravel(), corners, strict=True):
        number = int(raw)
        if number in found:  # the same mark twice: nobody knows which is ours
            return {}
        found[number] = ((points.reshape(4, 2) + 0.5) / scale - 0.5).astype(np.float32)
    return found


def _largest_group(found: Mapping[int, Points]) -> Marks | None:
    groups: dict[int, dict[int, Points]] = {}
    for number, points in found.items():
        groups.setdefault(number // IDS_A_PAGE, {})[number] = points
    ranked = sorted(groups.items(), key=lambda item: len(item[1]), reverse=True)
    if not ranked or (len(ranked) > 1 and len(ranked[1][1]) > 1):
        return None  # two sheets in one picture
    return Marks(ranked[0][0] + 1, ranked[0][1])


def _refine(image: Gray, corners: Mapping[int, Points]) -> dict[int, Points]:
    """Move every corner to where the edges cross, to a fraction of a dot."""
    refined = {}
    for number, points in corners.items():
        side = float(np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1).mean())
        reach = max(2, round(side / 14))
        moved = cv2.cornerSubPix(
            image,
            points.reshape(4, 1, 2).copy(),
            (reach, reach),
            (-1, -1),
            (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.02),
        ).reshape(4, 2)
        too_far = np.linalg.norm(moved - points, axis=1) > reach
        moved[too_far] = points[too_far]
        refined[number] = moved
    return refined


def place(marks: Marks, printed: Mapping[int, tuple[float, float, float]]) -> NDArray[Any] | None:
    """Return the matrix from millimetres of the page to dots of the picture.

    Args:
        marks: What was found.
        printed: Left, top and side of the marks of this page, by id.
    """
    there: list[tuple[float, float]] = []
    seen: list[Points] = []
    for number, points in marks.corners.items():
        if number not in printed:
            return None
        x, y, side = printed[number]
        there += [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
        seen.append(points)
    here = np.concatenate(seen)
    coarse = dots_a_millimetre(marks, printed)
    matrix, _ = cv2.findHomography(np.array(there), here, cv2.RANSAC, 0.6 * coarse)
    if np.shape(matrix) != (3, 3):  # nothing is found where the points lie on one line
        return None
    again = cv2.perspectiveTransform(np.array(there, np.float64).reshape(-1, 1, 2), matrix)
    off = np.linalg.norm(again.reshape(-1, 2) - here, axis=1) / coarse
    if np.sum(off > _MOST_OFF) > 4 or np.median(off) > _MOST_OFF / 2:
        return None
    return matrix.astype(np.float64)


def dots_a_millimetre(marks: Marks, printed: Mapping[int, tuple[float, float, float]]) -> float:
    """Return how finely the picture shows the page."""
    sides = [
        np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1).mean() / printed[number][2]
        for number, points in marks.corners.items()
        if number in printed
    ]
    return float(np.mean(sides))
