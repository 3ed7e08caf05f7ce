"""Complaints of the invented company's last three months, through all eleven channels.

What they say stands in ``complaints.csv``. Each is taken in by who works there and brought as far
as its line says: closed, waiting for the call-back, overdue, in correction, not sorted yet.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from app.clock import start_of
from app.demo.accounts import ACCOUNTS, community_of, scope_of
from app.followup.models import Outcome
from app.followup.rules import ContactInput
from app.service.complaints import queries, services
from app.service.complaints.clocks import clock_of
from app.service.complaints.models import (
    Against,
    Channel,
    HotlineKind,
    Kind,
    Level,
    Severity,
    Step,
)
from app.service.complaints.rows import ComplaintRow
from app.service.complaints.rules import CallBackResult, Intake
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.campaign.planning.workdays import add_working_days, on_or_after
from app.surveys.register.homes.queries import find_by_address
from app.surveys.register.models import Community
from app.vault import Vault

_FILE = Path(__file__).with_name("complaints.csv")
_ANSWERS = (
    (Outcome.SOLVED, "已处理完毕，当面向业主说明并道歉。", "satisfied"),
    (Outcome.EXPLAINED, "逐项解释了原因和规定，业主表示理解。", "neutral"),
    (Outcome.SOLVED, "现场返工，主管复查合格，拍照给业主看。", "satisfied"),
)
_CAUSES = (
    ("班次交接时没有交代清楚", "交接本增加未办事项栏，主管每天签字"),
    ("备件不足，等货时间过长", "常用备件按月清点，低于两件即补"),
    ("公示不及时，业主不知情", "每月五日前公示，客服短信提醒"),
    ("巡查间隔过长，没有及时发现", "高峰时段加一次巡查并打卡"),
)
_CHANNELS_WITHOUT_STAFF = frozenset({Channel.APP, Channel.ONLINE})
_GROUP = "group"
_OPEN = frozenset({"new", "late", "unsorted", "alike", _GROUP})


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the file."""

    days: int
    home: str
    channel: Channel
    code: str
    kind: Kind
    goes: str
    marks: frozenset[str]
    company: str
    text: str


@dataclass(frozen=True, slots=True)
class _Hands:
    """Who does what with complaints."""

    head: Scope
    caller: Scope
    offices: dict[str, Scope]


def add_complaints(session: Session, vault: Vault, *, seed: int, now: datetime) -> None:
    """Take all complaints in and bring each as far as its line says.

    Args:
        session: A writing transaction.
        vault: Seals words and names.
        seed: Decides who complains, and when on the day.
        now: The present instant.
    """
    rng = np.random.default_rng([seed, 31])
    hands = _Hands(scope_of(session, "hq"), scope_of(session, "caller"), _offices(session))
    for number, line in enumerate(_lines()):
        at = _received(line, rng, now)
        who = hands.offices[line.home.split()[0]]
        intake = _intake(session, line, who, at, number=number, rng=rng)
        is_program = line.channel in _CHANNELS_WITHOUT_STAFF
        later = min(at + timedelta(minutes=4), now)
        taken = services.take_in(session, vault, None if is_program else who, intake, now=later)
        _bring_on(session, vault, line, hands, taken.id, number=number, now=now)


def _lines() -> list[_Line]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return [
            _Line(
                int(row["days"]),
                row["home"],
                Channel(row["channel"]),
                row["code"],
                Kind(row["kind"]),
                row["goes"],
                frozenset(row["marks"].split()),
                row["company"],
                row["text"],
            )
            for row in csv.DictReader(file)
        ]


def _offices(session: Session) -> dict[str, Scope]:
    """Return the office director of each community, with his own communities."""
    found: dict[str, Scope] = {}
    for account in ACCOUNTS:
        if account.role is Role.OFFICE:
            ids = frozenset(community_of(session, code).id for code in account.communities)
            scope = scope_of(session, account.login)
            own = Scope(scope.staff_id, scope.name, scope.role, ids)
            found |= dict.fromkeys(account.communities, own)
    return found


def _received(line: _Line, rng: np.random.Generator, now: datetime) -> datetime:
    """Return when a complaint came in: in the daytime, and never in the future."""
    day = start_of((now - timedelta(days=line.days)).date())
    at = day + timedelta(minutes=int(rng.integers(8 * 60 + 30, 18 * 60)))
    return min(at, now - timedelta(minutes=int(rng.integers(20, 50))))


def _intake(
    session: Session,
    line: _Line,
    who: Scope,
    at: datetime,
    *,
    number: int,
    rng: np.random.Generator,
) -> Intake:
    code, *rest = line.home.split()
    community = community_of(session, code)
    is_phone = line.channel in {Channel.PHONE, Channel.HOTLINE}
    is_sorted = line.goes != "unsorted"
    hotline = next((one for one in HotlineKind if one.value in line.marks), None)
    return Intake(
        community_id=community.id,
        household_id=_home(session, who, community, rest) if rest else None,
        name="王李张刘陈杨赵黄周吴"[number % 10] + ("女士" if number % 3 else "先生"),
        contact=f"1700000{int(rng.integers(10_000)):04d}",
        text=line.text,
        channel=line.channel,
        received_at=at,
        company=line.company,
        code=line.code if is_sorted else None,
        kind=line.kind if is_sorted else None,
        hotline_kind=hotline if line.channel is Channel.HOTLINE else None,
        first_asked_by=None if line.channel in _CHANNELS_WITHOUT_STAFF else who.staff_id,
        rings=int(rng.integers(1, 5)) if is_phone else None,
        severity=Severity.MAJOR if "major" in line.marks else Severity.ORDINARY,
        against=_against(line),
        has_compensation="money" in line.marks,
        has_media="media" in line.marks,
        has_legal="legal" in line.marks,
        key=f"demo-complaint-{number}",
    )


def _against(line: _Line) -> Against:
    if "director" in line.marks:
        return Against.DIRECTOR
    return Against.STAFF if "staff" in line.marks else Against.NONE


def _home(session: Session, who: Scope, community: Community, words: list[str]) -> int:
    building, room = words
    found = find_by_address(
        session, who, [community.id], building=building, room=room, is_door_only=False
    )
    if not found:
        raise LookupError(community.code, building, room)
    return found[0].household_id


def _bring_on(
    session: Session,
    vault: Vault,
    line: _Line,
    hands: _Hands,
    complaint_id: int,
    *,
    number: int,
    now: datetime,
) -> None:
    """Let a complaint come as far as its line says."""
    if line.goes in _OPEN:
        if line.goes == _GROUP:
            _confirm(session, hands.head, complaint_id, now=now)
        return
    row = _row(session, hands.head, complaint_id)
    at = row.complaint.received_at + timedelta(minutes=25)
    if line.goes == "director":
        services.mark_seen(session, hands.head, complaint_id, now=now)
        _give_to_head(session, vault, hands, complaint_id, now=now)
        return
    who = hands.offices[line.home.split()[0]]
    services.acknowledge(session, who, complaint_id, now=min(at, now))
    _go_there(session, vault, who, row, now=now)
    if line.goes in {"extended", "long"}:
        _take_longer(session, vault, who, row, goes=line.goes, now=now)
    if line.goes in {"closed", "waiting", "reopened"}:
        _answer(session, vault, who, row, number=number, now=now)
    if line.goes in {"closed", "reopened"}:
        _end(session, vault, hands, line, who, row, number=number, now=now)
    if line.goes == "major":
        services.escalate(
            session,
            vault,
            who,
            complaint_id,
            Level.QUALITY,
            reason="有记者来电询问，请公司出面。",
            now=min(at, now),
        )


def _row(session: Session, head: Scope, complaint_id: int) -> ComplaintRow:
    row = queries.find_complaint(session, head, complaint_id)
    if row is None:
        raise LookupError(complaint_id)
    return row


def _confirm(session: Session, head: Scope, complaint_id: int, *, now: datetime) -> None:
    """Let head office confirm the group once the program has suggested it."""
    group_id = _row(session, head, complaint_id).complaint.group_id
    if group_id is not None:
        services.confirm_group(session, head, group_id, now=now)


def _give_to_head(
    session: Session, vault: Vault, hands: _Hands, complaint_id: int, *, now: datetime
) -> None:
    services.hand_over(
        session,
        vault,
        hands.head,
        complaint_id,
        staff_id=hands.head.staff_id,
        reason="由品质管理部直接调查",
        now=now,
    )


def _go_there(
    session: Session, vault: Vault, who: Scope, row: ComplaintRow, *, now: datetime
) -> None:
    """Take the steps of the handbook; on the place within three minutes."""
    complaint = row.complaint
    at = min(complaint.received_at + timedelta(minutes=30), now)
    if complaint.kind is not Kind.VALID:
        steps: tuple[Step, ...] = (Step.IDENTITY, Step.FEES, Step.NOTIFY)
    else:
        called = complaint.received_at + timedelta(minutes=5)
        arrived = called + timedelta(minutes=2 + row.id % 3)
        if arrived <= now:
            services.record_site(session, who, row.id, called_at=called, arrived_at=arrived, now=at)
        steps = (Step.SITE, Step.LEAD)
    for step in steps:
        services.take_step_of(session, vault, who, row.id, step, now=at)


def _take_longer(
    session: Session,
    vault: Vault,
    who: Scope,
    row: ComplaintRow,
    *,
    goes: str,
    now: datetime,
) -> None:
    calendar = load_calendar(session)
    complaint = row.complaint
    at = min(complaint.received_at + timedelta(minutes=40), now)
    talk = ContactInput(
        at=at,
        way="phone",
        person="owner",
        outcome=Outcome.EXPLAINED,
        result="说明需要协调厂家，约定新的答复日期，对方同意。",
        owner_view="neutral",
    )
    far = on_or_after(now.date() + timedelta(days=24), calendar)
    if goes == "long":
        services.set_long_running(session, vault, who, row.id, talk, rough_on=far, now=at)
    day = max(add_working_days(complaint.due_on, 6, calendar), on_or_after(now.date(), calendar))
    services.extend(session, vault, who, row.id, talk, due_on=day, now=at)


def _answer(
    session: Session,
    vault: Vault,
    who: Scope,
    row: ComplaintRow,
    *,
    number: int,
    now: datetime,
) -> None:
    """Answer by the right way; of ten, one comes too late."""
    complaint = row.complaint
    outcome, result, view = _ANSWERS[number % len(_ANSWERS)]
    clock = clock_of(complaint.received_at, complaint.channel, load_calendar(session))
    late = timedelta(hours=20) if number % 10 == 3 else -timedelta(hours=7)
    at = max(clock.due_at + late, complaint.received_at + timedelta(hours=1))
    ways = {Channel.LETTER: "letter", Channel.FAX: "fax", Channel.WECHAT: "wechat"}
    talk = ContactInput(
        at=min(at, now),
        way=ways.get(complaint.channel, "phone"),
        person="owner",
        outcome=outcome,
        result=result,
        owner_view=view,
    )
    services.answer(session, vault, who, row.id, talk, now=min(at, now))


def _end(
    session: Session,
    vault: Vault,
    hands: _Hands,
    line: _Line,
    who: Scope,
    row: ComplaintRow,
    *,
    number: int,
    now: datetime,
) -> None:
    """Call back from head office, and close with cause and prevention, or open again."""
    is_bad = line.goes == "reopened"
    at = min(_answered(session, hands.head, row.id) + timedelta(hours=26), now)
    view = "dissatisfied" if is_bad else ("satisfied", "neutral")[number % 2]
    words = "还是抖，没有修好。" if is_bad else "已收到答复。"
    result = CallBackResult(at=at, view=view, is_solved=not is_bad, words=words)
    services.record_call_back(session, vault, hands.caller, row.id, result, now=at)
    if is_bad or "major" in line.marks:  # a major one waits for its papers
        return
    cause, prevention = _CAUSES[number % len(_CAUSES)]
    services.close(
        session, vault, who, row.id, cause=cause, prevention=prevention, now=min(_next(at), now)
    )


def _answered(session: Session, head: Scope, complaint_id: int) -> datetime:
    answered = _row(session, head, complaint_id).complaint.answered_at
    if answered is None:
        raise LookupError(complaint_id)
    return answered


def _next(at: datetime) -> datetime:
    day: date = at.date()
    return start_of(day + timedelta(days=1)) + timedelta(hours=10)
