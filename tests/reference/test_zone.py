"""Zone of tolerance, index and PFI agree with the case worked by hand in exact fractions."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Role
from app.analysis.data.moments import Moments
from app.analysis.disclosure.floors import OWN_ROWS
from app.analysis.priorities.gaps import make_gaps
from app.analysis.results.gaps import GapsResult
from app.analysis.results.study import StudyResult
from app.analysis.uncertainty.frame import make_frame
from app.surveys.instrument.load import load_instrument
from app.surveys.snapshot.external import load_external, run_external
from tests.reference.expected import HERE, read_expected

ZONE = HERE / "zone"
EXPECTED = read_expected(ZONE / "expected.json")
AREAS = ("security", "cleaning", "repairs")
STATUS = {"within_zone": "inside", "below_minimum": "below_minimum"}


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One row per household, as a data file of another tool would have it."""
    rows: dict[str, dict[str, str]] = defaultdict(dict)
    with (ZONE / "responses.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            household, item = row.pop("household"), row.pop("item")
            rows[household].update({f"{item}_{name}": value for name, value in row.items()})
    path = tmp_path_factory.mktemp("zone") / "wide.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["household", *rows["1"]])
        writer.writeheader()
        writer.writerows({"household": household, **row} for household, row in rows.items())
    return path


@pytest.fixture(scope="module")
def result(wide: Path) -> StudyResult:
    return run_external(ZONE / "instrument.yaml", wide)


def test_the_index_and_hills_percentage_are_exact(result: StudyResult) -> None:
    expected = EXPECTED.value("index")
    assert result.index.value == pytest.approx(expected["index_0_100"], rel=1e-12)
    assert result.index.hill_percent == pytest.approx(expected["hill_index_percent"], rel=1e-12)
    assert result.index.equal_weights == pytest.approx(expected["equal_weights_0_100"], rel=1e-12)


@pytest.mark.parametrize("area", AREAS)
def test_every_number_of_the_headline_is_exact(result: StudyResult, area: str) -> None:
    item = {item.code: item for item in result.items}[area]

    def agrees(found: float | None, name: str) -> bool:
        return EXPECTED.agrees(found, "items", area, name)

    assert item.n == EXPECTED.value("items")[area]["n_perceived"]
    assert agrees(item.mean, "mean_P")
    assert agrees(item.performance.value, "P100")
    assert agrees(item.importance, "weight")
    assert agrees(item.pfi, "pfi_no_columns")


@pytest.mark.parametrize("area", AREAS)
def test_every_number_of_the_zone_is_exact(result: StudyResult, area: str) -> None:
    zone = {zone.code: zone for zone in result.zones}[area]
    numbers = EXPECTED.value("items")[area]

    def agrees(found: float | None, name: str) -> bool:
        return EXPECTED.agrees(found, "items", area, name)

    assert zone.inverted == numbers["n_inverted"]
    assert agrees(zone.importance_mean.value, "importance_mean")
    assert agrees(zone.adequate.value, "mean_A")
    assert agrees(zone.desired.value, "mean_D")
    assert agrees(zone.adequacy.value, "msa_paired")
    assert zone.adequacy.n == numbers["n_msa"]
    assert agrees(zone.superiority.value, "mss_paired")
    assert zone.superiority.n == numbers["n_mss"]
    assert agrees(zone.width.value, "zone_width_paired")
    assert zone.width.n == numbers["n_width"]
    assert agrees(zone.below.value, "share_below_min")
    assert agrees(zone.above.value, "share_above_desired")
    assert agrees(zone.pfi.value, "pfi_target_desired_lambda1")
    assert zone.status == STATUS[numbers["zone_status"]]
    assert zone.status == {item.code: item.zone for item in result.items}[area]


@pytest.mark.parametrize("area", AREAS)
def test_paired_gaps_with_importance_and_competitor_are_exact(wide: Path, area: str) -> None:
    loaded = load_instrument((ZONE / "instrument.yaml").read_text("utf-8"), "instrument.yaml")
    cells = make_cells(load_external(wide, loaded.columns, loaded.instrument))
    moments = Moments(cells.layout, cells.total()[None, :])
    importance = -moments.gap(Role.IMPORTANCE, Role.PERCEIVED, (area,))[0, 0]
    competitor = moments.gap(Role.COMPETITOR, Role.PERCEIVED, (area,))[0, 0]
    assert EXPECTED.agrees(importance, "items", area, "hill_gap_paired")
    assert EXPECTED.agrees(competitor, "items", area, "competitor_gap_paired")


@pytest.fixture(scope="module")
def gaps(wide: Path) -> GapsResult:
    loaded = load_instrument((ZONE / "instrument.yaml").read_text("utf-8"), "instrument.yaml")
    cells = make_cells(load_external(wide, loaded.columns, loaded.instrument))
    return make_gaps(make_frame(cells, floors=OWN_ROWS), AREAS)


@pytest.mark.parametrize("area", AREAS)
def test_hills_gap_is_exact_paired_and_from_all_answers(gaps: GapsResult, area: str) -> None:
    found = {item.code: item for item in gaps.items}[area]
    numbers = EXPECTED.value("items")[area]
    assert EXPECTED.agrees(found.gap.value, "items", area, "hill_gap_paired")
    assert found.competitor is not None
    assert EXPECTED.agrees(found.competitor.value, "items", area, "competitor_gap_paired")
    assert found.competitor.n == numbers["n_comp"]
    # Eight households: where one answer is missing, pairing loses more than 5 %.
    if found.available is not None:
        assert EXPECTED.agrees(found.available, "items", area, "hill_gap")
    else:
        assert EXPECTED.agrees(found.gap.value, "items", area, "hill_gap")


def test_the_order_of_hills_gaps_is_the_one_worked_by_hand(gaps: GapsResult) -> None:
    ranked = sorted(gaps.items, key=lambda item: item.rank or 0)
    assert [item.code for item in ranked] == EXPECTED.value("order")["hill_gap"]


def test_a_zones_position_is_that_of_its_means(result: StudyResult) -> None:
    # Security by hand: (47/7 - 13/2)/(60/7 - 13/2) = 3/29.
    found = {zone.code: zone for zone in result.zones}["security"].position
    assert found is not None
    assert found.value == pytest.approx(3 / 29)
    assert found.low is None


def test_the_competitors_mean_stands_in_the_zones_picture(result: StudyResult, wide: Path) -> None:
    with wide.open(encoding="utf-8", newline="") as file:
        rated = [row["security_competitor"] for row in csv.DictReader(file)]
    points = [int(one) for one in rated if one]
    found = {zone.code: zone for zone in result.zones}["security"].competitor
    assert found is not None
    assert found.n == len(points)
    assert found.value == pytest.approx(sum(points) / len(points))


def test_both_lists_have_the_order_worked_by_hand(result: StudyResult) -> None:
    headline = sorted(result.items, key=lambda item: item.rank or 0)
    zones = sorted(result.zones, key=lambda zone: zone.rank or 0)
    assert [item.code for item in headline] == EXPECTED.value("order")["pfi_no_columns"]
    assert [zone.code for zone in zones] == EXPECTED.value("order")["pfi"]


def test_eight_households_carry_no_standard_error(result: StudyResult) -> None:
    assert result.groups == 0
    assert result.index.stderr is None
    assert result.index.low is None
    assert result.standing == "indicative"
    assert all(item.pfi_stderr is None and item.rank_low is None for item in result.items)
    assert all(zone.established is None for zone in result.zones)
