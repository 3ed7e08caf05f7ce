"""Follow-up lists: exactly one case per household with a comment, on exactly one list."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event

from app.db import write_session
from app.followup.cases.lists.queries import Filters, list_page
from app.followup.cases.services import triage_case
from app.followup.errors import (
    CaseClosedError,
    CaseNotFoundError,
    FieldError,
)
from app.followup.models import CaseList, CaseState, Outcome, Urgency
from app.followup.queries import (
    count_cases,
    count_comments_without_case,
    find_case,
    list_cases,
)
from app.followup.rules import ContactInput
from app.followup.services import (
    make_follow_ups,
    open_case,
    record_contact,
    view_cases,
)
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.staff.scope import Scope
from app.surveys.register.models import Person
from app.surveys.response.models import ContactWish
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
from tests.integration.snapshot.answering import AFTER, DURING, answer

CANARY = "金丝雀：电梯又坏了"


@pytest.fixture
def community(session):
    return make_community(session, households=10, important=6, name="甲小区")


@pytest.fixture
def campaign(session, vault, community):
    return make_campaign(session, vault)


@pytest.fixture
def members(session, campaign, community):
    return members_of(session, campaign, community)


@pytest.fixture
def say(session, vault, campaign):
    """Answer with a comment."""

    def say(member, wish=None, *, text="楼道灯坏了", key=None, now=DURING):
        return answer(session, vault, campaign, member, key=key, comment=text, wish=wish, now=now)

    return say


def release(session, vault, storage, campaign, community):
    """Let the remaining households answer, and freeze the gate."""
    for member in members_of(session, campaign, community):
        answer(session, vault, campaign, member, key=f"rest-{member.id}")
    gate = gate_of(session, campaign, community)
    status = gate_standing(session, campaign, gate, now=AFTER).status
    freeze_gate(session, storage, campaign=campaign, gate=gate, status=status, now=AFTER)
    return gate, status


def staff_scope(session, role, *communities):
    staff = make_staff(session, role, communities=communities)
    return Scope(staff.id, staff.name, role, frozenset(one.id for one in communities))


def test_every_household_with_a_comment_has_one_case_and_others_have_none(
    session, campaign, members, say
):
    say(members[0], "office_or_hq")
    say(members[1], "hq_only")
    say(members[2], "no_reply")
    say(members[3])  # nothing said about replies: head office alone
    answered = members[4]
    assert count_comments_without_case(session, campaign.id) == 4
    assert make_follow_ups(session, campaign.id, now=AFTER) == 4
    assert count_comments_without_case(session, campaign.id) == 0
    rows = {row.frame_member_id: row for row in list_cases(session, head_office(), campaign.id)}
    assert len(rows) == 4
    assert answered.id not in rows
    found = [(rows[m.id].on_list, rows[m.id].state) for m in members[:4]]
    assert found == [
        (CaseList.COMMUNITY, CaseState.OPEN),
        (CaseList.HEAD_OFFICE, CaseState.OPEN),
        (CaseList.COMMUNITY, CaseState.DECLINED),
        (CaseList.HEAD_OFFICE, CaseState.OPEN),
    ]


def test_several_answers_of_a_household_make_one_case_with_all_comments(
    session, vault, campaign, members, say
):
    say(members[0], "office_or_hq", text="第一条")
    say(members[0], "office_or_hq", text="第二条", key="second", now=DURING + timedelta(days=1))
    assert make_follow_ups(session, campaign.id, now=AFTER) == 1
    (row,) = list_cases(session, head_office(), campaign.id)
    assert (row.comments, row.received_at) == (2, DURING)
    view = open_case(session, vault, head_office(), row.id, AFTER)
    assert [comment.texts for comment in view.comments] == [
        (("comment.wish", "第一条"),),
        (("comment.wish", "第二条"),),
    ]


def test_a_later_uncounted_answer_brings_its_comment_onto_the_list(
    session, vault, campaign, members, say
):
    answer(session, vault, campaign, members[0])
    assert make_follow_ups(session, campaign.id, now=AFTER) == 0
    assert not say(members[0], "office_or_hq", key="second").is_counted
    assert make_follow_ups(session, campaign.id, now=AFTER) == 1


def test_making_lists_again_changes_nothing(session, campaign, members, say):
    for member, wish in zip(members, ("office_or_hq", "hq_only", "no_reply"), strict=False):
        say(member, wish)
        say(member, wish, key=f"again-{member.id}")
    make_follow_ups(session, campaign.id, now=AFTER)
    before = list_cases(session, head_office(), campaign.id)
    for _ in range(3):
        assert make_follow_ups(session, campaign.id, now=AFTER + timedelta(hours=1)) == 0
    assert list_cases(session, head_office(), campaign.id) == before


def test_a_later_head_office_only_moves_the_case_away_from_the_office(
    session, vault, storage, campaign, community, members, say
):
    say(members[0], "office_or_hq")
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    office = office_of(community)
    (row,) = list_cases(session, office, campaign.id)
    say(members[0], "hq_only", key="second", now=AFTER)
    assert make_follow_ups(session, campaign.id, now=AFTER) == 0
    assert list_cases(session, office, campaign.id) == []
    assert find_case(session, office, row.id) is None
    assert find_case(session, head_office(), row.id).on_list is CaseList.HEAD_OFFICE


@pytest.mark.parametrize("wish", ["hq_only", None])  # nothing said about replies: head office
def test_a_later_head_office_only_hides_the_case_from_the_office_before_any_list_is_made(
    session, vault, storage, campaign, community, members, say, wish
):
    members[0].building, members[0].room = "金丝雀栋", "金丝雀室"
    say(members[0], "office_or_hq", text="请修路灯")
    say(members[1], "office_or_hq", text="请修大门")
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    (row,) = [
        row
        for row in list_cases(session, head_office(), campaign.id)
        if row.frame_member_id == members[0].id
    ]
    office, steward = (
        staff_scope(session, role, community) for role in (Role.OFFICE, Role.STEWARD)
    )
    assert find_case(session, office, row.id) == row

    say(members[0], wish, text=CANARY, key="second", now=AFTER)

    for scope in (office, steward):
        seen = (
            list_cases(session, scope, campaign.id),
            view_cases(session, vault, scope, campaign.id, now=AFTER),
        )
        assert [len(rows) for rows in seen] == [1, 1]
        assert "金丝雀" not in repr(seen)
        assert "请修路灯" not in repr(seen)
        (counts,) = count_cases(session, scope, campaign.id)
        assert (counts.total, counts.open, counts.untouched) == (1, 1, 1)
        assert find_case(session, scope, row.id) is None
        with pytest.raises(CaseNotFoundError):
            open_case(session, vault, scope, row.id, AFTER)
        with pytest.raises(CaseNotFoundError):
            record_contact(session, vault, scope, row.id, contact(), now=AFTER)
    for scope in (head_office(), Scope(9, "某人", Role.LEADER, None)):
        assert sum(one.total for one in count_cases(session, scope, campaign.id)) == 2
    view = open_case(session, vault, head_office(), row.id, AFTER)
    assert CANARY in repr(view)


def test_a_comment_after_closing_opens_the_case_again(session, vault, campaign, members, say):
    hq = staff_scope(session, Role.HEAD_OFFICE)
    hq = Scope(hq.staff_id, hq.name, hq.role, None)
    say(members[0], "office_or_hq")
    make_follow_ups(session, campaign.id, now=AFTER)
    (row,) = list_cases(session, hq, campaign.id)
    assert record_contact(session, vault, hq, row.id, contact(), now=AFTER) is CaseState.CLOSED
    say(members[0], "office_or_hq", key="again", now=AFTER + timedelta(hours=1))
    make_follow_ups(session, campaign.id, now=AFTER + timedelta(hours=2))
    found = find_case(session, hq, row.id)
    assert (found.state, found.closed_at) == (CaseState.OPEN, None)


def test_two_workers_at_once_make_each_case_once(engine, session, campaign, members, say):
    for member in members:
        say(member, "office_or_hq")
    campaign_id = campaign.id
    session.commit()

    def make(_):
        with write_session(engine) as own:
            return make_follow_ups(own, campaign_id, now=AFTER)

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(16)))
    assert sorted(made)[-2:] == [0, len(members)]
    assert len(list_cases(session, head_office(), campaign_id)) == len(members)


def test_an_office_sees_its_list_only_once_the_gate_is_frozen_and_head_office_at_once(
    session, vault, storage, campaign, community, members, say
):
    say(members[0], "office_or_hq")
    make_follow_ups(session, campaign.id, now=DURING)
    (row,) = list_cases(session, head_office(), campaign.id)
    assert row.due is None
    for scope in (office_of(community), staff_scope(session, Role.STEWARD, community)):
        assert list_cases(session, scope, campaign.id) == []
        assert count_cases(session, scope, campaign.id) == []
    release(session, vault, storage, campaign, community)
    (row,) = list_cases(session, office_of(community), campaign.id)
    # T0 is 21 November 00:00 in Beijing: seven and fourteen whole days
    assert (row.due.start_by, row.due.close_by) == (date(2026, 11, 27), date(2026, 12, 4))


def test_a_head_office_only_household_does_not_exist_for_the_office(
    session, vault, storage, campaign, community, members, say
):
    session.add(
        Person(
            household_id=members[0].household_id,
            name_sealed=vault.seal("金丝雀女士", "name"),
            phone_sealed=vault.seal("13800000000", "phone"),
            name_hash=vault.keyed_hash("name-index", "金丝雀女士"),
            phone_hash=vault.keyed_hash("phone-index", "13800000000"),
            added_at=DURING,
        )
    )
    members[0].building, members[0].room = "金丝雀栋", "金丝雀室"
    say(members[0], "hq_only", text=CANARY)
    say(members[1], "office_or_hq", text="请修路灯")
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    hq_case = next(
        row
        for row in list_cases(session, head_office(), campaign.id)
        if row.frame_member_id == members[0].id
    )
    for role in (Role.OFFICE, Role.STEWARD):
        scope = staff_scope(session, role, community)
        seen = [
            list_cases(session, scope, campaign.id),
            list_cases(session, scope, campaign.id, on_list=CaseList.HEAD_OFFICE),
            list_cases(session, scope, campaign.id, community_id=community.id),
            count_cases(session, scope, campaign.id),
            view_cases(session, vault, scope, campaign.id, now=AFTER),
            view_cases(session, vault, scope, campaign.id, state=CaseState.OPEN, now=AFTER),
            find_case(session, scope, hq_case.id),
        ]
        assert "金丝雀" not in repr(seen)
        assert "请修路灯" in repr(seen)
        assert [counts.total for counts in seen[3]] == [1]
        with pytest.raises(CaseNotFoundError):
            open_case(session, vault, scope, hq_case.id, AFTER)
        with pytest.raises(CaseNotFoundError):
            record_contact(session, vault, scope, hq_case.id, contact(), now=AFTER)
        entries = list_audit_of(session, hq_case.household_uid)
        assert [entry for entry in entries if entry.actor == scope.actor] == []
    view = open_case(session, vault, head_office(), hq_case.id, AFTER)
    assert view.comments[0].texts == (("comment.wish", CANARY),)
    assert (view.row.building, view.people[0].name) == ("金丝雀栋", "金丝雀女士")


def test_another_offices_cases_do_not_exist(
    session, vault, storage, campaign, community, members, say
):
    say(members[0], "office_or_hq")
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    (case,) = list_cases(session, head_office(), campaign.id)
    other = make_community(session)
    stranger = staff_scope(session, Role.OFFICE, other)
    assert list_cases(session, stranger, campaign.id) == []
    with pytest.raises(CaseNotFoundError):
        open_case(session, vault, stranger, case.id, AFTER)


@pytest.mark.parametrize("role", [Role.LEADER, Role.CLERK, Role.ADMIN])
def test_who_has_no_part_in_follow_up_sees_no_case(
    session, vault, storage, campaign, community, members, say, role
):
    say(members[0], "office_or_hq", text=CANARY)
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    scope = Scope(9, "某人", role, None)
    assert list_cases(session, scope, campaign.id) == []
    assert view_cases(session, vault, scope, campaign.id, now=AFTER) == ()
    leader = role is Role.LEADER  # sees how far follow-up has come, as numbers
    assert [counts.total for counts in count_cases(session, scope, campaign.id)] == [1] * leader


def test_the_office_reads_only_comments_it_may_answer(
    session, vault, storage, campaign, community, members, say
):
    say(members[0], "no_reply", text=CANARY)
    say(members[0], "office_or_hq", text="请修路灯", key="second")
    say(members[1], "no_reply", text=CANARY)
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    views = view_cases(session, vault, office_of(community), campaign.id, now=AFTER)
    assert CANARY not in repr(views)
    assert "请修路灯" in repr(views)
    states = {view.row.frame_member_id: view.row.state for view in views}
    assert states == {members[0].id: CaseState.OPEN}  # the other home is a number, no door
    (counts,) = count_cases(session, office_of(community), campaign.id)
    assert (counts.total, counts.open, counts.declined, counts.no_reply) == (2, 1, 1, 1)
    all_views = view_cases(session, vault, head_office(), campaign.id, now=AFTER)
    assert repr(all_views).count(CANARY) == 2


def contact(**changes):
    fields = {
        "at": AFTER,
        "way": "phone",
        "person": "张先生",
        "outcome": Outcome.SOLVED,
        "result": "灯已换好",
        "owner_view": "satisfied",
    }
    return ContactInput(**(fields | changes))


def test_opening_a_case_and_looking_at_a_list_leave_one_entry_per_household(
    session, vault, campaign, members, say
):
    for member in members[:3]:
        say(member, "office_or_hq")
    make_follow_ups(session, campaign.id, now=AFTER)
    views = view_cases(session, vault, head_office(), campaign.id, now=AFTER)
    for view in views:
        (entry,) = list_audit_of(session, view.row.household_uid)
        assert (entry.action, entry.detail, entry.actor) == ("view_case", "list", "staff:1")
    open_case(session, vault, head_office(), views[0].row.id, AFTER)
    entries = list_audit_of(session, views[0].row.household_uid)
    assert [entry.detail for entry in entries] == ["list", "case"]


def test_a_contact_is_stored_sealed_shown_again_and_closes_the_case(
    session, vault, campaign, members, say
):
    staff = make_staff(session, name="陈管家")
    scope = Scope(staff.id, staff.name, Role.HEAD_OFFICE, None)
    say(members[0], "hq_only")
    make_follow_ups(session, campaign.id, now=AFTER)
    (row,) = list_cases(session, scope, campaign.id)
    assert record_contact(session, vault, scope, row.id, contact(), now=AFTER) is CaseState.CLOSED
    view = open_case(session, vault, scope, row.id, AFTER)
    (shown,) = view.contacts
    assert (shown.person, shown.result, shown.staff) == ("张先生", "灯已换好", "陈管家")
    assert (view.row.contacts, view.row.closed_at) == (1, AFTER)
    with pytest.raises(CaseClosedError):
        record_contact(session, vault, scope, row.id, contact(), now=AFTER)
    with pytest.raises(FieldError):
        record_contact(session, vault, scope, row.id, contact(result=" "), now=AFTER)


def test_vain_tries_on_three_half_days_in_two_ways_close_a_case(
    session, vault, campaign, members, say
):
    staff = make_staff(session)
    scope = Scope(staff.id, staff.name, Role.HEAD_OFFICE, None)
    say(members[0], "hq_only")
    make_follow_ups(session, campaign.id, now=AFTER)
    (row,) = list_cases(session, scope, campaign.id)
    states = [
        record_contact(
            session,
            vault,
            scope,
            row.id,
            contact(way=way, outcome=Outcome.UNREACHABLE, owner_view=None, at=AFTER + at),
            now=AFTER + at,
        )
        for way, at in (
            ("phone", timedelta()),  # just after midnight
            ("visit", timedelta(hours=11)),  # the same morning: no further half day
            ("phone", timedelta(hours=18)),  # the evening of that day
            ("phone", timedelta(hours=34)),  # the next morning
        )
    ]
    assert states == [CaseState.OPEN, CaseState.OPEN, CaseState.OPEN, CaseState.CLOSED]


def test_coverage_counts_add_up_and_know_what_is_overdue(
    session, vault, storage, campaign, community, members, say
):
    staff = make_staff(session)
    scope = Scope(staff.id, staff.name, Role.HEAD_OFFICE, None)
    for member in members[:3]:
        say(member, "office_or_hq")
    say(members[3], "no_reply")
    say(members[4], "hq_only")
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    rows = list_cases(session, scope, campaign.id, on_list=CaseList.COMMUNITY)
    record_contact(session, vault, scope, rows[0].id, contact(), now=AFTER)
    dated = contact(outcome=Outcome.DATED, next_on=date(2026, 12, 1))
    record_contact(session, vault, scope, rows[1].id, dated, now=AFTER)
    own, hq = count_cases(session, scope, campaign.id)
    assert (own.on_list, own.total, own.open, own.closed, own.declined) == (
        CaseList.COMMUNITY,
        4,
        2,
        1,
        1,
    )
    assert own.untouched == 1
    assert (hq.on_list, hq.total, hq.untouched) == (CaseList.HEAD_OFFICE, 1, 1)
    start_by, close_by = date(2026, 11, 27), date(2026, 12, 4)
    day = timedelta(days=1)
    overdue = [own.overdue(on) for on in (start_by, start_by + day, close_by, close_by + day)]
    assert overdue == [0, 1, 1, 2]
    after = list_cases(session, scope, campaign.id, on_list=CaseList.COMMUNITY)
    assert sum(row.is_overdue(close_by + day) for row in after) == 2


def test_a_list_takes_the_same_number_of_statements_at_any_length(
    engine, session, campaign, members, say
):
    def statements():
        seen = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        rows = list_cases(session, head_office(), campaign.id)
        event.remove(engine, "before_cursor_execute", listener)
        return len(rows), len(seen)

    say(members[0], "office_or_hq")
    make_follow_ups(session, campaign.id, now=AFTER)
    assert statements() == (1, 3)
    for member in members[1:]:
        say(member, "office_or_hq")
    make_follow_ups(session, campaign.id, now=AFTER)
    assert statements() == (10, 3)


def test_pages_of_a_list_follow_each_other_over_communities_with_dangers_first(session, vault):
    places = [make_community(session, households=4, buildings=2) for _ in range(3)]
    campaign = make_campaign(session, vault)
    for place in places:
        for member in members_of(session, campaign, place):
            answer(session, vault, campaign, member, comment="楼道灯坏了", wish="office_or_hq")
    make_follow_ups(session, campaign.id, now=DURING)
    staff, today = make_staff(session, Role.HEAD_OFFICE), DURING.date()
    head = Scope(staff.id, staff.name, Role.HEAD_OFFICE, None)
    whole = list_cases(session, head, campaign.id)
    dangers = [whole[1], whole[10]]
    for row in dangers:
        triage_case(
            session,
            head,
            row.id,
            urgency=Urgency.SAFETY,
            code=None,
            department=None,
            now=DURING,
        )
    others = [row for row in whole if row not in dangers]
    wanted = [row.id for row in (*dangers, *others)]
    for size in (1, 5, 12):
        pages = [
            list_page(session, head, campaign.id, Filters(), today=today, number=number, size=size)
            for number in range(1, len(wanted) // size + 3)
        ]
        assert [row.id for page in pages for row in page.rows] == wanted
        assert {page.total for page in pages} == {12}


def test_the_wish_on_a_row_is_the_one_that_holds(session, campaign, members, say):
    say(members[0], "no_reply")
    say(members[0], "office_or_hq", key="b", now=datetime(2026, 11, 11, tzinfo=UTC))
    make_follow_ups(session, campaign.id, now=AFTER)
    (row,) = list_cases(session, head_office(), campaign.id)
    assert row.wish is ContactWish.OFFICE_OR_HQ
