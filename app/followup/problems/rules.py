"""Rules of shared problems: when a problem is concentrated, and its steps to the answer. Pure.

集中反映 (docs/public-answers.md): many households, or one house, or an item few are satisfied with.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.clock import beijing_date
from app.followup.problems.models import ProblemState
from app.followup.published.models import ProgressKind

PERCENT = 5  # of the returned households
HOUSEHOLDS = 10
AT_LEAST = 2  # one household alone is no concentration, however few have answered
IN_ONE_BUILDING = 3
SATISFIED = 0.70
FEWEST_ANSWERS = 10  # of the item, for its satisfied share to count
FEWEST_TOLD = 5  # below, counts are head office's alone

ANSWER_DAYS = 10  # after T0 a public answer hangs on the board
POSTING_DAYS = 3  # after publication there is evidence of it
PROGRESS_DAYS = (30, 60)
PROGRESS_EARLY = 7  # days before: from then on a word counts as the one of its day


class Why(StrEnum):
    """Why a problem counts as concentrated."""

    SHARE = "share"  # 5 % of the returned households
    MANY = "many"  # 10 households
    BUILDING = "building"  # 3 of one building
    ITEM = "item"  # fewer than 70 % are satisfied with its item
    ADDED = "added"  # head office says so


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with its numbers.

    Attributes:
        why: Which rule.
        count: Households, or answers of the item.
        of: Returned households, 0 where it plays no part.
        where: The building, empty otherwise.
        share: Satisfied share, None otherwise.
    """

    why: Why
    count: int
    of: int = 0
    where: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class ItemLevel:
    """What the released result says of an item: its answers and its satisfied share."""

    n: int
    satisfied: float | None


def reasons(
    households: int,
    by_building: Mapping[str, int],
    *,
    returned: int,
    level: ItemLevel | None,
    is_company: bool = False,
) -> tuple[Reason, ...]:
    """Return every reason for which a code is concentrated; none when it is not.

    Args:
        households: Households that raised it, each once.
        by_building: The same by building; empty for a whole company.
        returned: Households with a counted answer.
        level: Its item in the released result; None before release.
        is_company: It is asked for the whole company: ten households are many in a community,
            in a company only the share tells.
    """
    if households < AT_LEAST:
        return ()
    found = []
    if 100 * households >= PERCENT * returned > 0:
        found.append(Reason(Why.SHARE, households, returned))
    if is_company:
        return tuple(found)
    if households >= HOUSEHOLDS:
        found.append(Reason(Why.MANY, households, returned))
    found += [
        Reason(Why.BUILDING, count, where=building)
        for building, count in sorted(by_building.items())
        if count >= IN_ONE_BUILDING
    ]
    if level is not None and _is_low(level):
        found.append(Reason(Why.ITEM, level.n, share=level.satisfied))
    return tuple(found)


def _is_low(level: ItemLevel) -> bool:
    is_said = level.satisfied is not None and level.n >= FEWEST_ANSWERS
    return is_said and (level.satisfied or 0.0) < SATISFIED


def write_reasons(found: Sequence[Reason]) -> str:
    """Return reasons as canonical JSON."""
    rows = [[one.why.value, one.count, one.of, one.where, one.share] for one in found]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def read_reasons(text: str) -> tuple[Reason, ...]:
    """Return what `write_reasons` wrote."""
    return tuple(Reason(Why(row[0]), *row[1:]) for row in json.loads(text))


class Step(StrEnum):
    """What somebody does with a shared problem."""

    DRAFT = "draft"
    CHECK = "check"
    APPROVE = "approve"
    PUBLISH = "publish"
    SEND_BACK = "send_back"
    SET_ASIDE = "set_aside"
    PROGRESS = "progress"
    POST = "post"
    CLOSE = "close"


_S = ProblemState
_FROM: Mapping[Step, frozenset[ProblemState]] = {
    Step.DRAFT: frozenset({_S.DETECTED, _S.DRAFTED, _S.PUBLISHED, _S.SET_ASIDE}),
    Step.CHECK: frozenset({_S.DRAFTED}),
    Step.APPROVE: frozenset({_S.CHECKED}),
    Step.PUBLISH: frozenset({_S.APPROVED}),
    Step.SEND_BACK: frozenset({_S.DRAFTED, _S.CHECKED, _S.APPROVED}),
    Step.SET_ASIDE: frozenset({_S.DETECTED, _S.DRAFTED}),
    # A new version is on its way while the former one hangs: its progress goes on.
    Step.PROGRESS: frozenset({_S.DRAFTED, _S.CHECKED, _S.APPROVED, _S.PUBLISHED}),
    Step.POST: frozenset({_S.DRAFTED, _S.CHECKED, _S.APPROVED, _S.PUBLISHED}),
    Step.CLOSE: frozenset({_S.PUBLISHED}),
}
OF_HEAD_OFFICE = frozenset(
    {Step.CHECK, Step.APPROVE, Step.PUBLISH, Step.SEND_BACK, Step.SET_ASIDE, Step.CLOSE}
)
_NEEDS_PUBLISHED = frozenset({Step.PROGRESS, Step.POST, Step.CLOSE})
_NOT_BY_AUTHOR = frozenset({Step.CHECK, Step.APPROVE})


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether a step may be taken.

    Attributes:
        state: Where the problem stands.
        author_id: Who wrote the draft, None before one.
        is_published: A version of it is published.
        is_company: It is one of the whole company, which only head office answers.
    """

    state: ProblemState
    author_id: int | None
    is_published: bool
    is_company: bool = False


def refusal(step: Step, standing: Standing, *, staff_id: int, is_head_office: bool) -> str | None:
    """Return why a step cannot be taken: ``role``, ``state`` or ``author``; None when it can."""
    if not is_head_office and (step in OF_HEAD_OFFICE or standing.is_company):
        return "role"
    if standing.state not in _FROM[step]:
        return "state"
    if step in _NEEDS_PUBLISHED and not standing.is_published:
        return "state"
    if step is Step.SET_ASIDE and standing.is_published:
        return "state"
    if step in _NOT_BY_AUTHOR and standing.author_id == staff_id:
        return "author"
    return None


def steps_open(standing: Standing, *, staff_id: int, is_head_office: bool) -> frozenset[Step]:
    """Return the steps this person may take now."""
    return frozenset(
        step
        for step in Step
        if refusal(step, standing, staff_id=staff_id, is_head_office=is_head_office) is None
    )


def answer_by(t0: datetime | None) -> date | None:
    """Return the day on which a public answer must hang, None while the clock stands still."""
    return None if t0 is None else beijing_date(t0 + timedelta(days=ANSWER_DAYS))


def progress_by(published_at: datetime) -> tuple[date, date]:
    """Return the days by which owners read how far it has come: after 30 and after 60 days."""
    first, second = (beijing_date(published_at + timedelta(days=days)) for days in PROGRESS_DAYS)
    return first, second


def progress_counts_from(published_at: datetime, kind: ProgressKind) -> date:
    """Return the first day on which a word on progress counts as the one of 30 or 60 days.

    A week before its day; late words count, too. Any other word is welcome at any time.
    """
    days = {ProgressKind.DAY_30: PROGRESS_DAYS[0], ProgressKind.DAY_60: PROGRESS_DAYS[1]}
    if kind not in days:
        return beijing_date(published_at)
    return beijing_date(published_at + timedelta(days=days[kind] - PROGRESS_EARLY))


def told(count: int) -> int | None:
    """Return a count of households as others than head office may know it; None means few."""
    return count if count >= FEWEST_TOLD else None
