"""The picture of a campaign's communities: answers across, excess over peers up. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.surveys.integrity.rows import ScoredRow
from app.surveys.integrity.thresholds import HIGH

WIDTH, HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 16, 16, 36
_NAMED = 8  # points that carry their name


@dataclass(frozen=True, slots=True)
class Point:
    """One community."""

    x: float
    y: float
    is_high: bool
    words: str
    name: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture, ready for the template.

    Attributes:
        points: The communities.
        high_y: Where the line of more calls lies.
        base_y: Where nothing exceeds the peers.
        ticks: Numbers of answers with their places.
    """

    points: tuple[Point, ...]
    high_y: float
    base_y: float
    left: int
    right: int
    ticks: tuple[tuple[float, str], ...]


def draw(rows: Sequence[ScoredRow]) -> Picture | None:
    """Return the picture, None while no community is scored."""
    scored = [(row, row.score) for row in rows if row.score is not None]
    if not scored:
        return None
    most = max(score.answers for _row, score in scored) or 1
    top = max(2 * HIGH, *(score.value for _row, score in scored)) * 1.05
    base_y = HEIGHT - _BOTTOM

    def x(answers: float) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * answers / (1.08 * most), 1)

    def y(value: float) -> float:
        return round(base_y - (base_y - _TOP) * value / top, 1)

    named = {
        row.community_id
        for row, score in sorted(scored, key=lambda pair: -pair[1].value)[:_NAMED]
        if score.is_high or (score.value > 0 and len(scored) <= _NAMED)
    }
    return Picture(
        points=tuple(
            Point(
                x(score.answers),
                y(score.value),
                score.is_high,
                f"{row.name} · {score.answers} · {score.value:.1f}",
                row.name if row.community_id in named else "",
            )
            for row, score in scored
        ),
        high_y=y(HIGH),
        base_y=base_y,
        left=_LEFT,
        right=WIDTH - _RIGHT,
        ticks=tuple((x(tick), f"{tick:,}") for tick in range(0, most + 1, _step(most))),
    )


def _step(most: int) -> int:
    """Return the round distance of at most six ticks."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if most / step <= 5:
                return step
        size *= 10
