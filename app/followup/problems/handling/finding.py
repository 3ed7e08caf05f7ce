"""Finds the concentrated problems of a campaign out of coded comments; runs any number of times."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.models import ProblemComment
from app.followup.problems import queries
from app.followup.problems.codebook import load_codebook
from app.followup.problems.handling.queries import list_published_of_place
from app.followup.problems.models import ProblemState, SharedProblem
from app.followup.problems.rules import ItemLevel, Reason, Why, read_reasons, reasons, write_reasons
from app.followup.published.queries import list_raised_by

_NO_LEVELS: Mapping[str, ItemLevel] = {}


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a community, or of the whole company, beside its comments.

    Attributes:
        community_id: The community, None for the company.
        returned: Households with a counted answer.
        levels: Items of its released result, ``area.attribute``; empty before release.
    """

    community_id: int | None
    returned: int
    levels: Mapping[str, ItemLevel] = field(default_factory=lambda: _NO_LEVELS)


def find_problems(session: Session, campaign_id: int, place: Place, *, now: datetime) -> int:
    """Write down which problems of a place are concentrated, and why.

    A problem on its way keeps its state; its counts and reasons follow the comments. One that
    nobody has worked on goes when its comments turn out to be about something else.

    Returns:
        How many problems are new.
    """
    community_id = place.community_id
    queries.lock_place(session, campaign_id)
    known = {
        one.code: one for one in queries.list_problems_of_place(session, campaign_id, community_id)
    }
    counts = queries.count_codes(session, campaign_id, community_id)
    buildings = (
        {} if community_id is None else queries.count_buildings(session, campaign_id, community_id)
    )
    added = 0
    for code in load_codebook().codes:
        if not code.is_problem:
            continue
        found = reasons(
            counts.get(code.code, 0),
            buildings.get(code.code, {}),
            returned=place.returned,
            level=place.levels.get(code.item or ""),
            is_company=community_id is None,
        )
        problem = known.get(code.code)
        if problem is not None:
            _follow(session, problem, found, counts.get(code.code, 0), place)
        elif found:
            session.add(_new(campaign_id, code.code, found, counts[code.code], place, now=now))
            added += 1
    session.flush()
    return added


def raise_coded(session: Session, campaign_id: int, community_id: int) -> None:
    """Let the owners of coded comments be asked whether the published answer helps.

    Also those whose comment got its code only after the answer was published.
    """
    for one in list_published_of_place(session, campaign_id, community_id):
        comments = queries.list_comments_of_code(session, campaign_id, community_id, one.code)
        known = list_raised_by(session, one.problem_id)
        for comment_id in comments:
            if comment_id not in known:
                session.add(ProblemComment(problem_id=one.problem_id, comment_id=comment_id))
    session.flush()


def _new(
    campaign_id: int,
    code: str,
    found: tuple[Reason, ...],
    count: int,
    place: Place,
    *,
    now: datetime,
) -> SharedProblem:
    return SharedProblem(
        campaign_id=campaign_id,
        community_id=place.community_id,
        place=place.community_id or 0,
        code=code,
        state=ProblemState.DETECTED,
        why=write_reasons(found),
        households=count,
        returned=place.returned,
        found_at=now,
        changed_at=now,
    )


def _follow(
    session: Session,
    problem: SharedProblem,
    found: tuple[Reason, ...],
    count: int,
    place: Place,
) -> None:
    """Let an earlier finding say what the comments say now."""
    by_hand = tuple(one for one in read_reasons(problem.why) if one.why is Why.ADDED)
    is_untouched = problem.state is ProblemState.DETECTED and problem.drafted_at is None
    if not found and not by_hand and is_untouched:
        session.delete(problem)
        return
    problem.why = write_reasons((*found, *by_hand))
    problem.households, problem.returned = count, place.returned
