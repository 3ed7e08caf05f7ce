"""The check of the tally (计数核对): 0 differences is the rule, on a running installation too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.surveys.campaign.contact.queries import COUNTS
from app.surveys.campaign.models import Campaign
from app.surveys.response.counts import queries


@dataclass(frozen=True, slots=True)
class Difference:
    """One count that is kept otherwise than it is counted.

    Attributes:
        community_id: The community.
        place: A building, or the day of returns written ``YYYY-MM-DD``.
        what: Column of the tally, ``day`` for a day of returns, ``answer`` for households that
            say something else than their answers.
        kept: What is kept.
        counted: What a fresh count says.
    """

    community_id: int
    place: str
    what: str
    kept: int
    counted: int


def recount(session: Session, campaign: Campaign) -> list[Difference]:
    """Count a campaign afresh and return where the tally says something else.

    On PostgreSQL under load, call it in a transaction that sees one state of the database
    (REPEATABLE READ), else answers that come in meanwhile look like differences.
    """
    wrong = queries.wrong_members(session, campaign)
    found = [
        Difference(community_id, building, "answer", homes, 0)
        for (community_id, building), homes in wrong.items()
    ]
    kept = queries.kept_tally(session, campaign.id)
    counted = queries.counted_tally(session, campaign.id)
    none = (0,) * len(COUNTS)
    for community_id, building in kept.keys() | counted.keys():
        here = kept.get((community_id, building), none)
        there = counted.get((community_id, building), none)
        found += (
            Difference(community_id, building, what, one, other)
            for what, one, other in zip(COUNTS, here, there, strict=True)
            if one != other
        )
    found += _days(
        queries.kept_days(session, campaign.id), queries.counted_days(session, campaign.id)
    )
    return sorted(found, key=lambda one: (one.community_id, one.place, one.what))


def mend(session: Session, campaign: Campaign) -> None:
    """Write the counts of a campaign anew; answers wait until the transaction ends.

    Also for data that was put into the tables in bulk, past every service.
    """
    session.flush()
    queries.lock_counts(session, campaign.id)
    queries.mend_members(session, campaign)
    queries.rewrite_counts(session, campaign.id)
    session.expire_all()


def _days(
    kept: Mapping[tuple[int, date], int], counted: Mapping[tuple[int, date], int]
) -> list[Difference]:
    keys: set[tuple[int, date]] = set(kept) | set(counted)
    return [
        Difference(key[0], key[1].isoformat(), "day", kept.get(key, 0), counted.get(key, 0))
        for key in keys
        if kept.get(key, 0) != counted.get(key, 0)
    ]
