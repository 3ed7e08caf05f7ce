"""Cases of the demo in every state: dangers, hand-overs, tries, call-backs, praise, plans."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from app.clock import beijing_date, start_of
from app.demo.accounts import ACCOUNTS, community_of, scope_of, staff_of
from app.demo.problem_words import CODES
from app.followup.cases.making import make_follow_ups, read_hints
from app.followup.cases.rules import Capacity
from app.followup.cases.services import (
    give_cases,
    set_capacity,
    take_step,
    triage_case,
    turn_into,
)
from app.followup.models import Attempt, CaseList, CaseState, Outcome, Source, Stage, Urgency
from app.followup.praise.services import pass_praise_on, thank
from app.followup.problems.codebook import load_codebook
from app.followup.queries import list_t0
from app.followup.rows import CaseRow, CaseView
from app.followup.rules import ContactInput
from app.followup.services import record_contact, view_cases
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.queries import find_campaign
from app.vault import Vault

WAYS = ("phone", "phone", "wechat", "visit")
_DAY = timedelta(days=1)
_ANSWERS = {
    Outcome.SOLVED: ("上门查看后当场解决，业主在场。", "已派人修好，电话告知业主。"),
    Outcome.EXPLAINED: (
        "已向业主说明原因和时间安排，业主表示理解。",
        "电话说明收费依据，明细已发到微信。",
    ),
}
_VIEWS = ("satisfied", "satisfied", "neutral", "dissatisfied")
_SECOND_TALK = "主任再次上门，当面把事情办完，业主认可。"
_STILL_NOT = "两次当面说明，业主仍不认可；收费标准由合同约定，已写明申诉途径。"
_DANGER_MET = "当天清开通道，放了隔离桩，请业主到现场看过。"
_DANGER_ASKED = "总部回访：业主说通道已经畅通。"
_PRAISED = {
    "刘师傅": "security",
    "小赵": "service",
    "陈阿姨": "cleaning",
    "维修师傅": "engineering",
}
_NOBODY_THERE = ((9.5, "phone"), (15.0, "phone"), (34.5, "visit"))  # hours, and the way


@dataclass(frozen=True, slots=True)
class Team:
    """Who follows up in a campaign: head office, and those of the communities it may see."""

    session: Session
    vault: Vault
    campaign_id: int
    head: Scope
    stewards: dict[int, Scope]
    directors: dict[int, Scope]
    released: dict[int, datetime]

    def caller(self, row: CaseRow) -> Scope:
        """Return who calls a home: its steward or director, head office where neither may."""
        return self._of(row, self.stewards)

    def director(self, row: CaseRow) -> Scope:
        """Return who decides for a home."""
        return self._of(row, self.directors)

    def _of(self, row: CaseRow, people: dict[int, Scope]) -> Scope:
        is_seen = row.community_id in self.released or row.urgency is Urgency.SAFETY
        if row.on_list is CaseList.HEAD_OFFICE or not is_seen:
            return self.head
        return people.get(row.community_id, self.head)

    def views(
        self, now: datetime, state: CaseState | None = CaseState.OPEN
    ) -> tuple[CaseView, ...]:
        """Return the cases of a state with their words, as head office reads them."""
        return view_cases(
            self.session, self.vault, self.head, self.campaign_id, state=state, now=now
        )

    def record(self, by: Scope, row: CaseRow, contact: ContactInput) -> CaseState:
        """Record a contact at the time it took place, after the words and the release."""
        known_at = max(row.received_at, self.released.get(row.community_id, row.received_at))
        made = replace(contact, at=max(contact.at, known_at + timedelta(minutes=30)))
        return record_contact(self.session, self.vault, by, row.id, made, now=made.at)

    def step(self, by: Scope, row: CaseRow, to: Stage, reason: str, *, now: datetime) -> None:
        """Take a step by hand."""
        take_step(self.session, self.vault, by, row.id, to, reason=reason, now=now)


def team_of(session: Session, vault: Vault, code: str) -> Team:
    """Return who follows up in a campaign."""
    campaign = find_campaign(session, code)
    if campaign is None:
        raise LookupError(code)
    people: dict[Role, dict[int, Scope]] = {Role.OFFICE: {}, Role.STEWARD: {}}
    for account in ACCOUNTS:
        for place in account.communities if account.role in people else ():
            community = community_of(session, place)
            people[account.role][community.id] = scope_of(session, account.login, community)
    released = {key[1]: t0 for key, t0 in list_t0(session, {campaign.id}).items()}
    offices = people[Role.OFFICE]
    return Team(
        session,
        vault,
        campaign.id,
        scope_of(session, "hq"),
        {**offices, **people[Role.STEWARD]},
        offices,
        released,
    )


def sort_words(team: Team, *, now: datetime) -> None:
    """Let head office say of each case what it is about."""
    make_follow_ups(team.session, team.campaign_id, now=now)
    read_hints(team.session, team.vault, team.campaign_id)
    for view in team.views(now, None):
        sort_one(team, view, now=now)


def sort_one(team: Team, view: CaseView, *, now: datetime) -> None:
    """Say what one case is about, out of its words."""
    book = load_codebook()
    texts = [text for comment in view.comments for _item, text in comment.texts]
    codes = [CODES[text][0] for text in texts if text in CODES]
    # What is wished for comes before what is praised: somebody has to work on it.
    found = next(iter(sorted(codes, key=lambda code: code.startswith("good."))), None)
    triage_case(
        team.session,
        team.head,
        view.row.id,
        urgency=view.row.hint or Urgency.ORDINARY,
        code=found,
        department=None if found is None else book.find(found).department,
        now=now,
    )


def meet_danger(team: Team, row: CaseRow, at: datetime, *, is_asked: bool = True) -> None:
    """Let the office deal with a danger; head office calls the owner back and closes it.

    A home that wishes no reply is not called: head office has looked at the place, and somebody
    else there will close it.
    """
    if row.is_no_reply:
        team.step(team.head, row, Stage.VERIFIED, "", now=at)
        return
    met = contact(at, Outcome.SOLVED, _DANGER_MET, way="visit", view="satisfied")
    team.record(team.caller(row), row, met)
    if is_asked:
        asked = contact(at + _DAY, Outcome.SOLVED, _DANGER_ASKED, view="satisfied")
        by = team.head
        if team.caller(row) is by:  # who answered does not ask whether it helped
            by = scope_of(team.session, "caller")
            _give(team, row, by, now=asked.at, reason="回访由另一人来做")
        team.record(by, row, asked)


def pass_on(team: Team, view: CaseView, at: datetime, *, is_thanked: bool = True) -> None:
    """Name who was praised, and thank the owner."""
    words = " ".join(text for comment in view.comments for _item, text in comment.texts)
    name = next((one for one in _PRAISED if one in words), "管理处")
    steward = staff_of(team.session, "steward")
    is_account = name == "小赵" and community_of(team.session, "GYY").id == view.row.community_id
    key = pass_praise_on(
        team.session,
        team.vault,
        team.head,
        view.row.id,
        staff_id=steward.id if is_account else None,
        name="" if is_account else name,
        department=_PRAISED.get(name, "service"),
        now=at,
    )
    if is_thanked:
        thank(team.session, team.head, key, now=at + timedelta(hours=2))


def call(team: Team, view: CaseView, rng: np.random.Generator, *, at: datetime) -> None:
    """Answer a home; whoever is not satisfied is visited once more, or the director decides."""
    row = view.row
    if row.urgency is Urgency.SAFETY:
        meet_danger(team, row, at)
        return
    if row.urgency is Urgency.PRAISE_ONLY:
        pass_on(team, view, at)
        return
    by, number = team.caller(row), int(rng.integers(40))
    if number == 0:
        for hours, way in _NOBODY_THERE:
            tried = contact(start_of(beijing_date(at)) + timedelta(hours=hours), way=way)
            team.record(by, row, tried)
        return
    outcome = (Outcome.SOLVED, Outcome.EXPLAINED, Outcome.EXPLAINED)[int(rng.integers(3))]
    words = _ANSWERS[outcome][int(rng.integers(2))]
    view_of = _VIEWS[int(rng.integers(len(_VIEWS)))]
    way = WAYS[int(rng.integers(len(WAYS)))]
    state = team.record(by, row, contact(at, outcome, words, way=way, view=view_of))
    if state is CaseState.OPEN and number % 4:
        again = contact(at + _DAY, Outcome.SOLVED, _SECOND_TALK, way="visit", view="satisfied")
        team.record(team.director(row), row, again)
    elif state is CaseState.OPEN:
        team.step(team.director(row), row, Stage.CLOSED, _STILL_NOT, now=at + _DAY)


def leave_in_every_state(team: Team, today: date) -> None:
    """Work on the cases that nobody finished, one each in a state of its own."""
    now = start_of(today) - 2 * _DAY + timedelta(hours=10)
    by_place: dict[int, list[CaseRow]] = {}
    for view in team.views(now):
        if view.row.on_list is CaseList.COMMUNITY:
            by_place.setdefault(view.row.community_id, []).append(view.row)
    acts: dict[int, Iterator[Callable[[Team, CaseRow, datetime], None]]] = {
        community_of(team.session, place).id: iter(some) for place, some in _LEFT.items()
    }
    for community_id, rows in by_place.items():
        capacity = Capacity(1 + len(rows) % 3, 20)
        set_capacity(team.session, team.head, community_id, capacity, now=now)
        for row, act in zip(rows, acts.get(community_id, iter(())), strict=False):
            act(team, row, now)


def find_dangers(team: Team, *, now: datetime) -> None:
    """Deal with the dangers of a running campaign: no gate is open yet, their clocks run.

    Those of the first days are met and asked about; the last ones stand at different steps.
    """
    dangers = [one for one in team.views(now) if one.row.hint is Urgency.SAFETY]
    for view in dangers:
        sort_one(team, view, now=now)
    rows = [replace(one.row, urgency=Urgency.SAFETY) for one in dangers]
    rows.sort(key=lambda row: row.received_at)
    at = now - timedelta(hours=20)
    for row in rows[:-4]:
        meet_danger(team, row, at - _DAY)
    for row, step in zip(rows[-4:], ("late", "verified", "answered", "new"), strict=False):
        if step == "verified":
            _give(team, row, team.caller(row), now=at)
            team.step(team.caller(row), row, Stage.VERIFIED, "", now=at)
        elif step == "answered":
            meet_danger(team, row, at, is_asked=False)


def sort_some(team: Team, *, leave: int, now: datetime) -> None:
    """Sort the words of a running campaign but for the last ones; praise reaches its people."""
    views = [one for one in team.views(now, None) if one.row.triaged_at is None]
    for view in views[:-leave]:
        sort_one(team, view, now=now)
        if view.row.hint is Urgency.PRAISE_ONLY and view.row.state is CaseState.OPEN:
            pass_on(team, view, now, is_thanked=view.row.id % 3 > 0)


def contact(
    at: datetime,
    outcome: Outcome = Outcome.UNREACHABLE,
    words: str = "",
    *,
    way: str = "phone",
    view: str | None = None,
    attempt: Attempt | None = None,
    next_on: date | None = None,
) -> ContactInput:
    """Return a contact with the owner himself; by default one in which nobody was there."""
    if outcome is Outcome.UNREACHABLE and attempt is None:
        attempt = Attempt.NOT_AT_HOME if way == "visit" else Attempt.NO_ANSWER
    return ContactInput(
        at=at,
        way=way,
        person="owner",
        outcome=outcome,
        result=words,
        owner_view=view,
        attempt=attempt,
        next_on=next_on,
        next_time="19:00" if attempt is Attempt.COME_AGAIN else None,
    )


def _give(team: Team, row: CaseRow, to: Scope, *, now: datetime, reason: str = "") -> None:
    give_cases(
        team.session,
        team.vault,
        team.director(row),
        [row.id],
        staff_id=to.staff_id,
        reason=reason,
        now=now,
    )


def _nobody(_team: Team, _row: CaseRow, _now: datetime) -> None:
    """Leave it as it is: nobody has called, and it is late."""


def _verified(team: Team, row: CaseRow, now: datetime) -> None:
    _give(team, row, team.caller(row), now=now)
    team.step(team.caller(row), row, Stage.VERIFIED, "", now=now + timedelta(hours=3))


def _dated(team: Team, row: CaseRow, now: datetime) -> None:
    _give(team, row, team.director(row), now=now - 3 * _DAY)
    _give(team, row, team.caller(row), now=now - 2 * _DAY, reason="业主白天在家，由管家上门更方便")
    words = "配件已订，业主同意到货当天上门安装"
    day = beijing_date(now + 4 * _DAY)
    team.record(team.caller(row), row, contact(now, Outcome.DATED, words, way="visit", next_on=day))


def _unhappy(team: Team, row: CaseRow, now: datetime) -> None:
    words = "说明了分摊的算法，业主要看原始账单"
    made = contact(now, Outcome.EXPLAINED, words, view="dissatisfied")
    team.record(team.caller(row), row, made)


def _opened_again(team: Team, row: CaseRow, now: datetime) -> None:
    words = "单元门闭门器已换"
    made = contact(now - 9 * _DAY, Outcome.SOLVED, words, way="visit", view="satisfied")
    team.record(team.caller(row), row, made)
    reason = "业主来电：用了一周又关不上"
    team.step(team.director(row), row, Stage.REOPENED, reason, now=now)


def _complaint(team: Team, row: CaseRow, now: datetime) -> None:
    _give(team, row, team.caller(row), now=now)
    turn_into(
        team.session,
        team.vault,
        team.caller(row),
        row.id,
        Source.COMPLAINT,
        reason="业主要求书面答复噪声处理经过",
        now=now + timedelta(hours=1),
    )
    words = "书面答复已送到，等总部回访"
    made = contact(now + timedelta(hours=6), Outcome.EXPLAINED, words, way="visit", view="neutral")
    team.record(team.caller(row), row, made)


def _tried(team: Team, row: CaseRow, now: datetime) -> None:
    team.record(team.caller(row), row, contact(now - _DAY))
    team.record(team.caller(row), row, contact(now + timedelta(hours=8), way="visit"))


def _come_again(team: Team, row: CaseRow, now: datetime) -> None:
    day = beijing_date(now + 3 * _DAY)
    made = contact(now, attempt=Attempt.COME_AGAIN, next_on=day)
    team.record(team.caller(row), row, made)


_LEFT = {
    "GYY": (_nobody, _verified, _dated, _unhappy, _opened_again, _complaint, _tried),
    "YQL": (_verified, _dated, _come_again),
    "SJY": (_nobody, _tried, _come_again),
}
# Cases that `leave_in_every_state` finds, by community; all others are finished.
STILL_OPEN = {place: len(some) for place, some in _LEFT.items()}
