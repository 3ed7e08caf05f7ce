"""Market standing on markets made so that the answer is known."""

import json
from dataclasses import replace

import numpy as np
import pytest

from app.analysis.competitors.adjusted import cluster_error, make_covariates
from app.analysis.competitors.image import TicksError, correspondence, make_map
from app.analysis.competitors.league import make_league
from app.analysis.competitors.portions import clustered_shares
from app.analysis.competitors.priorities import make_competitive
from app.analysis.competitors.standing import (
    make_funnels,
    make_limits_seen,
    make_needs,
    make_shares,
    make_within,
)
from app.analysis.competitors.study import run_market
from app.analysis.competitors.survey import Elsewhere, MarketError, MarketSurvey, Measure, Place
from app.analysis.results.canonical import market_json
from app.analysis.uncertainty.intervals import wilson_interval

# Greenacre's smoking table: staff groups by none, light, medium, heavy.
SMOKE = [[4, 2, 3, 2], [4, 3, 7, 4], [25, 10, 12, 4], [18, 24, 33, 13], [10, 6, 7, 2]]

TOO_HIGH = np.full((384, 1), 3.0)


def market(
    levels: dict[str, float],
    *,
    communities: int = 12,
    each: int = 16,
    fee_effect: float = 0.0,
    spread: float = 2.0,
    **changes: object,
) -> MarketSurvey:
    """Make a market: company k has fees around 2 + k; noise sums to nothing in each community."""
    rng = np.random.default_rng(2)
    places, values = [], []
    for k, (provider, level) in enumerate(levels.items()):
        shift = rng.normal(0, spread, communities)
        shift -= shift.mean()
        for j in range(communities):
            fee = 2.0 + k + 0.5 * (j % 5)
            places.append(Place(f"{provider}{j}", provider, "ns"[j % 2], fee, 5.0 + j, 100.0))
            noise = rng.normal(0, 12, each)
            score = level + fee_effect * np.log2(fee) + shift[j] + noise - noise.mean()
            values.append(score)
    scores = np.concatenate(values)
    given: dict[str, object] = {
        "own": next(iter(levels)),
        "providers": tuple(levels),
        "places": tuple(places),
        "place": np.repeat(np.arange(len(places)), each),
        "overall": Measure("overall", scores, -100, 200),
        "performance": (Measure("clean", scores, -100, 200),),
    }
    return MarketSurvey(**{**given, **changes})  # type: ignore[arg-type]


def league(survey: MarketSurvey):
    return make_league(survey, make_covariates(survey), survey.overall)


def test_the_dearer_company_only_looks_better_until_the_fee_is_held_alike():
    survey = market({"a": 50.0, "b": 50.0, "c": 50.0}, fee_effect=20.0)
    found = {one.code: one for one in league(survey).entries}
    # Rescaled by 3: 20 points for a doubled fee are 6.7 of 100.
    assert found["c"].plain.value - found["a"].plain.value > 3
    assert abs(found["c"].adjusted.value - found["a"].adjusted.value) < 1.0
    term = {one.name: one.effect for one in league(survey).terms}["fee"]
    assert term.low < 20 / 3 < term.high


def test_a_company_that_is_better_at_the_same_fee_stands_first_and_apart():
    survey = market({"a": 50.0, "b": 50.0, "c": 65.0}, fee_effect=5.0)
    entries = league(survey).entries
    assert entries[0].code == "c"
    assert (entries[0].rank_low, entries[0].rank_high, entries[0].tied) == (1, 1, ())
    assert {(one.rank_low, one.rank_high) for one in entries[1:]} == {(2, 3)}
    assert {one.tied for one in entries[1:]} == {("a",), ("b",)}


def test_without_covariates_adjusted_and_plain_means_are_the_same():
    survey = market({"a": 50.0, "b": 55.0})
    bare = tuple(replace(one, fee=None, age=None, city="") for one in survey.places)
    found = league(replace(survey, places=bare))
    assert found.terms == ()
    for one in found.entries:
        assert one.adjusted.value == pytest.approx(one.plain.value)
        assert one.adjusted.df == 11, "twelve communities of its own"


def test_few_communities_or_interviews_are_shown_without_a_rank():
    survey = market({"a": 50.0, "b": 50.0, "c": 50.0}, communities=10, each=15)
    rows = np.ones(survey.interviews, bool)
    rows[np.flatnonzero(survey.provider == 1)[0]] = False
    rows[np.isin(survey.place, [20, 21])] = False
    part = replace(
        survey,
        place=survey.place[rows],
        overall=Measure("overall", survey.overall.values[rows], -100, 200),
        performance=(),
    )
    found = {one.code: one for one in league(part).entries}
    assert found["a"].unranked_why == ()
    assert found["b"].unranked_why == ("few_interviews",)
    assert found["c"].unranked_why == ("few_communities", "few_interviews")
    assert all(found[code].adjusted.value is not None for code in "abc")
    assert all(found[code].rank is None for code in "abc"), "one alone has no rank"
    assert league(part).warnings == ("few_clusters",)


def test_fewer_than_thirty_interviews_have_no_mean_at_all():
    survey = market({"a": 50.0, "b": 50.0}, communities=12, each=16)
    values = survey.overall.values.copy()
    values[np.flatnonzero(survey.provider == 1)[29:]] = np.nan
    found = league(replace(survey, overall=Measure("overall", values, -100, 200)))
    small = found.entries[-1]
    assert (small.code, small.interviews, small.plain.value, small.adjusted.value) == (
        "b", 29, None, None,
    )  # fmt: skip
    assert found.left_out == 192 - 29


def test_a_company_that_is_a_city_cannot_be_adjusted_and_has_no_rank():
    survey = market({"a": 50.0, "b": 60.0})
    apart = tuple(replace(one, city=one.provider) for one in survey.places)
    found = league(replace(survey, places=apart))
    assert found.reason == "confounded"
    assert all(one.adjusted.value is None and one.rank is None for one in found.entries)
    assert all("confounded" in one.unranked_why for one in found.entries)
    assert found.entries[0].plain.value == pytest.approx(100 * 150 / 300)


def test_one_company_is_compared_with_nobody():
    assert league(market({"a": 50.0})).reason == "one_provider"
    competitive = run_market(market({"a": 50.0})).competitive
    assert (competitive.reason, competitive.items) == ("one_provider", ())


def test_an_adjusted_mean_far_from_its_own_fees_is_marked_as_extrapolated():
    survey = market({"a": 50.0, "b": 50.0})
    dear = tuple(
        replace(one, fee=20.0 + k % 3, city="n") if one.provider == "b" else one
        for k, one in enumerate(survey.places)
    )
    found = {one.code: one.extrapolated for one in league(replace(survey, places=dear)).entries}
    assert found == {"a": ("fee",), "b": ("fee", "city")}


def test_interviews_of_unknown_fee_are_left_out_and_counted():
    survey = market({"a": 50.0, "b": 50.0})
    places = (replace(survey.places[0], fee=None), *survey.places[1:])
    assert league(replace(survey, places=places)).left_out == 16


def test_the_error_of_a_mean_counts_communities_not_people():
    # Two communities of two alike: means 1 and 3, SE = sqrt(2/1 x (2^2 + 2^2)) / 4 = 1.
    assert cluster_error(np.array([1.0, 1, 3, 3]), np.array([0, 0, 1, 1])) == pytest.approx(1.0)
    assert np.isnan(cluster_error(np.array([1.0, 2]), np.array([0, 0])))


def test_competitive_pfi_is_share_times_the_lead_of_the_best_rival():
    survey = market({"a": 50.0, "b": 56.0, "c": 80.0})
    bare = tuple(replace(one, fee=None, age=None, city="") for one in survey.places)
    better = np.where(survey.provider == 0, 70.0, 50.0)
    better += survey.overall.values - 50.0 - 6.0 * (survey.provider == 1)
    better -= 30.0 * (survey.provider == 2)
    survey = replace(
        survey,
        places=bare,
        performance=(*survey.performance, Measure("safe", better, -100, 200)),
    )
    found = make_competitive(survey, make_covariates(survey), shares={"clean": 3.0, "safe": 1.0})
    clean, safe = found.items
    assert (found.weights, found.rivals) == ("given", ("b", "c"))
    assert (clean.share, clean.best, clean.place) == (0.75, "c", 1)
    # (80 - 50) / 3 = 10 points.
    assert clean.lead.value == pytest.approx(10.0)
    assert clean.pfi == pytest.approx(7.5)
    assert clean.pfi_low < 7.5 < clean.pfi_high
    assert [one.verdict for one in clean.gaps] == ["behind", "behind"]
    assert (safe.pfi, safe.pfi_high, safe.place) == (0.0, 0.0, 2)
    assert [one.verdict for one in safe.gaps] == ["ahead", "ahead"]
    wide = clean.lead.high - clean.lead.low
    assert wide > clean.gaps[1].gap.high - clean.gaps[1].gap.low, "it allows for choosing the best"


def test_importance_comes_from_the_ratings_or_is_equal():
    survey = market({"a": 50.0, "b": 50.0})
    second = Measure("safe", survey.overall.values, -100, 200)
    survey = replace(survey, performance=(*survey.performance, second))
    assert run_market(survey).competitive.weights == "equal"
    means = {"clean": 9.0, "safe": 6.0}
    rated = tuple(Measure(code, np.full(survey.interviews, value)) for code, value in means.items())
    found = run_market(replace(survey, importance=rated)).competitive
    assert (found.weights, [one.share for one in found.items]) == ("ratings", [0.6, 0.4])


def test_without_an_item_a_rival_or_enough_own_residents_there_are_no_priorities():
    survey = market({"a": 50.0, "b": 50.0})
    covariates = make_covariates(survey)
    assert make_competitive(replace(survey, performance=()), covariates).reason == "no_item"
    few = market({"a": 50.0, "b": 50.0}, communities=9)
    assert make_competitive(few, make_covariates(few)).reason == "no_rival"
    values = survey.overall.values.copy()
    values[np.flatnonzero(survey.provider == 0)[29:]] = np.nan
    own = replace(survey, performance=(Measure("clean", values, -100, 200),))
    found = make_competitive(own, covariates)
    assert (found.reason, found.left_out) == ("own_small", ("clean",))


def test_the_map_of_the_smoking_table_is_the_published_one():
    # Greenacre, Correspondence Analysis in Practice: inertias .0748, .0100, .0004, total .0852;
    # senior managers at -.0658, -.1937 and none at -.3933, -.0305, up to sign.
    found = correspondence(SMOKE)
    assert found.inertia == pytest.approx([0.074759, 0.010017, 0.000414], abs=1e-6)
    assert found.total == pytest.approx(0.085190, abs=1e-6)
    assert np.abs(found.rows[0, :2]) == pytest.approx([0.065768, 0.193737], abs=1e-6)
    assert np.abs(found.columns[0, :2]) == pytest.approx([0.393308, 0.030492], abs=1e-6)
    # Chi-square over n, and a supplementary copy lies on its original.
    table = np.array(SMOKE, float)
    expected = table.sum(1, keepdims=True) * table.sum(0) / table.sum()
    assert found.total == pytest.approx(((table - expected) ** 2 / expected).sum() / table.sum())
    assert found.place_rows(SMOKE) == pytest.approx(found.rows)


def test_small_companies_lie_on_the_map_without_shaping_it():
    names, codes = ("sm", "jm", "se", "je", "sc"), ("none", "light", "medium", "heavy")
    table = np.array(SMOKE) * np.array([[1], [10], [10], [10], [10]])
    found = make_map(names, codes, table)
    assert found.inertia[0] > found.inertia[1] > 0
    by_name = {one.code: one for one in found.providers}
    assert by_name["sm"].is_supplementary
    assert by_name["sm"].mass == 0
    assert by_name["sm"].x is not None
    alone = correspondence(table[1:])
    assert by_name["jm"].x == pytest.approx(alone.rows[0, 0])
    assert sum(one.contribution_x or 0 for one in found.providers) == pytest.approx(1.0)
    assert sum(one.contribution_y or 0 for one in found.points) == pytest.approx(1.0)
    nobody = make_map(names, codes, table * np.array([[0], [1], [1], [1], [1]]))
    assert {one.code: one.x for one in nobody.providers}["sm"] is None


def test_a_map_of_too_little_or_of_no_differences_is_refused():
    names, codes = ("a", "b", "c"), ("x", "y", "z")
    assert make_map(names, codes, np.full((3, 3), 9)).reason == "few_points"
    assert make_map(names, codes, np.full((3, 3), 50)).reason == "no_differences"
    assert make_map(names, codes, [[40, 40, 0], [40, 50, 0], [60, 40, 0]]).reason == "few_points"
    many = 40 + 40 * np.eye(6, dtype=int)
    assert make_map(tuple("abcdef"), tuple("uvwxyz"), many).warnings == ("little_shown",)
    with pytest.raises(TicksError):
        correspondence([[1, 2]])
    with pytest.raises(TicksError):
        correspondence([[1, 2], [0, 0]])
    with pytest.raises(MarketError):
        make_map(names, codes, [[1, 2]])


def test_shares_of_unlike_communities_are_less_certain_than_wilson_says():
    clusters = np.repeat(np.arange(20), 10)
    alike = (np.arange(200) % 2 == 0)[:, None]
    apart = (clusters % 2 == 0)[:, None]
    base = np.ones((200, 1), bool)
    (even,), (uneven,) = (clustered_shares(one, base, clusters, least=30) for one in (alike, apart))
    low, high = (float(end) for end in wilson_interval(100, 200))
    assert (even.low, even.high) == pytest.approx((low, high)), "never narrower than Wilson's"
    # 20 communities all or nothing: SE = sqrt(20/19 x 20 x 25)/200 = .1147.
    assert uneven.stderr == pytest.approx(0.1147, abs=1e-4)
    assert uneven.high - uneven.low > 3 * (even.high - even.low)
    (few,) = clustered_shares(alike, base & (np.arange(200) < 29)[:, None], clusters, least=30)
    assert (few.value, few.n) == (None, 29)
    (nobody,) = clustered_shares(~base, base, clusters, least=30)
    assert (nobody.value, nobody.low) == (0.0, 0.0)
    assert nobody.high > 0


def funnelled() -> MarketSurvey:
    """Make a market of 384 interviews: 200 know a, 50 of these consider it, 10 choose it."""
    survey = market({"a": 50.0, "b": 50.0})
    reached = np.zeros((survey.interviews, 2, 3), bool)
    order = np.random.default_rng(4).permutation(survey.interviews)
    for step, count in enumerate((200, 50, 10)):
        reached[order[:count], 0, step] = True
    reached[order[300:303], 0, 2] = True
    reached[order[:20], 1, :1] = True
    return replace(survey, steps=("known", "considered", "first"), reached=reached)


def test_every_step_of_a_funnel_is_a_share_of_the_step_before():
    own, other = make_funnels(funnelled())
    assert [(one.base, one.reached) for one in own.steps] == [(384, 200), (200, 50), (50, 10)]
    assert [one.share.value for one in own.steps] == pytest.approx([200 / 384, 0.25, 0.2])
    assert own.steps[2].of_all.value == pytest.approx(10 / 384)
    assert own.inconsistent == 3, "who would choose a company he has not heard of"
    assert other.steps[1].share.value is None, "twenty are too few to go on from"


def test_counts_of_the_market_stand_beside_the_first_choices():
    survey = funnelled()
    places = tuple(replace(one, area=300.0 if one.provider == "b" else 100.0)
                   for one in survey.places[:20])  # fmt: skip
    places += tuple(replace(one, area=100.0) for one in survey.places[20:])
    own, other = make_shares(replace(survey, places=places))
    assert (own.communities, own.communities_share, own.area) == (12, 0.5, 1200.0)
    assert other.area == 8 * 300 + 4 * 100
    assert own.area_share == pytest.approx(1200 / 4000)
    assert own.first_choice.value == pytest.approx(13 / 384)
    unknown = (replace(places[0], area=None), *places[1:])
    own, other = make_shares(replace(survey, places=unknown))
    assert (own.area, own.area_share, other.area_share) == (None, None, None)
    assert other.area == 2800.0


def test_a_need_is_compared_only_where_both_sides_have_thirty_homes():
    survey = market({"a": 50.0, "b": 62.0, "c": 62.0})
    order = np.arange(survey.interviews)
    has = np.column_stack([order % 2 == 0, (order % 2 == 0) & (survey.provider > 0) | (order < 29)])
    survey = replace(survey, needs=("elder", "pet"), has_need=has, fit=survey.overall)
    elder, pet = make_needs(survey, make_covariates(survey))
    assert elder.reason is None
    assert elder.gap.value == pytest.approx(-4.0, abs=1.0)
    assert elder.gap.high < 0
    assert elder.own.value < elder.everybody.value < elder.others.value
    assert (pet.reason, pet.own.value, pet.gap.value) == ("few_answers", None, None)
    apart = tuple(replace(one, city=one.provider[:1]) for one in survey.places)
    apart = tuple(replace(one, city="x" if one.city == "a" else "y") for one in apart)
    alone = replace(survey, places=apart)
    assert make_needs(alone, make_covariates(alone))[0].reason == "confounded"


def test_the_same_person_on_two_companies_stays_apart_by_source_and_company():
    survey = market({"a": 50.0, "b": 50.0, "c": 50.0})
    rng = np.random.default_rng(6)
    other = np.where(np.arange(survey.interviews) % 8 == 0, 2, 1)
    other[survey.provider == 2] = -1
    ratings = np.column_stack([np.ones(survey.interviews), np.zeros(survey.interviews)])
    ratings += 0.5 * rng.choice([-1, 1], ratings.shape)
    survey = replace(survey, elsewhere=(Elsewhere("previous", other, ratings, ("clean", "safe")),))
    found = make_within(survey)
    assert [(one.source, one.other, one.item) for one in found] == [
        ("previous", "", "clean"),
        ("previous", "", "safe"),
        ("previous", "b", "clean"),
        ("previous", "b", "safe"),
    ], "company c has 24 answers"
    assert [one.verdict for one in found] == ["better", None, "better", None]
    assert found[0].mean.n == 192
    assert all(one.present == "a" for one in found)


def test_a_whole_study_is_the_same_twice_and_leaves_out_what_was_not_asked():
    survey = funnelled()
    found = run_market(survey)
    assert found == run_market(survey)
    assert [one.measure for one in found.leagues] == ["overall", "clean"]
    assert (found.image, found.needs, found.within) == (None, (), ())


def test_a_result_of_everything_is_plain_json_the_same_twice():
    survey = funnelled()
    ticks = np.random.default_rng(9).random((survey.interviews, 2, 3)) < 0.4
    survey = replace(
        survey,
        statements=("keeps", "open", "quick"),
        ticks=ticks,
        needs=("elder",),
        has_need=ticks[:, 0, :1],
        fit=survey.overall,
        elsewhere=(
            Elsewhere("second", 1 - survey.provider, np.ones((survey.interviews, 1)), ("q",)),
        ),
    )
    text = market_json(run_market(survey))
    assert text == market_json(run_market(survey))
    found = json.loads(text)
    assert (found["schema"], found["own"], len(found["needs"])) == ("linsheng-market/1", "a", 1)
    assert found["within"][0]["mean"]["stderr"] is None, "an error is never said to be nothing"


def test_a_segment_is_its_interviews_in_the_same_market():
    survey = funnelled()
    rows = np.arange(survey.interviews) % 2 == 0
    found = run_market(survey.part(rows))
    assert found.interviews == 192
    assert found.shares[0].communities == 12
    values = survey.overall.rescaled[rows & (survey.provider == 0)]
    plain = {one.code: one.plain.value for one in found.leagues[0].entries}
    assert plain["a"] == pytest.approx(values.mean())
    everything = survey.part(np.ones(survey.interviews, bool))
    assert run_market(everything) == run_market(survey)


def test_an_image_profile_is_a_share_of_those_who_know_the_company():
    survey = funnelled()
    ticks = np.zeros((survey.interviews, 2, 3), bool)
    known = np.flatnonzero(survey.reached[:, 0, 0])
    ticks[known[:50], 0, 0] = True
    ticks[~survey.reached[:, 0, 0], 0, 1] = True
    found = run_market(replace(survey, statements=("keeps", "open", "quick"), ticks=ticks)).image
    own, other = found.profiles
    assert (own.knowers, own.shares[0].value, own.shares[1].value) == (200, 0.25, 0.0)
    assert [one.value for one in other.shares] == [None, None, None]
    assert found.reason == "few_points"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"own": "z"}, "providers"),
        ({"places": (Place("x", "a"), Place("x", "a"))}, "places"),
        ({"places": (Place("x", "z"),)}, "x"),
        ({"places": (Place("x", "a", fee=0.0),)}, "x"),
        ({"places": (Place("x", "a", age=-1.0),)}, "x"),
        ({"places": (Place("x", "a", area=-1.0),)}, "x"),
        ({"place": np.array([99])}, "place"),
        ({"overall": Measure("overall", np.array([1.0]))}, "overall"),
        ({"fit": Measure("fit", np.full(384, 11.0))}, "fit"),
        ({"ticks": np.zeros((384, 2, 1), bool)}, "ticks"),
        ({"reached": np.zeros((384, 3, 0), bool)}, "reached"),
        ({"has_need": np.zeros((1, 0), bool)}, "has_need"),
        ({"elsewhere": (Elsewhere("second", np.zeros(1, int), np.zeros((384, 0)), ()),)}, "second"),
        (
            {"elsewhere": (Elsewhere("second", np.full(384, 2), np.zeros((384, 0)), ()),)},
            "second",
        ),
        (
            {"elsewhere": (Elsewhere("second", np.zeros(384, int), TOO_HIGH, ("q",)),)},
            "q",
        ),
    ],
)  # fmt: skip
def test_a_market_that_does_not_fit_together_is_refused_by_name(change, name: str):
    with pytest.raises(MarketError) as caught:
        market({"a": 50.0, "b": 50.0}, **change)
    assert caught.value.name == name


def test_limits_are_of_those_who_gave_all_three_levels_and_hold_them_against_their_own_minimum():
    survey = market({"a": 50.0, "b": 50.0})
    rows = survey.interviews
    # 48 people of each company are asked, four in each of twelve communities.
    asked = np.arange(rows) % 4 == 0
    turn = (np.arange(rows) // 4) % 2
    reached = np.where(asked, np.where(survey.provider == 0, 40.0, 70.0) + 2 * turn, np.nan)
    lowest = np.where(asked, 55.0, np.nan)
    ideal = np.where(asked, 95.0, np.nan)
    odd = np.flatnonzero(asked & (survey.provider == 1))[:5]
    lowest[odd] = 99.0
    lowest[np.flatnonzero(asked & (survey.provider == 0))[0]] = np.nan
    found = make_limits_seen(
        replace(
            survey,
            performance=(Measure("clean", reached, 0, 100), Measure("safe", reached, 0, 100)),
            adequate=(Measure("clean", lowest, 0, 100),),
            desired=(Measure("clean", ideal, 0, 100),),
        )
    )
    assert [one.code for one in found] == ["clean"], "nobody was asked for the limits of the other"
    ours, theirs = found[0].companies
    assert (ours.perceived.n, ours.inverted, theirs.perceived.n, theirs.inverted) == (47, 0, 43, 5)
    assert ours.adequate.value == pytest.approx(55.0)
    # The one left out said 40: (24 x 42 + 23 x 40) / 47.
    assert ours.perceived.value == pytest.approx(1928 / 47)
    assert ours.adequacy.value == pytest.approx(1928 / 47 - 55)
    assert ours.superiority.value == pytest.approx(1928 / 47 - 95)
    assert (ours.verdict, theirs.verdict) == ("below", "above")
    few = np.where(np.cumsum(asked & (survey.provider == 0)) <= 29, lowest, np.nan)
    small = make_limits_seen(
        replace(
            survey,
            performance=(Measure("clean", reached, 0, 100),),
            adequate=(Measure("clean", few, 0, 100),),
            desired=(Measure("clean", ideal, 0, 100),),
        )
    )[0].companies[0]
    assert (small.perceived.n, small.perceived.value, small.verdict) == (28, None, None)
