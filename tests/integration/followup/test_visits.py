"""Home visits: planned once, moved, agreed, recorded once whatever the network does; coverage."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.clock import beijing_date
from app.db import write_session
from app.followup.coverage.queries import list_coverage
from app.followup.errors import FieldError
from app.followup.models import CaseState
from app.followup.queries import list_cases
from app.followup.services import make_follow_ups
from app.followup.visits.errors import (
    ActionNotFoundError,
    AlreadyVisitedError,
    KeyInUseError,
    VisitNotFoundError,
)
from app.followup.visits.models import Visit, VisitRecord, VisitResult, VisitState
from app.followup.visits.queries import (
    count_late_visits,
    count_visits,
    list_actions,
    list_open_visits,
    list_visits,
)
from app.followup.visits.reading import open_picture, open_visit
from app.followup.visits.rules import ActionInput, Appointment, VisitInput
from app.followup.visits.services import (
    finish_action,
    make_appointment,
    move_visit,
    plan_visits,
    record_visit,
)
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.staff.scope import Scope
from app.surveys.response.tracker import gate_standing
from app.surveys.snapshot.freeze import freeze_gate
from tests.factories import (
    gate_of,
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    office_of,
)
from tests.integration.snapshot.answering import AFTER, answer

TODAY = beijing_date(AFTER)
MADE = VisitInput(
    VisitResult.VISITED,
    AFTER,
    place="home",
    person="owner",
    matter="外墙渗水",
    outcome="周五来修",
    owner_view="satisfied",
    actions=(ActionInput("修外墙", "张工", TODAY + timedelta(days=5)),),
    signature=b"\xff\xd8\xffink",
)


@pytest.fixture
def community(session):
    return make_community(session, households=10, important=6, buildings=2, name="甲小区")


@pytest.fixture
def campaign(session, vault, storage, community):
    campaign = make_campaign(session, vault)
    members = members_of(session, campaign, community)
    for at, member in enumerate(members):
        said = {"comment": "楼道灯坏了", "wish": "office_or_hq"} if at < 3 else {}
        answer(session, vault, campaign, member, key=f"k{at}", **said)
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=AFTER)
    make_follow_ups(session, campaign.id, now=AFTER)
    assert plan_visits(session, campaign, gate, status, now=AFTER) == 6
    assert plan_visits(session, campaign, gate, status, now=AFTER) == 0
    return campaign


@pytest.fixture
def steward(session, community):
    staff = make_staff(session, Role.STEWARD, communities=[community], name="李管家")
    return Scope(staff.id, staff.name, Role.STEWARD, frozenset({community.id}))


@pytest.fixture
def visit(session, campaign, steward):
    return list_visits(session, steward, campaign.id)[0]


def record(session, vault, scope, visit, made=MADE, *, key="k-1", **more):
    return record_visit(session, vault, scope, visit.id, made, key=key, now=AFTER, **more)


def test_one_building_is_visited_before_the_next(session, campaign, steward):
    rows = sorted(list_visits(session, steward, campaign.id), key=lambda row: row.planned_on)
    assert [row.building for row in rows] == ["1栋"] * 3 + ["2栋"] * 3


def test_a_record_holds_all_six_fields_and_makes_its_promises(
    session, vault, campaign, steward, visit
):
    done = record(session, vault, steward, visit)
    assert (done.state, done.is_again) == (VisitState.VISITED, False)
    view = open_visit(session, vault, steward, visit.id, now=AFTER)
    (one,) = view.records
    assert (one.at, one.place, one.person, one.staff, one.matter, one.outcome, one.owner_view) == (
        AFTER,
        "home",
        "owner",
        "李管家",
        "外墙渗水",
        "周五来修",
        "satisfied",
    )
    (promise,) = view.actions
    assert (promise.what, promise.responsible) == ("修外墙", "张工")
    ((picture_id, kind),) = one.pictures
    assert kind == "signature"
    shown = open_picture(session, vault, steward, visit.id, picture_id, now=AFTER)
    assert shown == b"\xff\xd8\xffink"
    actions = [entry.action for entry in list_audit_of(session, visit.household_uid)]
    assert actions == ["record_visit", "view_visit", "view_photo"]


def test_the_same_record_sent_three_times_is_stored_once(session, vault, campaign, steward, visit):
    done = [record(session, vault, steward, visit) for _ in range(3)]
    assert [one.is_again for one in done] == [False, True, True]
    assert len(session.scalars(select(VisitRecord)).all()) == 1
    other = list_visits(session, steward, campaign.id)[1]
    with pytest.raises(KeyInUseError):
        record(session, vault, steward, other)


def test_other_words_or_another_person_under_a_known_key_are_not_swallowed(
    session, vault, campaign, community, steward, visit
):
    record(session, vault, steward, visit)
    staff = make_staff(session, Role.STEWARD, communities=[community])
    other = Scope(staff.id, staff.name, Role.STEWARD, frozenset({community.id}))
    promise = replace(MADE.actions[0], what="修屋顶")
    attacks = (
        (steward, replace(MADE, outcome="下周再说")),
        (steward, replace(MADE, actions=(promise,))),
        (steward, replace(MADE, signature=b"\xff\xd8\xffother")),
        (other, MADE),
    )
    for scope, made in attacks:
        with pytest.raises(KeyInUseError):
            record(session, vault, scope, visit, made, is_kept=True)
    assert len(session.scalars(select(VisitRecord)).all()) == 1


def test_a_visit_of_years_before_the_release_is_refused(session, vault, campaign, steward, visit):
    old = replace(MADE, at=MADE.at.replace(year=2020), actions=())
    with pytest.raises(FieldError) as caught:
        record(session, vault, steward, visit, old)
    assert (caught.value.field, caught.value.problem) == ("at", "before_release")


def test_a_second_record_of_a_visit_is_refused_unless_it_was_made_without_a_network(
    session, vault, campaign, steward, visit
):
    record(session, vault, steward, visit)
    with pytest.raises(AlreadyVisitedError):
        record(session, vault, steward, visit, key="k-2")
    done = record(session, vault, steward, visit, key="k-2", is_kept=True)
    assert (done.state, done.is_beside) == (VisitState.VISITED, True)
    assert len(open_visit(session, vault, steward, visit.id, now=AFTER).records) == 2


def test_a_call_never_counts_as_a_visit_and_the_home_can_still_be_visited(
    session, vault, campaign, steward, visit
):
    call = VisitInput(VisitResult.PHONE_INSTEAD, AFTER, person="owner", reason="业主出差")
    assert record(session, vault, steward, visit, call).state is VisitState.PHONE_INSTEAD
    (counts,) = count_visits(session, steward, campaign.id, today=TODAY)
    assert (counts.total, counts.visited, counts.phone_instead, counts.open) == (6, 0, 1, 5)
    record(session, vault, steward, visit, key="k-2")
    (counts,) = count_visits(session, steward, campaign.id, today=TODAY)
    assert (counts.visited, counts.phone_instead) == (1, 0)


def test_nobody_at_home_stays_open_until_another_day_is_found(
    session, vault, campaign, steward, visit
):
    record(session, vault, steward, visit, VisitInput(VisitResult.NOT_AT_HOME, AFTER))
    (late,) = count_late_visits(
        session, steward, campaign.id, today=visit.planned_on + timedelta(days=1)
    )
    assert late.count >= 1
    day = TODAY + timedelta(days=3)
    move_visit(session, steward, visit.id, planned_on=day, visitor_id=steward.staff_id, now=AFTER)
    row = next(one for one in list_visits(session, steward, campaign.id) if one.id == visit.id)
    assert (row.state, row.planned_on, row.visitor) == (VisitState.PLANNED, day, "李管家")


def test_an_appointment_is_the_day_of_the_visit(session, vault, campaign, steward, visit):
    at = AFTER + timedelta(days=2)
    wanted = Appointment(at, "family", steward.staff_id)
    make_appointment(session, steward, visit.id, wanted, now=AFTER)
    found = list_open_visits(session, steward, until=TODAY + timedelta(days=9), most=50)
    row = next(one for one in found if one.id == visit.id)
    assert (row.state, row.appointed_at, row.planned_on) == (
        VisitState.APPOINTED,
        at,
        beijing_date(at),
    )
    with pytest.raises(FieldError):
        make_appointment(session, steward, visit.id, Appointment(at, "owner", 999), now=AFTER)
    record(session, vault, steward, visit)
    with pytest.raises(AlreadyVisitedError):
        make_appointment(session, steward, visit.id, wanted, now=AFTER)


def test_a_promise_is_ticked_off_once(session, vault, campaign, steward, visit):
    record(session, vault, steward, visit)
    ((action, *_place),) = list_actions(session, steward, only_open=True)
    assert finish_action(session, vault, steward, action.id, "已修好", now=AFTER) == visit.id
    with pytest.raises(ActionNotFoundError):
        finish_action(session, vault, steward, action.id, "又修", now=AFTER)
    assert list_actions(session, steward, only_open=True) == []


def test_a_visit_of_another_community_does_not_exist(session, vault, campaign, visit):
    stranger = office_of(make_community(session, households=1))
    with pytest.raises(VisitNotFoundError):
        record(session, vault, stranger, visit)
    assert list_visits(session, stranger, campaign.id) == []
    region = Scope(9, "区域", Role.REGION, frozenset({visit.community_id}))
    assert list_visits(session, region, campaign.id) == []
    assert [row.total for row in count_visits(session, region, campaign.id)] == [6]


def test_a_stored_record_is_never_changed(session, engine, vault, campaign, steward, visit):
    record(session, vault, steward, visit)
    session.commit()
    with pytest.raises(DBAPIError), write_session(engine) as writing:
        writing.execute(text("UPDATE visit_record SET owner_view = 'dissatisfied'"))


def test_coverage_adds_up_to_the_lists(session, vault, campaign, community, steward, visit):
    record(session, vault, steward, visit)
    later = AFTER + timedelta(days=30)
    (row,) = list_coverage(session, head_office(), campaign.id, now=later)
    cases = list_cases(session, head_office(), campaign.id)
    visits = list_visits(session, head_office(), campaign.id)
    today = beijing_date(later)
    assert row.cases == len(cases) == 3
    assert row.open == sum(case.state is CaseState.OPEN for case in cases)
    assert row.overdue == sum(case.is_overdue(today) for case in cases) == 3
    assert (row.visits, row.visited) == (len(visits), 1)
    assert row.visits_overdue == sum(one.is_overdue(today) for one in visits) == 5
    # T0 is midnight after 20 November: the last whole days are 7 and 14 days later.
    assert (row.start_by, row.close_by) == (date(2026, 11, 27), date(2026, 12, 4))
    assert list_coverage(session, office_of(), campaign.id, now=later) == ()
    assert session.scalars(select(Visit).where(Visit.state == VisitState.VISITED)).one()
