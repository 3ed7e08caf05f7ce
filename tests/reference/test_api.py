"""California schools: means, domains and jackknife agree with R's survey package."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from app.analysis.design.sample import PopulationError
from app.analysis.uncertainty.intervals import srs_domain_mean, srs_mean
from app.analysis.uncertainty.jackknife import (
    TooFewGroupsError,
    jackknife_jk1,
    jackknife_jkn,
    weighted_mean,
    weighted_ratio,
)
from tests.reference.entries import differences
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


def pair(values: np.ndarray) -> dict[str, float]:
    return dict(zip(("api00", "enroll"), values.tolist(), strict=True))


def by_cluster(districts: pd.DataFrame) -> dict[str, Any]:
    columns = districts[["api00", "enroll"]].to_numpy(dtype=float)
    clusters, weights = districts["dnum"], districts["pw"]
    mean = jackknife_jk1(lambda w: weighted_mean(columns, w), clusters, weights)
    ratio = jackknife_jk1(
        lambda w: weighted_ratio(districts["api.stu"], districts["enroll"], w), clusters, weights
    )
    assert mean.df == districts["dnum"].nunique() - 1
    return {
        "jk1_mean": pair(mean.value),
        "jk1_se": pair(mean.stderr),
        "jk1_ratio": {"ratio": float(ratio.value), "se": float(ratio.stderr)},
    }


def by_stratum() -> dict[str, Any]:
    data = pd.read_csv(API / "apistrat.csv")
    columns = data[["api00", "enroll"]].to_numpy(dtype=float)
    found = jackknife_jkn(lambda w: weighted_mean(columns, w), data["stype"], data["pw"])
    assert found.df == len(data) - 3
    return {"jkn_mean": pair(found.value), "jkn_se": pair(found.stderr)}


def by_group(districts: pd.DataFrame) -> dict[str, Any]:
    groups = districts["dag20"]
    y = districts["api00"].to_numpy(dtype=float)
    others = {name: districts[name].to_numpy(dtype=float) for name in ("api99", "meals", "ell")}
    regressors = np.column_stack([np.ones(len(y)), others["meals"], others["ell"]])

    def correlation(x: np.ndarray, w: np.ndarray) -> float:
        covariance = np.cov(y, x, aweights=w)
        return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))

    def coefficients(w: np.ndarray) -> np.ndarray:
        weighted = regressors * w[:, None]
        return np.linalg.solve(regressors.T @ weighted, weighted.T @ y)

    def index(w: np.ndarray) -> np.ndarray:
        # Levels of two years, weighed by how strongly two other columns go with the first.
        r = np.abs([correlation(others[name], w) for name in ("meals", "ell")])
        return r / r.sum() @ weighted_mean(np.stack([y, others["api99"]], axis=1), w)

    mean = jackknife_jk1(lambda w: weighted_mean(y, w), groups)
    r = jackknife_jk1(lambda w: [correlation(x, w) for x in others.values()], groups)
    line = jackknife_jk1(coefficients, groups)
    level = jackknife_jk1(index, groups)
    terms = ("(Intercept)", "meals", "ell")
    return {
        "dagjk_mean": {"mean": float(mean.value), "se": float(mean.stderr)},
        "dagjk_cor_api00": {
            "est": dict(zip(others, r.value, strict=True)),
            "se": dict(zip(others, r.stderr, strict=True)),
        },
        "dagjk_lm": {
            "est": dict(zip(terms, line.value, strict=True)),
            "se": dict(zip(terms, line.stderr, strict=True)),
        },
        "dagjk_index": {"est": float(level.value), "se": float(level.stderr)},
    }


@pytest.fixture(scope="module")
def jackknifed(districts: pd.DataFrame) -> dict[str, Any]:
    return {**by_cluster(districts), **by_stratum(), **by_group(districts)}


@pytest.mark.parametrize("name", JACKKNIFE.entries)
def test_every_jackknife_equals_that_of_r(jackknifed: dict[str, Any], name: str) -> None:
    assert differences(JACKKNIFE, name, jackknifed[name]) == []


def test_clusters_within_strata_are_deleted_whole() -> None:
    values = np.array([1.0, 3.0, 2.0, 8.0, 5.0, 6.0, 7.0, 1.0])
    strata = np.repeat([1, 2], 4)
    clusters = np.repeat([1, 2, 3, 4], 2)
    result = jackknife_jkn(lambda w: weighted_mean(values, w), strata, clusters=clusters)
    # By hand: cluster totals 4, 10 and 11, 8; with two clusters in each stratum and 8 rows of
    # weight 1 the variance of the mean is the sum of (t1 - t2)^2 over strata, over 8^2.
    assert float(result.stderr) == pytest.approx(np.sqrt((36 + 9) / 64))
    assert result.df == 2


def test_one_group_or_a_stratum_of_one_is_refused() -> None:
    with pytest.raises(TooFewGroupsError):
        jackknife_jk1(lambda w: w.sum(), [1, 1, 1])
    with pytest.raises(TooFewGroupsError) as caught:
        jackknife_jkn(lambda w: w.sum(), ["a", "a", "b"])
    assert caught.value.stratum == "b"


def test_the_data_files_name_their_source() -> None:
    sources = (Path(HERE) / "SOURCES.md").read_text("utf-8")
    assert all(
        f"`{folder}/`" in sources for folder in ("api", "bfi", "housing", "nist", "zone", "kcmo")
    )
