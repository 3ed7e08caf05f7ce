"""A plan from its draft to the opening, and from T0 to its end."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.clock import end_of
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign import services as campaign_services
from app.surveys.campaign.errors import BadDatesError, WrongStateError
from app.surveys.campaign.models import Campaign, CampaignState
from app.surveys.campaign.planning import calendar, queries, services
from app.surveys.campaign.planning.clash_check import acknowledge, list_clashes
from app.surveys.campaign.planning.clashes import ClashKind
from app.surveys.campaign.planning.drafts import plan_campaign, prepare_draft
from app.surveys.campaign.planning.errors import (
    BadEvidenceError,
    EarlyTickError,
    FixedTaskError,
    FutureTalkError,
    NotReviewedError,
    OpenGatesError,
    PlanNotReadyError,
    ReasonNeededError,
    ReservedCodeError,
    TalkInUseError,
    UndatedTaskError,
)
from app.surveys.campaign.planning.evidence import (
    Talk,
    evidence_of,
    open_minutes,
    record_changes,
    record_talk,
    strike_change,
    strike_talk,
    take_over,
)
from app.surveys.campaign.planning.models import (
    DayKind,
    EventKind,
    ItemFate,
    TalkForm,
    TaskOwner,
)
from app.surveys.campaign.planning.readiness import find_missing
from app.surveys.campaign.planning.template import TASKS, Proposal
from app.surveys.campaign.planning.workdays import is_working_day
from app.surveys.campaign.services import publish_instrument
from app.surveys.register.models import Community
from tests.factories import (
    gate_of,
    make_campaign,
    make_community,
    make_plan_ready,
    make_staff,
    members_of,
    perception_instrument,
    plan_and_lock,
)

BEFORE = datetime(2026, 10, 20, 2, tzinfo=UTC)
TALK = Talk(date(2026, 10, 12), TalkForm.GROUP, "服务中心", 8, "张阿姨说电梯太慢")


@pytest.fixture
def head(session):
    return make_staff(session)


@pytest.fixture
def leader(session):
    return make_staff(session, Role.LEADER, name="林叔衡")


@pytest.fixture
def draft(session, vault):
    make_community(session)
    return make_campaign(
        session,
        vault,
        opens_on=date(2026, 11, 2),
        closes_on=date(2026, 11, 22),
        opened=False,
        now=BEFORE,
    )


def test_the_shipped_calendar_has_as_many_working_days_as_the_notices_leave(session):
    # Counted with the package chinesecalendar 1.11.0, which reads the notices, too.
    days = queries.load_calendar(session)
    for year in (2025, 2026):
        first = date(year, 1, 1)
        assert sum(is_working_day(first + timedelta(n), days) for n in range(365)) == 248
    assert [sum(day.year == year for day in days.holidays) for year in (2025, 2026, 2027)] == [
        28,
        33,
        0,
    ]


def test_an_approval_names_everything_that_is_missing(session, vault, draft, head, leader):
    draft.closes_on = date(2026, 11, 10)
    session.flush()
    with pytest.raises(PlanNotReadyError) as caught:
        services.approve_plan(session, draft, staff_id=leader.id, now=BEFORE)
    found = {one.code: one.count for one in caught.value.missing}
    assert found == {"short": 9, "tasks": 1, "no_talk": 1, "clashes": 1}
    assert draft.state is CampaignState.DRAFT

    services.make_tasks(session, draft)
    found = {one.code: one.count for one in find_missing(session, draft, now=BEFORE)}
    own = sum(task.owner is TaskOwner.HEAD_OFFICE for task in TASKS)
    assert found["unowned"] == own
    services.assign_all(
        session, draft, TaskOwner.HEAD_OFFICE, head.id, staff_id=leader.id, now=BEFORE
    )
    assert list_audit_of(session, f"campaign:{draft.code}")[-1].action == "plan.assign"
    assert "unowned" not in {one.code for one in find_missing(session, draft, now=BEFORE)}
    after = end_of(draft.closes_on)
    assert find_missing(session, draft, now=after)[0].code == "over"


def test_a_questionnaire_that_asks_performance_first_cannot_be_approved(session, draft):
    backwards = replace(
        perception_instrument(), version=99, items=perception_instrument().items[::-1]
    )
    draft.instrument_digest = publish_instrument(session, backwards, now=BEFORE).digest
    assert "instrument" in {one.code for one in find_missing(session, draft, now=BEFORE)}


def test_a_leader_approves_and_head_office_only_with_a_reason(session, vault, draft, head, leader):
    make_plan_ready(session, vault, draft, staff_id=head.id, now=BEFORE)
    with pytest.raises(ReasonNeededError):
        services.approve_plan(session, draft, staff_id=head.id, now=BEFORE, note="  ")
    services.approve_plan(session, draft, staff_id=leader.id, now=BEFORE)
    assert (draft.state, draft.approved_by, draft.approved_at) == (
        CampaignState.APPROVED,
        leader.id,
        BEFORE,
    )
    task = queries.find_task(session, draft.id, "approve")
    assert (task.done_by, task.done_at) == (leader.id, BEFORE)
    with pytest.raises(WrongStateError):
        services.approve_plan(session, draft, staff_id=leader.id, now=BEFORE)
    actions = [entry.action for entry in list_audit_of(session, f"campaign:{draft.code}")]
    assert actions == ["plan.talk", "plan.clash", "plan.approve", "plan.done"]


def test_nothing_is_locked_before_the_approval_nor_without_a_pilot_or_a_reason(
    session, vault, draft, head
):
    with pytest.raises(WrongStateError):
        services.lock_campaign(session, draft, staff_id=head.id, now=BEFORE, note="x")
    make_plan_ready(session, vault, draft, staff_id=head.id, now=BEFORE)
    services.approve_plan(session, draft, staff_id=head.id, now=BEFORE, note="领导出差")
    for answers in (0, 29):
        with pytest.raises(ReasonNeededError):
            services.lock_campaign(
                session, draft, staff_id=head.id, now=BEFORE, pilot_answers=answers
            )
    with pytest.raises(WrongStateError):
        campaign_services.open_campaign(session, draft, vault, now=BEFORE)
    services.lock_campaign(session, draft, staff_id=head.id, now=BEFORE, pilot_answers=30)
    assert (draft.state, draft.lock_note) == (CampaignState.LOCKED, "")
    assert campaign_services.open_campaign(session, draft, vault, now=BEFORE) == 4


def test_new_dates_move_the_tasks_and_take_the_approval_back(session, vault, draft, head):
    make_plan_ready(session, vault, draft, staff_id=head.id, now=BEFORE)
    posters = queries.find_task(session, draft.id, "posters")
    move(session, draft, posters, date(2026, 10, 21), head)
    services.approve_plan(session, draft, staff_id=head.id, now=BEFORE, note="领导出差")
    facts = {
        "closes_on": date(2026, 11, 29),
        "instrument_digest": draft.instrument_digest,
        "target": 70,
        "staff_id": head.id,
        "now": BEFORE,
    }
    with pytest.raises(BadDatesError):
        services.change_plan(session, draft, opens_on=date(2026, 12, 1), **facts)
    services.change_plan(session, draft, opens_on=date(2026, 11, 9), **facts)
    assert (draft.state, draft.approved_by, draft.target) == (CampaignState.DRAFT, None, 70)
    days = {task.key: task.due_on for task in queries.list_tasks(session, draft.id)}
    assert days["reminder_1"] == date(2026, 11, 16)
    assert days["deadline"] == date(2026, 11, 29)
    assert days["posters"] == date(2026, 10, 21)  # moved by hand: it stays


def test_a_corrected_questionnaire_keeps_the_approval_another_one_does_not(
    session, vault, draft, head
):
    make_plan_ready(session, vault, draft, staff_id=head.id, now=BEFORE)
    services.approve_plan(session, draft, staff_id=head.id, now=BEFORE, note="领导出差")
    instrument = perception_instrument()
    for changes, state in (
        ({"version": 50}, CampaignState.APPROVED),
        ({"code": "other", "version": 1}, CampaignState.DRAFT),
    ):
        version = publish_instrument(session, replace(instrument, **changes), now=BEFORE)
        services.change_plan(
            session,
            draft,
            opens_on=draft.opens_on,
            closes_on=draft.closes_on,
            instrument_digest=version.digest,
            target=None,
            staff_id=head.id,
            now=BEFORE,
        )
        assert (draft.state, draft.instrument_digest) == (state, version.digest)


def test_a_locked_campaign_changes_no_more(session, vault, draft, head):
    plan_and_lock(session, vault, draft, staff_id=head.id, now=BEFORE)
    with pytest.raises(WrongStateError):
        services.change_plan(
            session,
            draft,
            opens_on=draft.opens_on,
            closes_on=draft.closes_on,
            instrument_digest=draft.instrument_digest,
            target=None,
            staff_id=head.id,
            now=BEFORE,
        )


def test_tasks_counted_from_t0_get_their_day_with_it_and_lose_it_with_a_void(session, draft, head):
    services.make_tasks(session, draft, staff_id=head.id)
    follow_up = queries.find_task(session, draft.id, "follow_up")
    assert follow_up.due_on is None
    with pytest.raises(FixedTaskError):
        move(session, draft, follow_up, date(2026, 11, 27), head)
    with pytest.raises(EarlyTickError):  # half a year before T0 nothing of after it is done
        services.tick(session, draft, follow_up, staff_id=head.id, now=BEFORE)
    t0 = end_of(draft.closes_on)
    assert services.date_after_t0(session, draft, t0)
    assert follow_up.due_on == date(2026, 11, 27)  # seven days end on Sunday: the Friday before
    assert not services.date_after_t0(session, draft, t0)
    statistics = queries.find_task(session, draft.id, "statistics")
    services.tick(session, draft, statistics, staff_id=head.id, now=t0)
    assert services.date_after_t0(session, draft, None)
    assert follow_up.due_on is None
    assert statistics.due_on == date(2026, 11, 23)  # done: it stays


def move(session, campaign, task, day, head):
    """Move a task by hand, leaving whoever answers for it."""
    services.set_task(
        session,
        campaign,
        task,
        due_on=day,
        person_id=task.staff_id,
        staff_id=head.id,
        now=BEFORE,
    )


def test_a_task_is_moved_near_its_campaign_alone_and_launch_and_deadline_never(
    session, draft, head
):
    services.make_tasks(session, draft)
    posters = queries.find_task(session, draft.id, "posters")
    # 120 days before 2 November and 400 days after 22 November.
    for day in (date(2026, 7, 5), date(2027, 12, 27)):
        move(session, draft, posters, day, head)
        assert posters.due_on == day
    assert list_audit_of(session, f"campaign:{draft.code}")[-1].action == "plan.task"
    for day in (date(2026, 7, 4), date(2027, 12, 28), date(9999, 12, 31)):
        with pytest.raises(BadDatesError):
            move(session, draft, posters, day, head)
    with pytest.raises(UndatedTaskError):
        move(session, draft, posters, None, head)
    for key in ("launch", "deadline"):
        with pytest.raises(FixedTaskError) as caught:
            move(session, draft, queries.find_task(session, draft.id, key), date(2026, 11, 3), head)
        assert not caught.value.after_t0


def test_a_campaign_lasts_at_most_120_days_of_the_calendar(session, draft, head):
    facts = {
        "instrument_digest": draft.instrument_digest,
        "target": None,
        "staff_id": head.id,
        "now": BEFORE,
    }
    for opens_on, closes_on in (
        (date(1, 1, 1), date(1, 1, 20)),
        (date(2019, 12, 31), date(2020, 1, 20)),
        (date(2099, 12, 20), date(2100, 1, 1)),
        (date(9999, 12, 30), date(9999, 12, 31)),
        (date(2027, 6, 1), date(2027, 9, 29)),
    ):
        with pytest.raises(BadDatesError):
            services.change_plan(session, draft, opens_on=opens_on, closes_on=closes_on, **facts)
    longest = {"opens_on": date(2027, 6, 1), "closes_on": date(2027, 9, 28)}
    services.change_plan(session, draft, **longest, **facts)
    assert draft.closes_on == longest["closes_on"]


@pytest.mark.parametrize("code", ["new", "letters", "2027-11-p", "2027-11-p2", "-p"])
def test_codes_of_pilots_and_of_addresses_are_no_codes_of_campaigns(session, draft, code):
    proposal = Proposal(code, "题", "Title", draft.opens_on, draft.closes_on)
    with pytest.raises(ReservedCodeError):
        plan_campaign(session, proposal, draft.instrument_digest, staff_id=None, now=BEFORE)


def test_a_clash_that_turns_up_after_the_approval_is_seen_before_lock_and_opening(
    session, vault, draft, head
):
    facts = {"staff_id": head.id, "now": BEFORE}
    make_plan_ready(session, vault, draft, **facts)
    services.approve_plan(session, draft, note="领导出差", **facts)

    def raise_fees(day: date) -> None:
        calendar.record_event(
            session,
            kind=EventKind.FEE_CHANGE,
            starts_on=day,
            ends_on=day,
            note="物业费上调",
            community_id=None,
            **facts,
        )

    raise_fees(date(2026, 10, 21))
    with pytest.raises(PlanNotReadyError, match="clashes"):
        services.lock_campaign(session, draft, note="沿用上期", **facts)
    acknowledge(session, draft, ClashKind, reason="报告注明", **facts)
    services.lock_campaign(session, draft, note="沿用上期", **facts)
    raise_fees(date(2026, 10, 22))
    with pytest.raises(PlanNotReadyError, match="clashes"):
        services.open_planned(session, draft, vault, now=BEFORE)
    acknowledge(session, draft, ClashKind, reason="报告注明", **facts)
    assert services.open_planned(session, draft, vault, now=BEFORE) == 4


def test_a_task_is_ticked_once_and_the_tick_can_be_taken_back(session, draft, head, leader):
    services.make_tasks(session, draft)
    task = queries.find_task(session, draft.id, "plan")
    services.tick(session, draft, task, staff_id=head.id, now=BEFORE)
    services.tick(session, draft, task, staff_id=leader.id, now=BEFORE + timedelta(1))
    assert (task.done_by, task.done_at) == (head.id, BEFORE)
    services.untick(session, draft, task, staff_id=leader.id, now=BEFORE)
    assert (task.done_by, task.done_at) == (None, None)


def test_a_campaign_is_closed_after_results_and_review(session, vault, head):
    community = make_community(session)
    campaign = make_campaign(session, vault)
    services.make_tasks(session, campaign)
    now = datetime(2026, 12, 20, tzinfo=UTC)
    with pytest.raises(OpenGatesError) as caught:
        services.close_campaign(session, campaign, staff_id=head.id, now=now)
    assert caught.value.count == 1
    gate_of(session, campaign, community).frozen_at = now
    session.flush()
    with pytest.raises(NotReviewedError):
        services.close_campaign(session, campaign, staff_id=head.id, now=now)
    review = queries.find_task(session, campaign.id, "review")
    # It has no day: with every community released or waived, T0 of the company may never come.
    assert review.due_on is None
    services.tick(session, campaign, review, staff_id=head.id, now=now)
    services.close_campaign(session, campaign, staff_id=head.id, now=now)
    assert (campaign.state, campaign.closed_by) == (CampaignState.CLOSED, head.id)
    with pytest.raises(WrongStateError):
        services.close_campaign(session, campaign, staff_id=head.id, now=now)


def test_minutes_are_sealed_and_a_talk_is_described(session, vault, draft, head):
    facts = {"staff_id": head.id, "now": BEFORE}
    talk = record_talk(session, vault, draft, TALK, **facts)
    assert "张阿姨".encode() not in talk.minutes_sealed
    assert open_minutes(vault, talk) == TALK.minutes
    with pytest.raises(FutureTalkError):
        record_talk(session, vault, draft, Talk(date(2026, 10, 21), *_rest(TALK)), **facts)
    for field in ("place", "participants", "minutes"):
        empty = 0 if field == "participants" else " "
        with pytest.raises(BadEvidenceError) as caught:
            record_talk(session, vault, draft, replace(TALK, **{field: empty}), **facts)
        assert caught.value.field == field


def test_a_talk_is_evidence_for_a_year_and_says_something(session, vault, draft, head):
    facts = {"staff_id": head.id, "now": BEFORE}
    for field, value in (
        ("held_on", date(2025, 11, 1)),  # 366 days before 2 November 2026
        ("held_on", date(1900, 1, 1)),
        ("place", "\u200b"),
        ("minutes", "\u3164\u00ad."),
    ):
        with pytest.raises(BadEvidenceError) as caught:
            record_talk(session, vault, draft, replace(TALK, **{field: value}), **facts)
        assert caught.value.field == field
    record_talk(session, vault, draft, replace(TALK, held_on=date(2025, 11, 2)), **facts)
    assert "no_talk" not in {one.code for one in find_missing(session, draft, now=BEFORE)}
    draft.opens_on = date(2026, 11, 3)  # a day later it is too old
    assert "no_talk" in {one.code for one in find_missing(session, draft, now=BEFORE)}


def test_a_talk_and_its_notes_are_taken_back_in_the_order_of_their_making(
    session, vault, draft, head
):
    facts = {"staff_id": head.id, "now": BEFORE}
    talk = record_talk(session, vault, draft, TALK, **facts)
    items = ["area.facilities", "area.parking", "area.facilities"]
    notes = record_changes(
        session, draft, items=items, fate=ItemFate.KEPT, why="座谈提到", talk=talk, **facts
    )
    assert [note.item for note in notes] == ["area.facilities", "area.parking"]
    with pytest.raises(TalkInUseError) as caught:
        strike_talk(session, draft, talk, **facts)
    assert caught.value.count == 2
    for note in notes:
        strike_change(session, draft, note, **facts)
    strike_talk(session, draft, talk, **facts)
    assert (queries.list_talks(session, draft.id), evidence_of(session, draft)) == ([], {})
    actions = [entry.action for entry in list_audit_of(session, f"campaign:{draft.code}")]
    assert actions[2:] == ["plan.item_struck", "plan.item_struck", "plan.talk_struck"]


def test_notes_of_the_last_campaign_are_taken_over_where_there_are_none(
    session, vault, draft, head
):
    facts = {"staff_id": head.id, "now": BEFORE}
    assert queries.find_noted_before(session, draft) is None
    older = make_campaign(
        session, vault, code="2026-06", opens_on=date(2026, 6, 1), closes_on=date(2026, 6, 21),
        opened=False, now=BEFORE,
    )  # fmt: skip
    talk = record_talk(session, vault, older, replace(TALK, held_on=date(2026, 5, 9)), **facts)
    for item, why in (
        ("area.facilities", "旧"), ("area.facilities", "电梯"), ("area.parking", "车位"),
    ):  # fmt: skip
        record_changes(
            session, older, items=[item], fate=ItemFate.ADDED, why=why, talk=talk, **facts
        )
    record_changes(
        session, older, items=["area.pool"], fate=ItemFate.DROPPED, why="没有", talk=None, **facts
    )
    own = record_changes(
        session, draft, items=["area.parking"], fate=ItemFate.KEPT, why="新", talk=None, **facts
    )
    assert queries.find_noted_before(session, draft) == older
    assert take_over(session, draft, older, **facts) == 1
    assert take_over(session, draft, older, **facts) == 0
    found = evidence_of(session, draft)
    assert found["area.parking"] == [(own[0], None)]
    [(note, of)] = found["area.facilities"]
    assert (note.why, note.fate, of) == ("(2026-06) 电梯", ItemFate.KEPT, talk)


def _rest(talk: Talk) -> tuple:
    return talk.form, talk.place, talk.participants, talk.minutes


def test_what_a_talk_changed_stands_with_its_item(session, vault, draft, head):
    talk = record_talk(session, vault, draft, TALK, staff_id=head.id, now=BEFORE)

    def change(item: str, fate: ItemFate, **given):
        facts = {"why": "电梯是座谈里提到最多的", "talk": talk} | given
        return record_changes(
            session, draft, items=[item], fate=fate, staff_id=head.id, now=BEFORE, **facts
        )[0]

    kept = change("area.facilities", ItemFate.KEPT)
    gone = change("area.swimming", ItemFate.DROPPED, talk=None)
    assert evidence_of(session, draft) == {
        "area.facilities": [(kept, talk)],
        "area.swimming": [(gone, None)],
    }
    for item, fate in (("area.facilities", ItemFate.DROPPED), ("area.swimming", ItemFate.ADDED)):
        with pytest.raises(BadEvidenceError, match="item"):
            change(item, fate)
    with pytest.raises(BadEvidenceError, match="why"):
        change("area.facilities", ItemFate.KEPT, why=" ")


def test_clashes_are_found_in_the_register_and_seen_with_a_reason(session, vault, draft, head):
    new = make_community(session, name="新小区")
    new.handed_over_on = date(2026, 9, 1)
    gone = make_community(session, name="旧小区")
    gone.handed_over_on, gone.retired_on = date(2026, 9, 1), date(2026, 10, 1)
    other = make_campaign(
        session, vault, code="2026-11b", closes_on=date(2026, 11, 3), opened=False
    )
    calendar.record_event(
        session,
        kind=EventKind.FEE_CHANGE,
        starts_on=date(2026, 10, 1),
        ends_on=date(2026, 10, 1),
        note="物业费上调",
        community_id=new.id,
        staff_id=head.id,
        now=BEFORE,
    )
    for community in session.query(Community):
        community.office_phone = "" if community is new else "0571-1"
    session.flush()
    found = {seen.clash.kind: seen.clash.names for seen in list_clashes(session, draft, now=BEFORE)}
    assert found == {
        ClashKind.HANDOVER: ("新小区",),
        ClashKind.NO_PHONE: ("新小区",),
        ClashKind.FEE_CHANGE: ("新小区: 物业费上调",),
        ClashKind.OTHER_CAMPAIGN: (other.code,),
    }
    facts = {"staff_id": head.id, "now": BEFORE}
    with pytest.raises(ReasonNeededError):
        acknowledge(session, draft, [ClashKind.HANDOVER], reason=" ", **facts)
    assert acknowledge(session, draft, [ClashKind.HANDOVER], reason="只作参考", **facts) == 1
    assert acknowledge(session, draft, [ClashKind.HANDOVER], reason="再看", **facts) == 0
    notes = [seen.note for seen in list_clashes(session, draft, now=BEFORE)]
    assert [note.reason for note in notes if note] == ["只作参考"]


def test_head_office_mends_the_calendar(session, head):
    facts = {"staff_id": head.id, "now": BEFORE}
    calendar.set_days(
        session,
        first=date(2027, 1, 1),
        last=date(2027, 1, 3),
        kind=DayKind.HOLIDAY,
        name="元旦",
        **facts,
    )
    worked = {"first": date(2027, 1, 9), "last": date(2027, 1, 9), "kind": DayKind.MAKE_UP}
    calendar.set_days(session, name="元旦", **worked, **facts)
    known = queries.load_calendar(session)
    assert known.lacks(2027) == ["春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"]
    assert not known.knows(2027)
    assert known.knows(2026)
    assert not is_working_day(date(2027, 1, 1), known)
    assert is_working_day(date(2027, 1, 9), known)
    calendar.clear_days(session, date(2027, 1, 9), date(2027, 1, 9), **facts)
    assert not is_working_day(date(2027, 1, 9), queries.load_calendar(session))
    weekday = {"first": date(2027, 1, 8), "last": date(2027, 1, 8), "kind": DayKind.MAKE_UP}
    with pytest.raises(BadEvidenceError, match="kind"):  # a Friday is worked anyway
        calendar.set_days(session, name="元旦", **weekday, **facts)
    for first, last in (
        (date(2027, 1, 1), date(2027, 12, 31)),
        (date(1, 1, 1), date(1, 1, 1)),
        (date(2099, 12, 31), date(2100, 1, 1)),
    ):
        with pytest.raises(BadDatesError):
            calendar.set_days(
                session, first=first, last=last, kind=DayKind.HOLIDAY, name="元旦", **facts
            )
        with pytest.raises(BadDatesError):
            calendar.clear_days(session, first, last, **facts)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2026-10-02", None),  # 31 days before 2 November
        ("2026-10-03", "2026-11"),
        ("2026-11-01", "2026-11"),
        ("2026-11-02", None),  # its first day: who wants it now prepares it by hand
    ],
)
def test_a_draft_is_prepared_a_month_before_its_first_day(session, day, code):
    now = datetime.fromisoformat(f"{day}T04:00:00+00:00")
    assert prepare_draft(session, (6, 11), now=now) is None  # no questionnaire is published
    publish_instrument(session, perception_instrument(), now=now)
    made = prepare_draft(session, (6, 11), now=now)
    assert (made.code if made else None) == code
    if made:
        assert (made.opens_on, made.closes_on) == (date(2026, 11, 2), date(2026, 11, 22))
        assert len(queries.list_tasks(session, made.id)) == len(TASKS)
        assert prepare_draft(session, (6, 11), now=now) is None
        assert prepare_draft(session, (), now=now) is None


def test_one_campaign_is_prepared_in_each_half_year(session, vault):
    now = datetime(2026, 10, 20, tzinfo=UTC)
    own = make_campaign(session, vault, code="autumn", opens_on=date(2026, 9, 1), opened=False)
    assert prepare_draft(session, (6, 11), now=now) is None
    own.opens_on = date(2026, 6, 30)
    session.flush()
    assert prepare_draft(session, (6, 11), now=now).code == "2026-11"


def test_a_plan_is_the_way_to_a_frame(session, vault, draft, head):
    plan_and_lock(session, vault, draft, staff_id=head.id, now=BEFORE)
    campaign_services.open_campaign(session, draft, vault, now=BEFORE)
    assert len(members_of(session, draft)) == 4
    assert campaign_queries.list_campaigns(session) == [draft]
    assert isinstance(draft, Campaign)
