"""Weights of a list by rule: picks, ratings, derived, equal, frozen."""

import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Role
from app.analysis.data.moments import Moments
from app.analysis.disclosure.floors import PUBLISHED
from app.analysis.importance.drivers import make_drivers
from app.analysis.importance.stated import WeightsRuleError, best_rule, inputs, weights
from app.analysis.uncertainty.frame import make_frame
from tests.unit.analysis.builders import make_dataset, picks, ratings
from tests.unit.analysis.test_drivers import AREAS, answers, dataset_of, frame_of


def moments_of(answered: dict) -> Moments:
    cells = make_cells(make_dataset(answered))
    return Moments(cells.layout, cells.total()[None, :])


def everything(moments: Moments, items: tuple[str, ...]) -> np.ndarray:
    return np.ones((moments.sums.shape[0], len(items)), dtype=bool)


def test_picks_count_households_that_picked_nothing() -> None:
    moments = moments_of(picks({"a": [1, 1, 0, 0], "b": [1, 0, 0, 0]}))
    found = weights(moments, ("a", "b"), "emphasis", everything(moments, ("a", "b")))
    assert found[0] == pytest.approx([2 / 3, 1 / 3])


def test_ratings_weigh_by_mean_importance() -> None:
    moments = moments_of({(Role.IMPORTANCE, "a"): [9, 7, None], (Role.IMPORTANCE, "b"): [4, 4, 4]})
    found = weights(moments, ("a", "b"), "ratings", everything(moments, ("a", "b")))
    assert found[0] == pytest.approx([8 / 12, 4 / 12])


def test_derived_weights_are_the_shares_of_the_drivers_in_every_replicate() -> None:
    frame = frame_of(dataset_of(answers(300), areas=AREAS))
    moments = frame.moments
    found = weights(moments, AREAS, "derived", everything(moments, AREAS))
    drivers = make_drivers(frame, AREAS, Role.PERFORMANCE)
    assert found[0] == pytest.approx([item.share.value for item in drivers.items])
    assert frame.replicates.stderr(found) == pytest.approx(
        [item.share.stderr for item in drivers.items]
    )
    assert inputs(moments, AREAS, "derived", everything(moments, AREAS))[0, 0] == 900


def test_derived_weights_of_fewer_items_are_those_of_a_study_of_fewer_items() -> None:
    moments = frame_of(dataset_of(answers(300), areas=AREAS)).moments
    present = everything(moments, AREAS)
    present[:, 1] = False
    found = weights(moments, AREAS, "derived", present)
    alone = weights(moments, ("a", "c"), "derived", present[:, :2] | True)
    assert found[0, 1] == 0
    np.testing.assert_allclose(found[:, [0, 2]], alone, rtol=1e-12)


def test_derived_weights_of_too_few_answers_cannot_be_said() -> None:
    moments = frame_of(dataset_of(answers(149), areas=AREAS)).moments
    found = weights(moments, AREAS, "derived", everything(moments, AREAS))
    assert np.isnan(found).all()


def test_frozen_weights_are_the_base_waves_among_the_items_that_are_there() -> None:
    moments = frame_of(dataset_of(answers(60), areas=AREAS)).moments
    present = everything(moments, AREAS)
    base = {"a": 0.5, "b": 0.3, "c": 0.2, "d": 0.4}
    found = weights(moments, AREAS, "frozen", present, frozen=base)
    np.testing.assert_allclose(found, np.tile([0.5, 0.3, 0.2], (31, 1)))
    present[:, 1] = False
    found = weights(moments, AREAS, "frozen", present, frozen=base)
    assert found[0] == pytest.approx([0.5 / 0.7, 0, 0.2 / 0.7])
    assert inputs(moments, AREAS, "frozen", present)[0, 0] == 2


@pytest.mark.parametrize(
    ("rule", "frozen"),
    [
        ("emphasis", None),
        ("ratings", None),
        ("derived", None),
        ("frozen", None),
        ("frozen", {"a": 1.0}),
        ("frozen", {"a": 1.0, "b": -1.0}),
        ("frozen", {"a": 1.0, "b": float("nan")}),
        ("guess", None),
    ],
)
def test_a_rule_that_lacks_what_it_needs_is_refused_by_name(
    rule: str, frozen: dict[str, float] | None
) -> None:
    moments = moments_of(ratings({"a": [1, 2], "b": [2, 3]}))
    with pytest.raises(WeightsRuleError) as caught:
        weights(moments, ("a", "b"), rule, everything(moments, ("a", "b")), frozen=frozen)
    assert caught.value.rule == rule


def test_the_best_rule_is_picks_then_ratings_then_drivers_then_equal() -> None:
    both = moments_of({**picks({"a": [1]}), (Role.IMPORTANCE, "a"): [5]})
    assert best_rule(both, ("a",)) == "emphasis"
    rated = moments_of({**picks({"b": [1]}), (Role.IMPORTANCE, "a"): [5]})
    assert best_rule(rated, ("a",)) == "ratings"
    many = frame_of(dataset_of(answers(150), areas=AREAS)).moments
    assert best_rule(many, AREAS) == "derived"
    few = make_frame(make_cells(dataset_of(answers(149), areas=AREAS)), floors=PUBLISHED).moments
    assert best_rule(few, AREAS) == "equal"
