"""Complaints about the same: repeats both ways, groups by hand, one answer for all of a group."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.followup.errors import FieldError
from app.followup.models import Outcome
from app.service.complaints import services
from app.service.complaints.alike.queries import find_group, list_groups
from app.service.complaints.errors import ComplaintNotFoundError, NotAllowedError
from app.service.complaints.models import (
    Against,
    Channel,
    Complaint,
    GroupState,
    Kind,
    Level,
)
from app.service.complaints.rows import Filters, GroupAnswer
from app.service.complaints.rules import Sorting
from app.vault import Vault
from tests.factories import NOW
from tests.integration.complaints.world import World, make_world, talk

# Statements that differ between the databases are tried on both by the tests without this mark.
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def take(session: Session, vault: Vault, world: World, home: int, **changes: object) -> Complaint:
    at = changes.get("received_at", NOW)
    taken = services.take_in(
        session, vault, world.scopes["office"], world.intake(home, **changes), now=at
    )
    return session.get_one(Complaint, taken.id)


def take_of(session: Session, vault: Vault, world: World, wish: dict) -> Complaint:
    return take(session, vault, world, **{"home": 1, **wish})


def together(session: Session, vault: Vault, world: World, **third: object) -> tuple[int, list]:
    """Put three complaints of two buildings into one group by head office's word."""
    made = [take(session, vault, world, home) for home in (0, 3)]
    made.append(take(session, vault, world, 5, **third))
    numbers = [one.number for one in made]
    return services.make_group(session, world.scopes["hq"], numbers, now=NOW), made


@one_database
def test_a_repeat_is_told_on_both_complaints(session: Session, vault: Vault, world: World) -> None:
    office = world.scopes["office"]
    first, again = (take(session, vault, world, 0) for _ in range(2))
    early, late = (
        services.open_complaint(session, vault, office, one.follow_up_id, now=NOW)
        for one in (first, again)
    )
    assert late.row.repeat_number == first.number
    assert early.repeats == ((again.follow_up_id, again.number),)
    assert late.repeats == ()


def test_one_sorted_late_is_found_by_those_that_came_after_it(
    session: Session, vault: Vault, world: World
) -> None:
    hq = world.scopes["hq"]
    unsorted = take(session, vault, world, 0, code=None, kind=None)
    later = NOW + DAY
    again = take(session, vault, world, 0, received_at=later)
    assert again.repeat_of is None
    sorting = Sorting("facilities.lift", Kind.VALID)
    services.classify(session, hq, unsorted.follow_up_id, sorting, now=later)
    session.expire_all()
    assert (unsorted.repeat_of, again.repeat_of) == (None, unsorted.follow_up_id)


def test_what_becomes_another_matter_or_the_directors_is_repeated_by_nobody(
    session: Session, vault: Vault, world: World
) -> None:
    hq, office = world.scopes["hq"], world.scopes["office"]
    first, again = (take(session, vault, world, 0) for _ in range(2))
    change = {"reason": "听录音后改正", "now": NOW}
    other = Sorting("service.cleaning", Kind.VALID)
    services.reclassify(session, vault, hq, first.follow_up_id, other, **change)
    assert again.repeat_of is None
    back = Sorting("facilities.lift", Kind.VALID)
    services.reclassify(session, vault, hq, first.follow_up_id, back, **change)
    session.expire_all()
    assert again.repeat_of == first.follow_up_id
    secret = replace(back, against=Against.DIRECTOR)
    services.reclassify(session, vault, hq, first.follow_up_id, secret, **change)
    # Neither the flag, nor the filter, nor the month tells the office that there was one before.
    assert services.list_complaints(session, office, Filters(is_repeat=True)).rows == ()
    month = services.month_figures(session, office, None, NOW.date(), now=NOW)
    assert (month.received, month.repeats) == (1, 0)


@one_database
def test_the_customers_word_that_he_raised_it_before_reaches_behind_the_ninety_days(
    session: Session, vault: Vault, world: World
) -> None:
    from_before = take(session, vault, world, 0)
    at = NOW + 200 * DAY
    again = take(session, vault, world, 0, received_at=at)
    assert again.repeat_of is None
    book = services.get_book(session, again.follow_up_id)
    assert services.note_raised_before(session, book)
    assert again.repeat_of == from_before.follow_up_id
    alone = take(session, vault, world, 1, received_at=at)
    assert not services.note_raised_before(session, services.get_book(session, alone.follow_up_id))


@one_database
def test_head_office_puts_complaints_together_and_an_office_suggests(
    session: Session, vault: Vault, world: World
) -> None:
    hq, office = world.scopes["hq"], world.scopes["office"]
    group_id, made = together(session, vault, world)
    assert {one.group_id for one in made} == {group_id}
    row = find_group(session, office, group_id)
    assert row is not None
    assert (row.state, row.complaints, row.homes, row.waiting) == (GroupState.CONFIRMED, 3, 3, 3)
    assert row.building == ""  # of two buildings
    pair = [take(session, vault, world, home, code="fees.parking") for home in (0, 1)]
    numbers = [one.number for one in pair]
    suggested = services.make_group(session, office, numbers, now=NOW)
    assert [one.id for one in list_groups(session, hq, GroupState.SUGGESTED)] == [suggested]
    services.dismiss_group(session, hq, suggested, now=NOW)
    for scope in ("steward", "caller", "leader"):
        with pytest.raises(NotAllowedError):
            services.make_group(session, world.scopes[scope], numbers, now=NOW)


@one_database
@pytest.mark.parametrize(
    ("others", "problem"),
    [
        ([], "empty"),
        (["X-2026-0001"], "unknown"),
        ([{"code": "service.cleaning"}], "not_both"),
        ([{"code": None, "kind": None}], "not_both"),
        ([{"home": 0}], "one_home"),
    ],
)
def test_what_cannot_be_one_matter_is_refused(
    session: Session, vault: Vault, world: World, others: list, problem: str
) -> None:
    numbers = [take(session, vault, world, 0).number]
    for one in others:
        found = one if isinstance(one, str) else take_of(session, vault, world, one).number
        numbers.append(found)
    with pytest.raises(FieldError) as refused:
        services.make_group(session, world.scopes["hq"], numbers, now=NOW)
    assert (refused.value.field, refused.value.problem) == ("numbers", problem)


def test_a_director_case_is_in_no_group_an_office_sees(
    session: Session, vault: Vault, world: World
) -> None:
    hq, office = world.scopes["hq"], world.scopes["office"]
    group_id, made = together(session, vault, world)
    sorting = Sorting("facilities.lift", Kind.VALID, against=Against.DIRECTOR)
    key = made[0].follow_up_id
    services.reclassify(session, vault, hq, key, sorting, reason="录音", now=NOW)
    for scope in (hq, office):
        row = find_group(session, scope, group_id)
        assert row is not None
        assert row.complaints == 2
    secret = made[0].number
    with pytest.raises(FieldError) as refused:
        services.make_group(session, office, [secret, made[1].number], now=NOW)
    assert refused.value.problem == "unknown"  # as a number that never was


@one_database
def test_one_answer_stands_in_every_complaint_that_waits_and_a_letter_keeps_its_clock(
    session: Session, vault: Vault, world: World
) -> None:
    office = world.scopes["office"]
    group_id, made = together(session, vault, world, channel=Channel.LETTER)
    said = talk(NOW + HOUR, outcome=Outcome.SOLVED, way="visit")
    done = services.answer_together(session, vault, office, group_id, said, now=NOW + HOUR)
    assert done == GroupAnswer(answered=2, kept=1)
    assert [one.answered_at for one in made] == [NOW + HOUR, NOW + HOUR, None]
    for one in made:  # each customer has his own record of it
        view = services.open_complaint(session, vault, office, one.follow_up_id, now=NOW + HOUR)
        assert [talk_.result for talk_ in view.contacts] == ["解释了原因"]
    again = replace(said, way="letter")
    done = services.answer_together(session, vault, office, group_id, again, now=NOW + HOUR)
    assert done == GroupAnswer(answered=1, kept=0)
    row = find_group(session, office, group_id)
    assert row is not None
    assert row.waiting == 0


@one_database
def test_nobody_answers_for_what_head_office_has_not_called_one_matter_or_from_elsewhere(
    session: Session, vault: Vault, world: World
) -> None:
    office = world.scopes["office"]
    numbers = [take(session, vault, world, home).number for home in (0, 3)]
    group_id = services.make_group(session, office, numbers, now=NOW)
    said = talk(NOW)
    with pytest.raises(NotAllowedError):
        services.answer_together(session, vault, office, group_id, said, now=NOW)
    services.confirm_group(session, world.scopes["hq"], group_id, now=NOW)
    with pytest.raises(NotAllowedError):
        services.answer_together(session, vault, world.scopes["steward"], group_id, said, now=NOW)
    with pytest.raises(ComplaintNotFoundError):
        services.answer_together(
            session, vault, world.scopes["next_office"], group_id, said, now=NOW
        )
    too_early = replace(said, at=NOW - DAY)
    with pytest.raises(FieldError):
        services.answer_together(session, vault, office, group_id, too_early, now=NOW)


def test_what_head_office_confirmed_is_not_taken_into_a_wider_suggestion(
    session: Session, vault: Vault, world: World
) -> None:
    hq = world.scopes["hq"]
    for home in (0, 1, 2):  # three homes of one building: suggested, and confirmed
        last = take(session, vault, world, home)
    confirmed = last.group_id
    services.confirm_group(session, hq, confirmed or 0, now=NOW)
    for home in (3, 4):  # five homes of the community
        take(session, vault, world, home)
    row = find_group(session, hq, confirmed or 0)
    assert row is not None
    assert (row.state, row.complaints) == (GroupState.CONFIRMED, 3)
    wider = list_groups(session, hq, GroupState.SUGGESTED)
    assert [(one.complaints, one.building) for one in wider] == [(2, "")]


@one_database
def test_one_with_money_in_it_is_stored_at_the_leaders_from_its_first_row(
    session: Session, vault: Vault, world: World
) -> None:
    session.commit()
    intake = world.intake(has_compensation=True, code=None, kind=None, first_asked_by=None)
    with Session(session.get_bind()) as fresh:  # one that has loaded nothing yet
        key = services.take_in(fresh, vault, None, intake, now=NOW).id
        fresh.commit()
    session.rollback()
    stored = session.scalars(select(Complaint).where(Complaint.follow_up_id == key)).one()
    assert (stored.has_compensation, stored.level) == (True, Level.LEADERS)
    went = services.open_complaint(session, vault, world.scopes["leader"], key, now=NOW)
    assert [one.reason for one in went.escalations] == ["compensation"]
