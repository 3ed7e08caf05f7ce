"""A second import: what stays, what it says it changes, and a register that moved meanwhile."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.i18n import set_language
from app.staff.models import Role
from app.surveys.register import importing, queries, services
from app.surveys.register.errors import ProblemCode, RegisterChangedError
from app.surveys.register.homes import queries as homes
from app.surveys.register.homes import services as acts
from app.surveys.register.homes.services import Act
from app.surveys.register.models import Community, Household, Person
from app.surveys.register.plan import Change, PlaceChange
from app.surveys.register.report import FileReport, make_report
from app.surveys.register.wording import describe
from tests.factories import head_office, make_staff

HEADER = "小区编码,小区,城市,区域,管理处,管理处电话,交付日期,楼栋,电梯,房号,业主姓名,电话"
BEGIN = "YQL,云栖里,杭州,江南,滨江管理处,0571-1,2019-06-30,1栋"
ROW = f"{BEGIN},有,1-101,王敏,13800000001"
OTHER = f"{BEGIN},有,1-102,李娜,13800000002"


def plan_of(session, vault, *rows, today=date(2026, 11, 2), header=HEADER):
    content = "\n".join((header, *rows)).encode()
    table = importing.read_table(content, "register.csv")
    return importing.plan_import(session, table, vault, today=today)


def bring_in(session, vault, now, *rows):
    plan = plan_of(session, vault, *rows)
    importing.apply_import(session, plan, vault, actor="operator", now=now)
    return plan


@pytest.fixture
def act(session, now):
    staff = make_staff(session, Role.HEAD_OFFICE, login="hq")
    return Act(replace(head_office(), staff_id=staff.id), date(2026, 11, 1), "业主申请", now)


def household(session, room):
    key = session.scalars(select(Household.id).where(Household.room == room)).one()
    return homes.find_home(session, head_office(), key)


def names(session, vault, home):
    people = queries.list_people(session, [home.household_id])
    return [vault.open(person.name_sealed, "name") for person in people]


def test_any_owner_of_a_home_is_the_one_a_line_means(session, vault, now, act):
    bring_in(session, vault, now, ROW, OTHER)
    into = household(session, "1-102")
    acts.merge(session, vault, household(session, "1-101"), into, act)
    assert names(session, vault, into) == ["王敏", "李娜"]
    for line in (OTHER, OTHER.replace("李娜,13800000002", "王敏,")):
        assert plan_of(session, vault, line).count(Change.UNCHANGED) == 1, line
    phone = bring_in(session, vault, now, OTHER.replace("0002", "0009"))
    assert phone.shown[Change.CHANGED][0].fields == ("phone",)
    numbers = [
        vault.open(person.phone_sealed, "phone")
        for person in queries.list_people(session, [into.household_id])
    ]
    assert numbers == ["13800000001", "13800000009"]


def test_a_new_owner_follows_all_owners_and_the_dry_run_says_so(session, vault, now, act):
    bring_in(session, vault, now, ROW, OTHER)
    into = household(session, "1-102")
    acts.merge(session, vault, household(session, "1-101"), into, act)
    plan = bring_in(session, vault, now, OTHER.replace("李娜", "赵敏"))
    assert plan.shown[Change.CHANGED][0].fields == ("owners", "phone")
    assert names(session, vault, into) == ["赵敏"]
    gone = session.scalars(select(Person.moved_out_on).where(Person.moved_out_on.is_not(None)))
    assert len(gone.all()) == 2


def test_a_blank_cell_takes_nothing_from_a_community(session, vault, now):
    bring_in(session, vault, now, ROW)
    plan = bring_in(session, vault, now, "YQL,云栖里,,,,,,1栋,,1-101,,", OTHER)
    assert (plan.places, plan.count(Change.NEW)) == ((), 1)
    community = session.scalars(select(Community)).one()
    assert (community.city, community.office, community.office_phone) == (
        "杭州",
        "滨江管理处",
        "0571-1",
    )
    assert (community.region_id is None, community.handed_over_on) == (False, date(2019, 6, 30))


def test_a_merged_home_in_an_old_list_is_refused_with_the_home_it_is_part_of(
    session, vault, now, act
):
    bring_in(session, vault, now, ROW, OTHER)
    home = household(session, "1-101")
    acts.merge(session, vault, home, household(session, "1-102"), act)
    (problem,) = plan_of(session, vault, ROW, OTHER).errors
    assert (problem.code, problem.line, problem.value) == (
        ProblemCode.MERGED_HOME,
        2,
        "1栋 1-101 → 1栋 1-102",
    )
    # Taken back on its own page, it is a home like any other.
    acts.revive(session, vault, home, act)
    assert plan_of(session, vault, ROW, OTHER).errors == ()


def test_what_changes_at_communities_and_buildings_is_told_value_by_value(session, vault, now):
    bring_in(session, vault, now, ROW)
    line = "YQL,云溪里,杭州,江北,湖东管理处,0571-1,2019-07-01,1栋,无,1-101,王敏,13800000001"
    plan = plan_of(session, vault, line)
    told = [(p.building, p.field, p.old, p.new) for p in plan.places]
    assert told == [
        ("", "name", "云栖里", "云溪里"),
        ("", "office", "滨江管理处", "湖东管理处"),
        ("", "handed_over_on", "2019-06-30", "2019-07-01"),
        ("", "region", "江南", "江北"),
        ("1栋", "lift", "yes", "no"),
    ]
    assert (plan.changed_communities, plan.count(Change.UNCHANGED)) == (("云栖里",), 1)
    report = make_report(plan)
    assert FileReport.from_json(report.to_json()).places == list(report.places)
    set_language("en")
    assert "云栖里: Office 滨江管理处 → 湖东管理处" in describe(plan)
    assert "云栖里 1栋: Lift yes → no" in describe(plan)


def test_a_lift_alone_is_a_change_that_can_be_imported(session, vault, now):
    bring_in(session, vault, now, ROW)
    plan = bring_in(session, vault, now, ROW.replace("有", "无"))
    assert plan.changes_anything
    assert make_report(plan).changes_anything
    assert [h.has_lift for h in queries.list_households(session, 1)] == [False]
    assert not plan_of(session, vault, ROW.replace("有", "无")).changes_anything


def test_a_retired_community_in_a_file_is_told_to_come_back(session, vault, now):
    bring_in(session, vault, now, ROW)
    session.scalars(select(Community)).one().retired_on = date(2026, 9, 1)
    session.flush()
    plan = bring_in(session, vault, now, ROW)
    assert plan.places == (PlaceChange("云栖里", "", "retired_on", "2026-09-01", ""),)
    assert session.scalars(select(Community)).one().retired_on is None


def test_a_plan_older_than_the_register_is_not_written(session, vault, now):
    bring_in(session, vault, now, ROW, OTHER)
    plan = plan_of(session, vault, ROW, OTHER.replace("0002", "0009"))
    home = session.scalars(select(Household).where(Household.room == "1-101")).one()
    services.retire_household(home, now.date())
    session.flush()
    with pytest.raises(RegisterChangedError):
        importing.apply_import(session, plan, vault, actor="operator", now=now)


@pytest.mark.parametrize(
    ("line", "code", "value"),
    [
        (ROW.replace("2019-06-30", "2099-01-01"), ProblemCode.BAD_DATE, "2099-01-01"),
        (ROW.replace("2019-06-30", "0001-01-01"), ProblemCode.BAD_DATE, "0001-01-01"),
        (ROW.replace("YQL", "YQM"), ProblemCode.NAME_TAKEN, "云栖里 (YQL)"),
    ],
)
def test_odd_days_and_names_that_are_taken_are_refused(session, vault, now, line, code, value):
    bring_in(session, vault, now, OTHER)
    assert [(p.code, p.line, p.value) for p in plan_of(session, vault, line).errors] == [
        (code, 2, value)
    ]


def test_a_file_of_headings_alone_is_refused(session, vault):
    assert [p.code for p in plan_of(session, vault).errors] == [ProblemCode.NO_LINES]


def test_marks_nobody_sees_make_no_second_community_owner_or_region(session, vault, now):
    bring_in(session, vault, now, ROW)
    line = ROW.replace("YQL", "YQL\u200b").replace("王敏", "王\u200b敏")
    line = line.replace("江南", "江南\ufeff")
    plan = plan_of(session, vault, line)
    assert (plan.errors, plan.changes_anything, plan.count(Change.UNCHANGED)) == ((), False, 1)


def test_a_region_is_one_however_its_letters_are_written_and_a_dash_is_none(session, vault, now):
    bring_in(session, vault, now, ROW.replace("江南", "North"), OTHER.replace("江南", ""))
    assert plan_of(session, vault, ROW.replace("江南", "NORTH")).places == ()
    assert plan_of(session, vault, ROW.replace("江南", "-")).places == ()
    assert [region.name for region in queries.list_regions(session)] == ["North"]
