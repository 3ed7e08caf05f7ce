"""What happened after the finished campaign: most cases were called, most visits made."""

from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.demo.words import RECORDS
from app.followup import services
from app.followup.models import CaseList, CaseState, Outcome, VisitState
from app.followup.queries import list_cases, list_visits
from app.followup.rules import ContactInput
from app.staff import queries as staff_queries
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.queries import find_campaign
from app.vault import Vault

DONE_SHARE = 0.9
OUTCOMES = (Outcome.SOLVED, Outcome.EXPLAINED, Outcome.EXPLAINED, Outcome.PRAISE_PASSED)
VIEWS = ("satisfied", "satisfied", "neutral", "dissatisfied")
WAYS = ("phone", "phone", "wechat", "visit")


def close_the_loop(
    session: Session, vault: Vault, code: str, *, after: datetime, seed: int
) -> None:
    """Record contacts and home visits in the two weeks after the deadline."""
    campaign = find_campaign(session, code)
    staff = staff_queries.find_staff_by_login(session, "hq")
    if campaign is None or staff is None:
        raise LookupError(code)
    rng = np.random.default_rng(seed)
    scope = Scope(staff_id=staff.id, name=staff.name, role=Role.HEAD_OFFICE, community_ids=None)
    services.make_follow_ups(session, campaign.id, now=after)
    for case in list_cases(session, scope, campaign.id, state=CaseState.OPEN):
        if rng.random() > DONE_SHARE or case.on_list not in tuple(CaseList):
            continue
        at = after + timedelta(days=float(rng.uniform(9, 13)))
        contact = ContactInput(
            at=at,
            way=WAYS[int(rng.integers(len(WAYS)))],
            person="业主本人",
            outcome=OUTCOMES[int(rng.integers(len(OUTCOMES)))],
            result=RECORDS[int(rng.integers(len(RECORDS)))],
            owner_view=VIEWS[int(rng.integers(len(VIEWS)))],
            next_on=None,
        )
        services.record_contact(session, vault, scope, case.id, contact, now=at)
    for visit in list_visits(session, scope, campaign.id, state=VisitState.PLANNED):
        if rng.random() < DONE_SHARE:
            services.record_visit(
                session,
                vault,
                scope,
                visit.id,
                visited_on=visit.planned_on,
                note="登门听取意见，业主对电梯维修进度表示理解。",
                now=max(after + timedelta(days=15), after)
                if visit.planned_on < beijing_date(after + timedelta(days=15))
                else after + timedelta(days=30),
            )
