"""Import of the register, on a real database."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.db import write_session
from app.i18n import set_language
from app.surveys.register import importing, queries, rules, services
from app.surveys.register.errors import ImportRefusedError, Problem, ProblemCode
from app.surveys.register.models import (
    Building,
    Community,
    Household,
    HouseholdEvent,
    ImportantReason,
    Person,
)
from app.surveys.register.plan import Change, MissingHome
from app.surveys.register.wording import describe, describe_problem
from tests.factories import head_office, office_of

HEADER = "小区编码,小区,城市,管理处,楼栋,电梯,房号,业主姓名,电话,重要客户"
ROWS = (
    "YQL,云栖里,杭州,滨江管理处,1栋,有,1-101,王𠮷,13800000001,业委会成员",
    "YQL,云栖里,杭州,滨江管理处,1栋,有,1-102,李娜,,",
    "YQL,云栖里,杭州,滨江管理处,2栋,无,1-101,张伟,13800000003,",
    "GYY,桂语苑,杭州,滨江管理处,1栋,有,1-101,,,repeat_complainant",
)


def file_of(*rows, header=HEADER):
    return "\n".join((header, *rows)) + "\n"


def plan_of(session, vault, text, encoding="utf-8"):
    return importing.plan_import(
        session, importing.read_table(text.encode(encoding), "register.csv"), vault
    )


def bring_in(session, vault, now, text, encoding="utf-8"):
    plan = plan_of(session, vault, text, encoding)
    importing.apply_import(session, plan, vault, actor="operator", now=now)
    return plan


def changes(plan):
    return tuple(plan.count(change) for change in Change)


def count_all(session):
    return [
        session.scalar(select(func.count()).select_from(table))
        for table in (Community, Building, Household, Person)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_brings_communities_buildings_homes_owners_and_important_customers(
    session, vault, now, encoding
):
    plan = bring_in(session, vault, now, file_of(*ROWS), encoding)

    assert changes(plan) == (4, 0, 0)
    assert plan.new_communities == ("云栖里", "桂语苑")
    assert plan.important == 2
    community = queries.find_community_by_code(session, "YQL")
    assert (community.name, community.city, community.office) == ("云栖里", "杭州", "滨江管理处")
    homes = queries.list_households(session, community.id)
    assert [(h.building, h.room, h.has_lift, h.important) for h in homes] == [
        ("1栋", "1-101", True, ImportantReason.COMMITTEE),
        ("1栋", "1-102", True, None),
        ("2栋", "1-101", False, None),
    ]
    people = queries.list_people(session, [h.household_id for h in homes])
    assert [vault.open(p.name_sealed, "name") for p in people] == ["王𠮷", "李娜", "张伟"]
    assert vault.open(people[0].phone_sealed, "phone") == "13800000001"
    assert people[1].phone_sealed is None


def test_names_and_phones_are_nowhere_in_the_database_in_clear(session, vault, now):
    bring_in(session, vault, now, file_of(*ROWS))
    stored = b"".join(
        p.name_sealed + (p.phone_sealed or b"") + p.name_hash + (p.phone_hash or b"")
        for p in session.scalars(select(Person))
    )
    assert "李娜".encode() not in stored
    assert b"13800000001" not in stored


def test_a_dry_run_writes_nothing(session, vault):
    plan_of(session, vault, file_of(*ROWS))
    assert not session.new
    assert count_all(session) == [0, 0, 0, 0]


def test_the_same_file_twice_changes_nothing(session, vault, now):
    bring_in(session, vault, now, file_of(*ROWS))
    session.commit()
    before = [(h.id, h.uid, h.room, h.important) for h in session.scalars(select(Household))]

    plan = plan_of(session, vault, file_of(*ROWS))
    assert changes(plan) == (0, 0, 4)
    assert (plan.new_communities, plan.changed_communities, plan.missing) == ((), (), ())
    importing.apply_import(session, plan, vault, actor="operator", now=now)

    assert not session.dirty
    assert count_all(session) == [2, 3, 4, 3]
    assert [
        (h.id, h.uid, h.room, h.important) for h in session.scalars(select(Household))
    ] == before


def test_other_spellings_of_known_homes_are_the_same_homes(session, vault, now):
    bring_in(session, vault, now, file_of(*ROWS))
    again = file_of(
        "ｙｑｌ,云栖里,杭州,滨江管理处,０１号楼,有,１－０１０１,王𠮷,138 0000 0001,业委会委员",
    )
    plan = bring_in(session, vault, now, again)
    assert changes(plan) == (0, 0, 1)
    assert count_all(session) == [2, 3, 4, 3]


def test_full_width_digits_are_stored_half_width(session, vault, now):
    bring_in(session, vault, now, file_of("ＹＱＬ,云栖里,,,３栋,,１－１１０１,,,"))
    community = queries.find_community_by_code(session, "YQL")
    (home,) = queries.list_households(session, community.id)
    assert (home.building, home.room) == ("3栋", "1-1101")


def test_changes_are_planned_field_by_field_and_written(session, vault, now):
    bring_in(session, vault, now, file_of(*ROWS))
    uid = session.scalars(select(Household.uid).order_by(Household.id)).all()
    other = file_of(
        "YQL,云栖里,杭州,湖东管理处,1栋,有,1-101,王𠮷,13900000001,",
        "YQL,云栖里,杭州,湖东管理处,1栋,有,1-102,赵敏,,意见领袖",
        "YQL,云栖里,杭州,湖东管理处,2栋,有,1-101,张伟,,",
        "YQL,云栖里,杭州,湖东管理处,3栋,有,1-101,钱多,,",
    )
    plan = bring_in(session, vault, now, other)

    assert [(home.room, home.fields) for home in plan.shown[Change.CHANGED]] == [
        ("1-101", ("important", "phone")),
        ("1-102", ("important", "owner", "phone")),
    ]
    assert [(home.building, home.fields) for home in plan.shown[Change.NEW]] == [
        ("3栋", ("owner", "phone"))
    ]
    assert changes(plan) == (1, 2, 1)
    assert plan.changed_communities == ("云栖里",)
    community = queries.find_community_by_code(session, "YQL")
    assert community.office == "湖东管理处"
    homes = queries.list_households(session, community.id)
    assert [(h.building, h.has_lift, h.important) for h in homes] == [
        ("1栋", True, None),
        ("1栋", True, ImportantReason.OPINION_LEADER),
        ("2栋", True, None),
        ("3栋", True, None),
    ]
    assert {h.uid for h in homes[:3]} < set(uid)
    people = queries.list_people(session, [h.household_id for h in homes])
    assert [vault.open(p.name_sealed, "name") for p in people] == ["王𠮷", "赵敏", "张伟", "钱多"]
    assert [p.phone_sealed and vault.open(p.phone_sealed, "phone") for p in people] == [
        "13900000001",
        None,
        "13800000003",
        None,
    ]


def test_a_new_owner_does_not_inherit_the_old_owners_number(session, vault, now):
    bring_in(session, vault, now, file_of(ROWS[0]))
    bring_in(session, vault, now, file_of(ROWS[0].replace("王𠮷,13800000001", "赵敏,")))
    before, person = session.scalars(select(Person).order_by(Person.id))
    assert vault.open(person.name_sealed, "name") == "赵敏"
    assert person.phone_sealed is None
    assert person.phone_hash is None
    # Who lived there before stays as history, from the day of the import (Beijing).
    assert (before.moved_out_on, person.moved_in_on) == (date(2026, 11, 2), date(2026, 11, 2))
    assert queries.list_people(session, [person.household_id]) == [person]
    assert queries.find_person_by_phone(session, vault, "13800000001", head_office()) == []
    told = session.scalars(select(HouseholdEvent.kind).order_by(HouseholdEvent.id)).all()
    assert told == ["important", "moved_out", "moved_in"]


def test_a_blank_owner_or_a_missing_column_deletes_nothing(session, vault, now):
    bring_in(session, vault, now, file_of(ROWS[0]))
    plan = bring_in(
        session,
        vault,
        now,
        file_of("YQL,云栖里,1栋,1-101,", header="小区编码,小区,楼栋,房号,业主姓名"),
    )
    assert changes(plan) == (0, 0, 1)
    assert count_all(session) == [1, 1, 1, 1]
    (home,) = queries.list_households(session, queries.find_community_by_code(session, "YQL").id)
    assert home.important is ImportantReason.COMMITTEE


def test_homes_the_file_leaves_out_are_reported_and_stay(session, vault, now):
    bring_in(session, vault, now, file_of(*ROWS))
    plan = bring_in(session, vault, now, file_of(ROWS[0]))
    assert plan.missing == (
        MissingHome("云栖里", "1栋", "1-102"),
        MissingHome("云栖里", "2栋", "1-101"),
    )
    assert count_all(session) == [2, 3, 4, 3]


def test_a_retired_home_that_comes_back_lives_again(session, vault, now):
    bring_in(session, vault, now, file_of(*ROWS))
    home = session.scalars(select(Household).order_by(Household.id)).first()
    services.retire_household(home, now.date())
    session.flush()
    assert (
        MissingHome("云栖里", "1栋", "1-101")
        not in plan_of(session, vault, file_of(ROWS[1])).missing
    )

    plan = bring_in(session, vault, now, file_of(*ROWS))
    assert [home.fields for home in plan.shown[Change.CHANGED]] == [("retired",)]
    assert home.retired_on is None


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            "YQL,云栖里,,,１栋,,1-0101,,,",
            Problem(ProblemCode.DUPLICATE_HOME, 3, "房号", "1栋 1-0101", 2),
        ),
        (",云栖里,,,1栋,,1-102,,,", Problem(ProblemCode.EMPTY_CELL, 3, "小区编码")),
        ("YQL,,,,1栋,,1-102,,,", Problem(ProblemCode.EMPTY_CELL, 3, "小区")),
        ("YQL,云栖里,,,,,1-102,,,", Problem(ProblemCode.EMPTY_CELL, 3, "楼栋")),
        ("YQL,云栖里,,,1栋,,,,,", Problem(ProblemCode.EMPTY_CELL, 3, "房号")),
        ("YQL,云栖里,,,1栋,,1-102,,,领导", Problem(ProblemCode.BAD_REASON, 3, "重要客户", "领导")),
        ("YQL,云栖里,,,1栋,,1-102,,,是", Problem(ProblemCode.BAD_REASON, 3, "重要客户", "是")),
        ("YQL,云栖里,,,1栋,也许,1-102,,,", Problem(ProblemCode.BAD_LIFT, 3, "电梯", "也许")),
        ("YQL,云栖里,,,1栋,,1-102,李娜,1380000,", None),
        ("YQL,云栖里,,,1栋,,1-102,李娜,138,", Problem(ProblemCode.BAD_PHONE, 3, "电话")),
        (
            "YQL,云栖里,,,1栋,,1-102,,13800000001,",
            Problem(ProblemCode.EMPTY_CELL, 3, "业主姓名"),
        ),
        (
            "YQL,云溪里,,,1栋,,1-102,,,",
            Problem(ProblemCode.CONTRADICTION, 3, "小区", "云溪里", 2),
        ),
        (
            f"YQL,云栖里,,,1栋,,{'1' * 25},,,",
            Problem(ProblemCode.TOO_LONG, 3, "房号", "1" * 25),
        ),
    ],
)
def test_a_bad_row_is_named_by_line_and_column(session, vault, row, problem):
    plan = plan_of(session, vault, file_of("YQL,云栖里,,,1栋,,1-101,,,", row))
    assert plan.errors == (() if problem is None else (problem,))


def test_a_building_with_and_without_a_lift_is_a_contradiction(session, vault):
    plan = plan_of(
        session,
        vault,
        file_of(
            "YQL,云栖里,,,1栋,,1-101,,,",
            "YQL,云栖里,,,1栋,有,1-102,,,",
            "YQL,云栖里,,,1栋,无,1-103,,,",
        ),
    )
    assert plan.errors == (Problem(ProblemCode.CONTRADICTION, 4, "电梯", "无", 3),)


def test_missing_columns_are_an_error_of_the_plan(session, vault):
    plan = plan_of(session, vault, file_of("A,1", header="小区,房号"))
    assert [p.column for p in plan.errors] == ["小区编码", "楼栋"]
    assert plan.homes == 0


def test_names_and_phones_never_become_part_of_a_problem(session, vault):
    row = f"YQL,云栖里,,,1栋,,1-101,{'王' * 81},电话不详13800000001,"
    plan = plan_of(session, vault, file_of(row))
    assert [p.code for p in plan.errors] == [ProblemCode.TOO_LONG, ProblemCode.BAD_PHONE]
    assert "13800000001" not in describe(plan)
    assert "王" not in describe(plan)


def test_a_file_with_one_bad_row_of_many_changes_nothing(session, vault, now):
    plan = plan_of(session, vault, file_of(*ROWS, ROWS[0]))
    with pytest.raises(ImportRefusedError) as caught:
        importing.apply_import(session, plan, vault, actor="operator", now=now)
    assert [p.code for p in caught.value.problems] == [ProblemCode.DUPLICATE_HOME]
    assert count_all(session) == [0, 0, 0, 0]


def test_an_import_that_breaks_half_way_leaves_nothing_behind(engine, session, vault, now):
    session.rollback()

    def import_and_lose_power():
        with write_session(engine) as other:
            plan = plan_of(other, vault, file_of(*ROWS))
            importing.apply_import(other, plan, vault, actor="operator", now=now)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        import_and_lose_power()
    assert count_all(session) == [0, 0, 0, 0]


def test_an_exact_phone_number_finds_its_owner_inside_the_scope_only(session, vault, now):
    bring_in(session, vault, now, file_of(*ROWS))
    mine = queries.find_community_by_code(session, "YQL")
    other = queries.find_community_by_code(session, "GYY")

    def find(phone, scope):
        return [
            (p.building, p.room) for p in queries.find_person_by_phone(session, vault, phone, scope)
        ]

    assert find("138 0000 0003", head_office()) == [("2栋", "1-101")]
    assert find("13800000003", office_of(mine)) == [("2栋", "1-101")]
    assert find("13800000003", office_of(other)) == []
    assert find("1380000000", head_office()) == []
    assert find("nonsense", head_office()) == []


def test_lists_and_counts_stay_inside_the_scope(session, vault, now):
    bring_in(session, vault, now, file_of(*ROWS))
    mine = queries.find_community_by_code(session, "YQL")
    other = queries.find_community_by_code(session, "GYY")

    assert queries.list_communities(session, head_office()) == [other, mine]
    assert queries.list_communities(session, office_of(mine)) == [mine]
    assert queries.list_communities(session, office_of()) == []
    assert queries.get_community(session, office_of(mine), mine.id) is mine
    assert queries.get_community(session, office_of(mine), other.id) is None
    (count,) = queries.household_counts(session, office_of(mine))
    assert (count.community_id, count.households, count.important) == (mine.id, 3, 1)


def test_buildings_are_listed_as_people_count(session, vault, now):
    rows = [f"YQL,云栖里,,,{n}栋,,1-101,,," for n in (10, 2, 1)]
    bring_in(session, vault, now, file_of(*rows))
    community = queries.find_community_by_code(session, "YQL")
    assert [b.code for b in queries.list_buildings(session, community.id)] == ["1栋", "2栋", "10栋"]


def test_the_report_speaks_both_languages(session, vault):
    plan = plan_of(session, vault, file_of(*ROWS, ROWS[0]))
    set_language("en")
    assert "New: 4, changed: 0, unchanged: 0" in describe(plan)
    assert "Line 6: The home 1栋 1-101 stands in line 2 already." in describe(plan)
    assert "Nothing was changed." in describe(plan)
    set_language("zh-Hans")
    assert all(describe_problem(Problem(code, 3, "房号", "x", 2)) for code in ProblemCode)


homes = st.lists(
    st.tuples(
        st.sampled_from(["A", "B"]),
        st.integers(1, 3),
        st.integers(1, 4),
        st.sampled_from(["王𠮷", "李娜", ""]),
        st.sampled_from(["", "业主代表"]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda home: home[:3],
)


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(homes, min_size=1, max_size=3))
def test_after_any_imports_the_last_file_again_changes_nothing(session, vault, now, files):
    text = HEADER
    for rows in files:
        lines = [f"{c},小区{c},,,{b},,1-{r},{who},,{why}" for c, b, r, who, why in rows]
        text = file_of(*lines)
        bring_in(session, vault, now, text)
    plan = plan_of(session, vault, text)
    assert plan.count(Change.UNCHANGED) == plan.homes == len(files[-1])
    assert plan.changed_communities == plan.new_communities == ()
    keys = [
        (b.community_id, rules.building_key(b.code), rules.home_key(h.room))
        for h, b in session.execute(select(Household, Building).join(Building))
    ]
    assert len(keys) == len(set(keys))
    session.rollback()
