"""Companies compared between their residents, at the same fee, building age and city.

A household has one company, so nobody rates two: who pays more or lives in a newer building may be
more content whoever manages it. Least squares on one dummy for each company and the covariates
centred at the market's average make the company's coefficient its mean there.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.competitors.survey import LEAST_SHOWN, MarketSurvey, Place
from app.analysis.design.regression import RegressionError, cluster_regression
from app.analysis.results.estimate import Estimate
from app.analysis.results.market import MarketTerm
from app.analysis.uncertainty.intervals import make_limits, nothing, t_interval

ONE_PROVIDER = "one_provider"

FEE = "fee"
AGE = "age"
CITY = "city"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """What is known of every interview's community, centred at the market's average.

    Attributes:
        names: Terms: ``fee`` (log2), ``age`` (tens of years), ``city.NAME``.
        values: Shape (interviews, terms); NaN where a community's is unknown.
        usable: Interviews without NaN.
    """

    names: tuple[str, ...]
    values: Floats
    usable: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """Adjusted means of groups of interviews.

    Attributes:
        groups: The groups that have interviews, as positions.
        values: Adjusted means, shape (groups,).
        covariance: Of these.
        interviews, communities: By group.
        plain: Means as they are.
        plain_stderr: Their errors, clustered; NaN with one community.
        terms: Effects of the covariates.
        used: Which interviews were used.
        clusters: Communities in all.
        r_squared: Explained share.
    """

    groups: Ints
    values: Floats
    covariance: Floats
    interviews: Ints
    communities: Ints
    plain: Floats
    plain_stderr: Floats
    terms: tuple[MarketTerm, ...]
    used: Bools
    clusters: int
    r_squared: float

    def df(self) -> Ints:
        """Return degrees of freedom of each mean: its own communities less one.

        The covariates are shared by all companies, a company's own mean rests on its own
        communities: those of the whole survey would promise too much.
        """
        return np.maximum(0, self.communities - 1)

    def estimate(self, k: int, level: float) -> Estimate:
        """Return the adjusted mean of the k-th group; nothing below 30 interviews."""
        n = int(self.interviews[k])
        if n < LEAST_SHOWN:
            return nothing(n)
        error = float(np.sqrt(self.covariance[k, k]))
        limits = make_limits(int(self.df()[k]), level)
        return t_interval(self.values[k], error, limits, n=n)

    def plain_estimate(self, k: int, level: float) -> Estimate:
        """Return the mean of the k-th group as it is; nothing below 30 interviews."""
        n = int(self.interviews[k])
        if n < LEAST_SHOWN:
            return nothing(n)
        limits = make_limits(int(self.df()[k]), level)
        return t_interval(self.plain[k], self.plain_stderr[k], limits, n=n, bounds=(0.0, 100.0))

    def pair(self, first: int, second: int) -> tuple[float, float, float]:
        """Return difference, its error and Satterthwaite's degrees of freedom."""
        cov = self.covariance
        variance = float(cov[first, first] + cov[second, second] - 2 * cov[first, second])
        parts = np.array([cov[first, first], cov[second, second]])
        freedom = np.maximum(1, self.df()[[first, second]])
        below = float((parts**2 / freedom).sum())
        df = float(parts.sum() ** 2 / below) if below > 0 else 0.0
        known = self.df()[[first, second]].min() >= 1
        stderr = float(np.sqrt(max(0.0, variance))) if known else float("nan")
        return float(self.values[first] - self.values[second]), stderr, df

    def differences(self, of: Ints) -> tuple[Floats, Floats]:
        """Return errors and degrees of freedom of all differences of these groups."""
        errors, freedom = (np.full((of.size, of.size), np.nan) for _ in range(2))
        for a, first in enumerate(of):
            for b, second in enumerate(of):
                if a != b:
                    _, errors[a, b], freedom[a, b] = self.pair(int(first), int(second))
        np.fill_diagonal(freedom, 1.0)
        return errors, freedom


def make_covariates(survey: MarketSurvey) -> Covariates:
    """Return the covariates of every interview, centred at the average of the market's communities.

    A covariate that does not vary, or that nobody knows, is no term. Interviews in a community
    whose fee or age is unknown are left out.

    Args:
        survey: Market and interviews.

    Source: Cochran 1957, Biometrics 13(3), 261-281 (adjusted means).
    """
    names: list[str] = []
    columns: list[Floats] = []
    for name, values in ((FEE, _fees(survey.places)), (AGE, _ages(survey.places))):
        known = values[~np.isnan(values)]
        own = values[survey.place]
        if known.size and np.unique(own[~np.isnan(own)]).size > 1:
            names.append(name)
            columns.append(own - known.mean())
    cities = sorted({place.city for place in survey.places})
    where = np.array([cities.index(place.city) for place in survey.places], dtype=np.int64)
    present = np.unique(where[survey.place])
    for city in present[1:]:
        dummy = (where == city).astype(np.float64)
        # A city without any interview has no effect to go by and leaves the average.
        names.append(f"{CITY}.{cities[city]}")
        columns.append(dummy[survey.place] - dummy[np.isin(where, present)].mean())
    values = np.column_stack(columns) if columns else np.zeros((survey.interviews, 0))
    usable: Bools = np.all(~np.isnan(values), axis=1)
    return Covariates(tuple(names), values, usable)


def adjusted_means(
    survey: MarketSurvey,
    covariates: Covariates,
    values: Floats,
    *,
    group: Ints | None = None,
    level: float = 0.95,
) -> Adjusted:
    """Return adjusted means of a score.

    Args:
        survey: Market and interviews.
        covariates: From `make_covariates`.
        values: Score on 0-100 by interview; NaN is left out.
        group: Group of every interview, -1 for none; None takes the companies.
        level: Confidence level of the terms.

    Raises:
        RegressionError: Nothing can be adjusted; says why.

    Source: Cochran 1957, Biometrics 13(3), 261-281 (adjusted means); Liang and Zeger 1986,
    Biometrika 73(1), 13-22 (errors).
    """
    label = survey.provider if group is None else group
    used = ~np.isnan(values) & covariates.usable & (label >= 0)
    groups, place = np.unique(label[used], return_inverse=True)
    if groups.size < 2:
        raise RegressionError(ONE_PROVIDER)
    y, cluster = values[used], survey.place[used]
    own = (place.ravel()[:, None] == np.arange(groups.size)).astype(np.float64)
    fit = cluster_regression(y, np.hstack([own, covariates.values[used]]), cluster)
    width = groups.size
    n = own.sum(axis=0)
    plain = (own.T @ y) / n
    inside = [np.unique(cluster[place.ravel() == k]).size for k in range(width)]
    stderr = np.array(
        [cluster_error(y[place.ravel() == k], cluster[place.ravel() == k]) for k in range(width)]
    )
    limits = make_limits(fit.clusters - 1, level)
    errors = np.sqrt(np.diag(fit.covariance))
    terms = tuple(
        MarketTerm(
            name,
            t_interval(fit.coefficients[width + k], errors[width + k], limits, n=fit.n),
        )
        for k, name in enumerate(covariates.names)
    )
    return Adjusted(
        groups=groups,
        values=fit.coefficients[:width],
        covariance=fit.covariance[:width, :width],
        interviews=n.astype(np.int64),
        communities=np.array(inside, dtype=np.int64),
        plain=plain,
        plain_stderr=stderr,
        terms=terms,
        used=used,
        clusters=fit.clusters,
        r_squared=fit.r_squared,
    )


def cluster_error(values: Floats, clusters: Ints) -> float:
    """Return the standard error of a mean whose rows come in clusters; NaN with one cluster.

    Args:
        values: Shape (rows,), no NaN.
        clusters: Cluster of every row.

    Source: Cochran (1977), Sampling Techniques, 9A (ratio of cluster totals to sizes).
    """
    names, place = np.unique(clusters, return_inverse=True)
    if names.size < 2:
        return float("nan")
    totals = np.bincount(place.ravel(), weights=values - values.mean())
    return float(np.sqrt(names.size / (names.size - 1) * (totals**2).sum())) / values.size


def extrapolated(survey: MarketSurvey, used: Bools, provider: int) -> tuple[str, ...]:
    """Say where the market's average lies outside what a company's interviews have.

    Args:
        survey: Market and interviews.
        used: Interviews that count.
        provider: Position of the company.

    Returns:
        Of ``fee`` and ``age``: the average is below its least or above its greatest. ``city``: all
        its interviews are in one city, and there are others.

    Source: ours, see docs/methods/competitors.md.
    """
    rows = used & (survey.provider == provider)
    found = []
    for name, values in ((FEE, _fees(survey.places)), (AGE, _ages(survey.places))):
        own = values[survey.place[rows]]
        own, known = own[~np.isnan(own)], values[~np.isnan(values)]
        if own.size and known.size and not own.min() <= known.mean() <= own.max():
            found.append(name)
    own_cities = {survey.places[k].city for k in survey.place[rows]}
    all_cities = {survey.places[k].city for k in survey.place[used]}
    if len(own_cities) == 1 < len(all_cities):
        found.append(CITY)
    return tuple(found)


def _fees(places: tuple[Place, ...]) -> Floats:
    fees = [np.nan if one.fee is None else float(np.log2(one.fee)) for one in places]
    return np.array(fees, dtype=np.float64)


def _ages(places: tuple[Place, ...]) -> Floats:
    return np.array([np.nan if one.age is None else one.age / 10 for one in places])
