"""Timers carried out by the worker, a slice of homes in a transaction of its own."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.db import write_session
from app.rights.erasure.queries import begin_work, end_work
from app.rights.models import Kept, Retention
from app.rights.retention import queries
from app.rights.retention.rules import DEFAULT_DAYS, due_days
from app.staff import audit
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.surveys.campaign.models import Campaign
from app.vault import Vault


def set_timer(
    session: Session, campaign: Campaign, what: Kept, days: int, *, actor: Scope, now: datetime
) -> None:
    """Keep something of a campaign for so many days after its collection.

    What is destroyed already stays so. A timer that is set anew is carried out anew.
    """
    row = queries.find_timer(session, campaign.id, what)
    if row is None:
        row = Retention(campaign_id=campaign.id, what=what, days=days, changed_at=now)
        session.add(row)
    row.days, row.changed_by, row.changed_at = days, actor.staff_id, now
    row.done_at, row.destroyed = None, None
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="rights.timer",
        subject=f"campaign:{campaign.code}",
        detail=f"{what.value} {days}",
        now=now,
    )


def run_timers(engine: Engine, vault: Vault, clock: Callable[[], datetime]) -> int:
    """Destroy what is due in any campaign; return how many timers ended.

    May stop anywhere and begin again: what is emptied stays empty.
    """
    now = clock()
    today = beijing_date(now)
    ended = 0
    with Session(engine) as session:
        due = [
            (timers.campaign.id, timers.campaign.code, what)
            for timers in queries.list_timers(session)
            for what, day in due_days(
                timers.campaign.closes_on, {k: row.days for k, row in timers.rows.items()}
            ).items()
            if day <= today and (what not in timers.rows or timers.rows[what].done_at is None)
        ]
    for campaign_id, code, what in due:
        destroyed = _run_one(engine, vault, campaign_id, what)
        with write_session(engine) as session:
            row = queries.find_timer(session, campaign_id, what)
            if row is None:
                row = Retention(
                    campaign_id=campaign_id, what=what, days=DEFAULT_DAYS[what], changed_at=now
                )
                session.add(row)
            row.done_at, row.destroyed = now, destroyed
            audit.record(
                session,
                actor=SYSTEM_ACTOR,
                action="rights.expire",
                subject=f"campaign:{code}",
                detail=f"{what.value} {destroyed}",
                now=now,
            )
        ended += 1
    return ended


def _run_one(engine: Engine, vault: Vault, campaign_id: int, what: Kept) -> int:
    destroyed, after = 0, 0
    while True:
        with write_session(engine) as session:
            members = queries.list_member_ids(session, campaign_id, after)
            if not members:
                return destroyed
            begin_work(session)
            keys = queries.collect_slice(session, members)
            destroyed += queries.destroy(session, vault, what, keys)
            end_work(session)
        after = members[-1]
