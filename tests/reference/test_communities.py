"""Six districts and two waves of a real resident survey: who differs, who may be ranked."""

import numpy as np
import pandas as pd
import pytest

from app.analysis.comparison.independent import independent_ranks
from app.analysis.comparison.overlap import welch_test
from app.analysis.comparison.shrinkage import heterogeneity, shrink
from app.analysis.uncertainty.multiple import benjamini_hochberg, bh_adjusted, holm, holm_adjusted
from app.analysis.uncertainty.ranks import rank_intervals
from tests.reference.expected import SHARED, Expected, read_expected

FOLDER = SHARED / "reference" / "15_kcmo_residents"
DO_NOT_KNOW = 9

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the resident survey lies outside the repository, under ../shared"
)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    data = pd.read_csv(FOLDER / "kcmo_residents.csv")
    rated = [name for name in data if name.startswith(("q2_", "q3_"))]
    data[rated] = data[rated].where(data[rated] != DO_NOT_KNOW)
    return data


@pytest.fixture(scope="module")
def main() -> Expected:
    return read_expected(FOLDER / "expected.R.json")


@pytest.fixture(scope="module")
def services(main: Expected) -> dict[str, str]:
    names = list(main.value("item_n"))
    return {name: f"q3_{k:02d}" for k, name in enumerate(names, start=1)}


def test_shrunken_values_and_reliability_of_the_districts_agree(rows: pd.DataFrame) -> None:
    expected = read_expected(FOLDER / "expected.reliability.json")
    by_district = rows.groupby("counci")["q2_01"].agg(["mean", "std", "count"])
    error = by_district["std"] / np.sqrt(by_district["count"])
    found = shrink(by_district["mean"], error)
    assert expected.agrees(found.variance, "paule_mandel", "tau2")
    assert expected.agrees(found.mean, "paule_mandel", "mu")
    for k in range(6):
        assert expected.agrees(found.reliability[k], "paule_mandel", "reliability", k)
        assert expected.agrees(found.values[k], "paule_mandel", "shrunk", k)
    test = heterogeneity(by_district["mean"], error)
    assert expected.agrees(test.statistic, "paule_mandel", "Q0")
    assert expected.agrees(test.p, "paule_mandel", "p_heterogeneity")


def test_no_district_can_be_ranked_before_another(main: Expected) -> None:
    district = main.value("district_overall")
    # The reference compares by z tests: errors taken as known.
    found = independent_ranks(district["mean"], district["se"], np.full(6, np.inf))
    expected = main.value("district_ranks_csranks")
    assert list(found.low) == expected["lower"]
    assert list(found.high) == expected["upper"]
    assert list(found.rank) == expected["rank"]


def test_pairs_of_districts_agree_with_holm(main: Expected) -> None:
    district = main.value("district_overall")
    expected = main.value("district_pair_holm")
    pairs = np.array(expected["pairs"]) - 1
    mean, error = (np.array(district[name]) for name in ("mean", "se"))
    adjusted = holm_adjusted(np.array(expected["p"]))
    for k, p_holm in enumerate(expected["p_holm"]):
        assert main.agrees(adjusted[k], "district_pair_holm", "p_holm", k)
        assert p_holm == 1
    # Two-sided z tests of a single pair at its own p value separate exactly that pair.
    for (first, second), p in zip(pairs, expected["p"], strict=True):
        both = mean[[first, second]]
        stderr = np.full((2, 2), np.hypot(error[first], error[second]))
        assert rank_intervals(both, stderr, df=np.inf, alpha=p * 1.000001).tied == ((), ())
        assert rank_intervals(both, stderr, df=np.inf, alpha=p * 0.999999).tied == ((1,), (0,))


def test_welch_tests_of_the_waves_agree(
    rows: pd.DataFrame, main: Expected, services: dict[str, str]
) -> None:
    for name, column in services.items():
        before, after = (rows.loc[rows["wave"] == wave, column] for wave in (1, 2))
        found = welch_test(after, before)
        assert main.agrees(before.mean(), "wave_tests", name, "mean1")
        assert main.agrees(after.mean(), "wave_tests", name, "mean2")
        assert (found.second, found.first) == tuple(
            main.value("wave_tests")[name][key] for key in ("n1", "n2")
        )
        assert main.agrees(found.value, "wave_tests", name, "diff")
        assert main.agrees(found.statistic, "wave_tests", name, "t")
        assert main.agrees(found.df, "wave_tests", name, "df")
        assert main.agrees(found.p, "wave_tests", name, "p")


def test_six_changes_alone_are_one_after_holm_and_five_on_a_screening_list(
    rows: pd.DataFrame, main: Expected, services: dict[str, str]
) -> None:
    p = np.array(
        [
            welch_test(*(rows.loc[rows["wave"] == wave, column] for wave in (1, 2))).p
            for column in services.values()
        ]
    )
    for k, name in enumerate(services):
        assert main.agrees(holm_adjusted(p)[k], "wave_p_holm", name)
        assert main.agrees(bh_adjusted(p)[k], "wave_p_BH", name)
    assert (p < 0.05).sum() == 6
    assert [name for name, held in zip(services, holm(p), strict=True) if held] == ["communication"]
    assert benjamini_hochberg(p).sum() == 5
