"""Losses: who may write, read and open them; what years and contracts add up to."""

from datetime import date

import pytest

from app.reports.standards.loss_lists import loss_lines, loss_table, read_years, year_table
from app.service.standards import loss_services, queries
from app.service.standards.errors import FieldRefusedError, GoneError
from app.service.standards.loss_services import LossInput, add_loss, view_loss, win_back
from app.service.standards.models import Loss, LossKind, LossReason
from app.service.standards.queries import LossFilters
from app.staff.models import Role
from app.staff.scope import Scope
from tests.factories import NOW, head_office, make_community, make_staff, office_of

TODAY = date(2026, 12, 1)
DAY = date(2026, 3, 1)


@pytest.fixture
def places(session):
    make_staff(session)  # the accounts that the scopes of the factories name
    make_staff(session, Role.OFFICE)
    return make_community(session), make_community(session)


def given(community, kind=LossKind.CUSTOMER, **more):
    fields = {"who": "便利店", "happened_on": DAY, "reason": LossReason.PRICE, "words": "太贵"}
    return LossInput(kind=kind, community_id=community.id, **fields | more)


def test_an_office_knows_of_its_own_losses_and_leaders_of_all_without_names(session, vault, places):
    own, other = places
    for community in places:
        add_loss(session, vault, head_office(), given(community), now=NOW)
    office, leader = office_of(own), Scope(1, "总", Role.LEADER, None)
    steward = Scope(2, "管家", Role.STEWARD, frozenset({own.id}))
    seen = {
        scope.role: queries.list_losses(session, scope, LossFilters(), limit=None)
        for scope in (head_office(), leader, office, steward)
    }
    assert [len(seen[role]) for role in (Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE)] == [2, 2, 1]
    assert seen[Role.STEWARD] == []
    assert view_loss(vault, office, seen[Role.OFFICE][0]).who == "便利店"
    assert view_loss(vault, leader, seen[Role.LEADER][0]).words == ""
    with pytest.raises(GoneError):
        add_loss(session, vault, office, given(other), now=NOW)
    with pytest.raises(GoneError):
        add_loss(session, vault, leader, given(own), now=NOW)


def test_what_is_written_in_error_leaves_lists_and_sums_but_not_the_database(
    session, vault, places
):
    key = add_loss(session, vault, head_office(), given(places[0], monthly_fen=100), now=NOW)
    loss_services.cancel_loss(session, head_office(), key, now=NOW)
    assert queries.list_losses(session, head_office(), LossFilters(), limit=None) == []
    assert loss_lines(session, head_office(), today=TODAY) == ()
    assert session.get(Loss, key).cancelled_by == 1
    with pytest.raises(GoneError):
        loss_services.cancel_loss(session, head_office(), key, now=NOW)


@pytest.mark.parametrize(
    ("more", "field", "problem"),
    [
        ({"happened_on": date(2027, 1, 1)}, "happened_on", "in_future"),
        ({"happened_on": None}, "happened_on", "empty"),
        ({"who": "  "}, "who", "empty"),
        ({"words": ""}, "words", "empty"),
        ({"units": 0}, "units", "number"),
    ],
)
def test_a_loss_that_cannot_be_is_refused_at_its_field(
    session, vault, places, more, field, problem
):
    with pytest.raises(FieldRefusedError) as refused:
        add_loss(session, vault, head_office(), given(places[0], **more), now=NOW)
    assert (refused.value.field, refused.value.problem) == (field, problem)


def test_income_belongs_to_customers_and_damage_to_incidents(session, vault, places):
    both = {"monthly_fen": 100, "damage_fen": 200}
    keys = [
        add_loss(session, vault, head_office(), given(places[0], kind, **both), now=NOW)
        for kind in (LossKind.HOME, LossKind.INJURY)
    ]
    assert [(one.monthly_fen, one.damage_fen) for one in map(session.get, [Loss] * 2, keys)] == [
        (100, None),
        (None, 200),
    ]


def test_contracts_kept_and_income_lost_stand_in_the_years_and_in_the_report(
    session, vault, places
):
    # Two communities served on 1 January 2026; the contract of one is lost on 1 March with 3,000
    # yuan a month: 36,000 a year, 50 % of the contracts kept. Won back in November: 100 % kept.
    places[0].handed_over_on = date(2020, 1, 1)
    contract = given(places[0], LossKind.CONTRACT, monthly_fen=300_000, units=4)
    key = add_loss(session, vault, head_office(), contract, now=NOW)
    (year, kept), *rest = read_years(session, head_office(), today=TODAY)
    assert rest == []
    assert (year.customers.yearly_fen, kept.held, kept.kept_milli) == (3_600_000, 2, 50_000)
    lines = loss_lines(session, head_office(), today=TODAY)
    assert [line.value for line in lines if "2026" in line.label] == ["1", "50%"]
    on = date(2026, 10, 31)
    win_back(session, vault, head_office(), key, on=on, words="重新签约", now=NOW)
    (year, kept), *_rest = read_years(session, head_office(), today=TODAY)
    assert (year.net_fen, kept.kept_milli) == (0, 100_000)
    (row,) = year_table([(year, kept)]).rows
    assert (row[0], row[3], row[7], row[-1]) == (2026, 36_000.0, 0.0, 100.0)


def test_who_was_hurt_cannot_be_won_back_nor_a_customer_before_he_was_lost(session, vault, places):
    keys = [
        add_loss(session, vault, head_office(), given(places[0], kind), now=NOW)
        for kind in (LossKind.INJURY, LossKind.CUSTOMER)
    ]
    for key, on, problem in (
        (keys[0], DAY, "unknown"),
        (keys[1], date(2026, 2, 28), "order"),
        (keys[1], date(2027, 1, 1), "in_future"),
    ):
        with pytest.raises(FieldRefusedError) as refused:
            win_back(session, vault, head_office(), key, on=on, words="", now=NOW)
        assert refused.value.problem == problem


def test_lists_page_by_day_and_key_and_names_leave_only_for_who_may_open_them(
    session, vault, places
):
    keys = [add_loss(session, vault, head_office(), given(places[0]), now=NOW) for _n in range(3)]
    first = queries.list_losses(session, head_office(), LossFilters(year=2026), limit=2)
    after = (first[-1].loss.happened_on, first[-1].loss.id)
    rest = queries.list_losses(session, head_office(), LossFilters(after=after), limit=2)
    assert [row.loss.id for row in (*first, *rest)] == keys[::-1]
    views = [view_loss(vault, head_office(), row) for row in rest]
    heads = [key for key, _column in loss_table(views, with_words=False).columns]
    assert not {"who", "words"} & set(heads)
    assert "便利店" in loss_table(views, with_words=True).rows[0]
