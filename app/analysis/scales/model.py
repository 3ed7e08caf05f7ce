"""The path model of a study: latent variables, their indices on 0-100, and what leads where."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Column
from app.analysis.data.layout import Layout
from app.analysis.importance.correlations import correlations, usable
from app.analysis.importance.evidence import FEW_PAIRS, NO_PAIRS, block_of, keys_of, pair_sums
from app.analysis.results.estimate import Estimate
from app.analysis.results.scales import LatentItem, LatentResult, ModelResult, PathResult
from app.analysis.scales.alpha import ScaleError
from app.analysis.scales.pls import CENTROID, PathModel, PlsFit, fit_pls, latent_index
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import t_interval

MODEL_FROM = 200
NO_MODEL = "model"


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """A path model as a plan names it.

    Attributes:
        blocks: Name of every latent variable and the codes of its columns.
        paths: Names of source and target.
        scheme: centroid, factorial or path.
    """

    blocks: tuple[tuple[str, tuple[str, ...]], ...]
    paths: tuple[tuple[str, str], ...]
    scheme: str = CENTROID

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of all columns, block by block."""
        return tuple(code for _, codes in self.blocks for code in codes)


@dataclass(frozen=True, slots=True, eq=False)
class _Basis:
    """Correlations, means and deviations of the items, the replicates first."""

    correlation: NDArray[np.float64]
    means: NDArray[np.float64]
    deviations: NDArray[np.float64]
    columns: tuple[Column, ...]
    holding: NDArray[np.bool_]


def columns_of_model(layout: Layout, plan: ModelPlan) -> tuple[Column, ...] | None:
    """Return the columns of a model; None where one is not there.

    Args:
        layout: What was counted.
        plan: The model.

    Source: ours, see docs/methods/scales.md.
    """
    known = {column.code: column for column in layout.columns}
    if not set(plan.codes) <= set(known):
        return None
    return tuple(known[code] for code in plan.codes)


def make_model(frame: Frame, plan: ModelPlan) -> ModelResult:
    """Return the path model of a study, from 200 households behind every correlation.

    Args:
        frame: The study's frame; its cells count all pairs of the model's columns.
        plan: The model.

    Source: Tenenhaus and others 2005, Comput. Stat. Data Anal. 48(1); Fornell and others 1996,
        Journal of Marketing 60(4); Kott 2001, J. Official Stat. 17(4) for the errors.
    """
    layout = frame.moments.layout
    columns = columns_of_model(layout, plan)
    name = None if columns is None else block_of(layout, keys_of(columns))
    if columns is None or name is None:
        return ModelResult(plan.scheme, 0, NO_PAIRS)
    known = keys_of(layout.blocks[name])
    places = [known.index(column.key) for column in columns]
    counted = np.asarray(pair_sums(layout, frame.moments.sums, name).take(places).n)
    n = int(counted[0].min())
    if n < MODEL_FROM:
        return ModelResult(plan.scheme, n, FEW_PAIRS)
    sums = pair_sums(layout, frame.moments.linear, name).take(places)
    size = _diagonal(sums.n)
    means = _diagonal(sums.x) / size
    spread = _diagonal(sums.xx) / size - means**2
    basis = _Basis(
        correlation=correlations(sums),
        means=means,
        deviations=np.sqrt(np.maximum(0.0, spread)),
        columns=columns,
        holding=(counted[1:] != counted[0]).any(axis=(1, 2)),
    )
    try:
        model = _path_model(plan)
        fit = fit_pls(basis.correlation[0], model, scheme=plan.scheme)
    except ScaleError as error:
        return ModelResult(plan.scheme, n, error.reason)
    return _result(frame, plan, model, basis, fit, n)


def _diagonal(sums: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.diagonal(sums, axis1=-2, axis2=-1).astype(np.float64)
    return found


def _path_model(plan: ModelPlan) -> PathModel:
    names = [name for name, _ in plan.blocks]
    blocks: list[tuple[int, ...]] = []
    for _, codes in plan.blocks:
        first = sum(len(block) for block in blocks)
        blocks.append(tuple(range(first, first + len(codes))))
    if not {name for path in plan.paths for name in path} <= set(names):
        raise ScaleError(NO_MODEL)
    paths = tuple((names.index(source), names.index(target)) for source, target in plan.paths)
    return PathModel(tuple(blocks), paths)


def _result(
    frame: Frame, plan: ModelPlan, model: PathModel, basis: _Basis, fit: PlsFit, n: int
) -> ModelResult:
    """Collect the numbers of the full sample with the errors of the replicates."""
    count = len(model.blocks)
    indices = np.full((len(basis.correlation), count), np.nan)
    paths = np.full((len(basis.correlation), len(model.paths)), np.nan)
    for place in np.flatnonzero(usable(basis.correlation)):
        try:
            one = fit_pls(basis.correlation[place], model, scheme=plan.scheme)
        except ScaleError:
            continue
        paths[place] = one.paths
        indices[place] = [_index(basis, model, one, int(place), k) for k in range(count)]
    said = _estimates(frame, basis, indices, n, (0.0, 100.0))
    told = _estimates(frame, basis, paths, n, (-np.inf, np.inf))
    targets = {target for _, target in model.paths}
    latent = tuple(
        LatentResult(
            name=name,
            index=said[k] if np.isfinite(indices[0, k]) else None,
            wrong_sign=not np.isfinite(indices[0, k]),
            r_squared=float(fit.r_squared[k]) if k in targets else None,
            items=tuple(
                LatentItem(codes[j], float(fit.weights[item]), float(fit.loadings[item]))
                for j, item in enumerate(model.blocks[k])
            ),
        )
        for k, (name, codes) in enumerate(plan.blocks)
    )
    led = tuple(
        PathResult(source, target, told[k]) for k, (source, target) in enumerate(plan.paths)
    )
    return ModelResult(plan.scheme, n, None, latent, led)


def _index(basis: _Basis, model: PathModel, fit: PlsFit, place: int, latent: int) -> float:
    """Return the index of a latent variable in one replicate; NaN with a wrong sign."""
    items = list(model.blocks[latent])
    try:
        return latent_index(
            fit.weights[items],
            basis.deviations[place, items],
            basis.means[place, items],
            least=[basis.columns[item].points[0] for item in items],
            most=[basis.columns[item].points[-1] for item in items],
        )
    except ScaleError:
        return float("nan")


def _estimates(
    frame: Frame,
    basis: _Basis,
    statistic: NDArray[np.float64],
    n: int,
    bounds: tuple[float, float],
) -> tuple[Estimate, ...]:
    errors = frame.replicates.stderr(statistic, basis.holding[:, None])
    limits = frame.limits.at(int(frame.replicates.dfs(basis.holding)))
    return tuple(
        t_interval(statistic[0, k], errors[k], limits, n=n, bounds=bounds)
        for k in range(statistic.shape[1])
    )
