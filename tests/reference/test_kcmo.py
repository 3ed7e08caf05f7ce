"""A real resident survey end to end through `study run`: every number agrees with R."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

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
