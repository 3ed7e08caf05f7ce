"""A whole building leaves the register or goes to another community."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.staff.models import Role
from app.surveys.register import queries as register
from app.surveys.register.homes import queries
from app.surveys.register.homes.buildings import move_building, retire_building
from app.surveys.register.homes.errors import BuildingTakenError, NoHomesError, OtherBuildingError
from app.surveys.register.homes.services import Act
from app.surveys.register.models import Building, HouseholdEventKind
from app.surveys.register.places import (
    CodeTakenError,
    FutureDayError,
    NameTakenError,
    OddNameError,
    add_region,
    change_community,
    rename_region,
)
from tests.factories import head_office, make_campaign, make_community, make_staff, members_of


@pytest.fixture
def act(session, now):
    staff = make_staff(session, Role.HEAD_OFFICE, login="hq")
    return Act(replace(head_office(), staff_id=staff.id), date(2026, 11, 1), "重新划分", now)


def building_of(session, community, code):
    query = select(Building).where(Building.community_id == community.id, Building.code == code)
    return session.scalars(query).one()


def test_a_retired_building_leaves_home_by_home_with_a_history(session, vault, act):
    community = make_community(session, households=4, buildings=2)
    building = building_of(session, community, "1栋")
    assert retire_building(session, vault, building, act) == 2
    assert [h.building for h in register.list_households(session, community.id)] == ["2栋", "2栋"]
    for home in queries.list_homes_of(session, building.id):
        (row,) = queries.list_events(session, home.household_id)
        assert (row.event.kind, row.event.on_day) == (HouseholdEventKind.RETIRED, act.on)
    with pytest.raises(NoHomesError):
        retire_building(session, vault, building, act)


def test_a_building_given_away_keeps_its_homes_and_open_campaigns_their_community(
    session, vault, act
):
    old = make_community(session, households=4, buildings=2, code="A", name="甲")
    new = make_community(session, households=1, buildings=1, code="B", name="乙")
    campaign = make_campaign(session, vault)
    with pytest.raises(BuildingTakenError):
        move_building(session, vault, building_of(session, old, "1栋"), new.id, act)
    building = building_of(session, old, "2栋")
    with pytest.raises(OtherBuildingError):
        move_building(session, vault, building, old.id, act)
    move_building(session, vault, building, new.id, act)
    homes = queries.list_homes_of(session, building.id)
    assert {home.community for home in homes} == {"乙"}
    (row,) = queries.list_events(session, homes[0].household_id)
    assert (row.event.kind, row.event.detail) == (HouseholdEventKind.REGROUPED, "A")
    of_old = [m for m in members_of(session, campaign) if m.community_id == old.id]
    assert len(of_old) == 4


def test_regions_have_names_and_codes_of_their_own(session, act):
    north = add_region(session, code="N1", name="江北", actor=act.actor, now=act.now)
    add_region(session, code="S1", name="江南", actor=act.actor, now=act.now)
    for code, name, refusal in (
        ("n1", "城北", CodeTakenError),
        ("N2", "江北", NameTakenError),
        ("N2", "-", OddNameError),
    ):
        with pytest.raises(refusal):
            add_region(session, code=code, name=name, actor=act.actor, now=act.now)
    with pytest.raises(NameTakenError):
        rename_region(session, north.id, name="江南", actor=act.actor, now=act.now)
    assert [region.name for region in register.list_regions(session)] == ["江北", "江南"]


def test_a_community_has_a_name_of_its_own_and_is_retired_on_a_past_day(session, act):
    one = make_community(session, households=1, code="A", name="甲")
    make_community(session, households=1, code="B", name="乙")
    for values, refusal in (
        ({"name": "乙"}, NameTakenError),
        ({"retired_on": date(2099, 1, 1)}, FutureDayError),
    ):
        with pytest.raises(refusal):
            change_community(session, one.id, values, actor=act.actor, now=act.now)
    gone = {"retired_on": act.on}
    change_community(session, one.id, gone, actor=act.actor, now=act.now)
    assert register.list_retired_communities(session, act.actor) == [one]
