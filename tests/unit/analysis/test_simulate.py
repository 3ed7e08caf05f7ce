import numpy as np
import pytest

from app.analysis.simulation.simulate import (
    make_truth,
    simulate_answers,
    simulate_dataset,
    simulate_households,
)
from app.analysis.simulation.truth import (
    AreaTruth,
    CommunityTruth,
    pick_shares,
    true_correlations,
    true_values,
)

AREAS = {"security": ("gate",), "cleaning": (), "repairs": ("speed", "manners"), "fees": ()}


def test_the_same_seed_draws_the_same_answers() -> None:
    def draw() -> list[dict[str, int]]:
        rng = np.random.default_rng(5)
        return simulate_answers(rng, make_truth(rng, AREAS), 40)

    assert draw() == draw()


def test_answers_name_the_items_of_the_owners_survey_and_stay_on_their_scales() -> None:
    rng = np.random.default_rng(5)
    answers = [one for one in simulate_answers(rng, make_truth(rng, AREAS), 200) if one]
    codes = {code for one in answers for code in one}
    assert codes == {
        "overall",
        *(f"area.{area}" for area in AREAS),
        *(f"priority.{area}" for area in AREAS),
        *(
            f"tolerance.{area}.{role}"
            for area in AREAS
            for role in ("importance", "adequate", "desired", "perceived")
        ),
        *(f"attribute.{area}.{name}" for area, names in AREAS.items() for name in names),
    }
    for one in answers:
        assert all(1 <= point <= 10 for point in one.values())
        assert all(one.get(f"area.{area}", 1) <= 5 for area in AREAS)
        assert sum(one.get(f"priority.{area}", 0) for area in AREAS) <= 3
        for area in AREAS:
            assert one[f"tolerance.{area}.adequate"] <= one[f"tolerance.{area}.desired"]


def test_silent_households_have_answers_they_would_give_but_give_none() -> None:
    rng = np.random.default_rng(5)
    truth = make_truth(rng, AREAS)
    households = simulate_households(np.random.default_rng(6), truth, 300)
    given = simulate_answers(np.random.default_rng(6), truth, 300)
    for household, answers in zip(households, given, strict=True):
        assert household.answers
        assert answers == (household.answers if household.responds else {})
        assert not household.answers.keys() & set(household.no_experience)


def test_the_satisfied_answer_more_often() -> None:
    truth = CommunityTruth((AreaTruth("a", 60, 1),), response_rate=0.6, response_slope=0.5)
    assert true_values(truth).index > true_values(truth, respondents=False).index + 1
    households = simulate_households(np.random.default_rng(1), truth, 20_000)
    rate = np.mean([one.responds for one in households])
    assert rate == pytest.approx(0.6, abs=0.02)  # 5 standard errors


def test_pick_shares_are_those_of_drawing_in_turn() -> None:
    # Importance 3 : 2 : 1, everyone picks one or two, half each. By hand for the first item:
    # one pick 1/2; second pick 2/6 * 3/4 + 1/6 * 3/5 = .35; so 1/2 * 1/2 + 1/2 * .85 = .675.
    areas = tuple(AreaTruth(code, 60, weight) for code, weight in (("a", 3), ("b", 2), ("c", 1)))
    truth = CommunityTruth(areas, pick_counts=(0.0, 0.5, 0.5, 0.0))
    shares = pick_shares(truth)
    assert shares[0] == pytest.approx(0.675)
    assert shares.sum() == pytest.approx(1.5)


def test_true_values_are_what_a_very_large_sample_shows() -> None:
    rng = np.random.default_rng(11)
    truth = make_truth(rng, AREAS)
    exact = true_values(truth)
    data = simulate_dataset(rng, truth, 60_000)
    codes = [column.code for column in data.columns]
    for k, area in enumerate(AREAS):
        points = data.values[:, codes.index(f"area.{area}")]
        rated = points[points <= 5]
        # 5 standard errors of a mean of 60,000 ratings with a spread of about 30 of 100 points
        assert 25 * (rated.mean() - 1) == pytest.approx(exact.performance[k], abs=0.65)
        picked = (data.values[:, codes.index(f"priority.{area}")] == 1).mean()
        assert picked == pytest.approx(exact.emphasis[k], abs=0.011)
        desired = data.values[:, codes.index(f"tolerance.{area}.desired")].mean()
        assert desired == pytest.approx(exact.desired[k], abs=0.05)
        below = (
            data.values[:, codes.index(f"tolerance.{area}.perceived")]
            < data.values[:, codes.index(f"tolerance.{area}.adequate")]
        )
        assert below.mean() == pytest.approx(exact.below[k], abs=0.011)


def test_true_shares_and_pfi_add_up() -> None:
    rng = np.random.default_rng(3)
    exact = true_values(make_truth(rng, AREAS))
    assert exact.weight.sum() == pytest.approx(1.0)
    assert exact.below + exact.inside + exact.above == pytest.approx(np.ones(4))
    assert exact.pfi.sum() == pytest.approx(100 - exact.index)


def test_true_correlations_are_what_a_very_large_sample_shows() -> None:
    rng = np.random.default_rng(12)
    truth = make_truth(rng, AREAS)
    data = simulate_dataset(rng, truth, 60_000)
    codes = [column.code for column in data.columns]
    places = [codes.index("overall"), *(codes.index(f"area.{area}") for area in AREAS)]
    points = np.where(data.values[:, places] <= 10, data.values[:, places], np.nan)
    joint = points[~np.isnan(points).any(axis=1)]
    # 5 standard errors of a correlation of about 40,000 rows
    found = np.corrcoef(joint, rowvar=False)
    assert found == pytest.approx(true_correlations(truth), abs=0.025)


def test_true_importance_ratings_are_what_a_very_large_sample_shows() -> None:
    rng = np.random.default_rng(13)
    truth = make_truth(rng, AREAS)
    exact = true_values(truth)
    data = simulate_dataset(rng, truth, 20_000)
    codes = [column.code for column in data.columns]
    for k, area in enumerate(AREAS):
        rated = data.values[:, codes.index(f"tolerance.{area}.importance")]
        assert rated.mean() == pytest.approx(exact.importance[k], abs=0.05)
    width = exact.desired - exact.adequate
    assert exact.adequate + exact.position * width == pytest.approx(exact.perceived)
