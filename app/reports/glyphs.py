"""Which characters the fonts of this machine can print, and what stands where one cannot."""

import subprocess
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

_NEVER_DRAWN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))  # they choose a shape, have none


def unprintable(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the characters of the texts that no installed font can draw, each once, in order.

    A machine that cannot say what its fonts hold is trusted to hold everything.
    """
    starts, ends = _covered()
    if not starts:
        return ()
    missing: dict[str, None] = {}
    for character in dict.fromkeys(chain.from_iterable(texts)):
        code = ord(character)
        place = bisect_right(starts, code) - 1
        if (place < 0 or code > ends[place]) and not _is_never_drawn(character):
            missing[character] = None
    return tuple(missing)


def printable(text: str) -> str:
    """Return a text with the number of each character no font can draw in its place."""
    missing = unprintable([text])
    return with_names(text, missing) if missing else text


def with_names(text: str, missing: Iterable[str]) -> str:
    """Return the text with the number of each missing character in its place: ``[U+E000]``.

    The numbers are isolated: words written from right to left would turn them round.
    """
    lines = text.replace("\u2028", "\n").replace("\u2029", "\n")  # the printer knows no others
    return lines.translate({ord(one): f"\u2066[U+{ord(one):04X}]\u2069" for one in missing})


def _is_never_drawn(character: str) -> bool:
    return unicodedata.category(character) in _NEVER_DRAWN or any(
        ord(character) in one for one in _SELECTORS
    )


@lru_cache(maxsize=1)
def _covered() -> tuple[list[int], list[int]]:
    """Return first and last character of every stretch the fonts cover, in order."""
    try:
        listed = subprocess.run(
            ["fc-list", "--format", "%{charset} "],  # noqa: S607 - where it lies differs
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return [], []
    return merged(listed)


def merged(listed: str) -> tuple[list[int], list[int]]:
    """Read the stretches fontconfig lists (``20-7e a0``, hexadecimal) and join what overlaps."""
    spans = sorted(
        (int(first, 16), int(last or first, 16))
        for first, _dash, last in (one.partition("-") for one in set(listed.split()))
    )
    starts: list[int] = []
    ends: list[int] = []
    for first, last in spans:
        if ends and first <= ends[-1] + 1:
            ends[-1] = max(ends[-1], last)
        else:
            starts.append(first)
            ends.append(last)
    return starts, ends
