"""What happens to one home: retired, merged, split, moved into and out of, important, care."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.register import queries as register
from app.surveys.register.homes import queries, services
from app.surveys.register.homes.errors import (
    AlreadyThereError,
    NobodyError,
    OddDayError,
    OtherBuildingError,
    RetiredHomeError,
    RoomTakenError,
    SameHomeError,
    WrongDayError,
)
from app.surveys.register.homes.search import Hint, search
from app.surveys.register.homes.services import Act, Told
from app.surveys.register.models import (
    CareNeedKind,
    Household,
    HouseholdEventKind,
    ImportantReason,
    PersonKind,
)
from app.surveys.register.services import add_person
from tests.factories import (
    head_office,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    office_of,
)

TODAY = date(2026, 11, 2)
KIND = HouseholdEventKind


@pytest.fixture
def community(session):
    return make_community(session, households=8, buildings=2, code="YQL", name="云栖里")


@pytest.fixture
def act(session, now):
    staff = make_staff(session, Role.HEAD_OFFICE, login="hq")
    scope = replace(head_office(), staff_id=staff.id)

    def make(on=TODAY, reason="业主申请"):
        return Act(scope, on, reason, now)

    return make


def home_of(session, number=0):
    keys = session.scalars(select(Household.id).order_by(Household.id)).all()
    return queries.find_home(session, head_office(), keys[number])


def history(session, home):
    return [row.event.kind for row in queries.list_events(session, home.household_id)]


def test_a_retired_home_keeps_its_history_and_an_open_campaign_keeps_the_home(
    session, vault, community, act, now
):
    campaign = make_campaign(session, vault)
    home = home_of(session)
    services.retire(session, vault, home, act())
    assert len(members_of(session, campaign)) == 8
    assert home_of(session).retired_on == TODAY
    (row,) = queries.list_events(session, home.household_id)
    assert (row.event.kind, row.event.on_day, row.staff) == (KIND.RETIRED, TODAY, "王敏")
    assert vault.open(row.event.reason_sealed, services.REASON) == "业主申请"
    assert "业主申请".encode() not in row.event.reason_sealed
    with pytest.raises(RetiredHomeError):
        services.retire(session, vault, home, act())
    services.revive(session, vault, home, act())
    assert home_of(session).retired_on is None
    assert history(session, home) == [KIND.REVIVED, KIND.RETIRED]
    actions = [entry.action for entry in list_audit_of(session, home.uid)]
    assert actions == ["household.retired", "household.revived"]


def test_a_merged_home_is_retired_and_its_people_live_in_the_other(
    session, vault, community, act, now
):
    one, other = home_of(session, 0), home_of(session, 1)
    household = session.get_one(Household, one.household_id)
    add_person(session, vault, household, name="王敏", phone=None, now=now)
    session.flush()
    services.merge(session, vault, one, other, act())
    assert home_of(session, 0).retired_on == TODAY
    assert register.list_people(session, [one.household_id]) == []
    assert len(register.list_people(session, [other.household_id])) == 1
    (row,) = queries.list_events(session, other.household_id)
    assert (row.event.kind, row.other_id) == (KIND.MERGED_FROM, one.household_id)
    assert history(session, one) == [KIND.MERGED_INTO]


def test_needs_and_the_important_reason_go_along_with_a_merged_home(
    session, vault, community, act, now
):
    one, other = home_of(session, 0), home_of(session, 1)
    visit, print_ = CareNeedKind.HOME_VISIT, CareNeedKind.LARGE_PRINT
    begin = date(2026, 3, 1)
    for home, need in ((one, visit), (one, print_), (other, print_)):
        services.note_need(session, home, need, None, act(begin))
    for home in (one, other):
        household = session.get_one(Household, home.household_id)
        add_person(session, vault, household, name="王敏", phone="13800000001", now=now)
    services.mark_important(session, vault, one, ImportantReason.REPRESENTATIVE, act(begin))
    services.merge(session, vault, one, other, act())
    session.flush()
    rows = queries.list_care(session, community.id, TODAY)
    # What both needed stands there once, and so does who lived in both.
    assert sorted((row.household_id, row.need.need) for row in rows) == [
        (other.household_id, visit),
        (other.household_id, print_),
    ]
    assert len(register.list_people(session, [other.household_id])) == 1
    assert home_of(session, 1).important is ImportantReason.REPRESENTATIVE
    assert history(session, other) == [KIND.IMPORTANT, KIND.MERGED_FROM]


def test_a_home_that_is_important_already_keeps_its_own_reason(session, vault, community, act):
    one, other = home_of(session, 0), home_of(session, 1)
    services.mark_important(session, vault, one, ImportantReason.LOSS_CASE, act())
    services.mark_important(session, vault, other, ImportantReason.COMMITTEE, act())
    services.merge(session, vault, one, other, act())
    assert home_of(session, 1).important is ImportantReason.COMMITTEE
    first = queries.list_events(session, other.household_id)[0].event
    assert (first.kind, first.detail) == (KIND.MERGED_FROM, "loss_case")


def test_what_is_written_down_twice_stands_there_once(session, vault, community, act):
    home = home_of(session)
    told = Told("王敏", "13800000001", PersonKind.OWNER)
    services.move_in(session, vault, home, told, act())
    with pytest.raises(AlreadyThereError):
        services.move_in(session, vault, home, told, act())
    services.note_need(session, home, CareNeedKind.HOME_VISIT, None, act())
    with pytest.raises(AlreadyThereError):
        services.note_need(session, home, CareNeedKind.HOME_VISIT, TODAY, act())
    services.note_need(session, home, CareNeedKind.PHONE_CALL, None, act())


def test_important_customers_need_a_real_day_and_a_living_home(session, vault, community, act):
    home = home_of(session)
    committee = ImportantReason.COMMITTEE
    with pytest.raises(WrongDayError):
        services.mark_important(session, vault, home, committee, act(date(2099, 1, 1)))
    with pytest.raises(OddDayError):
        services.mark_important(session, vault, home, committee, act(date(1, 1, 1)))
    services.retire(session, vault, home, act())
    with pytest.raises(RetiredHomeError):
        services.mark_important(session, vault, home, committee, act())
    with pytest.raises(RetiredHomeError):
        services.note_need(session, home, CareNeedKind.HOME_VISIT, None, act())


def test_a_home_is_merged_into_another_one_of_its_community_only(session, vault, community, act):
    make_community(session, households=1)
    one, foreign = home_of(session, 0), home_of(session, 8)
    with pytest.raises(SameHomeError):
        services.merge(session, vault, one, one, act())
    with pytest.raises(OtherBuildingError):
        services.merge(session, vault, one, foreign, act())
    assert history(session, one) == []


def test_a_split_home_gets_a_room_the_building_does_not_have(session, vault, community, act):
    home = home_of(session)
    with pytest.raises(RoomTakenError):
        services.split(session, vault, home, "1-0102", act())
    made = services.split(session, vault, home, "１－１０９", act())
    assert (made.room, made.building_id > 0) == ("1-109", True)
    new = queries.find_home(session, head_office(), made.id)
    assert (history(session, home), history(session, new)) == ([KIND.SPLIT_INTO], [KIND.SPLIT_FROM])
    assert new.uid != home.uid


def test_who_moves_out_stays_as_history_and_is_on_no_list(session, vault, community, act):
    home = home_of(session)
    told = Told("王敏", "13800000001", PersonKind.TENANT)
    person = services.move_in(session, vault, home, told, act(date(2026, 3, 1)))
    services.move_out(session, vault, home, person.id, act())
    (kept,) = queries.list_residents(session, home.household_id)
    assert (kept.kind, kept.moved_in_on, kept.moved_out_on) == (
        PersonKind.TENANT,
        date(2026, 3, 1),
        TODAY,
    )
    assert register.list_people(session, [home.household_id]) == []
    assert history(session, home) == [KIND.MOVED_OUT, KIND.MOVED_IN]
    with pytest.raises(NobodyError):
        services.move_out(session, vault, home, person.id, act())


def test_nobody_moves_out_before_moving_in_and_nothing_happens_tomorrow(
    session, vault, community, act
):
    home = home_of(session)
    told = Told("王敏", None, PersonKind.OWNER)
    with pytest.raises(WrongDayError):
        services.move_in(session, vault, home, told, act(TODAY + timedelta(days=1)))
    person = services.move_in(session, vault, home, told, act())
    with pytest.raises(WrongDayError):
        services.move_out(session, vault, home, person.id, act(TODAY - timedelta(days=1)))
    with pytest.raises(NobodyError):
        services.move_out(session, vault, home_of(session, 1), person.id, act())


def test_a_correction_keeps_the_person(session, vault, community, act):
    home = home_of(session)
    person = services.move_in(session, vault, home, Told("王明", None, PersonKind.OWNER), act())
    right = Told("王敏", "13800000009", PersonKind.FAMILY)
    services.correct(session, vault, home, person.id, right, act())
    (kept,) = queries.list_residents(session, home.household_id)
    assert kept.id == person.id
    assert vault.open(kept.name_sealed, "name") == "王敏"
    # The history says what was put right, and never what it was.
    last = queries.list_events(session, home.household_id)[0].event
    assert (last.kind, last.detail, last.person_id) == (KIND.CORRECTED, "name,phone,kind", kept.id)
    services.correct(session, vault, home, person.id, right, act())
    assert history(session, home) == [KIND.CORRECTED, KIND.MOVED_IN]
    found = search(session, vault, head_office(), "13800000009", now=act().now)
    assert [home.household_id for home in found.homes] == [home.household_id]


def test_why_a_home_is_important_is_kept_with_who_and_when(session, vault, community, act):
    home = home_of(session)
    for reason, day in ((ImportantReason.COMMITTEE, date(2026, 5, 1)), (None, TODAY)):
        services.mark_important(session, vault, home, reason, act(day))
    rows = queries.list_events(session, home.household_id)
    assert [(row.event.on_day, row.event.detail, row.staff) for row in rows] == [
        (TODAY, "", "王敏"),
        (date(2026, 5, 1), "committee", "王敏"),
    ]
    assert queries.list_important(session, community.id) == []


def test_the_care_list_holds_what_is_needed_today(session, vault, community, act):
    home, other = home_of(session, 0), home_of(session, 1)
    need = services.note_need(session, home, CareNeedKind.HOME_VISIT, None, act(date(2026, 3, 1)))
    until = date(2026, 10, 31)
    services.note_need(session, other, CareNeedKind.PHONE_CALL, until, act(date(2026, 3, 1)))
    session.flush()
    rows = queries.list_care(session, community.id, TODAY)
    assert [(row.household_id, row.need.need) for row in rows] == [
        (home.household_id, CareNeedKind.HOME_VISIT)
    ]
    services.end_need(session, home, need.id, act())
    assert queries.list_care(session, community.id, TODAY + timedelta(days=1)) == []
    with pytest.raises(NobodyError):
        services.end_need(session, home, need.id, act())
    with pytest.raises(WrongDayError):
        services.note_need(session, home, CareNeedKind.LARGE_PRINT, date(2026, 1, 1), act())


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("云栖里1栋1-101", ["1-101"]),
        ("YQL 1 101", ["1-101"]),
        ("yql 01-1-0101", ["1-101"]),
        ("栖里 2号楼1单元101室", ["1-101"]),
        ("云栖里 102", ["1-102", "1-102"]),
        ("1栋", ["1-101", "1-102", "1-103", "1-104"]),
        ("云栖里 9-1-101", []),
        ("云溪里 1-1-101", []),
    ],
)
def test_an_address_is_found_however_it_is_written(session, vault, community, now, text, rooms):
    found = search(session, vault, head_office(), text, now=now)
    assert [home.room for home in found.homes] == rooms
    assert found.by == "address" or not rooms


def test_a_community_alone_is_answered_with_a_hint(session, vault, community, now):
    assert search(session, vault, head_office(), "云栖里", now=now).hint is Hint.ROOM
    assert search(session, vault, head_office(), "云溪里", now=now).hint is Hint.NOTHING


def test_names_and_numbers_are_found_in_full_by_head_office_only(session, vault, community, now):
    household = session.get_one(Household, home_of(session).household_id)
    add_person(session, vault, household, name="王敏", phone="13800000001", now=now)
    session.flush()
    for text, found in (("王敏", 1), ("王", 0), ("138 0000 0001", 1), ("1380000000", 0)):
        assert len(search(session, vault, head_office(), text, now=now).homes) == found, text
        assert search(session, vault, office_of(community), text, now=now).homes == (), text
        told = search(session, vault, head_office(), text, is_address=True, now=now)
        assert len(told.homes) == 0, text


def test_a_search_stays_inside_the_scope_and_every_home_shown_is_logged(
    session, vault, community, now
):
    other = make_community(session, households=1, code="GYY", name="桂语苑")
    found = search(session, vault, office_of(community), "1栋 1-101", now=now)
    assert [home.community for home in found.homes] == ["云栖里"]
    assert search(session, vault, office_of(other), "云栖里1-1-101", now=now).homes == ()
    looks = [entry.action for entry in list_audit_of(session, found.homes[0].uid)]
    assert looks == ["household.found"]
    (entry,) = [e for e in list_audit_of(session, "register") if "found=1" in e.detail]
    assert entry.detail == "by=address found=1"


def test_more_than_fifty_homes_are_cut_with_a_hint(session, vault, now):
    make_community(session, households=60, code="DA", name="大苑")
    found = search(session, vault, head_office(), "大苑1栋", now=now)
    assert (len(found.homes), found.hint) == (50, Hint.MORE)
