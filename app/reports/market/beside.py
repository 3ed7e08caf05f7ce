"""The owners' survey that stands beside a market survey: the latest result that was released.

Loads no numpy: pages read it too.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.analysis.results.study import StudyResult
from app.reports.company.queries import find_company_result, list_series
from app.staff.scope import Scope


@dataclass(frozen=True, slots=True)
class Perception:
    """The owners' survey: code of the campaign, empty without one, and its result."""

    campaign: str = ""
    result: StudyResult | None = None


def latest_perception(session: Session, scope: Scope) -> Perception:
    """Return the latest campaign with a released result of the company that somebody may see."""
    for point in reversed(list_series(session, None, scope)):
        found = find_company_result(session, point.campaign_id, scope)
        if found is not None:
            return Perception(point.campaign_code, found.result)
    return Perception()
