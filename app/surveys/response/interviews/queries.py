"""Reads for interviews."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.surveys.register.models import Household
from app.surveys.response.interviews.models import Interview


def household_uids(session: Session, household_ids: Collection[int]) -> dict[int, str]:
    """Return the names households have in the audit log, by their keys."""
    query = select(Household.id, Household.uid).where(Household.id.in_(household_ids))
    return dict(session.execute(query).all())


def find_interview(session: Session, response_id: int) -> Interview | None:
    """Return how an answer was given at home, None when it came another way."""
    return session.get(Interview, response_id)
