"""Reading a growing table by key without losing a row that appears late. Pure.

PostgreSQL draws keys before a transaction ends, so a key may appear after greater ones were read.
What is missing below the last key read is remembered and looked for again for an hour; keys of
transactions that were rolled back never appear and are then forgotten.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

WAITED_FOR = 3600  # seconds; no transaction of this program takes that long


@dataclass(frozen=True, slots=True)
class Gap:
    """Keys that were missing: from first to last, and when that was seen, in seconds."""

    first: int
    last: int
    seen: int


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a table was read."""

    last: int
    gaps: tuple[Gap, ...] = ()

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Return the gaps as pairs of keys."""
        return [(gap.first, gap.last) for gap in self.gaps]


def advance(mark: Mark, keys: Sequence[int], *, now: int) -> Mark:
    """Return the mark after these keys were read.

    Args:
        mark: Where it stood.
        keys: Read behind it or in its gaps, in order.
        now: The present instant in seconds.
    """
    gaps = [gap for gap in mark.gaps if now - gap.seen < WAITED_FOR]
    for key in keys:
        gaps = [part for gap in gaps for part in _without(gap, key)]
    expected = mark.last + 1
    for key in keys:
        if key < expected:
            continue
        if key > expected:
            gaps.append(Gap(expected, key - 1, now))
        expected = key + 1
    return Mark(expected - 1, tuple(gaps))


def to_text(gaps: Sequence[Gap]) -> str:
    """Return gaps as they are stored."""
    return json.dumps([[gap.first, gap.last, gap.seen] for gap in gaps], separators=(",", ":"))


def from_text(text: str) -> tuple[Gap, ...]:
    """Return stored gaps."""
    return tuple(Gap(*one) for one in json.loads(text))


def _without(gap: Gap, key: int) -> list[Gap]:
    if not gap.first <= key <= gap.last:
        return [gap]
    parts = [Gap(gap.first, key - 1, gap.seen), Gap(key + 1, gap.last, gap.seen)]
    return [part for part in parts if part.first <= part.last]
