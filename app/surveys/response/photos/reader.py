"""Reads photos of owners through a child process, so that no file can hurt a page."""

import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from threading import BoundedSemaphore

from app.surveys.response.errors import ResponseError

LARGEST_FILE = 12 * 1024 * 1024
LARGEST_PHOTO = 3 * 1024 * 1024  # 1600 x 1600 pixels of pure noise take 2.3 million bytes
_CHILD = Path(__file__).with_name("child.py")
# Together well below the half minute a page may take.
_PATIENCE = 14.0  # seconds on the clock; the child gives itself ten of processor time
_QUEUE = 10.0  # seconds to wait for a turn
_AT_ONCE = BoundedSemaphore(2)
_HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif")


class PhotoProblem(StrEnum):
    """Why a file was not taken as a photo."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    KIND = "kind"  # neither JPEG nor PNG nor WebP
    HEIC = "heic"
    PIXELS = "pixels"  # too many of them
    DAMAGED = "damaged"
    BUSY = "busy"  # too many photos at the same time


class PhotoError(ResponseError):
    """A file cannot be taken as a photo; nothing was stored."""

    def __init__(self, problem: PhotoProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def read_photo(content: bytes) -> bytes:
    """Return a clean JPEG of at most 1600 pixels a side, without place, time or camera.

    Raises:
        PhotoError: The file is no photo we can read; carries why.
    """
    problem = _look(content)
    if problem is not None:
        raise PhotoError(problem)
    if not _AT_ONCE.acquire(timeout=_QUEUE):
        raise PhotoError(PhotoProblem.BUSY)
    try:
        return _ask_child(content)
    finally:
        _AT_ONCE.release()


def _look(content: bytes) -> PhotoProblem | None:
    """Say at the first bytes what is no photo for sure: no process is started for it."""
    if not content:
        return PhotoProblem.EMPTY
    if len(content) > LARGEST_FILE:
        return PhotoProblem.TOO_LARGE
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return PhotoProblem.HEIC
    is_known = content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    )
    return None if is_known else PhotoProblem.KIND


def _ask_child(content: bytes) -> bytes:
    command = [sys.executable, "-I", str(_CHILD)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and nothing of the file in it
            command, input=content, capture_output=True, timeout=_PATIENCE, check=False, env={}
        )
    except subprocess.TimeoutExpired as error:
        raise PhotoError(PhotoProblem.DAMAGED) from error
    if done.returncode == 0 and done.stdout.startswith(b"\xff\xd8\xff"):
        if len(done.stdout) <= LARGEST_PHOTO:
            return done.stdout
        raise PhotoError(PhotoProblem.PIXELS)
    said = done.stderr.decode("ascii", "replace")
    raise PhotoError(PhotoProblem.PIXELS if said == "pixels" else PhotoProblem.DAMAGED)
