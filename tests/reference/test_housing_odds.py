"""Proportional odds of satisfaction with housing agree with MASS and ordinal (case 08)."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Column, Dataset, Role
from app.analysis.importance.odds import segments_odds
from app.analysis.importance.ordinal import PROBIT, fit_ordinal, pattern_counts
from app.analysis.importance.parallel import parallel_lines
from tests.reference.entries import differences
from tests.reference.expected import HERE, read_expected

FOLDER = HERE / "housing"
EXPECTED = read_expected(FOLDER / "expected_ordinal.json")
LEVELS = {
    "Infl": ("Low", "Medium", "High"),
    "Type": ("Tower", "Apartment", "Atrium", "Terrace"),
    "Cont": ("Low", "High"),
}
COLUMNS = [(term, level) for term, levels in LEVELS.items() for level in levels[1:]]
SATISFACTION = ("Low", "Medium", "High")


def dummies(rows: pd.DataFrame) -> NDArray[np.float64]:
    return np.column_stack([(rows[term] == level).astype(float) for term, level in COLUMNS])


@pytest.fixture(scope="module")
def residents() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "housing.csv")


@pytest.fixture(scope="module")
def patterns(residents: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    place = residents["Sat"].map({name: k for k, name in enumerate(SATISFACTION)})
    return pattern_counts(place.to_numpy(), dummies(residents), residents["Freq"])


@pytest.mark.parametrize(("entry", "link"), [("clm_logit", "logit"), ("polr_logit", "logit")])
def test_coefficients_thresholds_and_errors_equal_r(
    entry: str, link: str, patterns: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    fit = fit_ordinal(*patterns, link=link)
    assert fit.n == 1681
    for k, (term, level) in enumerate(COLUMNS):
        assert EXPECTED.agrees(float(fit.coefficients[k]), entry, "coef", term + level)
        assert EXPECTED.agrees(float(fit.stderr[k]), entry, "se", term + level)
    for k, cut in enumerate(("Low|Medium", "Medium|High")):
        assert EXPECTED.agrees(float(fit.thresholds[k]), entry, "zeta", cut)
        error = float(np.sqrt(fit.covariance[k, k]))
        assert EXPECTED.agrees(error, entry, "se", cut)
    assert EXPECTED.agrees(fit.log_likelihood, entry, "logLik")


def test_the_ordered_probit_equals_r(
    patterns: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    fit = fit_ordinal(*patterns, link=PROBIT)
    for k, (term, level) in enumerate(COLUMNS):
        assert EXPECTED.agrees(float(fit.coefficients[k]), "polr_probit", "coef", term + level)
    for k, cut in enumerate(("Low|Medium", "Medium|High")):
        assert EXPECTED.agrees(float(fit.thresholds[k]), "polr_probit", "zeta", cut)


def test_the_test_of_parallel_lines_equals_nominal_test_of_ordinal(
    patterns: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    terms = {name: [k for k, (term, _) in enumerate(COLUMNS) if term == name] for name in LEVELS}
    found = parallel_lines(*patterns, terms)
    assert [one.term for one in found] == [*LEVELS, ""]
    for place, one in enumerate(found[:-1], start=1):
        assert EXPECTED.agrees(one.statistic, "clm_nominal_test", "LRT", place)
        assert EXPECTED.agrees(one.p, "clm_nominal_test", "p", place)
        assert one.df == EXPECTED.value("clm_nominal_test")["Df"][place]


def test_predicted_probabilities_equal_r(
    patterns: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    entry = EXPECTED.value("polr_pred_probs_grid")
    found = fit_ordinal(*patterns).probabilities(dummies(pd.DataFrame(entry["grid"])))
    value = {**entry, "probs": found.tolist()}
    assert differences(EXPECTED, "polr_pred_probs_grid", value) == []


def test_statsmodels_finds_the_same_from_expanded_rows(
    residents: pd.DataFrame, patterns: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    rows = residents.loc[residents.index.repeat(residents["Freq"])]
    answer = pd.Series(pd.Categorical(rows["Sat"], SATISFACTION, ordered=True), index=rows.index)
    model = OrderedModel(answer, pd.DataFrame(dummies(rows), index=rows.index), distr="logit")
    peer = model.fit(method="bfgs", disp=False, gtol=1e-8)
    fit = fit_ordinal(*patterns)
    assert fit.coefficients == pytest.approx(peer.params[: len(COLUMNS)], abs=1e-5)
    # Its thresholds after the first are logarithms of steps.
    assert fit.thresholds == pytest.approx(
        model.transform_threshold_params(peer.params)[1:-1], abs=1e-5
    )
    assert fit.log_likelihood == pytest.approx(float(peer.llf), abs=1e-6)


def test_no_expected_value_is_left_out() -> None:
    used = {"polr_logit", "clm_logit", "clm_nominal_test", "polr_pred_probs_grid", "polr_probit"}
    assert set(EXPECTED.entries) == used


def test_cells_by_segment_carry_the_same_model(
    residents: pd.DataFrame, patterns: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> None:
    rows = residents.loc[residents.index.repeat(residents["Freq"])]
    names = sorted({tuple(row) for row in rows[list(LEVELS)].to_numpy().tolist()})
    place = {name: k for k, name in enumerate(names)}
    count = len(rows)
    zeros = np.zeros(count, dtype=np.int64)
    answers = rows["Sat"].map({name: k + 1 for k, name in enumerate(SATISFACTION)}).to_numpy()
    column = Column("overall", Role.OVERALL, "overall", (1, 2, 3))
    cells = make_cells(
        Dataset(
            columns=(column,),
            values=answers.astype(np.uint8)[:, None],
            wave=zeros,
            community=zeros,
            group=np.random.default_rng(8).permutation(count) % 30,
            waves=("w",),
            communities=("c",),
            cell_variables=tuple(LEVELS),
            cell_names=tuple(names),
            cell=np.array([place[tuple(row)] for row in rows[list(LEVELS)].to_numpy().tolist()]),
        )
    )
    found = segments_odds(cells, column, tuple(LEVELS), level=0.95)
    assert (found.n, found.refusal, found.parallel_fails) == (1681, None, False)
    # The most frequent value is the base here, so differences of R's coefficients are compared.
    base = {"Infl": "Medium", "Type": "Apartment", "Cont": "High"}
    assert dict(found.base) == base
    known = {
        (term, level): EXPECTED.value("clm_logit")["coef"].get(term + level, 0.0)
        for term, levels in LEVELS.items()
        for level in levels
    }
    for term in found.terms:
        shift = known[term.term, base[term.term]]
        assert term.coefficient.value == pytest.approx(
            known[term.term, term.level] - shift, abs=1e-6
        )
        assert term.odds_ratio.value == pytest.approx(np.exp(term.coefficient.value or 0.0))
    # Jackknife errors of 1,681 households lie near those of the likelihood.
    errors = {(one.term, one.level): one.coefficient.stderr for one in found.terms}
    fit = fit_ordinal(*patterns)
    covariance = fit.covariance[2:, 2:]
    names_of = [term + level for term, level in COLUMNS]
    low, middle = names_of.index("InflMedium"), names_of.index("InflHigh")
    spread = covariance[low, low] + covariance[middle, middle] - 2 * covariance[low, middle]
    assert errors["Infl", "High"] == pytest.approx(np.sqrt(spread), rel=0.4)
    assert found.terms[0].coefficient.df == 29
    low_limit, high_limit = found.terms[0].coefficient.low, found.terms[0].coefficient.high
    assert low_limit is not None
    assert high_limit is not None
    half = stats.t.ppf(0.975, 29) * (found.terms[0].coefficient.stderr or 0.0)
    assert high_limit - low_limit == pytest.approx(2 * half)
