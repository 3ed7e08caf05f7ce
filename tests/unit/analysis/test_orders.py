from dataclasses import replace

import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.plan import make_plan
from app.analysis.priorities.companions import Beside, with_companions
from app.analysis.priorities.orders import with_orders
from app.analysis.priorities.rating import is_action, is_rating
from app.analysis.results.estimate import Estimate
from app.analysis.results.gaps import GapsResult, ListOrder
from app.analysis.results.items import ItemResult
from app.analysis.simulation.simulate import make_truth, simulate_dataset
from app.analysis.study import run_study
from tests.unit.analysis.builders import make_dataset, picks, ratings


@pytest.fixture(scope="module")
def studied() -> tuple:
    rng = np.random.default_rng(1)
    data = simulate_dataset(rng, make_truth(rng, dict.fromkeys("abcd", ())), 150)
    result = run_study(make_cells(data), make_plan(data.columns))
    return result.items, result.zones


def share(value: float) -> Estimate:
    return Estimate(value, None, None, None, 150)


@pytest.mark.parametrize(
    ("rating", "expected"),
    [
        (0.20, "definitely_increase"),
        (0.1999, "increase"),
        (0.10, "increase"),
        (0.0999, "maintain"),
        (None, None),
    ],
)
def test_the_published_cut_offs_name_what_to_do(rating: float | None, expected: str) -> None:
    assert is_action(rating) == expected


def test_the_rating_is_the_share_that_picks_times_the_share_not_satisfied() -> None:
    # Three tenths times one third is .1 but for the last bit.
    assert is_action(float(is_rating(0.3, 2 / 3))) == "increase"
    assert is_rating([0.5, 0.4], [0.2, 1.0]) == pytest.approx([0.4, 0.0])


def test_a_study_gives_every_item_its_rating_with_interval_and_action() -> None:
    data = make_dataset(
        {
            **ratings({"a": [4, 2] * 60, "b": [5, 4] * 60}),
            **picks({"a": [1, 1, 1, 0] * 30, "b": [0, 0, 0, 1] * 30}),
        }
    )
    a, b = run_study(make_cells(data), make_plan(data.columns)).items
    assert a.is_estimate is not None
    assert (a.is_rating, a.is_estimate.value) == (0.375, 0.375)
    assert a.is_estimate.low is not None
    assert a.is_estimate.low < 0.375
    assert a.is_action == "definitely_increase"
    assert (b.is_rating, b.is_action) == (0.0, "maintain")


def test_the_orders_of_all_lists_stand_side_by_side_with_their_agreement(studied: tuple) -> None:
    items, zones = studied
    found = with_orders(GapsResult((), None), items, zones, order_said=True, zones_order_said=True)
    ranked = tuple(item.code for item in sorted(items, key=lambda one: one.rank or 0))
    by_zone = tuple(zone.code for zone in sorted(zones, key=lambda one: one.rank or 0))
    assert {one.name for one in found.orders} == {"pfi", "is_rating", "zone_pfi"}
    assert ListOrder("pfi", ranked) in found.orders
    assert ListOrder("zone_pfi", by_zone) in found.orders
    assert len(found.agreements) == 3
    assert all(one.tau is not None and -1 <= one.tau <= 1 for one in found.agreements)


def test_two_lists_in_the_same_order_agree_fully(studied: tuple) -> None:
    items, _ = studied
    same = tuple(replace(item, is_rating=item.pfi) for item in items)
    found = with_orders(GapsResult((), None), same, (), order_said=True, zones_order_said=False)
    assert [(one.first, one.second, one.tau, one.items) for one in found.agreements] == [
        ("pfi", "is_rating", 1.0, 4)
    ]


def test_orders_that_may_not_be_said_are_not_there(studied: tuple) -> None:
    items, zones = studied
    found = with_orders(
        GapsResult((), None), items, zones, order_said=False, zones_order_said=False
    )
    assert (found.orders, found.agreements) == ((), ())


def flags_of(item: ItemResult, beside: Beside) -> tuple[str, ...]:
    return with_companions((item,), beside)[0].flags


def test_a_hidden_driver_moves_satisfaction_and_is_hardly_named(studied: tuple) -> None:
    items, _ = studied
    impact = {"a": share(0.25), "b": share(0.24), "c": share(0.26), "d": share(0.25)}
    named = replace(items[0], code="a", importance=0.30)
    unnamed = replace(items[0], code="a", importance=0.20)
    assert flags_of(named, Beside(impact=impact)) == ()
    assert flags_of(unnamed, Beside(impact=impact)) == ("hidden_driver",)
    assert flags_of(replace(unnamed, code="b"), Beside(impact=impact)) == ()


def test_only_an_established_minimum_is_flagged(studied: tuple) -> None:
    items, zones = studied
    zone = replace(zones[0], code=items[0].code, status="below_minimum", established=True)
    borderline = replace(zone, established=False)
    assert flags_of(items[0], Beside(zones=(zone,))) == ("below_minimum",)
    assert flags_of(items[0], Beside(zones=(borderline,))) == ()


def test_companions_stand_beside_and_do_not_change_the_pfi(studied: tuple) -> None:
    items, zones = studied
    code = items[0].code
    beside = Beside(zones=zones, comments={code: 12}, changes={code: share(-3.0)})
    first, second = with_companions(items, beside)[:2]
    assert first.companions is not None
    assert second.companions is not None
    assert (first.companions.comments, second.companions.comments) == (12, None)
    assert first.companions.change == share(-3.0)
    assert first.companions.below == zones[0].below
    assert first.pfi == items[0].pfi
