"""Worker side of unlinked changes: between an entered wave and the campaign before or after it."""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from app.analysis.results.estimate import Estimate
from app.reports.history.queries import (
    MEASURES,
    PlacePoint,
    find_figure,
    list_entered_places,
    list_points,
)
from app.reports.history.study import INDEX, SATISFIED, How, how_from_json
from app.reports.queries import get_run, parsed
from app.staff.models import Role
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.surveys.history.change import Change, Reach, change_between, not_comparable
from app.surveys.history.mapping.targets import OVERALL
from app.surveys.history.models import HistoryStep

_EVERYTHING = Scope(staff_id=0, name=SYSTEM_ACTOR, role=Role.HEAD_OFFICE, community_ids=None)
_SMALLEST = {SATISFIED: 0.02}
_ALIKE = frozenset({INDEX, OVERALL, SATISFIED})


def find_steps(session: Session, *, now: datetime) -> list[HistoryStep]:
    """Return all unlinked changes as they are now; writes nothing.

    Args:
        session: Open session.
        now: The present instant.
    """
    found: list[HistoryStep] = []
    for community_id, region in list_entered_places(session):
        points = list_points(session, community_id, _EVERYTHING, region=region)
        for before, after in pairwise(points):
            if before.is_entered or after.is_entered:
                found += _steps(session, (before, after), (community_id, region), now=now)
    return found


def _steps(
    session: Session,
    pair: tuple[PlacePoint, PlacePoint],
    place: tuple[int | None, str],
    *,
    now: datetime,
) -> list[HistoryStep]:
    before, after = pair
    asked = _how(session, before, place), _how(session, after, place)
    found = []
    for measure in MEASURES:
        change = _change(measure, pair, asked)
        if change is None:
            continue
        found.append(
            HistoryStep(
                community_id=place[0],
                region=place[1],
                campaign_id=after.campaign_id or None,
                wave_id=after.wave_id or None,
                before=before.code,
                measure=measure,
                value=change.value,
                low=change.low,
                high=change.high,
                said=change.said,
                made_at=now,
            )
        )
    return found


def _how(session: Session, point: PlacePoint, place: tuple[int | None, str]) -> How:
    """Return how a campaign was asked; an own one is the measure of what is alike."""
    if point.is_entered:
        figure = find_figure(session, point.wave_id, *place)
        return How("", {}, frozenset()) if figure is None else how_from_json(figure.how)
    result = parsed(get_run(session, point.head.run_id).result)
    items = {
        one.code: (one.weight.value, one.performance.value)
        for one in result.items
        if one.weight.value is not None and one.performance.value is not None
    }
    return How(
        str(result.plan.get("weights", "")),
        {code: (share or 0.0, level or 0.0) for code, (share, level) in items.items()},
        _ALIKE,
    )


def _change(
    measure: str, pair: tuple[PlacePoint, PlacePoint], asked: tuple[How, How]
) -> Change | None:
    """Return the change of a measure; None where one of the two has no such figure."""
    before, after = (_reach(getattr(point.head, measure), point.head.n) for point in pair)
    if before.value is None or after.value is None:
        return None
    if not all(measure in how.alike for how in asked):
        return not_comparable()
    if measure != INDEX:
        return change_between(before, after, smallest=_SMALLEST.get(measure, 2.0))
    first, second = asked
    if not first.items and not second.items:
        return change_between(before, after)  # both as they were printed
    if first.rule != second.rule or set(first.items) != set(second.items):
        return not_comparable()
    return change_between(before, after, moved=_moved(first.items, second.items))


def _moved(
    before: Mapping[str, tuple[float, float]], after: Mapping[str, tuple[float, float]]
) -> float:
    """Return the change of the index with the earlier wave's weights in both."""
    return sum(share * (after[code][1] - level) for code, (share, level) in before.items())


def _reach(found: Estimate, n: int) -> Reach:
    return Reach(found.value, found.low, found.high, n)
