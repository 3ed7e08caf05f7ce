"""What a plan file cannot ask for, whatever the data hold."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from app.analysis.design.weights import COMMUNITY, WAVE
from app.surveys.instrument.problems import Position, Problem, nearest_mark
from app.surveys.snapshot.plan_spec import PlanSpec

_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?:19|20)\d\d")

# Place in the file, code of the problem, and what its message needs.
_Found = tuple[str, str, dict[str, str | int]]


def contradictions(spec: PlanSpec, marks: Mapping[str, Position]) -> Iterator[Problem]:
    """Find what a plan asks for at the same time and cannot have.

    Args:
        spec: The plan.
        marks: Line and column (from 1) by path.
    """
    for check in (_change, _repeated, _frozen, _communities):
        for path, code, data in check(spec):
            yield Problem(path, *nearest_mark(marks, path), code, data)


def margin_variables(spec: PlanSpec) -> Iterator[tuple[str, str]]:
    """Yield every variable of the weighting with its place.

    Args:
        spec: The plan.
    """
    for k, margin in enumerate(spec.weighting.margins if spec.weighting else ()):
        for j, name in enumerate(margin.by):
            yield f"weighting.margins[{k}].by[{j}]", name


def _change(spec: PlanSpec) -> Iterator[_Found]:
    """Compare with earlier waves only, in order of time."""
    if spec.change is None:
        return
    if not spec.wave:
        yield "change", "missing_key", {"key": "wave"}
    if spec.wave in spec.change.before:
        yield "change.before", "repeated_code", {"word": spec.wave}
    for place, (word, following) in enumerate(pairwise([*spec.change.before, spec.wave])):
        if _is_later(word, following):
            data: dict[str, str | int] = {"word": word, "next": following}
            yield f"change.before[{place}]", "wave_later", data


def _is_later(word: str, following: str) -> bool:
    """Say whether the name of a wave is surely of a later time than that of another.

    Only names that begin with a year have an order of their own; where they are written alike,
    such as 2021-09 and 2022-03, all of them counts, else the year alone.
    """
    first, second = _YEAR.match(word), _YEAR.match(following)
    if first is None or second is None:
        return False
    if _DIGIT.sub("0", word) == _DIGIT.sub("0", following):
        return word > following
    return first.group() > second.group()


def _repeated(spec: PlanSpec) -> Iterator[_Found]:
    for path, words in _lists(spec):
        for place, word in enumerate(words):
            if word in words[:place]:
                yield f"{path}[{place}]", "repeated_word", {"word": word}


def _lists(spec: PlanSpec) -> Iterator[tuple[str, list[str]]]:
    """Yield the lists in which no word may stand twice; those of items need the data."""
    if spec.change is not None:
        yield "change.before", spec.change.before
    if spec.communities is not None:
        yield "communities.measures", spec.communities.measures
        yield "communities.unranked", spec.communities.unranked
    for k, margin in enumerate(spec.weighting.margins if spec.weighting else ()):
        yield f"weighting.margins[{k}].by", margin.by


def _frozen(spec: PlanSpec) -> Iterator[_Found]:
    for path, weights in (("headline", spec.headline.weights), ("zones", spec.zones.weights)):
        if weights is not None and weights.frozen and not any(weights.frozen.values()):
            yield f"{path}.weights.frozen", "no_weight", {}


def _communities(spec: PlanSpec) -> Iterator[_Found]:
    """Communities side by side have no weights inside a community."""
    if spec.communities is None:
        return
    for path, name in margin_variables(spec):
        if name not in (COMMUNITY, WAVE):
            yield path, "communities_unweighted", {"word": name}
