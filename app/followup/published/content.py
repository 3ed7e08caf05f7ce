"""What a bulletin says, and its form in the database. Pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class BulletinLine:
    """One thing owners said, what was done, and what came of it.

    Attributes:
        said: The problem, as owners say it.
        did: What was done.
        item_zh, item_en: The item that proves it.
        before, after: Satisfaction on 0-100, None when it cannot be said.
        change, low, high: The difference with its interval.
        verdict: ``real``, ``noise``, ``too_small`` or ``cannot_tell``.
    """

    said: str
    did: str
    item_zh: str
    item_en: str
    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class BulletinContent:
    """A whole bulletin: the two campaigns it compares, and its lines."""

    before_zh: str
    before_en: str
    after_zh: str
    after_en: str
    lines: tuple[BulletinLine, ...]


def write_bulletin(content: BulletinContent) -> str:
    """Return a bulletin as canonical JSON."""
    return json.dumps(asdict(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_bulletin(text: str) -> BulletinContent:
    """Return what `write_bulletin` wrote."""
    data = json.loads(text)
    lines: Sequence[dict[str, object]] = data.pop("lines")
    return BulletinContent(**data, lines=tuple(BulletinLine(**line) for line in lines))  # type: ignore[arg-type]
