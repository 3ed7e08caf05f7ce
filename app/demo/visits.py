"""Home visits of the finished campaigns: most made, a few that came to something else."""

from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from app.clock import start_of
from app.demo.accounts import ACCOUNTS, community_of, scope_of
from app.followup.review.services import (
    DecisionInput,
    MeetingInput,
    add_decision,
    finish_decision,
    hold_meeting,
)
from app.followup.visits.models import VisitResult, VisitState
from app.followup.visits.queries import list_actions, list_visits
from app.followup.visits.rows import VisitRow
from app.followup.visits.rules import ActionInput, Appointment, VisitInput
from app.followup.visits.services import finish_action, make_appointment, record_visit
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.queries import find_campaign
from app.vault import Vault

_TALKS = (
    (
        "电梯停过三次，问配件何时到",
        "说明配件到货日期，当面道歉",
        "换电梯配件并张贴完工照片",
        "工程部张工",
    ),
    ("地库标线磨掉，晚上乱停车", "同意先划线再谈收费", "地库C区重新划线", "秩序部李队"),
    ("公共收益账目看不懂", "带一页纸逐项讲解，业主认可", "", ""),
    ("儿童滑梯螺丝外露", "当天已包好，约定复查", "复查儿童游乐设施", "工程部张工"),
    ("楼道保洁次数少了", "说明排班，请业主一周后再看", "", ""),
)
_VIEWS = ("satisfied", "satisfied", "neutral", "dissatisfied")
_MORNING = timedelta(hours=10)
_EVENING = timedelta(hours=20)
_INSTEAD = {
    VisitResult.PHONE_INSTEAD: "业主在外地工作，先在电话里说明，回来后再登门",
    VisitResult.DECLINED: "业主说没有事情，不用上门",
    VisitResult.NOT_AT_HOME: "",
}


def visits(
    session: Session, vault: Vault, code: str, *, after: datetime, seed: int, is_over: bool
) -> None:
    """Make the home visits of a finished campaign, and hold its review meeting.

    Args:
        session: A writing transaction.
        vault: Seals what was said.
        code: The campaign.
        after: The deadline.
        seed: Decides what was talked about.
        is_over: All that the meeting decided has been done.
    """
    campaign = find_campaign(session, code)
    if campaign is None:
        raise LookupError(code)
    rng = np.random.default_rng([seed, 12])
    hq = scope_of(session, "hq")
    directors = _directors(session)
    rows = list_visits(session, hq, campaign.id, states=(VisitState.PLANNED,))
    for number, row in enumerate(rows):
        scope = directors.get(row.community_id, hq)
        day = start_of(row.planned_on)
        if scope is not hq:
            wanted = Appointment(day + _MORNING, "owner", scope.staff_id)
            make_appointment(session, scope, row.id, wanted, now=day)
        made = _record(row, number, rng)
        key = f"demo-{code}-{row.id}"
        record_visit(session, vault, scope, row.id, made, key=key, now=day + _EVENING)
        if made.result is VisitResult.NOT_AT_HOME:  # found at home the day after
            again = _visited(row, number, rng, day + _MORNING + timedelta(days=1))
            later = day + _EVENING + timedelta(days=1)
            record_visit(session, vault, scope, row.id, again, key=f"{key}-2", now=later)
    _keep_promises(session, vault, hq, after)
    meeting = MeetingInput(
        held_on=(after + timedelta(days=20)).date(),
        place="总部三楼会议室",
        people="品质管理部、各管理处主任、工程部",
        minutes="逐个小区看回收率、回访和登门拜访的进度，讨论集中反映的问题。",
    )
    now = after + timedelta(days=21)
    meeting_id = hold_meeting(session, vault, hq, campaign, meeting, now=now)
    due_on = (after + timedelta(days=35)).date()
    for what, who, done in (
        ("电梯配件备一套在库", "工程部张工", ""),
        ("公共收益一页纸每季度上墙", "品质管理部", "已上墙"),
    ):
        wish = DecisionInput(what, who, due_on)
        decision_id = add_decision(session, vault, hq, meeting_id, wish, now=now)
        if is_over or done:
            later = now + timedelta(days=10)
            finish_decision(
                session, vault, hq, meeting_id, decision_id, note=done or "已办结", now=later
            )


def _directors(session: Session) -> dict[int, Scope]:
    """Return the office director of each community, by its key."""
    return {
        community_of(session, code).id: scope_of(session, account.login)
        for account in ACCOUNTS
        if account.role is Role.OFFICE
        for code in account.communities
    }


def _record(row: VisitRow, number: int, rng: np.random.Generator) -> VisitInput:
    """Return what came of the visit: of ten, seven are made as planned."""
    at = start_of(row.planned_on) + _MORNING
    other = {3: VisitResult.PHONE_INSTEAD, 6: VisitResult.DECLINED, 8: VisitResult.NOT_AT_HOME}
    result = other.get(number % 10, VisitResult.VISITED)
    if result is not VisitResult.VISITED:
        return VisitInput(result, at, person="owner", reason=_INSTEAD[result])
    return _visited(row, number, rng, at)


def _visited(row: VisitRow, number: int, rng: np.random.Generator, at: datetime) -> VisitInput:
    """Return the record of a visit that took place."""
    matter, outcome, promise, who = _TALKS[int(rng.integers(len(_TALKS)))]
    actions: tuple[ActionInput, ...] = ()
    if promise:
        actions = (ActionInput(promise, who, row.planned_on + timedelta(days=7)),)
    return VisitInput(
        VisitResult.VISITED,
        at,
        place="home",
        person=("owner", "family")[number % 2],
        matter=matter,
        outcome=outcome,
        owner_view=_VIEWS[int(rng.integers(len(_VIEWS)))],
        actions=actions,
    )


def _keep_promises(session: Session, vault: Vault, hq: Scope, after: datetime) -> None:
    """Tick off all promises but the last two."""
    found = list_actions(session, hq, only_open=True)
    for action, *_place in found[:-2]:
        now = after + timedelta(days=16)
        finish_action(session, vault, hq, action.id, "已办结并告知业主", now=now)
