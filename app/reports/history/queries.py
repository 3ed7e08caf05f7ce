"""Reads of every campaign of a place, those entered from a file among them. Loads no numpy.

Entered figures stand before the first own ones in a series and nowhere else: they have no gate, no
rank and no part in any KPI. Who sees them: a community's who sees the community, a region's who
sees all of its communities, the company's who sees all.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.analysis.results.estimate import Estimate
from app.reports.company.queries import COMPANY, Head, SeriesPoint, list_series
from app.reports.models import ResultHead, StudyRun
from app.reports.queries import READERS
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign
from app.surveys.history import queries as history
from app.surveys.history.models import HistoryFigure, HistoryStep

MEASURES = ("index", "overall", "satisfied")


@dataclass(frozen=True, slots=True)
class UnlinkedStep:
    """The change that leads to a campaign, where one of the two was entered from a file.

    Attributes:
        before: Code of the campaign before.
        measure: index, overall or satisfied.
        change: The change, with the interval of homes that are not linked.
        said: real, noise, too_small, cannot_tell, or otherwise: asked differently.
    """

    before: str
    measure: str
    change: Estimate
    said: str


@dataclass(frozen=True, slots=True)
class PlacePoint:
    """One campaign of a place.

    Attributes:
        code, closes_on: The campaign.
        head: The figures; of an entered one base and return rate may be unknown (0).
        campaign_id: Key of the own campaign, 0 of an entered one.
        wave_id: Key of the entered wave, 0 of an own campaign.
        steps: What leads to it from the one before, where one of the two was entered.
        left_out: Communities with fewer than 10 answers, and their answers: in none of the
            figures of an entered one.
    """

    code: str
    closes_on: date
    head: Head
    campaign_id: int = 0
    wave_id: int = 0
    steps: tuple[UnlinkedStep, ...] = ()
    left_out: tuple[int, int] = (0, 0)

    @property
    def is_entered(self) -> bool:
        """Say whether its figures were entered from a file."""
        return self.wave_id != 0


def list_points(
    session: Session, community_id: int | None, scope: Scope, *, region: str = COMPANY
) -> tuple[PlacePoint, ...]:
    """Return all campaigns of a community, a region or the company, oldest first.

    Args:
        session: Open session.
        community_id: The community; None for the company or a region.
        scope: Whose view.
        region: Code of the region, where it is about one.
    """
    own = [_own(one) for one in list_series(session, community_id, scope, region=region)]
    entered = _entered(session, community_id, scope, region)
    if not entered:
        return tuple(own)
    steps: dict[tuple[int, int], list[UnlinkedStep]] = {}
    for step in history.list_steps(session, community_id, region):
        steps.setdefault((step.campaign_id or 0, step.wave_id or 0), []).append(_step(step))
    joined = sorted([*entered, *own], key=lambda one: (one.closes_on, one.campaign_id))
    return tuple(
        replace(one, steps=tuple(steps.get((one.campaign_id, one.wave_id), ()))) for one in joined
    )


def _own(point: SeriesPoint) -> PlacePoint:
    return PlacePoint(point.campaign_code, point.closes_on, point.head, point.campaign_id)


def _entered(
    session: Session, community_id: int | None, scope: Scope, region: str
) -> list[PlacePoint]:
    if scope.role not in READERS or not history.may_read(session, scope, community_id, region):
        return []
    return [
        PlacePoint(
            wave.code,
            wave.closes_on,
            head_of(figure),
            wave_id=wave.id,
            left_out=left_out_of(figure),
        )
        for figure, wave in history.list_live_figures(session, community_id, region)
    ]


def head_of(figure: HistoryFigure) -> Head:
    """Return entered figures as the head of a result."""
    return Head(
        n=figure.n,
        base=figure.base,
        returned=figure.n if figure.base else 0,
        index=_estimate(figure, "index"),
        satisfied=_estimate(figure, "satisfied"),
        overall=_estimate(figure, "overall"),
        change=Estimate(None, None, None, None, figure.n),
        change_said="",
        standing=figure.standing,
        run_id=0,
    )


def left_out_of(figure: HistoryFigure) -> tuple[int, int]:
    """Return communities in none of these figures for fewer than 10 answers, and their answers."""
    communities, answers = json.loads(figure.how).get("left_out", (0, 0))
    return communities, answers


def _estimate(figure: HistoryFigure, measure: str) -> Estimate:
    value, low, high = (getattr(figure, f"{measure}_{end}") for end in ("value", "low", "high"))
    return Estimate(value, None, low, high, figure.n)


def _step(row: HistoryStep) -> UnlinkedStep:
    return UnlinkedStep(row.before, row.measure, Estimate(row.value, None, row.low, row.high, 0),
                        row.said)  # fmt: skip


def list_entered_places(session: Session) -> list[tuple[int | None, str]]:
    """Return community and region of every place with entered figures, for the program itself."""
    query = select(HistoryFigure.community_id, HistoryFigure.region).distinct()
    return sorted(
        ((community_id, region) for community_id, region in session.execute(query)),
        key=lambda one: (one[0] or 0, one[1]),
    )


def newest_own_result(session: Session) -> datetime | None:
    """Return when the newest result of the first own campaigns was stored, for the program itself.

    Changes lead from an entered wave to the first own campaign after it, so only results of
    campaigns that follow an entered wave at once can change them; all are asked about, for it is
    one number a minute.
    """
    query = (
        select(func.max(StudyRun.created_at))
        .join(ResultHead, ResultHead.study_run_id == StudyRun.id)
        .join(Campaign, Campaign.id == ResultHead.campaign_id)
        .where(Campaign.pilot_of_id.is_(None))
    )
    return session.scalar(query)


def find_figure(
    session: Session, wave_id: int, community_id: int | None, region: str
) -> HistoryFigure | None:
    """Return the entered figures of one place in one wave, for the program itself."""
    query = select(HistoryFigure).where(
        HistoryFigure.wave_id == wave_id,
        HistoryFigure.region == region,
        HistoryFigure.community_id.is_(None)
        if community_id is None
        else HistoryFigure.community_id == community_id,
    )
    return session.scalars(query).one_or_none()
