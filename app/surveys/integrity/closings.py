"""How follow-up was closed: faster than anybody can talk, or in the same words (check 24). Pure.

A case that nobody called is closed with its neighbours, one after another, in one sentence.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from app.surveys.integrity import thresholds as limits


@dataclass(frozen=True, slots=True)
class Closing:
    """The record that closed a case.

    Attributes:
        staff_id: Who wrote it.
        at: When the contact was, as written down.
        words: What came of it.
    """

    staff_id: int
    at: datetime
    words: str


def count_quick(closings: Sequence[Closing]) -> int:
    """Count closings within a minute of another one by the same person: no two talks fit there."""
    times: defaultdict[int, list[datetime]] = defaultdict(list)
    for one in closings:
        times[one.staff_id].append(one.at)
    count = 0
    for own in times.values():
        own.sort()
        quick = [False] * len(own)
        for at, (first, second) in enumerate(pairwise(own)):
            if second - first < limits.QUICK_CLOSING:
                quick[at] = quick[at + 1] = True
        count += sum(quick)
    return count


def count_same(closings: Sequence[Closing]) -> tuple[int, int]:
    """Count closings whose words stand under several cases, and those with words to compare.

    Two cases may well be answered alike; very short words ("explained") are alike by themselves.
    """
    words = [_plain(one.words) for one in closings]
    kept = Counter(text for text in words if len(text) >= limits.CLONE_LENGTH)
    same = sum(count for count in kept.values() if count >= limits.SAME_CLOSINGS)
    return same, sum(kept.values())


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())
