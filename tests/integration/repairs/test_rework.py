"""Failed repairs, special visits, flags, the watch list and kept counts on real databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.models import CaseList, CaseState, FollowUp, Source
from app.service.repairs import queries
from app.service.repairs.errors import (
    AlreadyDoneError,
    NotDoneError,
    OrderNotFoundError,
    OwnWorkError,
    RepairFieldError,
    StepNotAllowedError,
)
from app.service.repairs.flags.queries import count_flags
from app.service.repairs.flags.services import check_flag
from app.service.repairs.models import (
    Flag,
    FlagOutcome,
    InspectionReason,
    OrderState,
    Place,
    RepairFlag,
    RepairOrder,
    SpecialVisit,
    Thing,
    VisitFinding,
)
from app.service.repairs.months.queries import sum_months
from app.service.repairs.months.services import count_months
from app.service.repairs.orders import OrderInput, issue_order, note_arrival, step_order
from app.service.repairs.rows import OrderFilters, OrderKey, Words
from app.service.repairs.rules import Counts
from app.service.repairs.services import (
    flag_order,
    mark_called_back,
    open_rework,
    record_special_visit,
    record_visit_try,
)
from app.service.repairs.watch import queries as watches
from app.service.repairs.watch.services import (
    Record,
    begin_watch,
    change_watch,
    note_rain,
    record_inspection,
)
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register.models import Community
from app.vault import Vault
from tests.factories import make_community, make_staff

NOW = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)  # 23:30 in Beijing, a holiday follows


@pytest.fixture
def place(session: Session) -> Community:
    """Return a community."""
    return make_community(session)


@pytest.fixture
def office(session: Session, place: Community) -> Scope:
    """Return the director of the community."""
    staff = make_staff(session, Role.OFFICE, communities=[place])
    return Scope(staff.id, "周立", Role.OFFICE, frozenset({place.id}))


@pytest.fixture
def hq(session: Session) -> Scope:
    """Return somebody at head office."""
    return Scope(make_staff(session).id, "沈怡", Role.HEAD_OFFICE, None)


def _done(
    session: Session,
    vault: Vault,
    office: Scope,
    *,
    at: datetime = NOW,
    thing: Thing = Thing.WATER,
    repairer: str = "马师傅",
) -> RepairOrder:
    (place,) = office.community_ids or ()
    given = OrderInput(place, None, thing, Place.COMMON, Words(text="漏水"))
    order = issue_order(session, vault, office, given, now=at - timedelta(hours=2))
    step_order(*(session, vault, office, order.id, OrderState.DONE), repairer=repairer, now=at)
    return order


def test_a_failed_repair_orders_rework_at_once_and_a_visit_within_24_hours(
    session: Session, vault: Vault, office: Scope
) -> None:
    order = _done(session, vault, office)
    rework_id, visit_id = open_rework(session, vault, office, order.id, why="又漏", now=NOW)
    rework = queries.find_order(session, office, rework_id)
    visit = session.get(SpecialVisit, visit_id)
    assert rework is not None
    assert visit is not None
    assert (rework.state, rework.rework_of, rework.number) == (
        OrderState.ISSUED,
        order.id,
        f"{order.number}-R1",
    )
    assert order.state is OrderState.FAILED
    # Over midnight, the year's end and New Year's Day: 24 hours of the clock, nothing else.
    assert visit.due_at == datetime(2027, 1, 1, 15, 30, tzinfo=UTC)
    case = session.get(FollowUp, visit.follow_up_id)
    assert case is not None
    assert (case.source, case.on_list) == (Source.REPAIR, CaseList.COMMUNITY)
    # Said once more while the visit is due, it is the same rework.
    again = open_rework(session, vault, None, order.id, why="又漏", now=NOW)
    assert again == (rework_id, visit_id)
    before, after = visit.due_at, visit.due_at + timedelta(seconds=1)
    assert queries.count_due(session, office, now=before).late == 0
    assert queries.count_due(session, office, now=after).late == 1


def test_only_what_was_done_can_fail_and_only_in_scope(
    session: Session, vault: Vault, office: Scope
) -> None:
    (place,) = office.community_ids or ()
    given = OrderInput(place, None, Thing.LIFT, Place.COMMON, Words(text="停"))
    order = issue_order(session, vault, office, given, now=NOW)
    with pytest.raises(NotDoneError):
        open_rework(session, vault, office, order.id, why="", now=NOW)
    stranger = replace(office, community_ids=frozenset())
    with pytest.raises(OrderNotFoundError):
        open_rework(session, vault, stranger, order.id, why="", now=NOW)
    with pytest.raises(OrderNotFoundError):
        issue_order(session, vault, stranger, given, now=NOW)


def test_the_repairer_does_not_visit_and_a_second_failure_goes_to_head_office(
    session: Session, vault: Vault, office: Scope
) -> None:
    order = _done(session, vault, office, repairer="周立")
    _, visit_id = open_rework(session, vault, office, order.id, why="又漏", now=NOW)
    told = {"finding": VisitFinding.NOT_FIXED, "note": "还漏", "visited_at": NOW, "now": NOW}
    with pytest.raises(OwnWorkError):
        record_special_visit(session, vault, office, visit_id, **told)
    visitor = replace(office, name="赵文静")
    record_visit_try(session, visitor, visit_id, now=NOW)
    following = record_special_visit(session, vault, visitor, visit_id, **told)
    assert following is not None
    assert following.round == 2
    case = session.get(FollowUp, following.follow_up_id)
    assert case is not None
    assert case.on_list is CaseList.HEAD_OFFICE
    with pytest.raises(AlreadyDoneError):
        record_special_visit(session, vault, visitor, visit_id, **told)
    fixed = {**told, "finding": VisitFinding.FIXED}
    assert record_special_visit(session, vault, visitor, following.id, **fixed) is None
    assert case.state is CaseState.CLOSED
    last = queries.find_order(session, office, following.rework_id)
    assert last is not None
    assert (last.state, last.number) == (OrderState.DONE, f"{order.number}-R2")


@pytest.mark.parametrize(
    ("visited", "note", "field"),
    [(1, "好", "visited_at"), (-1, "好", "visited_at"), (0, " ", "note")],
)
def test_a_visit_has_a_true_hour_and_words(
    session: Session, vault: Vault, office: Scope, visited: int, note: str, field: str
) -> None:
    order = _done(session, vault, office)
    _, visit_id = open_rework(session, vault, office, order.id, why="又漏", now=NOW)
    with pytest.raises(RepairFieldError) as refused:
        record_special_visit(
            *(session, vault, office, visit_id),
            finding=VisitFinding.FIXED,
            note=note,
            visited_at=NOW + timedelta(minutes=visited),
            now=NOW,
        )
    assert refused.value.field == field


def test_an_order_by_hand_moves_forward_only_and_is_called_back(
    session: Session, vault: Vault, office: Scope
) -> None:
    (place,) = office.community_ids or ()
    given = OrderInput(place, None, Thing.LIFT, Place.COMMON, Words(text="停", phone="13800000001"))
    first = issue_order(session, vault, office, given, now=NOW)
    second = issue_order(session, vault, office, given, now=NOW)
    assert (first.number, second.number) == ("H-20261231-01", "H-20261231-02")
    step_order(session, vault, office, first.id, OrderState.ACCEPTED, repairer="丁", now=NOW)
    note_arrival(session, office, first.id, now=NOW)
    with pytest.raises(StepNotAllowedError):
        step_order(session, vault, office, first.id, OrderState.NOTIFIED, now=NOW)
    with pytest.raises(StepNotAllowedError):
        mark_called_back(session, first.id, now=NOW, by=None)
    step_order(session, vault, office, first.id, OrderState.DONE, now=NOW)
    mark_called_back(session, first.id, now=NOW, by=None)
    assert first.state is OrderState.CALLED_BACK
    with pytest.raises(RepairFieldError):
        issue_order(session, vault, office, replace(given, words=Words()), now=NOW)


def test_flags_are_raised_once_checked_by_head_office_and_counted(
    session: Session, vault: Vault, office: Scope, hq: Scope
) -> None:
    order = _done(session, vault, office)
    one = flag_order(session, order.id, "nobody_came", NOW, None)
    assert flag_order(session, order.id, Flag.NOBODY_CAME, NOW, None).id == one.id
    flag_order(session, order.id, "fee_not_told", NOW, hq.staff_id)
    assert queries.count_due(session, hq, now=NOW).today == 2
    assert queries.count_due(session, office, now=NOW).today == 0
    told = {"outcome": FlagOutcome.FALSE_ORDER, "note": "监控无人到场", "now": NOW}
    with pytest.raises(OrderNotFoundError):
        check_flag(session, vault, office, one.id, **told)
    check_flag(session, vault, hq, one.id, **told)
    with pytest.raises(AlreadyDoneError):
        check_flag(session, vault, hq, one.id, **told)
    session.flush()
    day = date(2026, 12, 31)
    # One is left to check: pressing up to its third day in Beijing, late from the day after.
    third = NOW + timedelta(days=3)
    pressing = queries.count_due(session, hq, now=third)
    assert (pressing.late, pressing.today, pressing.first) == (0, 1, beijing_date(third))
    late = queries.count_due(session, hq, now=NOW + timedelta(days=4))
    assert (late.late, late.today, late.first) == (1, 0, beijing_date(third))
    assert queries.count_due(session, office, now=third).today == 0
    counted = {row.flag: row for row in count_flags(session, hq, day, day)}
    nobody = counted[Flag.NOBODY_CAME]
    assert (nobody.raised, nobody.false_order, nobody.waiting, nobody.done) == (1, 1, 0, 1)
    assert counted[Flag.FEE_NOT_TOLD].waiting == 1
    assert session.scalar(select(RepairFlag.note_sealed).where(RepairFlag.id == one.id))


def test_a_defect_is_looked_at_by_days_and_after_rain_until_the_last_good_look(
    session: Session, vault: Vault, office: Scope, hq: Scope
) -> None:
    order = _done(session, vault, office, at=NOW - timedelta(days=30), thing=Thing.LEAK)
    named = office.staff_id
    watch = begin_watch(session, office, order.id, responsible_id=named, days=(7, 30), now=NOW)
    with pytest.raises(AlreadyDoneError):
        begin_watch(session, office, order.id, responsible_id=named, now=NOW)
    due = watches.list_of(session, watch.id, is_open=True)
    assert [one.due_on for one in due] == [date(2026, 12, 8), date(2026, 12, 31)]
    assert queries.count_due(session, office, now=NOW).late == 1
    # It rained; the same day told twice makes one look, due on the second day.
    rained = date(2026, 12, 30)
    assert note_rain(session, office, rained, now=NOW) == 1
    assert note_rain(session, hq, rained, now=NOW) == 0
    with pytest.raises(RepairFieldError):
        note_rain(session, hq, date(2027, 1, 1), now=NOW)
    rain = watches.list_of(session, watch.id, is_open=True)[-1]
    assert (rain.reason, rain.due_on) == (InspectionReason.RAIN, date(2027, 1, 1))
    good = Record(date(2026, 12, 31), "干燥", is_good=True, has_water=False)
    wet = Record(date(2026, 12, 31), "有新水印", is_good=False, has_water=True)
    with pytest.raises(RepairFieldError):
        record_inspection(*(session, vault, office, rain.id, replace(wet, is_good=True)), now=NOW)
    record_inspection(session, vault, office, due[0].id, wet, now=NOW)
    record_inspection(session, vault, office, rain.id, good, now=NOW)
    assert watch.closed_on is None
    # One look is left, within a week of the bad one; after it nothing is due and the watch ends.
    (last,) = watches.list_of(session, watch.id, is_open=True)
    change_watch(
        session, office, watch.id, responsible_id=named, days=(30,), is_outside=True, now=NOW
    )
    record_inspection(session, vault, office, last.id, good, now=NOW)
    assert (watch.closed_on, watch.why_closed) == (date(2026, 12, 31), "good")
    row = watches.find_watch(session, hq, watch.id)
    assert row is not None
    assert (row.seen, row.bad, row.next_on) == (3, 1, None)


def test_a_bad_last_look_makes_another_one_due_after_a_week(
    session: Session, vault: Vault, office: Scope
) -> None:
    order = _done(session, vault, office, at=NOW - timedelta(days=9), thing=Thing.FACADE)
    watch = begin_watch(
        session, office, order.id, responsible_id=office.staff_id, days=(7,), now=NOW
    )
    (due,) = watches.list_of(session, watch.id, is_open=True)
    bad = Record(date(2026, 12, 31), "裂缝又开", is_good=False)
    record_inspection(session, vault, office, due.id, bad, now=NOW)
    (following,) = watches.list_of(session, watch.id, is_open=True)
    assert following.due_on == date(2027, 1, 7)
    with pytest.raises(OwnWorkError):
        record_inspection(
            *(session, vault, replace(office, name="马师傅"), following.id, bad), now=NOW
        )


def test_rates_are_the_hand_worked_ones_and_the_kept_counts_say_the_same(
    session: Session, vault: Vault, office: Scope
) -> None:
    (place,) = office.community_ids or ()
    begin = datetime(2026, 11, 2, 2, tzinfo=UTC)

    def order(promised: int | None, arrived: int | None, done: int | None) -> RepairOrder:
        given = OrderInput(
            *(place, None, Thing.WATER, Place.COMMON, Words(text="漏")),
            promised_at=None if promised is None else begin + timedelta(hours=promised),
        )
        made = issue_order(session, vault, office, given, now=begin)
        if arrived is not None:
            note_arrival(session, office, made.id, now=begin + timedelta(hours=arrived))
        if done is not None:
            at = begin + timedelta(hours=done)
            step_order(session, vault, office, made.id, OrderState.DONE, now=at)
        return made

    failed = order(2, 1, 3)  # in time
    order(2, 3, 4)  # late
    order(2, None, None)  # late: the promise is over
    order(None, 1, 2)  # no promise
    order(24 * 90, None, None)  # still to come
    step_order(*(session, vault, office, order(2, None, None).id, OrderState.CANCELLED), now=begin)
    now = begin + timedelta(days=20)
    open_rework(session, vault, None, failed.id, why="", now=now)
    # By hand: 6 stand (5 of them and the rework, promised in 24 hours), 1 without a promise,
    # 2 still to come, 3 decided, 1 of them in time; 3 done, 1 failed within 30 days.
    wanted = Counts(issued=6, unpromised=1, undecided=2, decided=3, timely=1, done=3, passed=2)
    while count_months(session, now=now):
        pass
    kept = sum_months(session, office, [date(2026, 11, 1)], place)
    assert kept == {date(2026, 11, 1): wanted}
    # A day later the rework's promise is over; the kept counts are made anew by themselves.
    later = now + timedelta(days=2)
    assert count_months(session, now=later) >= 1
    assert sum_months(session, office, [date(2026, 11, 1)])[date(2026, 11, 1)].decided == 4
    stranger = replace(office, community_ids=frozenset())
    assert sum_months(session, stranger, [date(2026, 11, 1)], place) == {}


def test_orders_page_by_key_and_weeks_close_by_the_beijing_clock(
    session: Session, vault: Vault, office: Scope
) -> None:
    (place,) = office.community_ids or ()
    sunday = datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)  # the last second of the week
    keys = [
        _done(session, vault, office, at=sunday + timedelta(seconds=at)).id for at in (0, 1, -60)
    ]
    assert queries.closed_in_week(session, place, date(2026, 11, 16)) == [keys[0], keys[2]]
    assert queries.closed_in_week(session, place, date(2026, 11, 23)) == [keys[1]]
    found, after = [], None
    for _ in range(4):
        rows = queries.list_orders(session, office, OrderFilters(), after=after, limit=1, now=NOW)
        found += [row.order.id for row in rows]
        if rows:
            after = OrderKey(rows[0].order.issued_at, rows[0].order.id)
    assert found == [keys[1], keys[0], keys[2]]
    late = OrderFilters(is_late=True, community_id=place)
    assert queries.list_orders(session, office, late, now=NOW) == []
