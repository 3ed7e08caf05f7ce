"""What happened after the finished campaign: nearly all cases were called, visits made."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from app.clock import beijing_date, start_of
from app.demo.accounts import community_of, scope_of
from app.demo.words import RECORDS
from app.followup import services
from app.followup.models import CaseList, CaseState, Outcome, VisitState
from app.followup.queries import list_cases, list_visits
from app.followup.rules import ContactInput
from app.staff.scope import Scope
from app.surveys.campaign.queries import find_campaign
from app.vault import Vault

STILL_TO_CALL = timedelta(days=4)
STILL_OPEN = {"GYY": 5, "SJY": 3}  # cases of communities that nobody has finished
OUTCOMES = (Outcome.SOLVED, Outcome.EXPLAINED, Outcome.EXPLAINED, Outcome.PRAISE_PASSED)
VIEWS = ("satisfied", "satisfied", "neutral", "dissatisfied")
WAYS = ("phone", "phone", "wechat", "visit")


def close_the_loop(
    session: Session,
    vault: Vault,
    code: str,
    *,
    after: datetime,
    seed: int,
    left: Mapping[str, int],
) -> None:
    """Record contacts and home visits in the two weeks after the deadline.

    Args:
        session: A writing transaction.
        vault: Seals what was said.
        code: The campaign.
        after: The deadline.
        seed: Decides who was called when.
        left: Cases that nobody has finished, by community.
    """
    campaign = find_campaign(session, code)
    if campaign is None:
        raise LookupError(code)
    rng = np.random.default_rng(seed)
    scope = scope_of(session, "hq")
    services.make_follow_ups(session, campaign.id, now=after)
    open_still = {community_of(session, one).id: count for one, count in left.items()}
    for case in list_cases(session, scope, campaign.id, state=CaseState.OPEN):
        if case.on_list is CaseList.COMMUNITY and open_still.get(case.community_id, 0):
            open_still[case.community_id] -= 1
            continue
        at = after + timedelta(days=int(rng.integers(9, 13)), minutes=_office_hours(rng))
        _call(session, vault, scope, case.id, rng=rng, at=at)
    for visit in list_visits(session, scope, campaign.id, state=VisitState.PLANNED):
        services.record_visit(
            session,
            vault,
            scope,
            visit.id,
            visited_on=visit.planned_on,
            note="登门听取意见，业主对电梯维修进度表示理解。",
            now=start_of(visit.planned_on) + timedelta(hours=20),
        )


def call_for_head_office(
    session: Session, vault: Vault, code: str, *, until: date, seed: int
) -> None:
    """Let head office call the owners of a running campaign who want nobody else to know.

    Those who wrote in the last days before `until` are still to be called.
    """
    campaign = find_campaign(session, code)
    if campaign is None:
        raise LookupError(code)
    rng = np.random.default_rng([seed, 7])
    scope = scope_of(session, "hq")
    services.make_follow_ups(session, campaign.id, now=start_of(until))
    for case in list_cases(session, scope, campaign.id, state=CaseState.OPEN):
        written = beijing_date(case.received_at)
        if case.on_list is not CaseList.HEAD_OFFICE or written > until - STILL_TO_CALL:
            continue
        at = start_of(written) + timedelta(days=2, minutes=_office_hours(rng))
        _call(session, vault, scope, case.id, rng=rng, at=at)


def _call(
    session: Session,
    vault: Vault,
    scope: Scope,
    case_id: int,
    *,
    rng: np.random.Generator,
    at: datetime,
) -> None:
    contact = ContactInput(
        at=at,
        way=WAYS[int(rng.integers(len(WAYS)))],
        person="业主本人",
        outcome=OUTCOMES[int(rng.integers(len(OUTCOMES)))],
        result=RECORDS[int(rng.integers(len(RECORDS)))],
        owner_view=VIEWS[int(rng.integers(len(VIEWS)))],
        next_on=None,
    )
    services.record_contact(session, vault, scope, case_id, contact, now=at)


def _office_hours(rng: np.random.Generator) -> int:
    """Return a minute of the day at which people of an office call."""
    return int(rng.integers(9 * 60, 18 * 60))
