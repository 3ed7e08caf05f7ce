"""A real resident survey end to end through `study run`: every number agrees with R."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest

from app.analysis.priorities.gaps import kendall_tau
from app.analysis.priorities.matrix import Cuts, make_cuts, quadrant
from app.analysis.results.canonical import to_json
from app.analysis.results.study import StudyResult
from app.surveys.snapshot.external import run_external
from tests.reference.expected import HERE, SHARED, Expected, read_expected

INSTRUMENT = HERE / "kcmo" / "instrument.yaml"
DATA = SHARED / "data" / "kcmo-resident-survey" / "responses.csv"
EXPECTED = SHARED / "reference" / "15_kcmo_residents"
# The expected values use short names for six of the services.
OTHER_NAMES = {
    "streets": "streets_sidewalks",
    "neighborhood_services": "neighborhood",
    "water": "water_utilities",
    "call_centre_311": "311",
    "municipal_court": "court",
    "public_transport": "transit",
}

pytestmark = pytest.mark.skipif(
    not (DATA.is_file() and EXPECTED.is_dir()),
    reason="the resident survey lies outside the repository, under ../shared",
)


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return run_external(INSTRUMENT, DATA, replicates="replicate")


@pytest.fixture(scope="module")
def main() -> Expected:
    return read_expected(EXPECTED / "expected.R.json")


@pytest.fixture(scope="module")
def pfi() -> Expected:
    return read_expected(EXPECTED / "expected.pfi.json")


def name_of(code: str) -> str:
    return OTHER_NAMES.get(code, code)


def test_the_index_and_its_standard_error_agree(result: StudyResult, pfi: Expected) -> None:
    assert pfi.agrees(result.index.value, "index", "si")
    assert pfi.agrees(result.index.stderr, "index", "si_se")
    assert pfi.agrees(result.index.equal_weights, "index", "si_equal")
    assert result.index.value == pytest.approx(50.889, abs=5e-4)
    assert result.index.stderr == pytest.approx(0.4185, abs=5e-5)
    assert pfi.agrees(sum(item.pfi or 0 for item in result.items), "index", "sum_pfi")


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("item_n", lambda item: item.n),
        ("item_mean", lambda item: item.mean),
        ("mean_dagjk30_se", lambda item: item.stderr),
        ("top2", lambda item: item.satisfied.value),
        ("emphasis", lambda item: item.emphasis),
        ("IS_rating", lambda item: item.is_rating),
        ("IS_dagjk30_se", lambda item: item.is_estimate.stderr),
    ],
)
def test_every_item_agrees(
    result: StudyResult, main: Expected, name: str, read: Callable[[object], float]
) -> None:
    for item in result.items:
        assert main.agrees(read(item), name, name_of(item.code)), item.code


def test_the_quadrants_agree_with_both_cuts_at_the_data_mean(
    result: StudyResult, main: Expected
) -> None:
    found = {name_of(item.code): item.quadrant for item in result.items}
    assert found == main.value("ipa_quadrants")["data_mean"]
    assert result.crosshair.performance_rule == "mean"


def quadrants(result: StudyResult, cuts: Cuts, shares: list[float]) -> dict[str, str | None]:
    performance = np.array([[item.performance.value for item in result.items]], dtype=float)
    importance = np.array([shares])
    kept = np.ones(performance.shape[1], dtype=bool)
    cross = make_cuts(performance, importance, kept, cuts).cross
    return {
        name_of(item.code): quadrant(performance[0, k], shares[k], cross)
        for k, item in enumerate(result.items)
    }


@pytest.mark.parametrize(
    ("name", "cuts"),
    [
        ("data_mean", Cuts("mean", "mean")),
        ("median", Cuts("median", "median")),
        ("scale_mid_perf", Cuts("midpoint", "mean")),
    ],
)
def test_the_quadrants_agree_with_every_crosshair(
    result: StudyResult, main: Expected, name: str, cuts: Cuts
) -> None:
    shares = [item.importance or 0.0 for item in result.items]
    assert quadrants(result, cuts, shares) == main.value("ipa_quadrants")[name]


def test_the_quadrants_agree_with_derived_importance(result: StudyResult, main: Expected) -> None:
    shares = main.value("rw_share_pairwise")
    derived = [shares[name_of(item.code)] for item in result.items]
    found = quadrants(result, Cuts("mean", "mean"), derived)
    assert found == main.value("ipa_quadrants")["derived_mean"]


def test_an_item_near_a_cut_is_in_doubt_and_one_far_away_is_not(result: StudyResult) -> None:
    # 72 % name streets, far below the mean; police is .6 points below the mean of 56.7.
    chances = {item.code: item.chances for item in result.items}
    assert chances["streets"] is not None
    assert chances["streets"].concentrate > 0.999
    assert chances["police"] is not None
    assert 0.6 < chances["police"].concentrate < 0.95


def test_what_to_increase_follows_the_published_cut_offs(
    result: StudyResult, main: Expected
) -> None:
    ratings = main.value("IS_rating")
    for item in result.items:
        rating = ratings[name_of(item.code)]
        action = "increase" if rating >= 0.10 else "maintain"
        assert item.is_action == ("definitely_increase" if rating >= 0.20 else action)


def test_lowest_performance_first_is_another_order_than_pfi(
    result: StudyResult, pfi: Expected
) -> None:
    order = sorted(result.items, key=lambda item: item.performance.value or 0)
    assert [name_of(one.code) for one in order] == pfi.value("gap_order_hill_style")["order"]
    performance = [-(item.performance.value or 0) for item in result.items]
    tau = kendall_tau(performance, [item.pfi or 0 for item in result.items])
    assert tau is not None
    assert tau < 0.5


def test_pfi_errors_ranks_and_rank_intervals_agree(result: StudyResult, pfi: Expected) -> None:
    names = pfi.value("pfi")["items"]
    for item in result.items:
        k = names.index(name_of(item.code))
        assert pfi.agrees(item.performance.value, "pfi", "P", k)
        assert pfi.agrees(item.importance, "pfi", "w", k)
        assert pfi.agrees(item.pfi, "pfi", "pfi", k)
        assert pfi.agrees(item.pfi_stderr, "pfi", "se", k)
        assert item.rank == pfi.value("pfi")["rank"][k]
        assert item.rank_low == pfi.value("pfi")["rank_lower"][k]
        assert item.rank_high == pfi.value("pfi")["rank_upper"][k]
    order = sorted(result.items, key=lambda item: item.rank or 0)
    assert [name_of(item.code) for item in order] == pfi.value("pfi")["order"]


def test_the_order_of_the_is_rating_agrees(result: StudyResult, main: Expected) -> None:
    order = sorted(result.items, key=lambda item: -(item.is_rating or 0))
    assert [name_of(item.code) for item in order] == main.value("IS_order")


def test_intervals_use_t_with_29_degrees_of_freedom(result: StudyResult) -> None:
    assert result.groups == 30
    index = result.index
    assert index.value is not None
    assert index.stderr is not None
    # t of 29 degrees of freedom at .975 from a printed table: 2.0452.
    assert index.low == pytest.approx(index.value - 2.0452 * index.stderr, abs=5e-5)
    assert index.high == pytest.approx(index.value + 2.0452 * index.stderr, abs=5e-5)


def test_only_the_first_three_are_surely_first(result: StudyResult) -> None:
    bands = {item.code: item.band for item in result.items}
    assert {code for code, band in bands.items() if band == "A"} == {
        "streets",
        "police",
        "neighborhood_services",
    }


def test_the_same_rows_from_parquet_give_the_same_bytes(
    result: StudyResult, tmp_path: Path
) -> None:
    parquet = tmp_path / "responses.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM read_csv('{DATA}')) TO '{parquet}' (FORMAT parquet)")
    again = run_external(INSTRUMENT, parquet, replicates="replicate")
    assert to_json(again) == to_json(result)


def test_a_filter_keeps_one_wave(main: Expected) -> None:
    one = run_external(INSTRUMENT, DATA, where="wave=2021-09", replicates="replicate")
    assert one.n == main.value("n")["wave"]["1"]
    found = {name_of(item.code): item.mean for item in one.items}
    assert main.agrees(found["police"], "wave_tests", "police", "mean1")


def test_the_json_has_the_fields_other_programs_rely_on(result: StudyResult) -> None:
    data = json.loads(to_json(result))
    assert {"value", "stderr", "low", "high", "hill_percent"} <= data["index"].keys()
    fields = (
        "code n mean stderr low high importance pfi pfi_stderr rank rank_low rank_high band "
        "quadrant zone"
    )
    assert len(data["items"]) == 16
    assert all(set(fields.split()) <= item.keys() for item in data["items"])
