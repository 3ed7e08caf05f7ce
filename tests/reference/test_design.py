"""California schools: designs and weights agree with R's survey package, entry by entry."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from app.analysis.design.calibration import (
    Calibrated,
    calibrate,
    kish_effect,
    post_stratify,
    rake,
)
from app.analysis.design.sample import Sample, SecondStage, make_sample
from app.analysis.design.sums import design_sums, means_from_sums
from app.analysis.design.taylor import (
    Linear,
    covariance,
    design_effects,
    domain_difference,
    domain_means,
    means,
    ratios,
    totals,
)
from app.analysis.uncertainty.proportions import korn_graubard_interval, logit_interval
from tests.reference.entries import differences
from tests.reference.expected import HERE, read_expected

API = HERE / "api"
NAMES = ("api00", "enroll")
KINDS = ("E", "H", "M")
FILES = {
    "srs": read_expected(API / "expected_srs.json"),
    "stratified": read_expected(API / "expected_stratified.json"),
    "cluster": read_expected(API / "expected_cluster.json"),
    "raking": read_expected(API / "expected_raking.json"),
}

Found = dict[str, Any]


def named(values: np.ndarray, names: tuple[str, ...] = NAMES) -> dict[str, float]:
    return dict(zip(names, values.tolist(), strict=True))


def ends(found: Linear, **how: float) -> dict[str, list[float]]:
    low, high = found.interval(**how)
    return {name: [low[k], high[k]] for k, name in enumerate(NAMES)}


def dummies(labels: pd.Series) -> np.ndarray:
    return np.stack([labels == one for one in sorted(labels.unique())], axis=1).astype(float)


def found_srs() -> Found:
    data = pd.read_csv(API / "apisrs.csv")
    sample = make_sample(len(data), population=data["fpc"])
    plain = make_sample(len(data), weights=data["pw"])
    two = data[list(NAMES)]
    kinds = dummies(data["stype"])
    kind_names = tuple(f"stype{one}" for one in KINDS)
    mean, share = means(sample, two), means(sample, kinds)
    total = totals(sample, np.column_stack([data["enroll"], kinds]))
    by_kind = domain_means(sample, data["api00"], data["stype"])[1]
    years = means(sample, data[["api00", "api99"]])
    gap = years.contrast([1, -1])
    quotient = ratios(sample, data["api00"], data["api99"])
    p, error = share.value[1], share.stderr[1]
    logit = logit_interval(p, error, df=sample.df)
    beta = korn_graubard_interval(p, error, n=sample.rows, df=sample.df)
    return {
        "mean_fpc": named(mean.value),
        "se_fpc": named(mean.stderr),
        "se_nofpc": named(means(plain, two).stderr),
        "ci95_t_fpc": {**ends(mean), "df": sample.df},
        "ci95_z_fpc": ends(mean, df=np.inf),
        "prop_stype": named(share.value, kind_names),
        "prop_stype_se": named(share.stderr, kind_names),
        "total": named(total.value, ("enroll", *kind_names)),
        "total_se": named(total.stderr, ("enroll", *kind_names)),
        "domain_mean_api00_by_stype": named(by_kind.value, KINDS),
        "domain_se_api00_by_stype": named(by_kind.stderr, KINDS),
        "prop_H_ci_logit": {"p": p, "ci": logit},
        "prop_H_ci_beta": {"p": p, "ci": beta},
        "paired_gap_mean": {"mean": gap.value[0], "se": gap.stderr[0]},
        "vcov_api00_api99": years.covariance.tolist(),
        "ratio_api00_api99": {"ratio": quotient.value[0], "se": quotient.stderr[0]},
    }


def found_stratified() -> Found:
    data = pd.read_csv(API / "apistrat.csv")
    design = {"strata": data["stype"], "weights": data["pw"]}
    sample = make_sample(len(data), **design, population=data["fpc"])
    two = data[list(NAMES)]
    mean = means(sample, two)
    wide = domain_means(sample, data["api00"], data["sch.wide"])[1]
    test = domain_difference(sample, data["api00"], data["sch.wide"] == "Yes")
    return {
        "mean": named(mean.value),
        "se": named(mean.stderr),
        "se_nofpc": named(means(make_sample(len(data), **design), two).stderr),
        "deff": named(design_effects(sample, two, with_replacement=False)),
        "deff_replace": named(design_effects(sample, two)),
        "ci95_t": {**ends(mean), "df": sample.df},
        "domain_mean_api00_by_schwide": named(wide.value, ("No", "Yes")),
        "domain_se_api00_by_schwide": named(wide.stderr, ("No", "Yes")),
        "svyttest_api00_schwide": {
            "t": test.t,
            "df": test.df,
            "p": test.p,
            "diff": test.difference,
        },
        "kish_deff_weights": kish_effect(data["pw"]),
    }


def found_cluster() -> Found:
    data = pd.read_csv(API / "apiclus1_dag.csv")
    design = {"clusters": data["dnum"], "weights": data["pw"]}
    sample = make_sample(len(data), **design, population=data["fpc"])
    two = data[list(NAMES)]
    mean = means(sample, two)
    by_kind = domain_means(sample, data["api00"], data["stype"])[1]
    staged = pd.read_csv(API / "apiclus2.csv")
    second = SecondStage(staged["snum"], staged["fpc2"])
    both = make_sample(
        len(staged), clusters=staged["dnum"], population=staged["fpc1"], second=second
    )
    one = means(both, staged["api00"])
    complete = means(both, staged[list(NAMES)], inside=staged[list(NAMES)].notna().all(axis=1))
    return {
        "clus1_mean": named(mean.value),
        "clus1_se": named(mean.stderr),
        "clus1_se_nofpc": named(means(make_sample(len(data), **design), two).stderr),
        "clus1_deff": named(design_effects(sample, two, with_replacement=False)),
        "clus1_df": sample.df,
        "clus1_domain_mean": named(by_kind.value, KINDS),
        "clus1_domain_se": named(by_kind.stderr, KINDS),
        "clus2_mean_api00": {"mean": one.value[0], "se": one.stderr[0]},
        "clus2_mean_narm": named(complete.value),
        "clus2_se_narm": named(complete.stderr),
    }


def margin(name: str, column: str) -> dict[str, float]:
    table = pd.read_csv(API / f"margin_{name}.csv")
    return dict(zip(table[column], table["Freq"].astype(float), strict=True))


def calibrations() -> tuple[pd.DataFrame, Sample, dict[str, Calibrated]]:
    data = pd.read_csv(API / "apiclus1_dag.csv")
    sample = make_sample(len(data), clusters=data["dnum"], weights=data["pw"])
    kinds, wide = margin("stype", "stype"), margin("schwide", "sch.wide")
    columns = np.column_stack(
        [
            np.ones(len(data)),
            data["stype"] == "H",
            data["stype"] == "M",
            data["sch.wide"] == "Yes",
        ]
    )
    known = [sum(kinds.values()), kinds["H"], kinds["M"], wide["Yes"]]
    return (
        data,
        sample,
        {
            "raked": rake([data["stype"], data["sch.wide"]], [kinds, wide], base=data["pw"]),
            "poststrat": post_stratify(data["stype"], kinds, base=data["pw"]),
            "greg": calibrate(columns, known, base=data["pw"]),
        },
    )


def found_raking() -> Found:
    data, sample, by_method = calibrations()
    two = data[list(NAMES)]
    after = {
        name: means(sample.calibrated(one.weights, one.auxiliary), two)
        for name, one in by_method.items()
    }
    plain = means(sample, two)
    raked = by_method["raked"].weights
    effect = kish_effect(raked)
    cells = dict(zip(data["stype"] + " " + data["sch.wide"], raked, strict=True))
    found: Found = {
        "mean_unadjusted": named(plain.value),
        "se_unadjusted": named(plain.stderr),
        "kish_deff_raked": effect,
        "ess_raked": len(data) / effect,
        "weights_raked_by_cell": cells,
    }
    for name, one in after.items():
        found[f"mean_{name}"] = named(one.value)
        found[f"se_{name}"] = named(one.stderr)
    return found


FOUND = {
    "srs": found_srs,
    "stratified": found_stratified,
    "cluster": found_cluster,
    "raking": found_raking,
}


@pytest.fixture(scope="module")
def found() -> dict[str, Found]:
    return {name: make() for name, make in FOUND.items()}


@pytest.mark.parametrize(
    ("file", "name"), [(file, name) for file, one in FILES.items() for name in one.entries]
)
def test_every_number_equals_that_of_r(found: dict[str, Found], file: str, name: str) -> None:
    assert differences(FILES[file], name, found[file][name]) == []


def test_every_calibrated_weight_equals_that_of_r() -> None:
    data, _, by_method = calibrations()
    expected = pd.read_csv(API / "expected_raked_weights.csv")
    assert (expected["cds"] == data["cds"]).all()
    for name, column in (("raked", "w_raked"), ("poststrat", "w_ps"), ("greg", "w_greg")):
        np.testing.assert_allclose(by_method[name].weights, expected[column], rtol=1e-7)


@pytest.mark.parametrize("correction", [True, False])
def test_design_sums_give_what_the_rows_give(correction: bool) -> None:
    data = pd.read_csv(API / "apistrat.csv")
    two = data[list(NAMES)]
    sums = design_sums(two, strata=data["stype"], weights=data["pw"])
    known = data.groupby("stype")["fpc"].first().astype(float).to_dict()
    by_sums = means_from_sums(sums, population=known if correction else None)
    names = ("se", "mean") if correction else ("se_nofpc", "mean")
    assert differences(FILES["stratified"], names[0], named(by_sums.stderr)) == []
    assert differences(FILES["stratified"], names[1], named(by_sums.value)) == []
    assert by_sums.df == 197


def test_design_sums_of_a_domain_of_clusters_give_what_r_gives() -> None:
    data = pd.read_csv(API / "apiclus1_dag.csv")
    for kind in KINDS:
        sums = design_sums(
            data["api00"],
            clusters=data["dnum"],
            weights=data["pw"],
            inside=data["stype"] == kind,
            shift=600.0,
        )
        found = means_from_sums(sums, population={"": 757.0})
        assert FILES["cluster"].agrees(found.stderr[0], "clus1_domain_se", kind)
        assert FILES["cluster"].agrees(found.value[0], "clus1_domain_mean", kind)


def test_a_variance_is_the_covariance_of_a_column_with_itself() -> None:
    data = pd.read_csv(API / "apiclus1_dag.csv")
    sample = make_sample(len(data), clusters=data["dnum"], weights=data["pw"])
    matrix = covariance(sample, data[list(NAMES)])
    assert totals(sample, data["api00"]).stderr[0] ** 2 == pytest.approx(matrix[0, 0])
