"""Makes scans out of clean pages: feeder, phone, fax, and all that happens to paper on its way.

Every scan goes through the model of a scanner (skew, offset, blur, noise, contrast); most kinds
add one damage to it. Equal seeds give equal scans.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[Any]  # of bytes
Chance = np.random.Generator
INTACT = ("clean", "turned", "upside down", "phone", "noise", "jpeg", "light", "shrunk")
DAMAGED = ("fax", "stain", "fold", "blur", "dirt", "torn", "hard mix")
_INCH = 25.4
_PAGE = (210.0, 297.0)


def scan(page: Gray, kind: str, *, rng: Chance, dots: int = 200) -> Gray:
    """Return a scan of a page.

    Args:
        page: The whole A4 page, finer than the scan.
        kind: One of `INTACT` or `DAMAGED`.
        rng: Source of chance.
        dots: Dots an inch of the scan.
    """
    if kind in _ON_PAPER:
        page = _ON_PAPER[kind](page, rng)
    if kind == "fax":
        return _fax(page, rng)
    picture = _photograph(page, kind, rng, dots)
    blur = float(rng.uniform(0.35, 0.7)) * dots / 200
    if kind == "blur":
        blur = float(rng.uniform(1.3, 2.1)) * dots / 200
    picture = cv2.GaussianBlur(picture, (0, 0), blur)
    return _expose(picture, kind, rng)


def as_jpeg(picture: Gray, quality: int = 80) -> bytes:
    """Return a scan as JPEG."""
    return cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))[1].tobytes()


def _photograph(page: Gray, kind: str, rng: Chance, dots: int) -> Gray:
    """Take the page as it lies: turned, moved, in perspective."""
    high, wide = page.shape
    finer = dots / _INCH * _PAGE[0] / wide
    out = (round(_PAGE[0] * dots / _INCH), round(_PAGE[1] * dots / _INCH))
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    there = corners * finer
    middle = there.mean(axis=0)
    angle = float(rng.uniform(-1.4, 1.4))
    if kind == "turned":
        angle = float(rng.choice([-1, 1]) * rng.uniform(5, 10))
        out = (round(out[0] * 1.18), round(out[1] * 1.14))
    if kind == "upside down":
        angle += 180
    if kind in ("phone", "hard mix"):
        out = (round(out[0] * 1.12), round(out[1] * 1.1))
    turn = cv2.getRotationMatrix2D((0, 0), angle, 0.97 if kind == "shrunk" else 1.0)[:, :2]
    there = (there - middle) @ turn.T.astype(np.float32)
    there += np.array(out) / 2 + rng.uniform(-1.5, 1.5, 2) * dots / _INCH
    if kind in ("phone", "hard mix"):
        there += rng.uniform(-0.03, 0.03, (4, 2)) * out[0]
    matrix = cv2.getPerspectiveTransform(corners, there.astype(np.float32))
    if finer < 0.8:
        page = cv2.blur(page, (2, 2)) if finer > 0.55 else cv2.blur(page, (3, 3))
    table = int(rng.integers(90, 200)) if kind in ("phone", "hard mix") else 250
    return np.asarray(
        cv2.warpPerspective(page, matrix, out, flags=cv2.INTER_LINEAR, borderValue=table), np.uint8
    )


def _expose(picture: Gray, kind: str, rng: Chance) -> Gray:
    """Add light, contrast, noise and the coding of the file."""
    white, black = float(rng.uniform(225, 253)), float(rng.uniform(5, 40))
    light: NDArray[np.float32] | float = (white - black) / 255
    if kind in ("light", "phone", "hard mix"):
        light = light * _lamp(picture.shape, rng, 0.35 if kind != "light" else 0.5)
    values = picture.astype(np.float32) * light + np.float32(black)
    values += _noise(picture.shape, rng, 9.0 if kind == "noise" else float(rng.uniform(1.5, 4)))
    values = np.clip(values, 0, 255, out=values)
    result = values.astype(np.uint8)
    if kind in ("jpeg", "hard mix"):
        coded = np.frombuffer(as_jpeg(result, 30), np.uint8)
        result = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return result


def _lamp(shape: tuple[int, ...], rng: Chance, most: float) -> NDArray[np.float32]:
    """Return light that falls off to one side, with a soft shadow across."""
    down, across = np.mgrid[0:1:64j, 0:1:48j].astype(np.float32)
    way = float(rng.uniform(0, 2 * np.pi))
    slope = (np.cos(way) * across + np.sin(way) * down + 1) / 3
    place = float(rng.uniform(0.2, 0.8))
    edge = 1 / (1 + np.exp(-(across + 0.3 * down - place) * float(rng.uniform(10, 40))))
    field = 1 - most * slope - 0.5 * most * edge
    return np.asarray(cv2.resize(field, (shape[1], shape[0])), np.float32)


def _noise(shape: tuple[int, ...], rng: Chance, size: float) -> NDArray[np.float32]:
    tile = rng.normal(0, size, (509, 509)).astype(np.float32)
    again = (shape[0] // 509 + 1, shape[1] // 509 + 1)
    return np.tile(tile, again)[: shape[0], : shape[1]]


def _fax(page: Gray, rng: Chance) -> Gray:
    """Return the page as a fax has it: 204 x 196 dots an inch, black or white."""
    picture = _photograph(page, "fax", rng, 204)
    picture = cv2.resize(picture, None, fx=1, fy=196 / 204, interpolation=cv2.INTER_AREA)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.5)
    level = float(rng.uniform(115, 165))
    return np.asarray(np.where(picture + _noise(picture.shape, rng, 8) > level, 255, 0), np.uint8)


def _fold(page: Gray, rng: Chance) -> Gray:
    """Fold the page once across: a dark line, and what is below lies 0.6 mm off."""
    dots = page.shape[1] / _PAGE[0]
    at = int(page.shape[0] * rng.uniform(0.3, 0.7))
    off = round(0.6 * dots)
    folded = page.copy()
    folded[at:] = np.roll(page[at:], off, axis=1)
    wide = max(2, round(0.8 * dots))
    shade = 1 - 0.35 * np.exp(-(((np.arange(-3 * wide, 3 * wide)) / wide) ** 2))
    part = folded[at - 3 * wide : at + 3 * wide].astype(np.float32)
    folded[at - 3 * wide : at + 3 * wide] = (part * shade[:, None]).astype(np.uint8)
    return folded


def _stain(page: Gray, rng: Chance) -> Gray:
    """Put a cup down on the page: a brown ring with a darker outer edge, and drops."""
    size = (page.shape[1] // 4, page.shape[0] // 4)
    dots = size[0] / _PAGE[0]
    across, down = np.meshgrid(np.arange(size[0]) / dots, np.arange(size[1]) / dots)
    wet = np.zeros((size[1], size[0]))
    for number in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(40, 170), rng.uniform(50, 250)
        radius = rng.uniform(28, 42) if number == 0 else rng.uniform(2, 7)
        wobble = radius * (1 + 0.03 * np.sin(3 * np.arctan2(down - y, across - x) + number))
        away = np.hypot(across - x, down - y) - wobble
        rim = np.exp(-((away / 0.9) ** 2)) * (rng.uniform(0.2, 0.45))
        rim *= np.where(away > 0, np.exp(-((away / 0.35) ** 2)), 1.0)
        wet = np.maximum(wet, np.maximum(rim, 0.10 * (away < 0)))
    soft = cv2.resize(wet.astype(np.float32), (page.shape[1], page.shape[0]))
    return np.asarray(page * (1 - soft), np.uint8)


def _dirt(page: Gray, rng: Chance) -> Gray:
    """Smear and scratch over the first page code, now and then the second."""
    dirty = page.copy()
    dots = page.shape[1] / _PAGE[0]
    for x, y in ((180.0, 19.0), (187.0, 262.0)):
        for _ in range(int(rng.integers(3, 14)) if x < 185 or rng.random() < 0.3 else 0):
            start = (np.array((x, y)) + rng.normal(0, 6, 2)) * dots
            end = start + rng.normal(0, 7, 2) * dots
            colour = int(rng.choice([20, 60, 245]))
            thick = int(rng.uniform(0.5, 2.2) * dots)
            cv2.line(dirty, tuple(map(int, start)), tuple(map(int, end)), colour, thick)
    return dirty


def _torn(page: Gray, rng: Chance) -> Gray:
    """Tear off one corner."""
    torn = page.copy()
    high, wide = page.shape
    size = rng.uniform(0.10, 0.22, 2) * wide
    x, y = (0 if rng.random() < 0.5 else wide), (0 if rng.random() < 0.5 else high)
    toward = (1 if x == 0 else -1, 1 if y == 0 else -1)
    points = [(x, y), (x + toward[0] * size[0], y), (x, y + toward[1] * size[1])]
    cv2.fillPoly(torn, [np.array(points, np.int32)], int(rng.choice([15, 120, 250])))
    return torn


_ON_PAPER: dict[str, Callable[[Gray, Chance], Gray]] = {
    "fold": _fold,
    "hard mix": _fold,
    "stain": _stain,
    "dirt": _dirt,
    "torn": _torn,
}
