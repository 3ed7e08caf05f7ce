"""What happened after the finished campaign: nearly all cases were called, visits made."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from app.clock import beijing_date, start_of
from app.demo.accounts import community_of
from app.demo.cases import (
    call,
    find_dangers,
    leave_in_every_state,
    sort_some,
    sort_words,
    team_of,
)
from app.demo.visits import visits
from app.followup.models import CaseList, Urgency
from app.followup.rules import START_DAYS
from app.followup.services import make_follow_ups, read_hints
from app.vault import Vault

STILL_TO_CALL = timedelta(days=4)
STILL_TO_SORT = 24  # homes of the running campaign whose words nobody has looked at


def close_the_loop(
    session: Session,
    vault: Vault,
    code: str,
    *,
    after: datetime,
    seed: int,
    today: date,
    left: Mapping[str, int],
) -> None:
    """Sort the words, record contacts and home visits in the two weeks after the deadline.

    Args:
        session: A writing transaction.
        vault: Seals what was said.
        code: The campaign.
        after: The deadline.
        seed: Decides who was called when.
        today: The present day; what is left is worked on until then.
        left: Cases that nobody has finished, by community.
    """
    rng = np.random.default_rng(seed)
    team = team_of(session, vault, code)
    sort_words(team, now=after + timedelta(hours=10))
    open_still = {community_of(session, one).id: count for one, count in left.items()}
    for view in team.views(after + timedelta(days=1)):
        row = view.row
        is_ordinary = row.on_list is CaseList.COMMUNITY and row.urgency is Urgency.ORDINARY
        if is_ordinary and open_still.get(row.community_id, 0):
            open_still[row.community_id] -= 1
            continue
        days = 1 if row.urgency is Urgency.SAFETY else int(rng.integers(4, 12))
        if row.due is not None:  # a community released later begins later
            start = start_of(row.due.start_by) - timedelta(days=START_DAYS - 1)
            days = max(days, (start - after).days + 1)
        at = after + timedelta(days=days, minutes=_office_hours(rng))
        call(team, view, rng, at=at)
    if left:
        leave_in_every_state(team, today)
    visits(session, vault, code, after=after, seed=seed, is_over=not left)


def call_for_head_office(
    session: Session, vault: Vault, code: str, *, until: date, now: datetime, seed: int
) -> None:
    """Let head office work on a running campaign: dangers, praise, and those who want it alone.

    Those who wrote in the last days before `until` are still to be called.
    """
    rng = np.random.default_rng([seed, 7])
    team = team_of(session, vault, code)
    make_follow_ups(session, team.campaign_id, now=start_of(until))
    read_hints(session, vault, team.campaign_id)
    find_dangers(team, now=now)
    sort_some(team, leave=STILL_TO_SORT, now=now)
    for view in team.views(now):
        row, written = view.row, beijing_date(view.row.received_at)
        is_own = row.on_list is CaseList.HEAD_OFFICE and row.urgency is Urgency.ORDINARY
        if is_own and written <= until - STILL_TO_CALL:
            at = start_of(written) + timedelta(days=2, minutes=_office_hours(rng))
            call(team, view, rng, at=at)


def _office_hours(rng: np.random.Generator) -> int:
    """Return a minute of the day at which people of an office call."""
    return int(rng.integers(9 * 60, 18 * 60))
