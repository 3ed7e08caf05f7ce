"""A complaint against the director does not exist for his office, in nothing that is exported."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.followup.models import CaseList, FollowUp
from app.followup.queries import visible_cases
from app.service.complaints import services
from app.service.complaints.alike.queries import list_groups
from app.service.complaints.errors import ComplaintNotFoundError, NotAllowedError
from app.service.complaints.models import Against, Complaint, GroupState, Kind, Level
from app.service.complaints.queries import countable_complaints, visible_complaints
from app.service.complaints.rows import Filters, Order
from app.service.complaints.rules import Sorting
from app.service.due import Due
from app.staff.scope import Scope
from app.vault import Vault
from tests.factories import NOW
from tests.integration.complaints.world import World, make_world, talk

OFFICE = ("office", "steward")
DAY = timedelta(days=1)


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def everything(session: Session, scope: Scope, world: World, key: int) -> list[object]:
    """Return what every exported query says, as far as somebody may read it."""
    month = services.month_figures(session, scope, None, NOW.date(), now=NOW)
    lists = [
        services.list_complaints(session, scope, filters).rows
        for order in Order
        for filters in (
            Filters(order=order),
            Filters(order=order, is_open=True),
            Filters(order=order, late_at=NOW + 30 * DAY),
            Filters(order=order, sub_code="facilities.lift"),
            Filters(order=order, household_id=world.homes[0]),
            Filters(order=order, is_unseen=True),
        )
    ]
    row = services.find_complaint(session, scope, key)
    return [
        *lists,
        row,
        services.list_of_home(session, scope, world.homes[0]),
        services.count_due(session, scope, now=NOW),
        services.count_news(session, scope),
        services.count_unclassified(session, scope),
        list_groups(session, scope, GroupState.SUGGESTED),
        list_groups(session, scope, GroupState.CONFIRMED),
        (month.received, month.valid, month.by_class, month.by_channel),
    ]


def silent(session: Session, world: World) -> list[object]:
    """Return the same with no complaint at all."""
    return everything(session, world.scopes["next_office"], world, 0)


def test_what_is_against_the_director_is_nowhere_for_his_office(
    session: Session, vault: Vault, world: World
) -> None:
    keys: list[int] = []
    steward = world.scopes["steward"]
    for home in (0, 0, 1, 2):  # a repeat, and homes enough for a group
        # Taken in by a steward of that very office: he hears the number, and sees it no more.
        intake = world.intake(home, against=Against.DIRECTOR)
        taken = services.take_in(session, vault, steward, intake, now=NOW)
        assert taken.number == f"2026-{len(keys) + 1:05}"
        keys.append(taken.id)
    for name in OFFICE:
        said = everything(session, world.scopes[name], world, keys[0])
        assert said == silent(session, world), name
        for key in keys:
            with pytest.raises(ComplaintNotFoundError):
                services.open_complaint(session, vault, world.scopes[name], key, now=NOW)
            with pytest.raises(ComplaintNotFoundError):
                services.answer(session, vault, world.scopes[name], key, talk(NOW), now=NOW)
        where = select(FollowUp.id).where(visible_cases(world.scopes[name]))
        assert session.scalars(where).all() == []
    for key in keys:
        case = session.get_one(FollowUp, key)
        assert (case.on_list, case.responsible_id) == (CaseList.HEAD_OFFICE, None)
        assert session.get_one(Complaint, key).level is Level.LEADERS
    # The next one the office may know of has its first number, is no repeat and in no group.
    open_one = services.take_in(session, vault, steward, world.intake(0), now=NOW)
    assert open_one.number == f"{world.community.code}-2026-0001"
    row = services.find_complaint(session, world.scopes["office"], open_one.id)
    assert row is not None
    assert (row.repeat_of, row.group_state) == (None, None)
    assert row.complaint.group_id is None


def test_head_office_and_leaders_see_it_and_regions_count_as_offices_do(
    session: Session, vault: Vault, world: World
) -> None:
    office = world.scopes["office"]
    secret = services.take_in(
        session, vault, office, world.intake(against=Against.DIRECTOR), now=NOW
    ).id
    plain = services.take_in(session, vault, office, world.intake(1), now=NOW).id
    seen = {
        name: {row.id for row in services.list_complaints(session, scope, Filters()).rows}
        for name, scope in world.scopes.items()
    }
    assert seen == {
        "hq": {secret, plain},
        "hq2": {secret, plain},
        "leader": {secret},
        "office": {plain},
        "steward": {plain},
        "caller": set(),
        "region": set(),
        "clerk": set(),
        "next_office": set(),
    }
    received = {
        name: services.month_figures(session, scope, None, NOW.date(), now=NOW).received
        for name, scope in world.scopes.items()
    }
    assert received == {
        "hq": 2,
        "hq2": 2,
        "leader": 2,
        "office": 1,
        "steward": 1,
        "caller": 0,
        "region": 1,
        "clerk": 0,
        "next_office": 0,
    }


def test_one_that_turns_out_to_be_against_him_vanishes_at_once_with_all_that_pointed_to_it(
    session: Session, vault: Vault, world: World
) -> None:
    office, hq, steward = (world.scopes[name] for name in ("office", "hq", "steward"))
    first = services.take_in(session, vault, office, world.intake(0), now=NOW).id
    again = services.take_in(session, vault, office, world.intake(0), now=NOW).id
    row = services.find_complaint(session, office, again)
    assert row is not None
    assert row.repeat_of == first
    sorting = Sorting("service.attitude", Kind.VALID, against=Against.DIRECTOR)
    services.reclassify(session, vault, hq, first, sorting, reason="录音", now=NOW)
    assert services.find_complaint(session, office, first) is None
    row = services.find_complaint(session, office, again)
    assert row is not None
    assert (row.repeat_of, row.repeat_number) == (None, "")
    assert session.get_one(FollowUp, first).responsible_id is None
    with pytest.raises(NotAllowedError):
        services.hand_over(
            session, vault, hq, first, staff_id=steward.staff_id, reason="熟悉", now=NOW
        )
    leader = world.scopes["leader"].staff_id
    services.hand_over(session, vault, hq, first, staff_id=leader, reason="请领导处理", now=NOW)
    services.hand_over(session, vault, hq, first, staff_id=hq.staff_id, reason="我来", now=NOW)


def test_what_is_due_counts_unanswered_ones_by_their_last_day(
    session: Session, vault: Vault, world: World
) -> None:
    office = world.scopes["office"]
    for home, days in ((0, 0), (1, 1), (2, 2)):
        at = NOW + days * DAY
        services.take_in(session, vault, office, world.intake(home, received_at=at), now=at)
    on_wednesday = NOW + 2 * DAY  # due on Tuesday, Wednesday, Thursday
    first = (NOW + DAY).date()
    assert services.count_due(session, office, now=on_wednesday) == Due(1, 1, 1, first)
    assert services.count_due(session, world.scopes["caller"], now=on_wednesday) == Due()


@pytest.mark.parametrize("order", list(Order))
def test_pages_follow_each_other_without_gap_or_double(
    session: Session, vault: Vault, world: World, order: Order
) -> None:
    office = world.scopes["office"]
    keys = [
        services.take_in(session, vault, office, world.intake(home % 6), now=NOW).id
        for home in range(7)
    ]
    seen: list[int] = []
    after: str | None = None
    while True:
        page = services.list_complaints(session, office, Filters(order=order), after=after, limit=3)
        seen.extend(row.id for row in page.rows)
        if page.next is None:
            break
        after = page.next
    assert seen == (keys[::-1] if order is Order.NEWEST else keys)
    odd = services.list_complaints(session, office, Filters(order=order), after="x.y")
    assert len(odd.rows) == 7


def test_every_condition_of_rows_and_counts_lets_an_office_see_no_secret(
    session: Session, vault: Vault, world: World
) -> None:
    services.take_in(
        session, vault, None, world.intake(against=Against.DIRECTOR, first_asked_by=None), now=NOW
    )
    for condition in (visible_complaints, countable_complaints):
        for name in (*OFFICE, "region"):
            query = (
                select(func.count())
                .select_from(Complaint)
                .join(FollowUp, FollowUp.id == Complaint.follow_up_id)
                .where(condition(world.scopes[name]))
            )
            assert session.scalar(query) == 0
