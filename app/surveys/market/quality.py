"""Signs in the interviews themselves, as counts for head office: never a verdict on one. Pure."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol

from app.surveys.market.columns import IMPORTANCE, PERFORMANCE, PROVIDER

SHORT = timedelta(minutes=5)
LEAST_GAP = timedelta(0)


class Delivered(Protocol):
    """What an interview must have to be looked at."""

    interviewer: str
    started_at: datetime
    ended_at: datetime
    place_id: int
    answers: str


@dataclass(frozen=True, slots=True)
class InterviewerCounts:
    """One person's interviews.

    Attributes:
        interviewer: As the agency names people.
        interviews: How many.
        short: Shorter than five minutes.
        overlapping: Begun before the one before had ended.
        straight: Every rating of one kind the same point.
        other_company: The resident named another company than the list of communities.
        most_a_day: Most on one day.
        median_minutes: Middle length.
    """

    interviewer: str
    interviews: int
    short: int
    overlapping: int
    straight: int
    other_company: int
    most_a_day: int
    median_minutes: float

    @property
    def signs(self) -> int:
        """Return how many signs there are in all."""
        return self.short + self.overlapping + self.straight


def count_signs(
    interviews: Sequence[Delivered], managed_by: dict[int, str]
) -> tuple[InterviewerCounts, ...]:
    """Return the counts of every interviewer, most signs first.

    Args:
        interviews: All that count.
        managed_by: Company by community of the survey.
    """
    by_person: dict[str, list[Delivered]] = {}
    for one in interviews:
        by_person.setdefault(one.interviewer, []).append(one)
    found = [_counts(name, rows, managed_by) for name, rows in by_person.items()]
    return tuple(sorted(found, key=lambda one: (-one.signs, one.interviewer)))


def is_straight(answers: dict[str, str]) -> bool:
    """Say whether all ratings of one kind are the same point, six of them at least."""
    for prefix in (PERFORMANCE, IMPORTANCE):
        points = [value for name, value in answers.items() if name.startswith(prefix)]
        if len(points) >= 6 and len(set(points)) == 1 and points[0] != "na":
            return True
    return False


def _counts(name: str, rows: list[Delivered], managed_by: dict[int, str]) -> InterviewerCounts:
    ordered = sorted(rows, key=lambda one: one.started_at)
    said: list[dict[str, str]] = [json.loads(one.answers) for one in ordered]
    lengths = sorted((one.ended_at - one.started_at) / timedelta(minutes=1) for one in ordered)
    overlapping = sum(
        after.started_at - before.ended_at < LEAST_GAP for before, after in pairwise(ordered)
    )
    other = sum(
        answers.get(PROVIDER, managed_by[one.place_id]) != managed_by[one.place_id]
        for one, answers in zip(ordered, said, strict=True)
    )
    days = Counter((one.started_at + timedelta(hours=8)).date() for one in ordered)
    middle = len(lengths) // 2
    median = lengths[middle] if len(lengths) % 2 else (lengths[middle - 1] + lengths[middle]) / 2
    return InterviewerCounts(
        interviewer=name,
        interviews=len(rows),
        short=sum(one.ended_at - one.started_at < SHORT for one in ordered),
        overlapping=overlapping,
        straight=sum(map(is_straight, said)),
        other_company=other,
        most_a_day=max(days.values()),
        median_minutes=median,
    )
