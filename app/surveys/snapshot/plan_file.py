"""Plan files: YAML text to a study plan, or every problem with its line.

Reading has two steps: `load_plan` looks at the file alone, `settle` at what the data hold.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from pydantic import ValidationError

from app.analysis.data.cells import Cells
from app.analysis.data.dataset import Role
from app.analysis.design.calibration import CategoryError, ConvergenceError, TotalsError
from app.analysis.design.weights import COMMUNITY, WAVE, Margin, Weighting
from app.analysis.importance.stated import (
    DERIVED,
    EMPHASIS,
    EQUAL,
    FROZEN,
    RATINGS,
    WeightsRuleError,
)
from app.analysis.levels.nps import POINTS
from app.analysis.plan import BoxScheme, StudyPlan, lists_of, rule_for
from app.i18n import current_language
from app.surveys.instrument.messages import format_problem
from app.surveys.instrument.problems import Position, Problem, nearest_mark
from app.surveys.instrument.translate import in_order, translate
from app.surveys.instrument.yamltree import read_tree
from app.surveys.snapshot.datafile import ExternalDataError
from app.surveys.snapshot.plan_check import contradictions, margin_variables
from app.surveys.snapshot.plan_spec import MarginSpec, PlanSpec, WeightsSpec
from app.surveys.snapshot.plan_wide import silence_variables, with_wide_sections

# What the data may say against a plan that reads well.
DataProblem = CategoryError | TotalsError | ConvergenceError | WeightsRuleError

_MOST_WORDS = 40


class PlanFileError(ExternalDataError):
    """A plan file cannot be used; carries every problem found, by line.

    Attributes:
        name: Name of the file.
        problems: What is wrong, in the order of the file.
    """

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        super().__init__(name)
        self.name = name
        self.problems = tuple(problems)

    def __str__(self) -> str:
        said = (format_problem(one, current_language()) for one in self.problems)
        return "\n".join([self.name, *said])


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan as written, with the place of everything in its file.

    Attributes:
        name: Name of the file, for messages.
        spec: What it asks for.
        marks: Line and column (from 1) by path.
    """

    name: str
    spec: PlanSpec
    marks: Mapping[str, Position]

    @property
    def variables(self) -> tuple[str, ...]:
        """Return the columns of the data whose categories the plan needs, each once."""
        margins = self.spec.weighting.margins if self.spec.weighting else []
        crossed = [name for margin in margins for name in margin.by]
        silent = [name for _, name in silence_variables(self.spec)]
        named = [*self.spec.columns.segments, *self.spec.segments, *crossed, *silent]
        return tuple(name for name in dict.fromkeys(named) if name not in (COMMUNITY, WAVE))


def load_plan(text: str, name: str) -> PlanFile:
    """Read a plan file.

    Args:
        text: The YAML text.
        name: Name of the file, for messages only.

    Raises:
        PlanFileError: The file is no plan; carries all problems found, by line.
    """
    tree = read_tree(text)
    if tree.problems:
        raise PlanFileError(name, in_order(tree.problems))
    try:
        spec = PlanSpec.model_validate(tree.data)
    except ValidationError as error:
        raise PlanFileError(name, in_order(translate(error, tree, PlanSpec))) from error
    plan = PlanFile(name, spec, MappingProxyType(tree.marks))
    problems = list(contradictions(spec, tree.marks))
    if problems:
        raise PlanFileError(name, in_order(problems))
    return plan


def settle(plan: PlanFile, cells: Cells, *, instrument: str, engine: str) -> StudyPlan:
    """Return what a plan file means for these data.

    Lists that the plan does not name are those of the columns, as without a plan.

    Args:
        plan: The plan file.
        cells: What it is to be carried out on.
        instrument: Digest of the instrument.
        engine: Version of the code.

    Raises:
        PlanFileError: It names an item, a wave, a community or a category the data do not have.
    """
    spec = plan.spec
    found = _Finder(plan, cells)
    settled = replace(
        _lists(spec, found),
        level=spec.level,
        population=spec.population,
        suppress=spec.suppress,
        engine=engine,
        instrument=instrument,
        performance_target=spec.matrix.performance.target,
        performance_cut=spec.matrix.performance.at or "mean",
        importance_cut=spec.matrix.importance,
        gaps=spec.gaps,
        boxes=spec.boxes is not None,
        box_schemes=found.schemes("boxes", spec.boxes or {}),
        scales=spec.scales,
        nps=found.one_of("nps", spec.nps, found.recommendations),
        segments=found.listed("segments", spec.segments, found.variables),
    )
    settled = with_wide_sections(spec, _with_drivers(spec, settled), found)
    settled = _with_comparisons(spec, settled, found)
    settled = _with_weighting(spec, settled, found)
    if found.problems:
        raise PlanFileError(plan.name, in_order(found.problems))
    return settled


def refused(plan: PlanFile, error: DataProblem) -> PlanFileError:
    """Return what the data say against the weights or the weighting of a plan, with its line."""
    path = "weighting.margins"
    data: dict[str, str | int]
    if isinstance(error, TotalsError):
        data = {"first": f"{error.first:g}", "second": f"{error.second:g}"}
        code = "margins_differ"
    elif isinstance(error, ConvergenceError):
        data = {"rounds": error.iterations, "percent": f"{100 * error.error:.2g}"}
        code = "raking_fails"
    elif isinstance(error, WeightsRuleError):
        headline = plan.spec.headline.weights
        is_headline = headline is not None and error.rule == (headline.rule or FROZEN)
        path = "headline.weights" if is_headline else "zones.weights"
        data, code = {"word": error.rule}, "weights_rule"
    else:
        path = f"{path}[{error.margin}].households"
        category = error.category
        word = ", ".join(category) if isinstance(category, tuple) else str(category)
        data = {"word": word, "key": word}
        code = "no_answers" if error.is_empty else "missing_key"
    problem = Problem(path, *nearest_mark(plan.marks, path), code, data)
    return PlanFileError(plan.name, [problem])


def _lists(spec: PlanSpec, found: "_Finder") -> StudyPlan:
    """Return a plan of the two lists alone."""
    headline, zones, role = lists_of(found.columns)
    if spec.headline.role is not None:
        role = Role(spec.headline.role)
        headline = tuple(one.item for one in found.columns if one.role is role)
    headline = found.listed("headline.items", spec.headline.items, headline)
    zones = found.listed("zones.items", spec.zones.items, zones)
    weights, shares = found.weights("headline.weights", spec.headline.weights, headline)
    zone_weights, zone_shares = found.weights("zones.weights", spec.zones.weights, zones)
    comments = found.all_of("comments", list(spec.comments), headline)
    return StudyPlan(
        headline=headline,
        zones=zones,
        headline_role=role,
        weights=weights,
        shares=shares,
        zone_weights=zone_weights,
        zone_shares=zone_shares,
        penalty=spec.zones.penalty,
        comments=tuple((item, spec.comments[item]) for item in comments),
    )


def _with_drivers(spec: PlanSpec, plan: StudyPlan) -> StudyPlan:
    if spec.drivers is None:
        return plan
    return replace(plan, drivers=spec.drivers.headline, attribute_drivers=spec.drivers.attributes)


def _with_comparisons(spec: PlanSpec, plan: StudyPlan, found: "_Finder") -> StudyPlan:
    """Add waves and communities."""
    plan = replace(
        plan,
        wave=found.one_of("wave", spec.wave, found.waves),
        community=found.one_of("community", spec.community, found.communities),
    )
    if spec.change is not None:
        plan = replace(
            plan,
            before=found.all_of("change.before", spec.change.before, found.waves),
            smallest_change=spec.change.smallest,
        )
    if spec.communities is not None:
        named = found.all_of("communities.unranked", spec.communities.unranked, found.communities)
        measures = found.all_of(
            "communities.measures", spec.communities.measures, ("index", "overall", *plan.headline)
        )
        plan = replace(plan, compare_communities=True, unranked=named, community_measures=measures)
    return plan


def _with_weighting(spec: PlanSpec, plan: StudyPlan, found: "_Finder") -> StudyPlan:
    if spec.weighting is None:
        return plan
    margins = tuple(
        Margin(tuple(one.by), tuple(found.counts(f"weighting.margins[{k}].households", one)))
        for k, one in enumerate(spec.weighting.margins)
    )
    return replace(plan, weighting=Weighting(margins, spec.weighting.trim))


class _Finder:
    """Looks up what a plan names in the data, and notes what is not there."""

    def __init__(self, plan: PlanFile, cells: Cells) -> None:
        self._marks = plan.marks
        self.columns = cells.layout.columns
        self.waves = tuple(sorted({key.wave for key in cells.keys}))
        self.communities = tuple(sorted({key.community for key in cells.keys}))
        self.variables = (*cells.cell_variables, COMMUNITY)
        self.recommendations = tuple(one.item for one in self.columns if one.points == POINTS)
        self.problems: list[Problem] = []

    def refuse(self, path: str, code: str, **data: str | int) -> None:
        """Note a problem at a place of the file."""
        self.problems.append(Problem(path, *nearest_mark(self._marks, path), code, data))

    def _unknown(self, path: str, word: str, known: Iterable[str]) -> None:
        allowed = ", ".join(list(known)[:_MOST_WORDS])
        self.refuse(path, "unknown_word", word=word[:40], allowed=allowed)

    def one_of(self, path: str, word: str, known: tuple[str, ...]) -> str:
        """Return a word if the data know it; an empty one asks for nothing."""
        if word and word not in known:
            self._unknown(path, word, known)
        return word

    def all_of(self, path: str, words: list[str], known: tuple[str, ...]) -> tuple[str, ...]:
        """Return the words of a list or the keys of a mapping that the data know."""
        for place, word in enumerate(words):
            if word not in known:
                keyed = f"{path}.{word}"
                self._unknown(keyed if keyed in self._marks else f"{path}[{place}]", word, known)
        return tuple(word for word in words if word in known)

    def listed(self, path: str, words: list[str] | None, known: tuple[str, ...]) -> tuple[str, ...]:
        """Return the items of a list, in the order of the plan."""
        if words is None:
            return known
        for word, times in Counter(words).items():
            if times > 1:
                self.refuse(path, "repeated_code", word=word)
        return self.all_of(path, words, known)

    def schemes(
        self, path: str, boxes: Mapping[str, Mapping[str, list[int]]]
    ) -> tuple[BoxScheme, ...]:
        """Return the boxes of every scale that the plan gives them for."""
        scales = {f"{one.points[0]}-{one.points[-1]}": one.points for one in self.columns}
        for name in self.all_of(path, list(boxes), tuple(scales)):
            for box, points in boxes[name].items():
                for place, point in enumerate(points):
                    if point not in scales[name]:
                        self.refuse(f"{path}.{name}.{box}[{place}]", "no_such_point", point=point)
        return tuple(
            (scales[name], tuple((box, tuple(points)) for box, points in given.items()))
            for name, given in boxes.items()
            if name in scales
        )

    def weights(
        self, path: str, spec: WeightsSpec | None, items: tuple[str, ...]
    ) -> tuple[str, tuple[tuple[str, float], ...]]:
        """Return the rule of a list's weights, and the shares when they are frozen."""
        if spec is None:
            return rule_for(self.columns, items), ()
        if spec.frozen is None:
            return self._rule(path, spec.rule or EQUAL, items), ()
        self.all_of(f"{path}.frozen", list(spec.frozen), items)
        for item in items:
            if item not in spec.frozen:
                self.refuse(f"{path}.frozen", "missing_key", key=item)
        return FROZEN, tuple((item, spec.frozen.get(item, 0.0)) for item in items)

    def _rule(self, path: str, rule: str, items: tuple[str, ...]) -> str:
        role = {EMPHASIS: Role.PRIORITY, RATINGS: Role.IMPORTANCE}.get(rule)
        asked = {column.item for column in self.columns if column.role is role}
        lacks = role is not None and not set(items) <= asked
        if rule == DERIVED:
            lacks = all(column.role is not Role.OVERALL for column in self.columns)
        if lacks:
            self._unknown(path, rule, dict.fromkeys((rule_for(self.columns, items), EQUAL)))
        return rule

    def counts(self, path: str, margin: MarginSpec) -> Iterator[tuple[tuple[str, ...], float]]:
        """Return the households of every category, walking down one level for each variable."""
        waiting: list[tuple[tuple[str, ...], object]] = [((), margin.households)]
        while waiting:
            names, value = waiting.pop(0)
            place = ".".join([path, *names])
            if len(names) < len(margin.by):
                if not isinstance(value, dict) or not value:
                    self.refuse(place, "need_mapping")
                    continue
                waiting += [((*names, str(key)), one) for key, one in value.items()]
            elif isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
                yield names, float(value)
            else:
                self.refuse(place, "need_number")


def without_column(plan: PlanFile, column: str) -> PlanFileError | None:
    """Return where a plan names a column that the data file lacks; None when it does not.

    Args:
        plan: The plan file.
        column: Name of the column.
    """
    spec = plan.spec
    columns = spec.columns
    named = [
        ("columns.wave", columns.wave),
        ("columns.community", columns.community),
        ("columns.replicates", columns.replicates),
        *((f"columns.segments[{k}]", name) for k, name in enumerate(columns.segments)),
        *((f"segments[{k}]", name) for k, name in enumerate(spec.segments)),
        *margin_variables(spec),
        *silence_variables(spec),
    ]
    problems = [
        Problem(path, *nearest_mark(plan.marks, path), "no_such_column", {"word": column})
        for path, name in named
        if name == column
    ]
    return PlanFileError(plan.name, in_order(problems)) if problems else None
