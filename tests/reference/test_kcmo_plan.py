"""The resident survey by its plan file: every section the data allow, checked against R."""

import json
from pathlib import Path

import pytest

from app.analysis.results.canonical import from_json, to_json
from app.analysis.results.study import StudyResult
from app.surveys.snapshot.column_map import NamedColumns
from app.surveys.snapshot.external import study_external
from tests.reference.expected import HERE, SHARED, Expected, read_expected
from tests.reference.test_kcmo import DATA, EXPECTED, INSTRUMENT, name_of

PLAN = HERE / "kcmo" / "plan.yaml"

pytestmark = pytest.mark.skipif(
    not (DATA.is_file() and EXPECTED.is_dir()),
    reason="the resident survey lies outside the repository, under ../shared",
)


@pytest.fixture(scope="module")
def main() -> Expected:
    return read_expected(SHARED / "reference" / "15_kcmo_residents" / "expected.R.json")


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return study_external(DATA, plan_file=PLAN).result


def test_the_plan_studies_one_wave_and_fills_every_section_the_data_allow(
    result: StudyResult, main: Expected
) -> None:
    assert result.n == main.value("n")["wave"]["2"]
    assert result.standing == "full"
    assert [len(one.entries) for one in result.communities] == [6, 6]
    assert [one.variable for one in result.segments] == ["tenure", "age_group"]
    assert [one.code for one in result.boxes] == ["overall", *(i.code for i in result.items)]
    assert result.gaps is not None
    assert {one.name for one in result.gaps.orders} == {"pfi", "is_rating"}
    assert result.sensitivity is not None
    assert result.drivers is not None
    assert (result.drivers.source, len(result.drivers.items)) == ("own", 16)
    # Nobody was asked the other questions.
    assert (result.zones, result.attribute_drivers, result.nps) == ((), (), None)


def test_the_change_of_every_item_is_the_difference_of_the_waves_means(
    tmp_path: Path, main: Expected
) -> None:
    # R's tests are without weights, so the plan is followed without its last part.
    text, _, weighting = PLAN.read_text("utf-8").partition("weighting:")
    assert weighting
    plan = tmp_path / "plan.yaml"
    plan.write_text(text, "utf-8")
    trend = study_external(DATA, INSTRUMENT, plan).result.trend
    assert trend is not None
    (step,) = trend.steps
    assert (step.n_before, step.n_after) == (1033, 984)
    for one in step.performance:
        means = main.value("wave_tests")[name_of(one.code)]
        # From 1-5 to 0-100 a difference of means grows 25-fold.
        assert one.change.value == pytest.approx(25 * means["diff"], rel=1e-8)
        assert one.reference == pytest.approx(25 * (means["mean1"] - 1), rel=1e-8)
    established = {one.code for one in step.performance if one.established}
    holm = main.value("wave_p_holm")
    assert {name_of(code) for code in established} == {k for k, p in holm.items() if p < 0.05}


def test_weighted_to_equal_districts_the_index_hardly_moves(result: StudyResult) -> None:
    weighting = result.weighting
    assert weighting is not None
    assert weighting.applied
    assert (weighting.method, len(weighting.categories)) == ("post-stratification", 6)
    counts = [one.answered for one in weighting.categories]
    # Kish: n sum w^2 / (sum w)^2 with w = n / (6 n_c) for every household of district c.
    kish = sum(counts) * sum(1 / n for n in counts) / 36
    assert weighting.deff == pytest.approx(kish, rel=1e-12)
    assert result.unweighted is not None
    assert result.index.value is not None
    assert result.index.value != result.unweighted.value
    assert result.index.value == pytest.approx(result.unweighted.value, abs=0.2)


def test_the_derived_shares_and_their_errors_agree_with_r(tmp_path: Path, main: Expected) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("plan: drivers\ngaps: false\nboxes: false\n", "utf-8")
    named = NamedColumns(replicates="replicate")
    study = study_external(DATA, INSTRUMENT, plan, named=named).result
    assert study.drivers is not None
    for one in study.drivers.items:
        assert main.agrees(one.share.value, "rw_share_pairwise", name_of(one.code))
        assert main.agrees(one.share.stderr, "rw_share_dagjk30_se", name_of(one.code))
        assert main.agrees(one.correlation, "r_overall_pairwise", name_of(one.code))


def test_the_same_plan_gives_the_same_bytes_and_they_come_back(result: StudyResult) -> None:
    text = to_json(result)
    assert to_json(study_external(DATA, plan_file=PLAN).result) == text
    assert to_json(from_json(text)) == text
    assert json.loads(text)["plan"]["before"] == ["2021-09"]
