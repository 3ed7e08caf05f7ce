"""California schools: means, domains and jackknife agree with R's survey package."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from app.analysis.uncertainty.intervals import PopulationError, srs_domain_mean, srs_mean
from app.analysis.uncertainty.jackknife import (
    TooFewGroupsError,
    jackknife_jk1,
    jackknife_jkn,
    weighted_mean,
    weighted_ratio,
)
from tests.reference.expected import HERE, read_expected

API = HERE / "api"
SRS = read_expected(API / "expected_srs.json")
JACKKNIFE = read_expected(API / "expected_jackknife.json")
POPULATION = 6194


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    return pd.read_csv(API / "apisrs.csv")


@pytest.fixture(scope="module")
def districts() -> pd.DataFrame:
    return pd.read_csv(API / "apiclus1_dag.csv")


@pytest.mark.parametrize("column", ["api00", "enroll"])
def test_a_mean_of_a_simple_random_sample_equals_r(schools: pd.DataFrame, column: str) -> None:
    corrected = srs_mean(schools[column], population=POPULATION)
    assert SRS.agrees(corrected.mean, "mean_fpc", column)
    assert SRS.agrees(corrected.stderr, "se_fpc", column)
    assert SRS.agrees(corrected.low, "ci95_t_fpc", column, 0)
    assert SRS.agrees(corrected.high, "ci95_t_fpc", column, 1)
    assert corrected.df == SRS.value("ci95_t_fpc")["df"]
    assert SRS.agrees(srs_mean(schools[column]).stderr, "se_nofpc", column)


@pytest.mark.parametrize("kind", ["E", "H", "M"])
def test_a_share_and_a_domain_mean_equal_r(schools: pd.DataFrame, kind: str) -> None:
    is_kind = schools["stype"] == kind
    share = srs_mean(is_kind.astype(float), population=POPULATION)
    assert SRS.agrees(share.mean, "prop_stype", f"stype{kind}")
    assert SRS.agrees(share.stderr, "prop_stype_se", f"stype{kind}")
    domain = srs_domain_mean(schools["api00"], is_kind, population=POPULATION)
    assert SRS.agrees(domain.mean, "domain_mean_api00_by_stype", kind)
    assert SRS.agrees(domain.stderr, "domain_se_api00_by_stype", kind)


def test_a_paired_gap_counts_the_covariance_of_the_same_respondents(schools: pd.DataFrame) -> None:
    gap = srs_mean(schools["api00"] - schools["api99"], population=POPULATION)
    assert SRS.agrees(gap.mean, "paired_gap_mean", "mean")
    assert SRS.agrees(gap.stderr, "paired_gap_mean", "se")


def test_missing_values_leave_the_mean(schools: pd.DataFrame) -> None:
    values = np.append(schools["api00"].to_numpy(dtype=float), [np.nan, np.nan])
    assert srs_mean(values, population=POPULATION) == srs_mean(
        schools["api00"], population=POPULATION
    )


def test_a_population_smaller_than_the_sample_is_refused() -> None:
    with pytest.raises(PopulationError) as caught:
        srs_mean([1.0, 2.0, 3.0], population=2)
    assert (caught.value.population, caught.value.n) == (2, 3)


def test_a_domain_without_rows_has_no_mean() -> None:
    assert np.isnan(srs_domain_mean([1.0, 2.0], [False, False]).mean)


def test_deleting_one_cluster_at_a_time_equals_r(districts: pd.DataFrame) -> None:
    columns = districts[["api00", "enroll"]].to_numpy(dtype=float)
    result = jackknife_jk1(lambda w: weighted_mean(columns, w), districts["dnum"], districts["pw"])
    for k, column in enumerate(("api00", "enroll")):
        assert JACKKNIFE.agrees(result.value[k], "jk1_mean", column)
        assert JACKKNIFE.agrees(result.stderr[k], "jk1_se", column)
    ratio = jackknife_jk1(
        lambda w: weighted_ratio(districts["api.stu"], districts["enroll"], w),
        districts["dnum"],
        districts["pw"],
    )
    assert JACKKNIFE.agrees(float(ratio.value), "jk1_ratio", "ratio")
    assert JACKKNIFE.agrees(float(ratio.stderr), "jk1_ratio", "se")
    assert ratio.df == districts["dnum"].nunique() - 1


def test_deleting_one_unit_of_one_stratum_at_a_time_equals_r() -> None:
    data = pd.read_csv(API / "apistrat.csv")
    columns = data[["api00", "enroll"]].to_numpy(dtype=float)
    result = jackknife_jkn(lambda w: weighted_mean(columns, w), data["stype"], data["pw"])
    for k, column in enumerate(("api00", "enroll")):
        assert JACKKNIFE.agrees(result.value[k], "jkn_mean", column)
        assert JACKKNIFE.agrees(result.stderr[k], "jkn_se", column)
    assert result.df == len(data) - 3


def test_clusters_within_strata_are_deleted_whole() -> None:
    values = np.array([1.0, 3.0, 2.0, 8.0, 5.0, 6.0, 7.0, 1.0])
    strata = np.repeat([1, 2], 4)
    clusters = np.repeat([1, 2, 3, 4], 2)
    result = jackknife_jkn(lambda w: weighted_mean(values, w), strata, clusters=clusters)
    # By hand: cluster totals 4, 10 and 11, 8; with two clusters in each stratum and 8 rows of
    # weight 1 the variance of the mean is the sum of (t1 - t2)^2 over strata, over 8^2.
    assert float(result.stderr) == pytest.approx(np.sqrt((36 + 9) / 64))
    assert result.df == 2


def test_deleting_random_groups_equals_r_for_means_correlations_and_regressions(
    districts: pd.DataFrame,
) -> None:
    groups = districts["dag20"]
    y = districts["api00"].to_numpy(dtype=float)
    others = {name: districts[name].to_numpy(dtype=float) for name in ("api99", "meals", "ell")}

    mean = jackknife_jk1(lambda w: weighted_mean(y, w), groups)
    assert JACKKNIFE.agrees(float(mean.value), "dagjk_mean", "mean")
    assert JACKKNIFE.agrees(float(mean.stderr), "dagjk_mean", "se")

    def correlations(w: np.ndarray) -> list[float]:
        return [
            np.cov(y, x, aweights=w)[0, 1] / np.sqrt(np.cov(y, aweights=w) * np.cov(x, aweights=w))
            for x in others.values()
        ]

    result = jackknife_jk1(correlations, groups)
    for k, name in enumerate(others):
        assert JACKKNIFE.agrees(result.value[k], "dagjk_cor_api00", "est", name)
        assert JACKKNIFE.agrees(result.stderr[k], "dagjk_cor_api00", "se", name)

    design = np.column_stack([np.ones(len(y)), others["meals"], others["ell"]])

    def coefficients(w: np.ndarray) -> np.ndarray:
        weighted = design * w[:, None]
        return np.linalg.solve(design.T @ weighted, weighted.T @ y)

    regression = jackknife_jk1(coefficients, groups)
    for k, name in enumerate(("(Intercept)", "meals", "ell")):
        assert JACKKNIFE.agrees(regression.value[k], "dagjk_lm", "est", name)
        assert JACKKNIFE.agrees(regression.stderr[k], "dagjk_lm", "se", name)


def test_weights_estimated_from_the_same_data_are_estimated_again_in_every_replicate(
    districts: pd.DataFrame,
) -> None:
    names = ["api99", "meals", "ell"]

    def index_of(rows: pd.DataFrame) -> float:
        r = rows[names].corrwith(rows["api00"]).abs()
        return float((r * rows[names].mean()).sum() / r.sum())

    def index(w: np.ndarray) -> float:
        return index_of(districts[w > 0])

    result = jackknife_jk1(index, districts["dag20"])
    left_out = np.array([index_of(districts[districts["dag20"] != group]) for group in range(20)])
    assert float(result.stderr) == pytest.approx(np.sqrt(19 * left_out.var()), rel=1e-12)


def test_one_group_or_a_stratum_of_one_is_refused() -> None:
    with pytest.raises(TooFewGroupsError):
        jackknife_jk1(lambda w: w.sum(), [1, 1, 1])
    with pytest.raises(TooFewGroupsError) as caught:
        jackknife_jkn(lambda w: w.sum(), ["a", "a", "b"])
    assert caught.value.stratum == "b"


def test_the_data_files_name_their_source() -> None:
    sources = (Path(HERE) / "SOURCES.md").read_text("utf-8")
    assert all(f"`{folder}/`" in sources for folder in ("api", "bfi", "zone", "kcmo"))
