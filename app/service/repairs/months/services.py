"""Counting months anew where something changed, and once a day while time changes them."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.service.repairs import queries
from app.service.repairs.months import queries as months
from app.service.repairs.rules import month_bounds, settles_at

AT_ONCE = 60


def count_months(session: Session, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Make the counts of some months anew; return how many. Safe to repeat at any time.

    A month is settled when the 30 days after it are over and every promise is decided; until
    then it is counted again each day.
    """
    today = beijing_date(now)
    found = months.list_to_count(session, today, limit)
    for one in found:
        counted = queries.count_month(session, [one.community_id], one.month, now=now)
        months.replace_counts(
            session,
            one.community_id,
            one.month,
            {thing: counts for (_, thing), counts in counted.items()},
        )
        begin, end = month_bounds(one.month)
        one.is_stale, one.counted_on = False, today
        one.is_settled = now >= settles_at(one.month) and not months.has_open_promise(
            session, one.community_id, begin, end, now=now
        )
    session.flush()
    return len(found)
